"""What the outside must be able to do for us. Owned by those who call; implemented at the edge.

Imported from everywhere; imports only the nouns.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsbot.domain.models import ChatKey, Delivery, ParsedFeed


class Clock(Protocol):
    """The time, replaceable in tests."""

    def now(self) -> datetime:
        """Now, aware, in UTC."""

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds``; cancellation ends it at once."""


class Wake(Protocol):
    """A hint that rows of a kind have changed; losing one costs only the polling interval."""

    def notify(self, name: str) -> None:
        """Wake whoever waits for ``name`` ("collect", "judge", "plan", "deliver", "transcript")."""

    async def wait(self, name: str, timeout: float) -> None:
        """Return at a notification since the last wait, or after ``timeout`` seconds."""


@dataclass(frozen=True, slots=True)
class ProbedFeed:
    """What a feed would give: its final address and what was read there."""

    url: str
    feed: ParsedFeed


class FeedProbe(Protocol):
    """Looks at an address for a person who wants to subscribe to it."""

    async def probe(self, url: str) -> ProbedFeed:
        """Find the feed at ``url`` or, on a web page, the feed it names. Raises :class:`newsbot.errors.FeedError`."""


# --- sending -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform accepted it: its message ids, in order of the parts.

    ``publish``: a post stands where others may follow from elsewhere, and is wanted there: a delivery of kind "publish"
    is to come after it. ``note``: what had to be left out to have it accepted, with the platform's words."""

    message_ids: tuple[str, ...]
    publish: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Surely not accepted; try again after ``seconds`` (None: our own backoff).

    ``whole_platform``: every chat must wait. ``tried`` is False when it was not even tried, since its turn under the
    platform's limits had not come: that is no failed attempt. ``limited``: the platform said that it was too much.
    ``reached`` is False when there was no connection to it at all."""

    reason: str
    seconds: float | None = None
    whole_platform: bool = False
    tried: bool = True
    limited: bool = False
    reached: bool = True


@dataclass(frozen=True, slots=True)
class Unknown:
    """The outcome is not known: it may have been accepted. ``final``: and no further attempt can find it out."""

    reason: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class ChatGone:
    """The place cannot be posted to until something changes there (blocked, kicked, permission lost)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The place has a new address; re-key the chat and send again."""

    to: ChatKey


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform refuses this content for ever; its own words in ``reason``."""

    reason: str


@dataclass(frozen=True, slots=True)
class Over:
    """Nothing is left to be done, and there is nothing to mend: somebody deleted what was sent."""

    reason: str


SendOutcome = Sent | RetryLater | Unknown | ChatGone | Moved | Rejected | Over

OnPart = Callable[[tuple[str, ...]], Awaitable[None]]
"""Told after each part of a post that goes out in several messages: the ids of all messages so far, in order."""


class Sender(Protocol):
    """A platform's way out. Never raises for what a platform may answer: every answer is an outcome."""

    @property
    def platform(self) -> str:
        """The platform's name, as in :class:`ChatKey`."""

    @property
    def idempotent(self) -> bool:
        """Whether sending a delivery twice shows it once: then a lost send is sent again, else it is uncertain."""

    @property
    def waiting(self) -> int:
        """How many of its sends wait for their turn under the platform's limits. What is claimed beyond a few would
        only wait here, and what is urgent behind it."""

    def recall(self, sent: Sequence[tuple[ChatKey, datetime]]) -> None:
        """What another process sent just now, and when: its sends count for the platform's limits too."""

    async def send(self, delivery: Delivery, sent: OnPart) -> SendOutcome:
        """Carry out one delivery; "publish" is only asked of a sender whose :class:`Sent` did.

        A post or reply that already has ``message_ids`` was cut off after these parts and goes on behind them;
        ``sent`` is awaited after each part, so that a later attempt knows where to go on."""


# --- the web chat's own store --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the web chat. ``rev`` grows with every change anywhere, so that a page that knows a
    ``rev`` asks for what came after it. ``body`` is JSON text, rendered; ``key`` makes an append idempotent."""

    id: int
    chat: str
    key: str
    author: str
    body: str
    at: datetime
    rev: int
    deleted: bool = False


class Transcript(Protocol):
    """Where the web chat keeps what a real platform keeps for its bots: the messages of each chat."""

    async def append(self, chat: str, key: str, author: str, body: str, at: datetime) -> Message:
        """Add a message, or return the one that already has this ``key``."""

    async def replace(self, message_id: int, body: str) -> Message | None:
        """Put a new body in place of the old; None when there is no such message."""

    async def delete(self, message_id: int) -> bool:
        """Mark as deleted (its rev grows, its body is emptied)."""

    async def forget(self, chat: str) -> None:
        """Delete every message of a chat, so that nothing of it is left; pages learn of it by other ways."""

    async def get(self, message_id: int) -> Message | None:
        """The message with this id; None when there is none, or it was deleted."""

    async def since(self, rev: int, limit: int = 500) -> Sequence[Message]:
        """Messages of all chats added or changed after ``rev``, in order of rev."""

    async def history(self, chat: str, before: int | None = None, limit: int = 50) -> Sequence[Message]:
        """The last ``limit`` messages of a chat with an id below ``before``, oldest first, deleted ones left out."""

    async def last_rev(self) -> int:
        """The newest rev, 0 when there is none."""
