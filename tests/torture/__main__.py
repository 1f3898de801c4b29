"""``python -m tests.torture``: the long form, with figures. Ends with 1 when a promise was broken."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import databases
from tests.torture.run import Plan, torture


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'newsbot.db'}"
        return
    server = databases.start(f"torture-{os.getpid()}", "long")
    try:
        with server.empty() as url:
            yield url
    finally:
        server.close()


def main() -> int:
    """Play as the arguments say; the exit status."""
    options = argparse.ArgumentParser(prog="python -m tests.torture", description="Kill the bot again and again.")
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    options.add_argument("--processes", type=int, choices=(1, 2), default=1)
    options.add_argument("--keep", type=Path, help="a new folder for the database and the logs; else they are deleted")
    given = options.parse_args()
    print(f"{given.kills} kills, seed {given.seed}, {given.database}, {given.processes} process(es) …", flush=True)
    with tempfile.TemporaryDirectory() as place:
        folder = given.keep or Path(place)
        folder.mkdir(parents=True, exist_ok=True)
        with database(given.database, folder) as url:
            plan = Plan(given.kills, given.seed, given.processes, patience=900)
            figures = asyncio.run(torture(folder, url, plan))
    print(figures)
    return 1 if figures.broken else 0


if __name__ == "__main__":
    sys.exit(main())
