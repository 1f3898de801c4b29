"""Topics: follow a ready-made or a typed one, see what was understood and what it would have brought, unfollow."""

from __future__ import annotations

from dataclasses import dataclass

from newsbot.domain.analyze.language import is_function_word
from newsbot.domain.lessons import taught
from newsbot.domain.models import Subscription, Topic, TopicDefinition, What, When
from newsbot.domain.plan import own_feeds
from newsbot.domain.query import Facet, canonical, compile_topic, understood
from newsbot.errors import BadRequest, NotFound, QueryError
from newsbot.newsdesk.asking import Asker
from newsbot.newsdesk.matching import PREVIEW_DAYS, Preview, preview
from newsbot.newsdesk.naming import Choice, Naming, split_when
from newsbot.newsdesk.subscribing import Subscribed, Subscribing
from newsbot.newsdesk.tools import NeedsPrivate, Tools

LONGEST_TOPIC = 200  # characters
FEW = 20  # articles: of fewer, most says nothing about a topic


@dataclass(frozen=True, slots=True)
class Followed:
    """A topic that is followed now. ``understood`` is the query in words; ``elsewhere`` when it is delivered to the
    asker's private chat while they asked in another."""

    topic: Topic
    understood: str
    preview: Preview
    subscribed: Subscribed
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic in a list. ``subscription`` is the asker's own, None when they do not follow it."""

    topic: Topic
    subscription: Subscription | None


@dataclass(frozen=True, slots=True)
class TopicPage:
    """All about one topic, for the asker."""

    topic: Topic
    understood: str
    preview: Preview
    subscription: Subscription | None


