"""`kill -9` at whatever moment, and a start after it: nothing lost, nothing twice. Over both databases."""

from __future__ import annotations

from dataclasses import dataclass

from tests.e2e.house import Feeds, House, Rows, news, rows_of, rss, until
from tests.e2e.ledger import holds_everything_once

FEEDS = 6
BATCH = 4
"""New articles of each feed before each start, so that every process finds work of every kind."""

CHATS = [f"reader-{n}" for n in range(8)]


@dataclass(frozen=True)
class Moment:
    """When to kill which command: once the rows counted by ``sql`` are more than they were at its start."""

    arguments: tuple[str, ...]
    sql: str


ONCE, FOREVER = ("run", "--once"), ("run",)
MOMENTS = [
    Moment(ONCE, "feeds WHERE claimed_by <> ''"),
    Moment(FOREVER, "stories"),
    Moment(ONCE, "deliveries"),
    Moment(FOREVER, "web_messages"),
]


def publish(feeds: Feeds, generation: int) -> list[str]:
    """Let each feed carry what it carried, and one batch more; the identities of everything out so far."""
    names = [f"gazette-{n}" for n in range(FEEDS)]
    told = {name: news(name, reversed(range(BATCH * (generation + 1)))) for name in names}
    for name, articles in told.items():
        feeds[name] = rss(name, articles)
    return [article.guid for articles in told.values() for article in articles]


def orders() -> list[dict[str, str]]:
    """Chats that want everything, a category, or a single feed."""
    whats = ["everything", "papers", "gazette-0", "gazette-1"]
    return [{"chat": f"web:{chat}", "what": whats[n % len(whats)]} for n, chat in enumerate(CHATS)]


async def killed_at(house: House, rows: Rows, moment: Moment) -> None:
    before = await rows.count(moment.sql)

    async def passed() -> bool:
        return bot.ended or await rows.count(moment.sql) > before

    async with house.newsbot(*moment.arguments) as bot:
        await until(passed, f"a moment to kill: {moment.sql}")
        await bot.kill()


async def test_what_was_killed_at_any_moment_is_finished_by_the_next_start_with_nothing_lost_and_nothing_twice(
    house: House, feeds: Feeds, database_url: str
) -> None:
    publish(feeds, 0)
    specs = feeds.specs(every="1s", category="papers", new_feed="all")
    house.configure(database=database_url, feeds=specs, subscriptions=orders())
    async with rows_of(database_url) as rows:
        moments = MOMENTS if database_url.startswith("sqlite") else MOMENTS[1::2]  # each costs a start of the bot
        for generation, moment in enumerate(moments):
            publish(feeds, generation)
            await killed_at(house, rows, moment)
            await rows.an_hour_passes()  # or chats that had six posts would rightly wait
        guids = publish(feeds, len(moments))
        async with house.newsbot(*ONCE) as bot:
            assert await bot.exit() == 0, bot.errors
        await holds_everything_once(rows, guids)
