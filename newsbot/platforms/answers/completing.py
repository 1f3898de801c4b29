"""Suggestions for a half-typed line: first the commands, then what their arguments may be."""

from __future__ import annotations

from collections.abc import Sequence

from newsbot.newsdesk.settling import names_for, zone_names
from newsbot.platforms.answers.ordering import TIMES, label_of
from newsbot.platforms.answers.settings import ITEMS, LANGUAGES, POSTS, QUIET, ZONES
from newsbot.platforms.answers.visit import Visit
from newsbot.platforms.views import CommandInfo, Completion

MOST = 25  # Discord shows no more
PERIODS = ("12h", "day", "3d", "week", "month")
VALUES: dict[str, Sequence[str]] = {
    "when": TIMES,
    "quiet": (*QUIET, "off"),
    "languages": ("all", *LANGUAGES),
    "items": ITEMS,
    "limit": (*POSTS, "off"),
    "compact": ("on", "off"),
    "images": ("on", "off"),
    "silent": ("on", "off"),
    "publish": ("on", "off"),
    "developments": ("on", "off"),
    "threads": ("story", "day"),
}

Offer = tuple[str, str]
"""What to type, and a word about it."""


async def complete(visit: Visit, text: str, commands: Sequence[CommandInfo]) -> list[Completion]:
    """Up to 25 whole lines that ``text`` may become: a command, or one with its next argument."""
    if not text.startswith("/"):
        return []
    name, blank, typed = text[1:].partition(" ")
    if not blank:
        near = [c for c in commands if c.name.startswith(name.lower())]
        return [Completion(f"/{c.name}" + (" " if c.arguments else ""), c.usage, c.help) for c in near][:MOST]
    command = next((c for c in commands if c.name == name.lower()), None)
    if command is None:
        return []
    head, rest = "", typed.lstrip()
    for kind in command.arguments:
        offers = await offered(visit, kind, head, commands)
        fitting = [o for o in offers if _fits(o, rest) and o[0].casefold() != rest.casefold()]
        done = _done(offers, rest)
        if fitting and not done:
            return [Completion(f"/{command.name} {head}{value}", value, about) for value, about in fitting][:MOST]
        if not done:
            return []
        head, rest = head + rest[: len(done)] + " ", rest[len(done) :].lstrip()
    return []


def _fits(offer: Offer, rest: str) -> bool:
    """Whether a word of what is offered begins with what was typed."""
    return f" {rest.casefold()}" in f" {offer[0].casefold()} {offer[1].casefold()}"


def _done(offers: Sequence[Offer], rest: str) -> str:
    """The offer that was typed in full and left behind with a blank; "" for none."""
    whole = [value for value, _ in offers if f"{rest} ".casefold().startswith(f"{value} ".casefold())]
    longest = max(whole, key=len, default="")
    return longest if len(rest) > len(longest) else ""


async def offered(visit: Visit, kind: str, head: str, commands: Sequence[CommandInfo]) -> list[Offer]:
    """All that an argument of this kind may be, after the arguments ``head``."""
    match kind:
        case "command":
            return [(c.name, c.help) for c in commands]
        case "what":
            names = await visit.newsdesk.naming.names(visit.asker)
            return [(c.handle, label_of(visit, c.what, c.label)) for c in names.choices]
        case "when" | "period":
            return [(text, "") for text in (TIMES if kind == "when" else PERIODS)]
        case "subscription":
            orders = await visit.newsdesk.subscribing.all(visit.asker)
            return [(o.label, visit.often(o.when)) for o in orders]
        case "topic" | "followed":
            return await _topics(visit, followed=kind == "followed")
    return values(visit, kind, head.strip())


def values(visit: Visit, kind: str, head: str) -> list[Offer]:
    """The settings' names, or the values of the one that is named ``head``; nothing for any other kind."""
    if kind == "setting":
        return [(name, visit.words(f"setting_{name}")) for name in names_for(visit.asker)]
    return _values(visit, head) if kind == "value" else []


async def _topics(visit: Visit, *, followed: bool) -> list[Offer]:
    rows = await visit.newsdesk.following.topics(visit.asker)
    return [(row.topic.name, "") for row in rows if (row.subscription is not None) is followed]


def _values(visit: Visit, name: str) -> list[Offer]:
    if name == "timezone":
        names = dict.fromkeys((*ZONES, *zone_names()))
        return [(zone, zone.rpartition("/")[2].replace("_", " ")) for zone in names]
    values = visit.newsdesk.rules.languages if name == "language" else VALUES.get(name, ())
    return [(value, "") for value in values]
