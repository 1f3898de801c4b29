"""A chat's vetoes: sources, topics and stories it does not want to see, each with its undo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from newsbot.domain.models import Mute, MuteKind
from newsbot.errors import BadRequest, NotFound
from newsbot.newsdesk.asking import Asker, must_run_chat
from newsbot.newsdesk.tools import Tools


@dataclass(frozen=True, slots=True)
class Mutable:
    """Something that a story can be muted by."""

    kind: MuteKind
    ref: str
    label: str


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
        storage = self._tools.storage
        articles = (await storage.articles.of_stories([story_id])).get(story_id)
        if not articles:
            raise NotFound("story_gone")
        found = [Mutable("story", str(story_id), articles[0].title)]
        found += [Mutable("source", str(a.feed_id), a.source) for a in articles]
        chat = await self._tools.known(asker)
        outcome = (await storage.outbox.outcomes(chat.id, [story_id])).get(story_id) if chat.id else None
        reasons = outcome.reasons if outcome else ()
        found += [Mutable("topic", str(r.topic_id), r.label) for r in reasons if r.topic_id is not None]
        return list(dict.fromkeys(found))

    async def mute(self, asker: Asker, kind: str, ref: str) -> Mute:
        """Mute a feed, topic or story by its id; again is no harm. Raises Forbidden, NotFound, BadRequest."""
        must_run_chat(asker)
        known = await self._known(kind, int(ref) if ref.isascii() and ref.isdigit() else -1)
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

    async def _known(self, kind: str, ref: int) -> Mutable:
        if kind not in get_args(MuteKind):
            raise BadRequest("button_too_old")
        storage = self._tools.storage
        match kind:
            case "source" if feed := await storage.feeds.get(ref):
                return Mutable("source", str(ref), feed.label)
            case "topic" if topic := await storage.topics.get(ref):
                return Mutable("topic", str(ref), topic.name)
            case "story" if story := (await storage.articles.stories([ref])).get(ref):
                return Mutable("story", str(ref), story.headline)
        raise NotFound("mute_gone")
