"""newsbot topics: the topics, and what one would have matched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from newsbot.cli.console import ConfigOption, count, newsroom, out, run, settings, table
from newsbot.domain.models import TopicDefinition

if TYPE_CHECKING:
    from newsbot.config import Config

commands = typer.Typer(no_args_is_help=True, help="Topics, and what one would have matched.")

WIDEST_BAR = 40


@commands.command("list")
def list_(ctx: typer.Context, config: ConfigOption = None) -> None:
    """The ready-made topics, then those that people typed."""
    from newsbot.domain.analyze import Analyzer
    from newsbot.domain.lexicon import Lexicon
    from newsbot.domain.query import compile_topic, understood

    loaded = settings(ctx, config)
    analyzer, lexicon = Analyzer(), Lexicon.default().with_concepts(loaded.concepts)

    def meaning(definition: TopicDefinition) -> str:
        return understood(compile_topic(definition, analyzer, lexicon))

    ready = [(slug, name, meaning(definition)) for slug, name, definition in loaded.topic_specs()]
    table(("id", "name", "understood as"), [*ready, *run(_typed(loaded))])


async def _typed(config: Config) -> list[tuple[str, str, str]]:
    async with newsroom(config) as room:
        topics = await room.storage.topics.all()
        return [("", topic.name, "") for topic in topics if not topic.slug and topic.enabled]


@commands.command("try")
def try_(
    ctx: typer.Context,
    query: Annotated[list[str], typer.Argument(metavar="QUERY", help='What to follow, such as "Xiaomi EV".')],
    days: Annotated[int, typer.Option(min=1, max=3660, help="How far back to look.")] = 30,
    config: ConfigOption = None,
) -> None:
    """What a topic would have matched in the archive, with the words that matched and counts per week."""
    seen = run(_preview(settings(ctx, config), " ".join(query), days))
    out.print(f"understood as: {seen.meaning}", style="bold", markup=False)
    out.print(f"{count(len(seen.rows), 'article')} in the last {count(days, 'day')}", markup=False)
    table(("published", "score", "source", "title", "matched"), seen.rows)
    _weeks(seen.weeks)


def _weeks(weeks: list[int]) -> None:
    """A line for each week, this one first."""
    most = max(weeks, default=0) or 1
    for ago, number in enumerate(weeks):
        label = "this week" if not ago else f"{count(ago, 'week')} ago"
        out.print(f"{label:<14} {number:>5} {'█' * round(number / most * WIDEST_BAR)}", markup=False)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a topic would have matched: a row for each article, newest first, and how many in each week."""

    meaning: str
    rows: list[tuple[object, ...]]
    weeks: list[int]


async def _preview(config: Config, query: str, days: int) -> _Seen:
    async with newsroom(config) as room:
        meaning, seen = await room.newsdesk.following.preview(query, days)
        rows: list[tuple[object, ...]] = []
        for found in seen.found:
            article, match = found.article, found.match
            words = ", ".join(match.words)
            rows.append((article.published, f"{match.score:.2f}", article.source, article.title, words))
        return _Seen(meaning, rows, seen.per_week(room.clock.now()))
