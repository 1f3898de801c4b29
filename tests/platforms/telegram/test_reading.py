"""Whatever comes as an update is read or left out; nothing of it raises."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telegram import Bot

from newsbot.platforms.telegram.lanes import lane_of
from newsbot.platforms.telegram.updates import WANTED, read

KINDS = (*WANTED, "edited_message", "message_reaction", "chat_join_request", "poll", "chat_boost", "telepathy")
USER = {"id": 5, "is_bot": False, "first_name": "A"}
CHAT = {"id": -5, "type": "supergroup", "title": "G"}
MESSAGE = {"message_id": 1, "date": 1, "chat": CHAT, "from": USER, "text": "x"}
WHOLE: dict[str, Any] = {
    "message": MESSAGE,
    "channel_post": MESSAGE | {"sender_chat": CHAT},
    "callback_query": {"id": "1", "from": USER, "chat_instance": "1", "message": MESSAGE, "data": "x"},
    "inline_query": {"id": "1", "from": USER, "query": "x", "offset": ""},
    "my_chat_member": {"chat": CHAT, "from": USER, "date": 1, "old_chat_member": {"user": USER, "status": "left"},
                       "new_chat_member": {"user": USER, "status": "member"}},
}  # fmt: skip
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    scalars | st.sampled_from([USER, CHAT, MESSAGE]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*MESSAGE, *USER, *CHAT]), inner, max_size=4)
    ),
    max_leaves=8,
)


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, Any]:
    """A real update with something else in the place of some fields."""
    kind = draw(st.sampled_from(sorted(WHOLE)))
    changed = draw(st.dictionaries(st.sampled_from(sorted(WHOLE[kind])), anything, max_size=2))
    return {"update_id": 1, kind: WHOLE[kind] | changed}


@pytest.fixture(scope="module")
def offline() -> Bot:
    return Bot("123456789:AAFakeTokenOfTheTestsAAAAAAAAAAAAAA")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(item=anything | st.dictionaries(st.sampled_from(["update_id", *KINDS]), anything, max_size=3) | spoilt())
def test_nothing_that_comes_raises(offline: Bot, item: object) -> None:
    update = read(item, offline)
    if update is not None:
        assert lane_of(update)


@pytest.mark.parametrize("kind", ["callback_query", "inline_query"])
def test_a_press_by_nobody_is_left_out(offline: Bot, kind: str) -> None:
    assert read({"update_id": 1, kind: WHOLE[kind] | {"from": None}}, offline) is None


@pytest.mark.parametrize("kind", sorted(WHOLE))
def test_whole_updates_are_read(offline: Bot, kind: str) -> None:
    update = read({"update_id": 1, kind: WHOLE[kind]}, offline)
    assert update is not None and getattr(update, kind) is not None
