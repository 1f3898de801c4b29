"""Which events a bot asked for: https://discord.com/developers/docs/events/gateway#gateway-intents."""

from __future__ import annotations

from enum import IntFlag

from tests.fakes.discord.errors import Json


class Intent(IntFlag):
    """The documented bits."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_MODERATION = 1 << 2
    GUILD_EXPRESSIONS = 1 << 3
    GUILD_INTEGRATIONS = 1 << 4
    GUILD_WEBHOOKS = 1 << 5
    GUILD_INVITES = 1 << 6
    GUILD_VOICE_STATES = 1 << 7
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    GUILD_MESSAGE_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    DIRECT_MESSAGE_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15
    GUILD_SCHEDULED_EVENTS = 1 << 16
    AUTO_MODERATION_CONFIGURATION = 1 << 20
    AUTO_MODERATION_EXECUTION = 1 << 21
    GUILD_MESSAGE_POLLS = 1 << 24
    DIRECT_MESSAGE_POLLS = 1 << 25


KNOWN = ~Intent(0)
PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
_MESSAGES = ("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK")
_GUILDS = ("GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE", "GUILD_ROLE_", "CHANNEL_", "THREAD_", "STAGE_INSTANCE_")
_ALWAYS = ("READY", "RESUMED", "INTERACTION_CREATE", "USER_UPDATE", "APPLICATION_COMMAND_PERMISSIONS_UPDATE")
_CONTENT: Json = {"content": "", "embeds": [], "attachments": [], "components": []}


def needed(event: str, guild_id: str, *, own: bool) -> Intent:
    """The intents that ``event`` needs, none if it always comes; ``own``: it is about the bot's own membership.

    KeyError for an event that this server does not know.
    """
    if event in _ALWAYS or (event == "GUILD_MEMBER_UPDATE" and own):
        return Intent(0)
    if event in _MESSAGES:
        return Intent.GUILD_MESSAGES if guild_id else Intent.DIRECT_MESSAGES
    if event.startswith("GUILD_MEMBER_"):
        return Intent.GUILD_MEMBERS
    if event.startswith(_GUILDS):
        return Intent.GUILDS if guild_id else Intent.DIRECT_MESSAGES
    raise KeyError(event)


def without_content(event: str, data: Json, intents: int, bot_id: str) -> Json:
    """A message as a bot without the message content intent sees it: #message-content-intent."""
    if event not in ("MESSAGE_CREATE", "MESSAGE_UPDATE") or intents & Intent.MESSAGE_CONTENT:
        return data
    if "guild_id" not in data or data["author"]["id"] == bot_id:
        return data
    return data if any(each["id"] == bot_id for each in data["mentions"]) else data | _CONTENT
