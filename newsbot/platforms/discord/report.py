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
from newsbot.platforms.discord.message import (
    MENU,
    Box,
    Choice,
    Inner,
    Key,
    Keys,
    Menu,
    Outgoing,
    Text,
    custom_id,
    payload,
)
from newsbot.platforms.discord.permissions import MANAGE, MENTION, POSTABLE, THREADS, Lack, Sort, Written, label, where
from newsbot.platforms.discord.spelling import Ids, Speller
from newsbot.platforms.views import Button, Paragraph, Span

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
TAG = 20  # characters: https://docs.discord.com/developers/resources/channel#forum-tag-object
MONDAY = datetime(2024, 1, 1, tzinfo=UTC)  # any will do: only its day of the week is told
_GOOD, _BAD, _NEITHER = "\u2705", "\u274c", "\u26a0\ufe0f"
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

    ``tags``: a forum's that anybody may set, with ``names`` of what may come that could be ones; ``needs_tag``: it
    wants one on every post. ``invite``: an address at which an admin gives the bot what is missing. ``often``: the
    time that ``offers`` subscribe for. ``ids``: the commands'. ``hidden``: it is a private thread in which the bot is
    not. ``turn``: another number each time, so that in the place of an earlier report every menu may be used anew.
    """

    channel: str
    place: str
    check: Check | None
    tags: tuple[str, ...] = ()
    needs_tag: bool = False
    names: tuple[str, ...] = ()
    invite: str = ""
    offers: tuple[Offer, ...] = ()
    often: str = TIMES[0]
    ids: Ids = field(default_factory=dict)
    hidden: bool = False
    turn: int = 0


def report(words: Words, found: Findings) -> dict[str, Any]:
    """The message, for the one who asked."""
    check = found.check
    if check is None:
        said = words("setup_private_thread") if found.hidden else words("setup_unseen")
        parts: tuple[Inner | Box, ...] = (Text(said),)
    elif check.well:
        parts = (Box(_said(words, found, check), _WELL), *_next(words, found))
    else:
        parts = (Box((*_said(words, found, check), _mending(words, found, check)), _NOT),)
    return _finished(words, payload(Outgoing(parts), place=found.place), found.turn)


def nowhere(words: Words, channel: str, turn: int = 0) -> dict[str, Any]:
    """Nothing can be posted in this channel: choose another."""
    body = payload(Outgoing((Text(words("setup_nowhere", place=f"<#{channel}>")),)))
    return _finished(words, body, turn)


# --- what is there and what is missing -------------------------------------------------------------


def _said(words: Words, found: Findings, check: Check) -> tuple[Inner, ...]:
    """The verdict, then each permission; what is there in one line."""
    title = f"### {words('setup_title', place=f'<#{found.channel}>')}"
    verdict = f"{_GOOD} {words('setup_well')}" if check.well else ""
    if check.missing:
        verdict = words("setup_missing", n=len(check.missing))
    given = [f"**{label(words, permission, check.sort)}**" for permission, lack, _ in check.rows if lack is None]
    lacking = [_row(words, check, lack, needed) for _, lack, needed in check.rows if lack is not None]
    troubles = [f"{_BAD} {trouble}" for trouble in troubled(words, check)]
    after = _of_kind(words, found) if check.well else [f"-# {words('setup_watching')}"]
    rows = (*lacking, *troubles, f"{_GOOD} {' · '.join(given)}" if given else "")
    return (Text("\n".join(filter(None, (title, verdict, *rows, *after)))),)


def _row(words: Words, check: Check, lack: Lack, needed: bool) -> str:
    permission = lack.permission
    name, path = f"**{label(words, permission, check.sort)}**", where(words, lack, check.sort)
    if needed:
        return f"{_BAD} {name}\n-# {path}"
    apart = permission == THREADS and check.sort == "forum"
    reason = words("setup_wish_threads_forum") if apart else words(f"setup_wish_{permission.name}")
    wish = f"{_NEITHER} {name} – {reason}"
    return wish if permission == MENTION else f"{wish}\n-# {path}"  # few admins give that to a bot


def troubled(words: Words, check: Check, *, written: Written = escape) -> list[str]:
    """What keeps the bot from posting besides permissions; as markdown, unless ``written`` otherwise."""
    manage = label(words, MANAGE, check.sort, written=written)
    said = {
        "locked": lambda: words("setup_trouble_locked", permission=manage),
        "private": lambda: words("setup_trouble_private"),
        "tags": lambda: words("setup_trouble_tags"),
    }
    return [said[trouble]() for trouble in check.troubles]


def warning(words: Words, check: Check, place: str, channel: str) -> tuple[tuple[Paragraph, ...], Button] | None:
    """That nothing can be posted yet in the channel with this id, called ``place``: what is missing, where to click,
    and the button that looks again. None where all is well."""
    if check.well:
        return None
    said = [words("setup_warning", place=place, n=len(check.missing))] if check.missing else []
    said += troubled(words, check, written=str)
    rows = [Paragraph((Span(f"{_NEITHER} {each}"),)) for each in said]
    for lack in check.missing:
        name, path = (say(words, lack, check.sort) for say in (_plain, _path))
        rows.append(Paragraph((Span(f"{_BAD} "), Span(name, "bold"), Span(f" – {path}", "muted"))))
    return tuple(rows), Button(words("setup_again_button"), f"{LOOK}:{channel}", style="primary")


def _plain(words: Words, lack: Lack, sort: Sort) -> str:
    return label(words, lack.permission, sort, written=str)


def _path(words: Words, lack: Lack, sort: Sort) -> str:
    return where(words, lack, sort, written=str)


def _of_kind(words: Words, found: Findings) -> list[str]:
    """What is special in announcement channels and forums."""
    if found.check is not None and found.check.sort == "news":
        return [words("setup_announcements")]
    if found.check is None or found.check.sort != "forum":
        return []
    ours = matching(found.tags, found.names)
    if ours:
        tags = words("setup_tags", tags=_listed(ours))
    else:
        tags = words("setup_tags_none", names=_listed([each[:TAG] for each in found.names])) if found.names else ""
    first = words("setup_tag_first", tag=escape(found.tags[0])) if found.needs_tag and found.tags else ""
    command = Speller(words, found.ids).markdown("channel settings")
    return [words("setup_forum", command=command), *filter(None, [tags, first])]


def matching(tags: Iterable[str], names: Iterable[str]) -> list[str]:
    """Those of a forum's tags that a category or a topic is called like, in whatever case, as far as a tag goes."""
    known = {name[:TAG].strip().casefold() for name in names}
    return [tag for tag in tags if tag.strip().casefold() in known]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(escape(name) for name in names[:MOST_NAMES]) + ("…" if len(names) > MOST_NAMES else "")


