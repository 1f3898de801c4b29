"""search and status: looking into the database of a bot, running or not."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newsbot.cli.console import ConfigOption, complain, newsroom, out, run, settings, table, when

if TYPE_CHECKING:
    from newsbot.app.newsroom import Newsroom
    from newsbot.config import Config


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
        if key not in {"failing_feeds", "platforms"}:
            out.print(f"{key.replace('_', ' '):<12} {_shown(value)}", markup=False)
    for platform, figures in found["platforms"].items():
        out.print(f"{platform:<12} {_shown(figures)}", markup=False)
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
        chats = await storage.chats.all()
        return {
            "database": storage.url,
            "articles": await storage.articles.count(),
            "feeds": len(feeds),
            "failing": len(failing),
            "next_poll": await storage.feeds.next_due(),
            "unjudged": len(waiting),
            "lag_seconds": _lag([article.fetched for article in waiting if article.fetched], now),
            "chats": len(chats),
            "paused": await storage.chats.paused(),
            "holds": {hold.platform or "all": hold.reason for hold in await storage.holds.standing(now)},
            "outbox": await storage.outbox.depth(),
            "platforms": {name: _figures(each, now) for name, each in (await storage.outbox.figures(now)).items()},
            "last_sent": await storage.outbox.last_sent(),
            "leaders": await _leaders(room),
            "failing_feeds": [
                {"feed": feed.label, "failures": feed.failures, "last_success": feed.last_success, "error": feed.error}
                for feed in failing
            ],
        }


def _figures(figures: Any, now: datetime) -> dict[str, int]:
    """A platform's outbox: deliveries by state, how old the oldest that is due is, what went out lately."""
    oldest = int((now - figures.oldest).total_seconds()) if figures.oldest else 0
    late = {"oldest_seconds": oldest, "sent_minute": figures.sent_minute, "sent_hour": figures.sent_hour}
    return {**figures.depth, **late}


async def _leaders(room: Newsroom) -> dict[str, str]:
    names = ["judge", "plan", *(f"deliver:{name}" for name in ("telegram", "discord", "web"))]
    now = room.clock.now()
    holders = {name: await room.storage.leases.holder(name, now) for name in names}
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
