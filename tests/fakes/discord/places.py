"""Channels, threads and DMs: https://discord.com/developers/docs/resources/channel#channel-object."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, TypeAlias

from tests.fakes.discord import shapes
from tests.fakes.discord.permissions import IN_PRIVATE, NONE, Bits, Permission, bits, of_channel

if TYPE_CHECKING:
    from tests.fakes.discord.following import Follower
    from tests.fakes.discord.guilds import Guild, Member, Role
    from tests.fakes.discord.posts import Message
    from tests.fakes.discord.users import User
    from tests.fakes.discord.world import World

Wanted: TypeAlias = "int | str | Callable[[Message], bool]"


class Kind(IntEnum):
    """#channel-object-channel-types."""

    TEXT = 0
    DM = 1
    VOICE = 2
    GROUP_DM = 3
    CATEGORY = 4
    ANNOUNCEMENT = 5
    ANNOUNCEMENT_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    STAGE = 13
    FORUM = 15
    MEDIA = 16


THREADS = (Kind.ANNOUNCEMENT_THREAD, Kind.PUBLIC_THREAD, Kind.PRIVATE_THREAD)
FORUMS = (Kind.FORUM, Kind.MEDIA)
REQUIRE_TAG = 1 << 4
PINNED = 1 << 1


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What a channel allows and denies one role or member."""

    member: bool
    allow: Permission
    deny: Permission


@dataclass(frozen=True, slots=True)
class Tag:
    """A forum's tag; ``moderated`` ones only those with MANAGE_THREADS put on."""

    id: str
    name: str
    moderated: bool = False


@dataclass(slots=True)
class ThreadState:
    """What only threads have; ``archives_after`` in minutes, ``archived_at`` when that changed last, ``active_at`` when
    it was last written in, woken or had its archiving changed. Time archives none: /topics/threads says that the
    minutes are "repurposed to control how long the thread stays in the channel list"."""

    owner_id: str
    created_at: datetime
    archived_at: datetime
    active_at: datetime
    archives_after: int = 4320
    archived: bool = False
    locked: bool = False
    invitable: bool = True
    applied_tags: tuple[str, ...] = ()
    members: dict[str, datetime] = field(default_factory=dict)
    starter: str = ""
    sent: int = 0


