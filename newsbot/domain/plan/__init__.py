"""What goes to which chat, and in what form: fan-out of articles to subscriptions, and of stories to posts. Pure.

Two decisions, both over plain values:

- :func:`outcome` : does this article's story concern this chat, through which subscriptions, and from when on?
- :func:`compose` : of the stories that wait in a chat, which are posted now, one by one or as one digest?
"""

from newsbot.domain.plan.absence import AWAY, READING, caught_up, still_reading, was_away
from newsbot.domain.plan.bounds import BUSY_POSTS, BUSY_WINDOW, EVENING, Bounds, Held, bounds_of, held
from newsbot.domain.plan.composing import (
    BURST,
    LATE,
    Candidate,
    Composition,
    Post,
    by_importance,
    called,
    compose,
    due_anew,
    due_now,
)
from newsbot.domain.plan.fanning import (
    SETTLE,
    Judged,
    covers,
    lapsed,
    outcome,
    outdated,
    own_feeds,
    seen_by,
    veto,
)

__all__ = [
    "AWAY",
    "BURST",
    "BUSY_POSTS",
    "BUSY_WINDOW",
    "EVENING",
    "LATE",
    "READING",
    "SETTLE",
    "Bounds",
    "Candidate",
    "Composition",
    "Held",
    "Judged",
    "Post",
    "bounds_of",
    "by_importance",
    "called",
    "caught_up",
    "compose",
    "covers",
    "due_anew",
    "due_now",
    "held",
    "lapsed",
    "outcome",
    "outdated",
    "own_feeds",
    "seen_by",
    "still_reading",
    "veto",
    "was_away",
]
