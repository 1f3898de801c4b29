"""Standing orders: subscribe, unsubscribe, pause, change when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from newsbot.domain.models import Chat, Feed, Subscription, What, When
from newsbot.domain.plan import Held
from newsbot.domain.query import parse_search
from newsbot.domain.schedule import next_due, parse_when
from newsbot.errors import BadRequest, NotFound
from newsbot.newsdesk.asking import Asker, by, must_run_chat
from newsbot.newsdesk.matching import Preview
from newsbot.newsdesk.naming import Choice, Naming
from newsbot.newsdesk.operators import check_operators
from newsbot.newsdesk.sampling import Sampling
from newsbot.newsdesk.tools import Tools


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A standing order as it now is. ``created`` is False when the chat had it, ``changed`` when its time is new.

    ``sample``: stories that come at once, or once the chat is no longer ``held``; ``first``: when a scheduled one's
    first digest comes (UTC); ``added``: the feed that was made for it; ``preview``: of a topic, what it would have
    brought.
    """

    subscription: Subscription
    chat: Chat
    created: bool
    changed: bool = False
    sample: int = 0
    held: Held | None = None
    first: datetime | None = None
    added: Feed | None = None
    preview: Preview | None = None


class Subscribing:
    """The standing orders of chats."""

    def __init__(self, tools: Tools, naming: Naming) -> None:
        self._tools = tools
        self._naming = naming
        self._sampling = Sampling(tools)

    async def subscribe(self, asker: Asker, text: str) -> Subscribed:
        """Carry out ``what [query] [when]`` for the asker's chat.

        Raises Forbidden, Unclear, BadRequest (no feed there, too many), QueryError.
        """
        must_run_chat(asker)
        order = await self._naming.order(asker, text)
        chat = await self._tools.here(asker)
        return await self.place(asker, chat, order.choice, order.query, order.when, order.added)

    async def order(self, asker: Asker, what: str, query: str, when: When | None) -> Subscribed:
        """Carry out an order whose parts were given apart. Raises as :meth:`subscribe`."""
        must_run_chat(asker)
        order = await self._naming.ordered(asker, what, query, when)
        return await self.place(asker, await self._tools.here(asker), order.choice, query, when, order.added)

    async def place(
        self,
        asker: Asker,
        chat: Chat,
        choice: Choice,
        query: str = "",
        when: When | None = None,
        added: Feed | None = None,
        *,
        sample: bool = True,
    ) -> Subscribed:
        """Give ``chat`` the order, and with ``sample`` begin it with what is out already; or change the time of the one
        that it has.

        Raises BadRequest when it has too many, QueryError.
        """
        tools = self._tools
        if query:
            await check_operators(tools, query)
            parse_search(query, tools.analyzer, tools.lexicon)
        had = await self._existing(chat, choice.what, query)
        wanted = when or (had.when if had else None) or chat.settings.when or tools.rules.defaults.when
        due = next_due(wanted, tools.zone(chat), tools.now())
        changed = had is not None and (had.when != wanted or had.paused)
        if changed and had is not None:
            await tools.storage.chats.update_subscription(had.id, when=wanted, next_due=due, paused=False)
            await tools.recall_due(chat.id)
        order = await self._one(had.id) if had else await self._order(asker, chat, choice, query, wanted, due)
        if had is None and choice.what.kind == "feed":
            tools.wake.notify("collect")  # what somebody typed rested while nobody subscribed to it
        begun = await self._sampling.begin(chat, order, sample=sample and had is None)
        return Subscribed(order, chat, had is None, changed, begun.stories, begun.held, due, added, begun.preview)

    async def _order(
        self, asker: Asker, chat: Chat, choice: Choice, query: str, when: When, due: datetime | None
    ) -> Subscription:
        label = f"{choice.label}: {query}" if query else choice.label
        made, _ = await self._tools.storage.chats.subscribe(
            chat.id,
            choice.what,
            when,
            query=query,
            label=label,
            next_due=due,
            created_by=by(asker),
            created=self._tools.now(),
        )
        return made

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

    def may(self, asker: Asker) -> None:
        """Raises Forbidden unless the asker may change what comes to the chat."""
        must_run_chat(asker)

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
        await self._tools.recall_due(found.chat_id)
        return await self._one(found.id)

    async def ping(self, asker: Asker, text: str, role: str) -> Subscription:
        """Let the posts of the chat's order called ``text`` call a role of its server ("": nobody); returns the order.

        Raises Forbidden, NotFound for no such order, BadRequest where there is nobody to call or it is everybody: in
        Discord's servers @everyone is a role too, with the server's own id
        (https://discord.com/developers/docs/topics/permissions#role-object).
        """
        must_run_chat(asker)
        if role and (not asker.server or role == asker.server):
            raise BadRequest("ping_nobody")
        order = await self._called(asker, text)
        return await self._tools.storage.chats.update_subscription(order.id, ping=role) or order

    async def _called(self, asker: Asker, text: str) -> Subscription:
        """The one order of the asker's chat that is called ``text``: by its label, else the only one on that feed,
        category or topic, or the only one on it that nothing narrows. Raises NotFound."""
        orders, name = await self.all(asker), text.casefold()
        named = (await self._naming.names(asker)).exact(text)
        on_it = [o for o in orders if named is not None and o.what == named.what]
        for meant in ([o for o in orders if o.label.casefold() == name], [o for o in on_it if not o.query], on_it):
            if len(meant) == 1:
                return meant[0]
        raise NotFound("ping_what", text=text)

    async def restore(
        self,
        asker: Asker,
        chat_id: int,
        what: What,
        query: str,
        when: str,
        label: str,
        *,
        paused: bool = False,
        ping: str = "",
    ) -> Subscribed:
        """Take back an ending: place the same order again, in the chat that had it (``chat_id``) and in no other, for
        what people typed is known to their own chats only; it rests if it did. Raises Forbidden, BadRequest."""
        must_run_chat(asker)
        if not chat_id or (await self._tools.known(asker)).id != chat_id:
            raise BadRequest("button_too_old")
        chat = await self._tools.here(asker)
        name = label.removesuffix(f": {query}") if query else label
        done = await self.place(asker, chat, Choice(what, name, name), query, read_when(when), sample=not paused)
        if done.created and (paused or ping):
            await self._tools.storage.chats.update_subscription(done.subscription.id, paused=paused, ping=ping)
        return replace(done, subscription=await self._one(done.subscription.id))

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


def read_when(text: str) -> When:
    """A time to post. Raises BadRequest when it is none."""
    try:
        return parse_when(text)
    except ValueError as error:
        raise BadRequest("no_when", text=text) from error
