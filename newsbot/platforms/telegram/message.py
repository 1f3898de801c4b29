"""A message as it is to be sent, and the addresses of chats. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from newsbot.domain.models import ChatKey

PLATFORM = "telegram"


@dataclass(frozen=True, slots=True)
class Key:
    """One button of an inline keyboard: ``data`` comes back when it is pressed (1 to 64 bytes), or ``url`` opens.

    https://core.telegram.org/bots/api#inlinekeyboardbutton
    """

    label: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message: Telegram's HTML, the rows of its keyboard, and the web address of a picture that the preview shows
    above the text ("" for no preview).

    ``ask``: the person's next message is wanted; the text is the hint in their empty input field
    (https://core.telegram.org/bots/api#forcereply), and then there are no ``keys``.
    """

    html: str
    keys: tuple[tuple[Key, ...], ...] = ()
    picture: str = ""
    ask: str = ""


def address(key: ChatKey) -> tuple[int | str, int | None]:
    """A chat's ``chat_id`` (a number, or "@name" as an admin wrote it into the config) and ``message_thread_id``."""
    native: int | str = key.native if key.native.startswith("@") else int(key.native)
    return native, int(key.thread) if key.thread else None


def key(chat_id: int, thread_id: int | None = None) -> ChatKey:
    """The address of a chat, or of a topic of a forum. General, whose messages carry no thread, is the chat itself."""
    return ChatKey(PLATFORM, str(chat_id), str(thread_id) if thread_id else "")


def is_shared(key: ChatKey) -> bool:
    """Whether more than one person is there: groups and channels have negative numbers, people positive ones."""
    return key.native.startswith(("-", "@"))
