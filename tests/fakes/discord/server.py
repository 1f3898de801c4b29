"""The server itself: its world, what it was asked, and the switches of a test.

https://discord.com/developers/docs/reference is what it speaks, on loopback. ``async with DiscordServer() as dc``
serves a ``discord.Client`` whose ``Route.BASE`` is ``dc.api_url``.

Each module of endpoints has ``install(dc)``, which adds its routes by ``dc.routes.add``; the gateway's puts a handler
at ``dc.transport.socket`` and a function at ``dc.world.dispatch``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType

from tests.fakes.discord import (
    accounts,
    channels,
    commands,
    gateway,
    interactions_answers,
    messages,
    threads,
    webhooks,
)
from tests.fakes.discord.attachments import Attachments
from tests.fakes.discord.chances import Chances, Odds
from tests.fakes.discord.commands import Commands
from tests.fakes.discord.errors import Json
from tests.fakes.discord.faults import Faults, fits
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.guilds import Guild
from tests.fakes.discord.http import API, Transport
from tests.fakes.discord.interactions import Interactions
from tests.fakes.discord.people import Person
from tests.fakes.discord.posts import Message
from tests.fakes.discord.rates import Rates
from tests.fakes.discord.routes import Routes
from tests.fakes.discord.world import World

TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAwMA.FakeTk.OfTheTestsAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
MODULES = (messages, channels, threads, accounts, commands, interactions_answers, webhooks, gateway)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot, refused ones too; ``path`` is below /api/v10, ``json`` the body; ``invalid``: it counts
    for the limit of invalid requests."""

    method: str
    path: str
    json: Json
    status: int
    invalid: bool = False


def real_time() -> datetime:
    """The time of the machine."""
    return datetime.now(UTC)


class DiscordServer:
    """Discord, as far as one bot sees it. ``now`` is its clock, ``shards`` what it recommends, ``session_starts`` how
    many identifies are left today, ``max_concurrency`` how many may come in 5 seconds; ``nonce_seconds`` how long a
    nonce is remembered, ``nonces`` what was sent with each. ``deletes_in_archived``: whether messages of archived
    threads can be deleted; the documentation says yes, some bots met 50083. ``broken`` are failures of its own, which
    a test that uses it does not survive.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = real_time,
        shards: int = 1,
        token: str = TOKEN,
        name: str = "newsbot",
        max_concurrency: int = 1,
    ) -> None:
        self.now = now
        self.shards = shards
        self.token = token
        self.max_concurrency = max_concurrency
        self.session_starts = 1000
        self.nonce_seconds = 180.0
        self.nonces: dict[str, Message] = {}
        self.deletes_in_archived = True
        self.world = World(lambda: self.now(), name)
        self.calls: list[Call] = []
        self.broken: list[Exception] = []
        self.rates = Rates(lambda: self.now().timestamp())
        self.faults = Faults(lambda seed, met, **odds: Chances(self.world, seed, Odds(**odds), met))
        self.routes = Routes()
        self.attachments = Attachments(self)
        self.transport = Transport(self)
        self.gateway = Gateway(self)
        self.commands = Commands(self)
        self.interactions = Interactions(self)
        self._install()

    def _install(self) -> None:
        for module in MODULES:
            module.install(self)

    async def __aenter__(self) -> DiscordServer:
        await self.transport.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
        if self.broken and error is None:
            raise self.broken[0]

    async def close(self) -> None:
        """Stop serving."""
        self.faults.calm()
        self.gateway.close()
        await self.transport.close()

    @property
    def api_url(self) -> str:
        """Where REST is: ``Route.BASE``."""
        return f"http://{self.transport.host}{API}"

    @property
    def gateway_url(self) -> str:
        """Where the gateway is."""
        return f"ws://{self.transport.host}/gateway/"

    @property
    def application_id(self) -> str:
        """The bot's, of its application and of its user."""
        return self.world.application.id

    def dispatch(self, event: str, data: Json, guild_id: str = "") -> None:
        """Tell the bot of something; "" is what happens in private."""
        self.world.dispatch(event, data, guild_id)

    def note(self, method: str, path: str, body: Json, status: int, *, invalid: bool) -> None:
        """Remember a call."""
        self.calls.append(Call(method, path, body, status, invalid))

    def called(self, method: str, path: str) -> list[Call]:
        """The calls of a method and a path, in which ``*`` stands for one part."""
        return [each for each in self.calls if each.method == method and fits(each.path, path)]

    @property
    def refused(self) -> list[Call]:
        """The invalid requests: https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit."""
        return [each for each in self.calls if each.invalid]

    def person(self, name: str, *, locale: str = "en-US") -> Person:
        """Someone new."""
        person = Person(self, name, locale=locale)
        self.world.add(person)
        return person

    def guild(self, name: str, *, owner: Person, community: bool = False, shard: int | None = None) -> Guild:
        """A new guild without channels and without the bot; see its ``text``, ``admits_bot`` and so on. ``shard``: the
        one of :attr:`shards` that is to serve it.
        """
        id_ = self.world.ids.next(shard, self.shards)
        return self.world.guild(name, owner, community=community, id_=id_)
