"""What the servers know of each chat: which sends they left without a clear answer, and which of those they accepted.

A bot may only doubt what really went unanswered, and may only show twice what was really accepted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.e2e.house import Rows
from tests.fakes.discord.faults import fits
from tests.torture.town import Place, Town

POSTS = ("/channels/*/messages", "/channels/*/threads")
BOUND_TO_HIT = ("telegram", "discord")
"""The platforms with a way to be killed on: a post on the web is one transaction with its row."""


@dataclass
class Witness:
    """``unclear`` sends and the ``accepted`` ones among them, by the chat's name; ``flying`` are posts that a kill cut
    off, by their chats' rows, and ``cut`` by platform; ``hits`` are the kills that cut off any."""

    unclear: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    flying: Counter[int] = field(default_factory=Counter)
    cut: Counter[str] = field(default_factory=Counter)
    hits: int = 0

    async def see_killed(self, rows: Rows) -> None:
        """Note what was in flight when the bot was killed just now."""
        sending = await rows.all("SELECT chat_id, platform, kind FROM deliveries WHERE state = 'sending'")
        self.flying.update(chat for chat, _, kind in sending if kind in ("post", "reply"))
        self.cut.update(platform for _, platform, _ in sending)
        self.hits += any(platform in BOUND_TO_HIT for _, platform, _ in sending)

    def read(self, town: Town) -> None:
        """Look what went wrong in each chat."""
        for place in town.places:
            addresses = place.addresses()
            for unclear, accepted in _telegram(town, addresses) + _discord(town, addresses):
                self.unclear[place.name] += unclear
                self.accepted[place.name] += accepted

    def doubts(self, place: Place, chat_id: int) -> int:
        """So many sends there may be that nobody heard of."""
        return self.unclear[place.name] + self.flying[chat_id]

    def doubles(self, place: Place, chat_id: int) -> int:
        """So many messages may stand there once more."""
        return self.accepted[place.name] + self.flying[chat_id]


def _telegram(town: Town, addresses: set[str]) -> list[tuple[bool, bool]]:
    """Of each failed send to these chats whether its fate was unclear, and whether it was accepted."""
    return [
        (bool(fault.drop_before or done or fault.status), bool(done))
        for method, given, fault in town.telegram.faults.log
        if method == "sendMessage" and str(given.text("chat_id")) in addresses
        for done in [fault.drop_after or fault.done or fault.late]
    ]


def _discord(town: Town, addresses: set[str]) -> list[tuple[bool, bool]]:
    return [
        (bool(fault.drop or fault.late or fault.status >= 500), bool(fault.done or fault.late or fault.drop == "after"))
        for method, path, fault in town.discord.faults.log
        if method == "POST" and any(fits(path, each) for each in POSTS) and path.split("/")[2] in addresses
    ]
