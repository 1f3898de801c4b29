"""Chats of every kind on Telegram, Discord and the web: what is to be read in each, and how it is shut for a while."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from newsbot.domain.models import ChatKey, ChatKind, What, When
from newsbot.storage import Storage
from tests.e2e.house import Rows
from tests.fakes.discord import EVERYONE, DiscordServer, Permission
from tests.fakes.discord.places import Channel
from tests.fakes.discord.rates import CROSSPOST, Limit
from tests.fakes.telegram import Group, Room, TelegramServer
from tests.fakes.telegram.chats import Chat
from tests.torture.press import RARE

Texts = Callable[[], Sequence[str]]
Act = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Place:
    """One chat: its name in the config, what it ordered, and what all its visible messages say (None: the web's, which
    are rows); ``others`` are further addresses of it on its server. ``shut`` and ``open`` are what makes posts
    impossible there, and possible again; on Discord and in groups that happens by chance."""

    name: str
    kind: ChatKind
    chat: str
    what: str
    texts: Texts | None = None
    shut: Act | None = None
    open: Act | None = None
    others: Callable[[], set[str]] = set
    readable: bool = True
    """Whether the bot may read what was said there."""

    @property
    def key(self) -> ChatKey:
        """Its address."""
        platform, _, rest = self.chat.partition(":")
        native, _, thread = rest.partition("/")
        return ChatKey(platform, native, thread)

    @property
    def by_rows(self) -> bool:
        """Whether no config can name it: a person alone orders in a direct message."""
        return self.key.native.startswith("@")

    def addresses(self) -> set[str]:
        """What requests name it by."""
        return {self.key.thread if self.key.platform == "discord" and self.key.thread else self.key.native} | (
            self.others()
        )

    async def read(self, rows: Rows) -> Sequence[str]:
        """What each of its visible messages says."""
        if self.texts is not None:
            return self.texts()
        found = await rows.all(f"SELECT body FROM web_messages WHERE chat = '{self.key.native}' AND deleted = FALSE")
        return [_digest(json.loads(body)) for (body,) in found]


@dataclass
class Town(AbstractAsyncContextManager["Town"]):
    """Both servers with their limits on, and all places."""

    telegram: TelegramServer = field(default_factory=TelegramServer)
    discord: DiscordServer = field(default_factory=DiscordServer)
    places: list[Place] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    """The rows of the places by their names; a chat keeps its row when its address changes."""

    async def __aenter__(self) -> Town:
        await self.telegram.__aenter__()
        await self.discord.__aenter__()
        self.telegram.rates.on = self.discord.rates.on = True
        # Hours pass in the rows alone, so that an hour's budget of this kind would never come back.
        self.discord.rates.limits[CROSSPOST] = Limit(100_000, 3600.0)
        self.places = [*await self._on_telegram(), *self._on_discord(), *_on_the_web()]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.telegram.__aexit__(kind, error, trace)
        await self.discord.__aexit__(kind, error, trace)

    @property
    def platforms(self) -> dict[str, Any]:
        """The config of all three."""
        telegram = {"token": self.telegram.token, "api_url": self.telegram.url}
        urls = {"api_url": self.discord.api_url, "gateway_url": self.discord.gateway_url}
        return {"telegram": telegram, "discord": {"token": self.discord.token, **urls}, "web": {"enabled": True}}

    @property
    def orders(self) -> list[dict[str, str]]:
        """The config's subscriptions."""
        return [{"chat": place.chat, "what": place.what} for place in self.places if not place.by_rows]

    async def settle(self, database: str) -> None:
        """Let the bot know all places, as if it had met them, and what was ordered where no config can name it."""
        storage, now = await Storage.open(database), datetime.now(UTC)
        try:
            for place in self.places:
                chat = await storage.chats.ensure(place.key, place.kind, place.name, now)
                self.ids[place.name] = chat.id
                if place.by_rows:
                    what = What("category", place.what)
                    await storage.chats.subscribe(chat.id, what, When(), label=place.what, created_by="1", created=now)
        finally:
            await storage.close()

    def accepted(self) -> int:
        """How many messages stand on both servers."""
        chats = [*self.telegram.rooms.values(), *(person.private for person in self.telegram.people.values())]
        return sum(len(chat.log) for chat in chats) + sum(len(c.log) for c in self.discord.world.channels.values())

    # --- Telegram --------------------------------------------------------------------------------

    async def _on_telegram(self) -> list[Place]:
        server = self.telegram
        ann, bob = server.person(1001, "Ann", started=True), server.person(1002, "Bob", started=True)
        self.group = server.group("Basic", admins=[ann], bot=True)
        rooms: list[Room] = [
            server.supergroup("Super", admins=[ann], bot=True),
            server.channel("Channel", admins=[ann], bot=True),
        ]
        forum = server.supergroup("Forum", admins=[ann], forum=True, bot=True)
        topic = await forum.topic("News")
        alone = [
            Place("a person", "private", "telegram:1001", "everything", _said(ann.private), ann.blocks, ann.unblocks),
            Place(
                "another person", "private", "telegram:1002", "courier", _said(bob.private), bob.blocks, bob.unblocks
            ),
            Place(
                "a group that moves",
                "group",
                f"telegram:{self.group.id}",
                "papers",
                _said_in_both(self.group),
                others=lambda: _moved(self.group),
            ),
            Place("a topic", "group", f"telegram:{forum.id}/{topic.id}", "wires", _said(forum, topic.id)),
        ]
        return alone + [
            Place(
                f"a {room.type}", _kind(room), f"telegram:{room.id}", what, _said(room), _removal(room), _return(room)
            )
            for room, what in zip(rooms, ("papers", "everything"), strict=True)
        ]

    # --- Discord ---------------------------------------------------------------------------------

    def _on_discord(self) -> list[Place]:
        ann = self.discord.person("Ann")
        guild = self.discord.guild("Garage", owner=ann, community=True)
        guild.admits_bot(EVERYONE | Permission.MANAGE_THREADS)
        guild.text("general")
        self.blind = blind = guild.text("blind").overwrite(guild.bot, deny=Permission.READ_MESSAGE_HISTORY)
        text, news, forum = guild.text("text"), guild.announcement("announcements"), guild.forum("forum")
        guild.text("follower").follow(news)
        thread = guild.text("host").thread("thread", owner=ann)

        def place(name: str, channel: Channel, what: str) -> Place:
            kind: ChatKind = "forum" if channel.is_forum else "channel" if channel is news else "group"

            def inside() -> set[str]:
                return {thread.id for thread in channel.threads}

            seen = channel is not blind
            return Place(name, kind, f"discord:{channel.id}", what, _posted(channel), others=inside, readable=seen)

        def dm() -> set[str]:
            return {ann.dm.id} if ann.dm else set()

        return [
            place("a text channel", text, "everything"),
            place("an announcement channel", news, RARE),
            place("a forum", forum, "papers"),
            Place("a thread", "group", f"discord:{_parent(thread)}/{thread.id}", "wires", _posted(thread)),
            place("a channel without history", blind, "courier"),
            Place(
                "a direct message",
                "private",
                f"discord:@{ann.id}",
                "wires",
                lambda: _texts(ann.dm),
                others=dm,
            ),
        ]


