"""A command line in this process or in one of its own, and a newsroom that one round has filled."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from newsbot import cli

ROOT = Path(__file__).parent.parent.parent


class Result(NamedTuple):
    """What a command line came to: its exit status, standard output and standard error."""

    status: int
    out: str
    err: str


Call = Callable[..., Result]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run a command line in this process."""
    monkeypatch.delenv("NEWSBOT_CONFIG", raising=False)
    monkeypatch.setenv("TERM", "dumb")

    def run(*arguments: str | Path) -> Result:
        status = cli.main([str(argument) for argument in arguments])
        return Result(status, *capsys.readouterr())

    return run


def environment(**more: str) -> dict[str, str]:
    """A process's environment without what this one was told."""
    told = ("NEWSBOT_", "TELEGRAM_", "DISCORD_", "DATABASE_URL")
    return {key: value for key, value in os.environ.items() if not key.startswith(told)} | more


def process(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command line in a process of its own."""
    command = [sys.executable, "-m", "newsbot", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, env=environment(), **options)  # type: ignore[call-overload,no-any-return]  # options are run's own


def imported(*arguments: str) -> set[str]:
    """The packages that a command line imports in a process of its own, in the working directory."""
    code = "import sys; from newsbot import cli; cli.main(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=90, env=environment()
    )
    return {name.partition(".")[0] for name in done.stderr.splitlines()[-1].split()}


CONFIG = """\
timezone: Europe/Berlin
server: {listen: "127.0.0.1:${PORT:-0}"}
feeds:
  - {id: volt, url: "file:seeds/volt-and-axle.xml", name: Volt & Axle, category: cars}
  - {id: circuit, url: "file:seeds/circuit-letter.json", category: tech}
  - {id: gone, url: "file:seeds/not-there.xml", name: Gone, category: cars}
topics:
  - {id: xiaomi-ev, name: Xiaomi EV, all: [[Xiaomi, 小米], [EV, electric car]]}
subscriptions:
  - {chat: "web:newsroom", what: everything, when: instant}
"""


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a config and a database in which one round has run."""
    folder = tmp_path_factory.mktemp("newsroom")
    (folder / "config").mkdir()
    (folder / "config" / "newsbot.yaml").write_text(CONFIG, encoding="utf-8")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    done = process("run", "--once", cwd=folder)
    assert done.returncode == 0, done.stderr
    (folder / "once.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    return folder


@pytest.fixture
def newsroom(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the filled newsroom for one test, which works inside it."""
    folder = tmp_path / "newsroom"
    shutil.copytree(filled, folder)
    monkeypatch.chdir(folder)
    return folder
