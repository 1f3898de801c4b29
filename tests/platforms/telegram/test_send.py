"""Deliveries to Telegram: posted, edited, taken back, and every ending an outcome."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest
import telegram

from newsbot.domain.models import ChatKey, Delivery, DeliveryKind, Digest
from newsbot.domain.ports import ChatGone, Moved, Over, Rejected, RetryLater, SendOutcome, Sent, Unknown
from newsbot.platforms.telegram import render, wire
from newsbot.platforms.telegram.message import key
from newsbot.platforms.telegram.pace import Pace
from newsbot.platforms.telegram.send import NO_TOPICS, TelegramSender
from tests.clock import ManualClock
from tests.fakes.digests import XIAOMI
from tests.fakes.sender import no_parts
from tests.fakes.telegram import Person, TelegramServer, faults

LONG = Digest(
    tuple(replace(XIAOMI, story_id=n, headline=f"Story {n}", summary=("Word " * 80,)) for n in range(1, 26)),
    occasion="daily",
)
PARTS = len(render.post(LONG, 1))


def delivery(
    to: ChatKey,
    digest: Digest | None = None,
    kind: DeliveryKind = "post",
    message_ids: tuple[str, ...] = (),
    number: int = 1,
    target: int | None = None,
) -> Delivery:
    return Delivery(number, 1, to, kind, digest or Digest((XIAOMI,)), message_ids=message_ids, target=target)


@dataclass
class Way:
    """A sender on a clock that flows, to a server on the same clock with its limits on."""

    tg: TelegramServer
    bot: telegram.Bot
    clock: ManualClock
    told: list[tuple[str, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tg.now, self.tg.rates.on = self.clock.now, True
        self.sender = TelegramSender(self.bot, Pace(), self.clock)

    async def send(self, delivery: Delivery) -> SendOutcome:
        async def sent(message_ids: tuple[str, ...]) -> None:
            self.told.append(message_ids)

        return await self.sender.send(delivery, sent)

    def later(self, minutes: float = 2) -> None:
        self.clock.advance(minutes=minutes)


@pytest.fixture
async def way(tg: TelegramServer) -> AsyncIterator[Way]:
    bot = wire.make_bot(tg.token, tg.url)
    yield Way(tg, bot, ManualClock(flowing=True))
    await bot.shutdown()


async def test_a_post_is_a_message_with_its_buttons(way: Way, ann: Person) -> None:
    assert await way.send(delivery(key(ann.id))) == Sent(("1",))
    assert XIAOMI.headline in ann.private.last.text
    assert ann.private.last.keyboard
    assert not ann.private.last.silent
    assert way.told == []


async def test_a_silent_digest_makes_no_sound(way: Way, ann: Person) -> None:
    await way.send(delivery(key(ann.id), Digest((XIAOMI,), silent=True)))
    assert ann.private.last.silent


async def test_a_long_digest_comes_in_parts_of_which_only_the_first_makes_a_sound(way: Way, ann: Person) -> None:
    assert await way.send(delivery(key(ann.id), LONG)) == Sent(tuple(str(n) for n in range(1, PARTS + 1)))
    assert [message.silent for message in ann.private.messages] == [False] + [True] * (PARTS - 1)
    assert way.told == [tuple(str(n) for n in range(1, end + 1)) for end in range(1, PARTS)]


async def test_a_post_that_was_cut_off_goes_on_with_the_next_part(way: Way, ann: Person) -> None:
    way.tg.fail("sendMessage", faults.fine(), faults.html_error())
    assert isinstance(await way.send(delivery(key(ann.id), LONG)), Unknown)
    assert way.told[-1] == ("1",)
    way.later()
    outcome = await way.send(delivery(key(ann.id), LONG, message_ids=("1",)))
    assert isinstance(outcome, Sent)
    assert len(outcome.message_ids) == PARTS
    shown = "\n".join(ann.private.texts())
    assert all(shown.count(f"Story {n}\n") == 1 for n in range(1, 26))
    assert [message.silent for message in ann.private.messages] == [False] + [True] * (PARTS - 1)


async def test_an_edit_takes_the_place_of_its_target_in_its_buttons_too(way: Way, ann: Person) -> None:
    await way.send(delivery(key(ann.id)))
    before = ann.private.last.keyboard
    way.later()
    grown = Digest((replace(XIAOMI, headline="Xiaomi shows its car"),))
    change = delivery(key(ann.id), grown, "edit", ("1",), number=9, target=1)
    assert await way.send(change) == Sent(("1",))
    (message,) = ann.private.messages
    assert "Xiaomi shows its car" in message.text
    assert message.keyboard == before
    assert await way.send(change) == Sent(("1",))  # once more shows the same


async def test_an_edit_keeps_to_the_messages_there_are_and_deletes_what_is_left_over(way: Way, ann: Person) -> None:
    posted = await way.send(delivery(key(ann.id), LONG))
    assert isinstance(posted, Sent)
    way.later()
    shorter = delivery(key(ann.id), Digest((XIAOMI,)), "edit", posted.message_ids, number=9, target=1)
    assert await way.send(shorter) == Sent(("1",))
    (message,) = ann.private.messages
    assert XIAOMI.headline in message.text
    longer = delivery(key(ann.id), LONG, "edit", ("1",), number=10, target=1)
    way.later()
    assert await way.send(longer) == Sent(("1",))
    assert len(ann.private.messages) == 1


@pytest.mark.parametrize("ids", [(), ("77",), ("no number",)])
async def test_an_edit_of_what_is_gone_is_over(way: Way, ann: Person, ids: tuple[str, ...]) -> None:
    assert isinstance(await way.send(delivery(key(ann.id), kind="edit", message_ids=ids, target=1)), Over)


async def test_the_parts_beside_one_that_somebody_deleted_are_edited(way: Way, ann: Person) -> None:
    posted = await way.send(delivery(key(ann.id), LONG))
    assert isinstance(posted, Sent)
    ann.private.messages[1].deleted = True
    way.later()
    grown = replace(LONG, stories=tuple(replace(story, summary=("New. " * 80,)) for story in LONG.stories))
    left = ("1", "", *posted.message_ids[2:])
    for ids in (posted.message_ids, left):
        assert await way.send(delivery(key(ann.id), grown, "edit", ids, number=9, target=1)) == Sent(left)
        way.later()
    assert all("New." in text and "Word" not in text for text in ann.private.texts())
    assert len(ann.private.messages) == PARTS - 1


async def test_a_post_that_somebody_deleted_needs_no_withdrawal(way: Way, ann: Person) -> None:
    posted = await way.send(delivery(key(ann.id)))
    ann.private.last.deleted = True
    assert await way.send(delivery(key(ann.id), kind="retract", message_ids=("1",), target=1)) == posted


async def test_what_stands_in_a_group_that_moved_is_left_alone_at_its_new_address(way: Way, ann: Person) -> None:
    group = way.tg.group("Team", admins=[ann], bot=True)
    await way.send(delivery(key(group.id)))
    new = await group.migrates()
    posted = await way.send(delivery(key(new.id), number=2))
    assert isinstance(posted, Sent)
    way.later()
    grown = Digest((replace(XIAOMI, headline="Xiaomi shows its car"),))
    change = delivery(key(new.id), grown, "edit", ("",), number=9, target=1)
    assert isinstance(await way.send(change), Over)
    assert "Xiaomi shows its car" not in new.last.text
    early = delivery(key(group.id), grown, "edit", (str(group.last.id),), number=9, target=1)
    assert isinstance(await way.send(early), Sent)
    assert "Xiaomi shows its car" in group.last.text


async def test_a_retracted_post_is_gone_with_all_its_parts_and_once_more_does_no_harm(way: Way, ann: Person) -> None:
    posted = await way.send(delivery(key(ann.id), LONG))
    assert isinstance(posted, Sent)
    back = delivery(key(ann.id), LONG, "retract", posted.message_ids, number=9, target=1)
    for _ in range(2):
        way.later()
        assert await way.send(back) == posted
    assert ann.private.messages == []


async def test_a_post_too_old_to_be_deleted_says_that_it_was_withdrawn(way: Way, ann: Person) -> None:
    await way.send(delivery(key(ann.id)))
    way.later(60 * 49)
    assert await way.send(delivery(key(ann.id), kind="retract", message_ids=("1",), target=1)) == Sent(("1",))
    (message,) = ann.private.messages
    assert (message.text, message.keyboard) == ("This post has been withdrawn.", ())


async def test_a_reply_hangs_on_the_first_message_of_its_target(way: Way, ann: Person) -> None:
    await way.send(delivery(key(ann.id)))
    way.later()
    outcome = await way.send(delivery(key(ann.id), LONG, "reply", ("1",), number=9, target=1))
    assert outcome == Sent(("2",))
    assert ann.private.last.reply_to is ann.private.messages[0]


async def test_a_topic_that_was_closed_and_a_person_who_blocked_the_bot_are_gone(way: Way, ann: Person) -> None:
    forum = way.tg.supergroup("Cars", admins=[ann], forum=True, bot=True)
    topic, other = await forum.topic("EV"), await forum.topic("Racing")
    await forum.close(topic)
    way.later()
    assert isinstance(await way.send(delivery(key(forum.id, topic.id))), ChatGone)
    way.later()
    assert isinstance(await way.send(delivery(key(forum.id, other.id))), Sent)
    ann.private.blocked = True
    assert await way.send(delivery(key(ann.id))) == ChatGone("bot was blocked by the user")


async def test_a_topic_of_a_group_without_topics_is_gone_after_one_message(way: Way, ann: Person) -> None:
    forum = way.tg.supergroup("Cars", admins=[ann], forum=True, bot=True)
    topic = await forum.topic("EV")
    forum.forum = False
    assert await way.send(delivery(key(forum.id, topic.id), LONG)) == ChatGone(NO_TOPICS)
    assert (len(forum.messages), way.told) == (1, [(str(forum.last.id),)])
    forum.forum = True
    way.later()
    outcome = await way.send(delivery(key(forum.id, topic.id), LONG, message_ids=way.told[-1]))
    assert isinstance(outcome, Sent)
    assert len(outcome.message_ids) == len(forum.messages) == PARTS


async def test_a_group_that_moved_is_reached_at_its_new_address(way: Way, ann: Person) -> None:
    group = way.tg.group("Team", admins=[ann], bot=True)
    new = await group.migrates()
    outcome = await way.send(delivery(key(group.id)))
    assert outcome == Moved(key(new.id))
    assert isinstance(outcome, Moved)
    assert isinstance(await way.send(delivery(outcome.to)), Sent)


@pytest.mark.parametrize("native", ["nobody", "12a", ""])
async def test_an_address_that_is_none_of_telegrams_harms_nobody(way: Way, native: str) -> None:
    assert isinstance(await way.send(delivery(ChatKey("telegram", native))), ChatGone)
    assert way.tg.calls == []


async def test_a_refused_part_comes_plainer_and_no_part_comes_twice(way: Way, ann: Person) -> None:
    way.tg.refuses.append(lambda draft: "can't parse entities" if draft.markup and "Story 20\n" in draft.text else "")
    outcome = await way.send(delivery(key(ann.id), LONG))
    assert isinstance(outcome, Sent)
    assert outcome.note == "shown without its markup: Can't parse entities"
    assert len(ann.private.messages) == PARTS
    way.tg.refuses[0] = lambda draft: "MESSAGE_EMPTY"
    way.later()
    assert await way.send(delivery(key(ann.id), number=2)) == Rejected("Message_empty")


async def test_an_answer_that_the_library_cannot_read_leaves_the_outcome_unknown(way: Way, ann: Person) -> None:
    odd = faults.Fault(status=200, body='{"ok":true,"result":{"message_id":"x"}}', content_type="application/json")
    way.tg.fail("sendMessage", odd)
    assert isinstance(await way.send(delivery(key(ann.id))), Unknown)


async def test_a_flooded_chat_is_left_alone_for_as_long_as_telegram_says(way: Way, ann: Person, ben: Person) -> None:
    ben.private.started = True
    way.tg.fail("sendMessage", faults.flooded(40))
    first = await way.send(delivery(key(ann.id)))
    assert isinstance(first, RetryLater)
    assert (first.seconds, first.whole_platform, first.tried, first.limited) == (40, False, True, True)
    second = await way.send(delivery(key(ann.id)))
    assert isinstance(second, RetryLater)
    assert (second.reason, second.tried) == ("pace", False)
    assert second.seconds == pytest.approx(40, abs=1)
    assert isinstance(await way.send(delivery(key(ben.id))), Sent)


async def test_floods_in_many_chats_at_once_hold_the_platform(way: Way) -> None:
    people = [way.tg.person(n, f"P{n}", started=True) for n in range(1, 4)]
    way.tg.fail("sendMessage", *[faults.flooded(5)] * 3)
    outcomes = [await way.send(delivery(key(person.id))) for person in people]
    assert [isinstance(o, RetryLater) and o.whole_platform for o in outcomes] == [False, False, True]


async def test_a_group_at_its_limit_goes_back_to_the_outbox_and_says_when(way: Way, ann: Person) -> None:
    group = way.tg.supergroup("Team", admins=[ann], bot=True)
    outcomes = [await way.send(delivery(key(group.id), number=n)) for n in range(1, 13)]
    assert all(isinstance(outcome, Sent) for outcome in outcomes[:10])
    held = outcomes[-1]
    assert isinstance(held, RetryLater)
    assert not held.tried
    assert held.seconds is not None
    way.clock.advance(held.seconds)
    assert isinstance(await way.send(delivery(key(group.id), number=21)), Sent)
    assert way.tg.rates.refusals == 0


async def test_a_crowd_in_line_leaves_at_telegrams_pace(tg: TelegramServer) -> None:
    people = [tg.person(n, f"P{n}", started=True) for n in range(1, 46)]
    clock = ManualClock()
    tg.now, tg.rates.on = clock.now, True
    bot = wire.make_bot(tg.token, tg.url)
    sender = TelegramSender(bot, Pace(), clock)
    sending = asyncio.gather(*(sender.send(delivery(key(p.id)), no_parts) for p in people))
    while not sending.done():  # a turn of the event loop takes a millisecond, however busy the machine is
        clock.advance(0.001)
        await asyncio.sleep(0)
    outcomes = await sending
    await bot.shutdown()
    assert sum(isinstance(outcome, Sent) for outcome in outcomes) >= 30
    assert all(isinstance(o, Sent) or (isinstance(o, RetryLater) and not o.tried) for o in outcomes)
    assert tg.rates.refusals == 0
