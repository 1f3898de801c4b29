"""The key facts of a story: its figures, the most important first, each with the sentence that carries it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsbot.domain.digest.figures import YEAR, Figure, FigureKind, figures
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


def facts(
    sentences: Sequence[str], *, shown: Sequence[str] = (), year: int | None = None, limit: int = 5
) -> tuple[Fact, ...]:
    """At most ``limit`` figures of a text, the most important first, each with the sentence that carries it.

    Money weighs more than percentages, then counts, ranks and dates; early sentences more than late ones; and what
    the ``shown`` sentences (a summary) do not say already more than what they do. ``year`` is the year of publication:
    a date in it or after it matters more than the past.
    """
    ranked: list[tuple[float, int, Figure, str]] = []
    known: set[str] = set()
    for place, sentence in enumerate(sentences[:_MAX_SENTENCES]):
        for figure in figures(sentence):
            name = _name(figure)
            if name not in known:
                known.add(name)
                weight = _importance(figure, place, year) * (0.75 if sentence in shown else 1.0)
                ranked.append((-weight, len(ranked), figure, sentence))
    ranked.sort(key=lambda entry: entry[:2])
    return tuple(Fact(figure.value, sentence) for _, _, figure, sentence in ranked[:limit])


def _importance(figure: Figure, place: int, year: int | None) -> float:
    weight = _WEIGHT[figure.kind] / (1 + place / 12)
    if figure.kind == "date" and year is not None:
        found = re.search(YEAR, figure.value)
        weight *= 1.0 if not found else 1.5 if int(found.group()) > year else 0.9 if int(found.group()) == year else 0.5
    if figure.kind == "count" and figure.value.rsplit(" ", 1)[-1].lower() in _TIME_WORDS:
        weight *= 0.5
    return weight


def _name(figure: Figure) -> str:
    """What two ways of writing one figure share: its number and kind."""
    if figure.kind in {"rank", "date"}:
        year = re.search(YEAR, figure.value)
        return year.group() if year else figure.value.casefold()
    return (
        figure.kind + "".join(re.findall(r"\d+|(?<=\d)[ ]?[^\W\d_]", figure.value)).casefold().replace(" ", "")
        or figure.value
    )
