"""The house keeps its arrows: who may import whom is DESIGN's table, and this test holds it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "newsbot"

# A room may import the rooms named here; `errors` and `domain.ports` are open to everyone.
MAY = {
    "__main__": {"cli"},
    "cli": {"app", "config", "domain", "logs"},
    "app": {"platforms", "newsdesk", "storage", "pipeline", "server", "config", "domain", "locales"},
    "platforms": {"newsdesk", "domain", "locales"},
    "newsdesk": {"storage", "domain"},
    "pipeline": {"storage", "domain"},
    "storage": {"domain"},
    "domain": set(),
    "server": set(),
    "config": {"domain"},
    "locales": set(),
    "errors": set(),
    "logs": set(),
}
# domain is pure: the standard library without I/O, and libraries that only compute.
PURE_LIBRARIES = {"Stemmer", "simplemma", "icu4py", "numpy", "fastfeedparser", "feedparser", "selectolax",
                  "trafilatura", "pydantic"}  # fmt: skip
IMPURE_STANDARD = {"asyncio", "socket", "subprocess", "threading", "random", "sqlite3", "ssl", "http", "time", "os"}


def modules() -> Iterator[Path]:
    return ROOT.rglob("*.py")


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")


def room(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
            if (node.module or "").startswith("newsbot"):
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", list(modules()), ids=dotted)
def test_a_room_imports_only_the_rooms_it_may_enter(path: Path) -> None:
    here = room(dotted(path))
    for name in imports(path):
        if not name.startswith("newsbot.") or name.startswith(("newsbot.errors", "newsbot.domain.ports")):
            continue
        there = room(name)
        assert there in {here, "errors"} | MAY.get(here, set()) or not there or there == "__version__", (
            f"{dotted(path)} imports {name}"
        )


@pytest.mark.parametrize("path", list((ROOT / "platforms").rglob("*.py")), ids=dotted)
def test_platforms_do_not_know_each_other(path: Path) -> None:
    here = dotted(path).split(".")
    if len(here) < 3 or not (ROOT / "platforms" / here[2]).is_dir():
        return
    for name in imports(path):
        parts = name.split(".")
        if parts[:2] == ["newsbot", "platforms"] and len(parts) > 2 and (ROOT / "platforms" / parts[2]).is_dir():
            assert parts[2] == here[2], f"{dotted(path)} imports {name}"


@pytest.mark.parametrize("path", list((ROOT / "domain").rglob("*.py")), ids=dotted)
def test_the_domain_is_pure(path: Path) -> None:
    names = {name.split(".")[0] for name in imports(path)}
    assert not names & IMPURE_STANDARD
    import sys

    outside = {n for n in names if n not in sys.stdlib_module_names and n != "newsbot"}
    assert outside <= PURE_LIBRARIES, outside - PURE_LIBRARIES
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert (
        not any(isinstance(node, ast.AsyncFunctionDef | ast.Await) for node in ast.walk(tree))
        or path.name == "ports.py"
    )
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"} and path.name != "ports.py":
            assert not (isinstance(node.value, ast.Name) and node.value.id in {"datetime", "date"}), (
                "the domain has no clock"
            )
