"""/why, and the button under a post that asks the same."""

from __future__ import annotations

from datetime import timedelta

from newsbot.domain.models import Reason
from newsbot.domain.withdrawing import TAKEN_BACK
from newsbot.newsdesk.explaining import Explanation
from newsbot.newsdesk.naming import address
from newsbot.platforms.actions import short
from newsbot.platforms.answers.telling import UNTITLED
from newsbot.platforms.answers.visit import Visit, line, number
from newsbot.platforms.answers.withdrawing import delete_button
from newsbot.platforms.views import Button, Paragraph, Reply, Span

SOON = timedelta(minutes=1)
EVERYTHING = "everything"
"""The label of a subscription to all there is."""


async def why(visit: Visit, text: str) -> Reply:
    """Why the article at an address came here, or did not."""
    url = address(text)
    if not url:
        return Reply((visit.say("why_needs_link"),), error=True)
    return _told(visit, await visit.newsdesk.explaining.link(visit.asker, url))


async def press_why(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Why a story came here."""
    return _told(visit, await visit.newsdesk.explaining.story(visit.asker, number(arguments[0])))


def _told(visit: Visit, found: Explanation) -> Reply:
    title = Paragraph((Span(found.headline or UNTITLED, "bold", url=found.url),))
    blocks = [title, line(_verdict(visit, found))]
    reasons = found.outcome.reasons if found.outcome and found.verdict != "skipped" else ()
    blocks += [Paragraph(_reason(visit, reason)) for reason in reasons]
    if not reasons and found.orders:
        blocks.append(line(visit.words("why_covered", labels=", ".join(o.label for o in found.orders)), "muted"))
    return Reply(tuple(blocks), buttons=_buttons(visit, found), private=True)


def _verdict(visit: Visit, found: Explanation) -> str:
    if found.verdict == "waiting":
        return _waiting(visit, found)
    if found.verdict == "skipped":
        return visit.words("why_skipped", note=_note(visit, found.note))
    return visit.words(f"why_{found.verdict}", source=found.article.source)


def _waiting(visit: Visit, found: Explanation) -> str:
    due = found.outcome.due if found.outcome else None
    if due is None or due <= visit.now + SOON:
        return visit.words("why_waiting_soon")
    key = {"quiet": "why_waiting_quiet", "busy": "why_waiting_busy"}.get(found.note, "why_waiting")
    return visit.words(key, moment=visit.moment(due))


def _note(visit: Visit, note: str) -> str:
    """The planner's note on a story that was left out, in the bot's words."""
    kind, _, detail = note.partition(":")
    if kind == "language":
        return visit.words("why_note_language", detail=detail)
    if kind == "muted" and detail in {"source", "story", "topic"}:
        return visit.words(f"why_note_{detail}")
    if kind == "lesson":
        return visit.words("why_note_lesson", detail=detail)
    if kind == "ended":
        return visit.words("why_note_ended")
    if kind in TAKEN_BACK:
        return visit.words(f"why_note_{kind}")
    return visit.words("why_note_other", note=note)


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
        row.append(Button(visit.words("button_mute"), short("mm", found.article.story_id)))
    delete = delete_button(visit, found)
    return (tuple(row), delete) if delete else (tuple(row),)
