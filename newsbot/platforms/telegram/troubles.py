"""What Telegram's refusals and the network's failures mean for the bot as a whole, in words."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut

from newsbot.errors import PlatformError, TokenRefused, TokenShared

LONGEST = 300  # characters of what another program said
SHORTEST_WAIT, LONGEST_WAIT = 1.0, 86_400.0
"""Seconds that a refusal is believed to ask for: none would be asked again at once, and years are a server's fault."""
TOKEN = re.compile(r"\d+:[\w-]{20,}")


def trouble(error: TelegramError) -> PlatformError:
    """``error`` as one of ours. Raise it ``from None``: the library's own words may hold the token."""
    if isinstance(error, InvalidToken):
        return TokenRefused(
            "Telegram does not know the token in platforms.telegram.token; @BotFather shows the right one"
        )
    if isinstance(error, Conflict):
        return TokenShared(f"another program uses this bot's token: {said(error)}")
    return PlatformError(in_words(error))


def in_words(error: TelegramError) -> str:
    """Why a request failed, for a log or an admin: short, and with no token in it."""
    if isinstance(error, RetryAfter):
        return f"Telegram asks to wait {seconds(error):.0f} s"
    if isinstance(error, TimedOut):
        return "Telegram did not answer in time"
    what = said(error).partition(". Parsing the server response")[0]  # a proxy's whole page follows
    if what.startswith("httpx."):
        return f"Telegram cannot be reached: {what.removeprefix('httpx.')}"
    return f"Telegram answered: {what}"


def said(error: BaseException) -> str:
    """An error's own words, in one line, cut, and with no token in them."""
    return shorten(str(error)) or type(error).__name__


def shorten(text: str) -> str:
    """What another program wrote, in one line, cut, and with no token in it."""
    line = " ".join(TOKEN.sub("***", text).split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def host(url: str) -> str:
    """Where a webhook leads, without its path, which may be a secret."""
    return urlsplit(url).hostname or "?"


def seconds(error: RetryAfter) -> float:
    """For how long Telegram asks to wait: SHORTEST_WAIT to LONGEST_WAIT. The library has it as a number or as a
    timedelta."""
    wait = error.retry_after
    asked = float(wait) if isinstance(wait, int | float) else wait.total_seconds()
    return min(max(asked, SHORTEST_WAIT), LONGEST_WAIT)
