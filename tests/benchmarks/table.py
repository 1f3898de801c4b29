"""What a benchmark gives, and how it is printed.

A module ``bench_*.py`` (speed) or ``quality_*.py`` (judgement) beside this file has a ``NAME`` and
``run(quick: bool) -> list[Row]`` (or without ``quick``, where there is nothing to make smaller);
:mod:`tests.benchmarks.__main__` finds it by its name. Where the shared data is missing, ``run`` raises
:class:`Skip` with the reason.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parent.parent.parent


class Skip(Exception):
    """This benchmark cannot run here; the reason is printed in its table."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of ours beside a peer's, both in ``unit``. NaN where there is none to show."""

    what: str
    ours: float
    peer: str
    theirs: float
    unit: str
    note: str = ""

    @property
    def ratio(self) -> float:
        """Ours by theirs; NaN where either is missing."""
        return self.ours / self.theirs if self.theirs else float("nan")


def data(relative: str) -> Path:
    """A file of the shared data folder (``$NEWSBOT_TEST_DATA``, else ``../shared/data``). Raises :class:`Skip`."""
    folder = Path(os.environ.get("NEWSBOT_TEST_DATA") or ROOT.parent / "shared" / "data")
    path = folder / relative
    if not path.exists():
        raise Skip(f"no shared data here: {relative}")
    return path


def seconds(fn: Callable[[], object]) -> float:
    """How long one call of ``fn`` takes, in seconds."""
    start = time.perf_counter()
    fn()
    return time.perf_counter() - start


def median_of(n: int, fn: Callable[[], object]) -> float:
    """The median time of ``n`` calls of ``fn``, in seconds."""
    return statistics.median(seconds(fn) for _ in range(n))


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of ``values`` that ``percent`` of them do not exceed. ``values`` must not be empty."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(len(ordered) * percent / 100 + 0.5) - 1))]


def machine() -> str:
    """One line about where the figures come from: cores, Python, SQLite."""
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}"
    )


def number(value: float) -> str:
    """``value`` to three figures or so; "–" for NaN."""
    if value != value:  # NaN
        return "–"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.4g}"


def show(console: Console, name: str, rows: Sequence[Row], took: float) -> None:
    """Print one benchmark's rows as a table."""
    table = Table(title=f"{name}  ({took:.0f} s)", title_justify="left", title_style="bold")
    for column in ("what", "ours", "peer", "theirs", "ratio", "unit", "note"):
        table.add_column(column, justify="right" if column in {"ours", "theirs", "ratio"} else "left", overflow="fold")
    for row in rows:
        table.add_row(row.what, number(row.ours), row.peer, number(row.theirs), number(row.ratio), row.unit, row.note)
    console.print(table)
