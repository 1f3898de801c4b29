"""``newsbot try``: the bot's judgement on files, with no database. Thin over the domain: nothing is special here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsbot.cli.console import ConfigOption, complain, settings
from newsbot.cli.lines import BadInput, Given, Record, articles, pairs, records, whole, write
from newsbot.domain.models import Article, ParsedArticle, TopicDefinition
from newsbot.errors import ParseError, QueryError

if TYPE_CHECKING:
    from newsbot.domain.analyze import Analyzer
    from newsbot.domain.digest import Refrains
    from newsbot.domain.lexicon import Lexicon

commands = typer.Typer(no_args_is_help=True, help="The bot's judgement on files: JSON Lines in and out, no database.")

Files = Annotated[list[str], typer.Argument(metavar="FILE…", help="Files, plain, .gz or .xz; - is standard input.")]
ArticlesOption = Annotated[
    str,
    typer.Option("--articles", "-a", metavar="A", help="Articles as JSON Lines, plain, .gz or .xz, or -."),
]


def _lexicon(ctx: typer.Context, config: Path | None) -> Lexicon:
    """The shipped lexicon, with the concepts of a config that was named on the command line."""
    from newsbot.domain.lexicon import Lexicon

    known = Lexicon.default()
    named = config or ctx.find_root().params.get("config")
    return known.with_concepts(settings(ctx, Path(named)).concepts) if named else known


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


# --- parse and extract ---------------------------------------------------------------------------


@commands.command()
def parse(files: Files, config: ConfigOption = None) -> None:
    """Feeds to articles: a line for each file."""
    unreadable: list[BadInput] = []
    write(_parsed(files, unreadable))
    for error in unreadable:
        complain(str(error))
    if unreadable:
        raise typer.Exit(1)


def _parsed(files: Iterable[str], unreadable: list[BadInput]) -> Iterator[Record]:
    from newsbot.domain.parse import parse_feed

    for file in files:
        line: Record = {"file": file, "title": "", "link": "", "language": "", "articles": [], "error": None}
        try:
            feed = parse_feed(whole(file), "")
        except ParseError as error:
            line["error"] = str(error)
        except BadInput as error:
            line["error"] = str(error)
            unreadable.append(error)
        else:
            line |= {"title": feed.title, "link": feed.link, "language": feed.language}
            line["articles"] = [_entry(article) for article in feed.articles]
        yield line


def _entry(article: ParsedArticle) -> Record:
    return {
        "guid": article.guid,
        "url": article.url,
        "title": article.title,
        "text": article.text,
        "published": _iso(article.published),
        "authors": list(article.authors),
        "image": article.image,
    }


@commands.command()
def extract(
    files: Files,
    url: Annotated[str, typer.Option(metavar="U", help="The page's address, for links and dates.")] = "",
    config: ConfigOption = None,
) -> None:
    """Web pages to the article in each: a line for each file."""
    write(_extracted(files, url))


def _extracted(files: Iterable[str], url: str) -> Iterator[Record]:
    from newsbot.domain.extract import extract_page

    for file in files:
        line: Record = {"file": file, "title": "", "text": "", "published": None, "authors": []}
        line |= {"language": "", "image": ""}
        try:
            page = extract_page(whole(file), url)
        except ParseError as error:
            complain(f"{file}: {error}")
        else:
            line |= {key: value for key, value in _entry(page).items() if key in line}
            line["language"] = page.language
        yield line


# --- match, stories, digest, search --------------------------------------------------------------


@commands.command()
def match(
    ctx: typer.Context,
    topics: Annotated[str, typer.Option("--topics", "-t", metavar="T", help="Topics as JSON Lines.")],
    articles_: ArticlesOption,
    config: ConfigOption = None,
) -> None:
    """Which topics each article matches, and by which words: a line for each match."""
    write(_matched(topics, articles_, _lexicon(ctx, config)))


def _matched(topics: str, file: str, lexicon: Lexicon) -> Iterator[Record]:
    from newsbot.domain.analyze import Analyzer
    from newsbot.domain.match import Matcher
    from newsbot.domain.query import compile_topic

    analyzer = Analyzer()
    names: list[Any] = []
    queries = {}
    for number, record in enumerate(records(topics)):
        names.append(record.get("id", number + 1))
        try:
            queries[number] = compile_topic(_definition(record), analyzer, lexicon)
        except QueryError as error:
            complain(f"{topics}: topic {names[-1]}: {error}")
    matcher = Matcher(queries, lexicon)
    for given in articles(file):
        article = given.article
        for found in matcher.match(analyzer.article(article.title, article.text, article.language)):
            yield {
                "article": given.id,
                "topic": names[found.topic_id],
                "score": round(found.score, 4),
                "matched": list(found.words),
            }


def _definition(record: Record) -> TopicDefinition:
    facets = record.get("all") or []
    return TopicDefinition(
        query=str(record.get("query") or ""),
        all=tuple(_words(facet) for facet in (facets if isinstance(facets, list) else [facets])),
        any=_words(record.get("any")),
        none=_words(record.get("none")),
    )


def _words(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


@commands.command()
def stories(articles_: ArticlesOption, config: ConfigOption = None) -> None:
    """Which story each article tells, in one pass in the order given: a line for each article."""
    write(_told(articles_))


def _told(file: str) -> Iterator[Record]:
    from newsbot.domain.analyze import Analyzer
    from newsbot.domain.cluster import StoryIndex, features

    analyzer, index, names = Analyzer(), StoryIndex(), dict[int, Any]()
    for given in articles(file):
        found = features(_with_language(given.article, analyzer), analyzer)
        story = index.assign(found)
        if story is None:  # a story is named by its first article, as in the judge
            story = given.article.id
            names[story] = given.id
        index.add(story, found)
        yield {"article": given.id, "story": names[story]}


def _with_language(article: Article, analyzer: Analyzer) -> Article:
    from dataclasses import replace

    return replace(article, language=analyzer.detect(f"{article.title}\n{article.text}", article.language))


@commands.command()
def digest(
    articles_: ArticlesOption,
    by_story: Annotated[bool, typer.Option("--by-story", help="One digest for each `story` of the articles.")] = False,
    config: ConfigOption = None,
) -> None:
    """Headline, summary and key facts of each article, or of each story."""
    write(_by_story(articles_) if by_story else _one_by_one(articles_))


def _one_by_one(file: str) -> Iterator[Record]:
    from newsbot.domain.analyze import Analyzer

    analyzer, told = Analyzer(), list(articles(file))
    refrains = _refrains(told)
    for given in told:
        yield {"article": given.id, **_digest([given], analyzer, refrains)}


def _refrains(told: Iterable[Given]) -> Refrains:
    """What the sources of these articles say in one after the other, as the bot knows it of the feeds that it reads."""
    from newsbot.domain.digest import Refrains, hear

    refrains = Refrains()
    hear([given.article for given in told if given.article.source], refrains)
    return refrains


def _by_story(file: str) -> Iterator[Record]:
    from newsbot.domain.analyze import Analyzer

    analyzer, told = Analyzer(), dict[str, list[Given]]()
    for given in articles(file):
        told.setdefault(repr(given.record.get("story", f"article {given.id}")), []).append(given)
    refrains = _refrains(given for members in told.values() for given in members)
    for members in told.values():
        yield {"story": members[0].record.get("story"), **_digest(members, analyzer, refrains)}


def _digest(told: Sequence[Given], analyzer: Analyzer, refrains: Refrains) -> Record:
    from newsbot.domain.digest import summarise

    made = summarise([_with_language(given.article, analyzer) for given in told], analyzer, refrains=refrains)
    return {
        "headline": made.headline,
        "summary": list(made.summary),
        "facts": [{"value": fact.value, "sentence": fact.sentence} for fact in made.facts],
    }


@commands.command()
def search(
    ctx: typer.Context,
    articles_: ArticlesOption,
    queries: Annotated[str, typer.Option("--queries", "-q", metavar="Q.tsv", help="Lines of id<TAB>text.")],
    limit: Annotated[int, typer.Option(min=1, help="Results for each query.")] = 100,
    config: ConfigOption = None,
) -> None:
    """The articles that answer each query, best first: a line for each result."""
    write(_found(articles_, queries, limit, _lexicon(ctx, config)))


def _found(file: str, queries: str, limit: int, lexicon: Lexicon) -> Iterator[Record]:
    from newsbot.domain.analyze import Analyzer
    from newsbot.domain.rank import search_all

    given, asked = list(articles(file)), list(pairs(queries))
    answers = search_all([one.article for one in given], [text for _, text in asked], Analyzer(), lexicon, limit)
    for (name, text), hits in zip(asked, answers, strict=True):
        if not hits:
            complain(f"{queries}: query {name}: nothing found for {text!r}")
        for place, hit in enumerate(hits, 1):
            yield {"query": name, "article": given[hit.id].id, "rank": place, "score": round(hit.score, 4)}
