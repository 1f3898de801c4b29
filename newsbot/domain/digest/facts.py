"""The key facts of a story: its figures, the most important first, each with the sentence that carries it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from newsbot.domain.digest.corrections import Withdrawn, denied
from newsbot.domain.digest.figures import Figure, FigureKind, figures
from newsbot.domain.digest.numerals import YEAR
from newsbot.domain.models import Fact

_WEIGHT: dict[FigureKind, float] = {"money": 5.0, "percent": 4.0, "count": 3.6, "rank": 3.0, "date": 2.4}
_UNITS_OF_TIME = (
    "year years month months week weeks day days hour hours minute minutes second seconds yr yrs año años mes meses "
    "día días hora horas minutos semanas an ans année années mois jours heures semaines jahr jahre jahren monat "
    "monate monaten tage tagen stunden wochen minuten год года году лет месяц месяца месяцев день дня дней час часа "
    "часов минут минуты недели недель"
)
_TIME_WORDS = frozenset(_UNITS_OF_TIME.split())
_MAX_SENTENCES = 60
_SHOWN = 1.2  # what a summary says is what its readers want to see at a glance
_CORRECTED = 100.0


def facts(
    sentences: Sequence[str],
    *,
    shown: Sequence[str] = (),
    year: int | None = None,
    limit: int = 5,
    withdrawn: Collection[Withdrawn] = (),
    corrected: Collection[str] = (),
) -> tuple[Fact, ...]:
    """At most ``limit`` figures of a text, the most important first, each with the sentence that carries it.

    Money weighs more than percentages, then counts, ranks and dates; early sentences more than late ones; and what
    the ``shown`` sentences (a summary) say more than what they do not. ``year`` is the year of publication: a date in
    it or after it matters more than the past, and a bare year of the past counts only where there is nothing else.
    Figures that are denied ("not 40") are none; what the ``corrected`` sentences, those of a correction, put in the
    place of what it has ``withdrawn`` comes first.
    """
    ranked: dict[str, tuple[float, Figure, str]] = {}
    for place, sentence in enumerate(sentences[:_MAX_SENTENCES]):
        gone = denied(sentence)
        for figure in figures(sentence):
            if figure in gone:
                continue
            weight = _importance(figure, place, year) * (_SHOWN if sentence in shown and _is_hard(figure) else 1.0)
            if sentence in corrected and any(one.is_replaced_by(figure) for one in withdrawn):
                weight = _CORRECTED
            ranked.setdefault(_name(figure), (weight, figure, sentence))
    best = sorted(ranked.values(), key=lambda entry: -entry[0])
    telling = [entry for entry in best if not _is_bare_past(entry[1], year)] or best
    return tuple(Fact(figure.value, sentence) for _, figure, sentence in telling[:limit])


def _is_hard(figure: Figure) -> bool:
    return figure.kind in {"money", "percent", "count"}


def _is_bare_past(figure: Figure, year: int | None) -> bool:
    """Whether it is a date that names a year before ``year`` and nothing closer: "in 1995"."""
    found = re.search(YEAR, figure.value) if figure.kind == "date" and year is not None else None
    return found is not None and int(found.group()) < (year or 0) and len(figure.value) - len(found.group()) < 8


def _importance(figure: Figure, place: int, year: int | None) -> float:
    weight = _WEIGHT[figure.kind] / (1 + place / 12)
    if figure.kind == "date" and year is not None:
        found = re.search(YEAR, figure.value)
        weight *= 1.0 if not found else 1.2 if int(found.group()) > year else 0.9 if int(found.group()) == year else 0.5
    if figure.kind == "count" and figure.value.rsplit(" ", 1)[-1].lower() in _TIME_WORDS:
        weight *= 0.5
    return weight


def _name(figure: Figure) -> str:
    """What two ways of writing one figure share: its number and kind."""
    if figure.kind in {"rank", "date"}:
        year = re.search(YEAR, figure.value)
        return year.group() if year else figure.value.casefold()
    digits = re.findall(r"\d+|(?<=\d)[ ]?[^\W\d_]", figure.value)
    return figure.kind + ("".join(digits).casefold().replace(" ", "") or figure.value.casefold())
