"""Every error newsbot raises on purpose.

::

    NewsbotError
    ├── ConfigError             the YAML is wrong; carries every problem, with file and line
    ├── BadRequest              a person asked for something impossible; the text is shown to them
    │   ├── Forbidden           they may not
    │   └── NotFound            there is no such thing
    ├── QueryError              a topic or a search with no words in it
    ├── FeedError               one feed's expected failure; the text is shown in /sources
    │   ├── FetchError          the address did not answer, or not with a feed
    │   ├── UnsafeUrl           the address points into a private network
    │   └── ParseError          the bytes are no feed we can read
    ├── StorageError            the database cannot be used just now
    │   ├── StorageBusy         locked by another process
    │   └── StorageFull         no room on the disk
    ├── PlatformError           a platform cannot be used just now; it is tried again
    │   ├── TokenRefused        it does not know the bot's token: only a new config helps
    │   └── TokenShared         another program uses the same token
    ├── ListenError             the web server cannot have the address that it was given
    └── LeadershipLost          another process has taken over this loop

What a platform answers to a send is no error but a value: :mod:`newsbot.domain.ports`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class NewsbotError(Exception):
    """The root of all expected failures."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a config: where it is (``line`` 0: nowhere in the file) and what is wrong with it."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        """``FILE:LINE: key: what is wrong``."""
        line = f":{self.line}" if self.line else ""
        return f"{self.file}{line}: {self.key + ': ' if self.key else ''}{self.message}"


class ConfigError(NewsbotError):
    """The config is refused; ``problems`` holds every reason, never only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class BadRequest(NewsbotError):
    """A person's request cannot be carried out.

    ``key`` names a sentence of the bot's own words (:mod:`newsbot.locales`), ``values`` fills it.
    """

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values: Mapping[str, object] = values
        super().__init__(f"{key} {values}" if values else key)


class Forbidden(BadRequest):
    """The asker lacks the right."""


class NotFound(BadRequest):
    """The thing asked for does not exist."""


class QueryError(NewsbotError):
    """A query or topic has no words to look for."""


class FeedError(NewsbotError):
    """One feed failed in an expected way; the others go on."""


class FetchError(FeedError):
    """No usable HTTP answer. ``status`` is None when there was none; ``retry_after`` is in seconds."""

    def __init__(self, message: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        self.status = status
        self.retry_after = retry_after
        super().__init__(message)


class UnsafeUrl(FeedError):
    """The address, a redirect or its DNS answer leads to a private, loopback or link-local network."""


class ParseError(FeedError):
    """The bytes are no feed, or one made to harm."""


class StorageError(NewsbotError):
    """The database cannot be used just now; nothing was written."""


class StorageBusy(StorageError):
    """Another process holds the lock."""


class StorageFull(StorageError):
    """The disk is full."""


class PlatformError(NewsbotError):
    """A platform does not answer, or not as it should; the text says so in words, with no token in it."""


class TokenRefused(PlatformError):
    """The platform does not know the bot's token."""


class TokenShared(PlatformError):
    """Another program uses the bot's token, and takes away what is sent to the bot."""


class ListenError(NewsbotError):
    """The web server cannot listen: the port is taken, needs a privilege, or the address is not this machine's."""


class LeadershipLost(NewsbotError):
    """This process's lease of a loop ran out and another took it; nothing was written."""
