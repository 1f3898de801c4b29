"""What the bot is told of an interaction.

https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.discord import shapes
from tests.fakes.discord.errors import Json
from tests.fakes.discord.guilds import Role
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.places import Channel, Kind
from tests.fakes.discord.routes import Upload
from tests.fakes.discord.users import User

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer

GUILD, BOT_DM, PRIVATE = 0, 1, 2
"""#interaction-object-interaction-context-types"""
GUILD_INSTALL, USER_INSTALL = 0, 1
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
"""#interaction-object-interaction-type"""
SIZE_LIMIT = 10 * 1024 * 1024
_ELSEWHERE = Permission.ATTACH_FILES | Permission.EMBED_LINKS | Permission.MENTION_EVERYONE
_PARTIAL = ("id", "name", "type", "last_message_id", "last_pin_timestamp", "nsfw", "parent_id", "guild_id", "flags",
            "rate_limit_per_user", "topic", "position", "thread_metadata")  # fmt: skip
"""#interaction-object-resolved-data-structure; with what a thread has besides, which clients read."""
_OF_THREADS = ("owner_id", "message_count", "member_count", "total_message_sent", "applied_tags")


def context(channel: Channel) -> int:
    """Which of the three contexts a channel is."""
    if channel.guild is not None:
        return GUILD
    return BOT_DM if channel.kind is Kind.DM and len(channel.recipients) == 1 else PRIVATE


def app_permissions(channel: Channel, person: User) -> Permission:
    """What the app may there; in servers without the bot, of the person's rights those that DMs give."""
    where = context(channel)
    if where == PRIVATE:
        return _ELSEWHERE
    if where == BOT_DM:
        return _ELSEWHERE | Permission.USE_EXTERNAL_EMOJIS
    assert channel.guild is not None
    if channel.guild.has_bot:
        return channel.may(channel.world.bot)
    return channel.may(person) & _ELSEWHERE


def authorizing(person: User, channel: Channel, owners: set[int]) -> Json:
    """#interaction-object-authorizing-integration-owners-object"""
    found = {}
    if GUILD_INSTALL in owners:
        found[str(GUILD_INSTALL)] = channel.guild.id if channel.guild else "0"
    if USER_INSTALL in owners:
        found[str(USER_INSTALL)] = person.id
    return found


def payload(id_: str, token: str, kind: int, person: User, channel: Channel, owners: Json, data: Json) -> Json:
    """The documented interaction, as INTERACTION_CREATE carries it."""
    where = context(channel)
    found: Json = {
        "id": id_,
        "application_id": channel.world.application.id,
        "type": kind,
        "data": data,
        "channel": _here(channel, person),
        "channel_id": channel.id,
        "token": token,
        "version": 1,
        "app_permissions": str(int(app_permissions(channel, person))),
        "locale": person.locale,
        "entitlements": [],
        "authorizing_integration_owners": owners,
        "context": where,
        "attachment_size_limit": SIZE_LIMIT,
    }
    if channel.guild is None:
        return found | {"user": shapes.user(person)}
    guild = channel.guild
    member = shapes.member(guild.members[person.id]) | {"permissions": str(int(channel.may(person)))}
    found |= {"guild_id": guild.id, "guild_locale": guild.locale, "member": member}
    return found | {"guild": {"id": guild.id, "locale": guild.locale, "features": list(guild.features)}}


def _here(channel: Channel, person: User) -> Json:
    found = {
        key: value for key, value in shapes.channel(channel).items() if key not in ("permission_overwrites", "member")
    }
    return found if channel.guild is None else found | {"permissions": str(int(channel.may(person)))}


class Resolved:
    """The objects that the ids among an interaction's values mean, for ``person`` in ``channel``."""

    def __init__(self, dc: DiscordServer, person: User, channel: Channel) -> None:
        self.json: Json = {}
        self._dc = dc
        self.channel_of = channel
        self._person = person

    def user(self, who: User) -> str:
        """A user, as a member too if they are one; gives the id back, as all of these do."""
        self._keep("users", who.id, shapes.user(who))
        guild = self.channel_of.guild
        if guild is not None and who.id in guild.members:
            member = guild.members[who.id]
            found = shapes.member(member, with_user=False) | {"permissions": str(int(self.channel_of.may(who)))}
            partial = {key: value for key, value in found.items() if key not in ("deaf", "mute")}
            self._keep("members", who.id, partial)
        return who.id

    def role(self, role: Role) -> str:
        """A role."""
        return self._keep("roles", role.id, shapes.role(role))

    def channel(self, channel: Channel) -> str:
        """A channel with what the person may in it, and the app where its bot is in the guild."""
        wanted = [*_PARTIAL, *(_OF_THREADS if channel.is_thread else ())]
        found = {key: value for key, value in shapes.channel(channel).items() if key in wanted}
        found["permissions"] = str(int(channel.may(self._person)))
        if channel.guild is not None and channel.guild.has_bot:
            found["app_permissions"] = str(int(app_permissions(channel, self._person)))
        return self._keep("channels", channel.id, found)

    def mentionable(self, target: User | Role) -> str:
        """A user or a role."""
        return self.role(target) if isinstance(target, Role) else self.user(target)

    def attachment(self, upload: Upload) -> str:
        """A file that the person attached."""
        found = self._dc.attachments.keep(self.channel_of.id, upload) | {"ephemeral": True}
        return self._keep("attachments", found["id"], found)

    def _keep(self, kind: str, id_: str, json: Json) -> str:
        self.json.setdefault(kind, {})[id_] = json
        return id_
