"""What a follow learns from its owner: the stories praised and not, and the words that it goes without. Pure.

What was learned is compiled into the follow's query (:func:`taught`): a word it goes without is a veto, like ``-word``
in what people type and ``none`` in a topic. :func:`narrowing` asks the same of one article for many orders at once.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from icu4py.breakers import WordBreaker

from newsbot.domain.analyze import AnalyzedArticle, Analyzer
from newsbot.domain.analyze.language import is_function_word
from newsbot.domain.lexicon import Keys, Lexicon
from newsbot.domain.match import fits, says
from newsbot.domain.models import Article, Lessons, Mark, Subscription, TopicDefinition
from newsbot.domain.query import TopicQuery, parse_search, vetoes
from newsbot.errors import QueryError

MOST_MARKS = 50
"""Of one follow; older ones are forgotten."""

MOST_WITHOUT = 20
"""Words that one follow goes without."""

LONGEST_WORD = 60
"""Characters of such a word."""

ENOUGH = 2  # unwanted stories that have a word make it one to leave out
TELLING = 12  # words of a story that are kept with its mark
OFFERED = 4  # of them on buttons
COMMON = 20  # articles that may have a word in however small an archive
_WORD = re.compile(r"[^\W\d_]")
_GENERIC = frozenset({
    "president", "chairman", "chairwoman", "minister", "ceo", "founder", "chief", "director", "spokesman",
    "spokeswoman", "company", "companies", "firm", "maker", "makers", "group", "quarter", "percent", "year",
    "years", "month", "week", "today", "yesterday", "tomorrow", "million", "billion", "news", "report",
    "reports", "mass", "market", "sales", "price", "prices", "first", "second", "third", "half",
})  # fmt: skip
"""Words of any news, in English, which most feeds speak: without them a follow would miss what it wants."""

LEARNED = "lesson:"
"""Begins the note on a story that was left out for a word; the word follows."""

Narrow = Callable[[Subscription], str]
"""Why an order does not want an article that it covers: "query", or "lesson:" and the word; "" when it does."""


def taught(definition: TopicDefinition, lessons: Lessons) -> TopicDefinition:
    """The topic as a follow that learned ``lessons`` looks for it."""
    return replace(definition, none=(*definition.none, *lessons.without)) if lessons.without else definition


def narrowing(article: Article, analyzer: Analyzer, lexicon: Lexicon, now: datetime) -> Narrow:
    """Tells orders whether ``article`` fits their narrowing query and what they have learned; a query without words
    lets nothing through. Each is answered once, and the article read once, however many chats ask."""

    @functools.cache
    def analyzed() -> AnalyzedArticle:
        return analyzer.article(article.title, article.text, article.language)

    @functools.cache
    def asked(query: str) -> bool:
        try:
            search = parse_search(query, analyzer, lexicon)
        except QueryError:
            return False
        return fits(search, analyzed(), source=article.source, published=article.published, now=now)

    @functools.cache
    def learned(without: tuple[str, ...]) -> str:
        word = unwanted(without, analyzed())
        return f"{LEARNED}{word}" if word else ""

    def narrow(order: Subscription) -> str:
        if order.query and not asked(order.query):
            return "query"
        return learned(order.lessons.without) if order.lessons.without else ""

    return narrow


def unwanted(without: Iterable[str], article: AnalyzedArticle) -> str:
    """The first of the words ``without`` that ``article`` has, "" when it has none."""
    return next((alias.text for alias in vetoes(without, article.analyzer) if says(alias, article)), "")


# --- marks and words -------------------------------------------------------------------------------


def mark_of(lessons: Lessons, story_id: int) -> Mark | None:
    """What the owner thought of a story."""
    return next((mark for mark in lessons.marks if mark.story_id == story_id), None)


def marked(lessons: Lessons, mark: Mark) -> Lessons:
    """With ``mark`` in place of what was thought of its story before; the oldest of too many is forgotten."""
    others = tuple(m for m in lessons.marks if m.story_id != mark.story_id)
    return replace(lessons, marks=(*others, mark)[-MOST_MARKS:])


def unmarked(lessons: Lessons, story_id: int) -> Lessons:
    """Without what was thought of a story."""
    return replace(lessons, marks=tuple(m for m in lessons.marks if m.story_id != story_id))


def left_out(lessons: Lessons, words: Iterable[str], analyzer: Analyzer) -> Lessons:
    """Going without ``words`` too, as far as there is room; one that is left out already, in any form, adds nothing."""
    known = {analyzer.phrase(word) for word in lessons.without}
    short = (word[:LONGEST_WORD] for word in words)
    fresh = {keys: word for word in short if (keys := analyzer.phrase(word)) and keys not in known}
    return replace(lessons, without=(*lessons.without, *fresh.values())[:MOST_WITHOUT])


def allowed(lessons: Lessons, words: Iterable[str], analyzer: Analyzer) -> Lessons:
    """Going without ``words`` no more; what spoke against them is forgotten, or they would be left out again."""
    taken = {analyzer.phrase(word) for word in words}

    def kept(listed: Iterable[str]) -> tuple[str, ...]:
        return tuple(word for word in listed if analyzer.phrase(word) not in taken)

    marks = tuple(mark if mark.good else replace(mark, words=kept(mark.words)) for mark in lessons.marks)
    return Lessons(marks, kept(lessons.without))


def against(lessons: Lessons, analyzer: Analyzer) -> tuple[str, ...]:
    """The words that speak for themselves: telling in two stories that were not wanted, and in none that was."""
    bad = [{analyzer.phrase(word): word for word in m.words} for m in lessons.marks if not m.good]
    good = {analyzer.phrase(word) for m in lessons.marks if m.good for word in m.words}
    often = Counter(keys for words in bad for keys in words)
    said = {keys: word for words in bad for keys, word in words.items()}
    known = {analyzer.phrase(word) for word in lessons.without}
    return tuple(said[keys] for keys, n in often.items() if n >= ENOUGH and keys not in good | known)


def offered(lessons: Lessons, mark: Mark, analyzer: Analyzer) -> tuple[str, ...]:
    """Words of a story that was not wanted which its owner may choose to leave out, the most telling first."""
    taken = {analyzer.phrase(word) for m in lessons.marks if m.good for word in m.words}
    taken |= {analyzer.phrase(word) for word in lessons.without}
    return tuple(word for word in mark.words if analyzer.phrase(word) not in taken)[:OFFERED]


# --- the telling words of a story --------------------------------------------------------------------


def candidates(article: AnalyzedArticle, query: TopicQuery | None) -> tuple[str, ...]:
    """The words of the headline and the lead that might tell what an article is about beside its topic, as written
    and in order, each once: no figures, no function words or words of any news, no verbs in -ing or -ed, none of the
    topic's own."""
    own = {key for facet in query.facets for alias in facet.aliases for key in alias.keys} if query else set()
    found: dict[Keys, str] = {}
    for word in (*_written(article.title), *_written(_lead(article))):
        keys = article.analyzer.phrase(word)
        if keys and not own.intersection(keys) and _may_tell(word):
            found.setdefault(keys, word)
    return tuple(found.values())


