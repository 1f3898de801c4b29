"""The one door for what people ask: commands, presses, forms and private messages."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import discord
from discord import app_commands

from newsbot.domain.models import ChatKey
from newsbot.domain.ports import Clock
from newsbot.locales import Words
from newsbot.newsdesk import Newsdesk
from newsbot.platforms import actions
from newsbot.platforms.commands import Desk, Request
from newsbot.platforms.discord import aim as aims
from newsbot.platforms.discord import directory, modals
from newsbot.platforms.discord.aim import Asked
from newsbot.platforms.discord.callbacks import Callbacks
from newsbot.platforms.discord.dressing import Dressing
from newsbot.platforms.discord.files import Files
from newsbot.platforms.discord.greeting import Doors, Greeter
from newsbot.platforms.discord.inline import moment
from newsbot.platforms.discord.letters import Letters, reading
from newsbot.platforms.discord.manual import Manual
from newsbot.platforms.discord.message import ME, Aim, chat_at, place_of
from newsbot.platforms.discord.once import Once
from newsbot.platforms.discord.people import Interaction
from newsbot.platforms.discord.sharing import Sharing
from newsbot.platforms.discord.spelling import UNKNOWN, Ids
from newsbot.platforms.discord.troubles import in_words
from newsbot.platforms.discord.voice import Said, Voice, is_alone
from newsbot.platforms.discord.warned import warned
from newsbot.platforms.discord.whereabouts import Whereabouts
from newsbot.platforms.views import Reply

log = logging.getLogger(__name__)

PATIENCE = 2.0  # seconds for suggestions; Discord waits for three
MOST = 25, 100
"""Suggestions, and characters of one: https://docs.discord.com/developers/interactions/application-commands"""

Call = Callable[[Request], Awaitable[Reply]]


class Other(Protocol):
    """Answers presses that are none of the desk's, as those of /setup."""

    async def __call__(self, interaction: Interaction, action: str, values: list[str]) -> None:
        """Answer one."""


@dataclass(frozen=True, slots=True)
class _Task:
    """What is to be done for an interaction: ``call`` it of the desk, for the chat at ``place`` ("" where they are)."""

    interaction: Interaction
    call: Call
    asked: Asked
    place: str = ""
    edit: bool = False