class TooBroad(BadRequest):
    """The topic ``text`` would bring most of what is read, at once."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__("too_broad", text=text)


class Following:
    """Follows are subscriptions of a person's own private chat to a topic."""

    def __init__(self, tools: Tools, naming: Naming, subscribing: Subscribing) -> None:
        self._tools = tools
        self._naming = naming
        self._subscribing = subscribing

    async def follow(
        self, asker: Asker, text: str, when: When | None = None, *, broad: bool = False, whole: bool = False
    ) -> Followed:
        """Follow the ready-made topic called ``text``, or what ``text`` describes; a time at its end sets when, unless
        the ``whole`` of it is the topic.

        Raises NeedsPrivate where the asker has no private chat with us, QueryError when no word is left to look for,
        TooBroad for a typed one that matches nearly anything, unless it comes as a digest or ``broad`` says so.
        """
        chat = await self._tools.private(asker)
        text = text[:LONGEST_TOPIC].strip()
        if known := await self._ready_made(text):
            return await self._follow(asker, known, when)
        text, typed = (text, None) if whole else split_topic(text)
        when = when or typed
        if known := await self._ready_made(text):
            return await self._follow(asker, known, when)
        often = when or chat.settings.when or self._tools.rules.defaults.when
        if not broad and often.kind == "instant" and await self._matches_most(text):
            raise TooBroad(text)
        return await self._follow(asker, await self._typed(text), when)

    async def follow_id(self, asker: Asker, topic_id: int) -> Followed:
        """Follow a topic by its id, as a button does. Raises NotFound, NeedsPrivate."""
        self.may(asker)
        return await self._follow(asker, await self.topic(asker, topic_id), None)

    async def follow_ready(self, asker: Asker, ref: str) -> Followed:
        """Follow the ready-made topic with this slug, else with this id, as a link names it. Raises NotFound, also for
        a topic that somebody typed: its id is nobody else's to name."""
        ready, wanted = await self._tools.ready_made(), ref.casefold()
        found = next((t for t in ready if (t.slug or "").casefold() == wanted), None)
        found = found or next((t for t in ready if str(t.id) == ref), None)
        if found is None:
            raise NotFound("topic_unknown")
        return await self._follow(asker, found, None)

    async def unfollow(self, asker: Asker, text: str) -> Topic:
        """Stop following the topic called ``text``. Raises NotFound, NeedsPrivate."""
        self.may(asker)
        name = text.casefold()
        for row in await self.followed(asker):
            if name in {row.topic.name.casefold(), (row.topic.slug or row.topic.name).casefold()}:
                return await self.unfollow_id(asker, row.topic.id)
        raise NotFound("not_following", text=text)

    async def unfollow_id(self, asker: Asker, topic_id: int) -> Topic:
        """Stop following a topic; nothing happens when a ready-made one was not followed. Raises NotFound,
        NeedsPrivate."""
        self.may(asker)
        topic = await self.topic(asker, topic_id)
        own = [o.id for o in await self._own(asker) if o.what == _what(topic)]
        if own:
            await self._tools.storage.chats.unsubscribe(own)
        return topic

    def may(self, asker: Asker) -> None:
        """Raises NeedsPrivate where no private chat of the asker is known: nothing can be followed there."""
        if asker.private_chat is None:
            raise NeedsPrivate

    async def topic(self, asker: Asker, topic_id: int) -> Topic:
        """A topic by its id: a ready-made one, or one that comes to the asker. Raises NotFound for somebody else's."""
        found = await self._tools.storage.topics.get(topic_id)
        if found is None or not (found.slug or await self._comes(asker, found)):
            raise NotFound("topic_gone")
        return found

    async def _comes(self, asker: Asker, topic: Topic) -> bool:
        here = await self._tools.orders(await self._tools.known(asker))
        return any(o.what == _what(topic) for o in (*here, *await self._own(asker)))

    async def topics(self, asker: Asker) -> list[TopicRow]:
        """The ready-made topics, then those that the asker typed, each with whether they follow it."""
        ready = await self._tools.ready_made()
        own = {int(o.what.ref): o for o in await self._own(asker) if o.what.kind == "topic"}
        rows = [TopicRow(topic, own.get(topic.id)) for topic in ready]
        ready_ids = {topic.id for topic in ready}
        typed = [await self._tools.storage.topics.get(topic_id) for topic_id in own if topic_id not in ready_ids]
        return rows + [TopicRow(topic, own[topic.id]) for topic in typed if topic is not None]

    async def names(self, asker: Asker) -> list[str]:
        """What the topics that the asker follows are called."""
        return [order.label for order in await self._own(asker) if order.what.kind == "topic"]

    async def followed(self, asker: Asker) -> list[TopicRow]:
        """The topics that the asker follows."""
        return [row for row in await self.topics(asker) if row.subscription is not None]

    async def page(self, asker: Asker, topic_id: int) -> TopicPage:
        """A topic with what is understood, and its preview. Raises NotFound."""
        topic = await self.topic(asker, topic_id)
        own = next((o for o in await self._own(asker) if o.what == _what(topic)), None)
        wanted = taught(topic.definition, own.lessons) if own else topic.definition
        seen = await preview(self._tools, wanted, PREVIEW_DAYS, topic.id)
        feeds = own_feeds((*await self._own(asker), *await self._tools.orders(await self._tools.known(asker))))
        return TopicPage(topic, self._understood(wanted), seen.seen_by(feeds), own)

    async def preview(self, query: str, days: int = PREVIEW_DAYS) -> tuple[str, Preview]:
        """What a typed topic is understood as, and would have matched. Raises QueryError."""
        definition = TopicDefinition(query=query)
        return self._understood(definition), await preview(self._tools, definition, days)

    async def _follow(self, asker: Asker, topic: Topic, when: When | None) -> Followed:
        chat = await self._tools.private(asker)
        choice = Choice(_what(topic), topic.name, topic.slug or topic.name)
        subscribed = await self._subscribing.place(asker, chat, choice, when=when)
        wanted = taught(topic.definition, subscribed.subscription.lessons)
        seen = subscribed.preview or Preview((), PREVIEW_DAYS)
        if wanted != topic.definition:
            seen = await preview(self._tools, wanted, PREVIEW_DAYS, topic.id)
            seen = seen.seen_by(await self._tools.own_feeds(chat))
        return Followed(topic, self._understood(wanted), seen, subscribed, chat.key != asker.chat)

    async def _ready_made(self, text: str) -> Topic | None:
        found = await self._tools.storage.topics.find(text)
        return found if found is not None and found.slug and found.enabled else None

    async def _typed(self, text: str) -> Topic:
        definition = TopicDefinition(query=text)
        compile_topic(definition, self._tools.analyzer, self._tools.lexicon)  # says no before anything is stored
        return await self._tools.storage.topics.ensure(text, definition, canonical(definition), self._tools.now())

    async def _matches_most(self, text: str) -> bool:
        """Whether there are only function words, or every word is in most articles."""
        query = compile_topic(TopicDefinition(query=text), self._tools.analyzer, self._tools.lexicon)
        if all(_says_nothing(facet) for facet in query.facets):
            return True
        words = [[alias.keys[0] for alias in facet.aliases if len(alias.keys) == 1] for facet in query.facets]
        known = await self._tools.storage.search.frequencies([key for keys in words for key in keys])
        most = await self._tools.storage.articles.count() / 2
        return most >= FEW / 2 and all(max((known.get(key, 0) for key in keys), default=0) > most for keys in words)

    def _understood(self, definition: TopicDefinition) -> str:
        try:
            return understood(compile_topic(definition, self._tools.analyzer, self._tools.lexicon))
        except QueryError:
            return definition.query

    async def _own(self, asker: Asker) -> list[Subscription]:
        key = asker.private_chat
        chat = await self._tools.storage.chats.find(key) if key else None
        return await self._tools.orders(chat) if chat else []


def _says_nothing(facet: Facet) -> bool:
    """A function word that is no acronym ("it", but not "IT") and has no other name ("who" has)."""
    shouted = facet.label.isupper() and len(facet.label) > 1
    return len(facet.aliases) == 1 and not shouted and is_function_word(facet.label.lower())


def split_topic(text: str) -> tuple[str, When | None]:
    """A topic and when: only an unmistakable time is cut off its end, for "now" and "weekly" may be meant as words."""
    typed = text.split()
    words, when = split_when(typed)
    unmistakable = (
        len(typed) - len(words) > 1 or (when is not None and when.kind == "hourly") or "".join(typed[-1:])[:1].isdigit()
    )
    return (" ".join(words), when) if when and words and unmistakable else (text, None)


def _what(topic: Topic) -> What:
    return What("topic", str(topic.id))
