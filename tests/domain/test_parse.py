"""Feeds of every dialect and encoding, and what is none: each a ParsedFeed or a ParseError, in bounded time."""

from __future__ import annotations

import gzip
import itertools
import random
import time
from datetime import UTC, datetime

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.extract import plain
from newsbot.domain.models import ParsedArticle
from newsbot.domain.parse import MAX_BYTES, parse_feed
from newsbot.errors import ParseError
from tests.corpora import members

URL = "https://e.com/blog/feed.xml"
NOON = datetime(2026, 1, 3, 12, 0, tzinfo=UTC)


def rss(*items: str, head: str = "<title>News</title><link>https://e.com/</link>") -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()


def one(data: bytes, url: str = URL, content_type: str = "") -> ParsedArticle:
    (article,) = parse_feed(data, url, content_type).articles
    return article


def test_rss_is_read() -> None:
    feed = parse_feed(
        rss(
            "<item><title>A &amp;amp; B</title><link>/a</link><guid isPermaLink='false'>g1</guid>"
            "<pubDate>Sat, 03 Jan 2026 13:00:00 +0100</pubDate><author>ada@e.com (Ada)</author>"
            "<description>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;</description></item>",
            head="<title>News</title><link>https://e.com/</link><language>en-us</language>",
        ),
        URL,
    )
    assert (feed.title, feed.link, feed.language) == ("News", "https://e.com/", "en")
    assert feed.articles == (ParsedArticle("g1", "https://e.com/a", "A & B", "One\nTwo", NOON, ("Ada",), "", "en"),)


def test_atom_is_read_with_markup_in_its_titles() -> None:
    feed = parse_feed(
        b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://e.com/x/"><title>N</title>
        <link rel="self" href="https://e.com/blog/feed.xml"/><link href="https://e.com/"/>
        <entry><id>tag:1</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Ein <i>Wort</i></div></title>
        <link href="a"/><updated>2026-01-03T12:00:00Z</updated><author><name>Ada</name></author>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Text</p></div></content></entry></feed>""",
        URL,
    )
    assert (feed.link, feed.language) == ("https://e.com/", "de")
    assert feed.articles == (ParsedArticle("tag:1", "https://e.com/x/a", "Ein Wort", "Text", NOON, ("Ada",), "", "de"),)


def test_rdf_is_read() -> None:
    article = one(
        b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://e.com/"><title>N</title></channel>
        <item rdf:about="https://e.com/1"><title>T</title><link>https://e.com/1</link><dc:date>2026-01-03T12:00:00Z</dc:date>
        <dc:creator>Ada</dc:creator></item></rdf:RDF>"""
    )
    assert (article.url, article.title, article.published, article.authors) == ("https://e.com/1", "T", NOON, ("Ada",))


def test_json_feed_is_read_and_wrong_types_count_as_missing() -> None:
    feed = parse_feed(
        b"""{"version": "https://jsonfeed.org/version/1.1", "title": "N", "home_page_url": "https://e.com/",
        "language": "en", "authors": [{"name": "Ed"}], "items": [
        {"id": 7, "url": "/a", "title": "T", "content_html": "<p>x</p><p>y</p>",
         "date_published": "2026-01-03T12:00:00Z", "author": {"name": "Ada"}, "image": "/i.png"},
        {"id": "b", "content_text": "only text", "title": null, "authors": "no", "tags": 5, "date_published": 3},
        5, null]}""",
        URL,
    )
    assert feed.articles == (
        ParsedArticle("7", "https://e.com/a", "T", "x\ny", NOON, ("Ada",), "https://e.com/i.png", "en"),
        ParsedArticle("b", "", "", "only text", None, ("Ed",), "", "en"),
    )


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Sat, 03 Jan 2026 12:00:00 GMT", NOON),
        ("2026-01-03T13:00:00+01:00", NOON),
        ("3 Jan 2026 12:00 UT", NOON),
        ("2026-01-03 12:00:00", NOON),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("yesterday-ish", None),
        ("", None),
    ],
)
def test_dates_are_read_in_many_forms_or_not_at_all(date: str, expected: datetime | None) -> None:
    assert one(rss(f"<item><title>T</title><pubDate>{date}</pubDate></item>")).published == expected


