"""/sources for everyone; /feeds, /status and /reload for the bot's admins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from newsbot.domain.models import Delivery, DeliveryState, Hold
from newsbot.newsdesk.running import STOPPED, LoopState, Notice, Status
from newsbot.newsdesk.sourcing import SourceRow
from newsbot.platforms.actions import short
from newsbot.platforms.answers.paging import page_of, turning
from newsbot.platforms.answers.visit import Visit, heading, line, number
from newsbot.platforms.views import Block, Button, Item, Paragraph, Reply, Span

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
    lines = [(Span(health(visit, row)),), (Span(" · ".join(about), "muted"),)]
    if address:
        lines.append((Span(feed.url, "code"),))
    url = feed.site if feed.site.startswith(("http://", "https://")) else ""
    return Item((Span(feed.label, "bold", url=url),), tuple(lines), number=n)


def health(visit: Visit, row: SourceRow) -> str:
    """How a feed fares, in words."""
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
    return await _status(visit)


async def _status(visit: Visit, toast: str = "") -> Reply:
    now = await visit.newsdesk.running.status(visit.asker)
    counts = visit.words("status_counts", articles=now.articles, feeds=now.feeds, failing=now.failing, chats=now.chats)
    sent = [visit.words("status_last_sent", platform=p, ago=visit.ago(at)) for p, at in now.last_sent.items()]
    loops = [_loop(visit, loop) for loop in now.loops]
    title = heading(visit.words("status_title"))
    said = [_entry(said) for said in (counts, *_outbox(visit, now), *sent, *loops)]
    told = [line(text) for notice in now.notices for text in (_told(visit, notice), *notice.lines)]
    holds = [line(_held(visit, hold), "bold") for hold in now.holds]
    stuck: list[Block] = (
        [visit.say("status_stuck"), *(_stuck(visit, delivery) for delivery in now.stuck)] if now.stuck else []
    )
    stop = Button(visit.words("status_stop_button"), short("c", "/pause"), style="danger")
    go_on = Button(visit.words("status_go_on_button"), short("c", "/resume"), style="primary")
    buttons = ((go_on,),) if now.holds else ((stop,),)
    return Reply((title, *holds, *told, *said, *stuck), buttons, private=True, toast=toast, edit=bool(toast))


def _outbox(visit: Visit, now: Status) -> list[str]:
    """Each platform's outbox, what it said of our pace, and the chats that cannot be written to."""
    said: list[str] = []
    for platform, figures in now.outbox.items():
        waiting = figures.depth["queued"] + figures.depth["sending"]
        values = {"queued": waiting, "minute": figures.sent_minute, "hour": figures.sent_hour}
        said.append(visit.words("status_platform", platform=platform, **values))
        if figures.oldest is not None:
            said.append(visit.words("status_oldest", platform=platform, ago=visit.ago(figures.oldest)))
    said += [visit.words("status_limited", platform=platform, n=n) for platform, n in now.limited.items()]
    return said + [visit.words("status_paused", n=n, reason=reason[:REASON]) for reason, n in now.paused.items()]


def _held(visit: Visit, hold: Hold) -> str:
    by_admin = visit.words("status_by_admin", ago=visit.ago(hold.since))
    reason = by_admin if hold.reason == STOPPED else hold.reason[:REASON]
    said = visit.words("status_stopped", platform=hold.platform or "all", reason=reason)
    return f"{said} {visit.words('status_until', ahead=visit.ago(hold.until))}" if hold.until else said


def _stuck(visit: Visit, delivery: Delivery) -> Item:
    """A delivery that nobody but an admin can help, with what they can do."""
    kind = "uncertain" if delivery.state is DeliveryState.UNCERTAIN else "quarantined"
    stories = delivery.digest.stories
    about = f"{delivery.id} · {delivery.chat} · {visit.words(f'way_{kind}')}: {delivery.reason[:REASON]}"
    again = Button(visit.words("status_again_button"), short("da", delivery.id))
    drop = Button(visit.words("status_drop_button"), short("dd", delivery.id))
    headline = stories[0].headline if stories else str(delivery.id)
    return Item((Span(headline, "bold"),), ((Span(about, "muted"),),), (again, drop))


async def press_again(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Send a delivery again."""
    await visit.newsdesk.running.retry(visit.asker, number(arguments[0]))
    return await _status(visit, visit.notice("delivery_again"))


async def press_drop(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Give a delivery up."""
    await visit.newsdesk.running.drop(visit.asker, number(arguments[0]))
    return await _status(visit, visit.notice("delivery_dropped"))


async def pause(visit: Visit, text: str) -> Reply:
    """The emergency stop."""
    await visit.newsdesk.running.stop(visit.asker, text)
    go_on = Button(visit.words("status_go_on_button"), short("c", f"/resume {text.strip()}".strip()), style="primary")
    said = visit.say("posting_stopped", platform=text.strip().casefold() or "all")
    return Reply((said,), ((go_on,),), private=True)


async def resume(visit: Visit, text: str) -> Reply:
    """The end of the emergency stop."""
    ended = await visit.newsdesk.running.go_on(visit.asker, text)
    if await visit.newsdesk.running.holds(text.strip().casefold() or None):
        go_on = Button(visit.words("status_go_on_button"), short("c", "/resume"), style="primary")
        return Reply((visit.say("posting_still"),), ((go_on,),), private=True)
    return Reply((visit.say("posting_goes_on" if ended else "posting_free"),), private=True)


def _entry(said: str) -> Paragraph:
    """A line of a list, which platforms keep close to the next one."""
    return line(f"• {said}")


def _told(visit: Visit, notice: Notice) -> str:
    sentence, _, platform = notice.key.partition(":")
    return f"{visit.words(sentence, platform=platform)} ({visit.ago(notice.at)})"


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
