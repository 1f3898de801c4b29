"""One story's digest out of the articles that tell it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from newsbot.domain.digest.boilerplate import clean
from newsbot.domain.digest.corrections import Withdrawn, claims, withdrawn
from newsbot.domain.digest.facts import facts
from newsbot.domain.digest.refrains import Refrains
from newsbot.domain.digest.summary import choose, is_overlong, shorten, words
from newsbot.domain.models import Article, DigestStory, Reason, Source

MAX_HEADLINE = 200
_MAX_TELLINGS = 12  # of a story told by hundreds, the first and the newest are read
_END = 3000  # characters of a text in which a feed's refrains are looked for, at its beginning and end
_ENOUGH_WORDS = 150  # a longer text is not a better one
_SITE_SUFFIX = re.compile(r"\s+(?:[|–—·»]|-{1,2}|::)\s+([^|–—·»]{2,40})$")
_NO_PICTURE = re.compile(
    r"\.(?:gif|svg|ico)(?:\?|$)|(?:^|[/._-])(?:pixel|tracking|spacer|blank|1x1|feedburner|avatar|favicon)",
    re.IGNORECASE,
)


class Keyed(Protocol):
    """A word of a text as the analyzer gives it; the first of ``keys`` is the main one."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The word's keys, lower-case."""


class Analyzes(Protocol):
    """What a digest needs of the analyzer."""

    def tokens(self, text: str, language: str = "") -> Sequence[Keyed]:
        """The words of ``text`` in order."""


@dataclass(frozen=True, slots=True)
class _Telling:
    """An article and the sentences of it that tell the story."""

    article: Article
    sentences: tuple[str, ...]
    corrects: bool = False

    @property
    def worth(self) -> int:
        return min(sum(map(words, self.sentences[:20])), _ENOUGH_WORDS)


def summarise(
    articles: Sequence[Article],
    analyzer: Analyzes,
    *,
    reasons: Sequence[Reason] = (),
    updated: datetime | None = None,
    refrains: Refrains | None = None,
) -> DigestStory:
    """The digest of a story told by ``articles`` (one or more, oldest arrival first).

    The summary is at most three sentences and 70 words, copied from the best telling in the first one's language
    (the longest clean text; of one site's tellings the newest); a first sentence that is longer than that by itself is
    cut after a clause. An untitled story is headed by its first sentence and summed up by what follows; a headline that
    had to be cut leaves its sentence to the summary. What a correction takes back is not said, nor what
    ``refrains`` know for a feed's own words. Facts may come from every telling in that language. ``published`` is the
    earliest time known.
    Raises ValueError when there is no article.
    """
    if not articles:
        raise ValueError("a story has at least one article")
    tellings, gone = _corrected(articles, _tellings(articles, refrains))
    best = max(tellings, key=lambda telling: telling.worth)
    title = _headline(articles, best, gone)
    summary = _summary(best, analyzer, best.article.title or (title if title in best.sentences else ""))
    year = best.article.published.year if best.article.published else None
    told = [*best.sentences, *(s for telling in tellings if telling is not best for s in telling.sentences[:10])]
    corrected = {s for telling in tellings if telling.corrects for s in telling.sentences}
    return DigestStory(
        story_id=articles[0].story_id or 0,
        headline=title,
        summary=summary,
        facts=facts(told, shown=summary, year=year, withdrawn=gone, corrected=corrected),
        sources=sources(articles),
        url=best.article.url or next((article.url for article in articles if article.url), ""),
        image=next((article.image for article in [best.article, *articles] if _is_picture(article.image)), ""),
        language=best.article.language,
        published=min((article.published for article in articles if article.published), default=None),
        updated=updated,
        reasons=tuple(reasons),
    )


def sources(articles: Sequence[Article]) -> tuple[Source, ...]:
    """Who tells it: each site once, in order of its first telling, with the address of its newest."""
    found: dict[str, Source] = {}
    for article in articles:
        site = _site(article)
        before = found.get(site)
        name = before.name if before else article.source or site
        found[site] = Source(name, article.url or (before.url if before else ""), article.feed_id)
    return tuple(found.values())


def headline(title: str, source: str = "", url: str = "") -> str:
    """A title without the site's name at its end, white space normalised, at most 200 characters."""
    text = " ".join(title.split())
    suffix = _SITE_SUFFIX.search(text)
    if suffix and _names_site(suffix.group(1), source, url) and suffix.start() >= 10:
        text = text[: suffix.start()]
    return _cap(text, MAX_HEADLINE)


