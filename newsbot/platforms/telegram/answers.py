"""What Telegram's answers to a send mean for a delivery.

The library's tree of errors (https://docs.python-telegram-bot.org/en/stable/telegram.error.html) has one trap:
``BadRequest``, an answer, is a subclass of ``NetworkError``, the lack of one.
"""

from __future__ import annotations

from dataclasses import replace

import httpx
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.error import TelegramError as Refusal

from newsbot.domain.models import ChatKey
from newsbot.domain.ports import ChatGone, Moved, Over, Rejected, RetryLater, SendOutcome, Unknown
from newsbot.platforms.telegram.troubles import in_words, said, seconds

TOKEN_WAIT = 60.0
"""Seconds until a token that Telegram does not accept is tried again: only its owner can mend that."""

_NOWHERE = (
    "chat not found", "user not found", "user is deactivated", "user_is_blocked", "input_user_deactivated",
    "peer_id_invalid", "channel_invalid", "channel_private", "chat_id_invalid", "chat was deactivated",
    "chat was deleted", "group is deactivated", "bot was kicked", "bot is not a member", "not enough rights",
    "no rights", "administrator rights", "chat_admin_required", "write access", "write_forbidden", "chat_restricted",
    "chat_send_", "user_banned_in_channel", "topic_closed", "topic_deleted", "topic is closed", "thread not found",
    "can't send messages to bots", "user_is_bot", "public_group_na", "user_deleted", "user_bot_invalid",
    "guest_send_forbidden",
)  # fmt: skip
"""What 400 says when a place takes no message. The sentences are documented nowhere; these are of Telegram's servers
(https://github.com/tdlib/telegram-bot-api, and the capital ones from https://core.telegram.org/method/messages.sendMessage)."""

_NO_EDIT = ("message to edit not found", "message can't be edited", "message_id_invalid")
"""What 400 says when there is no message any more, or none that the bot can change."""

_NOT_NOW = ("logged out", "frozen_method_invalid")
"""What 400 says when the bot itself may do nothing: it was logged out of this server
(https://core.telegram.org/bots/api#logout), or its account is frozen."""

_SENT_AND_DELETED = "sent message was immediately deleted"

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
"""The request never left: there was no connection that it could leave on."""

_MAYBE_SENT = ("restart", "timeout", "timed out", "aborted")
"""A server that explains its 500 like this had passed the message on before."""


def outcome_of(error: Refusal, to: ChatKey) -> SendOutcome:
    """What became of a message to ``to`` when the library raised ``error``."""
    match error:
        case RetryAfter():
            return RetryLater(in_words(error), seconds(error))
        case ChatMigrated():
            return Moved(replace(to, native=str(error.new_chat_id)))
        case Forbidden():
            return ChatGone(_short(error))
        case InvalidToken() | Conflict():
            return RetryLater(in_words(error), TOKEN_WAIT, whole_platform=True)
        case BadRequest():
            return _refused(error)
        case NetworkError():
            return _lost(error)
        case _:
            return Unknown(in_words(error))


def is_gone(error: BadRequest) -> bool:
    """Whether an edit was refused since there is nothing to edit any more."""
    return any(known in error.message.lower() for known in _NO_EDIT)


def is_of_content(error: BadRequest, to: ChatKey) -> bool:
    """Whether what was to be said is refused, and neither the place, nor the bot, nor an edit of what is gone or says
    the same already."""
    same = "not modified" in error.message.lower()
    return isinstance(outcome_of(error, to), Rejected) and not same and not is_gone(error)


def _refused(error: BadRequest) -> SendOutcome:
    words = error.message.lower()
    if any(known in words for known in _NOT_NOW):
        return RetryLater(in_words(error), TOKEN_WAIT, whole_platform=True)
    if any(known in words for known in _NOWHERE):
        return ChatGone(_short(error))
    return Rejected(said(error))


def _lost(error: NetworkError) -> SendOutcome:
    """No answer, or one of 5xx.

    "In case of an unsuccessful request [...] the error is explained in the 'description'"
    (https://core.telegram.org/bots/api#making-requests): a 5xx that explains itself was not accepted. One that only
    repeats its status, or is no JSON, comes from a gateway, which cannot know what the server behind it did."""
    cause, words = error.__cause__, error.message.lower()
    if cause is None and _SENT_AND_DELETED in words:
        return Over(in_words(error))
    if isinstance(cause, _NOT_SENT) or (isinstance(cause, RuntimeError) and "not initialized" in str(cause)):
        return RetryLater(in_words(error), reached=False)
    if cause is None and words.startswith("too many requests"):
        return RetryLater(in_words(error))
    explained = cause is None and words.startswith("internal server error: ")
    if explained and not any(known in words for known in _MAYBE_SENT):
        return RetryLater(in_words(error))
    return Unknown(in_words(error))


def _short(error: Refusal) -> str:
    """Telegram's words without their heading, as the reason of a pause: "bot was blocked by the user"."""
    words = said(error).removeprefix("Forbidden: ")
    return words if words.isupper() or "_" in words else words[:1].lower() + words[1:]