def test_a_guid_is_made_where_there_is_none_and_stays_the_same() -> None:
    bare = one(rss("<item><title>T</title></item>")).guid
    assert bare == one(rss("<item><title>T</title></item>")).guid
    assert bare.startswith("sha256:")
    assert one(rss("<item><link>https://e.com/1</link></item>")).guid == "https://e.com/1"


def test_a_guid_that_names_several_articles_names_none_of_them() -> None:
    items = [f"<item><guid>same</guid><link>https://e.com/{n}</link></item>" for n in range(3)]
    twice = "<item><guid>g</guid><link>https://e.com/g</link></item>"
    guids = [article.guid for article in parse_feed(rss(*items, twice, twice), URL).articles]
    assert guids == ["https://e.com/0", "https://e.com/1", "https://e.com/2", "g"]


@pytest.mark.parametrize(
    "inner",
    [
        '<enclosure url="/i.jpg" type="image/jpeg"/>',
        '<media:content url="/i.jpg" medium="image"/>',
        '<media:group><media:thumbnail url="/i.jpg"/></media:group>',
        '<description>&lt;img src="/i.jpg"&gt;</description>',
    ],
)
def test_a_picture_is_found_wherever_the_dialect_puts_it(inner: str) -> None:
    data = rss(f'<item xmlns:media="http://search.yahoo.com/mrss/"><title>T</title>{inner}</item>')
    assert one(data).image == "https://e.com/i.jpg"


def test_a_recording_is_no_picture() -> None:
    assert one(rss('<item><title>T</title><enclosure url="/a.mp3" type="audio/mpeg"/></item>')).image == ""


RUSSIAN = "Электромобиль подешевел"


@pytest.mark.parametrize(
    ("charset", "declared", "content_type"),
    [
        ("utf-8", "utf-8", ""),
        ("utf-8", "iso-8859-1", "text/xml; charset=windows-1251"),
        ("utf-8-sig", "koi8-r", ""),
        ("windows-1251", "windows-1251", ""),
        ("windows-1251", "windows-1251", "text/xml; charset=utf-8"),
        ("koi8-r", "", "text/xml; charset=koi8-r"),
        ("utf-16", "utf-16", ""),
        ("utf-16-le", "utf-8", ""),
        ("iso2022_jp_2", "iso-2022-jp-2", ""),
    ],
)
def test_every_encoding_survives_even_wrongly_declared(charset: str, declared: str, content_type: str) -> None:
    declaration = f' encoding="{declared}"' if declared else ""
    data = f'<?xml version="1.0"{declaration}?><rss><channel><item><title>{RUSSIAN}</title></item></channel></rss>'
    assert one(data.encode(charset), URL, content_type).title == RUSSIAN


def test_a_few_broken_bytes_spoil_no_more_than_themselves() -> None:
    assert one(rss("<item><title>Größe über</title></item>").replace("ö".encode(), b"\xff")).title.endswith("e über")
    assert one(rss("<item><title>caf</title></item>").replace(b"caf", b"caf\xe9")).title == "café"


def test_html_entities_and_bare_ampersands_are_understood() -> None:
    article = one(rss("<item><title>caf&eacute;&nbsp;R&D</title><link>https://e.com/?a=1&b=2</link></item>"))
    assert (article.title, article.url) == ("café R&D", "https://e.com/?a=1&b=2")


def test_a_document_type_is_no_obstacle() -> None:
    data = rss("<item><title>T &mdash; x</title></item>").replace(
        b"<rss",
        b'<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://e.com/rss.dtd" [<!ENTITY a "b">]><rss',
        1,
    )
    assert one(data).title == "T — x"


def test_a_gzipped_document_is_read() -> None:
    assert one(gzip.compress(rss("<item><title>T</title></item>"))).title == "T"


