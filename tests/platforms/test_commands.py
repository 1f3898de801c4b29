"""The desk, from a typed line to the reply: every command, every button, and whatever people do with them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsbot.domain.models import ChatKey, FeedSpec
from newsbot.locales import Words, catalogue, languages, own_name
from newsbot.newsdesk import Access, Asker, Rules
from newsbot.platforms.actions import LIMIT
from newsbot.platforms.answers import HANDLERS, PRESSES
from newsbot.platforms.commands import COMMANDS, TABLE, Desk, Request, clean
from newsbot.platforms.table import ALIASES
from newsbot.platforms.views import Button, Item, Paragraph, Reply, Span
from newsbot.storage import Storage
from tests.clock import ManualClock
from tests.newsdesk.room import BATTERY, BOSS, CHAIR, ME, MEMBER, ROCKET, SU7, Room, open_room, person

FREELY = Rules(commands_per_minute=100_000)


class Visitor:
    """Types lines and presses buttons."""

    def __init__(self, room: Room, desk: Desk) -> None:
        self.room = room
        self.desk = desk

    async def say(self, text: str, asker: Asker = ME) -> Reply:
        reply = await self.desk.command(Request(asker, text))
        sound(reply)
        return reply

    async def press(self, button: Button | str, asker: Asker = ME) -> Reply:
        action = button if isinstance(button, str) else button.action
        reply = await self.desk.press(Request(asker), action)
        sound(reply)
        return reply

    async def offered(self, text: str) -> list[str]:
        return [completion.value for completion in await self.desk.complete(Request(ME), text)]


@pytest.fixture
async def visitor(sqlite_storage: Storage, clock: ManualClock) -> Visitor:
    room = await open_room(sqlite_storage, clock, FREELY)
    return Visitor(room, Desk(room.newsdesk))


def spans(reply: Reply) -> Iterator[Span]:
    for block in reply.blocks:
        if isinstance(block, Paragraph):
            yield from block.spans
        elif isinstance(block, Item):
            yield from block.title
            for line in block.lines:
                yield from line


def text_of(reply: Reply) -> str:
    return " ".join([reply.toast, *(span.text for span in spans(reply))])


def buttons(reply: Reply) -> list[Button]:
    own = [button for block in reply.blocks if isinstance(block, Item) for button in block.buttons]
    return own + [button for row in reply.buttons for button in row]


def openers(reply: Reply) -> list[Button]:
    return [block.opener for block in reply.blocks if isinstance(block, Item) and block.opener]


def button(reply: Reply, label: str) -> Button:
    return next(b for b in buttons(reply) if b.label.startswith(label))


def sound(reply: Reply) -> None:
    """What every reply keeps to: something is said, buttons are short and have names."""
    for b in buttons(reply):
        assert b.label.strip()
        assert b.action or b.url
        assert len(b.action.encode()) <= LIMIT
    assert not any("{" in span.text for span in spans(reply))
    assert Words()("failed") not in text_of(reply)


# --- the table -----------------------------------------------------------------------------------


def test_every_command_has_a_handler_and_a_line_of_help() -> None:
    assert set(TABLE) == set(HANDLERS) | {"help"}
    assert all(f"help_{command.name}" in catalogue("en") for command in COMMANDS)


def test_commands_of_the_bots_admins_are_shown_to_them_alone(visitor: Visitor) -> None:
    assert {c.name for c in visitor.desk.commands(BOSS)} - {c.name for c in visitor.desk.commands(ME)} == {
        "feeds", "status", "retract", "reload", "pause", "resume",
    }  # fmt: skip


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.example], ids=lambda c: c.name)
async def test_the_example_of_every_command_is_understood(visitor: Visitor, command: object) -> None:
    example = getattr(command, "example", "")
    reply = await visitor.say(example)
    assert "Use it like this" not in text_of(reply)


async def test_help_lists_commands_and_explains_each(visitor: Visitor) -> None:
    whole = text_of(await visitor.say("/help"))
    for info in visitor.desk.commands(ME):
        assert f"/{info.name}" in whole
        assert info.usage in text_of(await visitor.say(f"/help {info.name}"))


async def test_missing_arguments_get_the_usage_and_an_example_to_tap(visitor: Visitor) -> None:
    for name in ("follow", "search"):
        reply = await visitor.say(f"/{name}")
        assert reply.error
        assert TABLE[name].usage in text_of(reply)
        assert TABLE[name].example in [span.command for span in spans(reply)]


async def test_an_unknown_command_is_answered_with_a_near_one(visitor: Visitor) -> None:
    reply = await visitor.say("/subscrib cars")
    assert reply.error
    assert text_of(reply).endswith("?")
    assert "/subscribe cars" in [span.command for span in spans(reply)]
    assert "/help" in text_of(await visitor.say("/xyzzy"))


async def test_what_people_type_to_other_bots_is_understood_and_listed_nowhere(visitor: Visitor) -> None:
    assert "Subscribed to “cars”" in text_of(await visitor.say("/sub cars"))
    assert "cars" in text_of(await visitor.say("/LIST@newsbot"))
    assert (await visitor.room.newsdesk.settling.of(ME)).quiet is None
    assert "22:00" in text_of(await visitor.say("/set quiet 22:00-07:00"))
    assert not (await visitor.say("/lang en")).error
    assert "Motor News" in text_of(await visitor.say("/mute Motor News"))
    assert [m.kind for m in await visitor.room.newsdesk.muting.all(ME)] == ["source"]
    assert "called “xyzzy”" in text_of(await visitor.say("/mute xyzzy"))
    assert "Ended" in text_of(await visitor.say("/unsub cars"))
    assert not {c.name for c in visitor.desk.commands(BOSS)} & set(ALIASES)


async def test_whoever_stops_is_asked_whether_all_shall_end(visitor: Visitor) -> None:
    await visitor.say("/subscribe cars")
    await visitor.say("/subscribe everything")
    for text in ("/stop", "/cancel", "/unsubscribe all"):
        asked = await visitor.say(text)
        assert len(await visitor.room.newsdesk.subscribing.all(ME)) == 2
    await visitor.press(button(asked, "everything"))
    assert [o.label for o in await visitor.room.newsdesk.subscribing.all(ME)] == ["cars"]
    await visitor.press(button(asked, "Yes"))
    assert await visitor.room.newsdesk.subscribing.all(ME) == []


@pytest.mark.parametrize("text", ["/id", "/privacy"])
async def test_people_learn_the_numbers_that_the_config_asks_for(visitor: Visitor, text: str) -> None:
    assert "This chat is web:town, and you are web:8." in text_of(await visitor.say(text, CHAIR))


async def test_a_command_may_name_the_bot_and_be_in_capitals(visitor: Visitor) -> None:
    assert "Topics" in text_of(await visitor.say("/TOPICS@newsbot"))


# --- first steps ---------------------------------------------------------------------------------


async def test_every_button_of_the_welcome_leads_somewhere(visitor: Visitor) -> None:
    for asker in (ME, CHAIR):
        for b in buttons(await visitor.say("/start", asker)):
            answer = await visitor.press(b, asker)
            assert answer.blocks
            assert not answer.error


async def test_plain_words_are_a_search_in_private_and_nothing_in_a_group(visitor: Visitor) -> None:
    await visitor.room.publish("motors", *BATTERY)
    found = await visitor.say("solid-state battery")
    assert BATTERY[0] in text_of(found).replace("  ", " ")
    followed = await visitor.press(button(found, "Follow"))
    assert "You follow" in text_of(followed)
    assert await visitor.say("solid-state battery", MEMBER) == Reply()


# --- subscriptions -------------------------------------------------------------------------------


async def test_subscribing_from_the_menu(visitor: Visitor) -> None:
    menu = await visitor.say("/subscribe")
    done = await visitor.press(button(menu, "Motor News"))
    assert "Subscribed to “Motor News”" in text_of(done)
    assert "has “Motor News” already" in text_of(await visitor.press(button(menu, "Motor News")))


async def test_a_category_and_a_topic_of_one_name_can_both_be_chosen(visitor: Visitor) -> None:
    menu = await visitor.say("/subscribe")
    await visitor.press(button(menu, "space"))
    await visitor.press(button(menu, "Space"))
    kinds = [order.what.kind for order in await visitor.room.newsdesk.subscribing.all(ME)]
    assert kinds == ["category", "topic"]


async def test_a_misspelt_name_offers_what_was_meant_and_to_follow_it(visitor: Visitor) -> None:
    reply = await visitor.say("/subscribe motr news")
    assert reply.error
    assert "Subscribed" in text_of(await visitor.press(button(reply, "Motor News")))
    assert "You follow" in text_of(await visitor.press(button(reply, "Follow")))


@pytest.mark.parametrize("text", ["/subscribe cars", "/follow Xiaomi EV"])
async def test_in_quiet_hours_nothing_is_promised_at_once(visitor: Visitor, text: str) -> None:
    await visitor.room.publish("motors", *SU7)
    await visitor.say("/settings quiet 00:00-23:59")
    said = text_of(await visitor.say(text))
    assert "The newest comes after your quiet hours, at 23:59." in said
    assert "at once" not in said


async def test_a_mistaken_time_offers_the_order_with_a_right_one(visitor: Visitor) -> None:
    refused = await visitor.say("/subscribe cars 25:00")
    assert "no time that I know" in text_of(refused)
    assert "every day at 08:00" in text_of(await visitor.press(button(refused, "Did you mean “daily 08:00”?")))


async def test_a_subscription_is_paused_resumed_changed_and_removed_by_buttons(visitor: Visitor) -> None:
    await visitor.say("/subscribe cars")
    shown = await visitor.say("/subscriptions")
    pause = button(shown, "Pause")
    paused = await visitor.press(pause)
    assert paused.edit
    assert "paused" in text_of(await visitor.press(pause))  # a second press does no harm
    await visitor.press(button(paused, "Resume"))
    times = await visitor.press(button(paused, "When"))
    changed = await visitor.press(button(times, "Daily 08:00"))
    assert "every day at 08:00" in text_of(changed)
    ended = await visitor.press(button(changed, "Remove"))
    back = await visitor.press(button(ended, "Undo"))
    assert "every day at 08:00" in text_of(back)
    assert (await visitor.press(button(changed, "Remove"))).error  # that one is gone


async def test_the_answer_to_an_order_stays_with_it_when_it_is_paused_or_changed(visitor: Visitor) -> None:
    await visitor.say("/subscribe space")
    paused = await visitor.press(button(await visitor.say("/subscribe cars"), "Pause"))
    assert "space" not in text_of(paused) and "paused" in text_of(paused)
    times = await visitor.press(button(paused, "When"))
    changed = await visitor.press(button(times, "Daily 08:00"))
    assert "space" not in text_of(changed) and "every day at 08:00" in text_of(changed)
    weekly = await visitor.press(button(await visitor.press(button(changed, "When")), "Mondays 08:00"))
    assert "space" not in text_of(weekly) and "Monday" in text_of(weekly)


async def test_a_subscription_opens_by_its_number_and_stays_open_when_it_is_paused(visitor: Visitor) -> None:
    await visitor.say("/subscribe cars")
    [opener] = openers(await visitor.say("/subscriptions"))
    opened = await visitor.press(opener)
    assert opener.label == "1" and opened.edit and [b.label for b in buttons(opened)][-1] == "‹ Back"
    paused = await visitor.press(button(opened, "Pause"))
    assert "paused" in text_of(paused) and button(paused, "Resume")
    times = await visitor.press(button(paused, "When"))
    assert openers(await visitor.press(button(await visitor.press(button(times, "‹ Back")), "‹ Back")))
    await visitor.say("/subscribe cars", CHAIR)
    assert (await visitor.press(opener.action.replace("1", "2"), MEMBER)).error
    assert not openers(shown := await visitor.say("/subscriptions", MEMBER)) and not buttons(shown)


@pytest.mark.parametrize("ref", ["999999999999999999999", "²", "-1", ""])
@pytest.mark.parametrize("kind", ["story", "source", "topic"])
async def test_what_can_have_no_such_number_is_not_muted(visitor: Visitor, kind: str, ref: str) -> None:
    assert (await visitor.press(f"mu:{kind}:{ref}")).toast == Words()("mute_gone")


async def test_the_list_says_why_nothing_is_posted_just_now(visitor: Visitor) -> None:
    await visitor.say("/subscribe cars", CHAIR)
    assert "Nothing is posted" not in text_of(await visitor.say("/subscriptions", CHAIR))
    chat = await visitor.room.storage.chats.find(CHAIR.chat)
    assert chat is not None
    for reason, said in (
        ("the topic was closed", "(the topic was closed)"),
        ("the person takes no private messages", "I may not write to you."),
        ("", "has stopped all posts"),
    ):
        await visitor.room.storage.chats.pause(chat.id, reason)
        if not reason:
            await visitor.room.newsdesk.running.stop(BOSS)
        shown = text_of(await visitor.say("/subscriptions", CHAIR))
        assert "Nothing is posted here just now" in shown
        assert said in shown


async def test_an_undo_that_nobody_was_given_is_refused(visitor: Visitor) -> None:
    reply = await visitor.press("sa:feed:1::instant:Motor News")
    assert reply.error
    assert await visitor.room.newsdesk.subscribing.all(ME) == []


async def test_ending_everything_is_asked_for_twice(visitor: Visitor) -> None:
    await visitor.say("/subscribe cars")
    await visitor.say("/subscribe space hourly")
    asked = await visitor.say("/unsubscribe all")
    assert len(await visitor.room.newsdesk.subscribing.all(ME)) == 2
    await visitor.press(button(asked, "Yes"))
    assert await visitor.room.newsdesk.subscribing.all(ME) == []
    assert not (await visitor.press(button(asked, "Yes"))).error


async def test_long_lists_come_in_pages_and_stay_on_theirs(visitor: Visitor) -> None:
    for n in range(20):
        await visitor.say(f"/subscribe cars word{n}")
    first = await visitor.say("/subscriptions")
    second = await visitor.press(button(first, "Next"))
    assert "word9" in text_of(second)
    assert "word0" not in text_of(second)
    assert "word9" in text_of(await visitor.press(button(second, "Pause")))


# --- topics --------------------------------------------------------------------------------------


async def test_a_topic_is_followed_and_unfollowed_with_one_tap_in_place(visitor: Visitor) -> None:
    shown = await visitor.say("/topics")
    followed = await visitor.press(button(shown, "Follow"))
    assert followed.edit
    assert "You follow “Space”" in followed.toast
    unfollowed = await visitor.press(button(followed, "✓ Following"))
    assert "no longer" in unfollowed.toast
    assert await visitor.room.newsdesk.following.followed(ME) == []


async def test_a_topics_button_has_its_name_and_opens_its_page_in_place_of_the_list(visitor: Visitor) -> None:
    await visitor.say("/follow Xiaomi EV")
    shown = await visitor.say("/topics")
    assert [b.label for b in openers(shown)] == ["Space", "✓ Xiaomi EV"] and "do not follow" not in text_of(shown)
    page = await visitor.press(openers(shown)[0])
    assert page.edit and "I look for" in text_of(page)
    followed = await visitor.press(button(page, "Follow"))
    assert followed.edit and button(followed, "Unfollow")
    assert len(openers(await visitor.press(button(followed, "‹ Back")))) == 2


async def test_following_tells_what_was_understood_and_found(visitor: Visitor) -> None:
    await visitor.room.publish("motors", *SU7)
    said = text_of(await visitor.say("/follow Xiaomi EV"))
    for part in ("I look for", "Xiaomi", "30 days", "1 story", SU7[0], "matched"):
        assert part in said
    assert "would have brought you nothing" in text_of(await visitor.say("/follow sodium teapot"))


async def test_somebody_elses_typed_topic_is_nobodys_to_open(visitor: Visitor) -> None:
    done = await visitor.room.newsdesk.following.follow(ME, "my secret illness")
    for verb in ("tp", "fo", "un", "tl"):
        reply = await visitor.press(f"{verb}:{done.topic.id}", person(user="9"))
        assert reply.error
        assert "secret" not in text_of(reply)
    assert "secret" in text_of(await visitor.press(f"tp:{done.topic.id}"))


async def test_a_made_up_press_mutes_and_names_nothing_that_others_typed(visitor: Visitor) -> None:
    done = await visitor.room.newsdesk.following.follow(ME, "my secret illness")
    secret = FeedSpec("https://secret.example/token", name="Secret feed")
    feed = await visitor.room.storage.feeds.add(secret, visitor.room.clock.now(), private=True)
    for press in (f"mu:topic:{done.topic.id}", f"mu:source:{feed.id}", f"mu:source:{feed.id}:1"):
        reply = await visitor.press(press, person(user="9"))
        assert reply.error
        assert "ecret" not in text_of(reply)
    assert "secret" in text_of(await visitor.press(f"mu:topic:{done.topic.id}"))


async def test_a_typed_topic_can_be_taken_up_again_after_unfollowing(visitor: Visitor) -> None:
    followed = await visitor.say("/follow sodium teapot")
    ended = await visitor.press(button(followed, "Unfollow"))
    assert "You follow" in text_of(await visitor.press(button(ended, "Follow")))


async def test_a_topic_that_matches_nearly_anything_is_warned_of_first(visitor: Visitor) -> None:
    for n in range(20):
        await visitor.room.publish("motors", f"The market number {n}", "It goes on.")
    for text in ("the", "of the", "market"):
        assert "nearly everything" in text_of(await visitor.say(f"/follow {text}"))
    assert await visitor.room.newsdesk.following.followed(ME) == []
    warned = await visitor.say("/follow market")
    assert "every day at 08:00" in text_of(await visitor.press(button(warned, "One digest a day")))
    await visitor.press(button(await visitor.say("/follow the"), "Follow it anyway"))
    assert [row.topic.name for row in await visitor.room.newsdesk.following.followed(ME)] == ["market", "the"]
    assert "You follow" in text_of(await visitor.say("/follow market teapot"))


async def test_what_people_typed_is_said_back_in_brief(visitor: Visitor) -> None:
    long = "teapot " * 40
    for command in ("follow", "subscribe", "search", "unfollow", "unsubscribe", "settings timezone"):
        for line in text_of(await visitor.say(f"/{command} {long}")).split("“")[1:]:
            assert len(line.partition("”")[0]) <= 80


# --- reading -------------------------------------------------------------------------------------


def test_a_name_copied_out_of_a_post_is_the_name_without_the_joiners_in_it() -> None:
    assert clean("/follow @\u2060durov on a.\u2060example") == "/follow @durov on a.example"


async def test_search_turns_pages_in_place_even_for_a_long_query(visitor: Visitor) -> None:
    long = "battery " + " OR ".join(f"lithium{n}" for n in range(30))
    for n in range(7):
        await visitor.room.publish("motors", f"Battery lithium1 number {n}", "It lasts.", hours=n + 1)
    first = await visitor.say(f"/search {long}")
    second = await visitor.press(button(first, "Next"))
    assert second.edit
    assert [b.number for b in second.blocks if isinstance(b, Item)] == [6, 7]
    again = await visitor.press(button(second, "‹"))
    assert [b.number for b in again.blocks if isinstance(b, Item)] == [1, 2, 3, 4, 5]


async def test_a_search_by_operators_alone_shows_the_newest_and_offers_to_follow_nothing(visitor: Visitor) -> None:
    for n in range(7):
        await visitor.room.publish("motors", f"小米汽车 {n}", "小米汽车发布", language="zh", hours=n + 1)
    first = await visitor.say("/search lang:zh")
    second = await visitor.press(button(first, "Next"))
    assert [b.number for b in second.blocks if isinstance(b, Item)] == [6, 7]
    assert not [b for b in buttons(first) if "Follow" in b.label]
    lacking = await visitor.say("/search title:")
    assert "title:battery" in text_of(lacking)
    assert lacking.error
    assert not buttons(lacking)


async def test_a_story_in_a_list_opens_with_its_own_buttons_and_all_of_them_work(visitor: Visitor) -> None:
    told = await visitor.room.publish("motors", *SU7)
    await visitor.room.publish("volt", "Xiaomi delivers", SU7[1], story=told.story_id)
    await visitor.room.publish("stars", *ROCKET)
    await visitor.say("/follow Xiaomi EV")
    opened = await visitor.press(button(await visitor.say("/latest cars"), "1"))
    assert {b.action.partition(":")[0] for b in buttons(opened)} == {"tp", "lk", "up", "dn", "so", "mm", "wy"}
    for b in buttons(opened):
        assert not (await visitor.press(b)).error
    muted = await visitor.press(button(await visitor.press(button(opened, "Mute")), "Source Motor News"))
    assert "Muted the source Motor News" in text_of(muted)
    await visitor.press(button(muted, "Undo"))
    assert await visitor.room.newsdesk.muting.all(ME) == []


@pytest.mark.parametrize("text", ["/latest", "/latest cars", "/digest", "/digest cars week"])
async def test_what_the_chats_languages_hide_is_not_called_nothing(visitor: Visitor, text: str) -> None:
    await visitor.room.publish("motors", *SU7)
    await visitor.say("/settings languages zh")
    hidden = await visitor.say(text)
    assert "in languages that this chat does not show. It shows: zh" in text_of(hidden)
    await visitor.press(button(hidden, "Show all languages"))
    assert "languages" not in text_of(await visitor.say(text))


async def test_more_stories_than_there_may_be_are_not_cut_without_a_word(visitor: Visitor) -> None:
    assert "1 to 20" in text_of(await visitor.say("/latest everything 25"))
    await visitor.room.publish("motors", *SU7, hours=30)
    assert "the last 2 days" in text_of(await visitor.say("/digest yesterday"))


async def test_nothing_new_offers_a_longer_period(visitor: Visitor) -> None:
    await visitor.room.publish("motors", *SU7, hours=50)
    empty = await visitor.say("/digest cars")
    longer = await visitor.press(button(empty, "The last week"))
    assert any(type(block).__name__ == "DigestBlock" for block in longer.blocks)


async def test_why_answers_with_the_subscription_and_the_words(visitor: Visitor) -> None:
    told = await visitor.room.publish("motors", *SU7)
    assert "no subscription" in text_of(await visitor.say(f"/why {told.url}"))
    await visitor.say("/follow Xiaomi EV")
    said = text_of(await visitor.say(f"/why {told.url}"))
    assert "because: • you follow Xiaomi EV : matched" in said
    assert "matched" in said
    assert (await visitor.say("/why not")).error


async def test_why_under_a_post_names_the_posts_headline_and_speaks_of_the_chat(visitor: Visitor) -> None:
    first = await visitor.room.publish("motors", *SU7, hours=2)
    story = first.story_id
    told = "Xiaomi’s electric car SU7 is on schedule, its makers say"
    await visitor.room.publish("volt", told, SU7[1], story=story)
    await visitor.say("/subscribe cars", CHAIR)
    await visitor.press(f"mu:source:{first.feed_id}:{story}")
    for asker, headline in ((ME, told), (CHAIR, SU7[0])):
        blocks = (await visitor.press(f"wy:{story}", asker)).blocks
        assert isinstance(blocks[0], Paragraph) and blocks[0].spans[0].text == headline
    assert "this chat is subscribed to cars" in text_of(await visitor.press(f"wy:{story}", CHAIR))


# --- settings ------------------------------------------------------------------------------------


async def test_every_setting_and_every_choice_can_be_pressed(visitor: Visitor) -> None:
    for b in buttons(await visitor.say("/settings")):
        opened = await visitor.press(b)
        assert opened.edit
        for choice in buttons(opened):
            assert not (await visitor.press(choice)).error


async def test_a_language_that_was_chosen_is_spoken_at_once(visitor: Visitor) -> None:
    visitor.room.newsdesk.configure(replace(FREELY, languages=("en", "de")))
    pressed = await visitor.press("sv:language:de")
    assert pressed.toast.startswith("Gespeichert") and Words("de")("settings_title") in text_of(pressed)
    typed = await visitor.say("/settings language en")
    assert text_of(typed).strip().startswith("Saved") and button(typed, "Settings")


async def test_a_language_chosen_for_a_channel_is_not_that_of_who_chose_it(visitor: Visitor) -> None:
    visitor.room.newsdesk.configure(replace(FREELY, languages=("en", "de")))

    async def vouch(asker: Asker) -> Asker:
        return replace(CHAIR, user_id=asker.user_id)

    said = await visitor.desk.command(Request(ME, "/settings language de", vouch))
    assert text_of(said).strip().startswith("Saved")


async def test_a_misspelt_time_zone_offers_near_ones(visitor: Visitor) -> None:
    reply = await visitor.say("/settings timezone Berlni")
    await visitor.press(button(reply, "Europe/Berlin"))
    assert (await visitor.room.newsdesk.settling.of(ME)).timezone == "Europe/Berlin"
    assert "Europe/Berlin" in text_of(await visitor.say("/subscribe cars daily 08:00"))


async def test_settings_are_set_by_the_names_that_they_are_shown_by(visitor: Visitor) -> None:
    for text in ("time zone Europe/Berlin", "Time Zone Berlin", "quiet hours 22:00-07:00", "article languages en"):
        assert "Saved" in text_of(await visitor.say(f"/settings {text}"))


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Stories in a digest 30", "max_items", 30), ("digest 7", "max_items", 7),
        ("每份简报的新闻数 9", "max_items", 9),
        ("sound off", "silent", True), ("Ton an", "silent", False), ("silent on", "silent", True),
        ("звук выкл.", "silent", True), ("Pictures hidden", "images", False), ("Posts compact", "compact", True),
        ("language German", "language", "de"), ("Meine Sprache Deutsch", "language", "de"),
        ("languages English, Chinese", "languages", ("en", "zh")),
        ("languages हिन्दी Русский", "languages", ("hi", "ru")),
        ("timezone +3", "timezone", "Etc/GMT-3"), ("time zone UTC-5", "timezone", "Etc/GMT+5"),
        ("timezone UTC+5:30", "timezone", "Asia/Kolkata"), ("timezone +0", "timezone", "UTC"),
    ],
)  # fmt: skip
async def test_settings_are_understood_in_the_words_that_people_use(
    visitor: Visitor, text: str, field: str, value: object
) -> None:
    visitor.room.newsdesk.configure(replace(FREELY, languages=("en", "de")))
    assert not (await visitor.say(f"/settings {text}")).error
    assert getattr(await visitor.room.newsdesk.settling.of(ME), field) == value


async def test_a_setting_that_there_is_not_is_told_the_shown_names_of_those_that_there_are(visitor: Visitor) -> None:
    refused = text_of(await visitor.say("/settings colour red"))
    assert "Stories in a digest" in refused and "max_items" not in refused
    assert "UTC+3" in text_of(await visitor.say("/settings timezone +3"))
    assert "(UTC+3)" in text_of(await visitor.say("/subscribe everything daily 09:00"))
    assert "“+25”" in text_of(await visitor.say("/settings timezone +25"))


async def test_languages_of_articles_have_their_own_names_and_none_that_is_spoken_is_missing(visitor: Visitor) -> None:
    shown = [b.label for b in buttons(await visitor.press("se:languages"))]
    assert {own_name(code) for code in languages()} <= set(shown) and {"Français", "日本語"} <= set(shown)


async def test_a_switch_is_asked_plainly_and_a_choice_of_one_is_not_offered(visitor: Visitor) -> None:
    asked = await visitor.say("/settings compact")
    assert [b.label for b in buttons(asked)] == ["compact", "✓ full", "‹ Back"]
    await visitor.press(button(asked, "compact"))
    assert (await visitor.room.newsdesk.settling.of(ME)).compact
    assert "My language" not in text_of(await visitor.say("/settings"))


async def test_a_language_that_there_is_not_is_refused(visitor: Visitor) -> None:
    assert "“zz”" in text_of(await visitor.say("/settings languages en zz"))
    assert not (await visitor.say("/settings languages en pt")).error
    assert (await visitor.room.newsdesk.settling.of(ME)).languages == ("en", "pt")


async def test_forgetting_is_asked_for_and_leaves_nothing(visitor: Visitor) -> None:
    await visitor.say("/subscribe cars")
    asked = await visitor.say("/forgetme")
    assert await visitor.room.newsdesk.subscribing.all(ME)
    done = await visitor.press(button(asked, "Yes"))
    assert done.forgotten
    assert await visitor.room.storage.chats.find(ME.chat) is None
    assert (await visitor.press(button(asked, "Yes"))).forgotten  # again is no harm


async def test_a_group_is_forgotten_by_its_admins_alone(visitor: Visitor) -> None:
    await visitor.say("/subscribe cars", CHAIR)
    assert "admins" in text_of(await visitor.say("/forgetme", MEMBER))
    assert (await visitor.press("fg", MEMBER)).error
    assert await visitor.room.newsdesk.subscribing.all(CHAIR)


async def test_privacy_says_that_the_web_chat_keeps_what_is_typed(visitor: Visitor) -> None:
    assert "everything that you type here" in text_of(await visitor.say("/privacy"))
    elsewhere = replace(ME, platform="telegram")
    assert "type here" not in text_of(await visitor.say("/privacy", elsewhere))


# --- rights --------------------------------------------------------------------------------------


async def test_members_of_a_group_may_read_but_not_change_it_whatever_they_press(visitor: Visitor) -> None:
    told = await visitor.room.publish("motors", *SU7)
    await visitor.say("/subscribe cars", CHAIR)
    shown = await visitor.say("/subscriptions", MEMBER)
    tries: list[Button | str] = [*buttons(shown), "sz", "sv:compact:on", f"mu:story:{told.story_id}", "mm:1", "mx:1"]
    for b in tries:
        reply = await visitor.press(b, MEMBER)
        assert reply.error
        assert "admins" in text_of(reply)
    for text in ("/subscribe space", "/unsubscribe cars", "/settings compact on"):
        assert "admins" in text_of(await visitor.say(text, MEMBER))
    assert [o.label for o in await visitor.room.newsdesk.subscribing.all(MEMBER)] == ["cars"]


async def test_members_of_a_group_are_shown_what_they_may_do_alone(visitor: Visitor) -> None:
    settings = await visitor.say("/settings", MEMBER)
    assert "Time zone" in text_of(settings) and not buttons(settings) and "Tap to change" not in text_of(settings)
    assert not buttons(await visitor.say("/settings images", MEMBER))
    welcome, helped = await visitor.say("/start", MEMBER), text_of(await visitor.say("/help", MEMBER))
    assert [b.label for b in buttons(welcome)] == ["Browse topics", "Today’s digest", "Latest stories"]
    assert "/subscribe " not in helped and "/settings" not in helped + text_of(welcome) and "/search" in helped
    assert "/subscribe " in text_of(await visitor.say("/help", CHAIR))


async def test_a_refused_press_is_a_notice_and_no_message(visitor: Visitor) -> None:
    for action in ("c:/subscribe", "c:/subscribe cars", "c:/unsubscribe cars", "sx:1"):
        refused = await visitor.press(action, MEMBER)
        assert refused.error and not refused.blocks and "admins" in refused.toast


async def test_status_and_reload_do_not_exist_for_others(visitor: Visitor) -> None:
    assert "don’t know" in text_of(await visitor.say("/status"))
    assert "don’t know" in text_of(await visitor.press("c:/reload"))
    assert "Status" in text_of(await visitor.say("/status", BOSS))
    assert (await visitor.say("/reload", BOSS)).error  # nothing to reload in this room


async def test_a_chat_that_is_not_admitted_gets_one_sentence_and_no_completions(visitor: Visitor) -> None:
    visitor.room.newsdesk.configure(Rules(access=Access("allowlist")))
    assert "not open to this chat (web:7)" in text_of(await visitor.say("/topics"))
    assert (await visitor.press("su")).error
    assert await visitor.offered("/su") == []
    assert await visitor.room.storage.chats.find(ChatKey("web", "7")) is None


async def test_too_many_commands_a_minute_are_asked_to_wait(visitor: Visitor, clock: ManualClock) -> None:
    visitor.room.newsdesk.configure(Rules(commands_per_minute=3))
    replies = [await visitor.say("/privacy") for _ in range(3)]
    assert [reply.error for reply in replies] == [False, False, False]
    clock.advance(seconds=18)
    assert "wait 42 seconds" in text_of(await visitor.say("/privacy"))
    assert not (await visitor.say("/privacy", BOSS)).error
    clock.advance(seconds=42)
    assert not (await visitor.say("/privacy")).error


async def test_who_types_too_fast_is_told_once_a_minute_before_others_and_each_time_alone(
    visitor: Visitor, clock: ManualClock
) -> None:
    visitor.room.newsdesk.configure(Rules(commands_per_minute=2))
    for who in (MEMBER, ME):
        for _ in range(2):
            await visitor.say("/privacy", who)
        assert (await visitor.say("/privacy", who)).error
    assert [await visitor.say("/privacy", MEMBER) for _ in range(5)] == [Reply()] * 5
    for _ in range(5):
        assert "wait 60 seconds" in text_of(await visitor.say("/settings silent on"))
    for _ in range(6):
        await visitor.press("su")
    for _ in range(3):
        refused = await visitor.press("su")
        assert refused.toast
        assert not refused.blocks
    clock.advance(seconds=60)
    for _ in range(2):
        assert not (await visitor.say("/privacy")).error
    assert (await visitor.say("/privacy")).error


async def test_many_members_of_a_group_cannot_make_the_bot_flood_it(visitor: Visitor) -> None:
    visitor.room.newsdesk.configure(Rules(commands_per_minute=5))
    members = [replace(MEMBER, user_id=str(n)) for n in range(100, 140)]
    answers = [await visitor.say("/help", member) for member in members]
    assert [bool(answer.blocks) for answer in answers] == [True] * 16 + [False] * 24
    assert [answer.error for answer in answers[:16]] == [False] * 15 + [True]
    elsewhere = replace(MEMBER, chat=ChatKey("web", "village"))
    assert not (await visitor.say("/help", elsewhere)).error
    assert not (await visitor.say("/help")).error  # nor is anybody's private chat the slower for it
    presses = [await visitor.press("tt:0", member) for member in [*members, *members]]
    assert sum(bool(answer.blocks) for answer in presses) == 45
    assert all(answer.toast for answer in presses if not answer.blocks)


async def test_what_members_ask_for_takes_nothing_from_a_groups_admins(visitor: Visitor) -> None:
    visitor.room.newsdesk.configure(Rules(commands_per_minute=2))
    asked: list[str] = []

    async def vouch(asker: Asker) -> Asker:
        asked.append(asker.user_id)
        return replace(asker, is_chat_admin=asker.user_id == CHAIR.user_id)

    async def say(user: str) -> Reply:
        return await visitor.desk.command(Request(replace(MEMBER, user_id=user), "/help", vouch))

    for n in range(40):
        await say(str(100 + n // 2))
    assert [(await say(CHAIR.user_id)).error for _ in range(3)] == [False, False, True]
    asked.clear()
    visitor.room.newsdesk.configure(Rules(commands_per_minute=10))
    for _ in range(20):
        await say("100")
    assert len(asked) <= 10


async def test_what_only_the_presser_sees_has_no_limit_for_the_chat(visitor: Visitor) -> None:
    visitor.room.newsdesk.configure(Rules(commands_per_minute=1))
    told = await visitor.room.publish("motors", *SU7)
    readers = [replace(MEMBER, user_id=str(n)) for n in range(100, 140)]
    answers = [await visitor.press(f"wy:{told.story_id}", reader) for reader in readers]
    assert all(answer.blocks for answer in answers)


@pytest.mark.parametrize("chosen", ["", "de"])
async def test_what_only_the_presser_sees_is_in_their_language(visitor: Visitor, chosen: str) -> None:
    visitor.room.newsdesk.configure(replace(FREELY, languages=("en", "de", "zh")))
    told = await visitor.room.publish("motors", *SU7)
    if chosen:
        await visitor.say(f"/settings language {chosen}", replace(ME, user_id="7"))
    reader = replace(MEMBER, language="zh-hans")
    own = Words(chosen or "zh")
    assert own("why_uncovered") in text_of(await visitor.press(f"wy:{told.story_id}", reader))
    assert (await visitor.press("sz", reader)).toast == own("forbidden_chat_admin")
    assert (await visitor.press("c:/settings compact on", reader)).toast == own("forbidden_chat_admin")
    assert Words("en")("settings_title") in text_of(await visitor.press("se", reader))
    assert (await visitor.desk.words(reader)).language == "en"
    assert (await visitor.desk.words(reader, aside=True)).language == own.language


async def test_rights_are_asked_for_once_and_only_of_those_who_are_not_too_fast(visitor: Visitor) -> None:
    visitor.room.newsdesk.configure(Rules(commands_per_minute=1))
    asked: list[str] = []

    async def vouch(asker: Asker) -> Asker:
        asked.append(asker.user_id)
        return replace(asker, is_chat_admin=True)

    stranger = replace(MEMBER, user_id="9")
    done = [await visitor.desk.command(Request(stranger, "/subscribe cars", vouch)) for _ in range(3)]
    assert "Subscribed" in text_of(done[0])
    assert done[1].error
    assert asked == ["9"]
    visitor.room.newsdesk.configure(Rules(commands_per_minute=1, access=Access("allowlist")))
    await visitor.desk.press(Request(stranger, "", vouch), "su")
    assert asked == ["9"]  # nor of those who may not use the bot at all


async def test_rights_that_cannot_be_asked_for_are_a_failure_that_is_told_calmly(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    async def vouch(asker: Asker) -> Asker:
        raise OSError("no answer")

    caplog.set_level(logging.CRITICAL)
    assert (await visitor.desk.command(Request(MEMBER, "/subscribe cars", vouch))).error


async def test_the_bots_own_admins_may_be_ten_times_as_fast(visitor: Visitor) -> None:
    visitor.room.newsdesk.configure(Rules(commands_per_minute=1))
    assert [(await visitor.say("/privacy", BOSS)).error for _ in range(11)] == [False] * 10 + [True]


@pytest.mark.parametrize("text", ["/digest cars 99y", "/digest 0d", "/digest -3d", "/latest -5", "/latest cars 0"])
async def test_a_period_or_count_that_is_none_is_told_what_one_looks_like(visitor: Visitor, text: str) -> None:
    reply = await visitor.say(text)
    assert reply.error
    assert not buttons(reply)
    assert any(part in text_of(reply) for part in ("12h, 3d", "1 to 20"))


async def test_an_example_stands_only_where_it_fits(visitor: Visitor) -> None:
    for text in ("/settings quiet 25:00-99", "/subscribe nothing.example", "/unfollow nothing"):
        reply = await visitor.say(text)
        assert reply.error
        assert "For example" not in text_of(reply)


# --- completion ----------------------------------------------------------------------------------


async def test_completion_offers_commands_then_arguments_as_whole_lines(visitor: Visitor) -> None:
    assert await visitor.offered("/sub") == ["/subscribe ", "/subscriptions"]
    assert await visitor.offered("/subscribe mot") == ["/subscribe motors"]
    assert "/subscribe motors daily 08:00" in await visitor.offered("/subscribe motors ")
    assert await visitor.offered("/follow xia") == ["/follow Xiaomi EV"]
    await visitor.say("/follow Xiaomi EV")
    assert await visitor.offered("/follow xia") == []
    assert await visitor.offered("/unfollow ") == ["/unfollow Xiaomi EV"]
    assert await visitor.offered("/settings time") == ["/settings timezone"]
    assert "/settings timezone Asia/Tokyo" in await visitor.offered("/settings timezone tok")
    assert await visitor.offered("hello") == []
    assert await visitor.offered("/nosuch x") == []


# --- whatever people do --------------------------------------------------------------------------

WORDS = st.sampled_from([c.name for c in COMMANDS] + ["Xiaomi", "cars", "daily", "08:00", "all", "-x", '"', "0", "OR"])
TYPED = st.characters(exclude_characters="{")  # it would be said back, and look like an unfilled place
LINES = st.one_of(
    st.text(TYPED, max_size=60).map(lambda text: "/" + text),
    st.lists(WORDS, min_size=1, max_size=5).map(lambda words: "/" + " ".join(words)),
    st.tuples(st.sampled_from([c.name for c in COMMANDS]), st.text(TYPED, max_size=40)).map(
        lambda p: f"/{p[0]} {p[1]}"
    ),
)
VERBS = [*PRESSES, "c", "~", "nosuch"]
ARGUMENT = st.one_of(
    st.integers(-5, 2**70).map(str), st.text(TYPED, max_size=12), st.sampled_from(["timezone", "t", "p"])
)
ACTIONS = st.tuples(st.sampled_from(VERBS), st.lists(ARGUMENT, max_size=4)).map(lambda p: ":".join((p[0], *p[1])))


@pytest.mark.parametrize("action", ["c", "c:", "c:%20", "c: \t"])
async def test_a_button_whose_command_is_empty_has_served_its_time(visitor: Visitor, action: str) -> None:
    assert (await visitor.press(action)).toast == Words()("button_too_old")


@pytest.mark.parametrize("asker", [ME, MEMBER, BOSS], ids=["me", "member", "boss"])
async def test_no_line_and_no_press_ever_breaks_the_desk(
    visitor: Visitor, asker: Asker, caplog: pytest.LogCaptureFixture
) -> None:
    await visitor.room.publish("motors", *SU7)
    found: list[str] = []
    presses: list[str] = []

    @given(LINES, ACTIONS)
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def collect(text: str, action: str) -> None:
        found.append(text)
        presses.append(action)

    collect()
    with caplog.at_level(logging.ERROR):
        for text, action in zip(found, presses, strict=True):
            await visitor.say(text, asker)
            await visitor.press(action, asker)
            await visitor.desk.complete(Request(asker), text)
    assert not caplog.records


# --- the emergency stop ---------------------------------------------------------------------------


async def test_the_emergency_stop_is_the_bots_admins_and_names_its_platform(visitor: Visitor) -> None:
    assert "don’t know" in text_of(await visitor.say("/pause", CHAIR))
    assert (await visitor.say("/pause fax", BOSS)).error
    for told, held in (("/pause", ""), ("/pause telegram", "telegram")):
        await visitor.say(told, BOSS)
        assert held in [hold.platform for hold in await visitor.room.newsdesk.running.holds()]
    assert "Posting is stopped everywhere" in text_of(await visitor.say("/status", BOSS))
    assert "still stopped" in text_of(await visitor.say("/resume telegram", BOSS))
    assert "go out again" in text_of(await visitor.say("/resume", BOSS))
    assert "was not stopped" in text_of(await visitor.say("/resume", BOSS))


async def test_only_the_bots_admins_settle_what_is_stuck(visitor: Visitor) -> None:
    for verb in ("da", "dd"):
        assert (await visitor.press(f"{verb}:1", CHAIR)).error
        assert (await visitor.press(f"{verb}:1", BOSS)).error  # there is none


async def test_why_names_what_a_topic_missed_and_shows_the_whole_way(visitor: Visitor) -> None:
    told = await visitor.room.publish("stars", *ROCKET)
    await visitor.say("/follow Xiaomi EV")
    assert "“Xiaomi EV” did not match: nothing in it says Xiaomi, 小米" in text_of(
        await visitor.say(f"/why {told.url}")
    )
    assert "read (Star Gazette)" in text_of(await visitor.press(f"ww:{told.story_id}"))
    assert "Star Gazette" in text_of(await visitor.say("/why https://stars.example/never"))
