"""The sample newsroom: what a first run can show is really in it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from newsbot.config import load_config
from newsbot.domain.analyze import Analyzer
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.match import matches
from newsbot.domain.models import FeedSpec, ParsedArticle, ParsedFeed
from newsbot.domain.parse import parse_feed
from newsbot.domain.query import compile_topic
from newsbot.pipeline.files import filled

ROOT = Path(__file__).parent.parent
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Seed(NamedTuple):
    spec: FeedSpec
    raw: bytes
    feed: ParsedFeed


@cache
def seeds() -> tuple[Seed, ...]:
    read = []
    for spec in load_config(ROOT / "config/newsbot.yaml", {}).feed_specs():
        raw = (ROOT / spec.url.removeprefix("file:")).read_bytes()
        read.append(Seed(spec, raw, parse_feed(filled(raw, START), spec.url)))
    return tuple(read)


def articles() -> list[ParsedArticle]:
    return [article for seed in seeds() for article in seed.feed.articles]


def by_slug(end: str) -> ParsedArticle:
    return next(article for article in articles() if article.url.endswith(end))


def later(seed: Seed) -> list[ParsedArticle]:
    """What is released after the first start."""
    return [a for a in seed.feed.articles if a.published and a.published > START]


def test_there_are_feeds_of_every_format_in_four_languages() -> None:
    formats = Counter(
        "json" if seed.raw.startswith(b"{") else "atom" if b"<feed" in seed.raw[:200] else "rss" for seed in seeds()
    )
    assert formats["rss"] >= 2
    assert formats["atom"] >= 2
    assert formats["json"] >= 1
    assert {seed.feed.language.partition("-")[0] for seed in seeds()} == {"en", "zh", "ru", "es"}


def test_there_are_more_than_seventy_articles_with_texts_of_a_news_item_s_length() -> None:
    assert len(articles()) >= 70
    analyzer = Analyzer()
    lengths = {a.url: len(analyzer.keys(a.text)) for a in articles() if a.title}
    assert {url for url, words in lengths.items() if not 80 <= words <= 420} == set()
    assert len(set(lengths.values())) > 40


def test_every_article_but_the_broken_one_has_a_title_an_address_a_date_and_an_author() -> None:
    broken = [a for a in articles() if not (a.title and a.url and a.published and a.authors)]
    assert len(broken) == 1
    assert len({a.url for a in articles() if a.url}) == len(articles()) - 1


def test_every_address_is_one_that_leads_nowhere() -> None:
    for seed in seeds():
        for host in re.findall(rb"https?://([^/\"<\s]+)", seed.raw):
            assert host.endswith(b".example") or host in {
                b"purl.org", b"www.w3.org", b"jsonfeed.org"
            }, host  # fmt: skip


def test_dates_follow_the_first_start_most_of_them_in_its_last_two_days() -> None:
    ages = [START - a.published for a in articles() if a.published]
    assert sum(timedelta(0) <= age <= timedelta(days=2, hours=12) for age in ages) > len(ages) / 2
    assert max(ages) <= timedelta(days=21)
    assert b"{{" not in b"".join(filled(seed.raw, START) for seed in seeds())


def test_three_items_or_more_are_released_within_the_first_ninety_seconds() -> None:
    waits = sorted((a.published - START).total_seconds() for s in seeds() for a in later(s) if a.published)
    assert len(waits) >= 3
    assert waits[0] >= 20
    assert waits[-1] <= 90


def test_later_sources_of_the_xiaomi_story_come_from_other_outlets_and_one_story_is_new() -> None:
    late = [(seed.spec.slug, a) for seed in seeds() for a in later(seed)]
    xiaomi = [slug for slug, a in late if "Xiaomi" in a.title]
    assert len(set(xiaomi)) == 2
    assert "volt-and-axle" not in xiaomi
    assert any("comet" in a.title for _, a in late)


def test_xiaomi_s_electric_car_is_told_by_three_outlets_in_other_words_and_in_chinese_with_its_figures() -> None:
    told = [
        a
        for a in articles()
        if "Lu Weibing" in a.text and "Xiaomi" in a.title and by_slug("13t-pro-camera-review") != a
    ]
    assert len(told) == 3
    for article in told:
        for figure in ("4.6 billion yuan", "21%", "16,834", "52%", "$700 million", "record", "2024", "top five"):
            found = figure in article.text or (figure == "top five" and "five largest" in article.text)
            assert found, (article.url, figure)
    sentences = [set(re.split(r"(?<=[.!?])\s+", a.text)) for a in told]
    assert not (sentences[0] & sentences[1] or sentences[1] & sentences[2] or sentences[0] & sentences[2])
    chinese = by_slug("xiaomi-diandongche-liangchan")
    for figure in ("卢伟冰", "46亿元", "21%", "16834", "52%", "7亿美元", "纪录", "2024", "前五"):
        assert figure in chinese.text


def test_the_first_telling_is_the_newest_of_its_feed_so_that_a_first_run_announces_it() -> None:
    (volt,) = [seed for seed in seeds() if seed.spec.slug == "volt-and-axle"]
    newest = max((a for a in volt.feed.articles if a.published), key=lambda a: a.published or START)
    assert "Xiaomi" in newest.title
    assert newest.image


def test_the_topic_xiaomi_ev_takes_the_four_tellings_and_none_of_the_near_misses() -> None:
    config = load_config(ROOT / "config/newsbot.yaml", {})
    analyzer, lexicon = Analyzer(), Lexicon.default().with_concepts(config.concepts)
    definition = next(definition for slug, _, definition in config.topic_specs() if slug == "xiaomi-ev")
    query = compile_topic(definition, analyzer, lexicon)
    found = {a.url.rpartition("/")[2] for a in articles() if matches(query, analyzer.article(a.title, a.text), lexicon)}
    assert found == {
        "xiaomi-electric-car-mass-production",
        "xiaomi-ev-on-schedule-rd-spending",
        "xiaomi-results-carmaker-ambition",
        "xiaomi-diandongche-liangchan",
    }


@pytest.mark.parametrize(
    ("slug", "says", "lacks"),
    [
        ("xiaomi-13t-pro-camera-review", "Xiaomi", "car"),  # a phone
        ("byd-passes-tesla-quarter", "electric", "Xiaomi"),  # another maker
        ("nordlys-aurora-range-test", "electric", "Xiaomi"),
    ],
)
def test_near_misses_of_the_xiaomi_story_are_there(slug: str, says: str, lacks: str) -> None:
    article = by_slug(slug)
    assert says in article.text
    assert not re.search(rf"\b{lacks}\b", article.title + article.text)


def test_two_articles_only_mention_xiaomi_at_their_end() -> None:
    for slug in ("electric-car-imports-terminal", "smart-home-standard-thread-lamps"):
        text = by_slug(slug).text
        assert text.index("Xiaomi") > len(text) * 0.85


def test_there_are_more_than_ten_articles_on_batteries_over_four_feeds() -> None:
    feeds = Counter(seed.spec.slug for seed in seeds() for a in seed.feed.articles if "batter" in a.text.lower())
    assert sum(feeds.values()) > 10
    assert len(feeds) >= 4


def test_there_are_follow_ups_a_correction_and_boilerplate() -> None:
    texts = "\n".join(a.text for a in articles())
    for line in (
        "Click here to",
        "Don't miss out",
        "Read more",
        "appeared first on",
        "点击此处订阅",
        "Подробнее",
        "Leer más",
    ):
        assert line in texts, line
    assert len([a for a in articles() if "Storm Idris" in a.title]) == 3
    assert any(a.title.startswith("Correction:") for a in articles())


def test_every_picture_lies_in_the_folder_and_is_small() -> None:
    named = {a.image for a in articles() if a.image}
    assert len(named) >= 4
    for address in named:
        assert address.startswith("/seeds/pictures/")
        data = (ROOT / address.removeprefix("/")).read_bytes()
        assert data.startswith(b"\x89PNG")
        assert len(data) < 30_000
    assert {p.name for p in (ROOT / "seeds/pictures").iterdir()} == {address.rpartition("/")[2] for address in named}
