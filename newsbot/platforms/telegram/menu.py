"""The lists of commands that Telegram shows while a person types "/", and what it shows of the bot itself."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
    MenuButtonCommands,
)
from telegram.error import BadRequest, RetryAfter

from newsbot.domain.ports import Clock
from newsbot.locales import Words, languages
from newsbot.platforms.telegram.troubles import in_words, seconds
from newsbot.platforms.views import CommandInfo, Scope

log = logging.getLogger(__name__)

Offered = Callable[[Scope, str], Sequence[CommandInfo]]
"""The commands worth listing in a place, most wanted first, in a language ("": the bot's own)."""

NOTE = "telegram_menu"
IN_CHAT = "commands chat "
LONGEST_WAIT = 120.0  # seconds; when Telegram asks for more, the rest is for another time
DESCRIPTION, ABOUT, HELP = 512, 120, 256  # characters: https://core.telegram.org/bots/api#setmydescription


class Notebook(Protocol):
    """Single values that outlive a run."""

    async def get(self, key: str) -> str | None:
        """What stands under ``key``."""

    async def put(self, key: str, value: str) -> None:
        """Put ``value`` in place of whatever stood there."""

    async def set_default(self, key: str, value: str) -> str:
        """Put ``value`` where nothing stands, and return what stands."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing to tell Telegram: its ``name`` in our notes, the ``content`` that differs when it must be told anew (""
    for what was taken back), and the call."""

    name: str
    content: str
    tell: Callable[[], Awaitable[Any]]

    @property
    def mark(self) -> str:
        """What our notes keep of the content."""
        return hashlib.sha256(self.content.encode()).hexdigest()[:16] if self.content else ""


class Menu:
    """Tells Telegram the lists of commands and the bot's descriptions, in each language; only what has changed since.

    ``language`` is shown to those who speak none of ours. ``bot_admins`` are offered their commands in their private
    chats with the bot: those of the moment, where it is a view.
    """

    def __init__(
        self,
        bot: Bot,
        notebook: Notebook,
        clock: Clock,
        offered: Offered,
        *,
        language: str = "en",
        bot_admins: Collection[str] = (),
    ) -> None:
        self._bot, self._notebook, self._clock, self._offered = bot, notebook, clock, offered
        self._language, self._admins = language, bot_admins

    async def refresh(self) -> bool:
        """Tell what changed; whether all is told. What Telegram refuses is logged, and tried at the next call."""
        name = f"{NOTE}:{self._bot.id}"
        known = _read(await self._notebook.get(name))
        settings = {setting.name: setting for setting in self._settings()}
        settings |= {gone: self._taken_back(gone) for gone in set(known) - set(settings) if gone.startswith(IN_CHAT)}
        told = True
        for setting in settings.values():
            if known.get(setting.name) == setting.mark:
                continue
            if not await self._tell(setting):
                told = False
                continue
            known[setting.name] = setting.mark
            await self._notebook.put(name, json.dumps({k: mark for k, mark in known.items() if mark}))
        return told

    def _settings(self) -> Iterator[Setting]:
        for code in ("", *languages()):
            yield from self._lists(code)
            yield from self._texts(code)
        yield Setting("button", "commands", lambda: self._bot.set_chat_menu_button(menu_button=MenuButtonCommands()))

    def _lists(self, code: str) -> Iterator[Setting]:
        for offered, scope in self._places():
            listed = [BotCommand(info.name, info.help[:HELP]) for info in self._offered(offered, code)]
            content = "\n".join(f"{each.command} {each.description}" for each in listed)
            tell = _call(self._bot.set_my_commands, listed, scope=scope, language_code=code or None)
            yield Setting(f"commands {_name(scope)} {code}", content, tell)

    def _places(self) -> Iterator[tuple[Scope, BotCommandScope]]:
        """https://core.telegram.org/bots/api#botcommandscope"""
        yield "private", BotCommandScopeDefault()
        yield "private", BotCommandScopeAllPrivateChats()
        yield "group", BotCommandScopeAllGroupChats()
        yield "group_admin", BotCommandScopeAllChatAdministrators()
        for admin in self._admins:
            yield "bot_admin", BotCommandScopeChat(int(admin))

    def _taken_back(self, name: str) -> Setting:
        """A list in the private chat of somebody who is no admin of the bot any more."""
        chat_id, code = name.removeprefix(IN_CHAT).split(" ")
        scope = BotCommandScopeChat(int(chat_id))
        return Setting(name, "", _call(self._bot.delete_my_commands, scope=scope, language_code=code or None))

    def _texts(self, code: str) -> Iterator[Setting]:
        words = Words(code or self._language)
        description, about = words("telegram_description"), words("telegram_about")
        tell = _call(self._bot.set_my_description, description[:DESCRIPTION], language_code=code or None)
        yield Setting(f"description {code}", description, tell)
        tell = _call(self._bot.set_my_short_description, about[:ABOUT], language_code=code or None)
        yield Setting(f"about {code}", about, tell)

    async def _tell(self, setting: Setting) -> bool:
        while True:
            try:
                await setting.tell()
            except RetryAfter as error:
                if (wait := seconds(error)) > LONGEST_WAIT:
                    raise
                await self._clock.sleep(wait)
            except BadRequest as error:
                unmet = "chat not found" in error.message.lower()  # an admin who has not written to the bot yet
                log.log(logging.DEBUG if unmet else logging.WARNING, "%s: %s", setting.name, in_words(error))
                return False
            else:
                return True


def _call(method: Callable[..., Awaitable[Any]], *arguments: Any, **named: Any) -> Callable[[], Awaitable[Any]]:
    return lambda: method(*arguments, **named)


def _name(scope: BotCommandScope) -> str:
    return f"chat {scope.chat_id}" if isinstance(scope, BotCommandScopeChat) else scope.type


def _read(note: str | None) -> dict[str, str]:
    try:
        kept = json.loads(note or "{}")
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in kept.items()} if isinstance(kept, dict) else {}
