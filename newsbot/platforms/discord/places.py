"""What kind of channel an id is: asked of Discord once, and remembered for some hours."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from discord.http import HTTPClient

from newsbot.domain.ports import Clock
from newsbot.platforms.discord import wire
from newsbot.platforms.discord.message import Json

FRESH = timedelta(hours=6)
REMEMBERED = 5_000

_ANNOUNCEMENT = 5
_FORUMS = frozenset({15, 16})
"""https://docs.discord.com/developers/resources/channel#channel-object-channel-types"""
_TAG_NEEDED = 1 << 4
"""https://docs.discord.com/developers/resources/channel#channel-object-channel-flags"""
_MOST_TAGS = 5
TAG = 20
"""Characters of a tag's name: https://docs.discord.com/developers/resources/channel#forum-tag-object"""


@dataclass(frozen=True, slots=True)
class Place:
    """A server's channel. ``tags`` are those of a forum that anybody may set: (label, id)."""

    id: str
    type: int
    server: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    needs_tag: bool = False

    @property
    def is_forum(self) -> bool:
        """Whether it holds nothing but threads."""
        return self.type in _FORUMS

    @property
    def publishes(self) -> bool:
        """Whether others can follow it."""
        return self.type == _ANNOUNCEMENT

    def tagged(self, labels: Sequence[str]) -> tuple[str, ...]:
        """The ids of the tags with these labels (a tag holds their beginning), as many as a thread may have; where the
        forum insists, its first."""
        wanted = set(map(_as_tag, labels))
        found = tuple(id_ for label, id_ in self.tags if _as_tag(label) in wanted)[:_MOST_TAGS]
        return found or tuple(id_ for _, id_ in self.tags[:1] if self.needs_tag)


class Places:
    """The channels that something was posted to lately."""

    def __init__(self, http: HTTPClient, clock: Clock) -> None:
        self._http, self._clock = http, clock
        self._known: OrderedDict[str, tuple[datetime, Place]] = OrderedDict()

    async def at(self, channel_id: str) -> Place:
        """The channel with this id. Raises what :func:`newsbot.platforms.discord.wire.channel` does."""
        if place := self.known(channel_id):
            return place
        place = _place(await wire.channel(self._http, channel_id))
        self._known[channel_id] = self._clock.now(), place
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return place

    def known(self, channel_id: str) -> Place | None:
        """The channel, if Discord was asked lately."""
        found = self._known.get(channel_id)
        if found is None or not timedelta(0) <= self._clock.now() - found[0] < FRESH:
            return None
        self._known.move_to_end(channel_id)
        return found[1]

    def forget(self, channel_id: str) -> None:
        """Ask anew the next time: something there is not as it was."""
        self._known.pop(channel_id, None)


def _place(channel: Json) -> Place:
    tags = tuple((str(tag["name"]), str(tag["id"])) for tag in channel.get("available_tags") or () if _is_free(tag))
    needs_tag = bool(int(channel.get("flags") or 0) & _TAG_NEEDED)
    return Place(str(channel["id"]), int(channel["type"]), str(channel.get("guild_id") or ""), tags, needs_tag)


def _as_tag(label: str) -> str:
    return label.strip()[:TAG].strip().casefold()


def _is_free(tag: Json) -> bool:
    return not tag.get("moderated")
