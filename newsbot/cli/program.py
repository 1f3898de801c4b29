"""The program: its commands, and one clear line for whatever goes wrong."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Annotated, Any

import typer

from newsbot.cli.bot import check, diff, run_command, schema_command
from newsbot.cli.console import ConfigOption, complain
from newsbot.cli.db import commands as db
from newsbot.cli.deliveries import commands as deliveries
from newsbot.cli.discord import sync_commands
from newsbot.cli.feeds import commands as feeds
from newsbot.cli.looking import search, status
from newsbot.cli.topics import commands as topics
from newsbot.cli.try_ import commands as try_
from newsbot.errors import BadRequest, ConfigError, NewsbotError, QueryError

DONE, FAILED, WRONG = 0, 1, 2

program = typer.Typer(
    name="newsbot",
    help="A news bot for Telegram, Discord and the browser: feeds in, one short digest a story out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"newsbot {version('newsbot')}\n")
        raise typer.Exit


@program.callback()
def _root(
    config: ConfigOption = None,
    show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Read by every command: see :func:`newsbot.cli.console.settings`."""


for name, command in (
    ("run", run_command), ("check", check), ("diff", diff), ("schema", schema_command), ("search", search),
    ("status", status), ("sync-commands", sync_commands),
):  # fmt: skip
    program.command(name)(command)
for name, group in (("feeds", feeds), ("topics", topics), ("deliveries", deliveries), ("db", db), ("try", try_)):
    program.add_typer(group, name=name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (the process's own by default); returns the exit status."""
    try:
        command = typer.main.get_command(program)
        _switches(command)
        status = command(args=None if arguments is None else list(arguments), standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        return _usage(error)
    except typer.Abort:
        return FAILED
    except BrokenPipeError:
        return _pipe_closed()
    except Exception as error:  # the last place that can turn a failure into a line for people
        return _failed(error)
    return status if isinstance(status, int) else DONE


def _switches(command: Any) -> None:
    """Let the help name no value for options that take none."""
    for option in command.get_params(typer.Context(command)):
        if getattr(option, "is_flag", False):
            option.metavar = ""
    for inner in getattr(command, "commands", {}).values():
        _switches(inner)


def _usage(error: typer.TyperException) -> int:
    message = error.format_message()
    if not message.strip():  # no arguments at all: the help has been shown in its place
        return WRONG
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "newsbot"
    complain(f"{path}: {' '.join(message.split())} ({path} --help shows what it takes)")
    return WRONG


def _pipe_closed() -> int:
    """Who read our output has had enough: that is no failure, but nothing more may be written, not even at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE


def _failed(error: Exception) -> int:
    known = list(_known(error))
    for one in known:
        for line in _words_of(one).splitlines() or [type(one).__name__]:
            complain(line if isinstance(one, ConfigError) else f"newsbot: {line}")
    if not known:
        complain(f"newsbot: unexpected {type(error).__name__}: {error} (NEWSBOT_DEBUG=1 shows where)")
        if os.environ.get("NEWSBOT_DEBUG"):
            traceback.print_exception(error)
    return WRONG if any(isinstance(one, ConfigError | QueryError) for one in known) else FAILED


def _words_of(error: BaseException) -> str:
    """A person's request that cannot be carried out has a sentence; whatever else is known says it itself."""
    if not isinstance(error, BadRequest):
        return str(error)
    from newsbot.app.wording import in_words

    return in_words(error)


def _known(error: BaseException) -> Iterator[BaseException]:
    """The expected failures in ``error``, which a task group may have wrapped."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _known(inner)
    elif isinstance(error, NewsbotError | OSError):
        yield error
