"""The page in a real browser: what a person types, sees, presses, loses and finds again."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.async_api import APIResponse, BrowserContext, Page, Route, expect

from newsbot.platforms.views import Item, Paragraph, Reply, Span
from tests.fakes.digests import XIAOMI, delivery
from tests.fakes.webchat import Served

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]


async def say(page: Page, text: str) -> None:
    await page.fill("#line", text)
    await page.press("#line", "Escape")  # no completion in the way
    await page.press("#line", "Enter")


async def test_a_command_and_its_answer_show(page: Page) -> None:
    await expect(page.locator("#empty")).to_be_visible()
    await say(page, "/start")
    await expect(page.locator(".message.own")).to_have_text(re.compile("/start"))
    await expect(page.locator(".message.bot")).to_have_text(re.compile("You said /start"))
    await expect(page.locator(".unsent")).to_have_count(0)
    await expect(page.locator("#empty")).to_be_hidden()
    await expect(page.locator("#line")).to_be_focused()


async def test_a_newcomers_first_button_starts(page: Page) -> None:
    await page.get_by_role("button", name="Start").click()
    await expect(page.locator(".message.bot")).to_have_text(re.compile("You said /start"))


async def test_commands_and_arguments_are_completed_by_keyboard(page: Page, chat: Served) -> None:
    line, options = page.locator("#line"), page.locator("#options [role=option]")
    await line.press_sequentially("/f")
    await expect(options).to_have_count(1)
    await expect(line).to_have_attribute("aria-expanded", "true")
    await expect(line).to_have_attribute("aria-activedescendant", "option-0")
    await line.press("Enter")
    await expect(line).to_have_value("/follow ")
    await expect(options).to_have_count(3)
    await expect(options.first).to_have_attribute("aria-selected", "false")
    await line.press("ArrowDown")
    await line.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await line.press("ArrowUp")
    await line.press("Tab")
    await expect(line).to_have_value("/follow Xiaomi EV")
    await expect(page.locator("#options")).to_be_hidden()
    await line.press("Enter")
    await expect(page.locator(".message.bot")).to_have_text(re.compile("You said /follow Xiaomi EV"))
    assert chat.desk.seen["/follow Xiaomi EV"] == 1


async def test_what_is_typed_is_sent_when_no_suggestion_was_chosen(page: Page, chat: Served) -> None:
    line = page.locator("#line")
    await line.press_sequentially("/follow S")
    await expect(page.locator("#options [role=option]")).to_have_count(2)
    await line.press("Enter")
    await expect(page.locator(".message.bot")).to_have_count(1)
    assert list(chat.desk.seen) == ["/follow S"]


async def test_escape_closes_the_suggestions_and_a_click_takes_one(page: Page) -> None:
    line = page.locator("#line")
    await page.click("#slash")
    await expect(page.locator("#options [role=option]")).to_have_count(4)
    await line.press("Escape")
    await expect(page.locator("#options")).to_be_hidden()
    await expect(line).to_have_value("/")
    await line.press_sequentially("se")
    await page.locator("#options [role=option]").first.click()
    await expect(line).to_have_value("/search ")
    await expect(line).to_be_focused()


async def test_earlier_lines_come_back_with_the_arrows_after_a_reload_too(page: Page) -> None:
    for text in ("/start", "/help"):
        await say(page, text)
    await expect(page.locator(".message.bot")).to_have_count(2)
    line = page.locator("#line")
    await line.fill("dra")
    for key, value in (("ArrowUp", "/help"), ("ArrowUp", "/start"), ("ArrowDown", "/help"), ("ArrowDown", "dra")):
        await line.press(key)
        await expect(line).to_have_value(value)
    await page.reload()
    await expect(page.locator(".message.bot")).to_have_count(2)
    await line.press("ArrowUp")
    await expect(line).to_have_value("/help")


async def test_each_chat_keeps_what_was_being_typed_there(page: Page) -> None:
    await page.fill("#line", "half a thought")
    await page.click('[data-chat="newsroom"]')
    await expect(page.locator("#line")).to_have_value("")
    await page.click('[data-chat="me"]')
    await expect(page.locator("#line")).to_have_value("half a thought")


async def test_what_was_in_sight_is_read_and_what_was_not_is_marked_as_new(page: Page, chat: Served) -> None:
    for n in range(1, 6):
        await chat.deliver(delivery(n))
    badge = page.locator('[data-chat="newsroom"] .badge')
    await expect(badge).to_have_text(re.compile("^5"))
    await page.click('[data-chat="newsroom"]')
    await expect(page.locator(".fresh")).to_have_count(1)
    await expect(page.locator(".card").first).to_be_in_viewport()
    await expect(badge).to_have_text(re.compile("^[1-4]"))
    await page.click("#down")
    await expect(badge).to_have_count(0)


async def test_a_card_arrives_live_is_counted_and_shows_everything(page: Page, chat: Served) -> None:
    await chat.deliver(delivery(1))
    row = page.locator('[data-chat="newsroom"]')
    await expect(row.locator(".badge")).to_have_text(re.compile("1 unread"))
    await expect(page).to_have_title("(1) newsbot")
    await row.click()
    card = page.locator(".card")
    await expect(card.locator("h3")).to_have_text(XIAOMI.headline)
    await expect(card.locator(".summary")).to_contain_text("first half of 2024")
    await expect(card.locator(".chip")).to_have_text(["2024", "4.6 billion yuan", "21%", "16,834"])
    await expect(card.locator(".reason")).to_have_text("You follow Xiaomi EV: matched electric car, Xiaomi")
    link = card.locator(".origin a").first
    await expect(link).to_have_attribute("href", "https://motors.example/xiaomi")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await expect(row.locator(".badge")).to_have_count(0)
    await expect(page).to_have_title("newsbot")
    await card.get_by_role("button", name="21%").click()
    await expect(card.locator(".sentence")).to_have_text(
        "Research and development spending rose 21% to 4.6 billion yuan."
    )


async def test_a_card_grows_in_place_and_says_when(page: Page, chat: Served) -> None:
    ids = await chat.deliver(delivery(1, chat="me"))
    await expect(page.locator(".card .told")).to_have_text("2 sources")
    grown = replace(XIAOMI, sources=(*XIAOMI.sources, replace(XIAOMI.sources[0], name="Pacific Wire")))
    await chat.deliver(delivery(2, grown, chat="me", kind="edit", target=1, message_ids=ids))
    await expect(page.locator(".card .told")).to_have_text("3 sources")
    await expect(page.locator(".card")).to_have_count(1)
    await expect(page.locator(".updated")).to_contain_text("updated 12:30")
    await chat.deliver(delivery(3, chat="me", kind="retract", target=1, message_ids=ids))
    await expect(page.locator(".card")).to_have_count(0)


async def test_a_press_edits_in_place_and_the_button_keeps_the_focus(page: Page) -> None:
    await say(page, "/search battery")
    await expect(page.locator(".reply h3")).to_have_text("Page 1")
    await page.get_by_role("button", name="Next").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".reply h3")).to_have_text("Page 2")
    await expect(page.locator(".message.bot")).to_have_count(1)
    await expect(page.locator(".item .number")).to_have_text(["4.", "5.", "6."])


async def test_a_long_answer_is_read_from_its_beginning(page: Page, chat: Served) -> None:
    chat.desk.replies["/long"] = Reply(tuple(Paragraph((Span(f"Line {n}"),)) for n in range(80)))
    await say(page, "/start")
    await say(page, "/long")
    await expect(page.get_by_text("Line 0", exact=True)).to_be_in_viewport()
    await expect(page.get_by_text("Line 79", exact=True)).not_to_be_in_viewport()
    await expect(page.locator("#down")).to_be_visible()


async def test_a_notice_shows_for_a_press_that_changes_nothing(page: Page, chat: Served) -> None:
    await chat.deliver(delivery(1, chat="me"))
    await page.get_by_role("button", name="More like this").click()
    await expect(page.locator("#toast")).to_have_text("Done: lk:7")
    await expect(page.locator(".message")).to_have_count(1)


async def test_a_reload_keeps_everything_and_the_open_chat(page: Page, chat: Served) -> None:
    await say(page, "/start")
    await expect(page.locator(".message.bot")).to_have_count(1)
    await chat.deliver(delivery(1))
    await page.click('[data-chat="newsroom"]')
    await expect(page.locator(".card")).to_have_count(1)
    await page.reload()
    await expect(page.locator("#title")).to_have_text("#newsroom")
    await expect(page.locator(".card")).to_have_count(1)
    await page.click('[data-chat="me"]')
    await expect(page.locator(".message")).to_have_count(2)


async def test_a_restart_of_the_bot_loses_and_doubles_nothing(page: Page, chat: Served) -> None:
    await say(page, "/start")
    await expect(page.locator(".message.bot")).to_have_count(1)
    await chat.stop()
    await chat.deliver(delivery(1, chat="me"))  # planned and sent while the page is away
    await say(page, "/help")
    await expect(page.locator(".unsent")).to_have_count(1)
    await expect(page.locator("#about")).to_have_text("Connecting…")
    await expect(page.locator("#banner")).to_have_text("Connection lost. What you send waits.")
    await chat.start()
    await expect(page.locator(".card")).to_have_count(1)
    await expect(page.locator(".message.own .said")).to_have_text(["/start", "/help"])
    await expect(page.locator(".message.bot")).to_have_count(3)
    await expect(page.locator(".unsent")).to_have_count(0)
    await expect(page.locator("#about")).to_have_text("Private chat")
    assert chat.desk.seen["/help"] == 1
    await chat.deliver(delivery(1, chat="me"))  # a repeated send
    await chat.deliver(delivery(2, chat="me"))
    await expect(page.locator(".card")).to_have_count(2)


async def test_an_answer_that_got_lost_is_not_asked_for_twice(
    page: Page, context: BrowserContext, chat: Served
) -> None:
    lost: list[APIResponse] = []

    async def lose(route: Route) -> None:
        if lost:
            await route.continue_()
        else:
            lost.append(await route.fetch())  # the server did its work; the page never hears
            await route.abort()

    await context.route("**/send", lose)
    await say(page, "/start")
    await expect(page.locator(".message.bot")).to_have_count(1)
    await expect(page.locator(".unsent")).to_have_count(0)
    await expect(page.locator(".message.own")).to_have_count(1)
    assert chat.desk.seen["/start"] == 1


async def test_what_could_not_be_sent_waits_through_a_reload_and_can_be_deleted(
    page: Page, context: BrowserContext, chat: Served
) -> None:
    await context.route("**/send", lambda route: route.fulfill(status=400, json={"error": "Not now."}))
    await say(page, "/start")
    await expect(page.locator(".unsent .wrong")).to_contain_text("Not now.")
    await page.reload()
    await expect(page.locator(".unsent .wrong")).to_contain_text("Not now.")
    await context.unroute("**/send")
    await page.get_by_role("button", name="Retry").click()
    await expect(page.locator(".message.bot")).to_have_count(1)
    await context.route("**/send", lambda route: route.fulfill(status=400, json={"error": "Not now."}))
    await say(page, "/help")
    await page.get_by_role("button", name="Delete").click()
    await expect(page.locator(".unsent")).to_have_count(0)
    assert list(chat.desk.seen) == ["/start"]


async def test_a_new_channel_opens_and_shows_in_other_windows(
    page: Page, context: BrowserContext, chat: Served
) -> None:
    other = await context.new_page()
    await other.goto(chat.url)
    await other.wait_for_selector("#chats [aria-current]")
    await page.get_by_role("button", name="New channel").click()
    await page.fill("#name", "!!!")
    await page.keyboard.press("Enter")
    await expect(page.locator("#wrong")).to_be_visible()
    await page.fill("#name", "Space & Science")
    await page.keyboard.press("Enter")
    await expect(page.locator("#title")).to_have_text("#Space & Science")
    await expect(page.locator("#channel")).to_be_hidden()
    await expect(other.locator('[data-chat="space-science"]')).to_be_visible()
    await say(page, "/start")
    await expect(page.locator(".message.bot")).to_have_count(1)
    await expect(other.locator('[data-chat="space-science"] .last')).to_contain_text("You said /start")


async def test_older_messages_come_as_one_scrolls_up_and_the_view_stays(page: Page, chat: Served) -> None:
    for n in range(120):
        story = replace(XIAOMI, headline=f"Story {n}", summary=(), facts=())
        await chat.deliver(delivery(n + 1, story, chat="newsroom"))
    await page.evaluate("localStorage.setItem('read', JSON.stringify({newsroom: 120}))")
    await page.reload()
    await page.click('[data-chat="newsroom"]')
    await expect(page.locator(".card h3").last).to_have_text("Story 119")
    await expect(page.locator(".card h3").last).to_be_in_viewport()
    await expect(page.locator(".card")).to_have_count(50)
    await page.evaluate("document.getElementById('scroll').scrollTop = 10")
    await expect(page.locator(".card")).to_have_count(100)
    await expect(page.get_by_role("heading", name="Story 70", exact=True)).to_be_in_viewport()
    await page.evaluate("document.getElementById('scroll').scrollTop = 10")
    await expect(page.locator(".card")).to_have_count(120)
    assert await page.locator(".card h3").all_inner_texts() == [f"Story {n}" for n in range(120)]
    await chat.deliver(delivery(200, replace(XIAOMI, headline="The newest")))
    await expect(page.locator("#below")).to_have_text("1")
    await page.click("#down")
    await expect(page.get_by_role("heading", name="The newest")).to_be_in_viewport()
    await expect(page.locator("#down")).to_be_hidden()


async def test_a_marked_title_is_one_link_and_a_preview_keeps_lines_apart(page: Page, chat: Served) -> None:
    url = "https://a.example/1"
    title = (Span("A ", url=url), Span("battery", "mark", url), Span(" for cars", url=url))
    told = Paragraph((Span("I read 10 feeds\n3 do not work"),))
    chat.desk.replies["/all"] = Reply((told, Item(title, number=1), Paragraph((Span("Two", "bold"),), heading=True)))
    await say(page, "/all")
    await expect(page.locator(".item a")).to_have_count(1)
    await expect(page.locator(".item a")).to_have_text("A battery for cars")
    await expect(page.locator(".item a mark")).to_have_text("battery")
    preview = page.locator("[aria-current] .last")
    await expect(preview).to_have_text("I read 10 feeds · 3 do not work · A battery for cars · Two")
