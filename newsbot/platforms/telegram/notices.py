"""Tells those who subscribed a group or a channel, once and in private, that posts wait there and what they can do
about it; and that they go on, when they were told of that. Looks now and then whether they may go on."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from telegram import Bot, ChatMember
from telegram.error import ChatMigrated, TelegramError

from newsbot.domain.models import Chat, ChatKey
from newsbot.domain.ports import Clock, RetryLater
from newsbot.locales import Words
from newsbot.platforms.telegram import wire
from newsbot.platforms.telegram.answers import outcome_of
from newsbot.platforms.telegram.html import escape
from newsbot.platforms.telegram.message import PLATFORM, Outgoing, address, is_shared, key
from newsbot.platforms.telegram.pace import Pace
from newsbot.platforms.telegram.people import UNREADABLE, can_post, members_may_write
from newsbot.platforms.telegram.troubles import in_words, said

log = logging.getLogger(__name__)

TOGETHER = timedelta(seconds=30)
"""What begins to wait in one place within so long is told in one message, and what goes on before that in none."""
MOST_PEOPLE = 3  # who are told of one place
FIRST, LONGEST = timedelta(minutes=2), timedelta(hours=12)
"""A place is looked at so long after it began to wait, and then after twice as long each time, up to this."""
EVERY, AT_ONCE = timedelta(minutes=1), 3
"""So often at most so many places are looked at."""
_OF_THREAD = re.compile("topic|thread", re.IGNORECASE)


class Servers(Protocol):
    """What :class:`newsbot.newsdesk.servers.Servers` does for this."""

    async def untold(self, platform: str) -> list[Chat]:
        """Paused chats of which nobody was told yet."""

    async def resumed(self, platform: str) -> list[Chat]:
        """Chats that go on, of whose pause somebody was told."""

    async def waiting(self, platform: str) -> list[Chat]:
        """Paused chats of several people."""

    async def told(self, chat: Chat) -> None:
        """Somebody was told how it is with the chat, or nobody can be."""

    async def to_tell(self, chat: Chat) -> None:
        """Nobody was, after all."""

    async def makers(self, chat: Chat) -> list[str]:
        """The users' ids of those who made the chat's subscriptions, latest first."""

    async def listens(self, key: ChatKey) -> str | None:
        """The language of a person whose private chat takes messages; None where there is none."""


class Presence(Protocol):
    """What :class:`newsbot.newsdesk.presence.Presence` does for this."""

    async def back(self, platform: str, native: str) -> None:
        """A place takes posts again."""


@dataclass(slots=True)
class _Look:
    """When a place that waits is looked at next, and the pause before that."""

    at: datetime
    pause: timedelta = FIRST


class Notices:
    """Call :meth:`step` every few seconds where this process leads."""

    def __init__(self, bot: Bot, servers: Servers, presence: Presence, pace: Pace, clock: Clock) -> None:
        self._bot, self._servers, self._presence, self._pace, self._clock = bot, servers, presence, pace, clock
        self._since: dict[str, datetime] = {}
        self._looks: dict[str, _Look] = {}
        self._looked = clock.now()

    async def step(self) -> bool:
        """Tell what is to be told now, and look at what is to be looked at; whether anybody was told."""
        paused = await self._ripe(await self._servers.untold(PLATFORM))
        on = _by_place([chat for chat in await self._servers.resumed(PLATFORM) if is_shared(chat.key)])
        said = [await self._tell(chats, waits=True) for chats in paused]
        said += [await self._tell(chats, waits=False) for chats in on]
        if self._clock.now() >= self._looked + EVERY:
            self._looked = self._clock.now()
            await self._look(_by_place(await self._servers.waiting(PLATFORM)))
        return any(said)

    async def _ripe(self, chats: Iterable[Chat]) -> list[list[Chat]]:
        """Those that had time to come together. Of a person who sent the bot away nobody is told."""
        there = []
        for chat in chats:
            if is_shared(chat.key):
                there.append(chat)
            else:
                await self._servers.told(chat)
        now, places = self._clock.now(), _by_place(there)
        self._since = {each[0].key.native: self._since.get(each[0].key.native, now) for each in places}
        return [each for each in places if now - self._since[each[0].key.native] >= TOGETHER]

    # --- telling ---

    async def _tell(self, chats: Sequence[Chat], *, waits: bool) -> bool:
        """Whether somebody was told. It is noted before, so that nobody hears it twice, and taken back where Telegram
        surely did not take it."""
        people = await self._people(chats)
        if any(self._pace.delay(key(int(user)), self._clock.now(), most=-1.0, urgent=True) > 0 for user in people):
            return False
        for chat in chats:
            await self._servers.told(chat)
        outcomes = [
            await self._say(user, notice(Words(language), chats, waits=waits)) for user, language in people.items()
        ]
        if outcomes and not any(outcomes) and None in outcomes and waits:
            for chat in chats:
                await self._servers.to_tell(chat)
        return any(outcomes)

    async def _say(self, user: str, message: Outgoing) -> bool | None:
        """Whether it was said; None: not now."""
        to, now = key(int(user)), self._clock.now()
        self._pace.delay(to, now, urgent=True)
        try:
            await wire.send(self._bot, to, message)
        except TelegramError as error:
            log.info("%s was not told of a chat: %s", user, in_words(error))
            return None if isinstance(outcome_of(error, to), RetryLater) else False
        finally:
            self._pace.arrived(now, self._clock.now())
        return True

    async def _people(self, chats: Sequence[Chat]) -> dict[str, str]:
        """Who is told, and their languages: who subscribed there, else who runs the place."""
        made = [user for chat in chats for user in await self._servers.makers(chat)]
        return await self._listening(made) or await self._listening(await self._admins(chats[0].key))

    async def _listening(self, users: Iterable[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for user in filter(str.isdecimal, users):
            language = await self._servers.listens(key(int(user)))
            if language is not None and len(found) < MOST_PEOPLE:
                found[user] = language
        return found

    async def _admins(self, place: ChatKey) -> list[str]:
        """https://core.telegram.org/bots/api#getchatadministrators; nobody where we are not let in."""
        try:
            return [str(each.user.id) for each in await self._bot.get_chat_administrators(address(place)[0])]
        except UNREADABLE as error:
            log.info("the admins of %s are not known: %s", place, said(error))
            return []

    # --- looking ---

    async def _look(self, places: Sequence[Sequence[Chat]]) -> None:
        """A right may come back without a word, as the default of a group's members."""
        now = self._clock.now()
        closed = [each[0] for each in places if not all(_OF_THREAD.search(chat.paused) for chat in each)]
        natives = [chat.key.native for chat in closed]
        self._looks = {native: self._looks.get(native) or _Look(now + FIRST) for native in natives}
        due = sorted((chat for chat in closed if self._looks[chat.key.native].at <= now), key=self._since_when)
        for chat in due[:AT_ONCE]:
            look = self._looks[chat.key.native]
            look.pause = min(look.pause * 2, LONGEST)
            look.at = now + look.pause
            if await self._may_post(chat):
                await self._presence.back(PLATFORM, chat.key.native)

    def _since_when(self, chat: Chat) -> datetime:
        return self._looks[chat.key.native].at

    async def _may_post(self, chat: Chat) -> bool:
        """https://core.telegram.org/bots/api#getchatmember"""
        native = address(chat.key)[0]
        try:
            me = await self._bot.get_chat_member(native, int(self._bot.token.partition(":")[0]))
            if not can_post(me, chat.kind):
                return False
            plain = me.status == ChatMember.MEMBER and chat.kind != "channel"
            return not plain or members_may_write(await self._bot.get_chat(native))
        except ChatMigrated:
            return True  # the next post learns where to
        except UNREADABLE as error:
            log.debug("%s still takes no posts: %s", chat.key, said(error))
            return False


def _by_place(chats: Iterable[Chat]) -> list[list[Chat]]:
    """A group with its topics at a time."""
    places: dict[str, list[Chat]] = {}
    for chat in chats:
        places.setdefault(chat.key.native, []).append(chat)
    return list(places.values())


def notice(words: Words, chats: Sequence[Chat], *, waits: bool) -> Outgoing:
    """That posts wait in a place, in Telegram's words why, and what its admins can do; or that they go on."""
    first = chats[0]
    place = next((chat.title for chat in chats if chat.title), "") or first.key.native
    if not waits:
        return Outgoing(escape(words("place_goes_on", place=place)))
    threads = all(_OF_THREAD.search(chat.paused) for chat in chats)
    how = "place_waits_topic" if threads else f"place_waits_{'channel' if first.kind == 'channel' else 'group'}"
    lines = (words(how, place=place), f"Telegram: “{first.paused}”", words("notice_resume"))
    return Outgoing("\n\n".join(map(escape, lines)))
