"""A digest as parts of messages, for posts and for answers. Pure.

What comes from outside (headlines, sentences, names) mentions nobody and links only where we say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zlib import crc32

from newsbot.domain.models import Digest, DigestStory, Fact, Reason
from newsbot.locales import Words, is_rtl
from newsbot.platforms.actions import short
from newsbot.platforms.discord.inline import moment
from newsbot.platforms.discord.layout import Piece, choice_of, units
from newsbot.platforms.discord.markdown import (
    BOLD,
    BULLET,
    HEADING,
    SMALL,
    Line,
    Lines,
    Run,
    Runs,
    cut,
    directed,
    link,
    markup,
    outside,
    size,
    web_url,
)
from newsbot.platforms.discord.message import Choice, Inner, Section, Text
from newsbot.platforms.text import clipped, shortened
from newsbot.platforms.views import Button

HEADLINE = 300  # UTF-16 units
SUMMARY = 1600  # of a post about one story
TOLD = 240  # of a story among several
TOLD_FEW = 420  # of a story among up to three
FACT = 180
NAME = 48  # of a source or a subscription
FACTS = 3
SOURCES = 4  # named beside the first one
SOURCES_AMONG = 2  # of a story among several
MATCHED = 6  # words of a reason
SOURCE_ADDRESS = 250  # characters of a source's address: a longer one is left out
PICTURE_ADDRESS = 2048

CARD = 3700  # units of a story on its own, which leaves room for the roles that its post calls
STORY = 1500  # of a story among several
CLOSING = 700  # of what is said at the end

COLOURS = (0x5865F2, 0x3BA55D, 0xE67E22, 0x3498DB, 0x9B59B6, 0xE91E63, 0x1ABC9C, 0xC9A227)

_COMMAS = {"ar": "، ", "zh": "、"}
_SLOTS = "\ue000\ue001\ue002"


def colour(digest: Digest) -> int:
    """The colour of a digest's bar: always the same for a topic or category, so that channels can be told apart."""
    labels = [digest.title, *(reason.label for story in digest.stories for reason in story.reasons)]
    label = next(filter(None, labels), "")
    return COLOURS[crc32(label.encode(errors="replace")) % len(COLOURS)] if label else COLOURS[0]


def title(digest: Digest, words: Words) -> str:
    """What the stories of a digest have in common: "Today’s news · Cars"; "" for a single story on its own."""
    number = len(digest.stories) + digest.more
    alone = digest.occasion in {"story", "answer"}
    said = "" if alone else words("post_occasion", occasion=digest.occasion, n=number)
    return " · ".join(filter(None, (said, shortened(outside(digest.title), HEADLINE))))


def pieces(
    digest: Digest, words: Words, shown: int, whole: int, left: int, updated: datetime | None = None
) -> list[Piece]:
    """A digest as pieces: its stories, the first of them below the title, the last above what is said at the end."""
    head = heading(title(digest, words), words)
    others, edited = [more(left, words)] if left else [], [updated_at(updated, words)] if updated else []
    if len(digest.stories) == 1:
        [story] = digest.stories
        return [Piece((*head, *single(story, digest, words, [*others, *edited], units(head))))]
    shared = common(digest)
    why = [reason(each, words) for each in shared[: 1 if digest.compact else 3]]
    closing = _text(_small([*others, *why, *edited]), CLOSING)
    told = [
        among(story, n, digest, words, why=not shared) if n <= whole else briefly(story, n)
        for n, story in enumerate(digest.stories[:shown], 1)
    ]
    choices = [_choice(story, n) for n, story in enumerate(digest.stories[:shown], 1)]
    found = [Piece(parts, choice, n) for n, (parts, choice) in enumerate(zip(told, choices, strict=True), 1)]
    found[:1] = [replace(piece, parts=(*head, *piece.parts)) for piece in found[:1]]
    found[-1:] = [replace(piece, parts=(*piece.parts, *closing)) for piece in found[-1:]]
    return found


