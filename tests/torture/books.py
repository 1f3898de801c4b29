"""What the rows say of one chat."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.e2e.house import Rows

Told = tuple[str, tuple[str, ...]]
"""A headline and its sources."""


@dataclass
class Books:
    """By story: ``doubts`` are sends that may have shown it once more, ``uncertain`` what nobody knows of, ``more``
    what was only counted. ``all_doubts`` counts the sends, ``unknown`` the posts that are uncertain; ``posts`` have the
    stories of each post, ``counted`` how many stories each counts, how many it says, and its state; ``edited`` what the
    last edit that was sent says, by its number."""

    doubts: Counter[int] = field(default_factory=Counter)
    uncertain: set[int] = field(default_factory=set)
    more: set[int] = field(default_factory=set)
    ways: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    all_doubts: int = 0
    unknown: int = 0
    posts: dict[int, list[int]] = field(default_factory=dict)
    counted: dict[int, tuple[int, int, str]] = field(default_factory=dict)
    edited: dict[int, list[Told]] = field(default_factory=dict)

    @classmethod
    async def of(cls, chat_id: int, rows: Rows) -> Books:
        """The books of a chat."""
        books, mine, counted = cls(), f"chat_id = {chat_id}", Counter[int]()
        for story, state, note, delivery in await rows.all(
            f"SELECT story_id, state, note, delivery_id FROM outcomes WHERE {mine}"
        ):
            books.ways[story].append(f"{state} {note} by {delivery}")
            if state == "more":
                books.more.add(story)
                counted[delivery] += 1
        latest: dict[int, int] = {}
        for platform, number, kind, state, reason, doubts, target, written in await rows.all(
            "SELECT platform, id, kind, state, reason, doubts, target, digest FROM deliveries "
            f"WHERE {mine} AND kind IN ('post', 'edit', 'reply') ORDER BY id"
        ):
            digest = json.loads(written)
            if kind != "edit":  # where a send shows once, it is doubted as often as it likes
                books.all_doubts += (doubts if platform == "telegram" else 0) + (state == "uncertain")
            stories = [told["story_id"] for told in digest["stories"]]
            for story in stories:
                books.ways[story].append(f"{kind} {number} {state} ({reason}) doubts {doubts}")
            if kind == "post":
                books._post(number, state, doubts, stories)
                books.counted[number] = counted[number], digest.get("more", 0), state
            elif kind == "edit":
                books._edit(number, state, reason, target, digest, latest)
        return books

    def _post(self, number: int, state: str, doubts: int, stories: list[int]) -> None:
        self.posts[number] = stories
        unknown = state == "uncertain"
        self.unknown += unknown
        for story in stories:
            self.doubts[story] += doubts + unknown
        self.uncertain |= set(stories) if unknown else set()

    def _edit(
        self, number: int, state: str, reason: str, target: int, digest: Mapping[str, Any], latest: dict[int, int]
    ) -> None:
        """Another edit of a post takes the place of the one before it, whatever became of it."""
        self.edited.pop(latest.get(target, 0), None)
        latest[target] = number
        if state == "sent" and not reason:
            self.edited[number] = [
                (told["headline"], tuple(source["name"] for source in told.get("sources", ())))
                for told in digest["stories"]
            ]

    def doubles(self, seen: Mapping[int, int]) -> Iterator[int]:
        """How often each post stands there once more, by the stories that are in no other."""
        shown = Counter(story for stories in self.posts.values() for story in stories)
        for stories in self.posts.values():
            yield max([0, *(seen.get(story, 0) - 1 for story in stories if shown[story] == 1)])

    def way(self, story_id: int) -> str:
        """All that is known of one."""
        return "; ".join(self.ways.get(story_id, ["no row"]))
