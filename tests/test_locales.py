"""The catalogue and the code agree: no sentence is missing, none is left over, and every pattern is sound."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from icu4py.messageformat import MessageFormat

from newsbot.locales import FALLBACK, Words, catalogue, languages

ROOT = Path(__file__).parent.parent / "newsbot"
SAYING = {"words", "say", "BadRequest", "Forbidden", "NotFound", "tell_admins"}


def trees() -> Iterator[tuple[Path, ast.AST]]:
    for path in ROOT.rglob("*.py"):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def said() -> set[str]:
    """Keys that the code says outright."""
    calls = (node for _, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Call))
    keys = (node.args[0] for node in calls if called(node) in SAYING and node.args)
    return {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}


def mentioned() -> tuple[set[str], set[str]]:
    """Every string in the code, and what f-strings begin with: a key may travel before it is said."""
    whole, beginnings = set(), set()
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                beginnings.add(str(node.values[0].value))
    for path in ROOT.rglob("static/*"):
        if path.suffix in {".js", ".html"}:
            text = path.read_text(encoding="utf-8")
            whole |= set(re.findall(r"[a-z][a-z0-9_]+", text))
    return whole, {b for b in beginnings if len(b) > 2}


def test_every_sentence_that_the_code_says_is_in_the_catalogue() -> None:
    assert not said() - set(catalogue(FALLBACK))


def test_no_sentence_is_left_over() -> None:
    whole, beginnings = mentioned()
    short = {word for word in whole if f"web_{word}" in catalogue(FALLBACK)}  # the page's script leaves "web_" out
    known = whole | {f"web_{word}" for word in short}
    unused = {key for key in catalogue(FALLBACK) if key not in known and not key.startswith(tuple(beginnings))}
    assert not unused


@pytest.mark.parametrize("language", languages())
def test_every_pattern_is_sound_and_known_to_english(language: str) -> None:
    for key, pattern in catalogue(language).items():
        MessageFormat(pattern, language)
        assert key in catalogue(FALLBACK), f"{language}: {key} is in no other catalogue"


@pytest.mark.parametrize("language", languages())
def test_translations_use_the_same_values(language: str) -> None:
    def names(pattern: str) -> set[str]:
        return set(re.findall(r"\{([a-z_]+)[,}]", pattern)) - {"other", "one"}

    for key, pattern in catalogue(language).items():
        assert names(pattern) <= names(catalogue(FALLBACK)[key]), f"{language}: {key}"


def test_plurals_agree_with_their_numbers() -> None:
    words = Words()
    assert words("subscriptions_title", n=1) == "1 subscription in this chat"
    assert words("subscriptions_title", n=2) == "2 subscriptions in this chat"
    assert words("subscribed_sample", n=0).startswith("New stories come here")


def test_values_are_not_read_as_patterns() -> None:
    assert "{0, plural}" in Words()("unclear", text="{0, plural} it's")


def test_an_unknown_language_speaks_english() -> None:
    assert Words("xx-YY")("never") == "never"
