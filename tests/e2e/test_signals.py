"""Stopping, reloading, and two processes that meet: what an operator relies on."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from aiohttp import web

from tests.e2e.house import Feeds, House, news, person, rows_of, rss, until, words
from tests.e2e.ledger import holds_everything_once

EVERYTHING = [{"chat": "web:newsroom", "what": "everything"}, {"chat": "web:lobby", "what": "everything"}]


def publish(feeds: Feeds, *names: str) -> list[str]:
    """Feeds of eight articles each; the identities of them all."""
    told = {name: news(name, range(8)) for name in names}
    for name, articles in told.items():
        feeds[name] = rss(name, articles)
    return [article.guid for articles in told.values() for article in articles]


def database(house: House) -> str:
    return f"sqlite:///{house.folder / 'newsbot.db'}"


async def test_sigterm_in_the_middle_of_the_work_ends_with_0_within_seconds_and_the_next_start_finishes_it(
    house: House, feeds: Feeds
) -> None:
    guids = publish(feeds, "gazette", "herald", "courier")
    house.configure(feeds=feeds.specs(every="1s", new_feed="all"), subscriptions=EVERYTHING)
    async with rows_of(database(house)) as rows:
        async with house.running() as bot:
            await until(lambda: rows.count("outcomes WHERE state = 'waiting'"), "stories wait in chats")
            status, seconds = await bot.stop(signal.SIGTERM)
            assert status == 0 and seconds < 10, bot.errors
            assert bot.errors == ""
        await rows.an_hour_passes()
        async with house.newsbot("run", "--once") as bot:
            assert await bot.exit() == 0, bot.errors
        await holds_everything_once(rows, guids)


async def test_ctrl_c_does_not_wait_for_a_server_that_never_answers(house: House, feeds: Feeds) -> None:
    released = asyncio.Event()

    async def never(_request: web.Request) -> web.Response:
        await released.wait()
        return web.Response()

    feeds["silence"] = never
    publish(feeds, "gazette")
    house.configure(feeds=feeds.specs(), subscriptions=EVERYTHING)
    try:
        async with house.running() as bot:
            await until(lambda: feeds.asked["silence"], "the silent server is asked")
            status, seconds = await bot.stop(signal.SIGINT)
            assert status == 0 and seconds < 8, f"{seconds:.1f} s: {bot.errors}"
    finally:
        released.set()


async def test_a_changed_file_and_sighup_reload_the_config_and_a_broken_one_is_refused_with_its_lines(
    house: House, feeds: Feeds
) -> None:
    publish(feeds, "gazette")
    house.configure(feeds=feeds.specs(), subscriptions=EVERYTHING)
    async with house.running() as bot, person(house) as someone:

        async def sources() -> str:
            return words(await someone.say("/sources"))

        async def listed(name: str) -> bool:
            return f"\n{name}\n" in await sources()

        assert await listed("gazette")
        publish(feeds, "herald")
        house.configure(feeds=feeds.specs(), subscriptions=EVERYTHING)
        await until(lambda: "herald" in bot.errors, "the changed file is taken over by itself")
        assert await listed("herald")

        good = house.config.read_text()
        house.config.write_text(good.replace("every", "evry") + "feedz: []\nlanguage: [1]\n")
        bot.process.send_signal(signal.SIGHUP)
        lines = good.count("\n")
        await until(lambda: f"newsbot.yaml:{lines + 2}" in bot.errors, "the broken config is refused by line")
        assert f"newsbot.yaml:{lines + 1}: feedz" in bot.errors and "did you mean" in bot.errors
        assert await listed("herald") and not bot.ended
        assert f"newsbot.yaml:{lines + 1}: feedz" in words(await someone.say("/status"))

        publish(feeds, "courier")
        house.configure(feeds=feeds.specs(), subscriptions=EVERYTHING)
        bot.process.send_signal(signal.SIGHUP)
        await until(lambda: "courier" in bot.errors, "the mended config is taken over")
        assert await listed("courier")
        assert "feedz" not in words(await someone.say("/status"))
        assert (await bot.stop())[0] == 0


async def test_a_second_process_on_the_same_port_says_so_in_one_line_and_leaves(house: House, tmp_path: Path) -> None:
    house.configure()
    other = House(tmp_path / "other", port=house.port)
    other.folder.mkdir()
    async with house.running() as bot:
        other.port = house.port
        other.configure()
        async with other.newsbot("run") as second:
            assert await second.exit() == 1
            (line,) = second.errors.splitlines()
            assert f"127.0.0.1:{house.port}" in line and "another program listens" in line
        assert not bot.ended
        async with other.newsbot("run", "--role", "ingest") as helper:
            await until(lambda: "newsbot runs: ingest" in helper.output, "one that nobody talks to runs without it")
            (line,) = helper.errors.splitlines()
            assert "health and metrics" in line and f"127.0.0.1:{house.port}" in line
            assert (await helper.stop())[0] == 0


async def test_two_processes_over_one_database_post_each_story_once(
    house: House, feeds: Feeds, database_url: str
) -> None:
    guids = publish(feeds, "gazette", "herald", "courier", "mirror")
    config = {"database": database_url, "feeds": feeds.specs(every="1s", new_feed="all"), "subscriptions": EVERYTHING}
    other = House(house.folder / "other")
    other.folder.mkdir()
    house.configure(**config)
    other.configure(**config)
    async with rows_of(database_url) as rows, house.running() as first, other.running() as second:

        async def done() -> bool:
            settled = await rows.count("outcomes WHERE state IN ('shown', 'more')")
            return settled == 2 * len(guids) and not await rows.count("deliveries WHERE state <> 'sent'")

        await until(done, "every story is posted in both chats")
        async with person(house) as here, person(other) as there:  # what one has posted, the other shows
            assert await here.posts("lobby") == await there.posts("lobby")
        stopped = await asyncio.gather(first.stop(), second.stop())
        assert [status for status, _ in stopped] == [0, 0], first.errors + second.errors
        assert first.errors + second.errors == ""
        await holds_everything_once(rows, guids)
