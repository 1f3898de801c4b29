"""Why a connection to the gateway ended, in words.

https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
"""

from __future__ import annotations

import discord
from discord.gateway import ReconnectWebSocket

from newsbot.errors import PlatformError, TokenRefused
from newsbot.platforms.discord.troubles import STRANGER, in_words, trouble

UNKNOWN_TOKEN = 4004
MORE_SHARDS = 4011
FATAL = {
    UNKNOWN_TOKEN: STRANGER,
    4010: "Discord refuses the number of this shard",
    MORE_SHARDS: "Discord wants the bot's servers spread over more shards",
    4012: "Discord no longer speaks the version of its gateway that discord.py uses: update newsbot",
    4013: "Discord does not know the events that the bot wants: update newsbot",
    4014: "Discord does not allow the bot the events that it wants: see Privileged Gateway Intents on its page at "
    "discord.com/developers",
}
"""What no reconnection mends."""
NOT_DISCORD = (LookupError, TypeError, ValueError, AttributeError)
"""What answers of another server make of the library."""


def why(error: BaseException) -> str:
    """Why a connection ended, or could not be made; with no secret in it."""
    if isinstance(error, ReconnectWebSocket):
        return "it is to be resumed" if error.resume else "its session is over"
    if isinstance(error, discord.ConnectionClosed):
        return FATAL.get(error.code, f"Discord closed the connection ({error.code})")
    return in_words(error)


def failure(error: BaseException) -> PlatformError:
    """What ended a client's life, as one of ours. Raise it ``from None``."""
    if isinstance(error, PlatformError):
        return error
    if isinstance(error, discord.ConnectionClosed):
        return TokenRefused(STRANGER) if error.code == UNKNOWN_TOKEN else PlatformError(why(error))
    if isinstance(error, NOT_DISCORD):
        return PlatformError("what answers at platforms.discord.api_url is not Discord")
    return trouble(error)
