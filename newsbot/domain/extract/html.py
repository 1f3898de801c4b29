"""Fragments of HTML, as feeds carry them, to plain text and a picture. Linear in the input, whatever it is."""

from __future__ import annotations

import html as entities
import re
from collections import Counter
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsbot.domain.urls import absolute, picture

MAX_HTML = 1_000_000
MAX_TEXT = 200_000
# The HTML algorithm looks up the stack of open elements at each block, so its time is quadratic in the depth.
MAX_DEPTH = 400

_SILENT = "script,style,nav,noscript,template,iframe,object,svg,math,form,button,select,textarea,head,title"
_BLOCKS = (
    "p,div,br,li,ul,ol,tr,table,h1,h2,h3,h4,h5,h6,blockquote,pre,section,article,header,footer,aside,main,figure,"
    "figcaption,hr,dl,dt,dd,address,details,summary"
)
_CELLS = "td,th"
_BREAK = "\x1e"  # ASCII's record separator, which no text of the page is left with
_TAG = re.compile(r"<[^<>]*>")
_MARKUP = re.compile(r"<[a-zA-Z/!?]")
_UNWANTED = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2028\u2029\u2060\ufeff\ufffe\uffff]"
)
_NAME = re.compile(r"<(/?)([a-z][^\s/>]*)")
# These hold nothing, or are closed by their next sibling: counting them would call a long list deep.
_SHALLOW = frozenset(
    {"br", "img", "hr", "input", "meta", "link", "source", "wbr", "col", "area", "embed", "track", "param", "base"}
    | {"p", "li", "dt", "dd", "tr", "td", "th", "tbody", "thead", "option", "rp", "rt"}
)
_TRACKER = re.compile(
    r"feedburner\.com/~|feeds\.feedblitz|/pixel[./?]|[/.]pixel\.|doubleclick\.net|/track(?:er|ing)?[./?]|"
    r"stats\.wordpress|b\.gif|1x1|spacer\.|blank\.gif|feedsportal|/emoji/|gravatar\.com|pheedo|smilies|wp-includes",
    re.IGNORECASE,
)
_FEED_TYPES = ("rss+xml", "atom+xml", "feed+json", "rdf+xml", "application/json", "text/xml", "application/xml")
_FEED_HREF = re.compile(r"(?:^|[/.?=])(?:rss|atom|feeds?)(?:\d|\.(?:xml|rdf|json|php)|[/?]|$)|\.rss$", re.IGNORECASE)


def text_of(html: str) -> str:
    """The words that a reader of ``html`` would see, blocks apart by a newline; at most ``MAX_TEXT`` characters."""
    return content_of(html, "")[0]


def content_of(html: str, base: str) -> tuple[str, str]:
    """Text (as :func:`text_of`) and the address of the first real picture ("" if none), resolved by ``base``."""
    html = html[:MAX_HTML]
    if not _MARKUP.search(html):
        return _lines(entities.unescape(html).replace("\n", " ")), ""
    if _too_deep(html):
        return _lines(entities.unescape(_TAG.sub(_BREAK, html))), ""
    body = LexborHTMLParser(html).body
    if body is None:
        return "", ""
    image = _first_image(body, base)
    for node in body.css(_SILENT):
        node.decompose()
    for node in body.css(_BLOCKS):
        node.insert_before(_BREAK)
        node.insert_after(_BREAK)
    for node in body.css(_CELLS):
        node.insert_after(" ")
    return _lines(body.text().replace("\n", " ")), image


def plain(title: str) -> str:
    """A title on one line: feeds put entities, escaped entities and tags into what should be plain text."""
    text = title[:MAX_HTML]
    if _MARKUP.search(text) or "&" in text:
        text = text_of(text)
        if "&" in text:
            text = entities.unescape(text)
    return " ".join(_UNWANTED.sub(" ", text).split())[:1000].rstrip()


def feed_links(html: str, base: str) -> list[str]:
    """The feeds that a web page names, best first, without repeats.

    First ``<link rel="alternate">`` (https://www.rssboard.org/rss-autodiscovery), then links that look like feeds.
    """
    html = html[:MAX_HTML]
    if _too_deep(html):
        return []
    tree = LexborHTMLParser(html)
    where = tree.css_first("base[href]")
    base = absolute(base, (where.attributes.get("href") or "") if where else "") or base
    found = [*_alternates(tree), *_anchors(tree)]
    return list(dict.fromkeys(address for href in found if (address := absolute(base, href))))


def _alternates(tree: LexborHTMLParser) -> Iterator[str]:
    for link in tree.css("link[href]"):
        has = link.attributes
        kinds = (has.get("rel") or "").lower().split()
        media = (has.get("type") or "").lower()
        if ("alternate" in kinds and any(kind in media for kind in _FEED_TYPES)) or "feed" in kinds:
            yield has.get("href") or ""


def _anchors(tree: LexborHTMLParser) -> Iterator[str]:
    for link in tree.css("a[href]")[:2000]:
        href = link.attributes.get("href") or ""
        if len(href) < 500 and _FEED_HREF.search(href):
            yield href


def _lines(text: str) -> str:
    """Blanks folded, empty lines and control characters dropped, breaks as newlines."""
    if len(text) > 4 * MAX_TEXT:
        text = text[: 4 * MAX_TEXT]
    text = text.replace(_BREAK, "\n")
    if _UNWANTED.search(text):
        text = _UNWANTED.sub("", text.replace("\u2028", "\n").replace("\u2029", "\n"))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)[:MAX_TEXT].rstrip()


def _too_deep(html: str) -> bool:
    """Whether elements nest deeper than about ``MAX_DEPTH``: an end tag counts only where its element is open."""
    if html.count("<") <= MAX_DEPTH:
        return False
    depth = 0
    opened: Counter[str] = Counter()
    for closing, name in _NAME.findall(html.lower()):
        if name in _SHALLOW:
            continue
        if not closing:
            opened[name] += 1
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
    return False


def _first_image(body: LexborNode, base: str) -> str:
    for image in body.css("img")[:10]:
        has = image.attributes
        if _is_tiny(has.get("width")) or _is_tiny(has.get("height")):
            continue
        source = has.get("data-src") or has.get("src") or (has.get("srcset") or "").partition(" ")[0]
        address = picture(base, source) if source else ""
        if address and not _TRACKER.search(address):
            return address
    return ""


def _is_tiny(size: str | None) -> bool:
    digits = (size or "").strip().removesuffix("px")
    return digits.isascii() and digits.isdigit() and len(digits) < 3 and int(digits) <= 31
