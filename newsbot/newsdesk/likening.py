"""Stories like one: those that share its headline's telling words."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsbot.domain.match import fits
from newsbot.domain.models import Article, DigestStory
from newsbot.domain.query import And, Node, Or, Prefix, SearchQuery, Term, parse_search
from newsbot.errors import QueryError
from newsbot.newsdesk.asking import Asker
from newsbot.newsdesk.reading import Reading
from newsbot.newsdesk.tools import Tools
from newsbot.storage.search import SearchRequest

WORDS = 6  # of the headline, the rarest
NAMED = 2  # of them make the topic that is offered
SHARED = 2  # words that another story must have to be alike
CANDIDATES = 60
SHOWN = 5
_PLAIN = re.compile(r"\w(?:[\w'’.-]*\w)?")


@dataclass(frozen=True, slots=True)
class Alike:
    """Stories like the one of ``headline``, and the words (``text``) that would follow it as a topic, "" for none."""

    headline: str
    stories: tuple[DigestStory, ...] = ()
    text: str = ""


class Likening:
    """Finds stories like another."""

    def __init__(self, tools: Tools, reading: Reading) -> None:
        self._tools = tools
        self._reading = reading

    async def like(self, asker: Asker, story_id: int) -> Alike:
        """Other stories of the same matter, those that share most first. Raises NotFound."""
        first = (await self._reading.articles(asker, story_id))[0]
        headline = first.title
        wanted = await self._telling(headline)
        if not wanted:
            return Alike(headline)
        named = topic_words(headline, first.text, [said(node) for node in wanted])
        if len(wanted) < SHARED:
            return Alike(headline, (), named)
        own = await self._tools.own_feeds(await self._tools.known(asker))
        found = await self._sharing(wanted, own)
        order = dict.fromkeys(a.story_id for a in found if a.story_id not in (None, story_id))
        alike = [i for i in order if i is not None][:SHOWN]
        return Alike(headline, await self._reading.tell(asker, alike), named)

    async def _telling(self, headline: str) -> list[Node]:
        """What the headline says in its rarest words that other articles have too, rarest first."""
        try:
            query = parse_search(" ".join(_PLAIN.findall(headline)), self._tools.analyzer, self._tools.lexicon)
        except QueryError:
            return []
        search = self._tools.storage.search
        keys = {key for term in query.terms for phrase in phrases(term) for key in phrase}
        known, documents = await search.frequencies(list(keys)), await search.documents()
        often = {node: frequency(node, known) for node in query.node.nodes if len(said(node).encode()) > 1}
        telling = [node for node, n in often.items() if 1 < n <= max(20, documents // 5)]
        return sorted(telling, key=lambda node: often[node])[:WORDS]

    async def _sharing(self, wanted: Sequence[Node], own: tuple[int, ...]) -> list[Article]:
        query = SearchQuery("", And((Or(tuple(wanted)),)))
        request = SearchRequest(query, CANDIDATES, own=own, now=self._tools.now())
        result = await self._tools.storage.search.find(request)
        found = await self._tools.storage.articles.get([hit.article_id for hit in result.hits])
        shared = await asyncio.to_thread(lambda: {article.id: self._shared(article, wanted) for article in found})
        return sorted((a for a in found if shared[a.id] >= SHARED), key=lambda a: -shared[a.id])

    def _shared(self, article: Article, wanted: Sequence[Node]) -> int:
        analyzed = self._tools.analyzer.article(article.title, article.text, article.language)
        return sum(fits(SearchQuery("", And((node,))), analyzed) for node in wanted)


def phrases(term: Term | Prefix) -> tuple[tuple[str, ...], ...]:
    """What a term is satisfied by; of a prefix nothing is known."""
    return term.phrases if isinstance(term, Term) else ()


def frequency(node: Node, known: Mapping[str, int]) -> int:
    """About how many articles have what ``node`` asks for: of each phrase its rarest key, alternatives added up."""
    terms = SearchQuery("", And((node,))).terms
    return sum(min(known.get(key, 0) for key in phrase) for term in terms[:1] for phrase in phrases(term) if phrase)


def said(node: Node) -> str:
    """The words that ``node`` was typed as."""
    first = next(iter(SearchQuery("", And((node,))).terms), None)
    return first.text if isinstance(first, Term) else ""


def topic_words(headline: str, text: str, words: Sequence[str]) -> str:
    """The two of ``words`` (rarest first) that name what a story is about, in the headline's order: proper names
    before others, figures never. A name has its capital in the middle of the text's sentences too."""
    plain = [re.sub(r"['’]s$", "", word) for word in words]
    telling = [word for word in plain if word and not word[0].isdigit()]
    chosen = sorted(telling, key=lambda word: not _is_name(word, text))[:NAMED]
    return " ".join(sorted(chosen, key=headline.find))


def _is_name(word: str, text: str) -> bool:
    return word[:1].isupper() and re.search(rf"[\w,;] {re.escape(word)}\b", text) is not None
