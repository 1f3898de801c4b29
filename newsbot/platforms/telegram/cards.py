"""A digest as pieces of text, for posts and for answers. Pure.

What comes from outside (headlines, sentences, names) mentions nobody and links only where we say so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from newsbot.domain.models import Digest, DigestStory, Fact, Reason, Source
from newsbot.locales import Words, is_rtl
from newsbot.platforms.telegram.html import BOLD, ITALIC, Run, Runs, directed, link, outside, shortened, web_url
from newsbot.platforms.telegram.layout import Piece
from newsbot.platforms.text import clipped

HEADLINE = 300  # UTF-16 units
SUMMARY = 1600  # of a post about one story
TOLD = 260  # of a story among several
TOLD_FEW = 420  # of a story among up to three
FACT = 180
NAME = 48  # of a source or a subscription
FACTS = 3
SOURCES = 4  # named beside the first one
SOURCES_AMONG = 2  # of a story among several
MATCHED = 6  # words of a reason

_COMMAS = {"ar": "، ", "zh": "、"}
_SLOTS = "\ue000\ue001\ue002"


def title(digest: Digest, words: Words) -> Runs:
    """What the stories of a digest have in common: "Today’s news · Cars"; () for a single story on its own."""
    number = len(digest.stories) + digest.more
    alone = digest.occasion in {"story", "answer"}
    said = "" if alone else words("post_occasion", occasion=digest.occasion, n=number)
    named = shortened(outside(digest.title), HEADLINE)
    return _own(words, (Run(" · ".join(filter(None, (said, named))), (BOLD,)),)) if said or named else ()


def pieces(
    digest: Digest, words: Words, shown: int, whole: int, left: int, updated: datetime | None = None
) -> list[Piece]:
    """A digest as pieces: a title, the stories, and what is said at the end."""
    end = [more(left, words), updated_at(updated, digest, words) if updated else ()]
    head = Piece(title(digest, words))
    if len(digest.stories) == 1:
        [story] = digest.stories
        return [head, single(story, digest, words), *(Piece(line, tight=True) for line in end)]
    shared = common(digest)
    stories = [
        among(story, n, digest, words, why=not shared) if n <= whole else briefly(story, n)
        for n, story in enumerate(digest.stories[:shown], 1)
    ]
    why = [reason(each, words) for each in shared[:3]] if not digest.compact else []
    return [
        head,
        *stories,
        *(Piece(line, tight=n > 0) for n, line in enumerate(filter(None, (*end[:1], *why, *end[1:])))),
    ]


def single(story: DigestStory, digest: Digest, words: Words) -> Piece:
    """The whole of a post about one story: headline, summary, figures, sources, reason."""
    sources = _sources(story.sources, words, SOURCES)
    if digest.compact:
        return Piece(_lines([headline(story), sources], "\n"))
    summary = clipped([outside(sentence) for sentence in story.summary], SUMMARY)
    values = [outside(fact.value) for fact in story.facts]
    told = directed(_figures(" ".join(summary), values))
    why = [reason(each, words) for each in story.reasons[:3]]
    facts = _lines(_facts(story.facts, " ".join(summary), values), "\n")
    return Piece(_lines([headline(story), told, facts, _lines([sources, *why], "\n")], "\n\n"))


def among(story: DigestStory, number: int, digest: Digest, words: Words, *, why: bool) -> Piece:
    """A story among several: its number and headline, a sentence or two, and who tells it (and ``why`` it came)."""
    head = (Run(f"{number}. "), *headline(story))
    sources = _told_by(story, words, why=why)
    if digest.compact:
        return Piece(_lines([directed(head), sources], "\n"))
    few = len(digest.stories) <= 3
    summary = clipped([outside(s) for s in story.summary[: 2 if few else 1]], TOLD_FEW if few else TOLD)
    told = _figures(" ".join(summary), [outside(fact.value) for fact in story.facts])
    return Piece(_lines([directed(head), directed(told), sources], "\n"))


def briefly(story: DigestStory, number: int) -> Piece:
    """A story among several where room is short: its headline alone."""
    return Piece(directed((Run(f"{number}. "), *headline(story))))


def headline(story: DigestStory) -> Runs:
    """The headline, bold, and a link to the article."""
    return directed(link(shortened(outside(story.headline), HEADLINE) or "…", story.url, BOLD))


def common(digest: Digest) -> tuple[Reason, ...]:
    """The reasons that all stories of a digest of several share, else ()."""
    reasons = {story.reasons for story in digest.stories}
    return reasons.pop() if len(digest.stories) > 1 and len(reasons) == 1 else ()


def reason(why: Reason, words: Words) -> Runs:
    """ "You follow **label**: matched words", slanted in the scripts that can be."""
    kind, label = "other" if why.topic_id is None else "topic", _named(why.label)
    found = [shortened(outside(word), NAME) for word in why.words[:MATCHED]]
    slots = {_SLOTS[0]: (Run(label, (BOLD,)),), _SLOTS[1]: (Run(_listed(words, filter(None, found))),)}
    key = "post_reason_matched" if any(found) else "post_reason"
    runs = _filled(words(key, kind=kind, label=_SLOTS[0], words=_SLOTS[1]), slots)
    return _own(words, slanted(runs))


def more(number: int, words: Words) -> Runs:
    """ "and 3 more stories"."""
    return _own(words, (Run(words("post_more", n=number)),)) if number else ()


def updated_at(moment: datetime, digest: Digest, words: Words) -> Runs:
    """ "updated 14:05", by the clock of the chat."""
    try:
        zone = ZoneInfo(digest.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return _own(words, slanted((Run(words("post_updated", time=f"{moment.astimezone(zone):%H:%M}")),)))


def picture(digest: Digest) -> str:
    """The picture that a digest's first story brings, "" where there is none or the chat wants none."""
    image = digest.stories[0].image if digest.images and digest.stories else ""
    return web_url(image) if image.startswith("http") else ""