LAUGHS = b'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><rss><channel><title>&b;</title></channel></rss>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "answered with nothing"),
        (b" \r\n ", "answered with nothing"),
        (b"<!DOCTYPE html><html><body>Hi</body></html>", "web page, not a feed"),
        (b"\n<html>", "web page, not a feed"),
        (b"just words", "no feed"),
        (b"<opml><body/></opml>", "XML that is no feed"),
        (b'{"error": "quota"}', "JSON that is no feed"),
        (b'{"items": [', "JSON that cannot be read"),
        (b"[" * 100_000, "JSON that cannot be read"),
        (LAUGHS, "entities within entities"),
        (b"<rss>" + b"<a>" * 5000, "too deep"),
        (b"<rss " + b" ".join(b'a%d=">"' % n for n in range(100_000)) + b"/>", "too many attributes"),
        (b" " * (MAX_BYTES + 1), "larger than 10 MiB"),
        (gzip.compress(b"<" * (MAX_BYTES + 1)), "larger than 10 MiB"),
        (b"\x1f\x8bnonsense", "damaged gzip"),
        (b"<rss><channel>" + b"<item/>" * 200_000, "more entries"),
    ],
    ids=lambda value: value if isinstance(value, str) else "document",
)
def test_what_is_no_feed_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    start = time.perf_counter()
    with pytest.raises(ParseError, match=reason):
        parse_feed(data, URL)
    assert time.perf_counter() - start < 3


def test_ten_thousand_items_are_read_in_order() -> None:
    feed = parse_feed(rss(*(f"<item><guid>{n}</guid><title>Item {n}</title></item>" for n in range(10_000))), URL)
    assert [article.guid for article in feed.articles] == [str(n) for n in range(10_000)]


PIECES = [
    *(b"<item>", b"</item>", b"<title>", b"<content type='xhtml'>", b"<!DOCTYPE x [", b"]>", b"<![CDATA[", b"]]>"),
    *(b"<!--", b"-->", b"<?xml?>", b"&#xD800;", b"&x;", b"\x00", b"\xff\xfe", b'"', b"'", b"<", b">", b"{"),
]


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_whatever_the_bytes_only_parse_errors_are_raised(data: st.DataObject) -> None:
    start = bytearray(rss("<item><title>T</title><description><![CDATA[<p>x</p>]]></description></item>"))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(start)))
        start[at : at + data.draw(st.integers(0, 9))] = data.draw(st.sampled_from(PIECES) | st.binary(max_size=9))
    survives(bytes(start))


def survives(data: bytes) -> None:
    """A ParsedFeed with the promised shape, or a ParseError."""
    try:
        feed = parse_feed(data, URL)
    except ParseError:
        return
    assert len({article.guid for article in feed.articles}) == len(feed.articles)
    for article in feed.articles:
        assert article.guid
        assert article.url == "" or article.url.startswith(("http://", "https://"))
        assert article.published is None or article.published.utcoffset() is not None
        (article.title + article.text).encode()


@pytest.mark.corpus
@pytest.mark.parametrize("suite", ["feedparser", "gofeed", "other_suites"])
def test_other_projects_test_feeds_raise_nothing_else_whole_or_broken(suite: str) -> None:
    chance = random.Random(7)
    for _, data in itertools.islice(members(f"feeds/{suite}.tar.xz"), 0, None, 4):
        if len(data) < 100_000:
            survives(data)
            at = chance.randrange(len(data) + 1)
            survives(data[:at] + chance.choice(PIECES) + data[at + chance.randrange(20) :])


@pytest.mark.corpus
def test_real_feeds_are_read_as_feedparser_reads_them() -> None:
    agreed = compared = 0
    for name, data in itertools.islice(members("feeds/realworld.tar.xz"), 0, None, 6):
        start = time.perf_counter()
        feed = parse_feed(data, URL)
        assert time.perf_counter() - start < 3, name
        assert feed.articles, name
        entries = feedparser.parse(data).entries if len(data) < 200_000 else []
        ours = {article.guid: article for article in feed.articles}
        for entry in entries:
            article = ours.get(entry.get("id") or entry.get("link", ""))
            compared += 2
            agreed += article is not None and article.title == plain(entry.get("title", ""))
            agreed += article is not None and article.url == entry.get("link", "")
    assert compared > 100
    assert agreed / compared > 0.98
