"""Taking back what was posted: a story from every chat, by the bot's admins, or one post, by those who run its chat."""

from __future__ import annotations

from dataclasses import dataclass

from newsbot.domain.models import Delivery, Story
from newsbot.domain.urls import canonical
from newsbot.errors import NotFound
from newsbot.newsdesk.asking import Asker, by, must_run_bot, must_run_chat
from newsbot.newsdesk.tools import Tools
from newsbot.storage.retracting import Taken

ECHO = 200  # characters of what was typed, said back


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A story that was taken back: from ``chats`` chats, ``posts`` posts that are deleted, ``digests`` that are edited,
    ``queued`` deliveries that go out no more, or without it, and chats where it was ``waiting``."""

    story: Story
    chats: int = 0
    posts: int = 0
    digests: int = 0
    queued: int = 0
    waiting: int = 0


class Withdrawing:
    """Takes things back."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def find(self, asker: Asker, link: str) -> Story:
        """The story that the article at ``link`` belongs to. Raises Forbidden, NotFound."""
        must_run_bot(asker)
        return await self._find(link)

    async def story(self, asker: Asker, story_id: int) -> Withdrawn:
        """Take a story back from every chat. Raises Forbidden, NotFound."""
        must_run_bot(asker)
        return await self.everywhere(str(story_id), by(asker))

    async def post(self, asker: Asker, delivery_id: int) -> None:
        """Delete a post of the asker's chat, and what was said in reply to it; its stories do not come again there.
        Raises Forbidden; NotFound for a post of another chat, and for one that is gone."""
        must_run_chat(asker)
        chat = await self._tools.known(asker)
        now, outbox = self._tools.now(), self._tools.storage.outbox
        if not chat.id or await outbox.delete(chat.id, delivery_id, by(asker), now) is None:
            raise NotFound("delete_gone")
        self._tools.wake.notify("deliver")

    async def shown(self, asker: Asker, delivery_id: int) -> Delivery:
        """A post of the asker's chat. Raises Forbidden, NotFound as :meth:`post`."""
        must_run_chat(asker)
        chat = await self._tools.known(asker)
        found = await self._tools.storage.outbox.get(delivery_id)
        if found is None or found.chat_id != chat.id or found.kind not in {"post", "reply"}:
            raise NotFound("delete_gone")
        return found

    async def everywhere(self, text: str, who: str) -> Withdrawn:
        """Take a story, by its number or the address of one of its articles, back on the word of ``who``, whose right
        to it is known otherwise: nothing of it is posted any more, and chat after chat what shows it is deleted, or
        edited where it shows more. May be called again where it was cut off. Raises NotFound."""
        tools, story = self._tools, await self._find(text)
        now, made, more = tools.now(), Taken(), True
        await tools.storage.articles.withdraw(story.id, now)
        while more:
            made += await tools.storage.outbox.take_back(story.id, who, now, made.last)
            more = bool(made.last)
            tools.wake.notify("deliver")
        return Withdrawn(story, made.chats, made.posts, made.digests, made.queued, made.waiting)

    async def _find(self, text: str) -> Story:
        articles = self._tools.storage.articles
        if text.isascii() and text.isdigit() and len(text) < 19:
            ids = [int(text)]
        else:
            ids = [a.story_id for a in await articles.by_url(text, canonical(text)) if a.story_id is not None]
        stories = await articles.stories(ids[:1])
        if not stories:
            raise NotFound("no_such_story", text=text[:ECHO])
        return stories[ids[0]]
