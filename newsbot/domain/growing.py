"""How often a post may be edited as its story grows, and when what is really new may come as a reply to it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(hours=24)
"""A post follows its story's growth for so long."""

CORRECTED = timedelta(days=7)
"""What a post says and a source has taken back is put right for so long."""

SPACES = (
    timedelta(seconds=15),
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
"""Between a post and its first edit, that and the second, and so on: so many edits there are, and no more.
Between corrections too, of which the first goes out at once; after these one may come a day."""

APART = timedelta(hours=1)
"""What is really new comes no sooner after the post, or after the reply before."""

REPLIES = 2
"""Of one story in one chat."""


@dataclass(frozen=True, slots=True)
class Growths:
    """What a post has grown by so far: its edits, replies and corrections, and when the latest of each was for.
    ``pending``: the latest edit is not out yet, so that another takes its place and costs nothing."""

    edits: int = 0
    pending: bool = False
    edited: datetime | None = None
    replies: int = 0
    replied: datetime | None = None
    corrections: int = 0
    corrected: datetime | None = None


def edit_at(posted: datetime, grown: Growths, now: datetime, *, corrects: bool = False) -> datetime | None:
    """When an edit that is planned ``now`` may go out; None when the post grows no more.

    ``corrects``: it takes back what the post says. Such edits are counted apart, and only the first never waits."""
    if corrects:
        return _correct_at(posted, grown, now)
    if grown.pending:
        return _in_its_place(grown, now)
    if grown.edits >= len(SPACES):
        return None
    at = max(now, (grown.edited or posted) + SPACES[grown.edits])
    return at if at - posted <= WINDOW else None


def _correct_at(posted: datetime, grown: Growths, now: datetime) -> datetime | None:
    """A source may correct itself again and again: what it says last comes, but not each word on the way there."""
    at, number = now, grown.corrections - 1
    if grown.corrected is not None:
        at = max(now, grown.corrected + (SPACES[number] if number < len(SPACES) else WINDOW))
    if at - posted <= CORRECTED:
        return at
    return _in_its_place(grown, now) if grown.pending else None


def _in_its_place(grown: Growths, now: datetime) -> datetime:
    """When what takes the place of an edit that is not out goes: a correction that waits is hurried by nothing."""
    return max(now, grown.edited or now, grown.corrected or now)


def may_reply(posted: datetime, grown: Growths, now: datetime) -> bool:
    """Whether a reply may follow a post of then, as far as its number and its time go."""
    since = grown.replied or posted
    return grown.replies < REPLIES and now - since >= APART and now - posted <= WINDOW
