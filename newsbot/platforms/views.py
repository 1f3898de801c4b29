"""What the bot answers, free of any platform's markup: each platform renders these natively.

Text from outside (titles, snippets) travels as plain text in :class:`Span` and is escaped by the renderer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from newsbot.domain.models import Digest

Style = Literal["", "bold", "italic", "code", "mark", "muted"]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style; ``url`` makes it a link, ``command`` a command to tap."""

    text: str
    style: Style = ""
    url: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line or paragraph; ``heading`` for a title above what follows."""

    spans: tuple[Span, ...]
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """``action`` comes back when pressed (at most 60 bytes, see :mod:`newsbot.platforms.actions`), or ``url`` opens.

    ``hint`` is a longer description for screen readers and tooltips."""

    label: str
    action: str = ""
    url: str = ""
    hint: str = ""
    style: Literal["", "primary", "danger"] = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list: an article found, a subscription, a feed. ``lines`` stand below the title;
    ``buttons`` act on this entry. ``opener`` shows it by itself, with all that can be done with it: it stands for
    ``buttons`` where those have no room beside the entry."""

    title: tuple[Span, ...]
    lines: tuple[tuple[Span, ...], ...] = ()
    buttons: tuple[Button, ...] = ()
    number: int | None = None
    image: str = ""
    opener: Button | None = None


@dataclass(frozen=True, slots=True)
class DigestBlock:
    """A digest shown as an answer (``/digest``, ``/latest``), as cards like those that are posted."""

    digest: Digest


Block = Paragraph | Item | DigestBlock


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that comes with an answer."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a form: ``value`` is what it holds already. ``choices`` are the values that it may have, each with
    its label; any text where there are none. ``needed``: it cannot stay empty."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    example: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """Up to five fields to fill in at once; what is sent off goes to :meth:`newsbot.platforms.commands.Desk.fill`."""

    name: str
    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a command or a press.

    ``edit``: put it in place of the message whose button was pressed. ``toast``: a short notice for the presser;
    with no blocks it is the whole answer. ``private``: only the asker should see it. ``error``: it is a refusal.
    ``forgotten``: all that is stored about the chat was deleted, and what the platform itself keeps of it must go too.
    ``ask``: the command ("follow", "search") that the person's next words complete: the platform makes room for them.
    ``onward``: an action for the asker's private chat with the bot; the platform shows a way there, as a button called
    ``onward_label``. ``attachment``: a file that comes with it. ``form``: fields to fill in, where the platform has
    such; the rest of the answer is for when it is too late to show them. ``language``: of its words, "" where that is
    not known.
    """

    blocks: tuple[Block, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    edit: bool = False
    toast: str = ""
    private: bool = False
    error: bool = False
    forgotten: bool = False
    ask: str = ""
    onward: str = ""
    onward_label: str = ""
    attachment: Attachment | None = None
    form: Form | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """One suggestion while a command is typed: ``value`` replaces the argument, ``label`` and ``detail`` are shown."""

    value: str
    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Cards:
    """A page of stories to choose from while typing, each as a digest of one.

    ``offset`` is of the next page, at most 64 bytes, "" when this is the last. ``personal``: somebody else would get
    other ones. ``failed``: there is no answer for this person just now, and nobody may take it for one.
    """

    digests: tuple[Digest, ...] = ()
    offset: str = ""
    personal: bool = False
    failed: bool = False


Scope = Literal["private", "group", "group_admin", "bot_admin"]
"""Where a list of commands is shown: in private chats, to the members of shared ones, to their admins, and to the bot's
own admins in their private chats."""


@dataclass(frozen=True, slots=True)
class CommandInfo:
    """A command as a platform lists it: ``usage`` is "/follow TOPIC", ``admin`` for bot admins only."""

    name: str
    usage: str
    help: str
    example: str = ""
    admin: bool = False
    arguments: tuple[str, ...] = field(default=())
