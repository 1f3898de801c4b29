"""One command or press on its way, and the small words that every answer uses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from newsbot.domain.models import ChatSettings, When
from newsbot.domain.plan import Held
from newsbot.domain.schedule import WEEKDAYS
from newsbot.locales import Words
from newsbot.newsdesk import Asker, Newsdesk
from newsbot.newsdesk.asking import may_run_chat
from newsbot.platforms import actions
from newsbot.platforms.views import Button, Paragraph, Reply, Span, Style

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)  # any will do: only its day of the week is told


Stamps = Callable[[datetime, Literal["R", "f"]], str]
"""How a moment is marked that the platform writes by its reader's own clock: how long ago ("R"), or when ("f")."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks, in which words to answer, and by which clock. ``apart``: they act on another chat than the private one
    in which they read the answer. ``aside``: the words for what only the presser of a button in a shared chat sees.
    ``fields``: what was given for each argument of the command apart, where the platform has fields for them: none of
    it is read out of another."""

    newsdesk: Newsdesk
    asker: Asker
    words: Words
    settings: ChatSettings
    zone: ZoneInfo
    now: datetime
    apart: bool = False
    aside: Words | None = None
    stamps: Stamps | None = None
    fields: Mapping[str, str] | None = None

    async def button(self, label: str, verb: str, *arguments: object, hint: str = "", primary: bool = False) -> Button:
        """A button whose action may be of any length."""
        action = await actions.pack(self.newsdesk, verb, *arguments)
        return Button(label, action=action, hint=hint, style="primary" if primary else "")

    @property
    def runs(self) -> bool:
        """Whether the asker may change what the bot does in the chat."""
        return may_run_chat(self.asker)

    @property
    def pictures(self) -> bool:
        """Whether the chat likes pictures, and its posts in full."""
        shown = self.settings.images
        return not self.settings.compact and (self.newsdesk.rules.defaults.images if shown is None else shown)

    def say(self, key: str, **values: object) -> Paragraph:
        """A paragraph of the bot's own words."""
        return line(self.words(key, **values))

    def notice(self, key: str, **values: object) -> str:
        """The bot's own words to the presser alone."""
        return (self.aside or self.words)(key, **values)

    def ago(self, then: datetime | None) -> str:
        """ "5 min ago", "in 2 h", "14 Nov": how far ``then`` is from now, or "never"."""
        if then is None:
            return self.words("never")
        if self.stamps is not None:
            return self.stamps(then, "R")
        seconds = (self.now - then).total_seconds()
        past, distance = seconds >= 0, abs(seconds)
        if distance > timedelta(days=14).total_seconds():
            return self.day(then)
        for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
            if distance >= size:
                n = round(distance / size)
                return self.words(f"ago_{unit}", n=n) if past else self.words(f"ahead_{unit}", n=n)
        return self.words("ago_seconds" if past else "ahead_seconds")

    def day(self, then: datetime) -> str:
        """The date in the chat's time zone, in the bot's words."""
        return self.words("date", at=then.astimezone(self.zone))

    def moment(self, then: datetime) -> str:
        """The date and time in the chat's time zone: "Tuesday 24 November at 08:00"."""
        if self.stamps is not None:
            return self.stamps(then, "f")
        return self.words("moment", at=then.astimezone(self.zone))

    def later(self, held: Held) -> str:
        """When the newest story comes that waits for the end of quiet hours, or of a rush."""
        return self.words("sample_later", why=held.note, at=f"{held.until.astimezone(self.zone):%H:%M}")

    def often(self, when: When, *, short: bool = False) -> str:
        """ "as it happens", "every day at 08:00"; ``short`` enough for a button: "Daily 08:00"."""
        day = MONDAY + timedelta(days=when.weekday)
        key = f"when_button_{when.kind}" if short else f"when_{when.kind}"
        return self.words(key, at=f"{when.at:%H:%M}", day=day, weekday=WEEKDAYS[when.weekday])


Handler = Callable[[Visit, str], Awaitable[Reply]]
Press = Callable[[Visit, tuple[str, ...]], Awaitable[Reply]]


ECHO = 80  # characters of what people typed, said back to them


def brief(text: str) -> str:
    """``text`` as it is said back: at most 80 characters."""
    return text if len(text) <= ECHO else text[: ECHO - 1].rstrip() + "…"


class Usage(Exception):
    """The arguments are missing: show how the command is used."""


async def onward(visit: Visit, said: str, verb: str, *arguments: object) -> Reply:
    """A sentence, and the way to the asker's private chat, where the action goes on."""
    action = await actions.pack(visit.newsdesk, verb, *arguments)
    return Reply((line(said),), private=True, onward=action, onward_label=visit.words("onward_button"))


def line(text: str, style: Style = "") -> Paragraph:
    """A paragraph in one style."""
    return Paragraph((Span(text, style),))


def heading(text: str) -> Paragraph:
    """A title above what follows."""
    return Paragraph((Span(text, "bold"),), heading=True)


def number(text: str) -> int:
    """The id in a button's argument; -1, which is nobody's, for what is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1


def rows(buttons: list[Button], width: int = 3) -> tuple[tuple[Button, ...], ...]:
    """``buttons`` in rows of ``width``."""
    return tuple(tuple(buttons[i : i + width]) for i in range(0, len(buttons), width))
