"""What a newcomer meets: the welcome, links, addresses and posts that are shown to the bot, and ways to their chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsbot.locales import Words, languages
from newsbot.newsdesk import Access, Asker, Rules
from newsbot.newsdesk.picking import PAGE
from newsbot.platforms import actions
from newsbot.platforms.commands import MENUS, TABLE, Desk, Request
from newsbot.platforms.views import Cards, Reply
from newsbot.storage import Storage
from tests.clock import ManualClock
from tests.newsdesk.room import BATTERY, CHAIR, ME, MEMBER, ROCKET, SU7, open_room, person
from tests.platforms.test_commands import FREELY, Visitor, button, buttons, text_of

STRANGER = replace(MEMBER, user_id="99", private=None)
"""In a group, and never met alone."""


@pytest.fixture
async def visitor(sqlite_storage: Storage, clock: ManualClock) -> Visitor:
    room = await open_room(sqlite_storage, clock, FREELY)
    return Visitor(room, Desk(room.newsdesk))


async def followed(visitor: Visitor, asker: Asker = ME) -> list[str]:
    return [row.topic.name for row in await visitor.room.newsdesk.following.followed(asker)]


# --- /start ----------------------------------------------------------------------------------------


async def test_start_offers_ready_made_topics_a_topic_of_ones_own_and_a_search(visitor: Visitor) -> None:
    shown = await visitor.say("/start")
    topics, follow, search = buttons(shown)
    assert "Space" in text_of(await visitor.press(topics))
    assert [(await visitor.press(b)).ask for b in (follow, search)] == ["follow", "search"]


async def test_a_bare_follow_or_search_asks_for_what_is_meant_in_private_only(visitor: Visitor) -> None:
    for name in ("follow", "search"):
        assert (await visitor.say(f"/{name}")).ask == name
        assert (await visitor.say(f"/{name}", MEMBER)).ask == ""


@pytest.mark.parametrize("made_up", ["ak", "ak:forgetme", "ak:", "ak:follow:x", "ak:%00"])
async def test_only_what_may_be_asked_for_is_asked_for(visitor: Visitor, made_up: str) -> None:
    assert (await visitor.press(made_up)).ask in {"", "follow"}


async def test_a_link_follows_a_ready_made_topic_by_slug_or_id(visitor: Visitor) -> None:
    space = await visitor.room.storage.topics.find("space")
    assert space is not None
    assert "You follow “Xiaomi EV”" in text_of(await visitor.say("/start follow_xiaomi-ev"))
    assert "You follow “Space”" in text_of(await visitor.say(f"/start follow_{space.id}"))
    assert "follow “Space” already" in text_of(await visitor.say("/start follow_SPACE"))
    assert await followed(visitor) == ["Space", "Xiaomi EV"]


async def test_a_link_in_a_group_follows_in_the_private_chat(visitor: Visitor) -> None:
    assert "private chat" in text_of(await visitor.say("/start follow_space", MEMBER))
    assert await followed(visitor) == ["Space"]


async def test_a_topic_that_somebody_typed_or_that_is_gone_is_nobodys_to_name(visitor: Visitor) -> None:
    await visitor.say("/follow my secret illness", CHAIR)
    (row,) = await visitor.room.newsdesk.following.followed(CHAIR)
    await visitor.room.storage.topics.sync([], visitor.room.clock.now())
    unknown = await visitor.say("/start follow_nothing")
    for ref in (row.topic.id, row.topic.name, "space", "", "-1", "9" * 40, "²"):
        answer = await visitor.say(f"/start follow_{ref}")
        assert answer == unknown
    assert unknown.error
    assert "secret" not in text_of(unknown)
    assert await followed(visitor) == []


@pytest.mark.parametrize(
    "rest", ["a_token", "follow", "FOLLOW_space", "subscribe_https://x.example", "\x00", "x" * 999]
)
async def test_anything_else_after_start_is_the_plain_welcome(visitor: Visitor, rest: str) -> None:
    assert text_of(await visitor.say(f"/start {rest}")) == text_of(await visitor.say("/start"))


# --- addresses and posts that are shown to us --------------------------------------------------------


async def test_an_address_alone_is_offered_to_subscribe_to(visitor: Visitor) -> None:
    visitor.room.probe.add("https://new.example/feed", "New Feed")
    offered = await visitor.say("https://new.example/feed")
    assert visitor.room.probe.asked == []  # nothing is fetched before somebody wants it
    (subscribe,) = buttons(offered)
    assert "Subscribed to “New Feed”" in text_of(await visitor.press(subscribe))


async def test_the_address_of_a_story_that_was_read_opens_it_and_says_why(visitor: Visitor) -> None:
    told = await visitor.room.publish("motors", *SU7)
    offered = await visitor.say(f"{told.url}?utm_source=telegram")
    assert SU7[0] in text_of(offered)
    opened = await visitor.press(button(offered, "Open"))
    assert opened.blocks
    assert "no subscription of this chat covers it" in text_of(await visitor.press(button(offered, "Why")))
    assert not (await visitor.press(button(offered, "Open"))).error


async def test_an_address_in_a_group_or_with_words_after_it_is_no_offer(visitor: Visitor) -> None:
    assert await visitor.say("https://new.example/feed", MEMBER) == Reply()
    assert "Nothing found" in text_of(await visitor.say("https://new.example/feed battery"))


async def test_an_address_without_words_to_look_for_is_offered_too(visitor: Visitor) -> None:
    for said in ("www.nosuch.invalid", "/search www.nosuch.invalid"):
        assert [b.label for b in buttons(await visitor.say(said))] == ["Subscribe"]


async def test_a_word_that_may_be_a_site_is_searched_for_and_offered(visitor: Visitor) -> None:
    visitor.room.probe.add("https://stars.test", "Stars")
    found = await visitor.say("stars.test")
    assert "Nothing found" in text_of(found)
    assert "Subscribed to “Stars”" in text_of(await visitor.press(button(found, "Subscribe")))


async def offer(visitor: Visitor, *addresses: str, title: str = "Some channel", asker: Asker = ME) -> Reply:
    return await visitor.desk.offer(Request(asker), addresses, title)


async def test_a_post_that_is_shown_offers_the_sites_behind_its_links_each_once(visitor: Visitor) -> None:
    visitor.room.probe.add("https://one.example/a", "One")
    links = (
        "https://one.example/a",
        "https://www.one.example/b",
        "two.example",
        "https://three.example",
        "https://four.example",
    )
    shown = await offer(visitor, *links)
    assert [b.label for b in buttons(shown)] == [f"Subscribe to {n}.example" for n in ("one", "two", "three")]
    assert "Some channel" in text_of(shown)
    assert "Subscribed to “One”" in text_of(await visitor.press(buttons(shown)[0]))


async def test_a_post_without_web_addresses_is_not_answered(visitor: Visitor) -> None:
    assert await offer(visitor) == Reply(language="en")
    assert await offer(visitor, "tg://resolve?domain=x", "javascript:alert(1)", "mailto:a@b.example", "words") == Reply(
        language="en"
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(addresses=st.lists(st.text(max_size=300) | st.just("https://x.example/\ud800"), max_size=5), title=st.text())
async def test_whatever_a_post_holds_the_answer_is_sound(
    visitor: Visitor, addresses: Sequence[str], title: str
) -> None:
    shown = await offer(visitor, *addresses, title=title)
    assert len(buttons(shown)) <= 3
    assert Words()("failed") not in text_of(shown)
    assert all(len(b.action.encode()) <= actions.LIMIT for b in buttons(shown))


# --- the way to the private chat ---------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["/follow Xiaomi EV", "/follow " + "words " * 100, "/unfollow Space", "/unfollow"])
async def test_what_needs_a_private_chat_leads_there_and_takes_the_wish_along(visitor: Visitor, typed: str) -> None:
    shown = await visitor.say(typed, STRANGER)
    assert not shown.error
    assert shown.onward_label
    assert len(shown.onward.encode()) <= actions.LIMIT
    answer = await visitor.press(shown.onward, person(user="99"))
    assert text_of(answer) == text_of(await visitor.say(typed, person(user="98")))


async def test_a_pressed_follow_goes_on_in_the_private_chat_without_the_list_it_stood_in(visitor: Visitor) -> None:
    listed = await visitor.say("/topics", STRANGER)
    shown = await visitor.press(button(listed, "Follow"), STRANGER)
    assert shown.onward.startswith("fo:")
    done = await visitor.press(shown.onward)
    assert "You follow" in text_of(done)
    assert "Topics" not in text_of(done)
    ended = await visitor.press(f"un:{shown.onward.partition(':')[2]}:p", STRANGER)
    assert ended.onward.startswith("un:")
    assert await followed(visitor) == ["Space"]
    await visitor.press(ended.onward)
    assert await followed(visitor) == []


async def test_following_from_a_group_an_admin_or_not_never_fails_for_want_of_a_private_chat(visitor: Visitor) -> None:
    for asker in (STRANGER, replace(STRANGER, is_chat_admin=True), replace(STRANGER, is_bot_admin=True)):
        for pressed in ("ak:follow", "fa:anything", "fo:1", "c:/start follow_space"):
            shown = await visitor.press(pressed, asker)
            assert shown.onward
            assert not shown.error


# --- stories to pick from ------------------------------------------------------------------------------


async def cards(visitor: Visitor, text: str, offset: str = "", asker: Asker = ME) -> Cards:
    return await visitor.desk.cards(Request(asker), text, offset)


def headlines(found: Cards) -> list[str]:
    return [story.headline for digest in found.digests for story in digest.stories]


async def test_stories_answer_a_half_typed_search_one_to_a_card(visitor: Visitor) -> None:
    told = await visitor.room.publish("motors", *SU7)
    await visitor.room.publish("volt", "Xiaomi delivers the SU7", SU7[1], story=told.story_id)
    await visitor.room.publish("stars", *ROCKET)
    found = await cards(visitor, "xiaomi su7")
    (digest,) = found.digests
    assert len(digest.stories[0].sources) == 2
    assert (found.offset, found.personal) == ("", False)


async def test_no_text_shows_the_latest_stories_page_by_page_each_once(visitor: Visitor) -> None:
    titles = [f"Story number {n}" for n in range(35)]
    told = [await visitor.room.publish("stars", title, "A text.", hours=n + 1) for n, title in enumerate(titles)]
    await visitor.room.publish("motors", "An old telling", "A text.", hours=30.5, story=told[2].story_id)
    pages, offset = [], ""
    while True:
        found = await cards(visitor, "", offset)
        pages.append([digest.stories[0].story_id for digest in found.digests])
        assert len(found.offset.encode()) <= 64
        offset = found.offset
        if not offset:
            break
    assert [story for page in pages for story in page] == [article.story_id for article in told]
    assert max(map(len, pages)) == PAGE


async def test_a_word_that_is_not_finished_finds_what_it_may_become(visitor: Visitor) -> None:
    for n in range(10):
        await visitor.room.publish("stars", f"Rocket number {n}", "It flew to orbit.", hours=n + 1)
    assert (await visitor.desk.cards(Request(ME), "-rocke")).digests == ()
    for text in ("rocke", "flew ro", "Roc"):
        first = await cards(visitor, text)
        rest = await cards(visitor, text, first.offset)
        assert len(set(headlines(first)) | set(headlines(rest))) == 10
        assert rest.offset == ""


async def test_a_search_goes_on_where_its_page_ended(visitor: Visitor) -> None:
    for n in range(25):
        await visitor.room.publish("stars", f"Rocket number {n}", "It flew.", hours=n + 1)
    seen: list[str] = []
    offset = ""
    for expected in (6, 6, 6, 6, 1):
        found = await cards(visitor, "rocket", offset)
        assert len(found.digests) == expected
        seen += headlines(found)
        offset = found.offset
    assert offset == ""
    assert len(set(seen)) == 25


async def test_only_a_persons_own_choices_make_an_answer_personal(visitor: Visitor) -> None:
    await visitor.room.publish("stars", *ROCKET)
    await visitor.room.publish("motors", "Ein Raketenauto", "Eine Rakete auf Rädern.", language="de")
    assert not (await cards(visitor, "", asker=replace(ME, language="ru"))).personal
    await visitor.say("/settings languages en")
    mine = await cards(visitor, "")
    assert (headlines(mine), mine.personal) == ([ROCKET[0]], True)
    assert len((await cards(visitor, "", asker=replace(ME, user_id="8", chat=MEMBER.chat, private=None))).digests) == 2


async def test_a_muted_source_is_not_among_them(visitor: Visitor) -> None:
    told = await visitor.room.publish("stars", *ROCKET)
    await visitor.room.publish("motors", *SU7)
    menu = await visitor.press(f"mm:{told.story_id}")
    await visitor.press(button(menu, "Source Star Gazette"))
    found = await cards(visitor, "")
    assert (headlines(found), found.personal) == ([SU7[0]], True)


@pytest.mark.parametrize(
    "offset",
    ["x", "0", ".", "-1.", "1" * 99, "0.x", "0.²", "5.--", "99999.a", "\ud800", "1.\ud800", "0." + "9" * 50],
)
async def test_made_up_offsets_and_words_find_something_or_nothing_and_never_fail(
    visitor: Visitor, offset: str, caplog: pytest.LogCaptureFixture
) -> None:
    await visitor.room.publish("motors", *BATTERY)
    for text in ("", "battery", "source:nowhere x", "after:never", "-", '"', "\0", "a" * 5000):
        assert isinstance(await cards(visitor, text, offset), Cards)
    assert not caplog.records


async def test_who_may_not_use_the_bot_or_types_like_a_machine_gets_no_cards(visitor: Visitor) -> None:
    await visitor.room.publish("motors", *BATTERY)
    counts = [len((await cards(visitor, "battery")).digests) for _ in range(130)]
    assert (sum(counts), counts[-1]) == (120, 0)
    visitor.room.newsdesk.configure(Rules(access=Access("allowlist")))
    assert await cards(visitor, "battery", asker=CHAIR) == Cards(failed=True)


# --- menus and words -----------------------------------------------------------------------------------


def test_every_command_is_in_the_menu_of_somebody_who_may_use_it() -> None:
    assert set(MENUS["bot_admin"]) | {"start"} == set(TABLE)
    assert set(MENUS["bot_admin"]) - set(MENUS["private"]) == {name for name, c in TABLE.items() if c.admin}
    assert set(MENUS["group"]) < set(MENUS["group_admin"]) < set(MENUS["private"])
    assert all(len(set(names)) == len(names) <= 100 for names in MENUS.values())


async def test_what_members_of_a_group_find_in_their_menu_changes_nothing_there(visitor: Visitor) -> None:
    for name in MENUS["group"]:
        answer = await visitor.say(f"/{name}", MEMBER)
        assert "only admins" not in text_of(answer)
    assert await visitor.room.newsdesk.subscribing.all(MEMBER) == []


@pytest.mark.parametrize("language", languages())
def test_every_line_of_a_menu_is_short_enough_for_telegram(visitor: Visitor, language: str) -> None:
    for scope in MENUS:
        for info in visitor.desk.menu(scope, language):
            assert 1 <= len(info.help) <= 256  # https://core.telegram.org/bots/api#botcommand
            assert info.name.isascii()


async def test_the_bot_speaks_the_language_of_a_persons_client(visitor: Visitor) -> None:
    visitor.room.newsdesk.configure(replace(FREELY, languages=("en", "zh")))
    chinese = replace(ME, language="zh-hans")
    assert text_of(await visitor.say("/help", chinese)) != text_of(
        await visitor.say("/help", replace(ME, user_id="5", language="en"))
    )
    assert (await visitor.desk.press(Request(chinese), "?")).toast == Words("zh")("button_too_old")
    in_group = replace(MEMBER, language="zh-hans")
    assert (await visitor.desk.press(Request(in_group), "?")).toast == Words("zh")("button_too_old")
    assert text_of(await visitor.say("/help", in_group)) == text_of(await visitor.say("/help", MEMBER))


async def test_who_acts_on_a_channel_from_their_own_chat_is_answered_in_their_own_language(visitor: Visitor) -> None:
    visitor.room.newsdesk.configure(replace(FREELY, languages=("en", "zh")))

    async def vouch(asker: Asker) -> Asker:
        return replace(CHAIR, user_id=asker.user_id, language=asker.language)

    chinese = replace(ME, language="zh-hans")
    answer = await visitor.desk.command(Request(chinese, "/subscriptions", vouch))
    assert text_of(answer).strip() == Words("zh")("subscriptions_none")
