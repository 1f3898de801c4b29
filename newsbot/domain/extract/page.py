"""A web page to the one article it shows.

The words come from trafilatura (https://trafilatura.readthedocs.io); what the publisher states about them in JSON-LD
(https://schema.org/NewsArticle), Open Graph (https://ogp.me) or plain ``<meta>`` goes before what can be guessed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from newsbot.domain.dates import read_date
from newsbot.domain.extract.html import MAX_TEXT, plain
from newsbot.domain.models import ParsedArticle
from newsbot.domain.urls import absolute
from newsbot.errors import ParseError

MAX_PAGE = 5_000_000
_ARTICLE_TYPES = ("Article", "BlogPosting", "Report", "LiveBlogPosting", "SocialMediaPosting")
_PUBLISHED = ("article:published_time", "og:published_time", "datepublished", "publish_date", "pubdate", "date",
              "dc.date.issued", "dc.date", "dcterms.created", "parsely-pub-date", "sailthru.date")  # fmt: skip
_AUTHOR = ("author", "article:author", "parsely-author", "dc.creator", "sailthru.author", "byl")

Stated = Mapping[str, Any]


def extract_page(html: bytes, url: str = "") -> ParsedArticle:
    """The article of a page at ``url``; ``guid`` is its address. Slow on large pages: run it where it can be killed.

    Raises ParseError when the page holds no readable text.
    """
    from trafilatura import bare_extraction  # a hundred modules that only this one function needs

    html = html[:MAX_PAGE]
    try:
        found = bare_extraction(html, url=url or None, include_comments=False, with_metadata=False)
        tree = LexborHTMLParser(html, encoding=True)
    except Exception as error:  # whatever a foreign parser makes of a hostile page, it is this page's failure
        raise ParseError(f"the page cannot be read ({type(error).__name__})") from error
    text = getattr(found, "text", None) or ""
    stated, metas = _stated(tree), _metas(tree)
    if not text.strip():
        raise ParseError("the page holds no article")
    link = absolute(url, _canonical_href(tree)) or url
    title = _title(tree, stated, metas)
    return ParsedArticle(
        guid=link,
        url=link,
        title=title,
        text=_without_heading(text[:MAX_TEXT].strip(), title),
        published=_published(stated, metas),
        authors=_authors(stated, metas),
        image=absolute(url or link, _image(stated) or metas.get("og:image", "") or metas.get("twitter:image", "")),
        language=_language(tree, stated, metas),
    )


def _metas(tree: LexborHTMLParser) -> dict[str, str]:
    """``<meta>`` by its lower-case name, the first of each."""
    found: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        has = node.attributes
        name = has.get("property") or has.get("name") or has.get("itemprop") or ""
        content = (has.get("content") or "").strip()
        if name and content:
            found.setdefault(name.lower(), content[:2000])
    return found


def _stated(tree: LexborHTMLParser) -> Stated:
    """The first JSON-LD object of an article's type, {} without one."""
    for node in tree.css('script[type="application/ld+json"]')[:20]:
        try:
            document = json.loads(node.text())
        except (ValueError, RecursionError):
            continue
        for thing in _things(document):
            kinds = thing.get("@type")
            if any(str(kind).endswith(_ARTICLE_TYPES) for kind in (kinds if isinstance(kinds, list) else [kinds])):
                return thing
    return {}


def _things(document: object) -> Iterator[Stated]:
    """Objects of a JSON-LD document: itself, a list's, its graph's."""
    for thing in document if isinstance(document, list) else [document]:
        if isinstance(thing, dict):
            yield thing
            graph = thing.get("@graph")
            yield from (node for node in graph if isinstance(node, dict)) if isinstance(graph, list) else ()


def _text_of_value(value: object, *keys: str) -> str:
    """The text in a JSON-LD value that may be a string, an object with one of ``keys``, or a list of either."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = next((value[key] for key in keys if value.get(key)), None)
    return value if isinstance(value, str) else ""


def _title(tree: LexborHTMLParser, stated: Stated, metas: Mapping[str, str]) -> str:
    heading = tree.css_first("h1")
    page_title = tree.css_first("title")
    guesses = (
        _text_of_value(stated.get("headline")),
        metas.get("og:title", ""),
        metas.get("twitter:title", ""),
        heading.text() if heading else "",
        page_title.text() if page_title else "",
    )
    return next((title for guess in guesses if (title := plain(guess))), "")


def _without_heading(text: str, title: str) -> str:
    """The text without the page's heading as its first line, which would say the title twice."""
    first, _, rest = text.partition("\n")
    return rest.lstrip() if rest and plain(first) and plain(first) in title else text


def _published(stated: Stated, metas: Mapping[str, str]) -> datetime | None:
    guesses = [_text_of_value(stated.get("datePublished")), *(metas.get(name, "") for name in _PUBLISHED)]
    return next((date for guess in guesses if (date := read_date(guess))), None)


def _authors(stated: Stated, metas: Mapping[str, str]) -> tuple[str, ...]:
    people = stated.get("author")
    names = [_text_of_value(person, "name") for person in (people if isinstance(people, list) else [people])[:10]]
    if not any(names):
        names = [next((metas[name] for name in _AUTHOR if name in metas), "")]
    kept = (plain(name) for name in names if not name.startswith("http"))
    return tuple(dict.fromkeys(name for name in kept if name))


def _image(stated: Stated) -> str:
    return _text_of_value(stated.get("image"), "url", "contentUrl")


def _language(tree: LexborHTMLParser, stated: Stated, metas: Mapping[str, str]) -> str:
    root = tree.root
    declared = (root.attributes.get("lang") or "") if root else ""
    said = declared or _text_of_value(stated.get("inLanguage")) or metas.get("og:locale", "")
    return said.replace("_", "-").partition("-")[0].strip().lower()[:8]


def _canonical_href(tree: LexborHTMLParser) -> str:
    link = tree.css_first('link[rel="canonical"]')
    return (link.attributes.get("href") or "") if link else ""
