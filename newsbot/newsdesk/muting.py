"""A chat's vetoes: sources, topics and stories it does not want to see, each with its undo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from newsbot.domain.models import Chat, Mute, MuteKind, What
from newsbot.domain.plan import seen_by
from newsbot.errors import BadRequest, NotFound
from newsbot.newsdesk.asking import Asker, must_run_chat
from newsbot.newsdesk.tools import Tools


@dataclass(frozen=True, slots=True)
class Mutable:
    """Something that a story can be muted by."""

    kind: MuteKind
    ref: str
    label: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """The feeds that tell a story and the topics that brought it, as a chat saw them."""

    feeds: frozenset[int] = frozenset()
    topics: tuple[int, ...] = ()


class Muting:
    """Reads and changes the mutes of chats."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def all(self, asker: Asker) -> list[Mute]:
        """The mutes of the asker's chat."""
        chat = await self._tools.known(asker)
        return list(await self._tools.storage.chats.mutes(chat.id)) if chat.id else []

    async def options(self, asker: Asker, story_id: int) -> list[Mutable]:
        """What the asker's chat could mute about a story: itself, its sources, the topics that brought it here.

        Raises Forbidden, NotFound.
        """
        must_run_chat(asker)
        chat = await self._tools.known(asker)
        stored = (await self._tools.storage.articles.of_stories([story_id])).get(story_id, ())
        articles = seen_by(stored, await self._tools.own_feeds(chat))
        if not articles:
            raise NotFound("story_gone")
        seen = await self._seen(chat, story_id)
        wanted: list[tuple[str, int]] = [("story", story_id)]
        wanted += [("source", a.feed_id) for a in articles] + [("topic", topic_id) for topic_id in seen.topics]
        found = [await self._find(chat, kind, ref, seen) for kind, ref in dict.fromkeys(wanted)]
        return [option for option in found if option is not None]

    async def mute(self, asker: Asker, kind: str, ref: str, story_id: int = 0) -> Mute:
        """Mute a feed, topic or story by its id; again is no harm. ``story_id``: the story that showed it.

        What the chat could not know otherwise is nobody's to mute, for the answer names it: a feed or a topic that
        others typed. Raises Forbidden, NotFound, BadRequest.
        """
        must_run_chat(asker)
        if kind not in get_args(MuteKind):
            raise BadRequest("button_too_old")
        chat = await self._tools.known(asker)
        seen = await self._seen(chat, story_id)
        known = await self._find(
            chat, kind, int(ref) if ref.isascii() and ref.isdigit() and len(ref) < 19 else -1, seen
        )
        if known is None:
            raise NotFound("mute_gone")
        chat = await self._tools.here(asker)
        return await self._tools.storage.chats.mute(
            chat_id=chat.id, kind=known.kind, ref=known.ref, label=known.label[:200], created=self._tools.now()
        )

    async def unmute(self, asker: Asker, mute_id: int) -> Mute | None:
        """Take a mute of the asker's chat back; None when it is gone already. Raises Forbidden."""
        must_run_chat(asker)
        found = next((m for m in await self.all(asker) if m.id == mute_id), None)
        if found is not None:
            await self._tools.storage.chats.unmute(found.id)
        return found

    async def _find(self, chat: Chat, kind: str, ref: int, seen: _Seen) -> Mutable | None:
        """What the chat may mute by this id; None for what is gone, or not for it to know."""
        storage = self._tools.storage
        own = {order.what for order in await self._tools.orders(chat)}
        match kind:
            case "source" if feed := await storage.feeds.get(ref):
                known = not feed.private or ref in seen.feeds or What("feed", str(ref)) in own
                return Mutable("source", str(ref), feed.label) if known else None
            case "topic" if topic := await storage.topics.get(ref):
                known = bool(topic.slug) or ref in seen.topics or What("topic", str(ref)) in own
                return Mutable("topic", str(ref), topic.name) if known else None
            case "story" if story := (await storage.articles.stories([ref])).get(ref):
                return Mutable("story", str(ref), story.headline)
        return None

    async def _seen(self, chat: Chat, story_id: int) -> _Seen:
        """What a story shows the chat; nothing when the chat does not have it."""
        storage = self._tools.storage
        outcome = (await storage.outbox.outcomes(chat.id, [story_id])).get(story_id) if chat.id else None
        if outcome is None:
            return _Seen()
        stored = (await storage.articles.of_stories([story_id])).get(story_id, ())
        articles = seen_by(stored, await self._tools.own_feeds(chat))
        topics = dict.fromkeys(r.topic_id for r in outcome.reasons if r.topic_id is not None)
        return _Seen(frozenset(a.feed_id for a in articles), tuple(topics))
