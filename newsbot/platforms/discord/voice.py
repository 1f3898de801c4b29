"""What the bot says to an interaction: at once where the answer is there within a moment, else it says that it is at
work and puts the answer in that place. Everything is for the asker's eyes alone, unless it is meant to be shared."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from newsbot.domain.ports import Clock
from newsbot.locales import Words
from newsbot.platforms.discord import render
from newsbot.platforms.discord.callbacks import (
    EPHEMERAL,
    FORM,
    IN_PLACE,
    LATER,
    LATER_IN_PLACE,
    MESSAGE,
    Callbacks,
)
from newsbot.platforms.discord.message import Json, Key, Outgoing, payload, post_of
from newsbot.platforms.discord.people import Interaction
from newsbot.platforms.views import Paragraph, Reply, Span

log = logging.getLogger(__name__)

QUICK = 1.2
"""Seconds that an answer may take before the asker is told that it comes; Discord waits for three:
https://docs.discord.com/developers/interactions/receiving-and-responding#responding-to-an-interaction"""
AT_MOST = 840.0  # seconds of work on one answer; the interaction's token lives for 900
STALE = 3.0
"""Seconds after which Discord takes no response. What the gateway brings later than that, when it takes up a session
that was cut off, was given up by its person: they were shown a failure, and asked again."""


MOST_CARRIED = 6
"""Messages of one answer where the bot is nobody's but the asker's: the response and five more,
https://docs.discord.com/developers/interactions/receiving-and-responding#create-followup-message"""


@dataclass(frozen=True, slots=True)
class Said:
    """What to say. ``words`` are those of whoever reads it; ``place``: where its buttons act, "" for where it stands;
    ``share``: the key by which the asker shows it to all; ``to_all``: everybody in the channel sees it; ``form``: the
    JSON of a form to fill in, in place of a message."""

    reply: Reply
    words: Words
    place: str = ""
    share: Key | None = None
    to_all: bool = False
    form: Json | None = None


Work = Callable[[], Awaitable[Said]]


@dataclass(slots=True)
class _Turn:
    """One interaction on its way. ``kind`` is that of its one response, 0 while there is none; ``quiet``: nothing shows
    that it waits; ``unheard``: of an earlier response nobody knows whether it arrived. ``lock`` is held by whoever
    responds."""

    interaction: Interaction
    quiet: bool
    kind: int = 0
    unheard: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Voice:
    """Answers interactions, each in time."""

    def __init__(self, callbacks: Callbacks, clock: Clock) -> None:
        self._callbacks = callbacks
        self._clock = clock

    async def answer(
        self,
        interaction: Interaction,
        work: Work,
        lane: contextlib.AbstractAsyncContextManager[object] | None = None,
        *,
        quiet: bool = False,
    ) -> None:
        """Say what ``work`` comes to, when it is its turn in ``lane``. ``quiet``: while it takes long nothing is shown,
        as for what all may see in the end, or nobody. ``work`` may raise: then its asker hears of it. It is not begun
        for what seems to come too late, unless Discord takes a response all the same."""
        turn = _Turn(interaction, quiet)
        if (self._clock.now() - interaction.created_at).total_seconds() > STALE:  # or this machine's clock is wrong
            await self._later(turn)
            if not turn.kind:
                return
        async with self._timely(turn), lane or contextlib.nullcontext():
            said = await self._done(interaction, work)
            async with turn.lock:
                await self._tell(turn, said)
                turn.kind = turn.kind or MESSAGE

    async def rest(self, interaction: Interaction) -> None:
        """Say nothing, and let the pressed button rest; a command has none, and what shows that it waits goes away."""
        if interaction.message is not None:
            await self._callbacks.respond(interaction, LATER_IN_PLACE)
        elif await self._callbacks.respond(interaction, LATER, {"flags": EPHEMERAL}):
            await self._callbacks.remove(interaction)

    async def _done(self, interaction: Interaction, work: Work) -> Said:
        try:
            async with asyncio.timeout(AT_MOST):
                return await work()
        except Exception:
            log.exception("an interaction failed")
            words = Words(str(interaction.locale))
            return Said(Reply(toast=words("failed"), error=True), words)

    @contextlib.asynccontextmanager
    async def _timely(self, turn: _Turn) -> AsyncIterator[None]:
        """Within it, the interaction is acknowledged after a moment even when its work takes longer."""

        async def soon() -> None:
            await self._clock.sleep(QUICK)
            async with turn.lock:
                await self._later(turn)

        moment = asyncio.create_task(soon(), name="an interaction waits")
        try:
            yield
        finally:
            moment.cancel()
            await asyncio.gather(moment, return_exceptions=True)

    async def _later(self, turn: _Turn) -> None:
        if turn.kind:
            return
        kind = LATER_IN_PLACE if _in_place(turn) else LATER
        hidden = kind == LATER and not is_alone(turn.interaction)
        if await self._callbacks.respond(turn.interaction, kind, {"flags": EPHEMERAL} if hidden else None):
            turn.kind = kind
        else:
            turn.unheard = True

    async def _tell(self, turn: _Turn, said: Said) -> None:
        messages = messages_of(said)
        if len(messages) > MOST_CARRIED and is_carried(turn.interaction):  # in brief, rather than without its end
            messages = messages_of(replace(said, reply=replace(said.reply, edit=True)))
        if not turn.kind and said.form is not None:
            await self._callbacks.respond(turn.interaction, FORM, said.form)
        elif not messages:
            await self._nothing(turn)
        else:
            await self._first(turn, said, messages[0])
            for message in messages[1:]:
                body, file = _body(turn, said, message), message.file
                await self._callbacks.say(turn.interaction, body, file)

    async def _first(self, turn: _Turn, said: Said, message: Outgoing) -> None:
        """The response itself, or what takes its place."""
        interaction, file = turn.interaction, message.file
        replaces = said.reply.edit and bool(said.reply.blocks) and not said.to_all and is_own(interaction)
        body = payload(message, place=said.place, turn=_again(turn)) if replaces else _body(turn, said, message)
        if not turn.kind:
            is_said = await self._callbacks.respond(interaction, IN_PLACE if replaces else MESSAGE, body, file)
            if is_said and turn.unheard:  # what Discord has may be that earlier one
                await self._callbacks.edit(interaction, payload(message, place=said.place, turn=_again(turn)), file)
        elif turn.kind == LATER or replaces:
            await self._callbacks.edit(interaction, payload(message, place=said.place, turn=_again(turn)), file)
        else:
            await self._callbacks.say(interaction, body, file)

    async def _nothing(self, turn: _Turn) -> None:
        if not turn.kind:
            await self.rest(turn.interaction)
        elif turn.kind == LATER:
            await self._callbacks.remove(turn.interaction)


