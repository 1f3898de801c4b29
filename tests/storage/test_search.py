from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsbot.domain.analyze import Analyzer
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.match import fits
from newsbot.domain.models import FeedSpec
from newsbot.domain.query import parse_search
from newsbot.errors import QueryError
from newsbot.storage import Storage
from newsbot.storage import search as search_module
from newsbot.storage.feeds import NewArticle, PolledFeed
from newsbot.storage.search import SearchRequest, SearchResult
from tests import databases

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ANALYZER, LEXICON = Analyzer(), Lexicon.default()
WORDS = [
    "battery",
    "electric",
    "car",
    "Xiaomi",
    "小米汽车",
    "电池",
    "завод",
    "C++",
    "$TSLA",
    "AT&T",
    "SU7",
    "solid-state",
]
HOSTILE = [
    "NEAR(a b)",
    'title:"x',
    "a* OR *",
    "{col}: x",
    '"" a',
    "a:b",
    "'; DROP TABLE articles; --",
    "& | ! <-> a",
    "\\' a",
    "x\0y",
    "a" * 5000,
    "(((((((",
    "-a b",
    "a -",
    "source: a",
    "lang:zz car",
    "after:9999y car",
    "before:0001 car",
    "after:0001-01-01 car",
    "ca* " * 64,
    "car OR " * 64,
    "\ud800 car",
]


def asked(text: str, **more: object) -> SearchRequest:
    return replace(SearchRequest(parse_search(text, ANALYZER, LEXICON), now=NOW), **more)  # type: ignore[arg-type]


def article(key: str, title: str, text: str = "", hours: float = 1, language: str = "en") -> NewArticle:
    return NewArticle(
        key=key,
        title=title,
        text=text,
        language=language,
        published=NOW - timedelta(hours=hours),
        search_title=ANALYZER.search_terms(title),
        search_body=ANALYZER.search_terms(text),
    )


async def store(
    storage: Storage, articles: Sequence[NewArticle], url: str = "https://one.example/feed", name: str = "One"
) -> None:
    feed = await storage.feeds.add(FeedSpec(url, name=name), NOW)
    await storage.feeds.store_poll(feed.id, PolledFeed(next_poll=NOW, articles=articles), NOW)


async def titles(storage: Storage, result: SearchResult) -> list[str]:
    by_id = {a.id: a.title for a in await storage.articles.get([hit.article_id for hit in result.hits])}
    return [by_id[hit.article_id] for hit in result.hits]


async def find(storage: Storage, text: str, **more: object) -> list[str]:
    return await titles(storage, await storage.search.find(asked(text, **more)))


def generated(seed: int, size: int) -> list[NewArticle]:
    chance = random.Random(seed)

    def words(most: int) -> str:
        return " ".join(chance.choices(WORDS, k=chance.randint(1, most)))

    return [
        article(f"{seed}-{i}", words(4), words(30), hours=i * 7, language=chance.choice(["en", "zh", ""]))
        for i in range(size)
    ]


async def test_an_article_is_found_as_soon_as_it_is_stored_and_by_its_corrected_words_only(storage: Storage) -> None:
    await store(storage, [article("a", "Battery plant opens")])
    assert await find(storage, "battery") == ["Battery plant opens"]
    await store(storage, [article("a", "Turbine plant opens")])
    assert await find(storage, "battery") == []
    assert await find(storage, "turbines") == ["Turbine plant opens"]


async def test_a_search_is_without_what_is_private_to_others_on_every_page(storage: Storage) -> None:
    await store(storage, [article(f"p{n}", f"Battery plant {n}", hours=n) for n in range(0, 900, 2)])
    mine = await storage.feeds.add(FeedSpec("https://mine.example/f"), NOW, private=True)
    theirs = await storage.feeds.add(FeedSpec("https://theirs.example/f"), NOW, private=True)
    letters = [article(f"m{n}", f"Battery letter {n}", hours=n) for n in range(1, 200, 2)]
    await storage.feeds.store_poll(mine.id, PolledFeed(next_poll=NOW, articles=letters), NOW)
    secrets = [article(f"t{n}", f"Battery secret {n}", hours=n) for n in range(1, 900, 2)]
    await storage.feeds.store_poll(theirs.id, PolledFeed(next_poll=NOW, articles=secrets), NOW)
    for own, total in (((), 450), ((mine.id,), 550)):
        first = await storage.search.find(asked("battery", own=own, limit=200))
        rest = [
            await storage.search.find(asked("battery", own=own, limit=200, offset=n, cursor=first.cursor))
            for n in (200, 400, 600)
        ]
        found = [title for page in (first, *rest) for title in await titles(storage, page)]
        assert first.total == len(found) == total and not any("secret" in title for title in found)
    assert await find(storage, "secret 7", own=()) == [] and await find(storage, "secret 7") != []


