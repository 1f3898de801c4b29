"""What the page must bear: hostile content, small screens, dark mode, keyboards, screen readers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from newsbot.domain.models import Digest, Reason
from newsbot.platforms.views import Button, Item, Paragraph, Reply, Span
from tests.fakes.digests import XIAOMI, delivery
from tests.fakes.webchat import Served

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]

MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
HOSTILE = replace(
    XIAOMI,
    headline=MARKUP,
    summary=(MARKUP, "W" * 600),
    facts=(replace(XIAOMI.facts[0], value=MARKUP, sentence="9" * 500),),
    sources=(replace(XIAOMI.sources[0], name=MARKUP, url="javascript:document.title=3"),),
    url="javascript:document.title=4",
    image="javascript:document.title=5",
    reasons=(Reason(MARKUP, (MARKUP, "\u202e evil")),),
)

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="180"></svg>'

# WCAG 2.2, 1.4.3: https://www.w3.org/TR/WCAG22/#contrast-minimum, over the colours as painted.
CONTRAST = """
() => {
  const parse = (c) => { const m = c.match(/[\\d.]+/g).map(Number); return [m[0], m[1], m[2], m[3] ?? 1]; };
  const linear = (v) => (v / 255 <= .03928 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3]));
  const behind = (node) => {
    const layers = [];
    for (; node; node = node.parentElement) layers.push(parse(getComputedStyle(node).backgroundColor));
    return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const poor = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !node.checkVisibility({ visibilityProperty: true })) continue;
    if (node.closest(".sr, noscript, .skip")) continue;
    const back = behind(node);
    const [a, b] = [light(over(parse(getComputedStyle(node).color), back)), light(back)];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const name = node.className || node.tagName;
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${name}: ${walk.currentNode.data.slice(0, 30)}`);
  }
  return poor;
}
"""

# Every control has a name; no control sits outside the order of the Tab key.
NAMELESS = """
() => [...document.querySelectorAll("button, a[href], input")].filter((n) => n.checkVisibility())
  .filter((n) => !(n.getAttribute("aria-label") || n.textContent.trim() || n.labels?.length) || n.tabIndex < 0)
  .map((n) => n.outerHTML.slice(0, 120))
"""


async def furnish(chat: Served) -> None:
    """A chat with one of everything."""
    await chat.deliver(delivery(1, chat="me"))
    digest = Digest((XIAOMI, replace(XIAOMI, story_id=8, headline="Second")), occasion="daily", title="Cars", more=4)
    ids = await chat.deliver(delivery(2, chat="me", digest=digest))
    await chat.deliver(delivery(3, chat="me", digest=digest, kind="edit", target=2, message_ids=ids))
    item = Item(
        (Span("A result", url="https://a.example"),),
        ((Span("with the "), Span("word", "mark"), Span(" muted", "muted")),),
        (Button("Mute", "m:1", style="danger"),),
        1,
    )
    chat.desk.replies["/all"] = Reply(
        (Paragraph((Span("Heading", "bold"),), heading=True), Paragraph((Span("/help", command="/help"),)), item),
        ((Button("First", "f", style="primary"), Button("Site", url="https://a.example")),),
    )
    chat.desk.replies["/no"] = Reply((Paragraph((Span("There is no such thing."),)),), error=True)


async def opened(browser: Browser, chat: Served, **options: Any) -> Page:
    context = await browser.new_context(**options)
    context.set_default_timeout(15_000)
    page = await context.new_page()
    await page.goto(chat.url)
    await page.wait_for_selector("#chats [aria-current]", state="attached")
    return page


async def test_hostile_content_is_only_text(page: Page, chat: Served) -> None:
    await chat.deliver(delivery(1, HOSTILE, chat="me"))
    await expect(page.locator(".card h3")).to_have_text(MARKUP)
    await expect(page.locator(".card h3 a")).to_have_count(0)
    await expect(page.locator(".card .origin a")).to_have_count(0)
    await expect(page.locator(".card img, .card script")).to_have_count(0)
    await page.locator(".chip").click()
    await page.fill("#line", MARKUP)
    await page.press("#line", "Enter")
    await expect(page.locator(".own .said")).to_have_text(MARKUP)
    await expect(page.locator(".unsent")).to_have_count(0)
    assert await page.title() == "newsbot"


async def test_markup_in_a_channels_name_is_only_text(page: Page) -> None:
    await page.get_by_role("button", name="New channel").click()
    await page.fill("#name", "<b>bold</b><script>x</script>")
    await page.keyboard.press("Enter")
    await expect(page.locator("#title")).to_have_text("#<b>bold</b><script>x</script>")


async def test_a_picture_that_does_not_come_leaves_no_gap(page: Page, chat: Served) -> None:
    await page.route("https://pictures.example/**", lambda route: route.abort())
    await chat.deliver(delivery(1, replace(XIAOMI, image="https://pictures.example/a.jpg"), chat="me"))
    await expect(page.locator(".card h3")).to_be_visible()
    await expect(page.locator(".card figure")).to_have_count(0)


async def test_a_picture_is_asked_for_without_saying_who_asks(page: Page, chat: Served) -> None:
    referers: list[str | None] = []

    async def answer(route: Route) -> None:
        referers.append((await route.request.all_headers()).get("referer"))
        await route.fulfill(content_type="image/svg+xml", body=PICTURE)

    await page.route("https://pictures.example/**", answer)
    await chat.deliver(delivery(1, replace(XIAOMI, image="https://pictures.example/a.svg"), chat="me"))
    await expect(page.locator(".card img")).to_have_js_property("referrerPolicy", "no-referrer")
    assert not any(referers)  # a picture out of sight is not asked for yet


async def test_right_to_left_text_runs_right_to_left(page: Page, chat: Served) -> None:
    story = replace(XIAOMI, headline="إطلاق سيارة كهربائية جديدة", language="ar")
    await chat.deliver(delivery(1, story, chat="me"))
    heading = page.locator(".card h3")
    await expect(heading).to_have_text(story.headline)
    assert await heading.evaluate("(node) => getComputedStyle(node).direction") == "rtl"


async def test_in_arabic_the_page_runs_from_right_to_left_with_clocks_as_they_are_typed(
    browser: Browser, chat: Served
) -> None:
    await chat.deliver(delivery(1, chat="me"))
    page = await opened(browser, chat, viewport={"width": 1280, "height": 800}, locale="ar-SA", timezone_id="UTC")
    html = page.locator("html")
    await expect(html).to_have_attribute("lang", "ar")
    await expect(html).to_have_attribute("dir", "rtl")
    side, main = [await page.locator(part).bounding_box() for part in ("#side", "#main")]
    assert side and main and side["x"] > main["x"]
    await expect(page.locator(".message .meta time")).to_have_text("12:30")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [320, 360, 390, 768])
async def test_nothing_scrolls_sideways_however_narrow_and_however_long_the_words(
    browser: Browser, chat: Served, width: int
) -> None:
    await furnish(chat)
    await chat.deliver(delivery(9, HOSTILE, chat="me"))
    page = await opened(browser, chat, viewport={"width": width, "height": 740})
    for text in ("/all", "/no", "W" * 300):
        await page.fill("#line", text)
        await page.press("#line", "Enter")
        await expect(page.locator(".own .said").last).to_have_text(text)
    await expect(page.locator(".item")).to_have_count(1)
    await page.locator(".chip").last.click()
    wide = await page.evaluate(
        """() => [document.documentElement, document.getElementById("scroll"), ...document.querySelectorAll(".bubble")]
           .filter((n) => n.scrollWidth > n.clientWidth + 1).map((n) => n.className || n.tagName)"""
    )
    assert wide == []
    await page.context.close()


async def test_on_a_phone_the_chats_are_a_drawer_that_keyboards_and_fingers_can_use(
    browser: Browser, chat: Served
) -> None:
    page = await opened(browser, chat, viewport={"width": 360, "height": 740}, has_touch=True)
    side, menu = page.locator("#side"), page.locator("#menu")
    await expect(side).to_be_hidden()
    await menu.click()
    await expect(side).to_be_visible()
    await expect(menu).to_have_attribute("aria-expanded", "true")
    await expect(page.locator("#chats [aria-current]")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(side).to_be_hidden()
    await expect(menu).to_be_focused()
    await menu.tap()
    await page.locator('[data-chat="newsroom"]').tap()
    await expect(page.locator("#title")).to_have_text("#newsroom")
    await expect(side).to_be_hidden()
    await chat.deliver(delivery(1, chat="me"))
    await expect(page.locator("#elsewhere")).to_be_visible()
    await page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_stands_out_from_its_ground(browser: Browser, chat: Served, scheme: str) -> None:
    await furnish(chat)
    page = await opened(browser, chat, color_scheme=scheme, reduced_motion="reduce")
    for text in ("/all", "/no"):
        await page.fill("#line", text)
        await page.press("#line", "Enter")
    await expect(page.locator(".error")).to_be_visible()
    await page.locator(".chip").first.click()
    await page.locator(".opener").first.click()
    await page.fill("#line", "/")
    await page.press("#line", "ArrowDown")
    ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(243, 244, 246)") is (scheme == "light")
    assert await page.evaluate(CONTRAST) == []
    await page.context.close()


async def test_everything_can_be_reached_named_and_seen_by_keyboard(page: Page, chat: Served) -> None:
    await furnish(chat)
    await page.fill("#line", "/all")
    await page.press("#line", "Enter")
    await expect(page.locator(".item")).to_have_count(1)
    assert await page.evaluate(NAMELESS) == []
    await page.locator(".opener").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".drawer").first).to_be_visible()
    await page.keyboard.press("Tab")
    outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


async def test_a_screen_reader_finds_landmarks_a_log_and_a_combobox(page: Page) -> None:
    await expect(page.get_by_role("navigation", name="Chats")).to_be_visible()
    await expect(page.get_by_role("main")).to_be_visible()
    await expect(page.get_by_role("log", name="You & newsbot")).to_have_attribute("aria-live", "polite")
    await expect(page.get_by_role("combobox", name="Message")).to_have_attribute("aria-autocomplete", "list")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("heading", level=1)).to_have_text("newsbot")
    await expect(page.get_by_role("heading", level=2)).to_have_text("You & newsbot")


async def test_nothing_moves_for_who_wants_no_motion(browser: Browser, chat: Served) -> None:
    page = await opened(browser, chat, reduced_motion="reduce")
    chat.desk.gate.clear()
    await page.fill("#line", "/start")
    await page.press("#line", "Enter")
    await expect(page.locator(".thinking")).to_be_visible()
    assert await page.locator(".thinking i").first.evaluate("(n) => getComputedStyle(n).animationName") == "none"
    chat.desk.gate.set()
    await expect(page.locator(".thinking")).to_have_count(0)
    await page.context.close()


async def test_behind_a_password_one_logs_in_and_out(browser: Browser) -> None:
    locked = Served(password="correct horse")
    await locked.start()
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(locked.url)
    await page.get_by_label("Password").fill("wrong")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("That is not the password.")
    await page.get_by_label("Password").fill("correct horse")
    await page.keyboard.press("Enter")
    await expect(page.locator("#title")).to_have_text("You & newsbot")
    await page.get_by_role("button", name="Log out").click()
    await expect(page.get_by_label("Password")).to_be_visible()
    await context.close()
    await locked.stop()