def telling(
    words: Sequence[str], article: AnalyzedArticle, often: Mapping[str, int], documents: int
) -> tuple[str, ...]:
    """The most telling of ``words``: names first, the rarest first of equals. ``often`` is how many of ``documents``
    articles have each key; what is in a fifth of them tells nothing."""
    most = max(COMMON, documents // 5)

    def rarity(word: str) -> tuple[bool, int]:
        return not _is_name(word, article.text), _often(word)

    def _often(word: str) -> int:
        return min(often.get(key, 0) for key in article.analyzer.phrase(word))

    return tuple(sorted((word for word in words if _often(word) <= most), key=rarity)[:TELLING])


def _written(text: str) -> list[str]:
    """The words of ``text``; runs without blanks (Chinese) are cut by a dictionary."""
    return [word for word in map(str, WordBreaker(text, "und")) if _WORD.match(word)]


def _lead(article: AnalyzedArticle) -> str:
    tokens = article.tokens[1][: article.lead]
    return article.text[: tokens[-1].end] if tokens else ""


def _may_tell(word: str) -> bool:
    if not 1 < len(word) <= LONGEST_WORD or word.lower() in _GENERIC or is_function_word(word.lower()):
        return False
    return not (word.isascii() and word.islower() and len(word) > 5 and word.endswith(("ing", "ed")))


def _is_name(word: str, text: str) -> bool:
    """A name has its capital in the middle of the text's sentences too."""
    return word[:1].isupper() and re.search(rf"[\w,;] {re.escape(word)}\b", text) is not None
