"""run, check, diff and schema."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsbot.cli.console import ConfigOption, complain, count, newsroom, out, progress, run, settings
from newsbot.errors import FeedError

if TYPE_CHECKING:
    from newsbot.app.running import Role
    from newsbot.config import Config

ROLES = ("ingest", "deliver", "chat")


# --- run -----------------------------------------------------------------------------------------


def run_command(
    ctx: typer.Context,
    role: Annotated[str, typer.Option(metavar="ROLES", help="Some of ingest,deliver,chat; all when left out.")] = "",
    once: Annotated[bool, typer.Option("--once", help="Poll every due feed, deliver what is due, leave.")] = False,
    config: ConfigOption = None,
) -> None:
    """The bot: read feeds, judge, post, answer, until SIGTERM or Ctrl-C."""
    roles = _roles(role)
    loaded = settings(ctx, config)
    from newsbot import logs

    logs.configure(loaded.secrets)
    run(_once(loaded, roles) if once else _forever(loaded, roles))


def _roles(text: str) -> tuple[Role, ...]:
    asked = [part.strip() for part in text.split(",") if part.strip()]
    for part in asked:
        if part not in ROLES:
            raise typer.BadParameter(f"there is no role {part!r}; known are {', '.join(ROLES)}", param_hint="--role")
    return tuple(role for role in ROLES if role in asked or not asked)  # type: ignore[misc]  # checked above


async def _forever(config: Config, roles: tuple[Role, ...]) -> None:
    from newsbot.app.running import run_until_stopped
    from newsbot.app.terminal import Terminal

    async with newsroom(config, adopt=True) as room:
        await run_until_stopped(room, roles, Terminal(out))


async def _once(config: Config, roles: tuple[Role, ...]) -> None:
    from newsbot.app.running import run_once
    from newsbot.app.terminal import Terminal

    async with newsroom(config, adopt=True) as room:
        with progress(counted=False) as bar:
            bar.add_task("Reading feeds, judging, posting", total=None)
            report = await run_once(room, roles, Terminal(out))
    polled = report.collected
    failed = f", {len(polled.failed)} failed" if polled.failed else ""
    unsent = f", {report.failed} not" if report.failed else ""
    articles = count(polled.new, "new article")
    complain(f"{count(polled.feeds, 'feed')} polled{failed}; {articles}; {count(report.sent, 'post')} sent{unsent}")


# --- check, diff, schema -------------------------------------------------------------------------


def check(
    ctx: typer.Context,
    online: Annotated[bool, typer.Option("--online", help="Ask Telegram, Discord and the feeds, too.")] = False,
    config: ConfigOption = None,
) -> None:
    """Say what is wrong with the config: every error with its file, line and key."""
    loaded = settings(ctx, config)
    parts = [count(len(getattr(loaded, name)), name[:-1]) for name in ("feeds", "topics", "subscriptions")]
    out.print(f"{loaded.path}: no problems: {', '.join(parts)}", markup=False)
    if online and not all([run(_platforms_answer(loaded)), run(_feeds_answer(loaded))]):
        raise typer.Exit(1)


async def _platforms_answer(config: Config) -> bool:
    """Print what each platform with a token says of it; whether all of them can be worked with."""
    return all([await _telegram_answers(config), await _discord_answers(config)])


async def _telegram_answers(config: Config) -> bool:
    if not config.telegram_enabled:
        return True
    from newsbot.app.telegram import check as ask

    found = await ask(config)
    _tell("Telegram", [(line.ok, line.text) for line in found.lines])
    return found.ok


async def _discord_answers(config: Config) -> bool:
    if not config.discord_enabled:
        return True
    from newsbot.app.discord import check as ask

    found = await ask(config)
    _tell("Discord", [(line.ok, line.text) for line in found.lines])
    return found.ok


def _tell(platform: str, lines: Sequence[tuple[bool, str]]) -> None:
    for ok, text in lines:
        if ok:
            out.print(f"✓ {platform}: {text}", markup=False)
        else:
            complain(f"✗ {platform}: {text}")


async def _feeds_answer(config: Config) -> bool:
    from newsbot.app.looking import look

    failed = 0
    async with newsroom(config) as room:
        with progress() as bar:
            for spec in bar.track(config.feed_specs(), description="Asking the feeds"):
                try:
                    feed = await look(room, spec)
                except FeedError as error:
                    failed += 1
                    complain(f"✗ {spec.name or spec.slug}: {error}")
                else:
                    out.print(f"✓ {spec.name or spec.slug}: {count(len(feed.articles), 'article')}", markup=False)
    return not failed


def diff(
    ctx: typer.Context,
    against: Annotated[
        Path | None, typer.Option(metavar="OLD", help="Compare with this config in place of the database.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """What a config would change in the running bot: feeds and topics added, changed, removed.

    For a changed copy in the same folder, before it takes the config's place:
    newsbot diff --config config/new.yaml
    A running bot takes a changed file over within seconds.
    """
    from newsbot.config import config_diff, load_config

    new = settings(ctx, config)
    lines = config_diff(load_config(against, os.environ), new) if against else run(_stored_diff(new))
    for line in lines or ["nothing would change"]:
        out.print(line, markup=False)


async def _stored_diff(new: Config) -> list[str]:
    from newsbot.config import stored_diff

    async with newsroom(new) as room:
        feeds = [feed for feed in await room.storage.feeds.all() if feed.from_config]
        topics = [topic for topic in await room.storage.topics.all() if topic.slug and topic.enabled]
    return stored_diff(feeds, topics, new)


def schema_command(config: ConfigOption = None) -> None:
    """JSON Schema of the config, for editors."""
    from newsbot.config import schema

    sys.stdout.write(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n")
