"""A chat's settings: what they are, with the defaults behind them, and changing one."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from newsbot.domain.models import Chat, ChatSettings, QuietHours
from newsbot.domain.schedule import next_due, parse_time
from newsbot.errors import BadRequest
from newsbot.newsdesk.asking import Asker, must_run_chat
from newsbot.newsdesk.languages import is_language, spoken
from newsbot.newsdesk.subscribing import read_when
from newsbot.newsdesk.tools import Tools

MOST_ITEMS = 30
MOST_POSTS = 100
_ON = frozenset({"on", "yes", "true", "1", "show"})
_OFF = frozenset({"off", "no", "false", "0", "none", "hide"})
_ANY = frozenset({"all", "any", "*", "default"})


@dataclass(frozen=True, slots=True)
class Effective:
    """A chat's settings (``chosen``) and what holds where it chose nothing."""

    chosen: ChatSettings
    effective: ChatSettings


class NoSuchZone(BadRequest):
    """No time zone has the name; ``near`` are some that look like it."""

    def __init__(self, text: str, near: list[str]) -> None:
        self.text = text
        self.near = near
        super().__init__("no_timezone", text=text)


class Settling:
    """Reads and changes the settings of chats."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def may(self, asker: Asker) -> None:
        """Raises Forbidden unless the asker may change the chat's settings."""
        must_run_chat(asker)

    async def of(self, asker: Asker) -> ChatSettings:
        """What the asker's chat chose."""
        return (await self._tools.known(asker)).settings

    async def get(self, asker: Asker) -> Effective:
        """What the chat chose and what holds."""
        chat = await self._tools.known(asker)
        return self._effective(chat, chat.settings)

    async def change(self, asker: Asker, name: str, value: str) -> Effective:
        """Set one of :data:`NAMES` from text; "default" takes the choice back.

        Raises Forbidden, BadRequest with a sentence for what is no such setting or value.
        """
        must_run_chat(asker)
        reader = _READERS.get(name)
        if reader is None:
            raise BadRequest("no_setting", name=name, names=", ".join(names_for(asker)))
        chat = await self._tools.here(asker)
        value = value.strip()
        changes = _DEFAULT[name] if value.lower() == "default" else reader(value, self._tools)
        settings = replace(chat.settings, **changes)
        await self._tools.storage.chats.set_settings(chat.id, settings)
        if name == "timezone":
            await self._reschedule(chat.id, settings)
        if name in {"timezone", "quiet", "limit"}:
            await self._tools.recall_due(chat.id)
        return self._effective(chat, settings)

    async def _reschedule(self, chat_id: int, settings: ChatSettings) -> None:
        """Eight o'clock is another moment now: move what is scheduled."""
        zone = ZoneInfo(settings.timezone or self._tools.rules.defaults.timezone)
        for order in await self._tools.storage.chats.subscriptions(chat_id):
            due = next_due(order.when, zone, self._tools.now())
            if due is not None:
                await self._tools.storage.chats.update_subscription(
                    order.id, when=order.when, next_due=due, paused=order.paused
                )

    def _effective(self, chat: Chat, chosen: ChatSettings) -> Effective:
        defaults = self._tools.rules.defaults
        return Effective(
            chosen,
            replace(
                chosen,
                when=chosen.when or defaults.when,
                timezone=chosen.timezone or defaults.timezone,
                language=self._tools.language(replace(chat, settings=chosen)),
                images=defaults.images if chosen.images is None else chosen.images,
                max_items=chosen.max_items or defaults.max_items,
                ceiling=defaults.ceiling if chosen.ceiling is None else chosen.ceiling,
            ),
        )


def _when(value: str, _: Tools) -> Mapping[str, Any]:
    return {"when": read_when(value)}


def _timezone(value: str, _: Tools) -> Mapping[str, Any]:
    return {"timezone": find_zone(value)}


def _quiet(value: str, _: Tools) -> Mapping[str, Any]:
    if value.lower() in _OFF:
        return {"quiet": None}
    plain = value.replace("–", "-").replace(" to ", "-")
    start, __, end = plain.partition("-" if "-" in plain else " ")
    try:
        return {"quiet": QuietHours(parse_time(start), parse_time(end))}
    except ValueError as error:
        raise BadRequest("no_quiet", text=value) from error


def _language(value: str, tools: Tools) -> Mapping[str, Any]:
    wanted = spoken(value, tools.rules.languages)
    if not wanted:
        raise BadRequest("no_language", text=value, languages=", ".join(tools.rules.languages))
    return {"language": wanted}


def _languages(value: str, _: Tools) -> Mapping[str, Any]:
    if value.lower() in _ANY:
        return {"languages": ()}
    codes = [code.lower() for code in value.replace(",", " ").split()]
    if not codes or len(codes) > 20 or any(not (2 <= len(c) <= 3 and c.isascii() and c.isalpha()) for c in codes):
        raise BadRequest("no_languages", text=value)
    if unknown := [code for code in codes if not is_language(code)]:
        raise BadRequest("no_such_language", text=", ".join(unknown))
    return {"languages": tuple(dict.fromkeys(codes))}


