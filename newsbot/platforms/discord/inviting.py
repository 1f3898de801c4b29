"""The address at which an admin invites the bot. Pure."""

from __future__ import annotations

from urllib.parse import urlencode

from newsbot.platforms.discord.permissions import EVERY, MENTION

FILES = 1 << 15
ASKED = EVERY & ~MENTION.bit | FILES
"""What the bot asks for. To publish its own posts of announcement channels it needs no more than to send
(https://docs.discord.com/developers/resources/message#crosspost-message). To mention every role is not asked for: few
admins give that to a bot, roles may be made mentionable, and /setup says so where one is to be called."""


def invitation(application_id: int) -> str:
    """Where the bot of this application is added to a server.
    https://docs.discord.com/developers/topics/oauth2#bot-authorization-flow"""
    asked = {"client_id": application_id, "scope": "bot applications.commands", "permissions": ASKED}
    return f"https://discord.com/oauth2/authorize?{urlencode(asked)}"
