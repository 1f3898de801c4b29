"""What /why says of a post in each state, and who may retract, delete, retry or drop one."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from newsbot.domain.models import Article, Digest, DigestStory, Outcome, Reason
from newsbot.domain.models import DeliveryState as State
from newsbot.newsdesk import Asker
from newsbot.newsdesk.ways import arrival
from newsbot.platforms.commands import Desk
from newsbot.storage import Storage
from newsbot.storage.outbox import Composed, PlannedDelivery, Settlement
from tests.clock import ManualClock
from tests.newsdesk.room import BATTERY, BOSS, CHAIR, ME, MEMBER, SU7, open_room, person
from tests.platforms.test_commands import FREELY, Visitor, button, buttons, text_of


@pytest.fixture
async def visitor(sqlite_storage: Storage, clock: ManualClock) -> Visitor:
    room = await open_room(sqlite_storage, clock, FREELY)
    return Visitor(room, Desk(room.newsdesk))


@dataclass(frozen=True, slots=True)
class Posted:
    """A story, and the delivery that tells it."""

    article: Article
    delivery: int
    chat: int


async def waiting(visitor: Visitor, asker: Asker) -> tuple[Article, int]:
    """A story that waits in the asker's chat."""
    room, now = visitor.room, visitor.room.clock.now()
    told = await room.publish("motors", *SU7)
    chat = await room.storage.chats.ensure(asker.chat, asker.chat_kind, "", now)
    waits = Outcome(chat.id, told.story_id or 0, told.id, (Reason("cars"),), due=now, at=now)
    await room.storage.outbox.record([], [waits])
    return told, chat.id


async def posted(visitor: Visitor, state: State, reason: str = "", asker: Asker = ME) -> Posted:
    """A story that a delivery in this state tells in the asker's chat."""
    outbox, now = visitor.room.storage.outbox, visitor.room.clock.now()
    told, chat = await waiting(visitor, asker)
    story = told.story_id or 0
    post = PlannedDelivery(chat, "post", Digest((DigestStory(story, told.title),)), 0, now, shown=(story,))
    [number] = await outbox.carry_out([Composed(chat, (post,))], None, now)
    if state is not State.QUEUED:
        assert len(await outbox.claim("web", now, 5)) == 1
        ids = ("m1",) if state is State.SENT else ()
        await outbox.settle_all([Settlement(number, state, reason, ids)], now)
    return Posted(told, number, chat)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.QUEUED, "It is in line"),
        (State.SENT, "It was posted here on"),
        (State.UNCERTAIN, "do not know whether it arrived (the line broke)"),
        (State.QUARANTINED, "It could not be posted here: the line broke"),
        (State.DROPPED, "It is not here, or not any more: the line broke"),
    ],
)
async def test_why_says_how_it_is_with_the_post(visitor: Visitor, state: State, said: str) -> None:
    post = await posted(visitor, state, "" if state in {State.QUEUED, State.SENT} else "the line broke")
    told = text_of(await visitor.say(f"/why {post.article.url}"))
    assert said in told and "cars" in told


async def test_why_says_that_a_post_is_to_grow_and_then_how_often_it_did(visitor: Visitor) -> None:
    post, room = await posted(visitor, State.SENT), visitor.room
    room.clock.advance(minutes=5)
    later = await room.publish("volt", *BATTERY, story=post.article.story_id)
    assert "before this article was read. It came" in text_of(await visitor.say(f"/why {later.url}"))
    now = room.clock.now()
    edit = PlannedDelivery(post.chat, "edit", Digest((DigestStory(1, "x"),)), 2, now, target=post.delivery)
    await room.storage.outbox.record([], [], edits=[edit])
    assert "is to be brought up to date" in text_of(await visitor.say(f"/why {later.url}"))
    assert "the post is to be brought up to date" in text_of(await visitor.press(f"ww:{post.article.story_id}"))
    [sent] = await room.storage.outbox.claim("web", now, 5)
    await room.storage.outbox.settle_all([Settlement(sent.id, State.SENT, "", ("m1",))], now)
    assert "Changes of its post since: 1" in text_of(await visitor.say(f"/why {later.url}"))


