"""What happens in a tour, written down as it happens, as the README shows it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

WIDTH = 104
BOT = "newsbot"


@dataclass
class Script:
    """The lines of a transcript."""

    lines: list[str] = field(default_factory=list)

    def title(self, text: str) -> None:
        """A heading."""
        self.lines += ["", f"── {text} ──"] if self.lines else [f"── {text} ──"]

    def note(self, who: str, text: str) -> None:
        """Somebody says ``text``: their name stands in front of its first line."""
        lines = [shown for line in text.split("\n") for shown in textwrap.wrap(line, WIDTH)]
        self.lines += [f"{'' if number else who:<8} {line}" for number, line in enumerate(lines)]
