"""What the person at the terminal sees."""

from __future__ import annotations

import io
from typing import get_args

import pytest
from rich.console import Console

from newsbot.app.terminal import MARKS, Terminal
from newsbot.domain.models import DeliveryKind
from newsbot.domain.ports import Over, Rejected, SendOutcome, Sent
from tests.fakes.digests import delivery

RED, DIM = "\x1b[31m", "\x1b[2m"


@pytest.mark.parametrize(
    ("answer", "alarming"),
    [(Sent(("1",)), False), (Over("the message to edit is gone"), False), (Rejected("empty"), True)],
)
def test_only_what_failed_is_shown_in_red(answer: SendOutcome, alarming: bool) -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", width=300)
    Terminal(console).settled(delivery(1, kind="edit"), answer)
    assert (RED in out.getvalue()) == alarming
    if isinstance(answer, Over):
        assert f"{DIM}  {answer.reason}" in out.getvalue()


def test_each_kind_of_delivery_has_a_mark_of_its_own() -> None:
    assert set(MARKS) == set(get_args(DeliveryKind))
    assert len(set(MARKS.values())) == len(MARKS)
