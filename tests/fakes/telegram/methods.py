"""Which function plays which method: https://core.telegram.org/bots/api#available-methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.fakes.telegram import asking, files, profile, sending
from tests.fakes.telegram.errors import Json
from tests.fakes.telegram.params import Params

if TYPE_CHECKING:
    from tests.fakes.telegram.server import TelegramServer


def get_me(server: TelegramServer, _: Params) -> Json:
    """https://core.telegram.org/bots/api#getme."""
    return server.me() | {
        "can_join_groups": True,
        "can_read_all_group_messages": server.reads_all,
        "supports_inline_queries": server.inline_mode,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def set_webhook(server: TelegramServer, params: Params) -> bool:
    """https://core.telegram.org/bots/api#setwebhook."""
    return server.webhook.set(params)


def delete_webhook(server: TelegramServer, params: Params) -> bool:
    """https://core.telegram.org/bots/api#deletewebhook."""
    return server.webhook.delete(params)


def get_webhook_info(server: TelegramServer, _: Params) -> Json:
    """https://core.telegram.org/bots/api#getwebhookinfo."""
    return server.webhook.info()


_METHODS: dict[str, Callable[[TelegramServer, Params], Any]] = {
    "getMe": get_me,
    "sendMessage": sending.send_message,
    "editMessageText": sending.edit_message_text,
    "editMessageReplyMarkup": sending.edit_message_reply_markup,
    "deleteMessage": sending.delete_message,
    "sendDocument": files.send_document,
    "getFile": files.get_file,
    "sendChatAction": sending.send_chat_action,
    "answerCallbackQuery": asking.answer_callback_query,
    "answerInlineQuery": asking.answer_inline_query,
    "getChat": profile.get_chat,
    "getChatMember": profile.get_chat_member,
    "getChatMemberCount": profile.get_chat_member_count,
    "getChatAdministrators": profile.get_chat_administrators,
    "leaveChat": profile.leave_chat,
    "setMyCommands": profile.set_my_commands,
    "getMyCommands": profile.get_my_commands,
    "deleteMyCommands": profile.delete_my_commands,
    "setMyName": lambda server, params: profile.set_text(server, params, "name"),
    "getMyName": lambda server, params: profile.get_text(server, params, "name"),
    "setMyDescription": lambda server, params: profile.set_text(server, params, "description"),
    "getMyDescription": lambda server, params: profile.get_text(server, params, "description"),
    "setMyShortDescription": lambda server, params: profile.set_text(server, params, "short_description"),
    "getMyShortDescription": lambda server, params: profile.get_text(server, params, "short_description"),
    "setChatMenuButton": profile.set_chat_menu_button,
    "getChatMenuButton": profile.get_chat_menu_button,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}


async def call(server: TelegramServer, method: str, params: Params) -> Any:
    """The result of a call; ApiError where it is refused."""
    if method == "getUpdates":
        server.queue.allow(params.json("allowed_updates"))
        limit = min(max(params.number("limit", 100), 1), 100)
        return await server.queue.poll(params.number("offset"), limit, min(params.number("timeout"), 50))
    return _METHODS[method](server, params)
