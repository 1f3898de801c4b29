"""A desk that answers a handful of lines from a script, for tests of the chat itself."""

from __future__ import annotations

import asyncio
from collections import Counter

from newsbot.newsdesk.asking import Asker
from newsbot.platforms.commands import Request
from newsbot.platforms.views import Block, Button, CommandInfo, Completion, Item, Paragraph, Reply, Span

TOPICS = ("Xiaomi EV", "Solid-state battery", "Space")


class ScriptedDesk:
    """Implements the web chat's Desk port. ``seen`` counts each line and press that reached it; while ``gate`` is
    unset, answers wait, and ``reached`` says that one does."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.askers: list[Asker] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.reached = asyncio.Event()
        self.replies: dict[str, Reply] = {}
        self.presses: dict[str, Reply] = {}

    async def command(self, request: Request) -> Reply:
        self.seen[request.text] += 1
        self.askers.append(request.asker)
        self.reached.set()
        await self.gate.wait()
        if request.text in self.replies:
            return self.replies[request.text]
        if request.text.startswith("/search"):
            return page(request.text.partition(" ")[2], 1)
        if request.text.startswith("/"):
            return Reply((Paragraph((Span("You said "), Span(request.text, "bold"))),))
        return Reply()

    async def press(self, request: Request, action: str) -> Reply:
        self.seen[action] += 1
        await self.gate.wait()
        if action in self.presses:
            return self.presses[action]
        verb, *arguments = action.split(":")
        if verb == "page":
            return page(arguments[0], int(arguments[1]), edit=True)
        if verb == "wy":
            return Reply((Paragraph((Span("Because you follow Xiaomi EV."),)),))
        return Reply(toast=f"Done: {action}")

    async def complete(self, request: Request, text: str) -> list[Completion]:
        command, _, start = text.partition(" ")
        found = [t for t in TOPICS if t.lower().startswith(start.lower())]
        return [Completion(f"{command} {topic}", topic, "topic") for topic in found]

    def commands(self, asker: Asker | None = None) -> list[CommandInfo]:
        return [
            CommandInfo("start", "/start", "What I can do"),
            CommandInfo("search", "/search QUERY", "Look through everything", arguments=("query",)),
            CommandInfo("subscribe", "/subscribe [what] [when]", "News for this chat", arguments=("what", "when")),
            CommandInfo("follow", "/follow TOPIC", "Follow a topic", arguments=("topic",)),
        ]


def page(query: str, number: int, *, edit: bool = False) -> Reply:
    """One page of three results, with a button to the next."""
    items: list[Block] = [
        Item((Span(f"Result {n} for {query}", url=f"https://example.org/{n}"),), number=n)
        for n in range(number * 3 - 2, number * 3 + 1)
    ]
    heading = Paragraph((Span(f"Page {number}", "bold"),), heading=True)
    return Reply((heading, *items), ((Button("Next", f"page:{query}:{number + 1}"),),), edit=edit)
