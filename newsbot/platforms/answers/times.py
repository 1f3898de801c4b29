"""Times to post and periods as people say them: in the words that the bot shows in any of its languages."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta

from newsbot.domain.models import When
from newsbot.domain.schedule import WEEKDAYS, parse_time, parse_when
from newsbot.errors import BadRequest
from newsbot.locales import Words, languages
from newsbot.newsdesk.reading import read_period
from newsbot.platforms.answers.visit import Visit, brief
from newsbot.platforms.views import Reply

MORNING, DAILY = time(8), "daily 08:00"
_AT = "¤"
_ISOLATES = re.compile("[\u2066-\u2069]")
_CLOCK = re.compile(r"(\d{1,2}(?:[:.h]\d\d)?\s*(?:[ap]\.?m\.?)?)[^\d]{0,8}", re.IGNORECASE)
_NAMES = {
    "h": "stunde stunden час часа часов 小时 hora horas ساعة ساعات घंटा घंटे घंटों",
    "d": "tag tage tagen день дня дней сутки 天 日 día días dia dias يوم أيام दिन दिनों",
    "w": "woche wochen неделя неделю недели недель 周 星期 semana semanas أسبوع أسابيع हफ़्ता हफ्ता हफ़्ते हफ्ते सप्ताह",
    "m": "monat monate monaten месяц месяца месяцев 月 个月 mes mês meses شهر أشهر महीना महीने",
}
_UNITS: Mapping[str, str] = {name: unit for unit, names in _NAMES.items() for name in names.split()}


class NoTime(BadRequest):
    """``text`` was given as a time to post, and is none."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__("no_when", text=text)


async def no_time(visit: Visit, error: NoTime, line_: str) -> Reply:
    """That it is none, and the same command with a time that is one."""
    meant = visit.words("search_meant", text=DAILY)
    instead = await visit.button(meant, "c", f"{line_} {DAILY}", primary=True)
    return Reply((visit.say(error.key, text=brief(error.text)),), buttons=((instead,),), error=True)


def read_when(text: str) -> When:
    """A time to post: "daily 08:00", "8pm", "täglich 7:30", "по понедельникам 9". Raises NoTime."""
    try:
        return parse_when(text)
    except ValueError as error:
        found = _heard(" ".join(text.casefold().split()))
        if found is None:
            raise NoTime(text) from error
        return found


def read_span(text: str) -> timedelta:
    """A period: "12h", "3 days", "Woche". Raises BadRequest for what is none."""
    found = re.fullmatch(r"(\d{0,4})\s*(\D+)", text.casefold().strip())
    unit = _UNITS.get(found[2].strip()) if found else None
    period = read_period(f"{found[1] or 1}{unit}" if found and unit else text.strip())
    if period is None:
        raise BadRequest("no_period")
    return period


def period_of(visit: Visit, period: timedelta) -> str:
    """ "the last 3 days"."""
    hours = round(period.total_seconds() / 3600)
    if hours % 24:
        return visit.words("period_hours", n=hours)
    return visit.words("period_days", n=hours // 24)


def spelled(period: timedelta) -> str:
    """A period as it is typed: "72h"."""
    return f"{round(period.total_seconds() / 3600)}h"


def _heard(said: str) -> When | None:
    for before, after, when in _spoken():
        if before and said == before.strip():
            return when
        if when.kind in {"daily", "weekly"} and before and said.startswith(before):
            clock = _CLOCK.fullmatch(said.removeprefix(before).removesuffix(after).strip())
            if clock:
                return _at(when, clock[1])
    return None


def _at(when: When, clock: str) -> When | None:
    try:
        return When(when.kind, parse_time(clock), when.weekday)
    except ValueError:
        return None


@functools.cache
def _spoken() -> tuple[tuple[str, str, When], ...]:
    """What stands before and after the time of day in each way to say a time to post, in every language."""
    return tuple(found for code in languages() for found in _said_in(Words(code)))


def _said_in(words: Words) -> Iterator[tuple[str, str, When]]:
    days = [datetime(2024, 1, 1 + n, tzinfo=UTC) for n in range(7)]
    for key in ("when_", "when_button_"):
        yield _parted(words(f"{key}instant"), When())
        yield _parted(words(f"{key}hourly"), When("hourly"))
        yield _parted(words(f"{key}daily", at=_AT), When("daily", MORNING))
        for n, day in enumerate(days):
            said = words(f"{key}weekly", at=_AT, day=day, weekday=WEEKDAYS[n])
            yield _parted(said, When("weekly", MORNING, n))


def _parted(said: str, when: When) -> tuple[str, str, When]:
    before, _, after = _ISOLATES.sub("", said).casefold().partition(_AT)
    return " ".join(before.split()), " ".join(after.split()), when
