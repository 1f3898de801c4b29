"""Interactions: what people do with the bot's commands, buttons and modals, and how it responds.

https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from tests.fakes.discord import interactions_shapes as payloads
from tests.fakes.discord import shapes
from tests.fakes.discord.errors import Json
from tests.fakes.discord.interactions_shapes import COMPONENT, GUILD_INSTALL, MODAL_SUBMIT
from tests.fakes.discord.modals import Modal
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.places import Channel, Wanted
from tests.fakes.discord.posts import Message
from tests.fakes.discord.users import User

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer

T = TypeVar("T")
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
"""#interaction-response-object-interaction-callback-type"""
TO_RESPOND = timedelta(seconds=3)
TO_FOLLOW = timedelta(minutes=15)
MOST_FOLLOWUPS = 5
"""By an app that only the person installed: #create-followup-message."""


@dataclass(slots=True, eq=False)
class Interaction:
    """One command, press, choice or submit of ``person``, and what the bot did with it.

    ``response`` is the type of the bot's callback (0: none yet), ``acknowledged_after`` the seconds until it came.
    ``original`` is the message of the response; ``messages`` are those that the bot wrote by it, the response first,
    ephemeral ones too; ``refusals`` what it was refused.
    """

    dc: DiscordServer
    id: str
    token: str
    kind: int
    person: User
    channel: Channel
    owners: Json
    data: Json
    created: datetime
    message: Message | None = None
    source: Interaction | None = None
    option: Json = field(default_factory=dict)
    response: int = 0
    acknowledged_after: float | None = None
    original: Message | None = None
    messages: list[Message] = field(default_factory=list)
    modal: Modal | None = None
    choices: list[tuple[str, object]] | None = None
    refusals: list[str] = field(default_factory=list)
    loading: bool = False
    ephemeral: bool = False
    followups: int = 0
    _answer: Message | Modal | None = None

    @property
    def deferred(self) -> bool:
        """Whether the bot asked for time."""
        return self.response in (DEFERRED, DEFERRED_UPDATE)

    @property
    def custom_id(self) -> str:
        """Of what was pressed or submitted."""
        return str(self.data.get("custom_id", ""))

    @property
    def private_by_force(self) -> bool:
        """Whether answers are for the person alone whatever the bot says: USE_EXTERNAL_APPS is missing, in a server
        that has not installed the app (https://discord.com/developers/docs/topics/permissions).
        """
        if self.channel.guild is None or str(GUILD_INSTALL) in self.owners:
            return False
        return Permission.USE_EXTERNAL_APPS not in self.channel.may(self.person)

    def metadata(self) -> Json:
        """#message-interaction-metadata-object of the messages that it makes."""
        found: Json = {"id": self.id, "type": self.kind, "user": shapes.user(self.person)}
        found["authorizing_integration_owners"] = self.owners
        if self.kind == COMPONENT and self.message is not None:
            found["interacted_message_id"] = self.message.id
        if self.kind == MODAL_SUBMIT and self.source is not None:
            found["triggering_interaction_metadata"] = self.source.metadata()
        return found

    def says(self, answer: Message | Modal) -> None:
        """The person sees something of the bot now."""
        self._answer = self._answer or answer
        self.dc.world.ring()

    async def acknowledged(self, timeout: float = 5) -> Interaction:
        """Wait until the bot has responded in any way. TimeoutError with what it was refused."""
        await self._until(lambda: self.response or None, "a response", timeout)
        return self

    async def answered(self, timeout: float = 5) -> Message | Modal:
        """Wait for what the person sees: the message of the response (once a deferred one has its text), the message
        that a press changed, the first followup of a press that was only acknowledged, or a modal.
        """
        return await self._until(lambda: self._answer, "an answer", timeout)

    async def replied(self, timeout: float = 5) -> Message:
        """The same where it must be a message."""
        answer = await self.answered(timeout)
        assert isinstance(answer, Message), f"a modal came: {answer.text}"
        return answer

    async def opened(self, timeout: float = 5) -> Modal:
        """The same where it must be a modal."""
        answer = await self.answered(timeout)
        assert isinstance(answer, Modal), f"a message came: {answer.text}"
        return answer

    async def wait_for(self, wanted: Wanted, timeout: float = 5) -> Message:
        """Wait for one of :attr:`messages`, or the message that was pressed: as :meth:`Channel.wait_for`."""
        return await self._until(lambda: self._wanted(wanted), repr(wanted), timeout)

    def _wanted(self, wanted: Wanted) -> Message | None:
        there = [each for each in self.messages if not each.deleted and not (self.loading and each is self.original)]
        if isinstance(wanted, int):
            return there[wanted - 1] if len(there) >= wanted else None
        there += [self.message] if self.message else []
        fits: Callable[[Message], bool] = (lambda each: wanted in each.text) if isinstance(wanted, str) else wanted
        return next((each for each in there if fits(each)), None)

    async def _until(self, found: Callable[[], T | None], what: str, timeout: float) -> T:
        try:
            async with asyncio.timeout(timeout):
                while (result := found()) is None:
                    await self.dc.world.change()
        except TimeoutError:
            raise TimeoutError(f"{what} never came to {self._described()}") from None
        return result

    def _described(self) -> str:
        what = self.data.get("name") or self.custom_id
        there = [each.text for each in self.messages]
        return f"{what!r} of {self.person!r}: response {self.response}, messages {there}, refused {self.refusals}"


class Interactions:
    """All that there were, by token. Their times are those of the server's clock, ``now``."""

    def __init__(self, dc: DiscordServer) -> None:
        self._dc = dc
        self.all: dict[str, Interaction] = {}

    def begin(
        self,
        kind: int,
        person: User,
        channel: Channel,
        owners: Json,
        data: Json,
        *,
        message: Message | None = None,
        source: Interaction | None = None,
        option: Json | None = None,
    ) -> Interaction:
        """The bot is told by INTERACTION_CREATE; while its gateway is away, when it resumes."""
        id_ = self._dc.world.ids.next()
        token = f"aW50ZXJhY3Rpb246{id_}"
        made = Interaction(self._dc, id_, token, kind, person, channel, owners, data, self._dc.now(), message, source)
        made.option = option or {}
        self.all[token] = made
        told = payloads.payload(id_, token, kind, person, channel, owners, data)
        if message is not None:
            told["message"] = shapes.message(message)
        guild_id = channel.guild.id if channel.guild else ""
        if not any(session.serves(guild_id) for session in self._dc.gateway.sessions):
            made.refusals.append("no shard is there to hear of it, nor will one resume")
        self._dc.dispatch("INTERACTION_CREATE", told, guild_id)
        return made
