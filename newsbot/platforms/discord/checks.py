"""One look at a channel: whether the bot can post there, and what it would take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from newsbot.platforms.discord import permissions
from newsbot.platforms.discord.permissions import (
    EMBED,
    HISTORY,
    MANAGE,
    NEEDED,
    THREADS,
    WISHED,
    Lack,
    Permission,
    Sort,
)

if TYPE_CHECKING:
    import discord

    Spot = discord.abc.GuildChannel | discord.Thread

Trouble = Literal["locked", "private", "tags"]
"""What keeps us from posting although we have the permissions: a thread is locked or private, a forum wants a tag and
has none for us. https://docs.discord.com/developers/topics/threads"""


@dataclass(frozen=True, slots=True)
class Check:
    """What was found: what is ``missing`` to post, what is ``wished`` for and not there, and other ``troubles``;
    ``role`` is the bot's own role's name, "" where it has none, and ``given`` what that role gives it."""

    sort: Sort
    missing: tuple[Lack, ...] = ()
    wished: tuple[Lack, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    role: str = ""
    given: int = 0

    @property
    def well(self) -> bool:
        """Whether posts can go there."""
        return not self.missing and not self.troubles

    @property
    def lacks(self) -> tuple[Lack, ...]:
        """All that is not there, needed or not."""
        return (*self.missing, *self.wished)

    def frees(self, reason: str) -> bool:
        """Whether what waits there for ``reason`` ("missing permission: Read Message History") can go on: posts can go
        there, and what it waits for is given, though not every post needs it."""
        return self.well and not any(_named(lack.permission, self.sort) in reason for lack in self.wished)

    @property
    def rows(self) -> tuple[tuple[Permission, Lack | None, bool], ...]:
        """Each permission, what is wrong with it, and whether posting depends on it."""
        lacks = {lack.permission: lack for lack in self.lacks}
        needed = NEEDED[self.sort]
        every = (*needed, *(p for p in WISHED[self.sort] if p not in needed))
        return tuple((p, lacks.get(p), p in needed) for p in every)


def _named(permission: Permission, sort: Sort) -> str:
    """A permission that not every post needs, as the reasons name it for which chats wait. What goes on in a forum's
    posts needs one of its own, but to Discord's refusal all is sending."""
    if permission == THREADS:
        return "Send Messages" if sort == "forum" else "Send Messages in Threads"
    return {EMBED: "Embed Links", HISTORY: "Read Message History", MANAGE: "Manage Threads"}.get(permission, "Mention")


def check(channel: Spot) -> Check | None:
    """What the bot can do in ``channel``; None where nothing can be posted at all, or where the library does not know
    just now."""
    sort, standing = permissions.sort_of(channel), permissions.standing_in(channel)
    if sort is None or standing is None:
        return None
    missing = permissions.lacking(standing, NEEDED[sort])
    wished = permissions.lacking(standing, WISHED[sort])
    manages = all(lack.permission != MANAGE for lack in permissions.lacking(standing, (MANAGE,)))
    troubles = (*_of_tags(channel), *(() if manages else _troubles(channel)))
    return Check(sort, missing, wished, troubles, standing.role, standing.given)


def _troubles(channel: Spot) -> tuple[Trouble, ...]:
    """What nobody is kept from who manages threads."""
    if channel.type.value not in permissions.THREAD_TYPES:
        return ()
    thread: discord.Thread = channel  # type: ignore[assignment]  # by its type
    private = thread.type.value == permissions.PRIVATE_THREAD and thread.me is None
    found: list[Trouble] = ["locked"] if thread.locked else []
    return (*found, "private") if private else tuple(found)


def _of_tags(channel: Spot) -> tuple[Trouble, ...]:
    """Whether each post of a forum wants a tag and only moderators may set those that there are."""
    if channel.type.value not in permissions.FORUMS:
        return ()
    forum: discord.ForumChannel = channel  # type: ignore[assignment]  # by its type
    wants = forum.flags.require_tag and all(tag.moderated for tag in forum.available_tags)
    return ("tags",) if wants else ()