async def test_the_best_and_newest_come_first(storage: Storage) -> None:
    await store(
        storage,
        [
            article("a", "Shares fall", "The maker of a battery fell among many others. " + "Word goes on. " * 30, 1),
            article("b", "Battery plant", "A battery plant makes batteries.", 30),
            article("c", "Battery plant", "A battery plant makes batteries.", 2),
        ],
    )
    result = await storage.search.find(asked("battery"))
    assert await titles(storage, result) == ["Battery plant", "Battery plant", "Shares fall"]
    assert [hit.article_id for hit in result.hits[:2]] == sorted((h.article_id for h in result.hits[:2]), reverse=True)
    assert (result.total, result.capped, result.more, result.relaxed) == (3, False, False, False)


async def test_operators_narrow_and_widen(storage: Storage) -> None:
    await store(
        storage, [article("a", "Solid state battery", "by Tesla"), article("b", "State of the battery", "solid")]
    )
    await store(storage, [article("c", "新电池", "小米汽车量产", 50, "zh")], "https://two.example/zh", "Zwei")
    for text, expected in {
        '"solid state" battery': {"Solid state battery"},
        "battery -tesla": {"State of the battery", "新电池"},
        "title:state": {"Solid state battery", "State of the battery"},
        "tesl*": {"Solid state battery"},
        "tesla OR 量产": {"Solid state battery", "新电池"},
        "汽车": {"新电池"},
        "battery lang:en": {"Solid state battery", "State of the battery"},
        "battery -lang:en": {"新电池"},
        "battery source:zwei": {"新电池"},
        "battery source:two.example": {"新电池"},
        "battery -source:one": {"新电池"},
        "battery source:nowhere": set(),
        "battery after:1d": {"Solid state battery", "State of the battery"},
        "battery before:2026-04-30": {"新电池"},
    }.items():
        assert set(await find(storage, text)) == expected, text


async def test_a_readers_languages_leave_out_the_others_and_keep_the_unknown(storage: Storage) -> None:
    named = {"en": "Battery one", "de": "Battery zwei", "": "Battery three"}
    await store(storage, [article(title, title, language=language) for language, title in named.items()])
    assert set(await find(storage, "battery", languages=("en-GB",))) == {"Battery one", "Battery three"}


async def test_where_nothing_has_all_the_words_what_has_most_of_them_is_offered(storage: Storage) -> None:
    await store(storage, [article("a", "Xiaomi battery"), article("b", "Xiaomi phone"), article("c", "Weather")])
    result = await storage.search.find(asked("xiaomi battery tractor"))
    assert result.relaxed
    assert await titles(storage, result) == ["Xiaomi battery"]
    result = await storage.search.find(asked("phone tractor -xiaomi"))
    assert (result.hits, result.total, result.relaxed) == ((), 0, False)


async def test_no_query_is_syntax_or_an_error(storage: Storage) -> None:
    await store(storage, [article("a", "a car x")])
    for text in HOSTILE:
        with suppress(QueryError):
            assert (await storage.search.find(asked(text))).total in {0, 1}, text


async def pages(storage: Storage, text: str, size: int) -> list[int]:
    seen: list[int] = []
    result = await storage.search.find(asked(text, limit=size))
    while True:
        seen += [hit.article_id for hit in result.hits]
        if not result.more:
            return seen
        result = await storage.search.find(asked(text, limit=size, offset=len(seen), cursor=result.cursor))