async def test_why_says_that_what_is_long_due_waits_for_what_comes_before_it(visitor: Visitor) -> None:
    told, _ = await waiting(visitor, ME)
    assert "about to be posted" in text_of(await visitor.say(f"/why {told.url}"))
    visitor.room.clock.advance(hours=1)
    assert "what was to be posted here before it" in text_of(await visitor.say(f"/why {told.url}"))


async def test_what_is_stuck_is_shown_to_the_bots_admins_sent_again_or_given_up(visitor: Visitor) -> None:
    outbox, post = visitor.room.storage.outbox, await posted(visitor, State.QUARANTINED, "can't parse entities")
    status = await visitor.say("/status", BOSS)
    assert "can't parse entities" in text_of(status)
    assert (await visitor.press(f"dd:{post.delivery}", CHAIR)).error
    for verb, state in (("dd", State.DROPPED), ("da", State.QUEUED)):
        action = f"{verb}:{post.delivery}"
        assert action in [b.action for b in buttons(status)]
        await visitor.press(action, BOSS)
        found = await outbox.get(post.delivery)
        assert found is not None and found.state is state


@pytest.mark.parametrize("asker", [CHAIR, person("group", bot_admin=True, user="1")], ids=["chat admin", "bot admin"])
async def test_who_runs_a_chat_deletes_its_post_after_a_question(visitor: Visitor, asker: Asker) -> None:
    outbox, post = visitor.room.storage.outbox, await posted(visitor, State.SENT, asker=CHAIR)
    ask = button(await visitor.say(f"/why {post.article.url}", asker), "Delete this post")
    question = await visitor.press(ask, asker)
    assert [b.label for b in buttons(question)] == ["Delete it", "Keep it"]
    assert "Nothing was changed" in text_of(await visitor.press(button(question, "Keep it"), asker))
    assert await outbox.of_target(post.delivery) == []
    await visitor.press(button(question, "Delete it"), asker)
    assert [d.kind for d in await outbox.of_target(post.delivery)] == ["retract"]
    why = await visitor.say(f"/why {post.article.url}", asker)
    assert "its post was deleted here" in text_of(why) and "Covered by" not in text_of(why)


@pytest.mark.parametrize("asker", [MEMBER, ME, person(user="99")], ids=["member", "another chat", "a stranger"])
async def test_nobody_else_deletes_it_or_takes_its_story_back(visitor: Visitor, asker: Asker) -> None:
    post = await posted(visitor, State.SENT, asker=CHAIR)
    assert "Delete this post" not in str(buttons(await visitor.say(f"/why {post.article.url}", asker)))
    for action in (f"dp:{post.delivery}", f"dq:{post.delivery}", f"wr:{post.article.story_id}"):
        assert (await visitor.press(action, asker)).error
    assert await visitor.room.storage.outbox.of_target(post.delivery) == []
    assert not (await visitor.say(f"/retract {post.article.url}", asker)).buttons


async def test_the_bots_admins_take_a_story_back_and_the_chat_does_not_learn_who(visitor: Visitor) -> None:
    post = await posted(visitor, State.SENT, asker=CHAIR)
    question = await visitor.say(f"/retract {post.article.url}", BOSS)
    assert "cannot be undone" in text_of(question)
    assert "Taken back from 1 chat" in text_of(await visitor.press(button(question, "Take it back"), BOSS))
    assert "taken back by an admin" in text_of(await visitor.say(f"/why {post.article.url}", MEMBER))
    way = text_of(await visitor.press(f"ww:{post.article.story_id}", MEMBER))
    assert "taken back" in way and "web:1" not in way


async def test_the_way_names_no_headline_that_may_be_of_anothers_feed(visitor: Visitor) -> None:
    first = await visitor.room.publish("motors", "INTERNAL MEMO of ACME", "A memo.")
    visitor.room.clock.advance(minutes=5)
    later = await visitor.room.publish("volt", *BATTERY, story=first.story_id)
    [story] = (await visitor.room.storage.articles.stories([later.story_id or 0])).values()
    assert [(p.kind, p.detail) for p in arrival(later, story)][-1] == ("story", "")