def messages_of(said: Said) -> list[Outgoing]:
    """What is said, as messages; none where nothing is."""
    reply = said.reply
    messages = list(render.reply(_with_notice(reply), said.words, share=said.share))
    if reply.attachment is not None and not any(message.file for message in messages):
        last = messages.pop() if messages else Outgoing(())
        messages.append(replace(last, file=reply.attachment))
    return messages


def _with_notice(reply: Reply) -> Reply:
    """``reply`` with its notice as a line of its own: Discord has nothing that comes up and goes away by itself."""
    shown = {span.text for block in reply.blocks if isinstance(block, Paragraph) for span in block.spans}
    if not reply.blocks or not reply.toast or reply.toast in shown:
        return reply
    return replace(reply, blocks=(*reply.blocks, Paragraph((Span(reply.toast, "muted"),))), toast="")


def _body(turn: _Turn, said: Said, message: Outgoing) -> Json:
    """The body of a message of its own. Alone with the bot an answer stays, but for a mere notice."""
    body = payload(message, place=said.place, turn=_again(turn))
    stays = is_alone(turn.interaction) and bool(said.reply.blocks)
    return body if said.to_all or stays else {**body, "flags": body["flags"] | EPHEMERAL}


def _again(turn: _Turn) -> int:
    """A number of this interaction's own: a menu that replaces another is a new one, of which nothing is chosen yet."""
    return turn.interaction.id % 1_000_000


def _in_place(turn: _Turn) -> bool:
    """Whether nothing is to be seen of the work going on, but on the button."""
    interaction = turn.interaction
    return interaction.message is not None and (turn.quiet or is_own(interaction) or is_alone(interaction))


def is_alone(interaction: Interaction) -> bool:
    """Whether it comes from the person's private chat with the bot."""
    return interaction.guild_id is None and bool(interaction.context.dm_channel)


def is_carried(interaction: Interaction) -> bool:
    """Whether the bot is there only since the person has it installed for themselves."""
    return interaction.is_user_integration() and not interaction.is_guild_integration()


def is_own(interaction: Interaction) -> bool:
    """Whether what was pressed is an answer of ours to the presser alone, which another may replace; never a post."""
    message = interaction.message
    if message is None or not (message.flags.ephemeral or is_alone(interaction)):
        return False
    shown: list[Any] = [component.to_dict() for component in message.components]
    return not post_of(shown)