def _mending(words: Words, found: Findings, check: Check) -> Keys:
    again = Key(words("setup_again_button"), f"{LOOK}:{found.channel}", style="primary")
    return Keys((again, *_granting(words, found, check)))


def _granting(words: Words, found: Findings, check: Check) -> tuple[Key, ...]:
    """A key to where Discord gives the bot's own role what it lacks; none where that would not help."""
    by_roles = any(lack.cause == "roles" and lack.permission != MENTION for lack in check.lacks)
    helps = by_roles or (bool(check.missing) and not check.role)
    return (Key(words("setup_grant_button"), url=found.invite),) if helps and found.invite else ()


# --- what comes next -------------------------------------------------------------------------------


def _next(words: Words, found: Findings) -> tuple[Inner, ...]:
    what = tuple(Choice(o.label[:100], o.action, o.detail[:100]) for o in found.offers)
    often = tuple(
        Choice(often_label(words, time), f"{OFTEN}:{found.channel}:{time}", chosen=time == found.often)
        for time in TIMES
    )
    settings = Key(words("welcome_settings_button"), short("c", "/settings"))
    topics = Key(words("welcome_topics_button"), short("c", "/topics"))
    posts = Key(f"{words('setting_threads')}…", short("se", "threads"))
    is_forum = found.check is not None and found.check.sort == "forum"
    granting = _granting(words, found, found.check) if found.check else ()
    menus = (Menu(what, words("setup_what")), Menu(often, words("setup_when")))
    return (*(menus if what else ()), Keys((settings, *((posts,) if is_forum else ()), topics, *granting)))


def often_label(words: Words, text: str) -> str:
    """A time to post: "Daily 08:00"."""
    when = parse_when(text)
    day = MONDAY + timedelta(days=when.weekday)
    return words(f"when_button_{when.kind}", at=f"{when.at:%H:%M}", day=day, weekday=WEEKDAYS[when.weekday])


def _finished(words: Words, body: dict[str, Any], turn: int) -> dict[str, Any]:
    """With the list of channels. Every list is another one than in the ``turn`` before: of the same, clients do not
    send a choice that is made already (https://github.com/discord/discord-api-docs/issues/4801)."""
    rows = [row for row in body["components"] if row["type"] == 1]
    menus = [part for row in rows for part in row["components"] if part["type"] == 3]
    for n, menu in enumerate(menus):
        menu["custom_id"] = custom_id(MENU, turn=turn + n)
    body["components"].append(_channels(words, turn))
    return body


def _channels(words: Words, turn: int) -> dict[str, Any]:
    """A list of the server's channels: https://docs.discord.com/developers/components/reference#channel-select"""
    select = {
        "type": 8,
        "custom_id": custom_id(LOOK, turn=turn),
        "placeholder": words("setup_channel"),
        "channel_types": list(POSTABLE),
    }
    return {"type": 1, "components": [select]}
