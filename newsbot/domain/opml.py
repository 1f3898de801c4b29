"""Lists of feeds as OPML, the format that feed readers exchange (http://opml.org/spec2.opml)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from newsbot.domain.models import Feed, FeedSpec
from newsbot.domain.urls import is_web
from newsbot.errors import ParseError

MOST_BYTES = 10 * 1024 * 1024
MOST_FEEDS = 10_000
DEEPEST = 50


class _Reader:
    """Collects the outlines that name a feed; an outline without one is a folder, whose name is their category."""

    def __init__(self) -> None:
        self.feeds: dict[str, FeedSpec] = {}
        self.others: dict[str, None] = {}
        self.is_opml = False
        self._depth = 0
        self._folders: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST or len(self.feeds) + len(self.others) > MOST_FEEDS:
            raise ParseError("this list of feeds is too deep or too long")
        if self._depth == 1:
            self.is_opml = name.lower() == "opml"
        if name.lower() != "outline":
            return
        known = {key.lower(): value.strip() for key, value in attributes.items()}
        title = known.get("title") or known.get("text") or ""
        url = known.get("xmlurl", "")
        if is_web(url):
            category = known.get("category", "").split(",")[0].strip("/ ") or next(
                filter(None, self._folders[::-1]), ""
            )
            self.feeds.setdefault(url, FeedSpec(url=url, name=title, category=category))
        elif url:
            self.others[url] = None
        self._folders.append("" if url else title)

    def end(self, name: str) -> None:
        self._depth -= 1
        if name.lower() == "outline":
            self._folders.pop()


def read_opml(data: bytes) -> tuple[FeedSpec, ...]:
    """The feeds of an OPML document, in its order, each address once. Raises as :func:`read_outlines` does."""
    return read_outlines(data)[0]


def read_outlines(data: bytes) -> tuple[tuple[FeedSpec, ...], tuple[str, ...]]:
    """The feeds of an OPML document, in its order, each address once; and what stands in it as the address of a feed
    but is no web address.

    Raises ParseError for what is no OPML, and for documents made to harm: those that declare entities.
    """
    if len(data) > MOST_BYTES:
        raise ParseError("this list of feeds is too large")
    reader, parser = _Reader(), expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise ParseError(f"this is no OPML: {error}") from error
    if not reader.is_opml:
        raise ParseError("this is no OPML: its first element is another")
    return tuple(reader.feeds.values()), tuple(reader.others)


def _refuse(*_: object) -> None:
    raise ParseError("an OPML with a DOCTYPE is not read: entities can be made to harm")


def write_opml(feeds: Sequence[Feed], title: str = "newsbot") -> str:
    """An OPML 2.0 document of ``feeds``, those of a category in a folder of its name."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += [f"  <head><title>{_escaped(title)}</title></head>", "  <body>"]
    for category in dict.fromkeys(feed.category for feed in feeds):
        inside = [feed for feed in feeds if feed.category == category]
        if category:
            lines.append(f"    <outline text={_attribute(category)} title={_attribute(category)}>")
        lines += _outlines(inside, "      " if category else "    ")
        if category:
            lines.append("    </outline>")
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _outlines(feeds: Iterable[Feed], indent: str) -> Iterable[str]:
    for feed in feeds:
        site = f" htmlUrl={_attribute(feed.site)}" if feed.site else ""
        name = _attribute(feed.label)
        yield f'{indent}<outline type="rss" text={name} title={name} xmlUrl={_attribute(feed.url)}{site}/>'


def _attribute(text: str) -> str:
    return quoteattr(_printable(text))


def _escaped(text: str) -> str:
    return _attribute(text)[1:-1].replace("'", "&apos;")


def _printable(text: str) -> str:
    """Without what XML 1.0 cannot hold (section 2.2)."""
    return "".join(c for c in text if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
