"""One look at a channel: whether the bot can post there, and what it would take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from newsbot.platforms.discord import permissions
from newsbot.platforms.discord.permissions import MANAGE, NEEDED, WISHED, Lack, Permission, Sort

if TYPE_CHECKING:
    import discord

    Spot = discord.abc.GuildChannel | discord.Thread

Trouble = Literal["locked", "private"]
"""What keeps us out of a thread although we have the permissions: https://docs.discord.com/developers/topics/threads"""


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
    def rows(self) -> tuple[tuple[Permission, Lack | None, bool], ...]:
        """Each permission, what is wrong with it, and whether posting depends on it."""
        lacks = {lack.permission: lack for lack in (*self.missing, *self.wished)}
        needed = NEEDED[self.sort]
        every = (*needed, *(p for p in WISHED[self.sort] if p not in needed))
        return tuple((p, lacks.get(p), p in needed) for p in every)


def check(channel: Spot) -> Check | None:
    """What the bot can do in ``channel``; None where nothing can be posted at all, or where the library does not know
    just now."""
    sort, standing = permissions.sort_of(channel), permissions.standing_in(channel)
    if sort is None or standing is None:
        return None
    missing = permissions.lacking(standing, NEEDED[sort])
    wished = permissions.lacking(standing, WISHED[sort])
    manages = all(lack.permission != MANAGE for lack in permissions.lacking(standing, (MANAGE,)))
    troubles = () if manages else _troubles(channel)
    return Check(sort, missing, wished, troubles, standing.role, standing.given)


def _troubles(channel: Spot) -> tuple[Trouble, ...]:
    """What nobody is kept from who manages threads."""
    if channel.type.value not in permissions.THREAD_TYPES:
        return ()
    thread: discord.Thread = channel  # type: ignore[assignment]  # by its type
    private = thread.type.value == permissions.PRIVATE_THREAD and thread.me is None
    found: list[Trouble] = ["locked"] if thread.locked else []
    return (*found, "private") if private else tuple(found)
