"""What stands between hostile bytes and the parsers: one encoding, and bounds on what they would choke on.

Every check is linear in the input.
"""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator
from html.entities import html5

from newsbot.errors import ParseError

MAX_BYTES = 10 * 2**20
MAX_DEPTH = 200
MAX_ATTRIBUTES = 256
_LONG_TAG = 2048  # a tag with more than MAX_ATTRIBUTES attributes is longer than this

_GZIP = b"\x1f\x8b"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    # XML 1.0, appendix F.1: how a document without a mark begins
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
# What a label means on the web rather than in its standard: https://encoding.spec.whatwg.org/#names-and-labels
_ON_THE_WEB = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
# codecs.lookup knows more than charsets, some of them slow: punycode, zlib, unicode_escape
_CHARSET = re.compile(r"ascii|iso8859|iso2022|cp\d|euc|gb|big5|shift|koi8|mac|johab|hz|ptcp|tis|utf-(?:8|16|32)")
_SEVEN_BIT = re.compile(r"iso2022|hz")
_DECLARATION = re.compile(r"\s*<\?xml\b[^<>]*?\?>", re.IGNORECASE)
_DECLARED = re.compile(rb"<\?xml\b[^<>]{0,200}?encoding\s*=\s*[\"']\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_HTTP_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_PROLOG = re.compile(r"(?:\s++|<\?[^<>]*+>|<!--(?:[^-]|-(?!->))*+-->)*+")
_HTML_DOCTYPE = re.compile(r"<!doctype\s+html\b[^<>]*>", re.IGNORECASE)
_HTML_ROOT = re.compile(r"<(?:html|head|body|div|p|h1|title|script|meta|center|table|img|span|a)\b", re.IGNORECASE)
_FEED_ROOT = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!doctype\b[^<>\[]*+(?P<subset>\[)?", re.IGNORECASE)
_SUBSET_END = re.compile(r"\]\s*>")
_REFERENCE = r"&(?!#|lt;|amp;|gt;|quot;|apos;)"
_NESTED_ENTITY = re.compile(
    rf"<!ENTITY\s+(?!%)[^\s>]+\s+(?:\"[^\"]*{_REFERENCE}|'[^']*{_REFERENCE}|SYSTEM)", re.IGNORECASE
)
_AMPERSAND = re.compile(
    r"&(?!(?:lt|gt|amp|quot|apos|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});)(?:([A-Za-z][A-Za-z0-9]{1,31});)?"
)
_START_TAG = re.compile(r"[^\s>/!?][^\"'>]*+(?:\"[^\"]*+\"[^\"'>]*+|'[^']*+'[^\"'>]*+)*+")


def unzipped(data: bytes) -> bytes:
    """What a ``.gz`` file holds, where a server hands one out as it is. Raises ParseError for bombs and broken ones."""
    if not data.startswith(_GZIP):
        return data
    unzip = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        plain = unzip.decompress(data, MAX_BYTES + 1)
    except zlib.error as error:
        raise ParseError("is a damaged gzip file") from error
    if len(plain) > MAX_BYTES:
        raise ParseError(f"is larger than {MAX_BYTES // 2**20} MiB")
    return plain


def decode(data: bytes, content_type: str = "") -> str:
    """The document's text without its XML declaration and what XML forbids, whatever encoding it names or has.

    A mark or valid UTF-8 outweighs every label, since labels are wrong more often; then XML's, then HTTP's.
    """
    text = _decoded(data, content_type)
    if _FORBIDDEN.search(text):
        text = _FORBIDDEN.sub("", text)
    return _DECLARATION.sub("", text, count=1) if "<?" in text[:200] else text


def refuse_web_page(text: str) -> None:
    """Raise ParseError with a reason that people understand for what is plainly no feed."""
    start = _prolog_end(text)
    doctype = _HTML_DOCTYPE.match(text, start)
    if doctype:
        start = _prolog_end(text, doctype.end())
    if _HTML_ROOT.match(text, start) or (doctype and not _FEED_ROOT.match(text, start)):
        raise ParseError("answered with a web page, not a feed")
    if not text.startswith("<", start):
        raise ParseError("answered with something that is no feed")


def defuse(text: str) -> str:
    """The same document without its DOCTYPE, with HTML's named entities spelled out.

    Raises ParseError for nested entities (the billion laughs), too many attributes or too deep nesting.
    """
    text = _spell_entities(_without_doctype(text))
    pieces = list(_outside_cdata(text))
    refuse_wide(pieces)
    refuse_deep(pieces)
    return text


def _decoded(data: bytes, content_type: str) -> str:
    for mark, charset in _BOMS:
        if data.startswith(mark):
            return data.decode(charset, "replace").lstrip("\ufeff")
    labels = [_charset(_first(_DECLARED.search(data[:1000]))), _charset(_first(_HTTP_CHARSET.search(content_type)))]
    if not any(label and _SEVEN_BIT.match(label) for label in labels):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    for label in labels:
        if label and not label.startswith("utf"):
            return data.decode(label, "replace")
    return _mixed(data)


def _mixed(data: bytes) -> str:
    """Broken UTF-8 stays UTF-8 while most of its other characters are sound; all else is Windows' Latin."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    sound = len(text) - len(text.encode("ascii", "ignore")) - bad
    return text if sound > bad else data.decode("cp1252", "replace")


def _first(found: re.Match[bytes] | re.Match[str] | None) -> str:
    if found is None:
        return ""
    label = found[1]
    return label.decode("ascii") if isinstance(label, bytes) else label


def _charset(label: str) -> str:
    """Python's name for a charset's label as the web means it, "" for an unknown one."""
    try:
        name = codecs.lookup(label).name if label else ""
    except (LookupError, ValueError):
        return ""
    return _ON_THE_WEB.get(name, name) if _CHARSET.match(name) else ""


def _prolog_end(text: str, start: int = 0) -> int:
    found = _PROLOG.match(text, start)
    return found.end() if found else start


def _without_doctype(text: str) -> str:
    start = _prolog_end(text)
    found = _DOCTYPE.match(text, start)
    if not found:
        return text
    if not found["subset"]:
        end = text.find(">", found.end())
    else:
        closed = _SUBSET_END.search(text, found.end())
        end = closed.end() - 1 if closed else -1
        if _NESTED_ENTITY.search(text, found.end(), end if end >= 0 else len(text)):
            raise ParseError("declares entities within entities, as no feed needs to")
    if end < 0:
        raise ParseError("has a document type that never ends")
    rest = text[end + 1 :]
    if _DOCTYPE.match(rest, _prolog_end(rest)):
        raise ParseError("has two document types")
    return rest


def _spell_entities(text: str) -> str:
    """``&nbsp;`` and its like as characters, and a bare ``&`` (as in careless links) as XML's own.

    The names are HTML's; XML without its DOCTYPE knows five only.
    """
    if "&" not in text:
        return text
    return "".join(
        _AMPERSAND.sub(_spelled, piece) if not piece.startswith("<![CDATA[") else piece for piece in by_cdata(text)
    )


def _spelled(found: re.Match[str]) -> str:
    name = found[1]
    return html5.get(name + ";") or f"&amp;{name};" if name else "&amp;"


def by_cdata(text: str) -> Iterator[str]:
    """The document in pieces, each wholly a CDATA section or wholly outside of one."""
    at = 0
    while (start := text.find("<![CDATA[", at)) >= 0:
        end = text.find("]]>", start)
        if end < 0:
            break
        yield text[at:start]
        yield text[start : end + 3]
        at = end + 3
    yield text[at:]


def _outside_cdata(text: str) -> Iterator[str]:
    """What follows each ``<``, CDATA sections left out."""
    for piece in by_cdata(text):
        if not piece.startswith("<![CDATA["):
            yield from piece.split("<")[1:]


def refuse_wide(pieces: list[str]) -> None:
    """Raise ParseError for an element with more attributes than any feed has (libxml2 is quadratic in them)."""
    for piece in pieces:
        if len(piece) > _LONG_TAG:
            tag = _START_TAG.match(piece)
            if tag and tag[0].count("=") > MAX_ATTRIBUTES and len(tag[0]) > _LONG_TAG:
                raise ParseError("has an element with too many attributes")


def refuse_deep(pieces: list[str]) -> None:
    """Raise ParseError for elements nested deeper than any feed's."""
    depth = 0
    for piece in pieces:
        if piece.startswith("/"):
            # an item's end closes what careless markup inside it left open
            depth = 2 if piece.startswith(("/item", "/entry")) else max(0, depth - 1)
        elif not piece.startswith(("!", "?")) and "/>" not in piece:
            depth += 1
            if depth > MAX_DEPTH:
                raise ParseError("nests its elements too deep")
