from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import desc, select, text

from newsbot.storage import Storage
from newsbot.storage.rows import IndexRow
from newsbot.storage.search_expression import (
    Both,
    Either,
    Expression,
    Marked,
    Phrase,
    Without,
    feed_mark,
    keys_of,
    language_mark,
)
from newsbot.storage.search_index import engine, index_articles, unindex_articles
from newsbot.storage.search_rows import EVER, Span
from newsbot.storage.search_vocabulary import edits, near, widen

KEYS = [
    "a",
    "b",
    "c++",
    "$tsla",
    "at&t",
    "小米",
    "米",
    "электро",
    "su7",
    "it's",
    '"',
    "\\",
    "'",
    "*",
    "-",
    "^",
    "()",
    ":",
]
HOSTILE = [
    '"',
    "' OR 1=1 --",
    "a AND",
    "NEAR(a b)",
    "title : a",
    "{a} : b",
    "a:*",
    "!a",
    "&|!",
    "<->",
    "\\'",
    "\0",
    "\ud800",
]


def corpus(random: random.Random, size: int) -> list[IndexRow]:
    def words(most: int) -> str:
        return " ".join(random.choices(KEYS, k=random.randint(0, most)))

    return [
        IndexRow(i, random.randint(1, 3), random.choice(["en", "de-AT", ""]), words(3), words(9)) for i in range(size)
    ]


def expression(random: random.Random, depth: int = 3) -> Expression:
    kind = random.randint(0, 5) if depth else random.randint(0, 2)
    if kind <= 1:
        return Phrase(tuple(random.choices(KEYS, k=random.choice([1, 1, 1, 2, 3]))), title=random.random() < 0.3)
    if kind == 2:
        return Marked((random.choice([feed_mark(1), language_mark("de")]), feed_mark(random.randint(2, 4))))
    if kind == 3:
        return Without(expression(random, depth - 1))
    parts = tuple(expression(random, depth - 1) for _ in range(random.randint(1, 3)))
    return Both(parts) if kind == 4 else Either(parts)


def wants(asked: Expression, row: IndexRow) -> bool:
    """The plainest reading of an expression."""
    match asked:
        case Phrase():
            fields = [row.title] if asked.title else [row.title, row.body]
            return any(f" {' '.join(asked.keys)} " in f" {field} " for field in fields)
        case Marked():
            return bool({feed_mark(row.feed_id), language_mark(row.language)} & set(asked.marks))
        case Without():
            return not wants(asked.part, row)
        case Both():
            return all(wants(part, row) for part in asked.parts)
        case Either():
            return any(wants(part, row) for part in asked.parts)


async def found(storage: Storage, asked: Expression, span: Span = EVER) -> list[int]:
    async with storage._db.read() as conn:
        ids = engine(storage.dialect).matching(asked, span).subquery()
        return list((await conn.execute(select(ids.c.id).order_by(desc(ids.c.id)))).scalars())


async def put(storage: Storage, rows: list[IndexRow]) -> None:
    async with storage._db.write() as conn:
        await index_articles(conn, rows)


@asynccontextmanager
async def checked(storage: Storage) -> AsyncIterator[None]:
    """On SQLite, have FTS5 compare its index with what it was made from, afterwards."""
    yield
    if storage.dialect == "sqlite":
        async with storage._db.write() as conn:
            await conn.execute(text("INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)"))


@pytest.mark.parametrize("seed", range(3))
async def test_the_index_finds_exactly_what_a_plain_reading_finds(storage: Storage, seed: int) -> None:
    chance = random.Random(seed)
    rows = corpus(chance, 60)
    async with checked(storage):
        await put(storage, rows)
    for _ in range(60):
        asked = expression(chance)
        assert await found(storage, asked) == [row.id for row in rows[::-1] if wants(asked, row)], asked


async def test_articles_that_change_or_go_leave_nothing_behind(storage: Storage) -> None:
    chance = random.Random(5)
    before, after = corpus(chance, 50), corpus(chance, 40)
    gone = list(range(30, 60))
    async with checked(storage):
        await put(storage, before)
        await put(storage, after)
        async with storage._db.write() as conn:
            await unindex_articles(conn, gone)
            await unindex_articles(conn, [])
    kept = {row.id: row for row in (*before, *after) if row.id not in gone}
    for key in KEYS:
        asked = Phrase((key,))
        assert await found(storage, asked) == sorted((i for i, row in kept.items() if wants(asked, row)), reverse=True)


async def test_a_span_holds_its_first_id_and_not_its_end(storage: Storage) -> None:
    await put(storage, [IndexRow(i, 1, "", "a", "") for i in range(10)])
    assert await found(storage, Phrase(("a",)), Span(3, 6)) == [5, 4, 3]
    assert await found(storage, Phrase(("a",)), Span(3, 6).before(5)) == [4, 3]


async def test_no_text_is_syntax(storage: Storage) -> None:
    await put(storage, [IndexRow(number, 1, "", hostile, hostile) for number, hostile in enumerate(HOSTILE)])
    for number, hostile in enumerate(HOSTILE):
        keys = tuple(keys_of(hostile))
        for run in {keys, *((key,) for key in keys)} - {()}:
            assert number in await found(storage, Phrase(run)), (hostile, run)


async def test_no_text_can_pass_for_a_feeds_mark(storage: Storage) -> None:
    await put(storage, [IndexRow(1, 1, "en", "\ue000f2 f2", "\ue000f2")])
    assert await found(storage, Marked((feed_mark(2),))) == []
    assert await found(storage, Marked((feed_mark(1),))) == [1]


async def test_endless_texts_and_keys_are_cut_not_refused(storage: Storage) -> None:
    await put(
        storage, [IndexRow(1, 1, "en", "a" * 5000, "小" * 3000 + " " + " ".join(f"w{i}" for i in range(100_000)))]
    )
    assert await found(storage, Phrase(("w1",))) == [1]


async def test_a_prefix_is_widened_and_a_misspelling_finds_its_neighbours(storage: Storage) -> None:
    words = ["battery", "batteries", "bat", "batman", "xiaomi", "xiaoma", "bätt", "小米"]
    await put(storage, [IndexRow(1, 1, "en", "", " ".join(words))])

    async def alike(key: str) -> dict[str, int]:
        return dict(await storage._db.look(lambda conn: near(conn, key)))

    assert await storage._db.look(lambda conn: widen(conn, "bat")) == ["bat", "batman", "battery", "batteries"]
    assert await storage._db.look(lambda conn: widen(conn, "bat%")) == []
    assert (await alike("xioami"))["xiaomi"] == (await alike("xaiomi"))["xiaomi"] == 1
    assert (await alike("abttery"))["battery"] == 1
    assert await alike("zz") == await alike("") == {}


@pytest.mark.parametrize(
    ("one", "other", "most", "distance"),
    [
        ("battery", "battery", 2, 0),
        ("batery", "battery", 2, 1),
        ("abttery", "battery", 2, 1),
        ("bat", "dog", 2, 3),
        ("", "ab", 2, 2),
    ],
)
def test_edits_are_counted(one: str, other: str, most: int, distance: int) -> None:
    assert edits(one, other, most) == edits(other, one, most) == distance


async def test_words_are_listed_once(storage: Storage) -> None:
    await put(storage, [IndexRow(1, 1, "en", "a", "a b"), IndexRow(2, 1, "en", "b", "a")])
    async with storage._db.read() as conn:
        assert sorted((await conn.execute(text("SELECT word FROM search_words"))).scalars()) == ["a", "b"]
