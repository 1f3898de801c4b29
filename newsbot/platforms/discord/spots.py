"""Where a delivery's messages stand, and how it names them. Pure.

"<message>" in the chat's own channel, "<channel>/<message>" elsewhere: in a thread of a forum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsbot.domain.models import Digest
from newsbot.platforms.discord.places import Place


@dataclass(frozen=True, slots=True)
class Spot:
    """``channel`` is the chat's own, "" where each message says its own: in a forum. ``place`` is what is known of it,
    None for private chats and threads."""

    channel: str
    place: Place | None = None

    def publishes(self, digest: Digest) -> bool:
        """Whether posts are passed on to those who follow the channel: they are embeds then, since the copies may lack
        components (https://github.com/discord/discord-api-docs/issues/3079)."""
        return digest.publish and self.place is not None and self.place.publishes

    def id_of(self, channel_id: str, message_id: str) -> str:
        """A message's id as a delivery keeps it."""
        return message_id if channel_id == self.channel else f"{channel_id}/{message_id}"

    def parse(self, kept: str) -> tuple[str, str] | None:
        """Its channel and the message; None for what is no message any more, or none of Discord's."""
        channel_id, _, message_id = kept.rpartition("/")
        channel_id = channel_id or self.channel
        return (channel_id, message_id) if channel_id.isdecimal() and message_id.isdecimal() else None

    def first(self, message_ids: Sequence[str]) -> tuple[str, str] | None:
        """The first of the messages that is one."""
        return next(filter(None, map(self.parse, message_ids)), None)

    def thread_of(self, message_ids: Sequence[str]) -> str:
        """The forum's thread that the messages are in, "" where there is none."""
        first = self.first(message_ids)
        return first[0] if first and first[0] != self.channel else ""
