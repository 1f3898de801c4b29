"""run, check, diff, schema, search and status."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsbot.cli.console import ConfigOption, complain, count, newsroom, out, progress, run, settings, table, when
from newsbot.cli.lines import whole
from newsbot.config import Config, config_diff, load_config, schema, stored_diff
from newsbot.domain.models import FeedSpec
from newsbot.errors import NewsbotError

if TYPE_CHECKING:
    from newsbot.app import Newsroom, Role

ROLES = ("ingest", "deliver", "chat")


def register(program: typer.Typer) -> None:
    """Add these commands to ``program``."""
    for name, command in (
        ("run", run_command), ("check", check), ("diff", diff), ("schema", schema_command), ("search", search),
        ("status", status),
    ):  # fmt: skip
        program.command(name)(command)


# --- run -----------------------------------------------------------------------------------------


def run_command(
    ctx: typer.Context,
    role: Annotated[str, typer.Option(metavar="ROLES", help="Some of ingest,deliver,chat; all when left out.")] = "",
    once: Annotated[bool, typer.Option("--once", help="Poll every due feed, deliver what is due, leave.")] = False,
    config: ConfigOption = None,
) -> None:
    """The bot: read feeds, judge, post, answer, until SIGTERM or Ctrl-C."""
    roles = _roles(role)
    loaded = settings(ctx, config)
    from newsbot import logs

    logs.configure(loaded.secrets)
    run(_once(loaded) if once else _forever(loaded, roles))


def _roles(text: str) -> tuple[Role, ...]:
    asked = [part.strip() for part in text.split(",") if part.strip()]
    for part in asked:
        if part not in ROLES:
            raise typer.BadParameter(f"there is no role {part!r}; known are {', '.join(ROLES)}", param_hint="--role")
    return tuple(role for role in ROLES if role in asked or not asked)  # type: ignore[misc]  # checked above


async def _forever(config: Config, roles: tuple[Role, ...]) -> None:
    from newsbot.app import run_until_stopped
    from newsbot.app.terminal import Terminal

    async with newsroom(config, adopt=True) as room:
        await run_until_stopped(room, roles, Terminal(out))


async def _once(config: Config) -> None:
    from newsbot.app import run_once
    from newsbot.app.terminal import Terminal

    async with newsroom(config, adopt=True) as room:
        report = await run_once(room, Terminal(out))
    polled = report.collected
    failed = f", {len(polled.failed)} failed" if polled.failed else ""
    unsent = f", {report.failed} not" if report.failed else ""
    articles = count(polled.new, "new article")
    complain(f"{count(polled.feeds, 'feed')} polled{failed}; {articles}; {count(report.sent, 'post')} sent{unsent}")


# --- check, diff, schema -------------------------------------------------------------------------


def check(
    ctx: typer.Context,
    online: Annotated[bool, typer.Option("--online", help="Ask the feeds, too.")] = False,
    config: ConfigOption = None,
) -> None:
    """Say what is wrong with the config: every error with its file, line and key."""
    loaded = settings(ctx, config)
    parts = [count(len(getattr(loaded, name)), name[:-1]) for name in ("feeds", "topics", "subscriptions")]
    out.print(f"{loaded.path}: no problems: {', '.join(parts)}", markup=False)
    if online and not run(_feeds_answer(loaded)):
        raise typer.Exit(1)


async def _feeds_answer(config: Config) -> bool:
    failed = 0
    async with newsroom(config) as room:
        with progress() as bar:
            for spec in bar.track(config.feed_specs(), description="Asking the feeds"):
                try:
                    articles = await _look(room, spec)
                except NewsbotError as error:
                    failed += 1
                    complain(f"✗ {spec.name or spec.slug}: {error}")
                else:
                    out.print(f"✓ {spec.name or spec.slug}: {count(articles, 'article')}", markup=False)
    return not failed


async def _look(room: Newsroom, spec: FeedSpec) -> int:
    """How many articles a feed of the config has now. Raises FeedError."""
    from newsbot.domain.parse import parse_feed

    if spec.url.startswith("file:"):
        path = room.config.root / spec.url.removeprefix("file:").removeprefix("//")
        return len(parse_feed(whole(str(path)), spec.url).articles)
    fetched = await room.fetcher.get(spec.url, trusted=True, headers=spec.headers)
    body = getattr(fetched, "body", b"")  # an unasked "not modified" has none, and is refused as empty
    return len(parse_feed(body, fetched.url).articles)


def diff(
    ctx: typer.Context,
    against: Annotated[
        Path | None, typer.Option(metavar="OLD", help="Compare with this config in place of the database.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """What the config would change in the running bot: feeds and topics added, changed, removed."""
    new = settings(ctx, config)
    if against:
        import os

        lines = config_diff(load_config(against, os.environ), new)
    else:
        lines = run(_stored_diff(new))
    for line in lines or ["nothing would change"]:
        out.print(line, markup=False)


async def _stored_diff(new: Config) -> list[str]:
    async with newsroom(new) as room:
        feeds = [feed for feed in await room.storage.feeds.all() if feed.from_config]
        topics = [topic for topic in await room.storage.topics.all() if topic.slug and topic.enabled]
    return stored_diff(feeds, topics, new)


def schema_command(config: ConfigOption = None) -> None:
    """JSON Schema of the config, for editors."""
    sys.stdout.write(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n")


# --- search and status ---------------------------------------------------------------------------


def search(
    ctx: typer.Context,
    query: Annotated[list[str], typer.Argument(metavar="QUERY", help="As in /search.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many results.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each result.")] = False,
    config: ConfigOption = None,
) -> None:
    """Search the stored articles, best and newest first."""
    found = run(_search(settings(ctx, config), " ".join(query), limit))
    if as_json:
        for record in found:
            sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
        return
    if not found:
        complain("nothing found")
    for record in found:
        out.print(f"{record['rank']}. {record['title']}", style="bold", markup=False)
        out.print(f"   {record['source']}  {record['published'] or ''}  {record['url']}", style="dim", markup=False)
        out.print(f"   {record['snippet']}", markup=False)


async def _search(config: Config, text: str, limit: int) -> list[dict[str, Any]]:
    from newsbot.app.asker import OPERATOR

    found: list[dict[str, Any]] = []
    async with newsroom(config) as room:
        page, cursor = 0, ""
        while len(found) < limit:
            results = await room.newsdesk.searching.search(OPERATOR, text, page, cursor)
            found += [_record(hit, len(found) + nth) for nth, hit in enumerate(results.hits, 1)]
            page, cursor = page + 1, results.cursor
            if not results.more:
                break
    return found[:limit]


def _record(hit: Any, rank: int) -> dict[str, Any]:
    article = hit.article
    return {
        "rank": rank,
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "source": article.source,
        "published": when(article.published) or None,
        "language": article.language,
        "story": article.story_id,
        "snippet": "".join(text for text, _ in hit.snippet),
    }


def status(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
    config: ConfigOption = None,
) -> None:
    """How the bot fares: lag, failing feeds, the outbox, the last send of each platform."""
    found = run(_status(settings(ctx, config)))
    if as_json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False, default=_plain) + "\n")
        return
    for key, value in found.items():
        if key != "failing_feeds":
            out.print(f"{key.replace('_', ' '):<12} {_shown(value)}", markup=False)
    table(
        ("failing feed", "since", "reason"),
        ([f["feed"], f["last_success"], f["error"]] for f in found["failing_feeds"]),
    )


async def _status(config: Config) -> dict[str, Any]:
    async with newsroom(config) as room:
        storage, now = room.storage, room.clock.now()
        feeds = await storage.feeds.all()
        waiting = await storage.articles.new(10_000)
        failing = [feed for feed in feeds if feed.failures]
        return {
            "database": storage.url,
            "articles": await storage.articles.count(),
            "feeds": len(feeds),
            "failing": len(failing),
            "next_poll": await storage.feeds.next_due(),
            "unjudged": len(waiting),
            "lag_seconds": _lag([article.fetched for article in waiting if article.fetched], now),
            "chats": len(await storage.chats.all()),
            "outbox": await storage.outbox.depth(),
            "last_sent": await storage.outbox.last_sent(),
            "leaders": await _leaders(room),
            "failing_feeds": [
                {"feed": feed.label, "failures": feed.failures, "last_success": feed.last_success, "error": feed.error}
                for feed in failing
            ],
        }


async def _leaders(room: Newsroom) -> dict[str, str]:
    names = ["judge", "plan", *(f"deliver:{name}" for name in ("telegram", "discord", "web"))]
    holders = {name: await room.storage.leases.holder(name) for name in names}
    return {name: holder for name, holder in holders.items() if holder}


def _lag(fetched: list[datetime], now: datetime) -> int:
    """Seconds that the oldest unjudged article has waited."""
    return max(0, int((now - min(fetched)).total_seconds())) if fetched else 0


def _plain(value: object) -> str:
    return when(value) if isinstance(value, datetime) else str(value)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(item)}" for key, item in value.items()) or "none"
    return "none" if value is None else _plain(value)
