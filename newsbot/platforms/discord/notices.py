"""Tells the admins of a server, once, that posts wait or may be missing, and what they can do about it."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

import discord

from newsbot.domain.models import Chat, ChatKey
from newsbot.domain.ports import Clock
from newsbot.locales import Words
from newsbot.platforms.discord import wire
from newsbot.platforms.discord.answers import NO_HISTORY
from newsbot.platforms.discord.checks import Check, check
from newsbot.platforms.discord.guilds import DELETED
from newsbot.platforms.discord.markdown import escape
from newsbot.platforms.discord.message import PLATFORM, Json, Key, Keys, Outgoing, Text, is_private, payload, private
from newsbot.platforms.discord.permissions import HISTORY, label, where
from newsbot.platforms.discord.report import LOOK, troubled
from newsbot.platforms.discord.spelling import UNKNOWN, Ids, Speller
from newsbot.platforms.discord.troubles import UNANSWERED, in_words
from newsbot.platforms.discord.waiting import THREAD_DELETED, spot_of
from newsbot.platforms.discord.welcome import places

if TYPE_CHECKING:
    from discord.http import HTTPClient

    from newsbot.platforms.discord.people import Place

log = logging.getLogger(__name__)

TOGETHER = timedelta(seconds=45)
"""What begins to wait in one server within so long is told in one message."""
AGAIN = timedelta(days=1)
"""The same trouble of a channel that comes and goes is told again only after so long."""
MOST_CHANNELS = 8  # that one message names
MOST_PEOPLE = 5  # who are tried, one after the other
REMEMBERED = 5_000


class Servers(Protocol):
    """What :class:`newsbot.newsdesk.servers.Servers` does for this."""

    async def untold(self, platform: str) -> list[Chat]:
        """Paused chats whose admins were not told yet."""

    async def doubted(self, platform: str, reason: str) -> list[Chat]:
        """Chats with a delivery that is uncertain for this reason, as if they were paused for it, whose admins were not
        told yet."""

    async def told(self, chat: Chat) -> None:
        """They were now, or nobody there can be."""

    async def makers(self, chat: Chat) -> list[str]:
        """The users' ids of those who made the chat's subscriptions, latest first."""

    async def room(self, key: ChatKey) -> str:
        """The channel of a private chat, "" where it is not known."""


class Doors(Protocol):
    """What :class:`newsbot.platforms.discord.doors.Doors` does for this."""

    async def knock(self, user_id: str, *, asked: bool = True) -> str:
        """A person's private channel, at a careful pace; not ``asked``: they are not talking to the bot just now."""


class Notices:
    """Posts through ``http``; ``find`` gives a server by its id, None while the gateway does not know it.

    One message for a server: in the channel for what Discord itself tells its moderators, else to one of those who
    subscribed, by preference one who has a private chat with the bot, else where the bot said hello.
    """

    def __init__(
        self,
        servers: Servers,
        http: HTTPClient,
        clock: Clock,
        doors: Doors,
        find: Callable[[int], discord.Guild | None],
        words_for: Callable[[str], Words] = Words,
        ids: Ids = UNKNOWN,
    ) -> None:
        self._servers = servers
        self._http = http
        self._clock = clock
        self._doors = doors
        self._find = find
        self._words_for = words_for
        self._ids = ids
        self._since: dict[str, datetime] = {}
        self._lately: OrderedDict[tuple[int, str], datetime] = OrderedDict()

    async def step(self) -> bool:
        """Tell what is to be told now; whether anything was. Call it every few seconds."""
        waiting: dict[str, list[Chat]] = {}
        doubted = await self._servers.doubted(PLATFORM, NO_HISTORY)
        for chat in (*await self._servers.untold(PLATFORM), *doubted):
            if is_private(chat.key) or self._is_old(chat):
                await self._servers.told(chat)
            else:
                waiting.setdefault(chat.server, []).append(chat)
        self._since = {server: at for server, at in self._since.items() if server in waiting}
        told = [await self._tell(guild, waiting[str(guild.id)]) for guild in self._due(waiting)]
        return any(told)

    def _due(self, waiting: Iterable[str]) -> list[discord.Guild]:
        """The servers whose channels had time to come together."""
        now = self._clock.now()
        guilds = [self._find(int(server)) for server in waiting if server.isdecimal()]
        here = [guild for guild in guilds if guild is not None and not guild.unavailable]
        return [guild for guild in here if now - self._since.setdefault(str(guild.id), now) >= TOGETHER]

    def _is_old(self, chat: Chat) -> bool:
        at = self._lately.get((chat.id, chat.paused))
        return at is not None and self._clock.now() - at < AGAIN

    async def _tell(self, guild: discord.Guild, chats: Sequence[Chat]) -> bool:
        """Whether somebody was told. Where nobody can be, it is over too; when Discord does not answer, it is not."""
        words = self._words_for(str(guild.preferred_locale))
        body = notice(Speller(words, self._ids), guild, chats)
        async for channel_id, inside in self._ways(guild, chats):
            try:
                await wire.post(self._http, channel_id, body(inside), _nonce(channel_id, chats))
            except (discord.Forbidden, discord.NotFound) as error:
                log.info("server %s was not told in %s: %s", guild.id, channel_id, in_words(error))
            except UNANSWERED as error:
                log.info("server %s is told later: %s", guild.id, in_words(error))
                self._since[str(guild.id)] = self._clock.now()
                return False
            else:
                await self._done(guild, chats)
                return True
        log.info("server %s has no place where its admins can be told", guild.id)
        await self._done(guild, chats)
        return False

    async def _ways(self, guild: discord.Guild, chats: Sequence[Chat]) -> AsyncIterator[tuple[str, bool]]:
        """Channels to tell it in, the best first, and whether they are in the server."""
        if _is_open(guild.public_updates_channel):
            yield str(guild.public_updates_channel.id), True  # type: ignore[union-attr]  # it is open
        makers = [user for chat in chats for user in await self._servers.makers(chat)]
        people = list(dict.fromkeys(makers))[:MOST_PEOPLE]
        rooms = {user: await self._servers.room(private(user)) for user in people}
        for room in filter(None, rooms.values()):
            yield room, False
        stranger = next((user for user, room in rooms.items() if not room), "")
        if stranger and (room := await self._opened(stranger)):
            yield room, False
        for channel in places(guild):
            yield str(channel.id), True
            return

    async def _opened(self, user: str) -> str:
        """A private chat with who subscribed, for what they asked for; "" where it cannot be had."""
        try:
            return await self._doors.knock(user, asked=False)
        except UNANSWERED as error:
            log.info("%s cannot be told in private: %s", user, in_words(error))
            return ""

    async def _done(self, guild: discord.Guild, chats: Iterable[Chat]) -> None:
        self._since.pop(str(guild.id), None)  # what comes next has a minute of its own
        for chat in chats:
            await self._servers.told(chat)
            self._lately.pop((chat.id, chat.paused), None)
            self._lately[chat.id, chat.paused] = self._clock.now()
        while len(self._lately) > REMEMBERED:
            self._lately.popitem(last=False)