def heading(said: str, words: Words) -> tuple[Text, ...]:
    """A title above what follows."""
    return _text([Line(_own(words, (Run(said),)), HEADING)], CLOSING) if said else ()


def single(
    story: DigestStory, digest: Digest, words: Words, said: Sequence[Runs] = (), taken: int = 0
) -> tuple[Inner, ...]:
    """The whole of a post about one story: headline and who tells it, beside the picture; what they tell, the figures
    that the summary leaves out, and why it came. ``said`` stands below, and above is so much text ``taken``."""
    head = (Line(headline(story), HEADING), *_small([_byline(story, words, SOURCES)]))
    why = [reason(each, words) for each in story.reasons[: 1 if digest.compact else 3]]
    end = cut(_small([*why, *said]), CLOSING)
    room = CARD - taken - size(end)
    top = beside(markup(cut(head, room)), picture(story.image) if digest.images else "")
    if digest.compact:
        return (*top, *_text(end, CLOSING))
    summary = clipped([outside(sentence) for sentence in story.summary], SUMMARY)
    values = [outside(fact.value) for fact in story.facts]
    told = cut([Line(directed(_figures(" ".join(summary), values)))], room - size(head))
    facts = _facts(story.facts, " ".join(summary), values)
    rest = room - size(head) - size(told)
    return (*top, *_text(told, CARD), *_text(facts, rest), *_text(end, CLOSING))


def among(story: DigestStory, number: int, digest: Digest, words: Words, *, why: bool) -> tuple[Inner, ...]:
    """A story among several: its number and headline, a sentence or two, who tells it (and ``why`` it came), beside
    its picture."""
    small = _small([_told_by(story, words, why=why)])
    if digest.compact:
        return _text((_numbered(story, number), *small), STORY)
    few = len(digest.stories) <= 3
    summary = clipped([outside(s) for s in story.summary[: 2 if few else 1]], TOLD_FEW if few else TOLD)
    told = Line(directed(_figures(" ".join(summary), [outside(fact.value) for fact in story.facts])))
    lines = cut((_numbered(story, number), told, *small), STORY)
    return beside(markup(lines), picture(story.image) if digest.images else "")


def briefly(story: DigestStory, number: int) -> tuple[Inner, ...]:
    """A story among several where room is short: its headline alone."""
    return _text([_numbered(story, number)], STORY)


def headline(story: DigestStory, *tags: str) -> Runs:
    """The headline, a link to the article."""
    return directed(link(named(story), story.url, *tags))


def named(story: DigestStory) -> str:
    """The headline as plain text."""
    return shortened(outside(story.headline), HEADLINE) or "…"


def common(digest: Digest) -> tuple[Reason, ...]:
    """The reasons that all stories of a digest of several share, else ()."""
    reasons = {story.reasons for story in digest.stories}
    return reasons.pop() if len(digest.stories) > 1 and len(reasons) == 1 else ()


def reason(why: Reason, words: Words) -> Runs:
    """ "You follow **label**: matched words"."""
    kind, label = "other" if why.topic_id is None else "topic", _name(why.label)
    found = [shortened(outside(word), NAME) for word in why.words[:MATCHED]]
    slots = {_SLOTS[0]: (Run(label, (BOLD,)),), _SLOTS[1]: (Run(_comma(words).join(filter(None, found))),)}
    key = "post_reason_matched" if any(found) else "post_reason"
    return _own(words, _filled(words(key, kind=kind, label=_SLOTS[0], words=_SLOTS[1]), slots))


def more(number: int, words: Words) -> Runs:
    """ "and 3 more stories"."""
    return _own(words, (Run(words("post_more", n=number)),))


def updated_at(at: datetime, words: Words) -> Runs:
    """ "updated 14:05", by each reader's own clock."""
    return _own(words, (Run(words("post_updated", time=moment(at, "t"))),))


