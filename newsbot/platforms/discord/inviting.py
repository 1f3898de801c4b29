"""The address at which an admin invites the bot. Pure."""

from __future__ import annotations

from urllib.parse import urlencode

from newsbot.platforms.discord.permissions import EVERY, MENTION

FILES = 1 << 15
ASKED = EVERY & ~MENTION.bit | FILES
"""What the bot asks for. To publish its own posts of announcement channels it needs no more than to send
(https://docs.discord.com/developers/resources/message#crosspost-message). To mention every role is not asked for: few
admins give that to a bot, roles may be made mentionable, and /setup says so where one is to be called."""


def invitation(application_id: int, server: int = 0, given: int = 0) -> str:
    """Where the bot of this application is added to a server; or where it is in ``server`` already, with a role of its
    own that allows ``given``, where that role gets what it lacks.
    https://docs.discord.com/developers/topics/oauth2#bot-authorization-flow"""
    asked: dict[str, int | str] = {"client_id": application_id, "scope": "bot applications.commands"}
    there = {"guild_id": server, "disable_guild_select": "true"} if server else {}
    return f"https://discord.com/oauth2/authorize?{urlencode({**asked, **there, 'permissions': ASKED | given})}"
