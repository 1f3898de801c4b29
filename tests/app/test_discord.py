"""One process's share of Discord: who leads the gateway, and what is learned of channels that the config names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import yaml

from newsbot.app.discord import DiscordHouse
from newsbot.app.houses import Task
from newsbot.app.newsroom import Newsroom, open_newsroom
from newsbot.config import load_config
from newsbot.domain.models import ChatKey
from tests.fakes.discord import Channel, DiscordServer

DONE = 10.0
"""Seconds for what takes none on an idle machine."""


@pytest.fixture
async def dc() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as served:
        yield served


@pytest.fixture
def wire(dc: DiscordServer) -> Channel:
    guild = dc.guild("Garage", owner=dc.person("Ann"))
    guild.admits_bot()
    return guild.announcement("wire")


@asynccontextmanager
async def opened(
    folder: Path, dc: DiscordServer, wire: Channel, owner: str
) -> AsyncIterator[tuple[Newsroom, DiscordHouse]]:
    """A newsroom whose config has a subscription for the channel; every process of the test shares its database."""
    own = {"token": dc.token, "api_url": dc.api_url, "gateway_url": dc.gateway_url}
    written = {
        "database": f"sqlite:///{folder / 'newsbot.db'}",
        "platforms": {"discord": own},
        "subscriptions": [{"chat": f"discord:{wire.id}", "what": "everything"}],
    }
    path = folder / "newsbot.yaml"
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    async with open_newsroom(load_config(path, {})) as room:
        room.owner = owner
        house = DiscordHouse(room)
        try:
            yield room, house
        finally:
            await house.stop()
            await house.close()


def task(house: DiscordHouse, name: str) -> Task:
    return next(each for each in house.tasks if each.name == name)


async def test_one_of_two_processes_leads_the_gateway_and_the_other_takes_over_when_it_leaves(
    tmp_path: Path, dc: DiscordServer, wire: Channel
) -> None:
    async with opened(tmp_path, dc, wire, "one") as (_, one), opened(tmp_path, dc, wire, "two") as (_, two):
        await one.step()
        await dc.gateway.connected(timeout=DONE)
        await two.step()
        assert len(dc.gateway.identified) == 1
        await one.stop()
        dc.gateway.identify_seconds = 0.0
        await two.step()
        await dc.gateway.connected(timeout=DONE)
        assert len(dc.gateway.identified) == 2


async def test_a_channel_of_the_config_is_learned_beside_the_gateway_and_asked_for_again_until_it_is_known(
    tmp_path: Path, dc: DiscordServer, wire: Channel
) -> None:
    key = ChatKey("discord", wire.id)
    dc.faults.next("GET", "/channels/*", status=503)
    hold = asyncio.Event()
    dc.faults.next("GET", "/channels/*", hold=hold)
    async with opened(tmp_path, dc, wire, "one") as (room, house):
        await house.step()
        learn = task(house, "discord:learn").step
        await learn()
        chat = await room.storage.chats.find(key)
        assert chat is not None and not chat.server
        again = asyncio.ensure_future(learn())
        await dc.gateway.connected(timeout=DONE)  # though that question hangs
        hold.set()
        await asyncio.wait_for(again, DONE)
        chat = await room.storage.chats.find(key)
        assert chat is not None and (chat.kind, chat.server) == ("channel", wire.guild.id if wire.guild else "")