class Channel:
    """Any place of messages: a guild's channel, a thread (``thread`` is set, ``parent`` its channel) or a DM
    (``recipients`` is set). ``log`` holds all that was ever sent, :attr:`messages` what everyone there sees.
    """

    def __init__(
        self,
        world: World,
        id_: str,
        kind: Kind,
        name: str = "",
        *,
        guild: Guild | None = None,
        parent: Channel | None = None,
    ) -> None:
        self.world = world
        self.id = id_
        self.kind = kind
        self.name = name
        self.guild = guild
        self.parent = parent
        self.topic = ""
        self.position = 0
        self.flags = 0
        self.slowmode = 0
        self.archives_after = 1440
        self.tags: list[Tag] = []
        self.overwrites: dict[str, Overwrite] = {}
        self.recipients: list[User] = []
        self.thread_state: ThreadState | None = None
        self.log: list[Message] = []
        self.followers: list[Follower] = []
        self.deleted = False

    def __repr__(self) -> str:
        return f"<{self.kind.name} {self.name or self.recipients} {self.id}>"

    @property
    def is_thread(self) -> bool:
        """Whether it is a thread, or a post of a forum."""
        return self.thread_state is not None

    @property
    def is_private_thread(self) -> bool:
        """Whether only its members see it."""
        return self.kind is Kind.PRIVATE_THREAD

    @property
    def is_forum(self) -> bool:
        """Whether it holds threads alone."""
        return self.kind in FORUMS

    @property
    def is_voice(self) -> bool:
        """Whether CONNECT is needed for anything in it."""
        return self.kind in (Kind.VOICE, Kind.STAGE)

    @property
    def state(self) -> ThreadState:
        """What a thread has; AssertionError on others."""
        assert self.thread_state is not None, f"{self!r} is no thread"
        return self.thread_state

    @property
    def thread_members(self) -> dict[str, datetime]:
        """Who joined the thread, by user id, and when."""
        return self.thread_state.members if self.thread_state else {}

    @property
    def mention(self) -> str:
        """How a message names it."""
        return f"<#{self.id}>"

    @property
    def messages(self) -> list[Message]:
        """What is to be seen, oldest first, without ephemeral messages."""
        return [each for each in self.log if not each.deleted and not each.ephemeral]

    @property
    def threads(self) -> list[Channel]:
        """Its threads, archived ones too, oldest first."""
        channels = self.guild.channels.values() if self.guild else ()
        return [each for each in channels if each.is_thread and each.parent is self]

    @property
    def active(self) -> bool:
        """Whether it is a thread that is not archived."""
        return self.thread_state is not None and not self.thread_state.archived

    @property
    def listed(self) -> bool:
        """Whether clients show the thread in the list of channels: that alone is what ``archives_after`` decides."""
        return self.active and self.world.now() - self.state.active_at < timedelta(minutes=self.state.archives_after)

    def may(self, user: User) -> Permission:
        """What ``user`` may here; nothing for who is not there."""
        if self.guild is None:
            return IN_PRIVATE if user in self.recipients or user is self.world.bot else NONE
        member = self.guild.members.get(user.id)
        return of_channel(self, member) if member else NONE

    def find(self, message_id: str) -> Message | None:
        """A message that is still there, ephemeral ones too."""
        return next((each for each in self.log if each.id == message_id and not each.deleted), None)

    def overwrite(self, target: Role | Member | User, *, allow: Bits = 0, deny: Bits = 0) -> Channel:
        """Allow and deny something here, before the bot looks: no event goes out. Gives the channel back."""
        assert self.guild is not None
        self.overwrites[target.id] = Overwrite(target.id not in self.guild.roles, bits(allow), bits(deny))
        return self

    async def set_permissions(self, target: Role | Member | User, *, allow: Bits = 0, deny: Bits = 0) -> None:
        """The same by an admin while the bot runs: CHANNEL_UPDATE goes out."""
        self.overwrite(target, allow=allow, deny=deny)
        self.tell("CHANNEL_UPDATE")

    def follow(self, announcements: Channel) -> Channel:
        """An admin lets the published messages of ``announcements`` come here; gives this channel back."""
        self.world.follows(self, announcements)
        return self

    async def adds(self, user: User) -> None:
        """A moderator puts ``user`` into a thread: the bot hears of that if it is itself or may see it."""
        self.world.joins(self, user)

    async def removes(self, user: User) -> None:
        """A moderator takes ``user`` out of a thread: THREAD_MEMBERS_UPDATE goes out."""
        self.world.leaves(self, user)

    async def rename(self, name: str) -> None:
        """By an admin: CHANNEL_UPDATE or THREAD_UPDATE goes out."""
        self.name = name
        self.tell("THREAD_UPDATE" if self.is_thread else "CHANNEL_UPDATE")

    async def set_kind(self, kind: Kind) -> None:
        """By an admin, a text channel becomes an announcement channel or the other way."""
        self.kind = kind
        self.tell("CHANNEL_UPDATE")

    async def set_archived(self, archived: bool = True, *, locked: bool | None = None) -> None:
        """By a moderator, or by time: THREAD_UPDATE goes out."""
        self.state.archived = archived
        self.state.archived_at = self.state.active_at = self.world.now()
        self.state.locked = self.state.locked if locked is None else locked
        self.tell("THREAD_UPDATE")

    async def delete(self) -> None:
        """By an admin; its threads go with it: CHANNEL_DELETE or THREAD_DELETE goes out."""
        self.world.remove(self)

    def thread(self, name: str, *, owner: User | None = None, private: bool = False) -> Channel:
        """A thread in it that ``owner`` (else the guild's) made, before the bot looks: no event goes out."""
        assert self.guild is not None
        kind = Kind.PRIVATE_THREAD if private else Kind.PUBLIC_THREAD
        if self.kind is Kind.ANNOUNCEMENT:
            kind = Kind.ANNOUNCEMENT_THREAD
        return self.world.new_thread(self, name, owner or self.guild.owner, kind)

    def tag(self, name: str, *, moderated: bool = False) -> Tag:
        """A new tag of a forum."""
        self.tags.append(Tag(self.world.ids.next(), name, moderated))
        return self.tags[-1]

    def tell(self, event: str) -> None:
        """Send ``event`` about this channel, as it is now, to the bot if it is in the guild."""
        if self.guild is not None and self.guild.has_bot:
            self.world.dispatch(event, shapes.channel(self), self.guild.id)

    async def wait_for(self, wanted: Wanted = 1, timeout: float = 5, after: str = "0") -> Message:
        """Wait until what is ``wanted`` of the messages that are newer than ``after``: a number of them (the last is
        returned), a text in one, or one for which a predicate holds. TimeoutError after ``timeout`` seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                while (found := self._wanted(wanted, after)) is None:
                    await self.world.change()
        except TimeoutError:
            texts = [each.text for each in self.messages]
            raise TimeoutError(f"{wanted!r} never came to {self!r}; it shows {texts}") from None
        return found

    def _wanted(self, wanted: Wanted, after: str) -> Message | None:
        there = [each for each in self.messages if int(each.id) > int(after)]
        if isinstance(wanted, int):
            return there[wanted - 1] if len(there) >= wanted else None
        if isinstance(wanted, str):
            return next((each for each in there if wanted in each.text), None)
        return next((each for each in there if wanted(each)), None)
