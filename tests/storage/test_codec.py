"""What is kept as JSON comes back as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.models import ChatSettings, Digest, OutcomeState, Reason, TopicDefinition, When
from newsbot.storage import Storage
from newsbot.storage.codec import decode, encode
from tests.storage.making import chat, outcome

st.register_type_strategy(str, st.text(max_size=12))
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
kept = st.one_of(
    *(st.from_type(kind) for kind in (ChatSettings, TopicDefinition, When, Reason)),
    st.builds(Digest, stories=st.just(())),
)


@settings(max_examples=40, deadline=None)
@given(kept)
def test_every_noun_that_is_kept_comes_back(value: Any) -> None:
    assert decode(type(value), json.loads(json.dumps(encode(value)))) == value


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_a_digest_comes_back(data: st.DataObject) -> None:
    value = data.draw(st.from_type(Digest))
    assert decode(Digest, json.loads(json.dumps(encode(value)))) == value


def test_fields_of_another_version_do_no_harm() -> None:
    data = encode(When("daily")) | {"sparkle": True}
    del data["weekday"]
    assert decode(When, data) == When("daily")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (When, {"kind": "sometimes"}),
        (When, []),
        (Reason, {"words": ["a"]}),
        (Reason, {"label": 3}),
        (ChatSettings, {"max_items": True}),
        (ChatSettings, {"languages": "en"}),
        (OutcomeState, "eaten"),
    ],
)
def test_what_does_not_fit_is_refused(kind: type[Any], data: Any) -> None:
    with pytest.raises(ValueError):
        decode(kind, data)


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        encode(object())


async def test_both_databases_keep_any_text_in_json(storage: Storage) -> None:
    room = await chat(storage)
    odd = Reason("nul \0, half \ud800, 小米 🚗", ("\\u0000",))
    await storage.outbox.record([], [outcome(room.id, 1, reasons=(odd,))])
    assert (await storage.outbox.waiting(room.id))[0].reasons == (odd,)
