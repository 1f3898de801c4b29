"""What must hold at the end: every announced story in every chat that covers it, once, and nothing that waits."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.e2e.house import Rows
from tests.torture.books import Books
from tests.torture.press import Press, Story, covered
from tests.torture.town import Place, Town
from tests.torture.witness import Witness

SOON = 1500
"""Milliseconds that are worth a wait."""
LOST = 0.05
"""Of all posts, so many at most may be such that nobody can know whether they came; and one for each kill that cut off
a send."""
COUNTED = 0.25
"""Of all, so many at most may be told in "N more" alone."""

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

    witness: Witness
    counts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    @classmethod
    async def read(cls, rows: Rows, town: Town, press: Press, witness: Witness) -> Ledger:
        """Compare what the press announced, what the rows say, what the servers know and what is to be seen."""
        ledger = cls(witness)
        witness.read(town)
        await ledger._rows_are_at_rest(rows)
        stories = await ledger._stories(rows, press)
        for place in town.places:
            await ledger._place(place, town.ids[place.name], rows, press, stories)
        ledger.counts |= Counter({"stories": len(press.stories), "grown": press.grown, "corrected": press.corrected})
        ledger._excuses_are_few()
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

    async def _place(self, place: Place, chat: int, rows: Rows, press: Press, stories: dict[str, int]) -> None:
        """One chat. What "N more" counts is told, though it is not shown."""
        texts = list(await place.read(rows))
        said = "\n".join(texts).lower()
        seen = {stories.get(s.token, -n): said.count(s.token) for n, s in enumerate(press.stories, 1)}
        books = await Books.of(chat, rows)
        for number, story in enumerate(press.stories, 1):
            story_id = stories.get(story.token, -number)
            if covered(place.what, story):
                self._story(place, story, seen[story_id], books, story_id)
            elif seen[story_id]:
                self._break(f"{place.name}: {story.token} is there, though nobody ordered it")
        self._doubts(place, chat, books, seen)
        self._more(place, books, texts)
        self._edits(place, books, texts)

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

    def _doubts(self, place: Place, chat: int, books: Books, seen: dict[int, int]) -> None:
        """What the bot calls a doubt, against what its server left without a clear answer, and accepted."""
        doubts, doubles = books.all_doubts, sum(books.doubles(seen))
        may, most = self.witness.doubts(place, chat), self.witness.doubles(place, chat)
        if books.unknown and (place.key.platform == "web" or (place.key.platform == "discord" and place.readable)):
            self._break(f"{place.name}: {books.unknown} posts are uncertain, where the bot can look")
        if doubts > may:
            self._break(f"{place.name}: the bot doubts {doubts} sends, and {may} had no clear answer")
        if doubles > most:
            self._break(f"{place.name}: {doubles} posts stand there once more, and {most} were accepted unheard")
        self.counts["doubts"] += doubts
        self.counts["sends without a clear answer"] += may

    def _more(self, place: Place, books: Books, texts: Sequence[str]) -> None:
        """Each "N more" is right, and stands where its post is."""
        standing = Counter(int(number) for text in texts for number in re.findall(r"and (\d+) more stor", text))
        for number, (counted, told, state) in books.counted.items():
            if counted != told:
                self._break(f"{place.name}: post {number} says {told} more, and {counted} are counted there")
            elif state == "sent" and told and not standing[told]:
                self._break(f"{place.name}: no message says the {told} more of post {number}")
            standing[told] -= 1

    def _edits(self, place: Place, books: Books, texts: Sequence[str]) -> None:
        """What an edit that was sent says is to be read."""
        for number, stories in books.edited.items():
            for headline, sources in stories:
                words = [headline, *sources] if len(stories) == 1 else [headline]
                if any(all(_plain(word) in _plain(text) for word in words) for text in texts):
                    self.counts[f"edits seen ({place.key.platform})"] += 1
                else:
                    self._break(f"{place.name}: edit {number} was sent, and “{headline}” of {sources} is not there")

    def _excuses_are_few(self) -> None:
        all_told = self.counts["chat × story"]
        posts = sum(number for name, number in self.counts.items() if name.startswith("posts "))
        if (lost := self.counts["posts uncertain"]) > max(4, LOST * posts + self.witness.hits):
            self._break(f"{lost} of {posts} posts are uncertain")
        if self.counts["in N more"] > COUNTED * all_told:
            self._break(f"{self.counts['in N more']} of {all_told} are told in “N more” alone")

    def _break(self, what: str) -> None:
        self.broken.append(what)


def _plain(text: str) -> str:
    return text.replace("\\", "").lower()
