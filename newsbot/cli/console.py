"""What the commands share: the config option, running async work, errors, tables, progress."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from newsbot.app.newsroom import Newsroom
    from newsbot.config import Config

T = TypeVar("T")

DEFAULT_CONFIG = Path("config/newsbot.yaml")

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", metavar="FILE", help="The config: $NEWSBOT_CONFIG, else config/newsbot.yaml."),
]

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def complain(line: str) -> None:
    """One line to standard error; nothing in it is markup."""
    err.print(Text(line.rstrip()))


def settings(ctx: typer.Context, given: Path | None) -> Config:
    """The config that the command was told to use. Raises ConfigError."""
    from newsbot.config import load_config  # all of pydantic, which `--help` and most of `try` do without

    named = given or ctx.find_root().params.get("config") or os.environ.get("NEWSBOT_CONFIG")
    return load_config(Path(named) if named else DEFAULT_CONFIG, os.environ)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` to its end on a loop of its own, on uvloop where there is one."""
    try:
        import uvloop  # not on Windows
    except ImportError:
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def newsroom(config: Config, *, adopt: bool = False) -> AbstractAsyncContextManager[Newsroom]:
    """The newsroom of ``config``; without ``adopt`` the stored feeds and topics stay as the running bot has them."""
    from newsbot.app.newsroom import open_newsroom  # a second's worth of imports that `try` and `schema` do without

    return open_newsroom(config, adopt=adopt)


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on a terminal; elsewhere a line of tab-separated fields for each row, without headers."""
    if not out.is_terminal:
        for row in rows:
            sys.stdout.write("\t".join(_cell(value).replace("\t", " ").replace("\n", " ") for value in row) + "\n")
        return
    shown = Table(*headers, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        shown.add_row(*(Text(_cell(value)) for value in row))
    out.print(shown, soft_wrap=False)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return when(value) if isinstance(value, datetime) else str(value)


def when(moment: datetime | None) -> str:
    """A moment as people here read it: local time on a terminal, ISO 8601 in UTC elsewhere; "" for none."""
    if moment is None:
        return ""
    if out.is_terminal:
        return f"{moment.astimezone():%Y-%m-%d %H:%M}"
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 feed``, ``2 feeds``; ``plural`` where that is more than an s."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def progress(*, counted: bool = True) -> Progress:
    """A progress bar on standard error, shown only where a person watches; ``counted``: with how many of how many.

    Standard output passes by it untouched when it goes elsewhere.
    """
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        *([MofNCompleteColumn()] if counted else []),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        redirect_stdout=out.is_terminal,
        disable=not err.is_terminal,
    )
