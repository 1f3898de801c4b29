"""The real process on Discord: a look before the start, a channel that the config names, and a kill in the middle."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.e2e.house import Feeds, House, news, rss, until
from tests.fakes.discord import DiscordServer


def platforms(discord: DiscordServer, **keys: Any) -> dict[str, Any]:
    there = {"token": discord.token, "api_url": discord.api_url, "gateway_url": discord.gateway_url}
    return {"discord": {**there, **keys}}


async def test_a_look_online_says_whose_the_token_is_and_names_a_refused_one_without_printing_it(house: House) -> None:
    async with DiscordServer() as discord:
        house.configure(platforms=platforms(discord))
        said = await house.said("check", "--online")
        assert "✓ Discord: " in said and "newsbot" in said and discord.token not in said
        house.configure(platforms=platforms(discord, token="wr0ng.t0ken"))
        async with house.newsbot("check", "--online") as bot:
            assert await bot.exit() == 1
    assert "✗ Discord" in bot.errors and "wr0ng.t0ken" not in bot.errors + bot.output


async def test_a_killed_bot_posts_nothing_twice_in_channels_and_forums_that_the_config_names(
    house: House, feeds: Feeds
) -> None:
    feeds["wire"] = rss("wire", news("wire", range(3)))
    async with DiscordServer() as discord:
        guild = discord.guild("Garage", owner=discord.person("Ann"))
        guild.admits_bot()
        _, channel, forum = guild.text("general"), guild.text("news"), guild.forum("library")
        orders = [{"chat": f"discord:{place.id}", "what": "everything"} for place in (channel, forum)]
        house.configure(platforms=platforms(discord), feeds=feeds.specs(new_feed="all"), subscriptions=orders)
        never = asyncio.Event()
        for path in ("/channels/*/messages", "/channels/*/threads"):
            discord.faults.next("POST", path, hold=never)
        async with house.running() as bot:
            await until(lambda: channel.messages and forum.threads, "a post and a thread stand, and nobody was told")
            await bot.kill()
        never.set()
        async with house.running():
            await until(lambda: len(channel.messages) + len(forum.threads) >= 6, "everything was posted")
    titles = [message.text.partition("\n")[0] for message in channel.messages]
    assert len(titles) == len(set(titles)) == 3
    assert len(forum.threads) == len({thread.name for thread in forum.threads}) == 3
