"""What Discord's refusals and the network's failures mean, in words, with no secret in them."""

from __future__ import annotations

import re

import aiohttp
import discord

from newsbot.errors import PlatformError, TokenRefused

LONGEST = 300  # characters of what another program said
TOKEN = re.compile(r"[\w-]{20,}\.[\w-]{5,}\.[\w-]{20,}|(?<=//)[^/@\s]+@")
"""A bot's token, and the user and password of a proxy."""
HOOK = re.compile(r"(?P<way>(?:webhooks|interactions)/\d+)/[\w.~-]+")
"""The address of a webhook or an interaction: who has it can post."""

UNANSWERED = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)
"""All that a request may raise: refused, held back by our own pace, or not answered."""

STRANGER = (
    "Discord does not know the token in platforms.discord.token; its page at discord.com/developers shows the right one"
)


def trouble(error: BaseException) -> PlatformError:
    """``error`` as one of ours. Raise it ``from None``: the library's own words may hold a secret."""
    if is_unknown_token(error):
        return TokenRefused(STRANGER)
    return PlatformError(in_words(error))


def is_unknown_token(error: BaseException) -> bool:
    """Whether Discord does not know the bot's token (any more)."""
    return isinstance(error, discord.LoginFailure) or (isinstance(error, discord.HTTPException) and error.status == 401)


def in_words(error: BaseException) -> str:
    """Why a request failed, for a log or an admin: short, and with no secret in it."""
    if is_unknown_token(error):
        return STRANGER
    if isinstance(error, discord.RateLimited):
        return f"Discord asks to wait {error.retry_after:.0f} s"
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return "Discord cannot be reached in time"
    if isinstance(error, TimeoutError):
        return "Discord did not answer in time"
    if isinstance(error, discord.HTTPException):
        words = shorten(str(error.text)) or shorten(str(error.response.reason or ""))
        return f"Discord answered: {error.status} {words}" + (f" ({error.code})" if error.code else "")
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"Discord cannot be reached: {said(error)}"
    if isinstance(error, aiohttp.ClientError | OSError):
        return f"the connection to Discord broke: {said(error)}"
    return said(error)


def said(error: BaseException) -> str:
    """An error's own words, in one line, cut, and with no secret in them."""
    return shorten(str(error)) or type(error).__name__


def shorten(text: str) -> str:
    """What another program wrote, in one line, cut, and with no secret in it."""
    line = " ".join(HOOK.sub(r"\g<way>/***", TOKEN.sub("***", text)).split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
