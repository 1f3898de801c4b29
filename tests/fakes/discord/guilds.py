"""Guilds with their roles and members: https://discord.com/developers/docs/resources/guild."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.fakes.discord import shapes
from tests.fakes.discord.permissions import EVERYONE, Bits, Permission, bits, of_guild
from tests.fakes.discord.places import REQUIRE_TAG, Channel, Kind

if TYPE_CHECKING:
    from tests.fakes.discord.users import User
    from tests.fakes.discord.world import World


@dataclass(slots=True, eq=False)
class Role:
    """A role; ``of_bot`` is the id of the bot for which Discord made it."""

    id: str
    guild: Guild
    name: str
    permissions: Permission
    mentionable: bool = False
    position: int = 1
    of_bot: str = ""

    @property
    def mention(self) -> str:
        """How a message calls it."""
        return f"<@&{self.id}>"

    async def set(self, *, permissions: Bits | None = None, mentionable: bool | None = None) -> None:
        """Changed by an admin while the bot runs: GUILD_ROLE_UPDATE goes out."""
        if permissions is not None:
            self.permissions = bits(permissions)
        if mentionable is not None:
            self.mentionable = mentionable
        self.guild.tell("GUILD_ROLE_UPDATE", {"guild_id": self.guild.id, "role": shapes.role(self)})

    async def delete(self) -> None:
        """By an admin: GUILD_ROLE_DELETE goes out, and nobody has it any more."""
        self.guild.roles.pop(self.id)
        for member in self.guild.members.values():
            member.roles = [each for each in member.roles if each is not self]
        self.guild.tell("GUILD_ROLE_DELETE", {"guild_id": self.guild.id, "role_id": self.id})


@dataclass(slots=True, eq=False)
class Member:
    """A user in a guild; ``timeout_until`` is when they may speak again."""

    user: User
    guild: Guild
    joined_at: datetime
    roles: list[Role] = field(default_factory=list)
    nick: str = ""
    timeout_until: datetime | None = None

    @property
    def id(self) -> str:
        """The user's."""
        return self.user.id

    @property
    def timed_out(self) -> bool:
        """Whether a timeout binds them now."""
        return self.timeout_until is not None and self.timeout_until > self.guild.world.now()

    @property
    def permissions(self) -> Permission:
        """What they may in the guild as a whole."""
        return of_guild(self.guild, self)


