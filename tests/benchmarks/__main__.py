"""``python -m tests.benchmarks [names…] [--quick]``: run benchmarks and print a table for each.

A name is a module's without its prefix (``search`` runs ``bench_search`` and ``quality_search``) or the whole
module's name; without names, all of them run.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Sequence
from inspect import signature
from pathlib import Path
from types import ModuleType

from rich.console import Console

from tests.benchmarks.table import Row, Skip, machine, show

PREFIXES = ("bench_", "quality_")


def available() -> list[str]:
    """The names of all benchmark modules, speed first."""
    return [path.stem for prefix in PREFIXES for path in sorted(Path(__file__).parent.glob(f"{prefix}*.py"))]


def chosen(names: Sequence[str]) -> list[str]:
    """The modules that ``names`` ask for; all without names. Raises SystemExit(2) on a name that is none."""
    modules = available()
    for name in names:
        if name not in modules and not any(prefix + name in modules for prefix in PREFIXES):
            print(f"no benchmark {name!r}; there are: {', '.join(modules)}", file=sys.stderr)
            raise SystemExit(2)
    return [m for m in modules if not names or m in names or m.split("_", 1)[1] in names]


def rows_of(module: ModuleType, quick: bool) -> list[Row]:
    """A benchmark's rows, or one that says why it was skipped."""
    nothing = float("nan")
    try:
        rows: list[Row] = module.run(quick) if signature(module.run).parameters else module.run()
    except Skip as why:
        return [Row("skipped", nothing, "–", nothing, "", str(why))]
    return rows


def main(argv: Sequence[str] | None = None) -> None:
    """Run what the arguments ask for and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("names", nargs="*", help="which; all without a name")
    parser.add_argument("--quick", action="store_true", help="smaller inputs, for a first look")
    parser.add_argument("--list", action="store_true", help="only name them")
    args = parser.parse_args(argv)
    names = chosen(args.names)
    if args.list:
        print("\n".join(names))
        return
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(machine(), style="dim", highlight=False)
    for name in names:
        module = importlib.import_module(f"tests.benchmarks.{name}")
        start = time.perf_counter()
        rows = rows_of(module, args.quick)
        show(console, module.NAME, rows, time.perf_counter() - start)


if __name__ == "__main__":
    main()
