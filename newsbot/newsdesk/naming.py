"""What people call things: a name, a slug or an address to everything, a category, a feed or a topic."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from newsbot.domain.models import Feed, FeedSpec, What, When
from newsbot.domain.schedule import parse_when
from newsbot.errors import BadRequest, FeedError, Forbidden, NotFound, UnsafeUrl
from newsbot.newsdesk.asking import Asker
from newsbot.newsdesk.tools import Tools

EVERYTHING = frozenset({"everything", "all", "*", "anything", "news"})
LONGEST_WHEN = 6  # words: "weekly on mon at 8 pm"
LONGEST_NAME = 12  # words
LONGEST_TITLE = 120  # characters
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|(?:[\w-]+(?:\.[\w-]+)*\.[a-z]{2,24}|localhost|\d+(?:\.\d+){3})(?::\d+)?(?:/\S*)?",
    re.IGNORECASE,
)
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:/\S*", re.IGNORECASE)
_WHEN_WORDS = frozenset({"instant", "hourly", "daily", "weekly"})
_NEARLY_WHEN = re.compile(
    r"(?:at )?\d{1,3}(?::\d\d ?| ?(?=[ap]))(?:[ap]\.?m\.?)?|at \d{1,3}|every [^\s\"]+(?: [^\s\"]+)?"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A thing that can be subscribed to. ``handle`` is what to type for it; ``label`` what people call it."""

    what: What
    label: str
    handle: str


@dataclass(frozen=True, slots=True)
class Order:
    """A typed standing order: what, narrowed by ``query`` ("" for not), and when (None: as the chat likes it).

    ``added`` is the feed that was made for it, None where it was known.
    """

    choice: Choice
    query: str = ""
    when: When | None = None
    added: Feed | None = None


class Unclear(NotFound):
    """Nothing has the name ``text``; ``choices`` come near it."""

    def __init__(self, text: str, choices: Sequence[Choice]) -> None:
        self.text = text
        self.choices = tuple(choices)
        super().__init__("unclear", text=text)


class NoWhen(BadRequest):
    """An order ends with ``text``, which is meant as a time to post but is none; ``instead`` is the order with one."""

    def __init__(self, text: str, order: Sequence[str]) -> None:
        self.text = text
        kind = text.partition(" ")[0].lower()
        self.when = {"hourly": "hourly", "weekly": "weekly mon 08:00"}.get(kind, "daily 08:00")
        self.instead = " ".join((*order, self.when))
        super().__init__("no_when", text=text)


class Names:
    """What an asker may name, by every name it has, lower case. Built for one question and thrown away.

    Ready-made feeds and topics are everyone's; those that somebody typed are known to their own chats only,
    for an address may carry its owner's secret.
    """

    def __init__(self, choices: Iterable[tuple[Sequence[str], Choice]]) -> None:
        self.choices: list[Choice] = []
        self._by_name: dict[str, Choice] = {}
        for names, choice in choices:
            self._add(choice, [name for name in (choice.handle, *names) if name])

    def _add(self, choice: Choice, names: Sequence[str]) -> None:
        taken = self._by_name.get(_key(choice.handle))
        if taken is not None and taken.what == choice.what:
            return
        kind = choice.what.kind
        if taken is not None:  # something else has the name: say the kind too
            choice = replace(choice, handle=f"{kind}:{choice.handle}")
        for name in names:
            self._by_name.setdefault(_key(name), choice)
            self._by_name.setdefault(f"{kind}:{_key(name)}", choice)
        self.choices.append(choice)

    def exact(self, text: str) -> Choice | None:
        """The choice called exactly ``text``, whatever the case."""
        key = _key(text)
        if key in EVERYTHING:
            return self._by_name.get("everything")
        return self._by_name.get(key)

    def near(self, text: str, limit: int = 3) -> list[Choice]:
        """Choices whose names look like ``text``, or begin with it, best first."""
        key = _key(text)
        names = [name for name in self._by_name if ":" not in name or "://" in name]
        begins = [name for name in names if len(key) > 1 and name.startswith(key)]
        alike = difflib.get_close_matches(key[:60], names, n=limit * 2, cutoff=0.6)
        found = dict.fromkeys(self._by_name[name] for name in (*begins, *alike))
        return list(found)[:limit]


def _key(text: str) -> str:
    return " ".join(text.strip("\"'“”«»").casefold().split())


def address(text: str) -> str:
    """``text`` as a web address, its scheme added; "" when it is none."""
    if not _ADDRESS.fullmatch(text):
        return ""
    return text if "://" in text else f"https://{text}"


def split_when(words: Sequence[str]) -> tuple[Sequence[str], When | None]:
    """Cut a time to post off the end: ``["cars", "daily", "08:00"]`` gives ``(["cars"], daily at 08:00)``."""
    for length in range(min(LONGEST_WHEN, len(words)), 0, -1):
        try:
            return words[:-length], parse_when(" ".join(words[-length:]))
        except ValueError:
            continue
    return words, None


def _narrowing(typed: Sequence[str], used: int, cut: int) -> str:
    """The words that narrow an order, between its name and its time. Raises NoWhen where all that was ``typed`` ends
    like a time to post that is none: "daily 25:00", "weekly funday 8:00", "every fortnight"; in quotes they are words.
    """
    plain = [word.lower() for word in typed]
    timed = plain[cut:] and plain[cut] in _WHEN_WORDS
    for at in range(max(used, len(typed) - LONGEST_WHEN), 0 if timed else cut):
        begins = plain[at] in _WHEN_WORDS and len(typed) > at + 1
        if begins or (cut == len(typed) and _NEARLY_WHEN.fullmatch(" ".join(plain[at:]))):
            raise NoWhen(" ".join(typed[at:]), typed[:at])
    return " ".join(typed[used:cut])


