"""What Discord's answers to a send mean for a delivery.

"Not every 404 is a deleted channel, nor every 403 a ban": the JSON error codes tell,
https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
"""

from __future__ import annotations

import aiohttp
import discord

from newsbot.domain.models import ChatKey
from newsbot.domain.ports import ChatGone, Over, Rejected, RetryLater, SendOutcome, Unknown
from newsbot.platforms.discord.message import PLATFORM, is_private
from newsbot.platforms.discord.pace import NotYet
from newsbot.platforms.discord.troubles import in_words, is_unknown_token

TOKEN_WAIT = 60.0
"""Seconds until a token that Discord does not know is tried again: only its owner can mend that."""

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE = 10003, 10008
NOT_OURS = 50005
ARCHIVED, LOCKED = 50083, 160005
NO_TEXT = frozenset({50008, 50024, 40058})
"""What is said of a channel that takes no messages itself, as a forum."""
NO_ACCESS, NO_PERMISSION = 50001, 50013
SHUT = frozenset({UNKNOWN_CHANNEL, ARCHIVED, LOCKED})
"""What is said of a thread that takes no more messages."""

NO_QUOTE = frozenset({160002, 160009, 160010})
"""The message may not be replied to, for want of Read Message History or for the age that its channel is for; it may be
spoken without."""

NO_HISTORY = "missing permission: Read Message History"

_GONE = {
    10004: "the server is gone",
    10013: "there is no such person",
    40007: "the bot is banned there",
    50007: "this person's private messages are closed to the bot",
    50278: "this person's private messages are closed to the bot: they share no server with it",
    50008: "the channel takes no messages",
    50009: "the channel's verification level is too high for the bot",
    50024: "the channel takes no messages",
    40058: "the channel takes no messages outside its threads",
    40066: "missing permission: Manage Threads (only moderators may set this forum's tags, and it wants one)",
    40067: "the forum wants a tag on every post, and has none that the bot may set",
    50033: "there is no such person",
    ARCHIVED: "the thread is archived",
    LOCKED: "the thread is locked",
}
_LATER = {
    20016: 60.0, 20026: 3600.0, 20029: 60.0, 40003: 600.0, 40004: 600.0, 40006: 600.0,
    40062: 60.0, 110000: 60.0, 110001: 60.0, 130000: 60.0, 160006: 1800.0, 160007: 1800.0,
}  # fmt: skip
"""Refused for now: seconds until it is worth another try."""

_ANYWHERE = ChatKey(PLATFORM, "0")
_IN_BETWEEN = frozenset({403, 404, 405, 407, 408, 429})
"""Without a code of Discord's own, these come from what stands before it, and are about no message."""

_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)
"""There was no connection that the request could leave on."""


def outcome_of(error: Exception, to: ChatKey) -> SendOutcome:
    """What became of a message to ``to`` when the library raised ``error``."""
    match error:
        case NotYet():
            return RetryLater("pace", error.retry_after, whole_platform=error.everywhere, tried=False)
        case discord.RateLimited():
            return RetryLater(in_words(error), error.retry_after, limited=True)
        case _ if is_unknown_token(error):
            return RetryLater(in_words(error), TOKEN_WAIT, whole_platform=True)
        case discord.HTTPException():
            return _refused(error, to)
        case _ if isinstance(error, _NOT_SENT):
            return RetryLater(in_words(error), reached=False)
        case _:
            return Unknown(in_words(error))


def is_of_content(error: discord.HTTPException) -> bool:
    """Whether Discord refused what a message says, and might take it plainer."""
    about_it = error.status in {400, 403, 413} and error.code not in NO_QUOTE
    return about_it and isinstance(_refused(error, _ANYWHERE), Rejected)


def _refused(error: discord.HTTPException, to: ChatKey) -> SendOutcome:
    code = error.code
    if error.status >= 500:
        return Unknown(in_words(error))
    if code == 40333 or (code == 0 and error.status in _IN_BETWEEN):
        return RetryLater(in_words(error), TOKEN_WAIT, whole_platform=True, limited=error.status == 429)
    if code == UNKNOWN_CHANNEL:
        return ChatGone("the thread was deleted" if to.thread else "the channel was deleted")
    if code in {NO_ACCESS, NO_PERMISSION}:
        return ChatGone(_lacking(code, to))
    if code in _GONE:
        return ChatGone(_GONE[code])
    if code in _LATER:
        return RetryLater(in_words(error), _LATER[code])
    return Over(in_words(error)) if code == UNKNOWN_MESSAGE else Rejected(in_words(error))


def _lacking(code: int, to: ChatKey) -> str:
    if is_private(to):
        return _GONE[50007]
    if code == NO_ACCESS:
        return "missing permission: View Channel (or Connect, in a voice channel)"
    return "missing permission: " + ("Send Messages in Threads" if to.thread else "Send Messages")
