"""Markup where text should be: ``<title type="xhtml"><div>…</div></title>``, or tags that were never escaped.

fastfeedparser keeps no more of such an element than the text before its first child.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsbot.domain.parse.guard import by_cdata

_OPENING = re.compile(
    r"<(?P<name>(?:\w{1,20}:)?(?:title|subtitle|summary|description|tagline)(?![:\w-])"
    # XHTML content is kept whole; media:content has children by right
    r"|content:encoded|(?:atom:)?content(?![:\w-])(?![^<>]*xhtml))"
    r"[^<>]*(?<!/)>(?=[^<]*<(?![!/]))"
)


def escaped(text: str) -> str:
    """The same XML with the markup inside titles and summaries escaped, so that it reads as HTML. Linear."""
    if not _OPENING.search(text):
        return text
    return "".join(piece if piece.startswith("<![CDATA[") else "".join(_escaped(piece)) for piece in by_cdata(text))


def _escaped(piece: str) -> Iterator[str]:
    at = 0
    unclosed: set[str] = set()
    while found := _OPENING.search(piece, at):
        name = found["name"]
        end = -1 if name in unclosed else piece.find(f"</{name}>", found.end())
        if end < 0:
            unclosed.add(name)  # nor will a later one be
            yield piece[at : found.end()]
            at = found.end()
            continue
        inner = piece[found.end() : end]
        # what is escaped already is HTML's own and must stay so, one level down
        yield piece[at : found.end()] + inner.replace("&", "&amp;").replace("<", "&lt;")
        at = end
    yield piece[at:]
