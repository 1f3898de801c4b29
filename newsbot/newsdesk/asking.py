"""Who asks, where, and what that allows. Rights are decided here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from newsbot.domain.models import ChatKey, ChatKind, Defaults
from newsbot.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Asker:
    """A person in a chat, as the platform vouches for them.

    ``private`` is where the bot may write to this person alone (the chat itself when it is private; None when
    the platform has not met them there). ``language`` is their client's, a BCP 47 tag or "". ``server`` is the native
    id of the community that the chat is part of, "" where there is none.
    """

    platform: str
    user_id: str
    chat: ChatKey
    is_chat_admin: bool = False
    is_bot_admin: bool = False
    chat_kind: ChatKind = "private"
    chat_title: str = ""
    private: ChatKey | None = None
    language: str = ""
    server: str = ""

    @property
    def private_chat(self) -> ChatKey | None:
        """Where this person can be written to alone; None when no such chat is known."""
        return self.chat if self.chat_kind == "private" else self.private


@dataclass(frozen=True, slots=True)
class Access:
    """Which chats may use the bot: entries are ``platform:id``, of a chat, a person, or a community with all its chats.
    ``deny`` beats everything, bot admins aside."""

    mode: Literal["open", "allowlist"] = "open"
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether everybody may use the bot."""
        return self.mode == "open" and not self.deny

    def admits(self, asker: Asker) -> bool:
        """Whether the asker's chat, or the asker by their own id, may use the bot."""
        whole = f"{asker.chat.platform}:{asker.chat.native}"
        names = {str(asker.chat), whole, f"{asker.platform}:{asker.user_id}"}
        names |= {f"{asker.platform}:{asker.server}"} if asker.server else set()
        if asker.is_bot_admin:
            return True
        if names & set(self.deny):
            return False
        return self.mode == "open" or bool(names & set(self.allow))


@dataclass(frozen=True, slots=True)
class Rules:
    """The config's say in what people ask: defaults for chats that chose nothing, and limits.

    ``languages`` are those that the bot speaks.
    """

    defaults: Defaults = field(default_factory=Defaults)
    languages: tuple[str, ...] = ("en",)
    subscriptions_per_chat: int = 100
    commands_per_minute: int = 20
    users_may_add_feeds: bool = True
    access: Access = field(default_factory=Access)


def by(asker: Asker) -> str:
    """The asker as the maker of a subscription: ``platform:user``."""
    return f"{asker.platform}:{asker.user_id}"


def admit(asker: Asker, access: Access) -> None:
    """Raises Forbidden when the chat may not use this bot at all."""
    if not access.admits(asker):
        raise Forbidden("forbidden_access", chat=str(asker.chat))


def may_run_chat(asker: Asker) -> bool:
    """Whether the asker may change the chat: anyone in private, else its admins (or the bot's)."""
    return asker.chat_kind == "private" or asker.is_chat_admin or asker.is_bot_admin


def must_run_chat(asker: Asker) -> None:
    """Raises Forbidden unless the asker may change the chat."""
    if not may_run_chat(asker):
        raise Forbidden("forbidden_server_admin" if asker.server else "forbidden_chat_admin")


def must_run_bot(asker: Asker) -> None:
    """Raises Forbidden unless the asker is an admin of the bot."""
    if not asker.is_bot_admin:
        raise Forbidden("forbidden_bot_admin")
