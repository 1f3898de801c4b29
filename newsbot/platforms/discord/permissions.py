"""What the bot needs in each kind of place, what of it is missing, and where to click. Pure.

https://docs.discord.com/developers/topics/permissions
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from newsbot.locales import Words
from newsbot.platforms.discord.markdown import escape

if TYPE_CHECKING:
    import discord

Sort = Literal["text", "news", "voice", "forum", "thread", "post"]
"""A channel to read and write in, one for announcements, the chat of a voice channel, a forum, a thread of a channel,
or one of a forum."""

Name = Literal["view", "connect", "send", "threads", "embed", "history", "mention", "manage"]


@dataclass(frozen=True, slots=True)
class Permission:
    """One of Discord's permissions: its bit, and what we call it; people read :func:`label`."""

    name: Name
    bit: int


CONNECT = Permission("connect", 1 << 20)
VIEW = Permission("view", 1 << 10)
SEND = Permission("send", 1 << 11)
EMBED = Permission("embed", 1 << 14)
HISTORY = Permission("history", 1 << 16)
MENTION = Permission("mention", 1 << 17)
MANAGE = Permission("manage", 1 << 34)
THREADS = Permission("threads", 1 << 38)
ADMINISTRATOR = 1 << 3

NEEDED: Mapping[Sort, tuple[Permission, ...]] = {
    "text": (VIEW, SEND),
    "news": (VIEW, SEND, EMBED),
    "voice": (VIEW, CONNECT, SEND),
    "forum": (VIEW, SEND),
    "thread": (VIEW, THREADS),
    "post": (VIEW, THREADS),
}
"""Without these nothing is posted. To send and to open a post in a forum are one permission, and threads have their
own: https://docs.discord.com/developers/topics/permissions#inherited-permissions-threads. Posts of announcement
channels are embeds, for the sake of those who follow; components need no permission of their own."""

WISHED: Mapping[Sort, tuple[Permission, ...]] = {
    "text": (EMBED, HISTORY, THREADS, MENTION),
    "news": (HISTORY, THREADS, MENTION),
    "voice": (EMBED, HISTORY, MENTION),
    "forum": (THREADS, EMBED, HISTORY, MENTION),
    "thread": (EMBED, HISTORY, MANAGE, MENTION),
    "post": (EMBED, HISTORY, MANAGE, MENTION),
}
"""What some things need: pictures of links, finding a post whose answer got lost, threads of a channel, keeping a
thread in sight, roles that not everybody may mention."""

EVERY = sum({p.bit for table in (NEEDED, WISHED) for row in table.values() for p in row})
"""All of them: what an invitation asks for."""

Written = Callable[[str], str]
"""How a name is put into a text: as markdown, or (``str``) as it is."""

TIMED_OUT = VIEW.bit | HISTORY.bit
"""All that is left to a member in a timeout: https://docs.discord.com/developers/topics/permissions"""

_SORTS: Mapping[int, Sort] = {
    0: "text", 5: "news", 2: "voice", 13: "voice", 15: "forum", 16: "forum", 10: "thread", 11: "thread", 12: "thread",
}  # fmt: skip
"""https://docs.discord.com/developers/resources/channel#channel-object-channel-types"""
FORUMS = frozenset({15, 16})
PRIVATE_THREAD = 12
THREAD_TYPES = frozenset({10, 11, 12})
POSTABLE = tuple(_SORTS)
"""The types of channels that can be posted to."""


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What a channel allows and denies to one of those that the bot is: everyone, one of its roles, or itself."""

    of: Literal["everyone", "role", "me"]
    name: str
    allow: int
    deny: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What the bot is in a server, seen from one channel: ``base`` are its roles' permissions together; ``everything``:
    it is the owner or an administrator; ``role`` is its own role's name, "" where it has none, and ``given`` what this
    role gives; ``me`` is its own name."""

    base: int
    overwrites: tuple[Overwrite, ...] = ()
    everything: bool = False
    timed_out: bool = False
    role: str = ""
    given: int = 0
    me: str = ""


@dataclass(frozen=True, slots=True)
class Lack:
    """A permission that is missing. ``cause``: the server's roles do not give it, the channel takes it away (from
    ``whom``: a role's name, "" for everyone), or a timeout does. ``entry``: whose line in the settings is to change."""

    permission: Permission
    cause: Literal["roles", "channel", "timeout"]
    entry: str = ""
    whom: str = ""


# --- what is missing -------------------------------------------------------------------------------


def resolved(standing: Standing) -> int:
    """The bits that the bot has in the channel, each by itself: those that are lost because another is missing (none is
    of use in a channel that cannot be seen) count as there.

    https://docs.discord.com/developers/topics/permissions#permission-overwrites
    """
    if standing.everything:
        return -1
    bits = standing.base
    for of in ("everyone", "role", "me"):
        mine = [o for o in standing.overwrites if o.of == of]
        bits &= ~_union(o.deny for o in mine)
        bits |= _union(o.allow for o in mine)
    return bits & TIMED_OUT if standing.timed_out else bits


