"""Figures that a story takes back: "4 gigawatt-hours a year, not 40"; "we gave its output as 40 gigawatt-hours".

A figure behind "not" or "instead of" is nobody's claim. An article that says it corrects something takes back more:
the figures that it says were reported. What it takes back is gone from every earlier telling of the story too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from newsbot.domain.digest.figures import Figure, figures, number, plain

# A title that says so: "Correction: …", "… (corrected)".
_TITLE = re.compile(
    r"^\W*(?:correct(?:ion|s|ed)\b|errat(?:um|a)\b|clarification\b|korrektur|korrigiert|berichtig|richtigstellung|"
    r"correcci[oó]n|fe de erratas|rectificaci|исправл|уточнен|поправк|更正|勘误|訂正)|"
    r"[(\[](?:corrected|correction|korrigiert|corregido|исправлено|更正)[)\]]",
    re.IGNORECASE,
)
# A text that says so of itself. "Wrongly" alone says nothing: people are wrongly convicted.
_NOTICE = re.compile(
    r"\b(?:earlier|previous|original) version of (?:this|our) (?:article|story|report|post)\b|"
    r"\b(?:this|our|the) (?:article|story|report|post) (?:has been|was) (?:corrected|amended)\b|"
    r"\bsorry for the error\b|\bregrets? the error\b|frühere[nr]? (?:Version|Fassung) (?:dieses|des) \w+|"
    r"(?:dieser|der) (?:Artikel|Text|Bericht) wurde korrigiert|versión anterior de est[ea]|"
    r"верси[ия] (?:этой |этого )?(?:статьи|текста|новости|заметки)|特此更正|本文(?:此前|早前|早先)版本",
    re.IGNORECASE,
)
# Right before a figure: it is not so.
_NOT = re.compile(
    r"(?:\b(?:not|instead of|rather than|nicht|statt|anstatt|anstelle von|y no|en lugar de|en vez de|не|вместо)\s"
    r"(?:the |to |at |by |in |as |about |um |auf |de |los |las |на |в )?|"
    r",\s?no (?:de )?|(?:而不是|而非|并非|不是|非))\s?$",
    re.IGNORECASE,
)
# What follows was said before, and is not so.
_SAID = re.compile(
    r"\bwe (?:had |have )?(?:also |first |previously |originally )?(?:gave|given|wrote|written|said|reported|stated|"
    r"put|published)\b|\b(?:earlier|previous|original|first) (?:version|article|report|edition)\b|\bmisstated\b|"
    r"\b(?:wrongly|incorrectly|erroneously|mistakenly)\b|"
    r"\b(?:wir (?:hatten|haben|schrieben|gaben|meldeten)|(?:schrieben|hatten|gaben|meldeten) wir|(?:frühere|"
    r"ursprüngliche|vorige)n? (?:Version|Fassung|Artikel|Bericht|Meldung)|"
    r"fälschlich(?:erweise)?|irrtümlich(?:erweise)?)\b|\b(?:dimos|escribimos|publicamos|dijimos|informamos|indicamos|"
    r"versión anterior|por error|erróneamente)\b|"
    r"\b(?:мы (?:писали|сообщили|сообщали|указали|написали|назвали)|ранее сообщалось|(?:прежней|первой|предыдущей) "
    r"верси\w+|ошибочно|неверно)\b|此前(?:报道|的报道|文章|称)|先前报道|原文|误写|误报|错误地|曾报道",
    re.IGNORECASE,
)
# What follows is so after all.
_BUT = re.compile(
    r"[;；]|\b(?:but|in fact|actually|correct(?:ly)? is|tatsächlich|richtig|sondern|korrekt|en realidad|sino|"
    r"lo correcto|на самом деле|в действительности|правильно)\b|应为|实际|实为|正确",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?![\w%])")


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A number that a correction takes back, with the beginning of its unit ("" where it gave none)."""

    number: str
    unit: str = ""

    def is_meant_by(self, figure: Figure) -> bool:
        """Whether ``figure`` is the number that was taken back."""
        amount, unit = number(figure)
        return amount == self.number and (not self.unit or not unit or unit[:3] == self.unit[:3])

    def is_replaced_by(self, figure: Figure) -> bool:
        """Whether ``figure`` counts the same in another number."""
        amount, unit = number(figure)
        return amount != self.number and bool(self.unit) and unit[:3] == self.unit[:3]


def corrects(title: str, sentences: Iterable[str]) -> bool:
    """Whether an article says that it, or an earlier one, was wrong: in its title or in a notice in its text."""
    return _TITLE.search(title) is not None or any(_NOTICE.search(text[:1200]) for text in sentences)


def denied(sentence: str) -> frozenset[Figure]:
    """The figures of a sentence that stand behind "not": what is not so."""
    return frozenset(f for f in figures(sentence) if _NOT.search(sentence[max(0, f.start - 25) : f.start]))


def withdrawn(title: str, sentences: Sequence[str]) -> frozenset[Withdrawn]:
    """The numbers that an article takes back; none when it does not say that it corrects anything."""
    if not corrects(title, sentences):
        return frozenset()
    return frozenset(found for text in (title, *sentences) for found in _taken_back(text[:1200]))


def claims(text: str, gone: Collection[Withdrawn]) -> bool:
    """Whether ``text`` states as true any number that was taken back."""
    stated = set(figures(text)) - denied(text) if gone else ()
    return any(one.is_meant_by(figure) for figure in stated for one in gone)


def _taken_back(text: str) -> list[Withdrawn]:
    known = figures(text)
    said = _SAID.search(text)
    but = _BUT.search(text, said.end()) if said else None
    end = but.start() if but else len(text)
    gone = [f for f in known if (said and said.end() <= f.start < end) or f in denied(text)]
    right = [f for f in known if f not in gone]
    bare = [
        Withdrawn(plain(match.group()), number(right[-1])[1] if right else "")
        for match in _BARE.finditer(text)
        if _NOT.search(text[max(0, match.start() - 25) : match.start()])
        and not any(f.start <= match.start() < f.end for f in known)
    ]
    return [Withdrawn(*number(f)) for f in gone if f.kind != "date" and f.kind != "rank"] + bare