class Guild:
    """A server. ``had_bot`` keeps the bot's role and its permissions for when it comes back."""

    def __init__(self, world: World, id_: str, name: str, owner: User, *, community: bool = False) -> None:
        self.world = world
        self.id = id_
        self.name = name
        self.owner = owner
        self.features = ["COMMUNITY", "NEWS"] if community else []
        self.locale = "en-US"
        self.roles: dict[str, Role] = {id_: Role(id_, self, "@everyone", EVERYONE, position=0)}
        self.members: dict[str, Member] = {}
        self.channels: dict[str, Channel] = {}
        self.system_channel: Channel | None = None
        self.rules_channel: Channel | None = None
        self.updates_channel: Channel | None = None
        self.deleted = False
        self.member(owner)

    def __repr__(self) -> str:
        return f"<Guild {self.name} {self.id}>"

    @property
    def everyone(self) -> Role:
        """The role that all have."""
        return self.roles[self.id]

    @property
    def has_bot(self) -> bool:
        """Whether the bot is a member."""
        return self.world.bot.id in self.members

    @property
    def bot(self) -> Member:
        """The bot as a member; KeyError when it is not."""
        return self.members[self.world.bot.id]

    @property
    def bot_role(self) -> Role:
        """The role that Discord made for the bot."""
        return next(each for each in self.roles.values() if each.of_bot)

    def role(self, name: str, *, permissions: Bits = 0, mentionable: bool = False) -> Role:
        """A new role at the top; no event goes out."""
        role = Role(self.world.ids.next(), self, name, bits(permissions), mentionable, len(self.roles))
        self.roles[role.id] = role
        return role

    def member(self, user: User, roles: Iterable[Role] = (), *, permissions: Bits = 0) -> Member:
        """Someone is in it, with ``roles`` and (by a role of their own) ``permissions``. Called again it changes them.
        No event goes out."""
        member = self.members.setdefault(user.id, Member(user, self, self.world.now()))
        member.roles = list(roles)
        if bits(permissions):
            member.roles.append(self.role(user.name, permissions=permissions))
        return member

    def leaves(self, user: User) -> None:
        """Someone is no member any more (for the bot: :meth:`removes_bot`)."""
        self.members.pop(user.id)

    def text(self, name: str, *, topic: str = "", category: Channel | None = None) -> Channel:
        """A text channel; like all of these before the bot looks, :meth:`creates` tells it."""
        channel = self._channel(Kind.TEXT, name, category)
        channel.topic = topic
        return channel

    def announcement(self, name: str, *, category: Channel | None = None) -> Channel:
        """An announcement channel."""
        return self._channel(Kind.ANNOUNCEMENT, name, category)

    def voice(self, name: str, *, category: Channel | None = None) -> Channel:
        """A voice channel, which has a chat too."""
        return self._channel(Kind.VOICE, name, category)

    def stage(self, name: str) -> Channel:
        """A stage channel."""
        return self._channel(Kind.STAGE, name, None)

    def category(self, name: str) -> Channel:
        """A heading for channels."""
        return self._channel(Kind.CATEGORY, name, None)

    def forum(
        self, name: str, tags: Iterable[str] = (), *, require_tag: bool = False, category: Channel | None = None
    ) -> Channel:
        """A forum; ``require_tag``: no post without a tag."""
        channel = self._channel(Kind.FORUM, name, category)
        channel.flags = REQUIRE_TAG if require_tag else 0
        for tag in tags:
            channel.tag(tag)
        return channel

    def media(self, name: str, tags: Iterable[str] = ()) -> Channel:
        """A media channel, a forum of pictures."""
        channel = self.forum(name, tags)
        channel.kind = Kind.MEDIA
        return channel

    def _channel(self, kind: Kind, name: str, category: Channel | None) -> Channel:
        channel = Channel(self.world, self.world.ids.next(), kind, name, guild=self, parent=category)
        channel.position = len(self.channels)
        channel.overwrites = dict(category.overwrites) if category else {}
        self.channels[channel.id] = self.world.channels[channel.id] = channel
        return channel

    async def creates(self, channel: Channel) -> Channel:
        """Tell the bot of ``channel``, which was made just now: CHANNEL_CREATE."""
        channel.tell("CHANNEL_CREATE")
        return channel

    def admits_bot(self, permissions: Bits = EVERYONE) -> Member:
        """The bot is a member since long, with a role of these ``permissions``; no event goes out."""
        role = next((each for each in self.roles.values() if each.of_bot), None) or self.role(self.world.bot.name)
        role.of_bot, role.permissions = self.world.bot.id, bits(permissions)
        return self.member(self.world.bot, [role])

    async def adds_bot(self, by: User | None = None, permissions: Bits = EVERYONE) -> Member:
        """``by`` (else the owner) invites the bot while it runs: GUILD_CREATE goes out."""
        inviter = self.members[(by or self.owner).id]
        assert Permission.MANAGE_GUILD in inviter.permissions, f"{inviter.user!r} may not invite a bot"
        member = self.admits_bot(permissions)
        member.joined_at = self.world.now()
        self.tell("GUILD_CREATE", shapes.guild_create(self))
        return member

    async def removes_bot(self) -> None:
        """The bot is thrown out, its role goes with it: GUILD_DELETE goes out."""
        self.world.dispatch("GUILD_DELETE", {"id": self.id}, self.id)
        self.roles.pop(self.bot_role.id)
        self.leaves(self.world.bot)

    async def moves(self, user: User, roles: Iterable[Role] = ()) -> None:
        """``user`` has these roles from now on: GUILD_MEMBER_UPDATE goes out (about the bot itself always)."""
        self.members[user.id].roles = list(roles)
        self.tell("GUILD_MEMBER_UPDATE", shapes.member(self.members[user.id]) | {"guild_id": self.id})

    async def delete(self) -> None:
        """By the owner: GUILD_DELETE goes out."""
        self.world.dispatch("GUILD_DELETE", {"id": self.id}, self.id)
        for channel in list(self.channels.values()):
            self.world.channels.pop(channel.id, None)
            channel.deleted = True
        del self.world.guilds[self.id]
        self.deleted = True

    def tell(self, event: str, data: shapes.Json) -> None:
        """Send ``event`` to the bot if it is a member."""
        if self.has_bot:
            self.world.dispatch(event, data, self.id)
