"""What becomes of a post from which a story, or all of it, is taken back. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from newsbot.domain.models import DeliveryState, Digest, DigestStory

WITHDRAWN, DELETED = "withdrawn", "deleted"
"""Notes of outcomes: an admin of the bot took the story back everywhere; an admin of the chat deleted its post."""

TAKEN_BACK = frozenset({WITHDRAWN, DELETED})
"""A story with one of these notes never waits in its chat again."""

SHOWS_ONCE = frozenset({"discord", "web"})
"""The platforms where a post that is sent again shows once, so that its answer tells which message the first was: those
whose senders are idempotent."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do: ``drop`` the delivery, give it other ``content``, ``retract`` what it posted, or edit that to
    ``edit``."""

    drop: bool = False
    content: Digest | None = None
    retract: bool = False
    edit: Digest | None = None


def without(digest: Digest, story_id: int) -> Digest:
    """The digest with all its stories but this one."""
    return replace(digest, stories=tuple(story for story in digest.stories if story.story_id != story_id))


def found_again(platform: str, *, doubts: int, parts: int) -> bool:
    """Whether sending a queued post tells which messages of it are out already: ``parts`` of it surely are, or nobody
    knows it of a whole one, sent where it shows once."""
    return parts > 0 or (doubts > 0 and platform in SHOWS_ONCE)


def taken_back(state: DeliveryState, *, found: bool, left: Digest) -> Verdict:
    """What becomes of a post in ``state`` of which ``left`` remains; ``found``: see :func:`found_again`.

    One that may have been accepted already and would be found goes out with what remains (nothing at all is an empty
    story), and what it was before is edited or retracted then: only so is it known which message that is. One that
    surely never left, or would only show twice, does not go out."""
    rest = left if left.stories else None
    match state:
        case DeliveryState.SENT:
            return Verdict(retract=rest is None, edit=rest)
        case DeliveryState.SENDING:
            return Verdict(content=rest or _emptied(left), retract=rest is None, edit=rest)
        case DeliveryState.QUEUED if found:
            return Verdict(content=rest or _emptied(left), retract=rest is None, edit=rest)
        case DeliveryState.QUEUED | DeliveryState.UNCERTAIN | DeliveryState.QUARANTINED:
            return Verdict(drop=rest is None, content=rest)
    return Verdict()


def _emptied(digest: Digest) -> Digest:
    return replace(digest, stories=(DigestStory(0, ""),), more=0, pings=())
