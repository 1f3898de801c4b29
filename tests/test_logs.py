"""Log lines: their look where nobody watches, and no secret in them."""

from __future__ import annotations

import logging
import re

import pytest
import structlog

from newsbot import logs


def test_a_log_line_is_plain_begins_with_its_time_in_utc_and_holds_no_secret(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    try:
        logs.configure(["hunter2-secret"])
        structlog.get_logger().warning("it broke", at="https://u:pw@example.org/hunter2-secret")
        logging.getLogger("library").warning("so did this")
        logging.getLogger("telegram.request.BaseRequest").error("a proxy's whole page")
    finally:
        structlog.reset_defaults()
    ours, theirs = capsys.readouterr().err.splitlines()
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \[warning\s*\] it broke", ours)
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \[warning\s*\] so did this", theirs)
    assert "hunter2" not in ours
    assert ":pw@" not in ours
    assert "\x1b" not in ours + theirs


@pytest.mark.parametrize("way", ["webhooks/123456", "interactions/77"])
def test_an_address_by_which_others_could_speak_as_the_bot_is_cut(way: str) -> None:
    said = logs.redact(f"too many redirects: https://discord.com/api/v10/{way}/aW50ZXJhY3Rpb246/callback")
    assert said == f"too many redirects: https://discord.com/api/v10/{way}/***/callback"