class Talk:
    """Answers people. It outlives every gateway: what it says goes out through ``rest``, which is logged in.

    ``admins``: the user ids of the bot's own. ``others`` answer presses by the verb of their action. ``ids`` are the
    commands', which may become known at any time.
    """

    def __init__(
        self,
        rest: discord.Client,
        desk: Desk,
        newsdesk: Newsdesk,
        doors: Doors,
        clock: Clock,
        *,
        admins: Collection[str] = (),
        others: Mapping[str, Other] | None = None,
        ids: Ids = UNKNOWN,
    ) -> None:
        self._desk = desk
        self._newsdesk = newsdesk
        self._where = Whereabouts(newsdesk.servers, admins)
        self._others = others or {}
        self._voice = Voice(Callbacks(rest), clock)
        self._greeter = Greeter(rest.http, doors, newsdesk.servers, newsdesk.presence, clock, ids)
        self._dressing = Dressing(newsdesk, ids)
        self._manual = Manual(desk, ids)
        self._files = Files(rest)
        self._letters = Letters(rest.http, desk, self._manual, self._dressing, self._greeter, self._files, clock)
        self._sharing = Sharing(desk, newsdesk, self._where, self._dressing)
        self._once = Once()

    # --- commands ---

    async def command(
        self,
        interaction: Interaction,
        line: str,
        *,
        place: ChatKey | None = None,
        private_place: bool = False,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        """Answer the desk's ``line`` ("/search battery"), about the chat at ``place`` where it is not the one in which
        it was typed; with ``private_place``, about the person's own private chat. ``fields``: the command's options."""
        asked = aims.of_line(line)
        await self.ask(
            interaction,
            lambda r: self._manual.command(replace(r, text=line, fields=fields)),
            asked,
            place,
            private_place,
        )

    async def take(
        self,
        interaction: Interaction,
        attachment: discord.Attachment,
        *,
        place: ChatKey | None = None,
        private_place: bool = False,
    ) -> None:
        """Subscribe to the feeds of a file, likewise."""
        load = functools.partial(self._files.content, attachment)
        await self.ask(interaction, lambda r: self._desk.take(r, load), Asked("import"), place, private_place)

    async def ping(
        self, interaction: Interaction, text: str, role: discord.Role | None, *, place: ChatKey | None = None
    ) -> None:
        """Have the posts of a subscription call a role (None: nobody), which may be called there."""
        number, name = (str(role.id), role.name) if role else ("", "")
        await self.ask(interaction, lambda r: self._desk.ping(r, text, number, name), Asked("ping"), place)

    async def ask(
        self,
        interaction: Interaction,
        call: Call,
        asked: Asked,
        place: ChatKey | None = None,
        private_place: bool = False,
    ) -> None:
        """Answer with what the desk says to ``call``, which is given who asks."""
        if not self._once.is_new(interaction.id):
            return
        at = ME if private_place else place_of(place) if place is not None else ""
        await self._answer(_Task(interaction, call, asked, at))

    async def suggest(
        self,
        interaction: Interaction,
        kind: str,
        typed: str,
        head: str = "",
        *,
        place: ChatKey | None = None,
        private_place: bool = False,
    ) -> list[app_commands.Choice[str]]:
        """What an argument of this ``kind`` may be, while it is typed; ``head`` are the arguments before it."""
        asker = self._where.at_once(interaction, place, private_place=private_place)
        try:
            async with asyncio.timeout(PATIENCE):
                if kind == "command":
                    offers = directory.offers(asker, Words(str(interaction.locale)), typed)
                else:
                    offers = await self._desk.offers(Request(asker, apart=True), kind, typed, head)
        except Exception as error:
            log.warning("nothing was suggested: %s", in_words(error))
            return []
        number, longest = MOST
        return [
            app_commands.Choice(name=_cut(" – ".join(filter(None, (o.label, o.detail))), longest), value=o.value)
            for o in offers
            if 0 < len(o.value) <= longest
        ][:number]

    # --- presses and forms ---

    async def press(self, interaction: Interaction, custom_id: str, values: Sequence[str]) -> None:
        """Answer a button, or a menu of which ``values`` were chosen; a custom_id is user input, and may be of long
        ago."""
        if not self._once.is_new(interaction.id):
            return
        pressed = aims.pressed(custom_id, list(values))
        if other := self._others.get(pressed.action.partition(":")[0]):
            await other(interaction, pressed.action, list(values))
            return
        with self._once.running(interaction, custom_id, *values) as first:
            if first or interaction.message is None:  # of what is chosen in a message's menu nothing can rest
                await self._press(interaction, pressed)
            else:
                await self._voice.rest(interaction)

    async def submit(self, interaction: Interaction) -> None:
        """Answer a form that was sent off."""
        if not self._once.is_new(interaction.id):
            return
        data: Mapping[str, Any] = interaction.data or {}
        sent = aims.pressed(str(data.get("custom_id", "")), [])
        values = modals.submitted(data)
        name = sent.action.removeprefix(modals.PREFIX) if sent.action.startswith(modals.PREFIX) else ""
        if name == "settings":
            task = _Task(interaction, lambda r: self._desk.fill(r, values), Asked("se"), sent.place)
        elif name in aims.PROMPTS:
            line = f"/{name} {values.get(name, '')}"
            asked = aims.of_line(line)
            task = _Task(
                interaction, lambda r: self._desk.command(replace(r, text=line)), asked, sent.place, name == "search"
            )
        else:
            task = _Task(interaction, lambda r: self._desk.press(r, ""), Asked(""))
        await self._answer(task)

    async def _press(self, interaction: Interaction, pressed: Aim) -> None:
        verb, _, rest = pressed.action.partition(":")
        if pressed.action.startswith(modals.PREFIX) and rest in aims.PROMPTS:
            pressed = replace(pressed, action=actions.short("ak", rest))
        if verb == aims.SHARE:
            lane = self._once.lane(interaction)
            await self._voice.answer(interaction, lambda: self._sharing.said(interaction, rest), lane, quiet=True)
            return
        if verb == aims.DOOR:
            await self._voice.answer(interaction, lambda: self._knock(interaction))
            return

        async def call(request: Request) -> Reply:
            return await self._desk.press(request, pressed.action)

        await self._answer(_Task(interaction, call, Asked(verb), pressed.place), pressed.action)

    async def _answer(self, task: _Task, action: str = "") -> None:
        """``action``: the pressed button's, which says what is asked."""
        lane = self._once.lane(task.interaction) if action else None
        await self._voice.answer(task.interaction, lambda: self._done(task, action), lane)

    async def _done(self, task: _Task, action: str) -> Said:
        interaction = task.interaction
        asked = aims.of_action(await actions.unpack(self._newsdesk, action)) if action else task.asked
        request = await self._where.request(interaction, asked.name, task.place)
        reply = await task.call(request)
        reader = request.asker
        words = await reading(self._desk, reply, reader, aside=True)
        if asked.name in aims.DELIVERED and not reply.error:
            reply = await self._opened(interaction, reply, words)
        there = chat_at(task.place, interaction.user.id) if task.place else reader.chat
        reply = warned(interaction, asked.name, reply, words, there)
        mark = self._where.mark(interaction, reader, task.place)
        reply = replace(reply, edit=True) if task.edit and reply.blocks else reply
        return await self._dressing.said(interaction, asked, reply, words, mark)

    async def _opened(self, interaction: Interaction, reply: Reply, words: Words) -> Reply:
        """``reply``, with a hint where what was asked for cannot come: the person's private messages are closed."""
        own = self._where.alone(interaction)
        if is_alone(interaction):
            await self._greeter.met(own, str(interaction.channel_id))
            return reply
        return reply if await self._greeter.ready(own, words) else self._dressing.closed(reply, words)

    async def _knock(self, interaction: Interaction) -> Said:
        own = self._where.alone(interaction)
        if refused := await self._desk.turned_away(Request(own), pressed=True):
            return Said(refused, Words(own.language))
        words = await self._desk.words(own, aside=True)
        if until := self._greeter.again(own):
            return Said(Reply(toast=words("dm_wait", when=moment(until, "R")), error=True), words)
        if await self._greeter.greet(own, words):
            return Said(self._dressing.open(words), words)
        return Said(replace(self._dressing.closed(Reply(), words), edit=True), words)

    # --- private messages ---

    async def message(self, message: discord.Message) -> None:
        """Answer what a person writes to the bot alone: a command, or words to search for; or a file of feeds."""
        is_said = message.type in {discord.MessageType.default, discord.MessageType.reply}
        if message.guild is not None or message.author.bot or not is_said or not self._once.is_new(message.id):
            return
        asker = self._where.writer(message)
        await self._letters.answer(asker, message)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