def _is_open(channel: discord.TextChannel | None) -> bool:
    found = check(channel) if channel is not None else None
    return found is not None and found.well


def _nonce(channel_id: str, chats: Iterable[Chat]) -> str:
    """The same for the same trouble in the same place, so that a second try within minutes makes no second message; in
    another place it would give the first one's."""
    said = ",".join([channel_id, *(f"{chat.id}:{chat.paused}" for chat in chats)])
    return f"n{blake2b(said.encode(), digest_size=12).hexdigest()}"


def notice(speller: Speller, guild: discord.Guild, chats: Sequence[Chat]) -> Callable[[bool], Json]:
    """What waits in ``guild``, why, and where to click; for somewhere in the server (True), where a button looks again,
    or outside of it. It calls nobody."""
    words = speller.words
    waits = any(chat.paused != NO_HISTORY for chat in chats)
    title = f"### {words('notice_title' if waits else 'notice_doubt_title', server=escape(guild.name))}"
    rows = [row for chat in chats[:MOST_CHANNELS] for row in _about(speller, guild, chat)]
    more = [words("notice_more", n=len(chats) - MOST_CHANNELS)] if len(chats) > MOST_CHANNELS else []
    end = [words("notice_resume")] if waits else []
    text = Text("\n".join((title, *rows, *more, *end)))
    first = next((chat.key for chat in chats if chat.paused not in (DELETED, THREAD_DELETED)), None)

    def body(inside: bool) -> Json:
        look = f"{LOOK}:{first.thread or first.native}" if first and inside else ""
        keys = (Keys((Key(words("setup_again_button"), look),)),) if look else ()
        return payload(Outgoing((text, *keys)))

    return body


def _about(speller: Speller, guild: discord.Guild, chat: Chat) -> list[str]:
    spot = spot_of(chat.key, guild)
    if spot is None or chat.paused in (DELETED, THREAD_DELETED):
        place = escape(chat.title) or f"<#{chat.key.native}>"
        command = speller.markdown("channel subscribe")
        return [f"- {speller.words('notice_gone', place=place, command=command)}"]
    return _wanting(speller.words, chat, spot)


def _doubting(words: Words, place: str, found: Check | None) -> list[str]:
    """That what was said there cannot be read, and where to click so that it can."""
    sort = found.sort if found else "text"
    lacks = [lack for lack in found.lacks if lack.permission == HISTORY] if found else []
    said = words("notice_doubt", place=place, permission=f"**{label(words, HISTORY, sort)}**")
    return [f"- {said}", *(f"-# {where(words, lack, sort)}" for lack in lacks)]


def _wanting(words: Words, chat: Chat, spot: Place) -> list[str]:
    place, found = f"<#{chat.key.thread or chat.key.native}>", check(spot)
    if chat.paused == NO_HISTORY:
        return _doubting(words, place, found)
    if found is None or found.well:
        return [f"- {words('notice_other', place=place, reason=escape(chat.paused))}"]
    troubles = [f"- {place}: {trouble}" for trouble in troubled(words, found)]
    if not found.missing:
        return troubles
    names = ", ".join(f"**{label(words, lack.permission, found.sort)}**" for lack in found.missing)
    said = f"- {words('notice_missing', place=place, permissions=names)}"
    return [said, *(f"-# {where(words, lack, found.sort)}" for lack in found.missing), *troubles]
