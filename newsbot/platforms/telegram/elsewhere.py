"""Acting on a channel or group from the private chat.

``/subscribe @channel cars daily 08:00``, a button that carries a place, a forwarded post: each time Telegram is asked
whether the person is an admin there, and whether the bot may post. What is only read, a member may as well.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from telegram import Bot, Message, MessageEntity, MessageOriginChannel

from newsbot.domain.models import ChatKey
from newsbot.locales import Words
from newsbot.newsdesk.asking import Asker
from newsbot.platforms import actions
from newsbot.platforms.actions import Action, Memory
from newsbot.platforms.commands import Request, split
from newsbot.platforms.telegram.door import Door, NoEntry, Presence, Target
from newsbot.platforms.telegram.links import Aim, Links, place_of
from newsbot.platforms.telegram.people import title_of
from newsbot.platforms.views import Button, Paragraph, Reply, Span

COMMANDS = frozenset({
    "subscribe", "unsubscribe", "subscriptions", "settings", "mutes", "sources", "why", "latest", "digest", "export",
    "import", "forgetme",
})  # fmt: skip
"""The commands that take a place as their first word."""
READ = frozenset({"st", "so", "lk", "wy", "mo", "dr", "tp", "tl", "fo", "fa", "un", "ww"})
"""The buttons that a member may press who is no admin: they only read, or follow for the person themselves."""
ALONE = frozenset({"s", "tt"})
"""The buttons that concern nobody but the person, wherever they are pressed."""
MOST_LINKS = 30
_NAME = re.compile(r"@[A-Za-z]\w{3,31}", re.ASCII)


class Desk(Protocol):
    """What :class:`newsbot.platforms.commands.Desk` does for this. It never raises for what people do."""

    async def command(self, request: Request) -> Reply:
        """Answer ``request.text``."""

    async def press(self, request: Request, action: str) -> Reply:
        """Answer a pressed button."""

    async def offer(self, request: Request, addresses: Sequence[str], title: str = "") -> Reply:
        """Offer to subscribe to what is behind links of a post."""

    async def take(self, request: Request, load: Callable[[], Awaitable[bytes]]) -> Reply:
        """Subscribe to the feeds of the file that ``load`` fetches."""

    async def words(self, asker: Asker, *, aside: bool = False) -> Words:
        """The bot's words in the asker's chat; ``aside``: to the asker alone."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply, and the place that its buttons act on: None for the chat where it is shown."""

    reply: Reply
    place: ChatKey | None = None


class Elsewhere:
    """Answers for other places, once their :attr:`door` has opened. ``bot_id`` is the bot's own user number."""

    def __init__(self, bot: Bot, desk: Desk, presence: Presence, memory: Memory, links: Links, bot_id: int) -> None:
        self.door = Door(bot, presence, links, bot_id)
        self._desk = desk
        self._memory = memory

    async def command(self, asker: Asker, text: str) -> Answer | None:
        """Carry out a command that names a place; None for one that does not."""
        name, rest = split(text)
        first, _, others = rest.partition(" ")
        target = _target(first) if name in COMMANDS else None
        if target is None:
            return None
        entry = _Entry(self, asker, target)
        return await entry.answer(self._desk.command(Request(asker, f"/{name} {others}".strip(), entry.vouch)))

    async def take(self, asker: Asker, text: str, load: Callable[[], Awaitable[bytes]]) -> Answer | None:
        """Subscribe the place that ``text`` names to the feeds of a file; None where it names none."""
        target = _target(text.partition(" ")[0])
        if target is None:
            return None
        entry = _Entry(self, asker, target)
        return await entry.answer(self._desk.take(Request(asker, vouch=entry.vouch), load))

    async def press(self, asker: Asker, aim: Aim) -> Answer:
        """Carry out a button's action on its place, as its presser may there just now."""
        action = await actions.unpack(self._memory, aim.action)
        if aim.place is None or action is None or not _is_local(action):
            return Answer(await self._desk.press(Request(asker), aim.action))
        target = Target(int(aim.place.native), aim.place.thread, reading=action.verb in READ)
        entry = _Entry(self, asker, target, pressed=True)
        return await entry.answer(self._desk.press(Request(asker, vouch=entry.vouch), aim.action))

    async def reads(self, aim: Aim) -> bool:
        """Whether a button changes nothing in the chat where it is pressed: it only reads, or is the presser's own."""
        action = await actions.unpack(self._memory, aim.action)
        return action is not None and (action.verb in READ or not _is_local(action))

    async def forwarded(self, asker: Asker, message: Message) -> Answer | None:
        """A channel's post, shown to us: set that channel up where the person runs it, else offer what the post links
        to, else say how it is done. None for what is no such post."""
        origin = message.forward_origin
        if not isinstance(origin, MessageOriginChannel):
            return None
        entry = _Entry(self, asker, Target(origin.chat.id))
        answer = await entry.answer(self._desk.command(Request(asker, "/subscribe", entry.vouch)))
        if entry.refused is None:
            return answer
        if addresses := links_of(message):
            offered = await self._desk.offer(Request(asker), addresses, title_of(origin.chat))
            if offered.blocks or offered.toast:
                return Answer(offered)
        return answer

    async def refusal(self, asker: Asker, error: NoEntry, *, pressed: bool) -> Reply:
        """Why not, and what helps; as a short notice for a press."""
        words = await self._desk.words(asker)
        text = words(error.key, **error.values)
        if pressed:
            return Reply(toast=text, error=True)
        sentence = Paragraph((Span(text),))
        ways = tuple((Button(words(label), url=url),) for label, url in error.ways)
        return Reply((sentence,), buttons=ways, error=True)

    async def titled(self, asker: Asker, reply: Reply, there: Asker) -> Reply:
        """``reply`` under the name of the place that it is about."""
        words = await self._desk.words(asker)
        title = Paragraph((Span(words("place_title", place=there.chat_title or there.chat.native), "muted"),))
        return replace(reply, blocks=(title, *reply.blocks)) if reply.blocks else reply