def picture(image: str) -> str:
    """The address of a picture that Discord can fetch, else ""."""
    return web_url(image, PICTURE_ADDRESS)


# --- parts of a story ------------------------------------------------------------------------------


def _numbered(story: DigestStory, number: int) -> Line:
    return Line(headline(story, BOLD), f"**{number}.** ")


def _choice(story: DigestStory, number: int) -> Choice | None:
    """A story in the menu that opens one."""
    opener = Button(f"{number}. {named(story)}", short("st", story.story_id))
    return choice_of(opener, detail=story.sources[0].name if story.sources else "")


def beside(said: str, image: str) -> tuple[Inner, ...]:
    """Markdown with a picture at its side, if there is one; nothing where nothing is said."""
    return (Section(said, picture=image) if image else Text(said),) if said else ()


def _text(lines: Iterable[Line], most: int) -> tuple[Text, ...]:
    said = markup(cut(lines, most))
    return (Text(said),) if said else ()


def _small(lines: Iterable[Runs]) -> Lines:
    return tuple(Line(runs, SMALL) for runs in lines if runs)


def _figures(text: str, values: Iterable[str]) -> Runs:
    """``text`` with its figures bold."""
    wanted = sorted({value for value in values if value}, key=len, reverse=True)
    if not wanted or not text:
        return (Run(text),) if text else ()
    either = "|".join(map(re.escape, wanted))
    parts = re.split(rf"(?<![\dA-Za-z])(?<!\d[.,])({either})(?![\dA-Za-z])", text)
    return tuple(Run(part, (BOLD,) if n % 2 else ()) for n, part in enumerate(parts) if part)


def _facts(facts: Sequence[Fact], summary: str, values: Sequence[str]) -> list[Line]:
    """A line for each figure that the summary does not tell."""
    lines: dict[str, Line] = {}
    for fact, value in zip(facts, values, strict=True):
        sentence = shortened(outside(fact.sentence), FACT)
        if not value or value in summary or (sentence and sentence in summary):
            continue
        if value in sentence or not sentence:
            told = _figures(sentence, values) or (Run(value, (BOLD,)),)
        else:
            told = (Run(value, (BOLD,)), Run(f" — {sentence}"))
        lines.setdefault(sentence or value, Line(directed(told), BULLET))
    return list(lines.values())[:FACTS]


def _byline(story: DigestStory, words: Words, most: int) -> Runs:
    """ "Example · also: A, B and 7 more · 2 hours ago", each name a link."""
    sources = _sources(
        [link(name, s.url, most=SOURCE_ADDRESS) for s in story.sources if (name := _name(s.name))], words
    )
    return _dated(sources, story)


def _told_by(story: DigestStory, words: Words, *, why: bool) -> Runs:
    """The same with no links, which are many among several stories, and a few names; ``why``: and what brought it."""
    sources = _sources([(Run(name),) for s in story.sources if (name := _name(s.name))], words, SOURCES_AMONG)
    label = _name(story.reasons[0].label) if why and story.reasons else ""
    gap = (Run(" · "),) if sources and label else ()
    return _dated((*sources, *gap, *((Run(label, (BOLD,)),) if label else ())), story)


def _dated(runs: Runs, story: DigestStory) -> Runs:
    if story.published is None:
        return runs
    return (*runs, *((Run(" · "),) if runs else ()), Run(moment(story.published)))


def _sources(names: Sequence[Runs], words: Words, most: int = SOURCES) -> Runs:
    if len(names) < 2:
        return directed(names[0]) if names else ()
    others = [
        run for n, name in enumerate(names[1 : most + 1]) for run in (*((Run(_comma(words)),) if n else ()), *name)
    ]
    said = words("post_also", first=_SLOTS[0], others=_SLOTS[1], n=max(0, len(names) - 1 - most))
    return _own(words, _filled(said, {_SLOTS[0]: names[0], _SLOTS[1]: tuple(others)}))


def _name(text: str) -> str:
    return shortened(outside(text), NAME)


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
