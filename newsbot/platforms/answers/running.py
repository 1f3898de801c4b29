"""/sources for everyone; /feeds, /status and /reload for the bot's admins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from newsbot.newsdesk.running import LoopState, Notice
from newsbot.newsdesk.sourcing import SourceRow
from newsbot.platforms.answers.paging import page_of, turning
from newsbot.platforms.answers.visit import Visit, heading, line, number
from newsbot.platforms.views import Item, Paragraph, Reply, Span

REASON = 160  # characters of a feed's error
SOON = timedelta(seconds=1)  # what is due now is still to come: "within a minute", not "just now"


async def sources(visit: Visit, text: str) -> Reply:
    """The feeds with their health."""
    return _listed(visit, await visit.newsdesk.sourcing.all(visit.asker), "sl", 0, edit=False)


async def press_sources(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Another page of them."""
    return _listed(visit, await visit.newsdesk.sourcing.all(visit.asker), "sl", number(arguments[0]), edit=True)


async def feeds(visit: Visit, text: str) -> Reply:
    """Every feed that is read, those that people added too, with its address."""
    return _listed(visit, await visit.newsdesk.sourcing.every(visit.asker), "fl", 0, edit=False)


async def press_feeds(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Another page of them."""
    return _listed(visit, await visit.newsdesk.sourcing.every(visit.asker), "fl", number(arguments[0]), edit=True)


def _listed(visit: Visit, found: Sequence[SourceRow], verb: str, page: int, *, edit: bool) -> Reply:
    if not found:
        example = "/subscribe https://example.org"
        return Reply((Paragraph((Span(visit.words("sources_none") + " "), Span(example, command=example))),))
    shown = page_of(found, page)
    failing = sum(1 for row in found if row.state == "failing")
    said = (heading(visit.words("sources_title", n=len(found))), visit.say("sources_failing", n=failing))
    items = [_item(visit, row, n, address=verb == "fl") for n, row in shown.numbered()]
    return Reply((*said, *items), turning(visit, verb, shown), edit=edit, private=verb == "fl")


def _item(visit: Visit, row: SourceRow, n: int, *, address: bool) -> Item:
    feed, words = row.feed, visit.words
    about = [words("source_articles", n=feed.articles)]
    if feed.category:
        about.insert(0, feed.category)
    if feed.next_poll is not None:
        about.append(words("source_next", ahead=visit.ago(max(feed.next_poll, visit.now + SOON))))
    lines = [(Span(_health(visit, row)),), (Span(" · ".join(about), "muted"),)]
    if address:
        lines.append((Span(feed.url, "code"),))
    url = feed.site if feed.site.startswith(("http://", "https://")) else ""
    return Item((Span(feed.label, "bold", url=url),), tuple(lines), number=n)


def _health(visit: Visit, row: SourceRow) -> str:
    feed = row.feed
    match row.state:
        case "failing" if feed.last_success is None:
            return visit.words("source_failing_new", reason=feed.error[:REASON])
        case "failing":
            return visit.words("source_failing", ago=visit.ago(feed.last_success), reason=feed.error[:REASON])
        case "silent":
            return visit.words("source_silent", ago=visit.ago(feed.last_item))
        case "waiting":
            return visit.words("source_waiting")
    return visit.words("source_well", ago=visit.ago(feed.last_success))


async def status(visit: Visit, text: str) -> Reply:
    """How the bot fares."""
    now = await visit.newsdesk.running.status(visit.asker)
    outbox = ", ".join(f"{state} {n}" for state, n in now.outbox.items() if n) or visit.words("status_outbox_empty")
    counts = visit.words("status_counts", articles=now.articles, feeds=now.feeds, failing=now.failing, chats=now.chats)
    sent = [visit.words("status_last_sent", platform=p, ago=visit.ago(at)) for p, at in now.last_sent.items()]
    loops = [_loop(visit, loop) for loop in now.loops]
    title = heading(visit.words("status_title"))
    said = [_entry(said) for said in (counts, visit.words("status_outbox", text=outbox), *sent, *loops)]
    told = [line(text) for notice in now.notices for text in (_told(visit, notice), *notice.lines)]
    return Reply((title, *told, *said), private=True)


def _entry(said: str) -> Paragraph:
    """A line of a list, which platforms keep close to the next one."""
    return line(f"• {said}")


def _told(visit: Visit, notice: Notice) -> str:
    return f"{visit.words(notice.key)} ({visit.ago(notice.at)})"


def _loop(visit: Visit, loop: LoopState) -> str:
    ago = visit.ago(loop.last_good)
    if loop.failures:
        return visit.words("status_loop_failing", name=loop.name, n=loop.failures, ago=ago, error=loop.error[:REASON])
    return visit.words("status_loop", name=loop.name, ago=ago)


async def reload(visit: Visit, text: str) -> Reply:
    """Read the config again."""
    changes = await visit.newsdesk.running.reload(visit.asker)
    said = visit.say("reloaded", n=len(changes))
    return Reply((said, *map(_entry, changes)), private=True)
