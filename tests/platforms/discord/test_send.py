"""Deliveries to Discord: posted exactly once, edited, taken back, and every ending an outcome."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from newsbot.domain.models import ChatKey, DeliveryKind, Digest
from newsbot.domain.ports import ChatGone, Over, Rejected, RetryLater, Sent, Unknown
from newsbot.platforms.discord.answers import NO_HISTORY
from newsbot.platforms.discord.attempts import NONCE
from newsbot.platforms.discord.message import COMPONENTS, SILENT, post_of, private
from newsbot.platforms.discord.pace import BLOCKED, DOUBTED, FIRST
from newsbot.platforms.discord.send import HOPELESS
from tests.fakes.digests import XIAOMI
from tests.fakes.discord import drafts, posting
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.places import Channel, Kind
from tests.fakes.discord.rates import Limit
from tests.platforms.discord.sending import LONG, PARTS, STORY, Way, address, open_way, retried

POST = "/channels/*/messages"


@pytest.fixture
async def way() -> AsyncIterator[Way]:
    async with open_way() as opened:
        yield opened


@pytest.fixture
def general(way: Way) -> Channel:
    return way.guild.text("general")


# --- posts ---------------------------------------------------------------------------------------------


async def test_a_post_is_a_message_with_its_buttons(way: Way, general: Channel) -> None:
    outcome = await way.send(way.delivery(general))
    (message,) = general.messages
    assert outcome == Sent((message.id,))
    assert XIAOMI.headline in message.text
    assert message.buttons
    assert not message.flags & SILENT


async def test_a_silent_digest_makes_no_sound(way: Way, general: Channel) -> None:
    await way.send(way.delivery(general, replace(STORY, silent=True)))
    assert general.messages[0].flags & SILENT


async def test_a_long_digest_comes_in_parts_of_which_only_the_first_makes_a_sound(way: Way, general: Channel) -> None:
    outcome = await way.send(way.delivery(general, LONG))
    ids = tuple(message.id for message in general.messages)
    assert outcome == Sent(ids)
    assert PARTS == len(ids) > 1
    assert [bool(message.flags & SILENT) for message in general.messages] == [False] + [True] * (PARTS - 1)
    assert way.told == [ids[:end] for end in range(1, PARTS)]


async def test_a_role_is_called_once_by_the_first_part_and_by_no_edit_or_reply(way: Way, general: Channel) -> None:
    role = way.guild.role("Drivers", mentionable=True)
    calling = replace(LONG, pings=(role.id,))
    posted = await way.send(way.delivery(general, calling))
    assert isinstance(posted, Sent)
    await way.send(way.delivery(general, calling, "edit", posted.message_ids, number=2, target=1))
    await way.send(way.delivery(general, calling, "reply", posted.message_ids[:1], number=3, target=1))
    assert [message.pinged for message in general.messages] == [(role.id,)] + [()] * PARTS


def refused(*path: str) -> dict[str, Any]:
    """What Discord says of a form with something wrong at ``path``."""
    errors: dict[str, Any] = {"_errors": [{"code": "URL_TYPE_INVALID_URL", "message": "Not a well formed URL."}]}
    for name in reversed(path):
        errors = {name: errors}
    return {"status": 400, "body": {"code": 50035, "message": "Invalid Form Body", "errors": errors}}


PICTURED = replace(STORY, stories=(replace(XIAOMI, image="https://motors.example/car.jpg"),))
BLOCKED_WORDS = {"status": 400, "body": {"code": 200000, "message": "Message was blocked by automatic moderation"}}


@pytest.mark.parametrize("kind", ["text", "announcement", "forum", "edit"])
async def test_what_discord_refuses_is_shown_plainer_then_as_words_and_only_then_given_up(way: Way, kind: str) -> None:
    """With its words, and with the mark by which a plain post is found again too."""
    channel = {"announcement": way.guild.announcement, "forum": way.guild.forum}.get(kind, way.guild.text)("news")
    method, path = (
        ("PATCH", POST + "/*") if "edit" in kind else ("POST", POST if kind != "forum" else "/channels/*/threads")
    )
    path_of_picture = ("embeds", "0", "thumbnail", "url") if kind == "announcement" else ("components", "0", "media")
    first = way.delivery(channel, PICTURED)
    if "edit" in kind:
        out = await way.send(way.delivery(channel, PICTURED, number=7))
        assert isinstance(out, Sent)
        first = way.delivery(channel, PICTURED, "edit", out.message_ids, 1, 7)
    faults = [refused(*path_of_picture), BLOCKED_WORDS, BLOCKED_WORDS]
    for times in (1, 2, 3):
        way.clock.advance(20)
        for fault in faults[:times]:
            way.dc.faults.next(method, path, **fault)
        outcome = await way.send(replace(first, id=times, attempts=1))
        way.dc.faults.clear()
        if times == 3:
            assert outcome == Rejected("Discord answered: 400 Message was blocked by automatic moderation (200000)")
            return
        assert isinstance(outcome, Sent) and outcome.note.startswith(
            "shown without its pictures: Discord answered: 400"
        )
        assert ("all but its words: Discord answered: 400 Message was blocked" in outcome.note) is (times == 2)
        message = (channel.threads[-1] if kind == "forum" else channel).messages[-1]
        shown = f"{message.text}{message.embeds}"
        assert XIAOMI.headline in shown and "car.jpg" not in shown and ("http" in shown) is (times == 1)
        assert post_of(message.components) == f"{7 if 'edit' in kind else times}.0"
        edit = way.delivery(channel, PICTURED, "edit", outcome.message_ids, 9, times)
        assert await way.send(edit) == Sent(outcome.message_ids)
        assert message.text.count(XIAOMI.headline) == 1


@pytest.mark.parametrize("native", ["nobody", "12a", "", "@", "@x", "1/../2"])
async def test_an_address_that_is_none_of_discords_harms_nobody(way: Way, native: str) -> None:
    for chat in (ChatKey("discord", native), ChatKey("discord", "1", f"{native} ")):
        assert isinstance(await way.send(way.delivery(chat)), ChatGone)
    assert way.dc.calls == []


# --- exactly once --------------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [0, 3600])
async def test_a_connection_that_breaks_after_accepting_leaves_one_post(way: Way, general: Channel, late: int) -> None:
    first = way.delivery(general)
    way.dc.faults.next("POST", POST, drop="after")
    assert isinstance(await way.send(first), Unknown)
    way.clock.advance(late)  # long after the nonce was forgotten
    general_is_busy(way, general)
    outcome = await way.send(retried(first))
    (message,) = [each for each in general.messages if each.author is way.dc.world.bot]
    assert outcome == Sent((message.id,))


async def test_a_connection_that_breaks_before_accepting_loses_no_post(way: Way, general: Channel) -> None:
    first = way.delivery(general)
    way.dc.faults.next("POST", POST, drop="before")
    assert isinstance(await way.send(first), Unknown)
    assert isinstance(await way.send(retried(first)), Sent)
    assert len(general.messages) == 1


async def test_a_failing_server_is_asked_once_and_not_again_by_the_library(way: Way, general: Channel) -> None:
    way.dc.faults.next("POST", POST, status=502, done=True)
    first = way.delivery(general)
    outcome = await way.send(first)
    assert outcome == Unknown("Discord answered: 502 Bad Gateway")
    assert len(way.dc.called("POST", POST)) == 1
    await way.again()
    way.clock.advance(3600)
    assert isinstance(await way.send(retried(first)), Sent)
    assert len(general.messages) == 1


@pytest.mark.parametrize("part", range(PARTS))
async def test_a_process_killed_at_any_part_of_a_long_digest_goes_on_behind_it(
    way: Way, general: Channel, part: int
) -> None:
    first = way.delivery(general, LONG)
    for _ in range(part):
        way.dc.faults.next("POST", POST)
    way.dc.faults.next("POST", POST, drop="after")
    assert isinstance(await way.send(first), Unknown)
    recorded = way.told[-2] if len(way.told) > 1 else ()  # the record of the last part was lost as well
    await way.again()
    way.clock.advance(3600)
    outcome = await way.send(retried(first, recorded))
    assert outcome == Sent(tuple(message.id for message in general.messages))
    assert len(general.messages) == PARTS


async def test_the_post_is_found_behind_all_that_was_said_since(way: Way, general: Channel) -> None:
    first = way.delivery(general)
    general_is_busy(way, general, 150)
    way.dc.faults.next("POST", POST, drop="after")
    await way.send(first)
    general_is_busy(way, general, 150)
    way.clock.advance(3600)
    assert isinstance(await way.send(retried(first)), Sent)
    assert len(general.messages) == 301


async def test_another_post_with_the_same_content_is_not_taken_for_it(way: Way, general: Channel) -> None:
    await way.send(way.delivery(general, number=1))
    second = way.delivery(general, number=2)
    way.dc.faults.next("POST", POST, drop="before")
    await way.send(second)
    assert isinstance(await way.send(retried(second)), Sent)
    assert len(general.messages) == 2


async def test_what_an_admin_queued_again_is_looked_for_too(way: Way, general: Channel) -> None:
    first = way.delivery(general)
    await way.send(first)
    way.clock.advance(3600)
    assert isinstance(await way.send(replace(first, not_before=way.clock.now())), Sent)
    assert len(general.messages) == 1


@pytest.mark.parametrize("kind", ["post", "reply"])
async def test_where_the_history_is_hidden_the_nonce_serves_while_it_surely_stands_and_then_nobody_knows(
    way: Way, general: Channel, kind: DeliveryKind
) -> None:
    old = posting.post(way.dc, general, way.dc.world.bot, drafts.new({"content": "News."}, {}))
    general.overwrite(way.guild.bot_role, deny=Permission.READ_MESSAGE_HISTORY)
    way.clock.advance(3600)
    ids = (old.id,) if kind == "reply" else ()
    for number, (waits, out) in enumerate(((5, 1), (NONCE.total_seconds() + 1, 1), (5, 0)), 1):
        first = way.delivery(general, STORY, kind, ids, number)
        way.clock.advance(3600)  # it stood in line for long: its doubt began with its first request
        before = len(general.messages)
        if kind == "reply":
            way.dc.faults.next("POST", POST)  # with what it replies to, which Discord refuses then
        way.dc.faults.next("POST", POST, drop="after" if out else "before")
        await way.send(first)
        way.clock.advance(waits)
        outcome = await way.send(retried(first))
        assert outcome == Unknown(NO_HISTORY, final=True) if waits > 10 else isinstance(outcome, Sent)
        assert len(general.messages) == before + 1
        way.clock.advance(10)


async def test_where_nothing_was_said_since_the_history_is_not_needed(way: Way, general: Channel) -> None:
    general_is_busy(way, general)
    way.clock.advance(3600)
    general.overwrite(way.guild.bot_role, deny=Permission.READ_MESSAGE_HISTORY)
    assert isinstance(await way.send(retried(way.delivery(general))), Sent)


async def test_who_only_waited_for_its_turn_is_not_looked_for(way: Way, general: Channel) -> None:
    first = way.delivery(general)
    way.pace.hold(30)
    put_off = await way.send(first)
    assert isinstance(put_off, RetryLater) and not put_off.tried and put_off.whole_platform
    due = way.clock.now() + timedelta(seconds=put_off.seconds or 0)
    way.clock.advance(30)
    again = replace(retried(first), not_before=due, reason=put_off.reason)
    way.pace.hold(30)
    assert isinstance(await way.send(again), RetryLater)
    way.clock.advance(30)
    put_off_again = replace(again, not_before=due + timedelta(seconds=30))
    assert isinstance(await way.send(put_off_again), Sent)
    assert way.dc.called("GET", POST) == []


@pytest.mark.parametrize("what", ["reason", "not_before"])
async def test_what_another_process_tried_meanwhile_is_looked_for(way: Way, general: Channel, what: str) -> None:
    first = way.delivery(general)
    way.pace.hold(30)
    put_off = await way.send(first)
    assert isinstance(put_off, RetryLater)
    due = way.clock.now() + timedelta(seconds=put_off.seconds or 0)
    way.clock.advance(40)
    other = Way(way.dc, way.clock, way.ann, way.guild)
    way.dc.faults.next("POST", POST, drop="after")
    await other.send(retried(first))
    await other.rest.close()
    way.clock.advance(400)
    again = replace(retried(first), reason="it broke" if what == "reason" else "pace")
    due = due if what == "reason" else way.clock.now()
    assert isinstance(await way.send(replace(again, not_before=due)), Sent)
    assert len(general.messages) == 1


def general_is_busy(way: Way, channel: Channel, number: int = 3) -> None:
    """Ann chats."""
    for _ in range(number):
        posting.post(way.dc, channel, way.ann, drafts.new({"content": "Nice."}, {}))


# --- edits, replies, retractions ---------------------------------------------------------------------


async def test_an_edit_takes_the_place_of_its_target_in_its_buttons_too(way: Way, general: Channel) -> None:
    posted = await way.send(way.delivery(general))
    assert isinstance(posted, Sent)
    before = [button.custom_id for button in general.messages[0].buttons]
    grown = replace(STORY, stories=(replace(XIAOMI, headline="Xiaomi shows its car"),))
    change = way.delivery(general, grown, "edit", posted.message_ids, number=9, target=1)
    assert await way.send(change) == posted
    (message,) = general.messages
    assert "Xiaomi shows its car" in message.text
    assert [button.custom_id for button in message.buttons] == before
    assert await way.send(change) == posted  # once more shows the same


async def test_an_edit_keeps_to_the_messages_there_are_and_deletes_what_is_left_over(
    way: Way, general: Channel
) -> None:
    posted = await way.send(way.delivery(general, LONG))
    assert isinstance(posted, Sent)
    shorter = way.delivery(general, STORY, "edit", posted.message_ids, number=9, target=1)
    assert await way.send(shorter) == Sent(posted.message_ids[:1])
    (message,) = general.messages
    assert XIAOMI.headline in message.text
    longer = way.delivery(general, LONG, "edit", posted.message_ids[:1], number=10, target=1)
    way.clock.advance(10)
    assert await way.send(longer) == Sent(posted.message_ids[:1])
    assert len(general.messages) == 1


@pytest.mark.parametrize("ids", [(), ("77",), ("no number",), ("",), ("12/77",)])
async def test_an_edit_of_what_is_gone_is_over(way: Way, general: Channel, ids: tuple[str, ...]) -> None:
    assert isinstance(await way.send(way.delivery(general, kind="edit", message_ids=ids, target=1)), Over)


async def test_the_parts_beside_one_that_somebody_deleted_are_edited(way: Way, general: Channel) -> None:
    posted = await way.send(way.delivery(general, LONG))
    assert isinstance(posted, Sent)
    general.messages[1].deleted = True
    grown = replace(LONG, stories=tuple(replace(story, summary=("New. " * 80,)) for story in LONG.stories))
    outcome = await way.send(way.delivery(general, grown, "edit", posted.message_ids, number=9, target=1))
    assert outcome == Sent((posted.message_ids[0], "", *posted.message_ids[2:]))
    assert all("New." in message.text for message in general.messages)


async def test_an_edit_of_more_messages_than_the_limit_allows_at_once_goes_on_where_it_was(
    way: Way, general: Channel
) -> None:
    ids: tuple[str, ...] = ()
    way.dc.rates.usual = Limit(2, 5.0)
    for number in range(1, PARTS + 1):
        way.clock.advance(5)
        posted = await way.send(way.delivery(general, number=number))
        assert isinstance(posted, Sent)
        ids += posted.message_ids
    change = way.delivery(general, LONG, "edit", ids, number=9, target=1)
    put_off = await way.send(change)
    assert isinstance(put_off, RetryLater) and put_off.seconds
    way.clock.advance(put_off.seconds)
    assert await way.send(retried(change)) == Sent(ids)
    assert all(message.edited for message in general.messages)
    assert len(way.dc.called("PATCH", POST + "/*")) == PARTS


async def test_a_retracted_post_is_gone_with_all_its_parts_and_once_more_does_no_harm(
    way: Way, general: Channel
) -> None:
    posted = await way.send(way.delivery(general, LONG))
    assert isinstance(posted, Sent)
    back = way.delivery(general, LONG, "retract", posted.message_ids, number=9, target=1)
    for _ in range(2):
        assert await way.send(back) == posted
        way.clock.advance(10)
    assert general.messages == []


async def test_a_reply_hangs_on_the_first_message_of_its_target_and_comes_once(way: Way, general: Channel) -> None:
    posted = await way.send(way.delivery(general, LONG))
    assert isinstance(posted, Sent)
    said = way.delivery(general, STORY, "reply", posted.message_ids, number=9, target=1)
    way.clock.advance(10)
    way.dc.faults.next("POST", POST, drop="after")
    assert isinstance(await way.send(said), Unknown)
    way.clock.advance(3600)
    assert await way.send(retried(said)) == Sent((general.messages[-1].id,))
    assert len(general.messages) == PARTS + 1
    assert (general.messages[-1].reference or {})["message_id"] == posted.message_ids[0]


async def test_a_reply_to_what_may_not_be_replied_to_is_said_without(way: Way, general: Channel) -> None:
    posted = await way.send(way.delivery(general))
    assert isinstance(posted, Sent)
    general.overwrite(way.guild.bot_role, deny=Permission.READ_MESSAGE_HISTORY)
    assert isinstance(await way.send(way.delivery(general, STORY, "reply", posted.message_ids, 9, 1)), Sent)
    assert len(general.messages) == 2 and not general.messages[1].reference


# --- where others follow ---------------------------------------------------------------------------------


GROWN = replace(STORY, stories=(replace(XIAOMI, headline="Xiaomi shows its car"),))
KEPT_BACK = replace(STORY, publish=False)


async def test_what_is_passed_on_has_its_words_outside_of_components_and_is_found_again(way: Way) -> None:
    wire = way.guild.announcement("wire")
    first = way.delivery(wire)
    way.dc.faults.next("POST", POST, drop="after")
    assert isinstance(await way.send(first), Unknown)
    way.clock.advance(3600)
    outcome = await way.send(retried(first))
    (message,) = wire.messages
    assert outcome == Sent((message.id,), publish=True)
    assert not message.flags & COMPONENTS
    assert XIAOMI.headline in str(message.embeds) and message.buttons
    assert await way.send(way.delivery(wire, KEPT_BACK, number=2)) == Sent((wire.messages[1].id,))
    assert wire.messages[1].flags & COMPONENTS


@pytest.mark.parametrize("posted", [STORY, KEPT_BACK])
@pytest.mark.parametrize("later", ["as before", "switched", "hidden", "a text channel"])
async def test_an_edit_keeps_the_form_of_its_message(way: Way, posted: Digest, later: str) -> None:
    wire = way.guild.announcement("wire")
    out = await way.send(way.delivery(wire, posted))
    assert isinstance(out, Sent)
    (message,) = wire.messages
    before = message.flags & COMPONENTS, [button.custom_id for button in message.buttons]
    if later == "hidden":
        wire.overwrite(way.guild.bot_role, deny=Permission.READ_MESSAGE_HISTORY)
    if later == "a text channel":
        wire.kind = Kind.TEXT
        await way.again()
    grown = replace(GROWN, publish=posted.publish is not (later == "switched"))
    edited = await way.send(way.delivery(wire, grown, "edit", out.message_ids, number=9, target=1))
    assert edited == Sent(out.message_ids)
    assert (message.flags & COMPONENTS, [button.custom_id for button in message.buttons]) == before
    assert "Xiaomi shows its car" in f"{message.text}{message.embeds}"


# --- threads and private chats -------------------------------------------------------------------------


async def test_a_thread_that_was_archived_is_opened_for_posts_and_for_edits(way: Way, general: Channel) -> None:
    thread = general.thread("EV")
    posted = await way.send(way.delivery(thread))
    assert isinstance(posted, Sent)
    await thread.set_archived()
    assert isinstance(await way.send(way.delivery(thread, number=2)), Sent)
    assert thread.active
    await thread.set_archived()
    grown = replace(STORY, stories=(replace(XIAOMI, headline="Xiaomi shows its car"),))
    assert await way.send(way.delivery(thread, grown, "edit", posted.message_ids, number=9, target=1)) == posted
    assert "Xiaomi shows its car" in thread.messages[0].text


@pytest.mark.parametrize("what", ["locked", "archived", "deleted"])
async def test_a_thread_that_is_shut_pauses_its_own_chat_in_words(way: Way, general: Channel, what: str) -> None:
    """Who closes and locks it in a client archives it too."""
    thread = general.thread("EV")
    await (thread.delete() if what == "deleted" else thread.set_archived(what == "archived", locked=True))
    assert await way.send(way.delivery(thread)) == ChatGone(
        f"the thread is {what}".replace("is deleted", "was deleted")
    )


async def test_a_person_gets_private_messages_through_a_channel_opened_once(way: Way) -> None:
    for number in (1, 2):
        assert isinstance(await way.send(way.delivery(private(way.ann.id), number=number)), Sent)
    await way.again()
    assert isinstance(await way.send(way.delivery(private(way.ann.id), number=3)), Sent)
    assert way.ann.dm is not None and len(way.ann.dm.messages) == 3
    assert len(way.dc.called("POST", "/users/@me/channels")) == 1


async def test_closed_private_messages_are_said_in_words(way: Way) -> None:
    way.ann.dms_open = False
    outcome = await way.send(way.delivery(private(way.ann.id)))
    assert outcome == ChatGone("this person's private messages are closed to the bot")


async def test_a_private_channel_that_discord_forgot_is_opened_anew(way: Way) -> None:
    way.rooms.kept[private(way.ann.id)] = "4711"
    first = way.delivery(private(way.ann.id))
    assert isinstance(await way.send(first), RetryLater)
    assert isinstance(await way.send(retried(first)), Sent)


async def test_a_private_channel_without_access_is_opened_anew_and_counts_as_closed_only_after_hours(way: Way) -> None:
    ann = private(way.ann.id)
    assert isinstance(await way.send(way.delivery(ann)), Sent)
    missing = {"code": 50001, "message": "Missing Access"}
    delivery, waited = way.delivery(ann, number=2), 0.0
    way.dc.faults.next("POST", POST, status=403, body=missing, times=HOPELESS)
    while isinstance(outcome := await way.send(delivery), RetryLater):
        assert outcome.seconds
        way.clock.advance(outcome.seconds)
        waited, delivery = waited + outcome.seconds, retried(delivery)
    assert isinstance(outcome, ChatGone)
    assert 3 * 3600 < waited < 6 * 3600
    assert isinstance(await way.send(way.delivery(ann, number=3)), Sent)
    assert len(way.dc.called("POST", "/users/@me/channels")) == HOPELESS + 1


async def test_a_bot_that_discord_holds_for_a_spammer_writes_to_no_new_people_for_an_hour(way: Way) -> None:
    ben = way.dc.person("Ben")
    way.guild.member(ben)
    assert isinstance(await way.send(way.delivery(private(way.ann.id))), Sent)
    way.clock.advance(FIRST)
    flagged = {"code": 20026, "message": "Your bot has been flagged by our anti-spam system for abusive behavior."}
    way.dc.faults.next("POST", "/users/@me/channels", status=403, body=flagged)
    first = way.delivery(private(ben.id), number=2)
    assert await way.send(first) == RetryLater(f"Discord answered: 403 {flagged['message']} (20026)", 3600)
    again = await way.send(way.delivery(private(ben.id), number=3))
    assert isinstance(again, RetryLater) and not again.tried and again.seconds == pytest.approx(3600, abs=1)
    assert isinstance(await way.send(way.delivery(private(way.ann.id), number=4)), Sent)
    way.clock.advance(3600)
    assert isinstance(await way.send(retried(first)), Sent)


async def test_that_somebody_was_written_to_is_remembered_for_an_hour(way: Way) -> None:
    for number in (1, 2):
        await way.send(way.delivery(private(way.ann.id), number=number))
    assert way.dc.called("GET", "/channels/*") == []
    way.clock.advance(3600)
    await way.send(way.delivery(private(way.ann.id), number=3))
    assert len(way.dc.called("GET", "/channels/*")) == 1


async def test_first_messages_to_many_people_come_one_after_the_other(way: Way) -> None:
    people = [way.dc.person(f"P{n}") for n in range(4)]
    for person in people:
        way.guild.member(person)
    waiting = [way.delivery(private(person.id), number=n) for n, person in enumerate(people)]
    start, gone = way.clock.now(), []
    while waiting:
        outcomes = [(each, await way.send(each)) for each in waiting]
        gone += [(way.clock.now() - start).total_seconds() for _, outcome in outcomes if isinstance(outcome, Sent)]
        put_off = [(each, outcome) for each, outcome in outcomes if isinstance(outcome, RetryLater)]
        assert all(not outcome.tried for _, outcome in put_off)
        waiting = [retried(each) for each, _ in put_off]
        way.clock.advance(min([outcome.seconds or 0 for _, outcome in put_off], default=0))
    assert gone == pytest.approx([n * FIRST for n in range(4)], abs=0.5)


# --- limits and refusals -------------------------------------------------------------------------------


async def test_a_channel_at_its_limit_goes_back_to_the_outbox_and_holds_up_no_other(way: Way, general: Channel) -> None:
    other = way.guild.text("other")
    outcomes = [await way.send(way.delivery(general, number=n)) for n in range(1, 7)]
    assert all(isinstance(outcome, Sent) for outcome in outcomes[:5])
    held = outcomes[5]
    assert isinstance(held, RetryLater) and not held.tried and held.seconds
    assert isinstance(await way.send(way.delivery(other, number=7)), Sent)
    way.clock.advance(held.seconds)
    assert isinstance(await way.send(way.delivery(general, number=8)), Sent)
    assert way.dc.rates.refusals == 0


async def test_a_refusal_for_now_is_the_channels_own_and_is_not_asked_again(way: Way, general: Channel) -> None:
    other = way.guild.text("other")
    slow = {"message": "You are being rate limited.", "retry_after": 40.0, "global": False}
    way.dc.faults.next("POST", POST, status=429, body=slow)
    assert await way.send(way.delivery(general)) == RetryLater("Discord asks to wait 40 s", 40, limited=True)
    again = await way.send(way.delivery(general, number=2))
    assert isinstance(again, RetryLater) and not again.tried
    assert again.seconds == pytest.approx(40, abs=0.5)
    assert isinstance(await way.send(way.delivery(other, number=3)), Sent)


async def test_a_refusal_of_everything_holds_the_platform(way: Way, general: Channel) -> None:
    await way.rest.ready()
    wide = {"message": "You are being rate limited.", "retry_after": 7.0, "global": True}
    headers = {"Retry-After": "7", "X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
    way.dc.faults.next("POST", POST, status=429, body=wide, headers=headers)
    outcome = await way.send(way.delivery(general))
    assert isinstance(outcome, RetryLater) and outcome.whole_platform and outcome.limited
    assert outcome.seconds == pytest.approx(7, abs=0.5)
    assert way.pace.held()


async def test_a_ban_of_this_machine_holds_the_platform_for_long_once_it_is_sure(way: Way, general: Channel) -> None:
    stages = ((429, DOUBTED), (0, 0), (429, DOUBTED), (429, BLOCKED), (429, BLOCKED))
    for number, (status, seconds) in enumerate(stages, 3):
        way.dc.faults.next("POST", POST, status=status, body="error code: 1015" if status else None)
        outcome = await way.send(way.delivery(general, number=number))
        assert isinstance(outcome, RetryLater if status else Sent)
        if isinstance(outcome, RetryLater):
            assert outcome.whole_platform and outcome.seconds == pytest.approx(seconds, abs=0.5)
        way.clock.advance(seconds)
    way.dc.faults.next("POST", POST, status=429, body="error code: 1015", headers={"Retry-After": "90"})
    assert (await way.send(way.delivery(general, number=2))) == RetryLater(
        "Discord answered: 429 error code: 1015", 90, True, limited=True
    )


@pytest.mark.parametrize(
    ("retry_after", "seconds"), [(1e18, 3600), ("soon", 5), (None, 5), (-7, 0), (0, 0), (float("nan"), 5)]
)
async def test_a_wait_without_sense_is_bounded(way: Way, general: Channel, retry_after: object, seconds: float) -> None:
    slow: dict[str, Any] = {"message": "You are being rate limited.", "retry_after": retry_after, "global": False}
    way.dc.faults.next("POST", POST, status=429, body=slow)
    assert await way.send(way.delivery(general)) == RetryLater(
        f"Discord asks to wait {seconds} s", seconds, limited=True
    )
    assert len(way.dc.called("POST", POST)) == 1
    way.clock.advance(seconds)
    assert isinstance(await way.send(way.delivery(general, number=2)), Sent)


@pytest.mark.parametrize(
    "body",
    [
        '["no"]',
        '{"code": 50035, "message": "No.", "errors": ["a"]}',
        '{"code": 50035, "message": ["No."], "errors": {"x": {"_errors": ["a"]}}}',
        '{"code": [], "message": null}',
        '{"code": 50035, "errors": ' + '{"a": ' * 300 + "1" + "}" * 301,
        "[" * 5000,
    ],
)
async def test_a_refusal_that_is_not_as_documented_is_one_all_the_same(way: Way, general: Channel, body: str) -> None:
    way.dc.faults.next("POST", POST, status=400, body=json.loads(body) if len(body) < 4000 else body, times=2)
    assert isinstance(await way.send(way.delivery(general)), Rejected)


async def test_limits_without_sense_lose_no_post_that_is_out(way: Way, general: Channel) -> None:
    odd = (("nan", "-7", "nan"), ("1e300", "inf", "1e300"), ("", "x", ""), ("0", "0", "-1"))
    for number, values in enumerate(odd, 1):
        names = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset-After")
        way.dc.faults.next("POST", POST, headers=dict(zip(names, values, strict=True)))
        assert isinstance(await way.send(way.delivery(general, number=number)), Sent)
        way.clock.advance(3600)
    assert len(general.messages) == len(odd)


@pytest.mark.parametrize("code", [20028, 30046])
async def test_a_message_that_may_not_be_edited_for_now_holds_up_no_other(
    way: Way, general: Channel, code: int
) -> None:
    slow = {"message": "Slow down.", "retry_after": 1163.1, "global": False, "code": code}
    posted = [await way.send(way.delivery(general, number=number)) for number in (1, 2)]
    way.dc.faults.next("PATCH", POST + "/*", status=429, body=slow, headers={"X-RateLimit-Scope": "shared"})
    outcomes = []
    for number in (1, 1, 2):
        target = posted[number - 1]
        assert isinstance(target, Sent)
        outcomes.append(await way.send(way.delivery(general, STORY, "edit", target.message_ids, 9, number)))
    assert [getattr(outcome, "seconds", 0) for outcome in outcomes] == pytest.approx([1163.1, 1163.1, 0], abs=0.5)
    assert isinstance(outcomes[2], Sent)
    assert len(way.dc.called("PATCH", POST + "/*")) == 2


async def test_a_token_that_discord_does_not_know_holds_the_platform_and_may_be_mended(
    way: Way, general: Channel
) -> None:
    right, way.dc.token = way.dc.token, "another"
    outcome = await way.send(way.delivery(general))
    assert isinstance(outcome, RetryLater) and outcome.whole_platform
    assert "platforms.discord.token" in outcome.reason
    way.dc.token = right
    assert isinstance(await way.send(way.delivery(general, number=2)), Sent)


async def test_a_server_that_cannot_be_reached_is_tried_later(way: Way, general: Channel) -> None:
    await way.dc.close()
    outcome = await way.send(way.delivery(general))
    assert isinstance(outcome, RetryLater)
    assert outcome.reason.startswith("Discord cannot be reached")


@pytest.mark.parametrize(
    ("denied", "reason"),
    [
        (Permission.VIEW_CHANNEL, "missing permission: View Channel (or Connect, in a voice channel)"),
        (Permission.SEND_MESSAGES, "missing permission: Send Messages"),
    ],
)
async def test_a_missing_permission_is_named(way: Way, general: Channel, denied: Permission, reason: str) -> None:
    general.overwrite(way.guild.bot_role, deny=denied)
    assert await way.send(way.delivery(general)) == ChatGone(reason)


async def test_a_deleted_channel_is_gone(way: Way, general: Channel) -> None:
    await way.send(way.delivery(general))
    await general.delete()
    assert await way.send(way.delivery(address(general), number=2)) == ChatGone("the channel was deleted")


async def test_an_answer_that_cannot_be_read_leaves_the_outcome_unknown(way: Way, general: Channel) -> None:
    way.dc.faults.next("POST", POST, status=200, body="hello")
    with capture_logs() as logged:
        assert isinstance(await way.send(way.delivery(general)), Unknown)
    assert [line["event"] for line in logged] == ["a send ended unexpectedly"]
