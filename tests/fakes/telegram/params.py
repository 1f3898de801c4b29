"""The methods that are played here, with the parameters that the documentation gives them.

Anything else is refused: https://core.telegram.org/bots/api#available-methods.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.fakes.telegram.errors import ApiError, Json, bad

_PLACE = "chat_id message_thread_id:int"
_BODY = "text parse_mode entities:json link_preview_options:json reply_markup:json"
_EDIT = "chat_id message_id:int inline_message_id"
_SEND = "disable_notification:bool protect_content:bool reply_parameters:json"
_SCOPE = "scope:json language_code"
_METHODS = {
    "getMe": "",
    "getUpdates": "offset:int limit:int timeout:int allowed_updates:json",
    "setWebhook": "url secret_token max_connections:int allowed_updates:json drop_pending_updates:bool ip_address",
    "deleteWebhook": "drop_pending_updates:bool",
    "getWebhookInfo": "",
    "sendMessage": f"{_PLACE} {_BODY} {_SEND}",
    "editMessageText": f"{_EDIT} {_BODY}",
    "editMessageReplyMarkup": f"{_EDIT} reply_markup:json",
    "deleteMessage": "chat_id message_id:int",
    "answerCallbackQuery": "callback_query_id text show_alert:bool url cache_time:int",
    "answerInlineQuery": "inline_query_id results:json cache_time:int is_personal:bool next_offset button:json",
    "sendDocument": f"{_PLACE} document:file {_SEND}",
    "getFile": "file_id",
    "sendChatAction": f"{_PLACE} action",
    "getChat": "chat_id",
    "getChatMember": "chat_id user_id:int",
    "getChatMemberCount": "chat_id",
    "getChatAdministrators": "chat_id",
    "leaveChat": "chat_id",
    "setMyCommands": f"commands:json {_SCOPE}",
    "getMyCommands": _SCOPE,
    "deleteMyCommands": _SCOPE,
    "setMyName": "name language_code",
    "getMyName": "language_code",
    "setMyDescription": "description language_code",
    "getMyDescription": "language_code",
    "setMyShortDescription": "short_description language_code",
    "getMyShortDescription": "language_code",
    "setChatMenuButton": "chat_id menu_button:json",
    "getChatMenuButton": "chat_id",
}


@dataclass(frozen=True, slots=True)
class Params:
    """The parameters of one call, by name, converted."""

    values: Mapping[str, Any]

    def text(self, name: str) -> str:
        return str(self.values.get(name, ""))

    def number(self, name: str, otherwise: int = 0) -> int:
        return int(self.values.get(name, otherwise))

    def flag(self, name: str) -> bool:
        return bool(self.values.get(name, False))

    def json(self, name: str) -> Any:
        return self.values.get(name)


def params(method: str, given: Mapping[str, Any]) -> Params:
    """``given`` converted as ``method`` documents it; ApiError 404 for an unknown method, 400 for unknown names."""
    if method not in _METHODS:
        raise ApiError(404, "Not Found: method not found")
    documented = {name: kind or "str" for name, _, kind in (part.partition(":") for part in _METHODS[method].split())}
    if unknown := set(given) - set(documented):
        raise bad(f"strict: {method} has no {', '.join(sorted(unknown))}")
    return Params({name: _converted(name, value, documented[name]) for name, value in given.items()})


def _converted(name: str, value: Any, kind: str) -> Any:
    """Values come as text in forms; booleans are "true" and "false", objects are JSON in text."""
    try:
        if kind == "int":
            return int(value)
        if kind == "bool":
            return {"true": True, "false": False}[str(value).lower()]
        if kind == "file" and isinstance(value, tuple):
            return value
        if kind == "json":
            return json.loads(value) if isinstance(value, str) else value
    except (ValueError, KeyError, TypeError):
        raise bad(f"can't parse {name}: strict: {kind} expected") from None
    return str(value)


def json_object(given: Any, allowed: set[str], what: str) -> Json:
    """``given`` when it is an object with nothing but ``allowed`` in it."""
    if not isinstance(given, dict) or set(given) - allowed:
        raise bad(f"strict: {what}: {given}")
    return given
