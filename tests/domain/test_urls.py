"""Addresses: one spelling an article, and nothing that garbage can break."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsbot.domain.urls import absolute, canonical, host_of, is_web, picture, redacted

SAME = [
    "https://example.com/a/story?id=7",
    "http://example.com/a/story?id=7",
    "https://www.example.com/a/story/?id=7",
    "https://m.example.com/a/story?id=7",
    "https://EXAMPLE.com:443/a/./b/../story?id=7#comments",
    "https://example.com/a/story?utm_source=rss&id=7&utm_medium=feed",
    "https://example.com/a/story?fbclid=abc&id=7&gclid=x",
    "https://example.com/a/story/amp?id=7",
    "https://amp.example.com/a/story?id=7&amp=1",
    "https://user:secret@example.com./a/story?id=7",
    "https://example.com/a/%73tory?id=7&ref=rss",
    " https://example.com/a/st\nory?id=7 ",
]


@pytest.mark.parametrize("url", SAME)
def test_spellings_of_one_article_have_one_canonical_address(url: str) -> None:
    assert canonical(url) == "https://example.com/a/story?id=7"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/a?id=1", "https://example.com/a?id=2"),
        ("https://example.com/a", "https://example.com/A"),
        ("https://example.com/a", "https://example.org/a"),
        ("https://example.com:8080/a", "https://example.com/a"),
        ("https://example.com/#!/a", "https://example.com/#!/b"),
        ("https://example.com/a%2Fb", "https://example.com/a/b"),
    ],
)
def test_different_articles_keep_different_addresses(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


def test_the_order_of_parameters_does_not_matter_and_empty_ones_stay() -> None:
    assert (
        canonical("https://e.com/?b=2&a=1&c=") == canonical("https://e.com/?c=&a=1&b=2") == "https://e.com/?a=1&b=2&c="
    )


def test_a_host_in_any_script_is_written_in_ascii() -> None:
    assert canonical("https://MÜNCHEN.example/ä") == "https://xn--mnchen-3ya.example/%C3%A4"


TEXT = st.text(max_size=30)
URLS = st.builds(
    "{}{}/{}?{}#{}".format, st.sampled_from(["http://", "https://e.com", "https://m.www."]), TEXT, TEXT, TEXT, TEXT
)


@settings(max_examples=100, deadline=None)
@given(st.one_of(TEXT, URLS))
@example("https://e.com/%%34%31")
@example("http://[::1")
@example("https://e.com:99999/")
@example("http:// /?#")
@example("https://e.com/amp/amp/")
def test_canonical_is_idempotent_and_nothing_raises(url: str) -> None:
    once = canonical(url)
    assert canonical(once) == once
    assert isinstance(is_web(url), bool)
    assert host_of(url) == host_of(url).lower()
    redacted(url)


@settings(max_examples=100, deadline=None)
@given(TEXT, TEXT)
def test_absolute_gives_a_web_address_or_nothing(base: str, url: str) -> None:
    found = absolute(base, url)
    assert found == "" or is_web(found)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("b", "https://e.com/x/b"),
        ("/b c", "https://e.com/b%20c"),
        ("//cdn.e.com/i.png", "https://cdn.e.com/i.png"),
        ("?page=2", "https://e.com/x/a?page=2"),
        ("javascript:alert(1)", ""),
        ("mailto:a@e.com", ""),
        ("data:text/plain,x", ""),
        ("#top", ""),
        ("http://[bad", ""),
    ],
)
def test_relative_addresses_are_resolved_and_others_dropped(url: str, expected: str) -> None:
    assert absolute("https://e.com/x/a", url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "ftp://e.com/",
        "https://",
        "https://e.com/a b",
        "http://a..b/",
        "https://" + "a" * 5000,
        "http://e.com:x/",
    ],
)
def test_what_cannot_be_fetched_is_no_web_address(url: str) -> None:
    assert not is_web(url)


def test_credentials_never_reach_a_message() -> None:
    assert redacted("https://user:secret@e.com/feed") == "https://e.com/feed"
    assert host_of("https://user:secret@E.com/feed") == "e.com"


def test_a_file_feed_may_show_pictures_of_our_own_server() -> None:
    assert picture("file:seeds/a.xml", "/seeds/pictures/a.png") == "/seeds/pictures/a.png"
    assert picture("file:seeds/a.xml", "//evil.example/a.png") == ""
    assert picture("https://e.com/feed", "/a.png") == "https://e.com/a.png"
