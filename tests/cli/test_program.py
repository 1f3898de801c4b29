"""Exit statuses, errors in one line, and the config option."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Call, imported, process


def test_version_and_help_are_there(call: Call) -> None:
    assert call("--version").out.startswith("newsbot 0.")
    help_ = call("--help")
    assert help_.status == 0
    for command in ("run", "check", "diff", "schema", "search", "status", "feeds", "topics", "deliveries", "db", "try"):
        assert command in help_.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["run", "--role", "ingest,nonsense"],
        ["search"],
        ["search", "x", "--limit", "many"],
        ["search", "x", "--limit", "0"],
        ["deliveries", "show", "x"],
        ["try", "match"],
        ["--nonsense"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_line_and_status_2(call: Call, arguments: list[str]) -> None:
    result = call(*arguments)
    assert result.status == 2
    assert result.out == ""
    assert len(result.err.splitlines()) == 1
    assert "--help" in result.err


def test_no_arguments_show_the_help_and_status_2(call: Call) -> None:
    for arguments in ([], ["try"]):
        result = call(*arguments)
        assert result.status == 2
        assert "search" in result.out
        assert result.err == ""


def test_help_names_a_value_only_for_options_that_take_one(call: Call) -> None:
    assert "<bool>" not in call("run", "--help").out + call("--help").out


def test_a_config_with_errors_is_status_2_and_a_line_for_each(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "n.yaml"
    path.write_text("databse: x\ntimezone: Nowhere/City\n", encoding="utf-8")
    for command in (["check"], ["run"], ["status"], ["search", "x"], ["feeds", "list"]):
        result = call(*command, "--config", path)
        assert result.status == 2
        assert result.err.splitlines() == [
            f'{path}:1: databse: unknown key; did you mean "database"?',
            f"{path}:2: timezone: there is no such time zone (here: Nowhere/City)",
        ]


def test_a_missing_config_is_status_2(call: Call, tmp_path: Path) -> None:
    result = call("check", "--config", tmp_path / "no.yaml")
    assert result.status == 2
    assert result.err.startswith(f"{tmp_path / 'no.yaml'}: there is no such file")


def test_the_config_is_named_before_or_after_the_command_or_by_the_environment(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "n.yaml"
    path.write_text("timezone: UTC\n", encoding="utf-8")
    expected = f"{path}: no problems: 0 feeds, 0 topics, 0 subscriptions\n"
    assert call("--config", path, "check").out == expected
    assert call("check", "--config", path).out == expected
    monkeypatch.setenv("NEWSBOT_CONFIG", str(path))
    assert call("check").out == expected


def test_the_default_config_is_config_newsbot_yaml(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = call("check")
    assert result.status == 0
    assert result.out == "config/newsbot.yaml: no problems: 7 feeds, 6 topics, 1 subscription\n"


def test_a_database_that_cannot_be_opened_is_one_line_and_status_1(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "n.yaml"
    (tmp_path / "data").write_text("a file, no folder", encoding="utf-8")
    path.write_text("database: sqlite:///data/n.db\n", encoding="utf-8")
    result = call("status", "--config", path)
    assert result.status == 1
    assert len(result.err.splitlines()) == 1
    assert result.err.startswith("newsbot: ")


def test_the_schema_is_the_one_that_is_shipped(call: Call) -> None:
    assert call("schema").out == (ROOT / "config/newsbot.schema.json").read_text(encoding="utf-8")


def test_an_error_in_a_process_of_its_own_leaves_no_traceback(tmp_path: Path) -> None:
    done = process("check", "--config", tmp_path / "no.yaml")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "spared"),
    [
        (["--version"], {"pydantic", "sqlalchemy", "aiohttp", "numpy", "simplemma"}),
        (["check"], {"sqlalchemy", "aiohttp", "numpy", "simplemma"}),
        (["search", "battery"], {"alembic", "prometheus_client", "trafilatura", "telegram", "discord"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_imports_no_big_library_that_it_does_without(
    newsroom: Path, arguments: list[str], spared: set[str]
) -> None:
    assert not imported(*arguments) & spared
