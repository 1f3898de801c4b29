"""Who may do what where: https://discord.com/developers/docs/topics/permissions."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntFlag
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from tests.fakes.discord.guilds import Guild, Member
    from tests.fakes.discord.places import Channel


class Permission(IntFlag):
    """The documented bits."""

    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_AUDIT_LOG = 1 << 7
    PRIORITY_SPEAKER = 1 << 8
    STREAM = 1 << 9
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    VIEW_GUILD_INSIGHTS = 1 << 19
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    MUTE_MEMBERS = 1 << 22
    DEAFEN_MEMBERS = 1 << 23
    MOVE_MEMBERS = 1 << 24
    USE_VAD = 1 << 25
    CHANGE_NICKNAME = 1 << 26
    MANAGE_NICKNAMES = 1 << 27
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    MANAGE_GUILD_EXPRESSIONS = 1 << 30
    USE_APPLICATION_COMMANDS = 1 << 31
    REQUEST_TO_SPEAK = 1 << 32
    MANAGE_EVENTS = 1 << 33
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    USE_EXTERNAL_STICKERS = 1 << 37
    SEND_MESSAGES_IN_THREADS = 1 << 38
    USE_EMBEDDED_ACTIVITIES = 1 << 39
    MODERATE_MEMBERS = 1 << 40
    VIEW_CREATOR_MONETIZATION_ANALYTICS = 1 << 41
    USE_SOUNDBOARD = 1 << 42
    CREATE_GUILD_EXPRESSIONS = 1 << 43
    CREATE_EVENTS = 1 << 44
    USE_EXTERNAL_SOUNDS = 1 << 45
    SEND_VOICE_MESSAGES = 1 << 46
    SET_VOICE_CHANNEL_STATUS = 1 << 48
    SEND_POLLS = 1 << 49
    USE_EXTERNAL_APPS = 1 << 50
    PIN_MESSAGES = 1 << 51
    BYPASS_SLOWMODE = 1 << 52


P = Permission
NONE = Permission(0)
ALL = ~NONE
EVERYONE = (
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.SEND_MESSAGES_IN_THREADS
    | P.CREATE_PUBLIC_THREADS
    | P.CREATE_PRIVATE_THREADS
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
    | P.ADD_REACTIONS
    | P.CONNECT
    | P.SPEAK
    | P.CHANGE_NICKNAME
    | P.CREATE_INSTANT_INVITE
    | P.USE_APPLICATION_COMMANDS
    | P.USE_EXTERNAL_APPS
    | P.USE_EXTERNAL_EMOJIS
)
"""What @everyone may in a new guild."""
TIMED_OUT = P.VIEW_CHANNEL | P.READ_MESSAGE_HISTORY
"""What is left to a member in timeout: #permissions-for-timed-out-members."""
IN_PRIVATE = ALL & ~(P.MANAGE_CHANNELS | P.MANAGE_GUILD | P.ADMINISTRATOR | P.MANAGE_ROLES | P.MANAGE_THREADS)
"""What both may in a DM."""


@runtime_checkable
class HasValue(Protocol):
    """What a ``discord.Permissions`` is to us."""

    @property
    def value(self) -> int:
        """The bits as a number."""


Bits: TypeAlias = int | str | Iterable[str] | HasValue
"""Bits as a number, as names in small letters ("view_channel send_messages"), or as a ``discord.Permissions``."""


def bits(given: Bits) -> Permission:
    """The flags that ``given`` means; KeyError for a name that no permission has."""
    if isinstance(given, int):
        return Permission(given)
    if isinstance(given, HasValue):
        return Permission(given.value)
    found = NONE
    for name in given.split() if isinstance(given, str) else given:
        found |= Permission[name.upper()]
    return found


def of_guild(guild: Guild, member: Member) -> Permission:
    """What ``member`` may in ``guild`` before any overwrite; a timeout counts."""
    if guild.owner is member.user:
        return ALL
    found = guild.everyone.permissions
    for role in member.roles:
        found |= role.permissions
    if P.ADMINISTRATOR in found:
        return ALL
    return found & TIMED_OUT if member.timed_out else found


def of_channel(channel: Channel, member: Member) -> Permission:
    """What ``member`` may in ``channel`` or thread, what is denied by implication taken away."""
    guild = channel.guild
    if guild is None:
        return IN_PRIVATE
    base = of_guild(guild, member)
    if P.ADMINISTRATOR in base:
        return ALL
    found = _overwritten(base, channel.parent if channel.is_thread and channel.parent else channel, member)
    if member.timed_out:
        found &= TIMED_OUT
    return _implied(found, channel, member)


def _overwritten(base: Permission, channel: Channel, member: Member) -> Permission:
    """#permission-overwrites: @everyone, then the roles together, then the member."""
    assert channel.guild is not None
    found, rules = base, channel.overwrites
    if everyone := rules.get(channel.guild.id):
        found = found & ~everyone.deny | everyone.allow
    theirs = [rules[role.id] for role in member.roles if role.id in rules]
    for each in theirs:
        found &= ~each.deny
    for each in theirs:
        found |= each.allow
    if own := rules.get(member.user.id):
        found = found & ~own.deny | own.allow
    return found


def _implied(found: Permission, channel: Channel, member: Member) -> Permission:
    """#implicit-permissions and #inherited-permissions-threads."""
    if P.VIEW_CHANNEL not in found or (channel.is_voice and P.CONNECT not in found):
        return NONE
    if channel.is_private_thread and member.user.id not in channel.thread_members and P.MANAGE_THREADS not in found:
        return NONE
    sending = P.SEND_MESSAGES_IN_THREADS if channel.is_thread else P.SEND_MESSAGES
    if sending not in found:
        found &= ~(P.MENTION_EVERYONE | P.SEND_TTS_MESSAGES | P.ATTACH_FILES | P.EMBED_LINKS)
    return found
