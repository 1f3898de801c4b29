"""What must hold at the end: every announced story in every chat that covers it, once, and nothing that waits."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tests.e2e.house import Rows
from tests.torture.press import Press, Story, covered
from tests.torture.town import Place, Town

SOON = 1500
"""Milliseconds that are worth a wait."""

QUEUED = (
    "state = 'queued' AND NOT (deliveries.kind <> 'post' AND EXISTS "
    "(SELECT 1 FROM deliveries post WHERE post.id = deliveries.target AND post.state = 'uncertain'))"
)
"""What waits; but what is to be done with a post that is uncertain waits for an admin, as the post does."""


async def settled(rows: Rows, press: Press) -> bool:
    """Whether all is stored and planned, and nothing is left to be done now: what waits, waits for later, or for a
    chat that does not take it."""
    if await rows.count("articles") < len(press.guids) or await rows.count("articles WHERE state <> 2"):
        return False
    if await rows.count("deliveries WHERE state = 'sending'"):
        return False
    soon = int(time.time() * 1000) + SOON
    of_open = "JOIN chats ON chats.id = chat_id WHERE paused = ''"
    due = await rows.count(f"outcomes {of_open} AND state = 'waiting' AND due <= {soon}")
    return not due and not await rows.count(f"deliveries {of_open} AND {QUEUED} AND not_before <= {soon}")


@dataclass
class Ledger:
    """The books: ``counts`` by name, and what is ``broken``, in words."""

    counts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    @classmethod
    async def read(cls, rows: Rows, town: Town, press: Press) -> Ledger:
        """Compare what the press announced, what the rows say and what is to be seen."""
        ledger = cls()
        await ledger._rows_are_at_rest(rows)
        stories = await ledger._stories(rows, press)
        for place in town.places:
            await ledger._place(place, town, rows, press, stories)
        ledger.counts |= Counter({"stories": len(press.stories), "grown": press.grown, "corrected": press.corrected})
        return ledger

    async def _rows_are_at_rest(self, rows: Rows) -> None:
        states = await rows.all("SELECT kind, state, count(*) FROM deliveries GROUP BY kind, state")
        self.counts.update({f"{kind}s {state}": number for kind, state, number in states})
        for number, kind, state, reason, native in await rows.all(
            "SELECT deliveries.id, deliveries.kind, state, reason, native FROM deliveries "
            "JOIN chats ON chats.id = chat_id "
            f"WHERE {QUEUED} OR state IN ('sending', 'quarantined') OR (state = 'dropped' AND deliveries.kind = 'post')"
        ):
            self._break(f"delivery {number} ({kind}) in {native} is {state}: {reason}")
        for native, reason in await rows.all("SELECT native, paused FROM chats WHERE paused <> ''"):
            self._break(f"chat {native} is still paused: {reason}")
        for native, state, note, number in await rows.all(
            "SELECT native, state, note, count(*) FROM outcomes JOIN chats ON chats.id = chat_id "
            "WHERE state NOT IN ('shown', 'more') GROUP BY native, state, note"
        ):
            self._break(f"{number} stories in {native} are {state} ({note})")

    async def _stories(self, rows: Rows, press: Press) -> dict[str, int]:
        """The bot's story of each token. No two events may be one to it, or a missing one would be nobody's fault."""
        found: defaultdict[str, set[int]] = defaultdict(set)
        known = press.guids
        stored = await rows.all("SELECT guid, story_id FROM articles")
        for guid, story_id in stored:
            found[known[guid].token].add(story_id)
        if len(stored) != len(known):
            self._break(f"{len(known)} articles were published, {len(stored)} are stored")
        self.counts["stories told apart"] = sum(len(ids) > 1 for ids in found.values())
        if doubled := [n for n, times in Counter(i for ids in found.values() for i in ids).items() if times > 1]:
            self._break(f"stories {doubled} hold two events")
        return {token: min(ids) for token, ids in found.items()}

    async def _place(self, place: Place, town: Town, rows: Rows, press: Press, stories: dict[str, int]) -> None:
        """One chat. What "N more" counts is told, though it is not shown."""
        texts = await place.read(rows)
        seen = Counter({s.token: sum(s.token in text for text in texts) for s in press.stories})
        books = await Books.of(town.ids[place.name], rows)
        for story in press.stories:
            if covered(place.what, story):
                self._story(place, story, seen[story.token], books, stories.get(story.token, 0))
            elif seen[story.token]:
                self._break(f"{place.name}: {story.token} is there, though nobody ordered it")

    def _story(self, place: Place, story: Story, seen: int, books: Books, story_id: int) -> None:
        self.counts["chat × story"] += 1
        exactly = place.key.platform != "telegram"
        doubts, uncertain = books.doubts[story_id], story_id in books.uncertain
        if seen == 0 and story_id in books.more:
            self.counts["in N more"] += 1
        elif seen == 0 and uncertain:
            self.counts[f"uncertain and not there ({place.key.platform})"] += 1
        elif seen == 0:
            self._break(f"{place.name}: {story.token} (story {story_id}) never came: {books.way(story_id)}")
        elif seen > 1 and (exactly or seen - 1 > doubts):
            self._break(f"{place.name}: {story.token} (story {story_id}) came {seen} times: {books.way(story_id)}")
        else:
            self.counts["doubles accounted for"] += seen - 1
            self.counts["uncertain and there"] += uncertain

    def _break(self, what: str) -> None:
        self.broken.append(what)


@dataclass
class Books:
    """What the rows say of one chat, by story: ``doubts`` are sends that may have shown it once more."""

    doubts: Counter[int] = field(default_factory=Counter)
    uncertain: set[int] = field(default_factory=set)
    more: set[int] = field(default_factory=set)
    ways: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    async def of(cls, chat_id: int, rows: Rows) -> Books:
        """The books of a chat."""
        books, mine = cls(), f"chat_id = {chat_id}"
        for story, state, note, delivery in await rows.all(
            f"SELECT story_id, state, note, delivery_id FROM outcomes WHERE {mine}"
        ):
            books.ways[story].append(f"{state} {note} by {delivery}")
            if state == "more":
                books.more.add(story)
        for number, kind, state, reason, doubts, digest in await rows.all(
            f"SELECT id, kind, state, reason, doubts, digest FROM deliveries WHERE {mine} AND kind IN ('post', 'edit')"
        ):
            for told in json.loads(digest)["stories"]:
                books.ways[told["story_id"]].append(f"{kind} {number} {state} ({reason}) doubts {doubts}")
                if kind == "post":
                    books.doubts[told["story_id"]] += doubts + (state == "uncertain")
                    books.uncertain |= {told["story_id"]} if state == "uncertain" else set()
        return books

    def way(self, story_id: int) -> str:
        """All that is known of one."""
        return "; ".join(self.ways.get(story_id, ["no row"]))
