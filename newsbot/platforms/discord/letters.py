"""What people write to the bot alone, answered there: commands, words to search for, files of feeds."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections.abc import AsyncIterator
from weakref import WeakValueDictionary

import aiohttp
import discord
from discord.http import HTTPClient, Route

from newsbot.domain.ports import Clock
from newsbot.errors import StorageError
from newsbot.locales import Words
from newsbot.newsdesk.asking import Asker
from newsbot.platforms.commands import Desk, Request, split
from newsbot.platforms.discord import aim, smalltalk, wire
from newsbot.platforms.discord.callbacks import parts
from newsbot.platforms.discord.dressing import Dressing
from newsbot.platforms.discord.files import Files
from newsbot.platforms.discord.greeting import Greeter
from newsbot.platforms.discord.manual import Manual
from newsbot.platforms.discord.message import Outgoing, payload
from newsbot.platforms.discord.troubles import in_words
from newsbot.platforms.discord.voice import Said, messages_of
from newsbot.platforms.views import Reply

log = logging.getLogger(__name__)

SLOW = 0.5  # seconds after which a person sees that the bot is typing
TYPING = (
    8.0  # seconds; it shows for ten: https://docs.discord.com/developers/resources/channel#trigger-typing-indicator
)
PATIENCE = 10.0  # seconds that an answer waits for its turn; then it is dropped, and the person asks again
_BROKEN = (aiohttp.ClientError, TimeoutError, OSError)


class Letters:
    """Answers private messages, one after the other for each person."""

    def __init__(
        self,
        http: HTTPClient,
        desk: Desk,
        manual: Manual,
        dressing: Dressing,
        greeter: Greeter,
        files: Files,
        clock: Clock,
    ) -> None:
        self._http = http
        self._desk = desk
        self._manual = manual
        self._dressing = dressing
        self._greeter = greeter
        self._files = files
        self._clock = clock
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def answer(self, asker: Asker, message: discord.Message) -> None:
        """Answer one. What Discord refuses is a line in the log: nobody is there to be told."""
        try:
            async with self._lanes.setdefault(asker.user_id, asyncio.Lock()):
                await self._answer(asker, message)
        except (discord.DiscordException, *_BROKEN) as error:
            log.info("an answer to %s was not shown: %s", asker.user_id, in_words(error))
        except Exception:
            log.exception("a private message was not answered")

    async def _answer(self, asker: Asker, message: discord.Message) -> None:
        text, room = message.content.strip(), str(message.channel.id)
        file = next((a for a in message.attachments if a.filename.lower().endswith((".opml", ".xml"))), None)
        if not text and file is None:
            return
        async with self._typing(room):
            await self._greeter.met(asker, room)
            said = await self._said(asker, text, file)
        for number, answer in enumerate(messages_of(said)):
            await self._post(room, answer, f"r{message.id}.{number}")

    async def _said(self, asker: Asker, text: str, file: discord.Attachment | None) -> Said:
        text = text if file else smalltalk.line(text)
        if file is not None:
            reply = await self._desk.take(Request(asker), functools.partial(self._files.content, file))
        elif text == smalltalk.THANKS:
            welcome = (await reading(self._desk, Reply(), asker))("plain_welcome")
            reply = await self._desk.turned_away(Request(asker)) or Reply(toast=welcome)
        else:
            reply = await self._manual.command(Request(asker, text))
        words = await reading(self._desk, reply, asker)
        asked = aim.of_line(text) if split(text)[0] or not file else aim.Asked("import")
        return Said(await self._dressing.dressed(asked, reply, words), words)

    async def _post(self, room: str, message: Outgoing, nonce: str) -> None:
        """At its turn; a second time where the connection broke, which the nonce makes harmless."""
        again = True
        while True:
            try:
                await self._send(room, message, nonce)
            except discord.RateLimited as error:
                if not again or error.retry_after > PATIENCE:
                    raise
                await self._clock.sleep(error.retry_after)
            except _BROKEN:
                if not again:
                    raise
            else:
                return
            again = False

    async def _send(self, room: str, message: Outgoing, nonce: str) -> None:
        body = payload(message)
        if message.file is None:
            await wire.post(self._http, room, body, nonce)
            return
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=room)
        await self._http.request(route, form=parts({**body, "nonce": nonce, "enforce_nonce": True}, message.file))

    @contextlib.asynccontextmanager
    async def _typing(self, room: str) -> AsyncIterator[None]:
        """Within it, a person who waits for longer than half a second sees that the bot is typing."""
        shown = asyncio.create_task(self._show_typing(room), name="typing")
        try:
            yield
        finally:
            shown.cancel()
            await asyncio.gather(shown, return_exceptions=True)

    async def _show_typing(self, room: str) -> None:
        await self._clock.sleep(SLOW)
        while True:
            with contextlib.suppress(discord.DiscordException, *_BROKEN):
                await self._http.send_typing(int(room))
            await self._clock.sleep(TYPING)


async def reading(desk: Desk, reply: Reply, asker: Asker, *, aside: bool = False) -> Words:
    """The words in which ``reply`` is; those of the asker's client where that is not known, and nobody can tell."""
    if reply.language:
        return Words(reply.language)
    try:
        return await desk.words(asker, aside=aside)
    except StorageError:
        return Words(asker.language)