def _on_the_web() -> list[Place]:
    return [Place(f"web {what}", "channel", f"web:reader-{what}", what) for what in ("everything", "papers", "gazette")]


def _said(chat: Chat, thread: int | None = None) -> Texts:
    return lambda: [m.text for m in chat.messages if thread is None or m.thread == thread]


def _moved(group: Group) -> set[str]:
    return {str(group.successor.id)} if group.successor is not None else set()


def _digest(body: dict[str, Any]) -> str:
    """What a post on the web says, each headline once, with its sources."""
    told = body.get("digest") or {"stories": [], "more": ""}
    return "\n".join([*(json.dumps(story) for story in told["stories"]), told["more"]])


def _said_in_both(group: Group) -> Texts:
    return lambda: [m.text for chat in (group, group.successor) if chat is not None for m in chat.messages]


def _removal(room: Room) -> Act:
    async def remove() -> None:
        await room.removes_bot(_owner(room))

    return remove


def _return(room: Room) -> Act:
    async def let_in() -> None:
        await room.adds_bot(_owner(room), admin=room.type == "channel")

    return let_in


def _kind(room: Room) -> ChatKind:
    return "channel" if room.type == "channel" else "group"


def _owner(room: Room) -> Any:
    return room.server.people[1001]


def _parent(thread: Channel) -> str:
    assert thread.parent is not None
    return thread.parent.id


def _texts(channel: Channel | None) -> list[str]:
    return [message.text for message in channel.messages] if channel is not None else []


def _posted(channel: Channel) -> Texts:
    return lambda: [text for where in (channel, *channel.threads) for text in _texts(where)]