def _switch(field: str) -> Callable[[str, Tools], Mapping[str, Any]]:
    def read(value: str, _: Tools) -> Mapping[str, Any]:
        if value.lower() not in _ON | _OFF:
            raise BadRequest("no_switch", name=field, text=value)
        return {field: value.lower() in _ON}

    return read


def _items(value: str, _: Tools) -> Mapping[str, Any]:
    return {"max_items": _number(value, MOST_ITEMS, "no_items")}


def _limit(value: str, _: Tools) -> Mapping[str, Any]:
    return {"ceiling": 0 if value.lower() in _OFF | _ANY else _number(value, MOST_POSTS, "no_limit")}


def _number(value: str, most: int, refusal: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value[:6]) <= most):
        raise BadRequest(refusal, most=most)
    return int(value)


def _threads(value: str, _: Tools) -> Mapping[str, Any]:
    if value.lower() not in {"story", "day"}:
        raise BadRequest("no_threads", text=value)
    return {"threads": value.lower()}


_READERS: Mapping[str, Callable[[str, Tools], Mapping[str, Any]]] = {
    "when": _when,
    "timezone": _timezone,
    "quiet": _quiet,
    "language": _language,
    "languages": _languages,
    "compact": _switch("compact"),
    "images": _switch("images"),
    "silent": _switch("silent"),
    "items": _items,
    "limit": _limit,
    "threads": _threads,
    "publish": _switch("publish"),
    "developments": _switch("developments"),
}
NAMES = tuple(_READERS)
_DEFAULT: Mapping[str, Mapping[str, Any]] = {
    "when": {"when": None},
    "timezone": {"timezone": None},
    "quiet": {"quiet": None},
    "language": {"language": None},
    "languages": {"languages": ()},
    "compact": {"compact": False},
    "images": {"images": None},
    "silent": {"silent": False},
    "items": {"max_items": None},
    "limit": {"ceiling": None},
    "threads": {"threads": "story"},
    "publish": {"publish": True},
    "developments": {"developments": True},
}


def names_for(asker: Asker) -> tuple[str, ...]:
    """Those of :data:`NAMES` that mean something in the asker's chat: only forums have threads to open, and only a
    community's channels can be followed by other communities."""
    only = {"threads": asker.chat_kind == "forum", "publish": asker.chat_kind == "channel" and bool(asker.server)}
    return tuple(name for name in NAMES if only.get(name, True))


@functools.cache
def zone_names() -> tuple[str, ...]:
    """Every time zone's IANA name, those by area and city first."""
    return tuple(sorted(available_timezones(), key=_plainness))


def find_zone(text: str) -> str:
    """The IANA name of a time zone: any case, blanks for underscores, a city alone, or hours from UTC ("+3", "UTC+3").

    Raises NoSuchZone with names that look like it.
    """
    if hours := _OFFSET.fullmatch(text.strip().upper().replace("−", "-")):
        return _at_offset(text, hours)
    names = zone_names()
    wanted = text.strip().replace(" ", "_").casefold()
    by_name = {name.casefold(): name for name in names}
    if wanted not in by_name:
        cities = {name.rpartition("/")[2].casefold(): name for name in reversed(names)}
        if wanted in cities:
            return cities[wanted]
        near = [cities[city] for city in difflib.get_close_matches(wanted, cities, n=3, cutoff=0.7)]
        raise NoSuchZone(text, near)
    try:
        ZoneInfo(by_name[wanted])
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise NoSuchZone(text, []) from error
    return by_name[wanted]


_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])\s*(\d{1,2})(?::?(00|30|45))?")
_BETWEEN = {"+3:30": "Asia/Tehran", "+4:30": "Asia/Kabul", "+5:30": "Asia/Kolkata", "+5:45": "Asia/Kathmandu",
            "+6:30": "Asia/Yangon", "+9:30": "Australia/Darwin"}  # fmt: skip


def _at_offset(text: str, found: re.Match[str]) -> str:
    """The zone so far from UTC. Those of whole hours are named by the opposite sign
    (https://data.iana.org/time-zones/theory.html#naming). Raises NoSuchZone."""
    sign, hours, minutes = found[1], int(found[2]), found[3] or "00"
    name = (
        f"Etc/GMT{'-' if sign == '+' else '+'}{hours}" if minutes == "00" else _BETWEEN.get(f"{sign}{hours}:{minutes}")
    )
    if name not in zone_names():
        raise NoSuchZone(text, [])
    return "UTC" if hours == 0 else name or ""


def zone_label(name: str) -> str:
    """A time zone as it is shown: "UTC+3" for "Etc/GMT-3", any other by its name."""
    found = re.fullmatch(r"Etc/GMT([+-])(\d+)", name)
    return f"UTC{'-' if found[1] == '+' else '+'}{found[2]}" if found else name


def _plainness(name: str) -> tuple[bool, str]:
    """Names by area and city before the database's legacy aliases ("US/Pacific", "posix/…")."""
    area = name.partition("/")[0]
    areas = {"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
    return area not in areas, name
