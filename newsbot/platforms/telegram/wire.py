"""One message sent, edited or deleted: the calls of the Bot API that posts and replies are made of."""

from __future__ import annotations

import json
import os
from typing import Any, Protocol, TypeVar

import httpx
import structlog
from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError
from telegram.request import BaseRequest, HTTPXRequest

from newsbot.domain.models import ChatKey
from newsbot.platforms.telegram.answers import is_of_content
from newsbot.platforms.telegram.message import Key, Outgoing, address
from newsbot.platforms.telegram.plainer import Version, plainer
from newsbot.platforms.telegram.troubles import said

log = structlog.get_logger(__name__)

CONNECTIONS = 64
"""Enough for the deliveries in flight and the replies beside them."""
POLL_CONNECTIONS = 2
SHOWN = 300
"""Characters of a refused message that the log shows."""
PLACEHOLDER = 64
"""The most characters that the hint in an input field may have: https://core.telegram.org/bots/api#forcereply"""

T_co = TypeVar("T_co", covariant=True)


class Attempt(Protocol[T_co]):
    """Sends a message, once; without ``markup`` its text is no HTML."""

    async def __call__(self, message: Outgoing, *, markup: bool) -> T_co:
        """What Telegram answered. Raises telegram.error.TelegramError."""


class _Request(HTTPXRequest):
    """The library's, which otherwise logs the whole page that a gateway answers with, and a traceback."""

    __slots__ = ()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """What Telegram answered. Raises telegram.error.TelegramError for what is no JSON."""
        try:
            answer: dict[str, Any] = json.loads(payload.decode(errors="replace"))
        except ValueError as error:
            raise TelegramError("Invalid server response") from error
        return answer


class _Bot(Bot):
    """The library's, which otherwise closes its connections only after an ``initialize``, and that asks Telegram."""

    def __init__(self, token: str, root: str, request: HTTPXRequest, poll: HTTPXRequest) -> None:
        self._both = (request, poll)
        super().__init__(
            token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=request,
            get_updates_request=poll,
        )

    @property
    def polls(self) -> HTTPXRequest:
        """The connections for long polls."""
        return self._both[1]

    async def shutdown(self) -> None:
        """Close the connections; harmless when they are closed."""
        await super().shutdown()
        for request in self._both:
            await request.shutdown()


def for_polls(bot: Bot) -> BaseRequest:
    """The connections for long polls: with :func:`make_bot`, sends that wait for an answer take none of them."""
    return bot.polls if isinstance(bot, _Bot) else bot.request


def make_bot(
    token: str,
    api_url: str = "https://api.telegram.org",
    proxy: str | None = None,
    *,
    read_timeout: float = 70.0,
    connect_timeout: float = 10.0,
) -> Bot:
    """The library's bot, which is to be shut down at the end; it need not be initialized.

    ``api_url``: Telegram's server, or one's own (https://core.telegram.org/bots/api#using-a-local-bot-api-server).
    ``read_timeout``: how many seconds an answer may take; a server that accepts and answers late must not make a send
    uncertain. Long polls have connections of their own: :func:`for_polls`. Only ``proxy`` is used, whatever the
    environment says. Raises telegram.error.InvalidToken for an empty token.
    """
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # how the library wants to be told that we know both kinds
    context = httpx.create_ssl_context(trust_env=False)  # costs as much as all the rest

    def request(connections: int, read: float) -> HTTPXRequest:
        return _Request(
            connection_pool_size=connections,
            read_timeout=read,
            write_timeout=20.0,
            connect_timeout=connect_timeout,
            pool_timeout=connect_timeout,
            proxy=proxy,
            httpx_kwargs={"trust_env": False, "verify": context},
        )

    poll = request(POLL_CONNECTIONS, min(read_timeout, 20.0))
    return _Bot(token, api_url.rstrip("/"), request(CONNECTIONS, read_timeout), poll)


