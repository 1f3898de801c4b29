"""All that there is: users, guilds, channels, DMs and the bot's application.

What happens in it is told by ``world.dispatch(event, data, guild_id)``, which the gateway fills.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fakes.discord import shapes
from tests.fakes.discord.errors import Json
from tests.fakes.discord.following import Follower
from tests.fakes.discord.guilds import Guild, Member, Role
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.places import Channel, Kind, Overwrite, Tag, ThreadState
from tests.fakes.discord.posts import Message
from tests.fakes.discord.snowflakes import Snowflakes
from tests.fakes.discord.users import User

__all__ = [
    "Application",
    "Channel",
    "Guild",
    "Kind",
    "Member",
    "Message",
    "Overwrite",
    "Role",
    "Tag",
    "ThreadState",
    "User",
    "World",
]


@dataclass(slots=True)
class Application:
    """The bot's application; ``reads_content`` whether its owner switched the message content intent on,
    ``privileged`` the other privileged intents that are on. ``settings`` is what PATCH changed.
    """

    id: str
    name: str
    owner: User
    reads_content: bool = False
    privileged: int = 0
    settings: Json = field(default_factory=dict)


def _nobody_listens(event: str, data: Json, guild_id: str) -> None:
    """What happens while no gateway is there."""


class World:
    """Everything, by id. ``now`` is its clock."""

    def __init__(self, now: Callable[[], datetime], name: str = "newsbot") -> None:
        self.now = now
        self.ids = Snowflakes(now)
        self.users: dict[str, User] = {}
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.dispatch: Callable[[str, Json, str], None] = _nobody_listens
        self._changed = asyncio.Event()
        self.bot = self.add(User(self, self.ids.next(), name, bot=True))
        self.application = Application(self.bot.id, name, self.add(User(self, self.ids.next(), "Developer")))

    def add(self, user: User) -> User:
        """Let ``user`` exist."""
        self.users[user.id] = user
        return user

    def guild(self, name: str, owner: User, *, community: bool = False, id_: str = "") -> Guild:
        """A new guild, without any channel and without the bot."""
        guild = Guild(self, id_ or self.ids.next(), name, owner, community=community)
        self.guilds[guild.id] = guild
        return guild

    def dm(self, user: User) -> Channel:
        """The private channel of ``user`` with the bot, made when there is none."""
        if user.dm is None:
            user.dm = Channel(self, self.ids.next(), Kind.DM)
            user.dm.recipients = [user]
            self.channels[user.dm.id] = user.dm
        return user.dm

    def elsewhere(self, *people: User) -> Channel:
        """A DM or group DM of ``people`` in which the bot is not."""
        channel = Channel(self, self.ids.next(), Kind.DM if len(people) == 2 else Kind.GROUP_DM)
        channel.recipients = list(people)
        self.channels[channel.id] = channel
        return channel

    def new_thread(
        self, parent: Channel, name: str, owner: User, kind: Kind, *, id_: str = "", **state: Any
    ) -> Channel:
        """A thread in ``parent``, whose first member is ``owner``; ``state`` sets fields of its ThreadState."""
        thread = Channel(self, id_ or self.ids.next(), kind, name, guild=parent.guild, parent=parent)
        now = self.now()
        settings = {"archives_after": parent.archives_after} | state
        thread.thread_state = ThreadState(owner.id, now, now, now, members={owner.id: now}, **settings)
        assert parent.guild is not None
        parent.guild.channels[thread.id] = self.channels[thread.id] = thread
        return thread

    def follows(self, channel: Channel, announcements: Channel) -> None:
        """What ``announcements`` publishes comes into ``channel``, by a webhook of its own."""
        assert announcements.kind is Kind.ANNOUNCEMENT and announcements.guild is not None
        name = f"{announcements.guild.name} #{announcements.name}"
        webhook = self.add(User(self, self.ids.next(), name, bot=True))
        announcements.followers.append(Follower(channel, webhook))

    def joins(self, thread: Channel, user: User) -> None:
        """``user`` becomes a member of ``thread``: THREAD_MEMBERS_UPDATE, before it THREAD_CREATE when that lets the
        bot see a private one (/topics/threads#joining-and-leaving-threads)."""
        if user.id in thread.state.members:
            return
        thread.state.members[user.id] = self.now()
        if user is self.bot and thread.is_private_thread:
            thread.tell("THREAD_CREATE")
        self._members_changed(thread, [shapes.thread_member(thread, user)], [])

    def leaves(self, thread: Channel, user: User) -> None:
        """``user`` is no member of ``thread`` any more."""
        if thread.state.members.pop(user.id, None) is not None:
            self._members_changed(thread, [], [user.id])

    def _members_changed(self, thread: Channel, added: list[Json], removed: list[str]) -> None:
        """Without the privileged intent the bot hears of itself alone: /events/gateway#gateway-intents."""
        assert thread.guild is not None
        if not self.application.privileged:
            added = [each for each in added if each["user_id"] == self.bot.id]
            removed = [each for each in removed if each == self.bot.id]
        if added or removed:
            data: Json = {"id": thread.id, "guild_id": thread.guild.id, "member_count": len(thread.state.members)}
            thread.guild.tell("THREAD_MEMBERS_UPDATE", data | {"added_members": added, "removed_member_ids": removed})

    def remove(self, channel: Channel) -> None:
        """A guild's channel or thread is deleted, and the bot hears of it."""
        assert channel.guild is not None
        for thread in channel.threads:
            self.remove(thread)
        if channel.is_thread:
            channel.guild.tell("THREAD_DELETE", shapes.thread_gone(channel))
        else:
            channel.tell("CHANNEL_DELETE")
        channel.deleted = True
        channel.guild.channels.pop(channel.id)
        self.channels.pop(channel.id)

    def ring(self) -> None:
        """Wake whoever waits for a change."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self) -> None:
        """Wait until something changed (a message came, was edited or removed)."""
        await self._changed.wait()

    def may(self, channel: Channel) -> Permission:
        """What the bot may in ``channel``."""
        return channel.may(self.bot)
