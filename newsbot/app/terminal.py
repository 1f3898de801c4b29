"""What the person at the terminal sees: where to go, each post as it goes out, each feed that fails."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.text import Text

from newsbot.domain.models import Delivery
from newsbot.domain.ports import Over, RetryLater, SendOutcome, Sent

MARKS = {"post": "→", "edit": "↻", "reply": "↳", "retract": "✗", "publish": "»"}


class Terminal:
    """Writes to ``console``; feed titles and headlines are plain text there, whatever markup they pretend to hold.

    Each line on what happens begins with its time, as log lines do (:mod:`newsbot.logs`).
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    def started(self, url: str | None, roles: Sequence[str]) -> None:
        """The bot runs; ``url`` is the web chat's address."""
        if url:
            self._console.print(Text.assemble("newsbot runs. Open ", (url, "bold underline"), " in a browser."))
        else:
            self._console.print(f"newsbot runs: {', '.join(roles)}.")
        self._console.print(Text("Ctrl-C stops it.", "dim"))

    def met(self, platform: str, address: str) -> None:
        """A platform has said who the bot is there."""
        self._console.print(Text.assemble(self._time(), (f"{platform}: ", "green"), (address, "bold")))

    def stopping(self) -> None:
        """A signal came."""
        self._console.print(Text("Finishing what is in flight…", "dim"))

    def polled(self, feed: str, new: int, error: str) -> None:
        """One feed was polled: how many articles were new, or why it failed."""
        if error:
            self._console.print(Text.assemble(self._time(), ("✗ ", "red"), feed, (f": {error}", "red")))
        elif new:
            self._console.print(Text.assemble(self._time(), ("+ ", "green"), feed, f": {new} new"))

    def settled(self, delivery: Delivery, answer: SendOutcome) -> None:
        """A platform answered."""
        stories = delivery.digest.stories
        headline = stories[0].headline if stories else ""
        look = "green" if isinstance(answer, Sent) else "dim" if isinstance(answer, Over) else "red"
        line = Text.assemble(
            self._time(),
            (MARKS[delivery.kind] + " ", look),
            (f"{delivery.chat}  ", "cyan"),
            headline,
        )
        if len(stories) > 1:
            line.append(f"  and {len(stories) - 1 + delivery.digest.more} more", "dim")
        elif stories and len(stories[0].sources) > 1:
            line.append(f"  ({len(stories[0].sources)} sources)", "dim")
        if not isinstance(answer, Sent):
            again = " (will be tried again)" if isinstance(answer, RetryLater) else ""
            line.append(f"  {answer.reason if hasattr(answer, 'reason') else answer}{again}", look)
        self._console.print(line)

    def _time(self) -> tuple[str, str]:
        """Now: local and short where a person watches, else ISO 8601 in UTC."""
        if self._console.is_terminal:
            return f"{datetime.now().astimezone():%H:%M:%S} ", "dim"
        return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} ", "dim"
