"""Moments on a story's way in words, as chats and the command line tell them."""

from __future__ import annotations

from newsbot.domain.withdrawing import TAKEN_BACK
from newsbot.locales import Words
from newsbot.newsdesk.ways import Passage


def detailed(words: Words, passage: Passage) -> str:
    """What else there is to say of a moment, as far as anybody may know it; "" where that is nothing."""
    if passage.kind in {"held", "due"}:
        return held(words, passage.detail)
    if passage.kind == "left_out":
        return noted(words, passage.detail)
    return "" if passage.kind in {"queued", "withdrawn", "again", "retracted"} else passage.detail


def held(words: Words, note: str) -> str:
    """The planner's note on a story that waits; "" without one."""
    return words("way_note", note=note) if note else ""


def noted(words: Words, note: str) -> str:
    """The planner's note on a story that was left out."""
    kind, _, detail = note.partition(":")
    if kind == "language":
        return words("why_note_language", detail=detail)
    if kind == "muted" and detail in {"source", "story", "topic"}:
        return words(f"why_note_{detail}")
    if kind == "lesson":
        return words("why_note_lesson", detail=detail)
    if kind in {"ended", "old"} | TAKEN_BACK:
        return words(f"why_note_{kind}")
    return words("why_note_other", note=note)