class Naming:
    """Finds what a text names."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def names(self, asker: Asker) -> Names:
        """All that the asker may name."""
        orders = await self._tools.orders(await self._tools.known(asker))
        own = {order.what for order in orders}
        named = await self._public({what.ref for what in own if what.kind == "feed"})
        named += [((o.label,), Choice(o.what, o.label, o.label)) for o in orders if o.what.kind == "topic"]
        return Names(named)

    async def everybodys(self) -> list[Choice]:
        """What anybody may name."""
        return Names(await self._public(())).choices

    async def _public(self, own: Collection[str]) -> list[tuple[Sequence[str], Choice]]:
        """What anybody may name, and the private feeds with the ids ``own``, each with its names."""
        storage = self._tools.storage
        named: list[tuple[Sequence[str], Choice]] = [(("everything",), everything())]
        named += [((name,), category(name)) for name in await storage.feeds.categories()]
        for topic in await self._tools.ready_made():
            what = What("topic", str(topic.id))
            named.append(((topic.slug or "", topic.name), Choice(what, topic.name, topic.slug or topic.name)))
        for feed in await storage.feeds.all():
            if not feed.private or str(feed.id) in own:
                site = urlsplit(feed.site).hostname or ""
                names = (feed.slug or "", feed.label, feed.url, feed.site, site.removeprefix("www."))
                named.append((names, of_feed(feed)))
        return named

    async def one(self, asker: Asker, text: str) -> Choice:
        """What ``text`` as a whole names; everything for "". Raises Unclear."""
        if not text:
            return everything()
        names = await self.names(asker)
        found = names.exact(text)
        if found is None:
            raise Unclear(text, names.near(text))
        return found

    async def order(self, asker: Asker, text: str) -> Order:
        """Read ``what [query] [when]``. An address that is not known yet is probed and added.

        Raises Unclear, NoWhen, BadRequest for an address with no feed, Forbidden where people may not add feeds.
        """
        names = await self.names(asker)
        if whole := names.exact(text):
            return Order(whole)
        typed = text.split()
        words, when = split_when(typed)
        if not words:
            return Order(everything(), when=when)
        found, used = _longest(names, words)
        if found is not None:
            return Order(found, _narrowing(typed, used, len(words)), when)
        if url := address(words[0]):
            query = _narrowing(typed, 1, len(words))
            feed, added = await self._feed(asker, url)
            return Order(of_feed(feed), query, when, feed if added else None)
        if _OTHER_SCHEME.fullmatch(words[0]):
            raise BadRequest("not_web", text=words[0])
        if words[0].lower() in _WHEN_WORDS and any(c.isdigit() for c in words[-1]):
            raise NoWhen(" ".join(words), ("everything",))
        raise Unclear(" ".join(words), names.near(" ".join(words)) or names.near(words[0]))

    async def ordered(self, asker: Asker, what: str, query: str, when: When | None) -> Order:
        """The order whose parts were given apart: ``what`` as a whole is a name or an address, "" is everything.

        Raises as :meth:`order`."""
        names, name = await self.names(asker), what or everything().handle
        if found := names.exact(name):
            return Order(found, query, when)
        if url := address(name):
            feed, added = await self._feed(asker, url)
            return Order(of_feed(feed), query, when, feed if added else None)
        if _OTHER_SCHEME.fullmatch(name):
            raise BadRequest("not_web", text=name)
        raise Unclear(name, names.near(name) or names.near(name.split()[0]))

    async def _feed(self, asker: Asker, url: str) -> tuple[Feed, bool]:
        tools = self._tools
        known = await tools.storage.feeds.find(url)
        if known is not None and known.enabled:
            return known, False
        if not (tools.rules.users_may_add_feeds or asker.is_bot_admin):
            raise Forbidden("feeds_are_fixed")
        try:
            probed = await tools.probe.probe(url)
        except UnsafeUrl as error:
            raise BadRequest("private_address", url=url) from error
        except FeedError as error:
            raise BadRequest("no_feed_there", url=url, reason=str(error)) from error
        known = await tools.storage.feeds.find(probed.url)
        if known is not None and known.enabled:
            return known, False
        name = probed.feed.title[:LONGEST_TITLE] or urlsplit(probed.url).hostname or ""
        spec = FeedSpec(probed.url, name=name, new_feed=tools.rules.defaults.new_feed)
        feed = await tools.storage.feeds.add(spec, tools.now(), private=True)
        tools.wake.notify("collect")
        return feed, True


def everything() -> Choice:
    """All feeds there are."""
    return Choice(What(), "everything", "everything")


def category(name: str) -> Choice:
    """All feeds of a category."""
    return Choice(What("category", name), name, name)


def of_feed(feed: Feed) -> Choice:
    """One feed."""
    return Choice(What("feed", str(feed.id)), feed.label, feed.slug or feed.label)


def _longest(names: Names, words: Sequence[str]) -> tuple[Choice | None, int]:
    for used in range(min(len(words), LONGEST_NAME), 0, -1):
        if found := names.exact(" ".join(words[:used])):
            return found, used
    return None, 0
