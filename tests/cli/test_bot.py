"""The commands of a running bot, on a newsroom of files."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.cli.conftest import CONFIG, Call, environment, process


def test_once_polls_every_feed_posts_what_is_due_and_names_what_failed(filled: Path) -> None:
    told = (filled / "once.txt").read_text(encoding="utf-8")
    assert "Volt & Axle: 14 new" in told
    assert "web:newsroom" in told
    assert "3 feeds polled, 1 failed; 26 new articles; 2 posts sent" in told
    assert "Gone" in told
    *events, _summary = told.splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [+✗→\[] ?", line) for line in events), events


def test_a_second_round_posts_no_story_twice(newsroom: Path, call: Call) -> None:
    done = process("run", "--once", cwd=newsroom)
    assert done.returncode == 0, done.stderr
    sent = [line.split("\t") for line in call("deliveries", "list", "--state", "sent").out.splitlines()]
    posted = [row[6] for row in sent if row[2] == "post"]
    assert len(posted) == len(set(posted)) >= 2


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_run_serves_until_a_signal_and_leaves_with_0(newsroom: Path, stop: signal.Signals) -> None:
    command = [sys.executable, "-u", "-m", "newsbot", "run"]
    with subprocess.Popen(
        command, cwd=newsroom, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert "http://127.0.0.1:" in first
        process.send_signal(stop)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err


def test_search_finds_stored_articles_best_first(newsroom: Path, call: Call) -> None:
    result = call("search", "Xiaomi", "EV", "--json")
    assert result.status == 0
    records = [json.loads(line) for line in result.out.splitlines()]
    assert records[0]["title"] == "Xiaomi's electric car goes into mass production in the first half of 2024"
    assert records[0]["source"] == "Volt & Axle"
    assert [record["rank"] for record in records] == list(range(1, len(records) + 1))
    assert "Xiaomi's electric car" in call("search", "Xiaomi EV", "--limit", "1").out


def test_search_goes_on_beyond_one_page_up_to_its_limit(newsroom: Path, call: Call) -> None:
    assert len(call("search", "battery", "--json", "--limit", "12").out.splitlines()) == 12
    assert len(call("search", "battery", "--json", "--limit", "3").out.splitlines()) == 3


def test_search_with_no_hits_is_no_failure_and_without_words_is_wrong_usage(newsroom: Path, call: Call) -> None:
    nothing = call("search", "zyzzyva")
    assert (nothing.status, nothing.out, nothing.err) == (0, "", "nothing found\n")
    assert call("search", "--", "-").status == call("search", "").status == 2


def test_status_tells_lag_failing_feeds_and_the_outbox(newsroom: Path, call: Call) -> None:
    told = json.loads(call("status", "--json").out)
    assert told["articles"] == 26
    assert told["feeds"] == 3
    assert told["failing"] == 1
    assert told["unjudged"] == told["lag_seconds"] == 0
    assert told["outbox"]["queued"] == 0
    assert "web" in told["last_sent"]
    assert told["failing_feeds"][0]["feed"] == "Gone"
    plain = call("status").out
    assert "articles     26" in plain
    assert "Gone" in plain


def test_diff_tells_what_a_changed_config_would_do_to_the_running_one(newsroom: Path, call: Call) -> None:
    assert call("diff").out == "nothing would change\n"
    changed = CONFIG.replace("category: tech", "category: chips").replace("name: Xiaomi EV", "name: Xiaomi's car")
    changed = changed.replace('  - {id: gone, url: "file:seeds/not-there.xml", name: Gone, category: cars}\n', "")
    (newsroom / "config/newsbot.yaml").write_text(changed, encoding="utf-8")
    assert call("diff").out.splitlines() == [
        "feed circuit: changed: category tech → chips",
        "feed gone: removed",
        "topic xiaomi-ev: changed: name Xiaomi EV → Xiaomi's car",
    ]
    assert call("diff").out.count("removed") == 1  # looking changed nothing


def test_diff_compares_two_files_with_all_their_settings(newsroom: Path, call: Call) -> None:
    other = newsroom / "config/other.yaml"
    other.write_text(CONFIG.replace("Europe/Berlin", "UTC"), encoding="utf-8")
    result = call("diff", "--against", other)
    assert result.out == "timezone: UTC → Europe/Berlin\n"


def test_check_online_asks_each_feed_and_fails_when_one_does(
    newsroom: Path, call: Call, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/feed").respond_with_data(
        (newsroom / "seeds/volt-and-axle.xml").read_bytes(), content_type="application/rss+xml"
    )
    httpserver.expect_request("/page").respond_with_data("<html><body>Hello", content_type="text/html")
    path = newsroom / "config/online.yaml"
    good = f"feeds:\n  - {{id: good, url: '{httpserver.url_for('/feed')}'}}\n"
    path.write_text(good, encoding="utf-8")
    result = call("check", "--online", "--config", path)
    assert result.status == 0, result.err
    assert "✓ good: 14 articles" in result.out
    path.write_text(good + f"  - {{id: page, url: '{httpserver.url_for('/page')}'}}\n", encoding="utf-8")
    result = call("check", "--online", "--config", path)
    assert result.status == 1
    assert "✗ page: " in result.err


def test_check_online_refuses_a_file_that_the_running_bot_would_refuse(newsroom: Path, call: Call) -> None:
    (newsroom.parent / "outside.xml").write_bytes((newsroom / "seeds/volt-and-axle.xml").read_bytes())
    path = newsroom / "config/files.yaml"
    path.write_text(
        "feeds:\n  - {id: out, url: 'file:../outside.xml'}\n  - {id: in, url: 'file:seeds/volt-and-axle.xml'}\n"
    )
    result = call("check", "--online", "--config", path)
    assert result.status == 1
    assert "✗ out: lies outside" in result.err
    assert "✓ in: 14 articles" in result.out
