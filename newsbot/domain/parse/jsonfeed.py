"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), read leniently: a wrong type counts as missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from newsbot.domain.dates import read_date
from newsbot.domain.extract import content_of, plain, text_of
from newsbot.domain.models import ParsedArticle, ParsedFeed
from newsbot.domain.parse.identity import MAX_ENTRIES, finished
from newsbot.domain.urls import absolute, picture
from newsbot.errors import ParseError

Node = Mapping[str, Any]


def read(text: str, url: str) -> ParsedFeed:
    """The feed in a JSON text. Raises ParseError when it is no JSON or no feed."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ParseError("answered with JSON that cannot be read") from error
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise ParseError("answered with JSON that is no feed")
    language = _string(document, "language")
    base = absolute(url, _string(document, "feed_url")) or url
    return finished(
        ParsedFeed(
            title=plain(_string(document, "title")),
            link=absolute(base, _string(document, "home_page_url")),
            language=language,
            articles=tuple(_article(item, document, base) for item in items[:MAX_ENTRIES] if isinstance(item, dict)),
        )
    )


def _article(item: Node, feed: Node, base: str) -> ParsedArticle:
    text, shown = content_of(_string(item, "content_html"), base)
    text = text or _string(item, "content_text") or text_of(_string(item, "summary"))
    link = next((found for key in ("url", "external_url") if (found := absolute(base, _string(item, key)))), "")
    image = next((found for key in ("image", "banner_image") if (found := picture(base, _string(item, key)))), shown)
    return ParsedArticle(
        guid=_string(item, "id"),
        url=link,
        title=plain(_string(item, "title")),
        text=text.strip(),
        published=read_date(_string(item, "date_published")) or read_date(_string(item, "date_modified")),
        authors=_authors(item) or _authors(feed),
        image=image or _attached(item, base),
        language=_string(item, "language"),
    )


def _string(node: Node, key: str) -> str:
    """A string, or a number as one (version 1.0 asks readers to take numeric ids), "" for anything else."""
    value = node.get(key)
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")  # JSON can spell half a surrogate pair
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _authors(node: Node) -> tuple[str, ...]:
    people = node.get("authors")
    people = people if isinstance(people, list) and people else [node.get("author")]
    names = (plain(_string(person, "name")) for person in people[:20] if isinstance(person, dict))
    return tuple(name for name in names if name)


def _attached(item: Node, base: str) -> str:
    attachments = item.get("attachments")
    for attachment in attachments[:20] if isinstance(attachments, list) else ():
        if isinstance(attachment, dict) and _string(attachment, "mime_type").startswith("image/"):
            return picture(base, _string(attachment, "url"))
    return ""
