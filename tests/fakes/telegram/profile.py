"""The methods about chats and about the bot itself: commands, descriptions, menu button."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.fakes.telegram.errors import Json, bad
from tests.fakes.telegram.groups import Member, Room
from tests.fakes.telegram.params import Params, json_object
from tests.fakes.telegram.people import Private

if TYPE_CHECKING:
    from tests.fakes.telegram.server import TelegramServer

Scope = tuple[str, ...]
MOST_COMMANDS = 100
_SCOPES = {
    "default": (), "all_private_chats": (), "all_group_chats": (), "all_chat_administrators": (), "chat": ("chat_id",),
    "chat_administrators": ("chat_id",), "chat_member": ("chat_id", "user_id"),
}  # fmt: skip
_PERMISSIONS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages", "can_manage_topics",
)  # fmt: skip
_TEXTS = {"name": 64, "description": 512, "short_description": 120}


def scope(params: Params) -> tuple[Scope, str]:
    """A call's scope and language: https://core.telegram.org/bots/api#botcommandscope."""
    given = params.json("scope") or {"type": "default"}
    if not isinstance(given, dict) or given.get("type") not in _SCOPES:
        raise bad("can't parse BotCommandScope: Unsupported type specified")
    needed = _SCOPES[given["type"]]
    json_object(given, {"type", *needed}, "scope")
    if any(name not in given for name in needed):
        raise bad("can't parse BotCommandScope: strict: something is missing")
    return (given["type"], *(str(given[name]) for name in needed)), language(params)


def language(params: Params) -> str:
    """A two-letter language code, or "" for everybody else."""
    code = params.text("language_code")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad("invalid language code specified")
    return code


def set_my_commands(server: TelegramServer, params: Params) -> bool:
    """https://core.telegram.org/bots/api#setmycommands."""
    key = scope(params)
    if len(key[0]) > 1:
        chat = server.chat_at(key[0][1])
        if isinstance(chat, Room):
            chat.present()
    given = params.json("commands")
    if not isinstance(given, list):
        raise bad("can't parse commands list JSON object")
    if len(given) > MOST_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    server.commands[key] = tuple(_command(each) for each in given)
    return True


def _command(given: Any) -> tuple[str, str]:
    """https://core.telegram.org/bots/api#botcommand."""
    found = json_object(given, {"command", "description"}, "BotCommand")
    name, description = str(found.get("command", "")), str(found.get("description", "")).strip()
    if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
        raise bad("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return name, description


def get_my_commands(server: TelegramServer, params: Params) -> list[Json]:
    """https://core.telegram.org/bots/api#getmycommands."""
    return [{"command": name, "description": said} for name, said in server.commands.get(scope(params), ())]


def delete_my_commands(server: TelegramServer, params: Params) -> bool:
    """https://core.telegram.org/bots/api#deletemycommands."""
    server.commands.pop(scope(params), None)
    return True


def set_text(server: TelegramServer, params: Params, field: str) -> bool:
    """setMyName, setMyDescription, setMyShortDescription: https://core.telegram.org/bots/api#setmydescription."""
    if len(params.text(field)) > _TEXTS[field]:
        raise bad(f"{field.upper()}_TOO_LONG" if field == "name" else "BOT_ABOUT_TOO_LONG")
    server.texts[field, language(params)] = params.text(field)
    return True


def get_text(server: TelegramServer, params: Params, field: str) -> Json:
    """getMyName, getMyDescription, getMyShortDescription; the general text where the language has none."""
    general = server.texts.get((field, ""), server.me()["first_name"] if field == "name" else "")
    return {field: server.texts.get((field, language(params))) or general}


def get_chat(server: TelegramServer, params: Params) -> Json:
    """https://core.telegram.org/bots/api#getchat, with the fields of ChatFullInfo that are not optional. A public chat
    is seen by everybody, members or not."""
    chat = server.place(params)
    if isinstance(chat, Room) and not chat.username:
        chat.present()
    full: Json = {"accent_color_id": 1, "max_reaction_count": 11}
    if isinstance(chat, Room) and chat.type != "channel":
        full["permissions"] = dict.fromkeys(_PERMISSIONS, chat.lets_write)
    full["accepted_gift_types"] = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
    )
    return chat.json() | full


def _room(server: TelegramServer, params: Params) -> Room:
    chat = server.place(params)
    if not isinstance(chat, Room):
        raise bad("there are no administrators in the private chat")
    chat.present()
    return chat


def get_chat_member(server: TelegramServer, params: Params) -> Json:
    """https://core.telegram.org/bots/api#getchatmember; in channels only for admins."""
    chat = server.place(params)
    user = params.number("user_id")
    if isinstance(chat, Private):
        return Member(chat.person.json() if user == chat.id else server.me(), "member", {}).json()
    room = _room(server, params)
    if room.type == "channel" and not room.bot.admin:
        raise bad("member list is inaccessible")
    if room.hides_members and not room.bot.admin:
        raise bad("CHAT_ADMIN_REQUIRED")
    known = server.user(user)
    if known is None:
        raise bad("user not found" if user > 0 else "invalid user_id specified")
    return room.member(known).json()


def get_chat_administrators(server: TelegramServer, params: Params) -> list[Json]:
    """https://core.telegram.org/bots/api#getchatadministrators: those that are no bots."""
    room = _room(server, params)
    if room.type == "channel" and not room.bot.admin:
        raise bad("member list is inaccessible")
    return [each.json() for each in room.members.values() if each.admin and not each.user["is_bot"]]


def get_chat_member_count(server: TelegramServer, params: Params) -> int:
    """https://core.telegram.org/bots/api#getchatmembercount."""
    chat = server.place(params)
    if not isinstance(chat, Room):
        return 2
    chat.present()
    return sum(member.status not in {"left", "kicked"} for member in chat.members.values())


def leave_chat(server: TelegramServer, params: Params) -> bool:
    """https://core.telegram.org/bots/api#leavechat."""
    room = _room(server, params)
    room.members[server.me()["id"]] = Member(server.me(), "left", {})
    room.changed()
    return True


def set_chat_menu_button(server: TelegramServer, params: Params) -> bool:
    """https://core.telegram.org/bots/api#setchatmenubutton."""
    given = json_object(params.json("menu_button") or {"type": "default"}, {"type", "text", "web_app"}, "menu_button")
    if given.get("type") not in {"default", "commands", "web_app"}:
        raise bad("can't parse menu button: MenuButton has unsupported type")
    server.menu_buttons[params.text("chat_id")] = given
    return True


def get_chat_menu_button(server: TelegramServer, params: Params) -> Json:
    """https://core.telegram.org/bots/api#getchatmenubutton."""
    return server.menu_buttons.get(params.text("chat_id")) or server.menu_buttons.get("") or {"type": "commands"}
