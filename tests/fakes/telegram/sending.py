"""The methods that write, change and delete messages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.fakes.telegram.chats import Chat
from tests.fakes.telegram.errors import Json, bad
from tests.fakes.telegram.forums import Supergroup
from tests.fakes.telegram.groups import Channel, Room
from tests.fakes.telegram.html import parse
from tests.fakes.telegram.markup import Keyboard, Markup, markup, preview
from tests.fakes.telegram.messages import Message
from tests.fakes.telegram.params import Params, json_object
from tests.fakes.telegram.text import Entity, Text, checked, trimmed

if TYPE_CHECKING:
    from tests.fakes.telegram.server import TelegramServer

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
YOUNG = timedelta(hours=48)
_REPLY = {"message_id", "chat_id", "allow_sending_without_reply", "quote", "quote_parse_mode", "quote_position"}
_SPAN = {"type", "offset", "length"}
_ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """A message or an edit as the bot wants it: ``markup`` whether the text came with a parse_mode or entities;
    ``picture`` the address of the preview that was asked for."""

    chat: Chat
    text: str
    markup: bool
    keyboard: Keyboard
    picture: str


def drafted(server: TelegramServer, chat: Chat, params: Params, text: Text, keys: Markup, shown: Json) -> None:
    """ApiError 400 in the words of the first rule that does not like it."""
    picture = "" if shown.get("is_disabled") else str(shown.get("url", ""))
    marked = bool(params.text("parse_mode") or params.json("entities"))
    draft = Draft(chat, text.text, marked, keys.keyboard, picture)
    for words in filter(None, (rule(draft) for rule in server.refuses)):
        raise bad(words)


def written(params: Params, *, editing: bool = False, field: str = "text") -> Text:
    """The text of a call, parsed by its parse_mode, within the limits."""
    source, mode = params.text(field), params.text("parse_mode")
    if mode.lower() == "html":
        return checked(parse(source), editing=editing)
    if mode:
        raise bad("unsupported parse_mode" if mode not in {"Markdown", "MarkdownV2"} else f"strict: {mode}")
    given = [
        Entity(e["type"], e["offset"], e["length"], {k: v for k, v in e.items() if k not in _SPAN})
        for e in params.json("entities") or []
    ]
    return checked(trimmed(source, given), editing=editing)


def send_message(server: TelegramServer, params: Params) -> Json:
    """https://core.telegram.org/bots/api#sendmessage. A reply goes into a topic only when the topic is named too."""
    chat = server.place(params)
    reply = replied(chat, params)
    thread = params.number("message_thread_id") or None
    chat.bots_way(thread=thread)
    text = written(params)
    keys = markup(params.json("reply_markup"))
    shown = preview(params.json("link_preview_options"), server.refused_pages)
    drafted(server, chat, params, text, keys, shown)
    if isinstance(chat, Supergroup) and not chat.forum:
        thread = None
    server.rates.spend(chat.id, group=isinstance(chat, Room))
    message = chat.add(
        content=text,
        mine=True,
        sender=server.me(),
        sender_chat=chat.json() if isinstance(chat, Channel) else None,
        markup=keys,
        preview=shown,
        silent=params.flag("disable_notification"),
        thread=thread,
        reply_to=reply,
    )
    return message.json()


def replied(chat: Chat, params: Params) -> Message | None:
    """The message that is replied to: https://core.telegram.org/bots/api#replyparameters."""
    if params.json("reply_parameters") is None:
        return None
    given = json_object(params.json("reply_parameters"), _REPLY, "reply_parameters")
    if str(given.get("chat_id", chat.id)) != str(chat.id):
        raise bad("strict: replies into another chat are not played here")
    found = chat.find(int(given["message_id"]))
    if found is None and not given.get("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    return found


def edit_message_text(server: TelegramServer, params: Params) -> Json | bool:
    """https://core.telegram.org/bots/api#editmessagetext. Without a reply_markup the buttons go."""
    message = _editable(server, params)
    if not message.text:
        raise bad("there is no text in the message to edit")
    text = written(params, editing=True)
    keys = markup(params.json("reply_markup"))
    shown = preview(params.json("link_preview_options"), server.refused_pages)
    if (text, keys.keyboard, shown) == (message.content, message.keyboard, message.preview):
        raise bad(NOT_MODIFIED)
    drafted(server, message.chat, params, text, keys, shown)
    _spend(server, message)
    message.history.append(message.content)
    message.content, message.markup, message.preview = text, keys, shown
    message.edited = server.now()
    message.chat.changed()
    return True if params.text("inline_message_id") else message.json()


def edit_message_reply_markup(server: TelegramServer, params: Params) -> Json | bool:
    """https://core.telegram.org/bots/api#editmessagereplymarkup."""
    message = _editable(server, params)
    keys = markup(params.json("reply_markup"))
    if keys.keyboard == message.keyboard:
        raise bad(NOT_MODIFIED)
    _spend(server, message)
    message.history.append(message.content)
    message.markup = keys
    message.chat.changed()
    return True if params.text("inline_message_id") else message.json()


def _spend(server: TelegramServer, message: Message) -> None:
    server.rates.spend(message.chat.id, group=isinstance(message.chat, Room))


def _editable(server: TelegramServer, params: Params) -> Message:
    if inline := params.text("inline_message_id"):
        return server.inline_message(inline)
    chat = server.place(params)
    chat.edits_way()
    message = chat.find(_message_id(params))
    if message is None:
        raise bad("message to edit not found")
    if not message.mine or message.service:
        raise bad("message can't be edited")
    return message


def delete_message(server: TelegramServer, params: Params) -> bool:
    """https://core.telegram.org/bots/api#deletemessage: its own within 48 hours, others' where it may; in supergroups
    and channels nothing older, whatever its rights."""
    chat = server.place(params)
    if isinstance(chat, Room):
        chat.present()
    message = chat.find(_message_id(params))
    if message is None:
        raise bad("message to delete not found")
    if isinstance(chat, Supergroup | Channel) and server.now() - message.date > YOUNG:
        raise bad("message can't be deleted")
    rights = isinstance(chat, Room) and chat.bot.may("can_delete_messages")
    if not rights:
        _own_and_young(server, chat, message)
    message.deleted = True
    chat.changed()
    return True


def _own_and_young(server: TelegramServer, chat: Chat, message: Message) -> None:
    if server.now() - message.date > YOUNG:
        raise bad("message can't be deleted for everyone")
    if not message.mine and isinstance(chat, Room):
        raise bad("message can't be deleted")


def _message_id(params: Params) -> int:
    if not params.number("message_id"):
        raise bad("message identifier is not specified")
    return params.number("message_id")


def send_chat_action(server: TelegramServer, params: Params) -> bool:
    """https://core.telegram.org/bots/api#sendchataction: True for a topic that is not there, too
    (https://github.com/tdlib/telegram-bot-api/issues/732)."""
    chat = server.place(params)
    if isinstance(chat, Room):
        chat.present()
    else:
        chat.bots_way()
    if params.text("action") not in _ACTIONS:
        raise bad("wrong parameter action in request")
    chat.actions.append({"action": params.text("action"), "message_thread_id": params.number("message_thread_id")})
    chat.changed()
    return True


def is_name(text: str) -> bool:
    """Whether ``text`` is a public @name."""
    return re.fullmatch(r"@\w{4,32}", text, re.ASCII) is not None
