"""The sender on a clock of its own, to a strict Discord on the same clock with its limits on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from newsbot.domain.models import ChatKey, ChatKind, Delivery, DeliveryKind, Digest
from newsbot.domain.ports import SendOutcome
from newsbot.platforms.discord import render
from newsbot.platforms.discord.doors import Doors
from newsbot.platforms.discord.message import PLATFORM
from newsbot.platforms.discord.pace import Pace
from newsbot.platforms.discord.send import DiscordSender
from newsbot.platforms.discord.wire import make_rest
from tests.clock import ManualClock
from tests.fakes.digests import XIAOMI
from tests.fakes.discord.guilds import Guild
from tests.fakes.discord.places import Channel, Kind
from tests.fakes.discord.server import DiscordServer
from tests.fakes.discord.users import User

STORY = Digest((XIAOMI,), audience="group")
LONG = Digest(
    tuple(replace(XIAOMI, story_id=n, headline=f"Story {n}", summary=("Word " * 80,)) for n in range(1, 26)),
    occasion="daily",
    audience="group",
)
PARTS = len(render.post(LONG, 1))


class Rooms:
    """Where the ids of private channels are kept, in memory."""

    def __init__(self) -> None:
        self.kept: dict[ChatKey, str] = {}

    async def room(self, key: ChatKey) -> str:
        """See :class:`newsbot.platforms.discord.doors.Rooms`."""
        return self.kept.get(key, "")

    async def keep_room(self, key: ChatKey, room: str) -> None:
        """See :class:`newsbot.platforms.discord.doors.Rooms`."""
        self.kept[key] = room


class Wishes:
    """What channels want, in memory: those in ``off`` pass nothing on."""

    def __init__(self) -> None:
        self.off: set[ChatKey] = set()

    async def publishes(self, key: ChatKey) -> bool:
        """See :class:`newsbot.platforms.discord.publishing.Wishes`."""
        return key not in self.off


@dataclass
class Way:
    """A way out; ``told`` are the parts that were recorded. Killing it and starting again loses its memory."""

    dc: DiscordServer
    clock: ManualClock
    ann: User
    guild: Guild
    rooms: Rooms = field(default_factory=Rooms)
    wishes: Wishes = field(default_factory=Wishes)
    told: list[tuple[str, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pace = Pace(self.clock)
        self.rest = make_rest(self.dc.token, self.dc.api_url, None, self.pace)
        doors = Doors(self.rest.http, self.rooms, self.pace)
        self.sender = DiscordSender(self.rest, self.pace, doors, self.clock, self.wishes)

    async def again(self) -> None:
        """The process is started again."""
        await self.rest.close()
        self.__post_init__()

    def delivery(
        self,
        to: Channel | ChatKey,
        digest: Digest = STORY,
        kind: DeliveryKind = "post",
        message_ids: tuple[str, ...] = (),
        number: int = 1,
        target: int | None = None,
    ) -> Delivery:
        """One that was made just now, at its first attempt."""
        chat = to if isinstance(to, ChatKey) else address(to)
        digest = digest if isinstance(to, ChatKey) else replace(digest, audience=audience(to))
        made = self.clock.now()
        return Delivery(number, 1, chat, kind, digest, message_ids=message_ids, target=target, attempts=1, created=made)

    async def send(self, delivery: Delivery) -> SendOutcome:
        """Send it, and note the parts."""

        async def sent(message_ids: tuple[str, ...]) -> None:
            self.told.append(message_ids)

        return await self.sender.send(delivery, sent)


def address(channel: Channel) -> ChatKey:
    """Where a subscription of the channel's posts to."""
    if channel.is_thread and channel.parent is not None:
        return ChatKey(PLATFORM, channel.parent.id, channel.id)
    return ChatKey(PLATFORM, channel.id)


def audience(channel: Channel) -> ChatKind:
    """What its chat is taken for."""
    if channel.is_thread:
        return "group"
    return "forum" if channel.is_forum else "channel" if channel.kind is Kind.ANNOUNCEMENT else "group"


def retried(delivery: Delivery, message_ids: tuple[str, ...] | None = None) -> Delivery:
    """The same at its next attempt."""
    ids = delivery.message_ids if message_ids is None else message_ids
    return replace(delivery, attempts=delivery.attempts + 1, message_ids=ids)


@asynccontextmanager
async def open_way() -> AsyncIterator[Way]:
    """Ann's guild "Garage", which has the bot in it."""
    clock = ManualClock(flowing=True)
    async with DiscordServer(now=clock.now) as dc:
        dc.rates.on = True
        ann = dc.person("Ann")
        guild = dc.guild("Garage", owner=ann)
        guild.admits_bot()
        way = Way(dc, clock, ann, guild)
        yield way
        await way.rest.close()
