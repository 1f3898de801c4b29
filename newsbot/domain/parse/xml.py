"""RSS, Atom and RDF: fastfeedparser reads them; feedparser reads what it refuses or leaves empty."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import fastfeedparser
import feedparser

from newsbot.domain.dates import read_date
from newsbot.domain.extract import content_of, plain
from newsbot.domain.models import ParsedArticle, ParsedFeed
from newsbot.domain.parse.identity import MAX_ENTRIES, finished
from newsbot.domain.urls import absolute, picture
from newsbot.errors import ParseError

# feedparser is about a hundred times slower: bounds what one odd feed can cost.
MAX_SLOW = 2**20
_HEAD = 20_000
_ENTRY = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]")
_BASE = re.compile(r"<(?:\w+:)?(?:feed|rss|RDF)\b[^<>]*\bxml:base\s*=\s*[\"']([^\"'<>]+)", re.IGNORECASE)
_LANGUAGE = re.compile(r"<(?:\w+:)?language\b[^<>]*>(?:<!\[CDATA\[)?\s*([A-Za-z_-]{2,20})\s*(?:\]\]>)?</")

_MAIL = r"[^\s@()<>]{1,100}@[^\s@()<>]{1,100}"
_ADDRESSED = re.compile(rf"(?P<before>[^@()<>]{{0,200}}?)\s*[(<]?{_MAIL}[)>]?\s*(?:\((?P<after>[^@()]{{1,200}})\))?")

Node = Mapping[str, Any]


def read(text: str, url: str) -> ParsedFeed:
    """The feed in a defused XML text (:func:`newsbot.domain.parse.guard.defuse`). Raises ParseError."""
    if text.count("<item") + text.count("<entry") > 5 * MAX_ENTRIES:
        raise ParseError("has more entries than any feed")
    document = _fast(text)
    if document is None or _lacks(document, text):
        document = _slow(text, document)
    head = document.get("feed") or {}
    site = _site(head, url)
    base = _base(text, url) or url or site
    entries = document.get("entries") or []
    return finished(
        ParsedFeed(
            title=plain(_text(head, "title")),
            link=site,
            language=_language(head, text),
            articles=tuple(_article(entry, base) for entry in entries[:MAX_ENTRIES]),
        )
    )


def _fast(text: str) -> Node | None:
    """fastfeedparser's reading, None where it refuses."""
    try:
        found: Node = fastfeedparser.parse(text.encode("utf-8", "replace"), include_tags=False)
    except Exception:  # whatever it makes of a hostile document, the other parser has the last word
        return None
    return found


def _lacks(document: Node, text: str) -> bool:
    """Whether ``text`` has entries of which fastfeedparser found none."""
    return not document.get("entries") and _ENTRY.search(text) is not None


def _slow(text: str, fallback: Node | None) -> Node:
    """feedparser's reading. Without one, ``fallback``; without that, raises ParseError."""
    if len(text) <= MAX_SLOW:
        data = text.encode("utf-8", "replace")
        try:
            # A stream, for a string would be tried as an address or a file's name first.
            found = feedparser.parse(io.BytesIO(data), resolve_relative_uris=False, sanitize_html=False)
        except Exception as error:  # as above: a foreign parser on hostile input
            if fallback is None:
                raise ParseError(f"cannot be read as a feed ({type(error).__name__})") from error
        else:
            if found.get("version") or found.get("entries"):
                return found  # type: ignore[no-any-return]  # feedparser is untyped
    if fallback is None:
        raise ParseError(
            "answered with XML that is no feed" if "<" in text else "answered with something that is no feed"
        )
    return fallback


def _article(entry: Node, base: str) -> ParsedArticle:
    base = absolute(base, _content_base(entry)) or base
    link = _link(entry, base)
    text, shown = _content(entry, link or base)
    title = plain(_text(entry, "title"))
    return ParsedArticle(
        guid=_text(entry, "id") or _text(entry, "guid"),
        url=link,
        title=title,
        text=text,
        published=_date(entry),
        authors=_authors(entry),
        image=_image(entry, base) or shown,
    )