def _tellings(articles: Sequence[Article], refrains: Refrains | None) -> list[_Telling]:
    """The articles worth reading for a summary: in the first one's language, of each site the newest."""
    language = articles[0].language
    newest: dict[str, Article] = {}
    for article in articles:
        if article.language == language and (article.text or not newest):
            newest[_site(article)] = article
    few = list(newest.values())
    few = few if len(few) <= _MAX_TELLINGS else few[: _MAX_TELLINGS // 2] + few[-_MAX_TELLINGS // 2 :]
    return [_Telling(article, _own(article, refrains)) for article in few]


def _own(article: Article, refrains: Refrains | None) -> tuple[str, ...]:
    """What an article tells, without what its feed says in every other one too."""
    told = clean(article.text, article.language, article.authors)
    known = refrains.of(feed_of(article), told) if refrains else ()
    return tuple(sentence for sentence in told if sentence not in known) or told


def _corrected(
    articles: Sequence[Article], tellings: Sequence[_Telling]
) -> tuple[list[_Telling], frozenset[Withdrawn]]:
    """The tellings without the sentences that a correction among them takes back, and the numbers it takes back.

    What a correction says was wrong is wrong in itself and in all that came before it, not in what comes after.
    """
    kept = list(tellings)
    gone: frozenset[Withdrawn] = frozenset()
    for place in sorted(range(len(kept)), key=lambda n: articles.index(kept[n].article), reverse=True):
        telling = kept[place]
        found = withdrawn(telling.article.title, telling.sentences)
        gone |= found
        sentences = tuple(s for s in telling.sentences if not claims(s, gone))
        kept[place] = replace(telling, sentences=sentences, corrects=bool(found))
    return kept, gone


def _summary(telling: _Telling, analyzer: Analyzes, title: str) -> tuple[str, ...]:
    """A summary begins with what happened: an over-long first sentence is cut, not passed over."""
    language = telling.article.language
    told = [shorten(s) if place == 0 and is_overlong(s) else s for place, s in enumerate(telling.sentences[:40])]
    keys = [_keys(sentence[:1000], language, analyzer) for sentence in told]
    chosen = choose(told, keys, _keys(title[:1000], language, analyzer))
    if chosen:
        return tuple(told[i] for i in chosen)
    return tuple(shorten(s) for s in [s for s in told if is_overlong(s)][:1])


def _keys(text: str, language: str, analyzer: Analyzes) -> list[str]:
    return [token.keys[0] for token in analyzer.tokens(text, language) if token.keys]


def _headline(articles: Sequence[Article], best: _Telling, gone: Collection[Withdrawn]) -> str:
    """The first title that nothing takes back; of a story without titles its first sentence."""
    ordered = [articles[0], best.article, *articles]
    titles = [title for article in ordered if (title := headline(article.title, article.source, article.url))]
    if titles:
        return next((title for title in titles if not claims(title, gone)), titles[0])
    return _cap(best.sentences[0], MAX_HEADLINE) if best.sentences else ""


def feed_of(article: Article) -> tuple[int, str]:
    """The name under which an article's feed has its refrains."""
    return article.feed_id, article.source


def hear(articles: Sequence[Article], refrains: Refrains) -> None:
    """Let ``refrains`` learn what ``articles`` say."""
    for article in articles:
        ends = article.text if len(article.text) <= 2 * _END else f"{article.text[:_END]}\n{article.text[-_END:]}"
        told = clean(ends, article.language, article.authors)
        refrains.learn(feed_of(article), article.id, told)


def _site(article: Article) -> str:
    try:
        host = (urlsplit(article.url).hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    return host or article.source


def _names_site(suffix: str, source: str, url: str) -> bool:
    """Whether what stands behind the last dash of a title is the site's name: its feed's, or its host's."""
    plain = "".join(filter(str.isalnum, suffix.casefold()))
    label = "".join(filter(str.isalnum, source.casefold()))
    try:
        host = "".join(filter(str.isalnum, urlsplit(url).hostname or ""))
    except ValueError:
        host = ""
    return len(plain) > 1 and (plain in label or plain in host or (len(label) > 3 and label in plain))


def _is_picture(url: str) -> bool:
    # A file: feed's picture may lie on our own web server, as /path: see newsbot.domain.urls.picture.
    return url.startswith(("https://", "http://", "/")) and not url.startswith("//") and not _NO_PICTURE.search(url)


def _cap(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    head = text[: most - 1]
    return (head[: head.rfind(" ")] if " " in head[most // 2 :] else head).rstrip(" ,;:-–—") + "…"
