"""newsbot topics: the topics, and what one would have matched."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsbot.cli.console import ConfigOption, count, newsroom, out, run, settings, table, when
from newsbot.domain.models import TopicDefinition

if TYPE_CHECKING:
    from newsbot.config import Config

commands = typer.Typer(no_args_is_help=True, help="Topics, and what one would have matched.")

WIDEST_BAR = 40
MOST_ALIASES = 12
_MISSED = ("published", "source", "title", "why")


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
    misses: Annotated[int, typer.Option(min=0, max=200, help="How many near misses to explain.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
    config: ConfigOption = None,
) -> None:
    """What a topic would have matched in the archive, by which words, how many per week; and what it only just missed,
    with the reason."""
    tried = run(_tried(settings(ctx, config), " ".join(query), days, misses))
    if as_json:
        sys.stdout.write(json.dumps(tried, ensure_ascii=False, default=when) + "\n")
        return
    out.print(f"understood as: {tried['understood']}", style="bold", markup=False)
    for facet in tried["facets"]:
        out.print(f"  {_facet(**facet)}", style="dim", markup=False)
    found, missed = tried["matches"], tried["misses"]
    out.print(f"{count(len(found), 'article')} in the last {count(days, 'day')}", markup=False)
    rows = ((f["published"], f"{f['score']:.2f}", f["source"], f["title"], ", ".join(f["matched"])) for f in found)
    table(("published", "score", "source", "title", "matched"), rows)
    _weeks(tried["weeks"])
    if missed:
        out.print(f"{count(len(missed), 'near miss', 'near misses')}, and why", markup=False)
        table(("published", "source", "title", "why not"), (list(map(m.get, _MISSED)) for m in missed))


async def _tried(config: Config, query: str, days: int, misses: int) -> dict[str, Any]:
    from newsbot.app.trying import try_topic

    async with newsroom(config) as room:
        return await try_topic(room, query, days, misses)


def _facet(label: str, anchor: bool, aliases: list[str]) -> str:
    """What a facet is said by."""
    more = len(aliases) - MOST_ALIASES
    said = ", ".join(aliases[:MOST_ALIASES]) + (f" and {more} more" if more > 0 else "")
    return f"{label}{' (the anchor)' if anchor else ''}: {said}"


def _weeks(weeks: list[int]) -> None:
    """A line for each week, this one first."""
    most = max(weeks, default=0) or 1
    for ago, number in enumerate(weeks):
        label = "this week" if not ago else f"{count(ago, 'week')} ago"
        out.print(f"{label:<14} {number:>5} {'█' * round(number / most * WIDEST_BAR)}", markup=False)
