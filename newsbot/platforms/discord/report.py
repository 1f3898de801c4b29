"""What /setup shows: each permission with where to click, and what comes next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from newsbot.domain.schedule import WEEKDAYS, parse_when
from newsbot.locales import Words
from newsbot.platforms.actions import short
from newsbot.platforms.discord.checks import Check
from newsbot.platforms.discord.markdown import escape
from newsbot.platforms.discord.message import Box, Choice, Inner, Key, Keys, Menu, Outgoing, Text, custom_id, payload
from newsbot.platforms.discord.permissions import MANAGE, POSTABLE, Lack, label, where
from newsbot.platforms.discord.spelling import Ids, Speller

PREFIX = "setup:"
"""What the actions of a report's buttons and menus begin with: they are :class:`.setup.Setup`'s, not the desk's."""
START = f"{PREFIX}start"
"""A report on the channel where it is pressed, for the presser alone."""
LOOK = f"{PREFIX}look"
"""A report on the channel whose id follows, or is chosen."""
OFTEN = f"{PREFIX}often"
"""The same, with another time to be subscribed for."""
TIMES = ("instant", "hourly", "daily 08:00", "daily 18:00", "weekly mon 08:00")
MOST_NAMES = 8  # tags or names that are listed
MONDAY = datetime(2024, 1, 1, tzinfo=UTC)  # any will do: only its day of the week is told
_GOOD, _BAD, _NEITHER = "\u2705", "\u274c", "\u26aa"
_WELL, _NOT = 0x2E7D32, 0xC62828


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to subscribe to: the action that does it, and what people call it."""

    label: str
    action: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What there is to say of a channel. ``check`` None: it is not known. ``place``: as its address in a press.

    ``announces``: it is an announcement channel; ``tags``: a forum's that anybody may set, with ``names`` of what may
    come that could be ones. ``invite``: an address at which an admin gives the bot what is missing. ``often``: the time
    that ``offers`` subscribe for. ``ids``: the commands'.
    """

    channel: str
    place: str
    check: Check | None
    announces: bool = False
    tags: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    invite: str = ""
    offers: tuple[Offer, ...] = ()
    often: str = TIMES[0]
    ids: Ids = field(default_factory=dict)


def report(words: Words, found: Findings) -> dict[str, Any]:
    """The message, for the one who asked."""
    check = found.check
    if check is None:
        parts: tuple[Inner | Box, ...] = (Text(words("setup_unseen")),)
    elif check.well:
        parts = (Box(_said(words, found, check), _WELL), *_next(words, found))
    else:
        parts = (Box((*_said(words, found, check), _mending(words, found, check)), _NOT),)
    body = payload(Outgoing(parts), place=found.place)
    body["components"].append(_channels(words))
    return body


def nowhere(words: Words, channel: str) -> dict[str, Any]:
    """Nothing can be posted in this channel: choose another."""
    body = payload(Outgoing((Text(words("setup_nowhere", place=f"<#{channel}>")),)))
    body["components"].append(_channels(words))
    return body


# --- what is there and what is missing -------------------------------------------------------------


def _said(words: Words, found: Findings, check: Check) -> tuple[Inner, ...]:
    rows = [_row(words, check, *row) for row in check.rows]
    troubles = [f"{_BAD} {trouble}" for trouble in troubled(words, check)]
    title = f"### {words('setup_title', place=f'<#{found.channel}>')}"
    said = words("setup_well") if check.well else words("setup_missing", n=len(check.missing)) if check.missing else ""
    after = _of_kind(words, found) if check.well else [f"-# {words('setup_watching')}"]
    return (Text("\n".join(filter(None, (title, *rows, *troubles, said, *after)))),)


def _row(words: Words, check: Check, permission: Any, lack: Lack | None, needed: bool) -> str:
    name = f"**{label(words, permission, check.sort)}**"
    if lack is None:
        return f"{_GOOD} {name}"
    if needed:
        return f"{_BAD} {name}\n-# {where(words, lack, check.sort)}"
    return f"{_NEITHER} {name} – {words(f'setup_wish_{permission.name}')}\n-# {where(words, lack, check.sort)}"


def troubled(words: Words, check: Check) -> list[str]:
    """What keeps the bot out of a thread besides permissions."""
    manage = label(words, MANAGE, check.sort)
    said = {
        "locked": lambda: words("setup_trouble_locked", permission=manage),
        "private": lambda: words("setup_trouble_private"),
    }
    return [said[trouble]() for trouble in check.troubles]


def _of_kind(words: Words, found: Findings) -> list[str]:
    """What is special in announcement channels and forums."""
    if found.announces:
        return [words("setup_announcements")]
    if found.check is None or found.check.sort != "forum":
        return []
    ours = matching(found.tags, found.names)
    if ours:
        tags = words("setup_tags", tags=_listed(ours))
    else:
        tags = words("setup_tags_none", names=_listed(found.names)) if found.names else ""
    return [words("setup_forum", command=Speller(words, found.ids).markdown("channel settings")), *filter(None, [tags])]


def matching(tags: Iterable[str], names: Iterable[str]) -> list[str]:
    """Those of a forum's tags that a category or a topic is called like, in whatever case."""
    known = {name.casefold() for name in names}
    return [tag for tag in tags if tag.casefold() in known]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(escape(name) for name in names[:MOST_NAMES]) + ("…" if len(names) > MOST_NAMES else "")


def _mending(words: Words, found: Findings, check: Check) -> Keys:
    again = Key(words("setup_again_button"), f"{LOOK}:{found.channel}", style="primary")
    by_roles = not check.role or any(lack.cause == "roles" for lack in check.missing)
    return Keys((again, Key(words("setup_grant_button"), url=found.invite)) if by_roles and found.invite else (again,))


# --- what comes next -------------------------------------------------------------------------------


def _next(words: Words, found: Findings) -> tuple[Inner, ...]:
    what = tuple(Choice(o.label[:100], o.action, o.detail[:100]) for o in found.offers)
    often = tuple(
        Choice(often_label(words, time), f"{OFTEN}:{found.channel}:{time}", chosen=time == found.often)
        for time in TIMES
    )
    settings = Key(words("welcome_settings_button"), short("c", "/settings"))
    topics = Key(words("welcome_topics_button"), short("c", "/topics"))
    menus = (Text(words("setup_what")), Menu(what, words("setup_what")), Menu(often, words("setup_when")))
    return (*(menus if what else ()), Keys((settings, topics)))


def often_label(words: Words, text: str) -> str:
    """A time to post: "Daily 08:00"."""
    when = parse_when(text)
    day = MONDAY + timedelta(days=when.weekday)
    return words(f"when_button_{when.kind}", at=f"{when.at:%H:%M}", day=day, weekday=WEEKDAYS[when.weekday])


def _channels(words: Words) -> dict[str, Any]:
    """A list of the server's channels: https://docs.discord.com/developers/components/reference#channel-select"""
    select = {
        "type": 8,
        "custom_id": custom_id(LOOK),
        "placeholder": words("setup_channel"),
        "channel_types": list(POSTABLE),
    }
    return {"type": 1, "components": [select]}
