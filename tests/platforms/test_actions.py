"""Actions travel in 60 bytes, whatever they carry, and come back as they were."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.platforms.actions import LIMIT, Action, pack, short, unpack

TEXT = st.text(st.characters(blacklist_categories=["Cs"]), max_size=80)


class Shelf:
    """A memory of a few lines; the storage tests hold the real one to the same."""

    def __init__(self) -> None:
        self.kept: dict[str, Mapping[str, object]] = {}

    async def remember(self, payload: Mapping[str, object]) -> str:
        self.kept[token := f"t{len(self.kept)}"] = payload
        return token

    async def recall(self, token: str) -> Mapping[str, object] | None:
        return self.kept.get(token)


@given(st.lists(TEXT, max_size=4))
@settings(max_examples=60, deadline=None)
async def test_an_action_of_any_length_comes_back_as_it_was(arguments: list[str]) -> None:
    shelf = Shelf()
    text = await pack(shelf, "c", *arguments)
    assert len(text.encode()) <= LIMIT
    action = await unpack(shelf, text)
    assert action == Action("c", tuple(arguments), kept=text.startswith("~"))


async def test_a_short_action_needs_no_memory() -> None:
    shelf = Shelf()
    assert await pack(shelf, "s", 2, "solid state: a/b") == "s:2:solid state%3A a/b"
    assert shelf.kept == {}


async def test_a_long_action_travels_as_a_token() -> None:
    shelf = Shelf()
    text = await pack(shelf, "c", "/search " + "电池" * 40)
    assert text == "~t0"
    assert await unpack(shelf, text) == Action("c", ("/search " + "电池" * 40,), kept=True)


async def test_a_token_that_nobody_remembers_is_no_action() -> None:
    assert await unpack(Shelf(), "~gone") is None


@pytest.mark.parametrize("payload", [{}, {"verb": 3}, {"verb": "c", "arguments": "x"}, {"arguments": None}])
async def test_a_damaged_memory_gives_an_action_without_arguments(payload: dict[str, object]) -> None:
    shelf = Shelf()
    shelf.kept["x"] = payload
    action = await unpack(shelf, "~x")
    assert action is not None
    assert action.arguments == ()


@given(TEXT)
@settings(max_examples=60, deadline=None)
async def test_made_up_actions_never_raise(text: str) -> None:
    await unpack(Shelf(), text)


def test_a_fixed_action_that_grew_too_long_is_named_when_it_is_built() -> None:
    with pytest.raises(ValueError, match="too long"):
        short("c", "x" * 80)