def _text(node: Node, key: str) -> str:
    value = node.get(key)
    return value.strip() if isinstance(value, str) else ""


def _nodes(node: Node, key: str) -> Iterable[Node]:
    value = node.get(key)
    return [each for each in value if isinstance(each, Mapping)][:50] if isinstance(value, list) else ()


def _site(head: Node, url: str) -> str:
    """The feed's page: the first link that is not the feed itself."""
    links = [_text(link, "href") for link in _nodes(head, "links") if _text(link, "rel") in ("alternate", "")]
    for href in (_text(head, "link"), *links):
        address = absolute(url, href)
        if address and address != url:
            return address
    return ""


def _base(text: str, url: str) -> str:
    found = _BASE.search(text, 0, _HEAD)
    return absolute(url, found[1]) if found else ""


def _language(head: Node, text: str) -> str:
    """From the head only: an item may have a language of its own."""
    said = _text(head, "language")
    if said:
        return said
    first = _ENTRY.search(text)
    found = _LANGUAGE.search(text, 0, first.start() if first else _HEAD)
    return found[1] if found else ""


def _content_base(entry: Node) -> str:
    return next((base for part in _nodes(entry, "content") if (base := _text(part, "base"))), "")


def _link(entry: Node, base: str) -> str:
    """The entry's page: its link, else a guid that is an address."""
    links = [_text(link, "href") for link in _nodes(entry, "links") if _text(link, "rel") in ("alternate", "")]
    for href in (_text(entry, "link"), *links):
        if address := absolute(base, href):
            return address
    guid = _text(entry, "id")
    return absolute("", guid) if guid.startswith("http") else ""


def _content(entry: Node, base: str) -> tuple[str, str]:
    """The longer text of content and summary, and the first picture of either."""
    bodies = [_text(part, "value") for part in _nodes(entry, "content")]
    bodies += [_text(entry, "description"), _text(entry, "summary")]
    read_ones = [content_of(body, base) for body in dict.fromkeys(bodies) if body]
    text = max((text for text, _ in read_ones), key=len, default="")
    return text, next((image for _, image in read_ones if image), "")


def _date(entry: Node) -> datetime | None:
    """When it was published, else created or changed."""
    keys = ("published", "created", "updated", "date")
    return next((moment for key in keys if (moment := read_date(_text(entry, key)))), None)


def _authors(entry: Node) -> tuple[str, ...]:
    names = [_text(person, "name") for person in _nodes(entry, "authors")] or [_text(entry, "author")]
    return tuple(dict.fromkeys(person for name in names if (person := _person(name))))


def _person(text: str) -> str:
    """The name in "Name", "Name (address)", "Name <address>" and RSS's "address (Name)"; "" for a bare address."""
    found = _ADDRESSED.fullmatch(text.strip())
    return plain(found["before"] or found["after"] or "") if found else plain(text)


def _image(entry: Node, base: str) -> str:
    """media:content and media:thumbnail (https://www.rssboard.org/media-rss), enclosures, the entry's own image."""
    linked = [link for link in _nodes(entry, "links") if _text(link, "rel") == "enclosure"]
    for media in (
        *_nodes(entry, "media_content"), *_nodes(entry, "media_thumbnail"), *_nodes(entry, "enclosures"), *linked
    ):  # fmt: skip
        address = _text(media, "url") or _text(media, "href")
        if _is_picture(media, address):
            return picture(base, address)
        if thumbnail := _text(media, "thumbnail_url"):
            return picture(base, thumbnail)
    image = entry.get("image")
    return picture(base, _text(image, "href") if isinstance(image, Mapping) else _text(entry, "image"))


def _is_picture(media: Node, address: str) -> bool:
    kind = _text(media, "type") or _text(media, "medium")
    if kind:
        return kind.startswith("image")
    return address.partition("?")[0].lower().endswith((".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"))
