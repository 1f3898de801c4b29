"""Stories like one: those that share its headline's telling words."""

from __future__ import annotations

from dataclasses import dataclass

from newsbot.domain.models import Article, DigestStory
from newsbot.domain.query import parse_search
from newsbot.newsdesk.reading import Reading
from newsbot.newsdesk.tools import Tools
from newsbot.storage.search import SearchRequest

WORDS = 6  # of the headline, the rarest
NAMED = 2  # of them make the topic that is offered
SHARED = 2  # words that another story must have to be alike
CANDIDATES = 40
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Alike:
    """Stories like the one of ``headline``, and the words (``text``) that would follow it as a topic, "" for none."""

    headline: str
    stories: tuple[DigestStory, ...]
    text: str


class Likening:
    """Finds stories like another."""

    def __init__(self, tools: Tools, reading: Reading) -> None:
        self._tools = tools
        self._reading = reading

    async def like(self, story_id: int) -> Alike:
        """Other stories of the same matter, best first. Raises NotFound."""
        articles = await self._reading.articles(story_id)
        headline = articles[0].title
        words = await self._telling(headline)
        if not words:
            return Alike(headline, (), "")
        found = await self._sharing(list(words.values()), set(words))
        order = dict.fromkeys(a.story_id for a in found if a.story_id not in (None, story_id))
        stories = await self._reading.tell([i for i in list(order)[:SHOWN] if i is not None])
        return Alike(headline, stories, " ".join(list(words.values())[:NAMED]))

    async def _telling(self, headline: str) -> dict[str, str]:
        """The headline's rarest keys that other articles have too, rarest first, each with the word as written."""
        words = [t for t in self._tools.analyzer.tokens(headline) if len(t.text) > 1 or not t.text.isascii()]
        tokens = {token.key: token.text for token in words}
        known = await self._tools.storage.search.frequencies(list(tokens))
        common = max(20, await self._tools.storage.search.documents() // 5)
        telling = sorted((known.get(key, 0), key) for key in tokens if 1 < known.get(key, 0) <= common)
        return {key: tokens[key] for _, key in telling[:WORDS]}

    async def _sharing(self, words: list[str], keys: set[str]) -> list[Article]:
        tools = self._tools
        query = parse_search(" OR ".join(f'"{word}"' for word in words), tools.analyzer, tools.lexicon)
        result = await tools.storage.search.find(SearchRequest(query, CANDIDATES, now=tools.now()))
        found = await tools.storage.articles.get([hit.article_id for hit in result.hits])
        return [article for article in found if len(keys & self._keys(article)) >= min(SHARED, len(keys))]

    def _keys(self, article: Article) -> set[str]:
        text = f"{article.title}\n{article.text[:4000]}"
        return {key for token in self._tools.analyzer.tokens(text) for key in token.keys}
