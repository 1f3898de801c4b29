"""Bytes of a feed (RSS, Atom, RDF, JSON Feed) to :class:`newsbot.domain.models.ParsedFeed`."""

from __future__ import annotations

from newsbot.domain.models import ParsedFeed
from newsbot.domain.parse import guard, jsonfeed, markup, xml
from newsbot.domain.parse.guard import MAX_BYTES
from newsbot.errors import ParseError

__all__ = ["MAX_BYTES", "parse_feed"]


def parse_feed(data: bytes, url: str = "", content_type: str = "") -> ParsedFeed:
    """Read a feed document as it came from ``url``, with the Content-Type it was served with.

    Entries keep the document's order. Raises ParseError, and nothing else, for whatever is no readable feed.
    """
    if len(data) > MAX_BYTES:
        raise ParseError(f"is larger than {MAX_BYTES // 2**20} MiB")
    text = guard.decode(guard.unzipped(data), content_type).lstrip()
    if not text:
        raise ParseError("answered with nothing")
    if text.startswith(("{", "[")):
        return jsonfeed.read(text, url)
    guard.refuse_web_page(text)
    return xml.read(markup.escaped(guard.defuse(text)), url)
