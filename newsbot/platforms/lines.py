"""What people type, made fit to be read."""

from __future__ import annotations

from newsbot.platforms.table import ALIASES

LONGEST = 1000  # characters of a command that are read


def clean(text: str) -> str:
    """What a person typed, within bounds: no lone surrogates, no NUL, one blank where there were many, and no word
    joiners, which come along when a name is copied out of a post of ours."""
    known = text[: LONGEST * 2].encode("utf-8", "replace").decode().replace("\0", " ").replace("\u2060", "")
    return " ".join(known.split())[:LONGEST]


def half_typed(text: str) -> str:
    """The same for a line that is not finished: a blank at its end says that a word is."""
    return clean(text) + (" " if text[-1:].isspace() and text.strip() else "")


def split(text: str) -> tuple[str, str]:
    """The command's name ("" for plain text) and the rest; ``/search@our_bot x`` is ``search``, ``/lang de`` is
    ``settings`` with ``language de``."""
    if not text.startswith("/"):
        return "", text
    typed, _, rest = text[1:].partition(" ")
    name = typed.partition("@")[0].lower() or "help"
    known, _, first = ALIASES.get(name, name).partition(" ")
    return known, f"{first} {rest}".strip()
