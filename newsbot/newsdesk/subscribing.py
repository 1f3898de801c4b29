"""Standing orders: subscribe, unsubscribe, pause, change when; and the sample that a new one begins with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from newsbot.domain import plan
from newsbot.domain.match import narrowing
from newsbot.domain.models import Article, Chat, Feed, Match, NewFeed, Outcome, OutcomeState, Subscription, What, When
from newsbot.domain.query import parse_search
from newsbot.domain.schedule import next_due, parse_when
from newsbot.errors import BadRequest, NotFound
from newsbot.newsdesk.asking import Asker, must_run_chat
from newsbot.newsdesk.naming import Choice, Naming
from newsbot.newsdesk.tools import Tools

SAMPLE_DAYS = timedelta(days=7)
SAMPLE_ARTICLES = 300  # newest ones that are looked at for a sample


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A standing order as it now is. ``created`` is False when the chat had it, ``changed`` when its time is new.

    ``sample``: stories that come at once; ``first``: when a scheduled one's first digest comes (UTC);
    ``added``: the feed that was made for it.
    """

    subscription: Subscription
    chat: Chat
    created: bool
    changed: bool = False
    sample: int = 0
    first: datetime | None = None
    added: Feed | None = None


class Subscribing:
    """The standing orders of chats."""

    def __init__(self, tools: Tools, naming: Naming) -> None:
        self._tools = tools
        self._naming = naming

    async def subscribe(self, asker: Asker, text: str) -> Subscribed:
        """Carry out ``what [query] [when]`` for the asker's chat.

        Raises Forbidden, Unclear, BadRequest (no feed there, too many), QueryError.
        """
        must_run_chat(asker)
        order = await self._naming.order(asker, text)
        chat = await self._tools.here(asker)
        return await self.place(asker, chat, order.choice, order.query, order.when, order.added)

    async def place(
        self,
        asker: Asker,
        chat: Chat,
        choice: Choice,
        query: str = "",
        when: When | None = None,
        added: Feed | None = None,
        matches: dict[int, Match] | None = None,
    ) -> Subscribed:
        """Give ``chat`` the order, or change the time of the one it has, and begin it with a sample.

        ``matches`` are a topic's, by article id, where they are known.
        """
        tools = self._tools
        if query:
            parse_search(query, tools.analyzer, tools.lexicon)
        had = await self._existing(chat, choice.what, query)
        wanted = when or (had.when if had else None) or chat.settings.when or tools.rules.defaults.when
        due = next_due(wanted, tools.zone(chat), tools.now())
        label = f"{choice.label}: {query}" if query else choice.label
        if had is not None:
            changed = had.when != wanted or had.paused
            if changed:
                await tools.storage.chats.update_subscription(had.id, when=wanted, next_due=due, paused=False)
            return Subscribed(await self._one(had.id), chat, created=False, changed=changed, first=due)
        made, _ = await tools.storage.chats.subscribe(
            chat_id=chat.id, what=choice.what, query=query, label=label, when=wanted, next_due=due,
            created=tools.now(), created_by=f"{asker.platform}:{asker.user_id}",
        )  # fmt: skip
        sample = await self._sample(chat, made, matches or {}) if wanted.kind == "instant" else 0
        return Subscribed(made, chat, created=True, sample=sample, first=due, added=added)

    async def unsubscribe(self, asker: Asker, text: str) -> list[Subscription]:
        """End the orders that ``text`` names: by label, else all on that feed, category or topic.

        Raises Forbidden, NotFound.
        """
        must_run_chat(asker)
        orders = await self.all(asker)
        name = text.casefold()
        ending = [o for o in orders if o.label.casefold() == name]
        if not ending and (choice := (await self._naming.names(asker)).exact(text)):
            ending = [o for o in orders if o.what == choice.what]
        if not ending:
            raise NotFound("not_subscribed", text=text)
        await self._tools.storage.chats.unsubscribe([o.id for o in ending])
        return ending

    async def all(self, asker: Asker) -> list[Subscription]:
        """The orders of the asker's chat, oldest first."""
        return await self._tools.orders(await self._tools.known(asker))

    async def own(self, asker: Asker, subscription_id: int) -> Subscription:
        """One order of the asker's chat. Raises NotFound for another's, and for one that has ended."""
        found = await self._tools.storage.chats.subscription(subscription_id)
        chat = await self._tools.known(asker)
        if found is None or found.chat_id != chat.id or not chat.id:
            raise NotFound("subscription_gone")
        return found

    async def remove(self, asker: Asker, subscription_id: int) -> Subscription:
        """End one order; returns it as it was. Raises Forbidden, NotFound."""
        must_run_chat(asker)
        found = await self.own(asker, subscription_id)
        await self._tools.storage.chats.unsubscribe([found.id])
        return found

    async def pause(self, asker: Asker, subscription_id: int, *, paused: bool) -> Subscription:
        """Let an order rest, or go on. Raises Forbidden, NotFound."""
        must_run_chat(asker)
        found = await self.own(asker, subscription_id)
        due = await self._due(asker, found.when)
        await self._tools.storage.chats.update_subscription(found.id, when=found.when, next_due=due, paused=paused)
        return await self._one(found.id)

    async def change_when(self, asker: Asker, subscription_id: int, text: str) -> Subscription:
        """Give an order another time. Raises Forbidden, NotFound, BadRequest for no time to post."""
        must_run_chat(asker)
        found = await self.own(asker, subscription_id)
        when = read_when(text)
        due = await self._due(asker, when)
        await self._tools.storage.chats.update_subscription(found.id, when=when, next_due=due, paused=found.paused)
        return await self._one(found.id)

    async def restore(self, asker: Asker, what: What, query: str, when: str, label: str) -> Subscribed:
        """Take back an ending: place the same order again. Raises Forbidden, BadRequest."""
        must_run_chat(asker)
        chat = await self._tools.here(asker)
        name = label.removesuffix(f": {query}") if query else label
        return await self.place(asker, chat, Choice(what, name, name), query, read_when(when))

    async def end_all(self, asker: Asker) -> list[Subscription]:
        """End every order of the asker's chat; returns them as they were. Raises Forbidden."""
        must_run_chat(asker)
        orders = await self.all(asker)
        await self._tools.storage.chats.unsubscribe([o.id for o in orders])
        return orders

    async def _due(self, asker: Asker, when: When) -> datetime | None:
        return next_due(when, self._tools.zone(await self._tools.known(asker)), self._tools.now())

    async def _one(self, subscription_id: int) -> Subscription:
        found = await self._tools.storage.chats.subscription(subscription_id)
        if found is None:
            raise NotFound("subscription_gone")
        return found

    async def _existing(self, chat: Chat, what: What, query: str) -> Subscription | None:
        """The chat's order for this, if any. Raises BadRequest when it is new and the chat has too many."""
        orders = await self._tools.orders(chat)
        limit = self._tools.rules.subscriptions_per_chat
        had = next((o for o in orders if (o.what, o.query) == (what, query)), None)
        if had is None and len(orders) >= limit:
            raise BadRequest("too_many_subscriptions", limit=limit)
        return had

    # --- the sample ------------------------------------------------------------------------------

    async def _sample(self, chat: Chat, order: Subscription, matches: dict[int, Match]) -> int:
        """Let a new instant order begin with what is there already; returns how many stories will come.

        They go the way of all stories: recorded as waiting, due now, for the planner to compose.
        """
        if not (wanted := await self._wanted(order)):
            return 0
        outcomes = await self._recent(chat, order, matches, first_only=wanted == "latest")
        if outcomes:
            await self._tools.storage.outbox.record([], outcomes)
            self._tools.wake.notify("plan")
        return len(outcomes)

    async def _wanted(self, order: Subscription) -> NewFeed | None:
        wish = self._tools.rules.defaults.new_feed
        if order.what.kind == "feed" and (feed := await self._tools.storage.feeds.get(int(order.what.ref))):
            wish = feed.new_feed
        return None if wish == "none" else wish

    async def _recent(
        self, chat: Chat, order: Subscription, matches: dict[int, Match], *, first_only: bool
    ) -> list[Outcome]:
        tools = self._tools
        found = await tools.storage.articles.latest(order.what, SAMPLE_ARTICLES)
        since = tools.now() - SAMPLE_DAYS
        fresh = [a for a in found if a.story_id is not None and (a.published or since) >= since]
        known = await tools.storage.outbox.outcomes(chat.id, [a.story_id for a in fresh if a.story_id is not None])
        mutes = await tools.storage.chats.mutes(chat.id)
        made: dict[int, Outcome] = {}
        for article in fresh:
            if article.story_id is None or article.story_id in known or article.story_id in made:
                continue
            judged = plan.Judged(article, article.story_id, _found(order, article, matches))
            outcome = plan.outcome(
                chat,
                [order],
                mutes,
                judged,
                tools.now(),
                narrowing(article, tools.analyzer, tools.lexicon, tools.now()),
            )
            if outcome is None or outcome.state is OutcomeState.SKIPPED:
                continue
            made[article.story_id] = outcome
            if first_only:
                break
        return list(made.values())


def read_when(text: str) -> When:
    """A time to post. Raises BadRequest when it is none."""
    try:
        return parse_when(text)
    except ValueError as error:
        raise BadRequest("no_when", text=text) from error


def _found(order: Subscription, article: Article, matches: dict[int, Match]) -> dict[int, Match]:
    """The topic's match of an article that its matches led us to; without its words where they are not known."""
    if order.what.kind != "topic":
        return {}
    topic_id = int(order.what.ref)
    return {topic_id: matches.get(article.id) or Match(topic_id, 1.0, ())}
