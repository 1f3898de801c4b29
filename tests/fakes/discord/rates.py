"""Discord's limits: https://discord.com/developers/docs/topics/rate-limits."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.discord.errors import ApiError

PER_SECOND = 50
CROSSPOSTS = 10
HOUR = 3600.0
UNLIMITED = 100_000
PUBLISHED_EDIT, OLD_EDIT = 20028, 30046
WORDS = {
    PUBLISHED_EDIT: "The write action you are performing on the channel has hit the write rate limit",
    OLD_EDIT: "Maximum number of edits to messages older than 1 hour reached. Try again later",
}
"""Limits with a code: https://github.com/discord/discord-api-docs/issues/6109. How many they let through is told
nowhere; the numbers below are ours."""
FOLLOWUP, CROSSPOST = "followups", "crossposts"
INVALID = 10_000
INVALID_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in so many seconds."""

    calls: int
    seconds: float


@dataclass(slots=True)
class Bucket:
    """The calls of one route and its major parameter in the running window."""

    limit: Limit
    name: str
    used: int = 0
    resets: float = 0

    def spend(self, now: float) -> float:
        """One call; returns the seconds to wait when it is one too many, else 0."""
        if now >= self.resets:
            self.used, self.resets = 0, now + self.limit.seconds
        if self.used >= self.limit.calls:
            return max(self.resets - now, 0.001)
        self.used += 1
        return 0

    def headers(self, now: float) -> dict[str, str]:
        """#header-format."""
        return {
            "X-RateLimit-Limit": str(self.limit.calls),
            "X-RateLimit-Remaining": str(max(self.limit.calls - self.used, 0)),
            "X-RateLimit-Reset": f"{self.resets:.3f}",
            "X-RateLimit-Reset-After": f"{max(self.resets - now, 0):.3f}",
            "X-RateLimit-Bucket": self.name,
        }


class RateLimited(ApiError):
    """429 with #exceeding-a-rate-limit-rate-limit-response-structure."""

    def __init__(self, seconds: float, scope: str, code: int = 0) -> None:
        words = "The resource is being rate limited." if scope == "shared" else "You are being rate limited."
        super().__init__(429, code, WORDS.get(code, words), retry_after=round(seconds, 3))
        self.more["global"] = scope == "global"
        self.headers = {"Retry-After": str(1 if code else int(seconds) + 1), "X-RateLimit-Scope": scope}
        if scope == "global":
            self.headers["X-RateLimit-Global"] = "true"

    def body(self) -> dict[str, object]:
        """Without a code, as the real one, but for limits that have one; their headers tell a second."""
        return {"message": self.message, **self.more} | ({"code": self.code} if self.code else {})


class Rates:
    """Off unless a test says ``on``: then 50 calls a second over all, each route's own limit, 5 in 5 seconds for what
    changes a channel's messages. ``refusals`` counts the 429s. ``limits`` are the limits by route ("POST /channels/…")
    that differ from ``usual``, and those that no header tells: followups of a channel, crossposts of an hour (of a
    whole guild if ``crossposts_by_guild``), edits of published and of old messages. Who made ``most_invalid`` invalid
    requests in 10 minutes is shut out, on or off.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.on = False
        self.refusals = 0
        self.per_second = PER_SECOND
        self.most_invalid = INVALID
        self.crossposts_by_guild = False
        self.usual = Limit(5, 5.0)
        self.limits: dict[str, Limit] = {
            "POST /channels/{channel_id}/messages/{message_id}/crosspost": Limit(20, 10.0),
            CROSSPOST: Limit(CROSSPOSTS, HOUR),
            FOLLOWUP: Limit(30, 60.0),
            str(PUBLISHED_EDIT): Limit(3, 1200.0),
            str(OLD_EDIT): Limit(5, HOUR),
            "POST /webhooks/{webhook_id}/{token}": Limit(5, 2.0),
            "GET /channels/{channel_id}": Limit(10, 10.0),
            "GET /channels/{channel_id}/messages": Limit(10, 10.0),
            "POST /users/@me/channels": Limit(10, 10.0),
        }
        self._now = now
        self._sent: deque[float] = deque()
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._invalid: deque[float] = deque()

    def spend_global(self) -> None:
        """One call of any route that a token signs; RateLimited when it is one too many in this second."""
        now = self._now()
        while self._sent and self._sent[0] <= now - 1:
            self._sent.popleft()
        if self.on and len(self._sent) >= self.per_second:
            raise self._refuse(self._sent[0] + 1 - now, "global")
        self._sent.append(now)

    def spend(self, route: str, major: str) -> Bucket:
        """One call of ``route`` at ``major``; RateLimited, with the headers, when it is one too many."""
        bucket = self._bucket(route, major)
        wait = bucket.spend(self._now())
        if wait:
            refused = self._refuse(wait, "user")
            refused.headers |= bucket.headers(self._now())
            raise refused
        return bucket

    def spend_hidden(self, name: str, major: str, scope: str = "shared", code: int = 0) -> None:
        """One call of a limit that no header tells; RateLimited, with the seconds in its body, when it is too many."""
        if wait := self._bucket(name, major).spend(self._now()):
            raise self._refuse(wait, scope, code)

    def headers(self, bucket: Bucket) -> dict[str, str]:
        """What every answer of the bucket tells."""
        return bucket.headers(self._now())

    def _bucket(self, route: str, major: str) -> Bucket:
        limit = self.limits.get(route, self.usual) if self.on else Limit(UNLIMITED, 1.0)
        bucket = self._buckets.get((route, major))
        if bucket is None or bucket.limit != limit:
            name = hashlib.md5(route.encode(), usedforsecurity=False).hexdigest()
            bucket = self._buckets[route, major] = Bucket(limit, name)
        return bucket

    def _refuse(self, seconds: float, scope: str, code: int = 0) -> RateLimited:
        self.refusals += 1
        return RateLimited(max(seconds, 0.001), scope, code)

    def invalid(self) -> None:
        """Count an answer of 401, 403 or 429: #invalid-request-limit-aka-cloudflare-bans."""
        self._invalid.append(self._now())

    @property
    def banned(self) -> bool:
        """Whether there were too many of them in the last 10 minutes."""
        while self._invalid and self._invalid[0] <= self._now() - INVALID_SECONDS:
            self._invalid.popleft()
        return len(self._invalid) >= self.most_invalid