def lacking(standing: Standing, wanted: Iterable[Permission]) -> tuple[Lack, ...]:
    """Those of ``wanted`` that are missing, and why, in the same order."""
    bits = resolved(standing)
    return tuple(_lack(standing, permission) for permission in wanted if not bits & permission.bit)


def _union(bits: Iterable[int]) -> int:
    united = 0
    for each in bits:
        united |= each
    return united


def _lack(standing: Standing, permission: Permission) -> Lack:
    """What the channel says of the bot itself counts most, and what it allows a role outweighs what it denies others:
    so the bot's own line is where a ✓ always helps, unless it is a timeout."""
    if standing.timed_out and not TIMED_OUT & permission.bit:
        return Lack(permission, "timeout", standing.me)
    denied = [o for of in ("me", "role", "everyone") for o in standing.overwrites if o.of == of]
    culprit = next((o for o in denied if o.deny & permission.bit), None)
    if culprit is not None:
        entry = standing.me if culprit.of == "me" else standing.role or standing.me
        return Lack(permission, "channel", entry, culprit.name if culprit.of != "everyone" else "")
    if not standing.role:  # invited without any permission: it has no role of its own to give some to
        return Lack(permission, "channel", standing.me, standing.me)
    return Lack(permission, "roles", standing.role)


# --- as the library knows it -----------------------------------------------------------------------


def sort_of(channel: discord.abc.GuildChannel | discord.Thread) -> Sort | None:
    """What sort of place a channel is; None where nothing can be posted: a category, a directory."""
    sort = _SORTS.get(channel.type.value)
    parent = getattr(channel, "parent", None)
    return "post" if sort == "thread" and parent is not None and parent.type.value in FORUMS else sort


def standing_in(channel: discord.abc.GuildChannel | discord.Thread) -> Standing | None:
    """What the bot is there; None while the library does not know: of a thread whose channel is gone, or in a server
    that has an outage."""
    guild = channel.guild
    of: object = getattr(channel, "parent", None) if channel.type.value in THREAD_TYPES else channel
    me: discord.Member | None = guild.me
    if of is None or me is None or guild.unavailable:
        return None
    base, own = _union(role.permissions.value for role in me.roles), guild.self_role
    everything = guild.owner_id == me.id or bool(base & ADMINISTRATOR)
    overwrites = tuple(_overwrites(of, me))  # type: ignore[arg-type]  # no thread
    role, given = (own.name, own.permissions.value) if own else ("", 0)
    return Standing(base, overwrites, everything, me.is_timed_out(), role, given, me.display_name)


def _overwrites(channel: discord.abc.GuildChannel, me: discord.Member) -> Iterable[Overwrite]:
    mine = {role.id: role.name for role in me.roles}
    for target, overwrite in channel.overwrites.items():
        allow, deny = (each.value for each in overwrite.pair())
        if target.id == channel.guild.id:
            yield Overwrite("everyone", "", allow, deny)
        elif target.id in mine:
            yield Overwrite("role", mine[target.id], allow, deny)
        elif target.id == me.id:
            yield Overwrite("me", me.display_name, allow, deny)


# --- in words --------------------------------------------------------------------------------------


def label(words: Words, permission: Permission, sort: Sort, *, of_role: bool = False, written: Written = escape) -> str:
    """What Discord calls a permission, in a channel's settings or (``of_role``) in a role's; as markdown, unless
    ``written`` otherwise."""
    if of_role and permission in (VIEW, SEND, THREADS, MANAGE):
        return written(words(f"permission_{permission.name}_role"))
    if sort in ("forum", "post") and permission in (SEND, THREADS, MANAGE):
        return written(words(f"permission_{permission.name}_forum"))
    return written(words(f"permission_{permission.name}"))


def where(words: Words, lack: Lack, sort: Sort, *, written: Written = escape) -> str:
    """Where to click, in Discord's own names; as markdown, unless ``written`` otherwise."""
    entry, name = written(lack.entry), label(words, lack.permission, sort, written=written)
    match lack.cause:
        case "timeout":
            return words("click_timeout", name=entry)
        case "roles":
            of_role = label(words, lack.permission, sort, of_role=True, written=written)
            return words("click_roles", role=entry, permission=of_role)
        case "channel":
            said = words("click_channel", who=entry, permission=name)
            if lack.whom == lack.entry:
                return said
            denied = words("denied_to", role=written(lack.whom or "@everyone"))
            return " ".join((said, words("click_add", who=entry), denied))