def slanted(runs: Runs) -> Runs:
    """``runs`` in italics, where the script has such: upright Chinese, Arabic or Hindi stays upright."""
    if any(unicodedata.category(c) == "Lo" for run in runs for c in run.text):
        return runs
    return tuple(Run(run.text, (ITALIC, *run.tags)) for run in runs)


# --- parts of a story ------------------------------------------------------------------------------


def _figures(text: str, values: Iterable[str]) -> Runs:
    """``text`` with its figures bold."""
    wanted = sorted({value for value in values if value}, key=len, reverse=True)
    if not wanted or not text:
        return (Run(text),) if text else ()
    either = "|".join(map(re.escape, wanted))
    parts = re.split(rf"(?<![\dA-Za-z])(?<!\d[.,])({either})(?![\dA-Za-z])", text)
    return tuple(Run(part, (BOLD,) if n % 2 else ()) for n, part in enumerate(parts) if part)


def _facts(facts: Sequence[Fact], summary: str, values: Sequence[str]) -> list[Runs]:
    """A line for each figure that the summary does not tell."""
    lines: dict[str, Runs] = {}
    for fact, value in zip(facts, values, strict=True):
        sentence = shortened(outside(fact.sentence), FACT)
        if not value or value in summary or (sentence and sentence in summary):
            continue
        if value in sentence or not sentence:
            told = _figures(sentence, values) or (Run(value, (BOLD,)),)
        else:
            told = (Run(value, (BOLD,)), Run(f" — {sentence}"))
        lines.setdefault(sentence or value, directed((Run("• "), *told)))
    return list(lines.values())[:FACTS]


def _sources(sources: Sequence[Source], words: Words, most: int) -> Runs:
    """ "Example · also: A, B and 7 more", each a link."""
    named = [link(name, source.url) for source in sources if (name := _named(source.name))]
    if len(named) < 2:
        return directed(named[0]) if named else ()
    others = [
        run for n, name in enumerate(named[1 : most + 1]) for run in (*((Run(_comma(words)),) if n else ()), *name)
    ]
    said = words("post_also", first=_SLOTS[0], others=_SLOTS[1], n=max(0, len(named) - 1 - most))
    return _own(words, _filled(said, {_SLOTS[0]: named[0], _SLOTS[1]: tuple(others)}))


def _told_by(story: DigestStory, words: Words, *, why: bool) -> Runs:
    sources = _sources(story.sources, words, SOURCES_AMONG)
    label = _named(story.reasons[0].label) if why and story.reasons else ""
    return (*sources, *(Run(" · ") for _ in sources[:1]), *slanted((Run(label),))) if label else sources


def _named(text: str) -> str:
    return shortened(outside(text), NAME)


def _listed(words: Words, names: Iterable[str]) -> str:
    return _comma(words).join(names)


def _comma(words: Words) -> str:
    return _COMMAS.get(words.language, ", ")


def _filled(sentence: str, slots: Mapping[str, Runs]) -> Runs:
    """A sentence of the catalogue whose private-use marks give way to runs."""
    runs: list[Run] = []
    for part in re.split(f"([{_SLOTS}])", sentence):
        runs += slots.get(part) or ((Run(part),) if part and part not in _SLOTS else ())
    return tuple(runs)


def _own(words: Words, runs: Runs) -> Runs:
    """A line of the bot's own, in the direction of its language."""
    return directed(runs, rtl=is_rtl(words.language))


def _lines(lines: Iterable[Runs], gap: str) -> Runs:
    """``lines`` that are not empty, with ``gap`` between them."""
    joined: list[Run] = []
    for line in filter(None, lines):
        joined += [Run(gap), *line] if joined else line
    return tuple(joined)
