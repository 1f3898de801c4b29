"""newsbot sync-commands: the slash commands at Discord."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from newsbot.cli.console import ConfigOption, complain, count, newsroom, out, run, settings
from newsbot.errors import PlatformError

if TYPE_CHECKING:
    from newsbot.config import Config


def sync_commands(
    ctx: typer.Context,
    force: Annotated[bool, typer.Option("--force", help="Also when they have not changed.")] = False,
    config: ConfigOption = None,
) -> None:
    """Tell Discord of the slash commands. A running bot does so by itself when they change."""
    loaded = settings(ctx, config)
    if not loaded.discord_enabled:
        raise PlatformError("the config has no token for Discord (platforms.discord.token)")
    if not run(_synced(loaded, force)):
        raise typer.Exit(1)


async def _synced(config: Config, force: bool) -> bool:
    from newsbot.app.discord import sync_commands as sync

    async with newsroom(config) as room:
        found = await sync(room, force=force)
    commands = count(found.commands, "command")
    match found.outcome:
        case "refused":
            complain(f"newsbot: Discord was not told of {commands}: {found.reason}")
        case "told":
            out.print(f"Discord was told of {commands}", markup=False)
        case "knew":
            out.print(f"Discord knows the {commands} already; --force tells it again", markup=False)
    return found.outcome != "refused"
