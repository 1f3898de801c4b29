"""The newspapers: stories of invented words that come out all the time, are told by others too, and are corrected."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

from tests.e2e.house import SYLLABLES, Feeds, News, rss

PAPERS, WIRES, RARE = ("courier", "herald"), ("gazette", "bulletin"), "almanac"
"""Feeds of the categories "papers" and "wires", and one that seldom has anything."""
SHARE = 0.04
"""Of the stories, what the rare one has."""
KEPT = 400
"""Articles that a feed carries: more than come out while it is not read, for no bot can tell of what it never saw."""
FRESH = 20
"""Stories of which one may grow or be corrected."""


@dataclass(slots=True)
class Story:
    """One event. ``token`` is the first word of each of its headlines, and of no other's; ``told`` has its tellings by
    their feeds."""

    token: str
    told: dict[str, News] = field(default_factory=dict)


class Press:
    """All feeds, and all stories that they ever had, oldest first."""

    def __init__(self, feeds: Feeds, dice: Random) -> None:
        self._feeds, self._dice = feeds, dice
        self._carried: dict[str, list[str]] = {name: [] for name in (*PAPERS, *WIRES, RARE)}
        self._articles: dict[str, News] = {}
        self.stories: list[Story] = []
        self.grown = self.corrected = 0
        for name in self._carried:
            self._print(name)

    @property
    def guids(self) -> dict[str, Story]:
        """The story of every article, by the article's identity."""
        return {article.guid: story for story in self.stories for article in story.told.values()}

    def specs(self) -> list[dict[str, object]]:
        """The config of the feeds."""
        categories = dict.fromkeys(PAPERS, "papers") | dict.fromkeys(WIRES, "wires") | {RARE: "rare"}
        found = self._feeds.specs(every="1s", new_feed="all")
        return [spec | {"category": categories[spec["id"]]} for spec in found]

    def happen(self) -> None:
        """Something: mostly a new story; else one of the last is told by one more, or is corrected."""
        drawn = self._dice.random()
        if drawn < 0.15 and self._grow():
            self.grown += 1
        elif drawn < 0.25 and self._correct():
            self.corrected += 1
        else:
            self.release()

    def revise(self) -> None:
        """One of the last stories is told by one more, and another is corrected: what was posted has to change."""
        self.grown += self._grow()
        self.corrected += self._correct()

    def release(self, name: str = "") -> Story:
        """A new story in one of the feeds, or in the one of this name."""
        number = len(self.stories)
        story = Story(f"{self._word(3)}{chr(97 + number % 26)}{chr(97 + number // 26 % 26)}{chr(97 + number // 676)}")
        drawn = RARE if self._dice.random() < SHARE else self._dice.choice((*PAPERS, *WIRES))
        name = name or drawn
        title = f"{story.token} {self._phrase(5)}".capitalize()
        text = ". ".join(self._phrase(12).capitalize() for _ in range(3))
        self.stories.append(story)
        self._tell(story, name, News(f"https://{name}.example/{number}", title, text))
        return story

    def _grow(self) -> bool:
        """Another feed tells a story, nearly in the same words."""
        candidates = [s for s in self.stories[-FRESH:] if len(s.told) == 1 and RARE not in s.told]
        if not candidates:
            return False
        story = self._dice.choice(candidates)
        (told,) = story.told.values()
        name = self._dice.choice([each for each in (*PAPERS, *WIRES) if each not in story.told])
        number = told.guid.rpartition("/")[2]
        self._tell(story, name, replace(told, guid=f"https://{name}.example/{number}", text=told.text + "."))
        return True

    def _correct(self) -> bool:
        """A feed corrects the last word of a headline."""
        carried = {story.token: story for story in self.stories[-FRESH:]}
        if not carried:
            return False
        story = self._dice.choice(list(carried.values()))
        name, told = self._dice.choice(list(story.told.items()))
        if told.guid not in self._carried[name]:
            return False
        title = f"{told.title.rpartition(' ')[0]} {self._word(3)}"
        story.told[name] = self._articles[told.guid] = replace(told, title=title)
        self._print(name)
        return True

    def _tell(self, story: Story, name: str, article: News) -> None:
        story.told[name] = self._articles[article.guid] = article
        self._carried[name] = [article.guid, *self._carried[name]][:KEPT]
        self._print(name)

    def _print(self, name: str) -> None:
        self._feeds[name] = rss(name, [self._articles[guid] for guid in self._carried[name]])

    def _word(self, length: int) -> str:
        return "".join(self._dice.choices(SYLLABLES, k=length))

    def _phrase(self, length: int) -> str:
        return " ".join(self._word(self._dice.randint(2, 4)) for _ in range(length))


def covered(what: str, story: Story) -> bool:
    """Whether an order for ``what`` (everything, a category or a feed) covers a story."""
    feeds = {"everything": (*PAPERS, *WIRES, RARE), "papers": PAPERS, "wires": WIRES}.get(what, (what,))
    return any(name in feeds for name in story.told)
