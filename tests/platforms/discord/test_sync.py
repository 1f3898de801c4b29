"""Discord is told of the commands when they changed, or when somebody insists, and a refusal stops nothing."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from pathlib import Path
from unittest.mock import ANY

import pytest

from newsbot.cli import console
from newsbot.cli.program import main
from newsbot.platforms.discord import sync as syncing
from newsbot.platforms.discord.pointing import WHY
from newsbot.platforms.discord.sync import Synced, sync
from newsbot.storage import Storage
from tests.fakes.discord import DiscordServer
from tests.platforms.discord.slash import only_telling

PUT = "PUT", "/applications/*/commands"
GET = "GET", "/applications/*/commands"


async def test_discord_is_told_once_and_again_only_when_something_changed(
    dc: DiscordServer, sqlite_storage: Storage
) -> None:
    notebook = sqlite_storage.meta
    async with only_telling(dc) as tree:
        first = await sync(tree, notebook)
        ids = {command.name: command.id for command in dc.commands.of()}
        typed = {name: id_ for name, id_ in ids.items() if name != WHY}
        assert first == Synced("told", len(ids), ids=typed) and {"search", "channel", "my", "setup"} <= set(typed)
        assert await sync(tree, notebook) == Synced("knew", len(ids), ids=typed)
        assert len(dc.called(*PUT)) == 1
        assert (await sync(tree, notebook, force=True)).outcome == "told"
        tree.remove_command("topics")
        assert (await sync(tree, notebook)).commands == len(ids) - 1
    assert len(dc.called(*PUT)) == 3
    assert ids["search"] == next(each.id for each in dc.commands.of() if each.name == "search")


async def test_ids_that_were_never_noted_are_asked_for_once(dc: DiscordServer, sqlite_storage: Storage) -> None:
    async with only_telling(dc) as tree:
        first = await sync(tree, sqlite_storage.meta)
        name = f"{syncing.NOTE}:{dc.application_id}"
        mark, _, noted = (await sqlite_storage.meta.get(name) or "").partition(" ")
        assert noted
        await sqlite_storage.meta.put(name, mark)  # as the version before left it
        dc.faults.next(*GET, status=403, body={"code": 50001, "message": "Missing Access"})
        assert await sync(tree, sqlite_storage.meta) == Synced("knew", first.commands, ANY)
        asked = len(dc.called(*GET))
        for _ in range(2):
            assert await sync(tree, sqlite_storage.meta) == replace(first, outcome="knew")
    assert (len(dc.called(*PUT)), len(dc.called(*GET))) == (1, asked + 1)


async def test_another_application_is_told_for_itself(dc: DiscordServer, sqlite_storage: Storage) -> None:
    await sqlite_storage.meta.put(f"{syncing.NOTE}:1", "what another bot was told")
    async with only_telling(dc) as tree:
        assert (await sync(tree, sqlite_storage.meta)).outcome == "told"


async def test_what_discord_refuses_is_told_in_its_words_and_tried_again(
    dc: DiscordServer, sqlite_storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    notebook = sqlite_storage.meta
    wrong = {"0": {"name": {"_errors": [{"code": "APPLICATION_COMMAND_INVALID_NAME", "message": "is invalid"}]}}}
    body = {"code": 50035, "message": "Invalid Form Body", "errors": wrong}
    async with only_telling(dc) as tree:
        dc.faults.next(*PUT, status=400, body=body)
        refused = await sync(tree, notebook)
        assert refused.outcome == "refused" and "In 0.name: is invalid" in refused.reason
        assert refused.reason in caplog.text and dc.token not in caplog.text
        assert (await sync(tree, notebook)).outcome == "told"


async def test_nobody_there_is_no_failure_of_the_bot(dc: DiscordServer, sqlite_storage: Storage) -> None:
    async with only_telling(dc) as tree:
        dc.faults.next(*PUT, drop="before", times=5)
        assert (await sync(tree, sqlite_storage.meta)).outcome == "refused"


# --- newsbot sync-commands ---------------------------------------------------------------------------


async def test_the_command_line_tells_discord(
    dc: DiscordServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "newsbot.yaml"
    config.write_text(
        f"platforms:\n  discord:\n    token: {dc.token}\n    api_url: {dc.api_url}\n    gateway_url: {dc.gateway_url}\n"
        f"database: sqlite:///{tmp_path}/bot.db\nfeeds: []\n"
    )
    said = io.StringIO()
    monkeypatch.setattr(console.out, "file", said)

    async def run(*more: str) -> str:
        said.truncate(said.seek(0))
        assert await asyncio.to_thread(main, ["sync-commands", "--config", str(config), *more]) == 0
        return said.getvalue()

    assert (await run()).startswith("Discord was told of ")
    assert "already" in await run()
    assert (await run("--force")).startswith("Discord was told of ")
    assert len(dc.called(*PUT)) == 2
