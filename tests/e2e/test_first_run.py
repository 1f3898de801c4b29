"""The first run of a clean clone: config/ and seeds/ as they are, a person at the web chat, both databases."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsbot.storage import Storage
from tests.e2e.house import House, Json, Person, actions, person, until, words

PROJECT = Path(__file__).parents[2]
FIRST_LATER_SOURCE = 35
"""Seconds after the first start when seeds/ release Circuit Letter's telling of the Xiaomi story."""

HEADLINE = "Xiaomi's electric car goes into mass production in the first half of 2024"


async def moved_in(house: House, url: str, *, ago: float) -> dict[str, str]:
    """A clean clone in the house's folder whose first start was ``ago`` seconds ago; the environment to run it in."""
    for name in ("config", "seeds"):
        shutil.copytree(PROJECT / name, house.folder / name)
    storage = await Storage.open(url)
    await storage.meta.set_default("first_start", (datetime.now(UTC) - timedelta(seconds=ago)).isoformat())
    await storage.close()
    return {"DATABASE_URL": url}


async def xiaomi(someone: Person) -> list[Json]:
    """The posts of the private chat that tell of Xiaomi's car in English."""
    return [p for p in await someone.posts("me") if "Xiaomi" in p["body"]["digest"]["stories"][0]["headline"]]


def sources(post: Json) -> list[str]:
    return [source["name"] for source in post["body"]["digest"]["stories"][0]["sources"]]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # the next one runs on SQLite
async def test_a_newcomer_sees_a_digest_follows_a_topic_and_sees_its_story_come_once_and_grow(
    house: House, database_url: str
) -> None:
    environment = await moved_in(house, database_url, ago=FIRST_LATER_SOURCE - 12)
    async with house.running(environment=environment) as bot, person(house) as someone:
        (first,) = await until(lambda: someone.posts("newsroom"), "a digest in the newsroom")
        assert len(first["body"]["digest"]["stories"]) >= 6  # of seven feeds, two of which tell the same one

        answer = await someone.say("/follow Xiaomi EV")
        assert not answer["body"]["error"]
        assert "electric car" in words(answer) and HEADLINE in words(answer)

        fresh = (await until(lambda: xiaomi(someone), "the story for its new follower"))[0]
        story = fresh["body"]["digest"]["stories"][0]
        assert story["headline"] == HEADLINE and story["facts"]
        assert "Xiaomi EV" in str(story["reasons"])

        async def grown() -> Json | None:
            return next((p for p in await xiaomi(someone) if "Circuit Letter" in sources(p)), None)

        later = await until(grown, "the post grows by Circuit Letter's telling")
        assert later["id"] == fresh["id"] and later["body"]["updated"]
        assert sources(later) == ["Volt & Axle", "Circuit Letter"]
        assert [p["id"] for p in await xiaomi(someone)] == [fresh["id"]]
        assert bot.errors == ""


async def test_every_command_of_a_first_visit_answers(house: House) -> None:
    environment = await moved_in(house, f"sqlite:///{house.folder / 'newsbot.db'}", ago=0)
    async with house.running(environment=environment) as bot, person(house) as someone:
        await until(lambda: someone.posts("newsroom"), "a digest in the newsroom")

        first = await someone.say("/search battery")
        assert "page 1 of" in words(first)
        second = await someone.press(first, actions(first)["Next ›"])
        assert second["id"] == first["id"] and "page 2 of" in words(second)
        assert not set(words(first).splitlines()) & set(words(second).splitlines())
        back = await someone.press(second, actions(second)["‹ Previous"])
        assert words(back) == words(first)

        await someone.say("/follow Xiaomi EV")
        assert "Xiaomi EV" in words(await someone.say("/subscriptions"))
        assert "Time zone: UTC" in words(await someone.say("/settings"))
        assert "Nothing is muted" in words(await someone.say("/mutes"))
        assert "72 articles from 7 feeds" in words(await someone.say("/status"))
        assert "Volt & Axle" in words(await someone.say("/sources"))
        why = await someone.say("/why https://voltandaxle.example/news/xiaomi-electric-car-mass-production", "newsroom")
        assert "everything" in words(why)
        assert bot.errors == ""
        assert f"newsbot runs. Open {house.url} in a browser." in bot.output