@pytest.mark.parametrize("size", [7, 1000])
async def test_paging_reaches_every_match_exactly_once(
    storage: Storage, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "NEWEST", 20)
    monkeypatch.setattr(search_module, "TITLED", 10)
    batches = [article(f"t{i}", "Battery" if i % 3 else "News", "battery" if i % 2 else "sun", i) for i in range(90)]
    await store(storage, batches)
    matching = sum("Battery" in a.title or "battery" in a.text for a in batches)
    seen = await pages(storage, "battery", size)
    assert len(seen) == len(set(seen)) == matching
    assert seen[30:] == sorted(seen[30:], reverse=True)


async def test_pages_belong_to_their_first_page_though_articles_arrive(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_module, "NEWEST", 10)
    await store(storage, [article(f"a{i}", f"Battery {i}", hours=i + 1) for i in range(40)])
    first = await storage.search.find(asked("battery", limit=8))
    seen = list(first.hits)
    while len(seen) < 40:
        await store(storage, [article(f"b{len(seen)}", "New battery", hours=0.5)])
        later = await storage.search.find(asked("battery", limit=8, offset=len(seen), cursor=first.cursor))
        seen += later.hits
    assert len({hit.article_id for hit in seen}) == 40
    assert "New battery" in await find(storage, "battery")
    jumped = await storage.search.find(asked("battery", limit=8, offset=24, cursor=first.cursor))
    assert list(jumped.hits) == seen[24:32]


async def test_a_page_whose_first_page_is_forgotten_is_found_anew(storage: Storage) -> None:
    await store(storage, [article(f"a{i}", f"Battery {i}", hours=i) for i in range(12)])
    result = await storage.search.find(asked("battery", limit=5, offset=10, cursor="from before a restart"))
    assert (len(result.hits), result.total, result.more) == (2, 12, False)
    assert (await storage.search.find(asked("battery", offset=10**6))).hits == ()


async def test_a_count_beyond_its_bound_says_so(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_module, "COUNTED", 5)
    await store(storage, [article(f"a{i}", "Battery") for i in range(9)])
    result = await storage.search.find(asked("battery"))
    assert (len(result.hits), result.total, result.capped) == (9, 5, True)


@pytest.mark.parametrize("seed", range(1))
async def test_both_databases_give_the_same_results_and_search_agrees_with_the_predicate(
    sqlite: databases.Sqlite, postgres: databases.Postgres, tmp_path: Path, seed: int
) -> None:
    made, chance = generated(seed, 80), random.Random(seed)
    queries = ["小米", "电*", "solid -xiaomi", '"electric car" OR su7', "title:завод"]
    queries += [" ".join(chance.sample(WORDS, chance.randint(1, 3))) for _ in range(40)]
    with ExitStack() as stack:
        one = await Storage.open(sqlite.migrated(tmp_path / "search.db"))
        other = await Storage.open(stack.enter_context(postgres.migrated()))
        for storage in (one, other):
            await store(storage, made)
        for text in queries:
            found = [await storage.search.find(asked(text, limit=100)) for storage in (one, other)]
            assert [(h.article_id, h.score) for h in found[0].hits] == [
                (h.article_id, h.score) for h in found[1].hits
            ], text
            fitting = [a for a in made if fits(asked(text).query, ANALYZER.article(a.title, a.text, a.language))]
            assert found[0].relaxed or found[0].total == len(fitting), text
        await one.close()
        await other.close()


async def test_readers_do_not_wait_for_the_writer(storage: Storage) -> None:
    await store(storage, [article("a", "Battery")])
    async with storage._db.write():
        assert await find(storage, "battery") == ["Battery"]


async def test_frequencies_count_articles_and_a_misspelling_is_helped(storage: Storage) -> None:
    await store(storage, [article("a", "Battery battery", "Xiaomi"), article("b", "Battery"), article("c", "Sun")])
    assert await storage.search.frequencies(["battery", "xiaomi", "moon"]) == {"battery": 2, "xiaomi": 1, "moon": 0}
    assert await storage.search.documents() == 3
    assert await storage.search.suggest("batery") == ["battery"]
    assert await storage.search.suggest("battery") == []
