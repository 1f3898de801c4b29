"""What somebody asks for, by a command or by an old button: its name, and what follows from that. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from newsbot.platforms.actions import Action
from newsbot.platforms.commands import split
from newsbot.platforms.discord.message import MENU, Aim, read
from newsbot.platforms.views import Paragraph, Reply

SHARE = "sh"
"""The verb of the key that shows an answer to all; after it comes the action that gives the answer."""
DOOR = "dm"
"""The verb of the key that tries again whether a person takes private messages."""

PROMPTS = frozenset({"follow", "search"})
"""The commands whose argument a form asks for."""
SHARED = frozenset({
    "search", "latest", "digest", "sources", "subscriptions", "s", "st", "so", "lk", "tl", "mo", "dr",
})  # fmt: skip
"""The commands and verbs whose answers may be shown to all: searches, lists and digests."""
RESULTS = frozenset({"search", "latest", "digest", "subscriptions", "s", "mo", "dr"})
"""Of these, the ones that show nothing but words of the asker's where nothing was found."""
DELIVERED = frozenset({"follow", "subscribe", "import", "fo", "fa", "sa", "sp"})
"""Those after which something may come to the asker's private chat that never came there before."""
SETTINGS = frozenset({"settings", "se", "sv"})
"""Those that show settings."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A command by its name or a button by its verb, with what comes after it; ``action`` asks for the same again."""

    name: str
    rest: tuple[str, ...] = ()
    action: tuple[str, ...] = ()


def of_line(line: str) -> Asked:
    """What a typed line asks for; plain words are a search."""
    name, rest = split(line)
    return Asked(name or "search", (rest,) if rest else (), ("c", line if name else f"/search {line}"))


def of_action(action: Action | None) -> Asked:
    """What a button asks for; one that carries a command, what the command does."""
    if action is None:
        return Asked("")
    if action.verb == "c":
        return of_line("".join(action.arguments[:1]))
    return Asked(action.verb, action.arguments, (action.verb, *action.arguments))


def is_to_show(asked: Asked, reply: Reply) -> bool:
    """Whether the answer may be shown to all: not where nothing was found, for then it says what anybody likes in the
    bot's name."""
    if asked.name not in SHARED or reply.error:
        return False
    found = any(not isinstance(block, Paragraph) for block in reply.blocks)
    return found or (bool(reply.blocks) and asked.name not in RESULTS)


def query_of(asked: Asked) -> str:
    """The words that a search was for; "" for anything else."""
    if asked.name == "search":
        return "".join(asked.rest[:1])
    return asked.rest[2] if asked.name == "s" and len(asked.rest) > 2 else ""


def pressed(custom_id: str, values: list[str]) -> Aim:
    """What a button asks for, or the entry that was chosen from a menu. Empty for what is none of ours."""
    aim = read(custom_id)
    if aim.action != MENU:
        return aim
    return read(values[0]) if values else Aim()
