"""/why, and the button under a post that asks the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from newsbot.domain.models import Reason
from newsbot.domain.plan import LATE
from newsbot.errors import NotFound
from newsbot.newsdesk.explanation import Explanation, Missed
from newsbot.newsdesk.naming import address
from newsbot.newsdesk.ways import Passage
from newsbot.platforms.actions import short
from newsbot.platforms.answers.passages import detailed, noted
from newsbot.platforms.answers.refusing import told
from newsbot.platforms.answers.running import health
from newsbot.platforms.answers.telling import UNTITLED
from newsbot.platforms.answers.visit import Visit, heading, line, number
from newsbot.platforms.answers.withdrawing import delete_button
from newsbot.platforms.views import Button, Paragraph, Reply, Span

SOON = timedelta(minutes=1)
MOST_WORDS = 200
"""Characters of a platform's own words that are repeated."""
LONGEST_WAY = 20
"""The latest moments that are shown of a way."""
EVERYTHING = "everything"
"""The label of a subscription to all there is."""


async def why(visit: Visit, text: str) -> Reply:
    """Why the article at an address came here, or did not."""
    url = address(text)
    if not url:
        return Reply((visit.say("why_needs_link"),), error=True)
    try:
        return _told(visit, await visit.newsdesk.explaining.link(visit.asker, url))
    except NotFound as error:
        return Reply((line(told(visit.words, error)), *await _unread(visit, url)), error=True)


async def _unread(visit: Visit, url: str) -> list[Paragraph]:
    """How the feeds fare that may be expected to carry what was never read."""
    rows = await visit.newsdesk.sourcing.of_site(visit.asker, url)
    lines = [line(f"• {row.feed.label}: {health(visit, row)}") for row in rows]
    return [visit.say("why_unread"), *lines] if lines else []


async def press_why(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Why a story came here. Who presses that has its post before them: it needs no word on when it came, and is there
    also where the answer that it is has not been recorded yet."""
    found = await visit.newsdesk.explaining.story(visit.asker, number(arguments[0]))
    there = found.verdict == "shown" and found.standing in {"sent", "sending"}
    return _told(visit, found, visit.words("why_shown") if there else "")


async def press_way(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """The whole way of a story to this chat."""
    found = await visit.newsdesk.explaining.story(visit.asker, number(arguments[0]))
    said = [line(_passage(visit, passage)) for passage in found.way[-LONGEST_WAY:]]
    return Reply((heading(visit.words("way_title")), *said), private=True)


def _passage(visit: Visit, passage: Passage) -> str:
    detail = detailed(visit.words, passage)
    said = f"{visit.moment(passage.at)}: {visit.words(f'way_{passage.kind}')}"
    return f"{said} ({detail[:MOST_WORDS]})" if detail else said


def _told(visit: Visit, found: Explanation, verdict: str = "") -> Reply:
    title = Paragraph((Span(found.headline or UNTITLED, "bold", url=found.url),))
    blocks = [title, line(verdict or _verdict(visit, found))]
    kept = found.verdict == "skipped" or found.standing == "withdrawn"
    reasons = found.outcome.reasons if found.outcome and not kept else ()
    blocks += [Paragraph(_reason(visit, reason)) for reason in reasons]
    if not reasons and found.orders and not kept:
        blocks.append(line(visit.words("why_covered", labels=", ".join(o.label for o in found.orders)), "muted"))
    return Reply((*blocks, *_beside(visit, found)), buttons=_buttons(visit, found), private=True)


def _beside(visit: Visit, found: Explanation) -> Iterator[Paragraph]:
    """What else there is to say: how often its post was changed, and what did not bring it."""
    edits = found.edits
    if edits and found.standing == "sent" and (last := edits[-1].sent_at):
        yield line(visit.words("why_edited", n=len(edits), moment=visit.moment(last)), "muted")
    if found.verdict == "uncovered":
        yield from (line(_missed(visit, missed), "muted") for missed in found.missed)


def _missed(visit: Visit, missed: Missed) -> str:
    kind = missed.missing.kind if missed.missing else "query"
    words = ", ".join(missed.missing.words) if missed.missing else ""
    return visit.words(f"why_missed_{kind}", label=missed.order.label, words=words)


def _verdict(visit: Visit, found: Explanation) -> str:
    standing, post = found.standing, found.post
    if standing == "withdrawn":
        return visit.words("why_withdrawn")
    if standing == "paused":
        return visit.words("why_paused", reason=found.paused)
    if standing == "resting" and found.hold and found.hold.until:
        return visit.words("why_resting", reason=found.hold.reason, moment=visit.moment(found.hold.until))
    if standing == "retrying" and post and post.not_before:
        return visit.words("why_retrying", reason=post.reason[:MOST_WORDS], moment=visit.moment(post.not_before))
    if standing == "sent" and found.verdict == "shown" and post and post.sent_at:
        key = {"": "why_sent", "coming": "why_grows", "none": "why_grown"}[found.growth]
        return visit.words(key, moment=visit.moment(post.sent_at))
    if standing in {"uncertain", "quarantined", "dropped"} and post:
        return visit.words(f"why_{standing}", reason=post.reason[:MOST_WORDS])
    if standing in {"queued", "sending", "stopped"}:
        return visit.words(f"why_{standing}")
    if found.verdict == "waiting":
        return _waiting(visit, found)
    if found.verdict == "skipped":
        return visit.words("why_skipped", note=noted(visit.words, found.note))
    return visit.words(f"why_{found.verdict}", source=found.article.source)


def _waiting(visit: Visit, found: Explanation) -> str:
    due = found.outcome.due if found.outcome else None
    if due is not None and due + LATE <= visit.now:
        return visit.words("why_waiting_late")
    if due is None or due <= visit.now + SOON:
        return visit.words("why_waiting_soon")
    key = f"why_waiting_{found.note}" if found.note in {"quiet", "busy", "ceiling", "late"} else "why_waiting"
    return visit.words(key, moment=visit.moment(due))


def _reason(visit: Visit, reason: Reason) -> tuple[Span, ...]:
    key = "why_reason" if reason.topic_id is None else "why_reason_topic"
    label = visit.words("everything") if reason.label == EVERYTHING else reason.label
    shared = "no" if visit.asker.chat_kind == "private" else "yes"
    spans = [Span("• " + visit.words(key, label=label, shared=shared))]
    if reason.words:
        spans.append(Span(": " + visit.words("why_reason_words", words=", ".join(reason.words[:8])), "muted"))
    return tuple(spans)


def _buttons(visit: Visit, found: Explanation) -> tuple[tuple[Button, ...], ...]:
    row = [Button(visit.words("subscriptions_button"), short("c", "/subscriptions"))]
    if found.article.story_id is not None:
        if found.standing != "withdrawn" and found.verdict not in {"skipped", "uncovered"}:
            row.append(Button(visit.words("button_mute"), short("mm", found.article.story_id)))
        row.append(Button(visit.words("way_title"), short("ww", found.article.story_id)))
    delete = delete_button(visit, found)
    return (tuple(row), delete) if delete else (tuple(row),)