async def send(bot: Bot, to: ChatKey, message: Outgoing, *, silent: bool = False, reply_to: int | None = None) -> int:
    """:func:`post` a message; its id."""
    posted, _ = await post(bot, to, message, silent=silent, reply_to=reply_to)
    return posted.message_id


async def post(
    bot: Bot, to: ChatKey, message: Outgoing, *, silent: bool = False, reply_to: int | None = None
) -> tuple[Message, str]:
    """Post a message; what Telegram made of it, and what had to be left out ("": nothing). As a reply to message
    ``reply_to`` where that still stands.

    What Telegram refuses for its content is tried plainer, at last as its words alone; nothing of it was sent. All else
    raises telegram.error.TelegramError, and so does the last refusal. https://core.telegram.org/bots/api#sendmessage
    """
    chat_id, thread_id = address(to)

    async def attempt(message: Outgoing, *, markup: bool) -> Message:
        return await bot.send_message(
            chat_id,
            message.html,
            parse_mode=ParseMode.HTML if markup else None,
            message_thread_id=thread_id,
            link_preview_options=_preview(message),
            disable_notification=silent,
            reply_parameters=ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None,
            reply_markup=_prompt(message) if message.ask else _keyboard(message),
        )

    return await _with_less(attempt, message, to)


async def edit(bot: Bot, to: ChatKey, message_id: int, message: Outgoing) -> str:
    """Put ``message`` in the place of one of the bot's; one that shows just that already is left as it is.

    Leaves out what Telegram refuses, which is returned, and raises, as :func:`post` does. https://core.telegram.org/bots/api#editmessagetext
    """
    chat_id, _ = address(to)

    async def attempt(message: Outgoing, *, markup: bool) -> None:
        await bot.edit_message_text(
            message.html,
            chat_id,
            message_id,
            parse_mode=ParseMode.HTML if markup else None,
            link_preview_options=_preview(message),
            reply_markup=_keyboard(message),
        )

    try:
        _, note = await _with_less(attempt, message, to)
    except BadRequest as error:
        if "not modified" not in error.message.lower():
            raise
        return ""
    return note


async def delete(bot: Bot, to: ChatKey, message_id: int) -> None:
    """Delete a message; one that is gone already is what was wanted. Raises telegram.error.TelegramError, as for one
    that is too old. https://core.telegram.org/bots/api#deletemessage"""
    try:
        await bot.delete_message(address(to)[0], message_id)
    except BadRequest as error:
        if "message to delete not found" not in error.message.lower():
            raise


async def _with_less(attempt: Attempt[T_co], message: Outgoing, to: ChatKey) -> tuple[T_co, str]:
    """Try ``message``, and plainer while Telegram refuses what is in it: its answer, and what was left out."""
    version = Version(message)
    while True:
        try:
            return await attempt(version.message, markup=version.markup), version.note
        except BadRequest as error:
            less = plainer(version, said(error).removeprefix("Bad Request: ")) if is_of_content(error, to) else None
            if less is None:
                raise
            log.warning(
                "Telegram refused a message, which is tried plainer",
                chat=str(to),
                without=less.less[-1],
                reason=error.message,
                html=message.html[:SHOWN],
            )
            version = less


def _preview(message: Outgoing) -> LinkPreviewOptions:
    if not message.picture:
        return LinkPreviewOptions(is_disabled=True)
    return LinkPreviewOptions(url=message.picture, prefer_large_media=True, show_above_text=True)


def _keyboard(message: Outgoing) -> InlineKeyboardMarkup | None:
    rows = [[_button(key) for key in row] for row in message.keys if row]
    return InlineKeyboardMarkup(rows) if rows else None


def _button(key: Key) -> InlineKeyboardButton:
    return InlineKeyboardButton(key.label, url=key.url or None, callback_data=None if key.url else key.data)


def _prompt(message: Outgoing) -> ForceReply:
    return ForceReply(selective=True, input_field_placeholder=message.ask[:PLACEHOLDER])
