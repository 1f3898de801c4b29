"""Lists of feeds: read from any reader's OPML, written for any reader, and safe from hostile ones."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.models import Feed, FeedSpec
from newsbot.domain.opml import DEEPEST, read_opml, write_opml
from newsbot.errors import ParseError


def opml(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><opml version="1.0"><body>{body}</body></opml>'.encode()


def test_feeds_are_read_with_their_names_and_the_nearest_folder_as_category() -> None:
    body = """
    <outline text="News"><outline title="World"><outline text="A" xmlUrl="https://a.example/f"/></outline>
      <outline text="B" title="Bee" XMLURL="http://b.example/f"/></outline>
    <outline text="C" xmlUrl="https://c.example/f" category="/Tech, /Other"/>
    """
    assert read_opml(opml(body)) == (
        FeedSpec(url="https://a.example/f", name="A", category="World"),
        FeedSpec(url="http://b.example/f", name="Bee", category="News"),
        FeedSpec(url="https://c.example/f", name="C", category="Tech"),
    )


def test_an_address_comes_once_and_what_is_no_web_address_not_at_all() -> None:
    body = "".join(f'<outline text="x" xmlUrl="{url}"/>' for url in ("https://a.example/", "https://a.example/", "file:///etc/passwd", "javascript:1", ""))  # fmt: skip  # noqa: E501
    assert [spec.url for spec in read_opml(opml(body))] == ["https://a.example/"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<opml><body>",
        b"<rss></rss>",
        b'<!DOCTYPE opml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><opml><body><outline text="&b;"/></body></opml>',
        b'<!DOCTYPE opml SYSTEM "file:///etc/passwd"><opml/>',
        b'<?xml version="1.0" encoding="nonsense"?><opml/>',
        b"<opml>" + b"<outline>" * (DEEPEST + 1) + b"</outline>" * (DEEPEST + 1) + b"</opml>",
        b" " * (11 * 1024 * 1024),
    ],
    ids=["nothing", "text", "torn", "rss", "entities", "doctype", "encoding", "deep", "large"],
)
def test_what_is_no_opml_or_made_to_harm_is_refused(data: bytes) -> None:
    with pytest.raises(ParseError):
        read_opml(data)


_FEEDS = st.lists(
    st.builds(
        Feed,
        id=st.just(1),
        url=st.integers(0, 10**6).map(lambda n: f"https://e.example/{n}?a=1&b='<\""),
        name=st.text(max_size=20),
        category=st.text(max_size=10),
    ),
    max_size=6,
    unique_by=lambda feed: feed.url,
)


@settings(max_examples=60, deadline=None)
@given(_FEEDS)
def test_what_is_written_can_be_read_back(feeds: list[Feed]) -> None:
    read = {spec.url: spec for spec in read_opml(write_opml(feeds).encode("utf-8"))}
    assert set(read) == {feed.url for feed in feeds}
    for feed in feeds:
        if feed.name.isprintable() and feed.category.isprintable():
            assert read[feed.url].name == (feed.label).strip()
            assert read[feed.url].category == feed.category.strip()


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    for document in (data, b"<opml>" + data, opml("").replace(b"<body>", b"<body>" + data)):
        try:
            read_opml(document)
        except ParseError:
            continue