class _Entry:
    """One attempt to act in a place: the desk asks for it once it knows that the person is not too fast."""

    def __init__(self, elsewhere: Elsewhere, asker: Asker, target: Target, *, pressed: bool = False) -> None:
        self._elsewhere = elsewhere
        self._asker = asker
        self._target = target
        self._pressed = pressed
        self._there: Asker | None = None
        self.refused: NoEntry | None = None

    async def vouch(self, asker: Asker) -> Asker:
        """The asker in the place, with the rights that they have there. Raises BadRequest."""
        try:
            self._there = await self._elsewhere.door.enter(self._asker, self._target)
        except NoEntry as error:
            self.refused = error
            raise
        return self._there

    async def answer(self, work: Awaitable[Reply]) -> Answer:
        """What the desk answered, under the place's name; or why there is no entry."""
        reply = await work
        if self.refused is not None:
            return Answer(await self._elsewhere.refusal(self._asker, self.refused, pressed=self._pressed))
        if self._there is None:  # the desk did not come so far
            return Answer(reply)
        if not self._target.reading:
            reply = await self._elsewhere.titled(self._asker, reply, self._there)
        thread = f"/{self._target.thread}" if self._target.thread else ""
        return Answer(placed(reply, f"{self._target.ref}{thread}"), self._there.chat)


def placed(reply: Reply, place: str) -> Reply:
    """``reply`` with its place in the commands that it tells to type: as they stand they would act in the chat where
    they are read."""
    blocks = (replace(b, spans=tuple(_placed(s, place) for s in b.spans)) if isinstance(b, Paragraph) else b
              for b in reply.blocks)  # fmt: skip
    return replace(reply, blocks=tuple(blocks))


def _placed(span: Span, place: str) -> Span:
    name, rest = split(span.command)
    if name not in COMMANDS:
        return span
    command = f"/{name} {place} {rest}".strip()
    return replace(span, text=command if span.text == span.command else span.text, command=command)


def links_of(message: Message) -> list[str]:
    """The addresses that a message shows or hides behind words, each once.

    https://core.telegram.org/bots/api#messageentity
    """
    kinds: list[str | None] = [MessageEntity.URL, MessageEntity.TEXT_LINK]
    found = message.parse_entities(kinds) if message.text else message.parse_caption_entities(kinds)
    in_order = sorted(found.items(), key=lambda pair: pair[0].offset)
    return list(dict.fromkeys(entity.url or text for entity, text in in_order))[:MOST_LINKS]


def _target(word: str) -> Target | None:
    """A place as a command names it, "@channel" or its number; None for any other word."""
    if _NAME.fullmatch(word):
        return Target(word)
    place = place_of(word)
    return Target(int(place.native), place.thread) if place else None


def _is_local(action: Action) -> bool:
    """Whether an action is about the place where it is pressed, and not about its presser alone."""
    if action.verb == "c":
        return bool(action.arguments) and split(action.arguments[0])[0] in COMMANDS
    return action.verb not in ALONE
