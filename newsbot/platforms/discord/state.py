"""What the gateway's client keeps of what it hears: as little as we read.

The library keeps whatever Discord sends. Of a server we read its channels, threads and roles, and our own member.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from discord.state import AutoShardedConnectionState

log = logging.getLogger(__name__)

HEARD = frozenset(
    {
        "READY",
        "RESUMED",
        "USER_UPDATE",
        "INTERACTION_CREATE",
        "MESSAGE_CREATE",
        "GUILD_CREATE",
        "GUILD_UPDATE",
        "GUILD_DELETE",
        "GUILD_ROLE_CREATE",
        "GUILD_ROLE_UPDATE",
        "GUILD_ROLE_DELETE",
        "GUILD_MEMBER_UPDATE",
        "CHANNEL_CREATE",
        "CHANNEL_UPDATE",
        "CHANNEL_DELETE",
        "THREAD_CREATE",
        "THREAD_UPDATE",
        "THREAD_DELETE",
        "THREAD_LIST_SYNC",
        "THREAD_MEMBERS_UPDATE",
    }
)
"""The events that are listened to: https://docs.discord.com/developers/events/gateway-events#receive-events"""
UNREAD = (
    "emojis",
    "stickers",
    "voice_states",
    "presences",
    "stage_instances",
    "guild_scheduled_events",
    "soundboard_sounds",
)
"""What a server has that we never read."""
COMMANDS = (2, 4)
"""Interactions that the tree of commands takes apart: one that is run, and one that is typed."""
UNREAD_OF_CHANNELS = ("topic", "last_message_id", "default_auto_archive_duration", "rate_limit_per_user")


class State(AutoShardedConnectionState[Any]):
    """The library's, with less in it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.parsers = {name: parser for name, parser in self.parsers.items() if name in HEARD}

    def parse_ready(self, data: Any) -> None:
        """A session began. Servers that it does not name, and that the last one had, are left: nobody told us."""
        shard = data["shard"][0]
        there = {int(each["id"]) for each in data["guilds"]}
        gone = [guild for guild in self.guilds if guild.shard_id == shard and guild.id not in there]
        super().parse_ready(data)
        for guild in gone:
            self._remove_guild(guild)
            self.dispatch("guild_remove", guild)

    def parse_guild_create(self, data: Any) -> None:
        """A server that we are in is there. "joined" is only what no session has named before."""
        if data.get("unavailable") is True:
            return
        guild_id = int(data["id"])
        data.pop("unavailable", None)
        if self._get_guild(guild_id) is not None:
            self._add_guild_from_data({"id": guild_id, "unavailable": True})  # type: ignore[typeddict-item]  # as READY
            data["unavailable"] = False
        super().parse_guild_create(self._lean(data))

    def parse_thread_members_update(self, data: Any) -> None:
        """Somebody came to a thread or went; without a privileged intent that is ourselves. The library would go on as
        if we were still in the thread."""
        guild, own = self._get_guild(int(data["guild_id"])), str(self.self_id)
        thread = guild.get_thread(int(data["id"])) if guild else None
        if thread is not None and own in data.get("removed_member_ids", ()):
            thread.me = None
        super().parse_thread_members_update(data)

    def parse_interaction_create(self, data: Any) -> None:
        """Somebody runs, types or presses something. What makes no sense cannot be answered either: it is left."""
        if data["type"] in COMMANDS and not _is_command(data.get("data")):
            log.warning("a command from Discord makes no sense")
            return
        super().parse_interaction_create(data)

    def _add_ready_state(self, guild: Any) -> bool:
        """Whether to tell of a server only when all have come: never."""
        return False

    def _lean(self, data: Any) -> Any:
        own = str(self.self_id)
        for name in UNREAD:
            data.pop(name, None)
        data["members"] = [each for each in data.get("members", ()) if each["user"]["id"] == own]
        for each in data.get("channels", ()):
            for name in UNREAD_OF_CHANNELS:
                each.pop(name, None)
        for each in (*data.get("channels", ()), *data.get("roles", ())):
            each["name"] = sys.intern(each["name"])  # most servers have a "general" and a "Moderator"
        return data


def _is_command(data: Any) -> bool:
    """Whether a command is one, with all that it has: options may have some of their own."""
    return isinstance(data, dict) and isinstance(data.get("name"), str) and _are_options(data.get("options", []))


def _are_options(options: Any) -> bool:
    return isinstance(options, list) and all(
        isinstance(each, dict)
        and isinstance(each.get("name"), str)
        and isinstance(each.get("type"), int)
        and _are_options(each.get("options", []))
        for each in options
    )
