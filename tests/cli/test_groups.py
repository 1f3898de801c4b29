"""feeds, topics, deliveries and db, on a newsroom of files."""

from __future__ import annotations

import json
import sqlite3
import sys
from io import StringIO
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from newsbot.storage.merging import ELSEWHERE
from tests.cli.conftest import Call

OPML = """\
<?xml version="1.0"?>
<opml version="2.0"><body>
  <outline text="Cars">
    <outline type="rss" text="One" xmlUrl="https://one.example/feed"/>
  </outline>
  <outline type="rss" text="Two" xmlUrl="https://two.example/feed" category="/tech"/>
</body></opml>
"""


def rows(call: Call, *arguments: str) -> list[list[str]]:
    """The tab-separated fields of a command's output."""
    result = call(*arguments)
    assert result.status == 0, result.err
    return [line.split("\t") for line in result.out.splitlines()]


def test_feeds_are_listed_with_their_health(newsroom: Path, call: Call) -> None:
    listed = {row[0]: row for row in rows(call, "feeds", "list")}
    assert listed["volt"][1:5] == ["Volt & Axle", "cars", "well", "14"]
    assert listed["gone"][3].startswith("failing")
    assert listed["gone"][-1]


def test_feeds_of_a_config_that_never_ran_are_listed_as_waiting(newsroom: Path, call: Call) -> None:
    path = newsroom / "config/newsbot.yaml"
    more = path.read_text(encoding="utf-8").replace("topics:", "  - {id: fresh, url: https://f.example/f}\ntopics:")
    path.write_text(more, encoding="utf-8")
    assert {row[0]: row[3] for row in rows(call, "feeds", "list")}["fresh"] == "waiting"


def test_opml_comes_in_and_goes_out_with_its_categories(newsroom: Path, call: Call) -> None:
    (newsroom / "feeds.opml").write_text(OPML, encoding="utf-8")
    assert call("feeds", "import", "feeds.opml", "--no-check").out == "2 feeds added, 0 left out\n"
    listed = {row[1]: row for row in rows(call, "feeds", "list")}
    assert (listed["One"][2], listed["Two"][2]) == ("Cars", "tech")
    out = call("feeds", "export").out
    assert 'xmlUrl="https://one.example/feed"' in out
    assert "file:" not in out
    assert call("feeds", "import", "feeds.opml", "--no-check").status == 0
    assert len(rows(call, "feeds", "list")) == 5


def test_a_feed_is_removed_by_name_but_not_one_of_the_config(newsroom: Path, call: Call) -> None:
    (newsroom / "feeds.opml").write_text(OPML, encoding="utf-8")
    call("feeds", "import", "feeds.opml", "--no-check")
    assert call("feeds", "remove", "one").out == "removed: One  https://one.example/feed\n"
    assert {row[1]: row[3] for row in rows(call, "feeds", "list")}["One"] == "off"
    for name, reason in (("volt", "take it out there"), ("One", "no feed is called")):
        refused = call("feeds", "remove", name)
        assert refused.status == 1
        assert reason in refused.err


def test_a_hostile_opml_and_one_that_is_none_are_refused_in_a_line(newsroom: Path, call: Call) -> None:
    (newsroom / "bad.opml").write_text('<!DOCTYPE opml [<!ENTITY a "b">]><opml/>', encoding="utf-8")
    for name in ("bad.opml", "config/newsbot.yaml", "not-there.opml"):
        result = call("feeds", "import", name)
        assert result.status == 1
        assert len(result.err.splitlines()) == 1


def test_an_admin_checks_what_the_config_may_name(newsroom: Path, call: Call, httpserver: HTTPServer) -> None:
    checked = call("feeds", "check", "file:seeds/volt-and-axle.xml")
    assert "14 articles" in checked.out
    data = (newsroom / "seeds/volt-and-axle.xml").read_bytes()
    httpserver.expect_request("/feed").respond_with_data(data, content_type="application/rss+xml")
    assert "articles" in call("feeds", "check", httpserver.url_for("/feed")).out


def test_an_address_that_cannot_be_checked_or_added_is_named_with_its_reason(newsroom: Path, call: Call) -> None:
    for command, address, reason in (
        ("check", "file:../secret.xml", "file:../secret.xml: lies outside"),
        ("check", "file:seeds/none.xml", "file:seeds/none.xml: no such file"),
        ("add", "file:seeds/volt-and-axle.xml", "config/newsbot.yaml may name it"),
        ("add", "http://127.0.0.1:9/feed", "private"),
    ):
        result = call("feeds", command, address)
        assert result.status == 1
        assert reason in result.err


def test_an_export_of_the_config_s_web_feeds_says_what_it_leaves_out(newsroom: Path, call: Call) -> None:
    result = call("feeds", "export")
    assert result.err == (
        "left out: 3 feeds that are files, which a feed reader cannot read\nthere is no feed to export\n"
    )
    path = newsroom / "config/newsbot.yaml"
    more = path.read_text(encoding="utf-8").replace("topics:", "  - {id: fresh, url: https://f.example/f}\ntopics:")
    path.write_text(more, encoding="utf-8")
    result = call("feeds", "export")
    assert 'xmlUrl="https://f.example/f"' in result.out
    assert "no feed to export" not in result.err


def test_topics_are_listed_as_they_are_understood(newsroom: Path, call: Call) -> None:
    ((slug, name, meaning),) = rows(call, "topics", "list")
    assert (slug, name) == ("xiaomi-ev", "Xiaomi EV")
    assert "Xiaomi" in meaning


def test_topics_try_explains_matches_and_near_misses(newsroom: Path, call: Call) -> None:
    result = call("topics", "try", "Xiaomi", "EV", "--days", "14", "--misses", "3")
    assert result.status == 0
    lines = result.out.splitlines()
    assert lines[0].startswith("understood as: Xiaomi + (EV")
    assert lines[1].startswith("  Xiaomi (the anchor): Xiaomi, 小米")
    assert lines[3] == "1 article in the last 14 days"
    assert "goes into mass production" in lines[4] and "electric car" in lines[4]
    assert lines[5].split()[:3] == ["this", "week", "1"] and lines[6].startswith("1 week ago")
    assert "no word for EV, electric car, electric vehicle" in lines[8] and "Xiaomi 13T Pro review" in lines[8]
    assert call("topics", "try", "--", "-x").status == call("topics", "try", "").status == 2


def test_topics_try_gives_programs_the_same_as_one_object(newsroom: Path, call: Call) -> None:
    tried = json.loads(call("topics", "try", "Xiaomi EV -mass", "--json").out)
    assert tried["matches"] == [] and tried["weeks"] == [0] * 5 and tried["none"] == ["mass"]
    assert [facet["label"] for facet in tried["facets"]] == ["Xiaomi", "EV"]
    assert (tried["misses"][0]["reason"], tried["misses"][0]["why"]) == ("veto", "left out for *mass*")
    assert [miss["reason"] for miss in tried["misses"]] == sorted((m["reason"] for m in tried["misses"]), key="vw".find)


def test_deliveries_are_listed_and_shown(newsroom: Path, call: Call) -> None:
    assert rows(call, "deliveries", "list") == []
    sent = rows(call, "deliveries", "list", "--state", "sent")
    assert {tuple(row[1:4]) for row in sent} == {("sent", "post", "web:newsroom")}
    number = next(row[0] for row in sent if "Xiaomi" in row[6])
    shown = call("deliveries", "show", number).out
    assert "Xiaomi's electric car" in shown
    assert "because of everything" in shown
    assert f"  posted [{number}]" in shown and "put in line" in shown
    link = "https://voltandaxle.example/news/xiaomi-electric-car-mass-production"
    assert "web:newsroom" in call("deliveries", "show", link).out
    assert "verdict      in a post: sent" in call("deliveries", "show", link, "--chat", "web:newsroom").out
    assert call("deliveries", "show", "999").status == 1


def test_a_delivery_that_was_sent_is_neither_retried_nor_dropped(newsroom: Path, call: Call) -> None:
    for command in ("retry", "drop"):
        result = call("deliveries", command, "1")
        assert result.status == 1
        assert result.err.startswith("newsbot: 1 is not ")


def test_a_delivery_whose_story_is_posted_elsewhere_is_not_sent_again(newsroom: Path, call: Call) -> None:
    number = rows(call, "deliveries", "list", "--state", "sent")[0][0]
    with sqlite3.connect(next(newsroom.glob("**/*.db"))) as database:
        database.execute("UPDATE deliveries SET state = 'dropped', reason = ? WHERE id = ?", (ELSEWHERE, number))
    database.close()
    refused = call("deliveries", "retry", number)
    assert "dropped (given up)" in call("deliveries", "show", number).out
    assert (refused.status, refused.err) == (1, f"newsbot: {number} is not to be sent again: {ELSEWHERE}\n")


def test_the_emergency_stop_stops_all_platforms_or_one(newsroom: Path, call: Call) -> None:
    assert call("deliveries", "pause").out == "posting is stopped\n"
    assert call("deliveries", "pause", "telegram").out == "posting is stopped on telegram\n"
    assert "posting is stopped on telegram (stopped by an admin)" in call("deliveries", "list").err
    assert json.loads(call("status", "--json").out)["holds"] == dict.fromkeys(
        ("all", "telegram"), "stopped by an admin"
    )
    assert call("deliveries", "resume").out == "posting goes on\n"
    assert call("deliveries", "resume").out == "posting was not stopped\n"
    assert call("deliveries", "list").err == "no delivery waits; --state sent lists what went out\n"
    wrong = call("deliveries", "pause", "discrod")
    assert wrong.status == 2 and "there are: telegram, discord, web" in wrong.err


class Keyboard(StringIO):
    """A person at a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_story_is_taken_back_only_on_a_persons_word(
    newsroom: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = "https://voltandaxle.example/news/xiaomi-electric-car-mass-production"
    monkeypatch.setattr(sys, "stdin", StringIO())
    refused = call("deliveries", "retract", link)
    assert refused.status == 2 and "--yes" in refused.err
    monkeypatch.setattr(sys, "stdin", Keyboard("n\n"))
    kept = call("deliveries", "retract", link)
    assert kept.status == 1 and "Xiaomi" in kept.out and "taken back" not in kept.out
    assert "taken back from 1 chat\n" in call("deliveries", "retract", link, "--yes").out


def test_a_backup_is_a_database_with_everything(newsroom: Path, call: Call) -> None:
    assert call("db", "upgrade").status == 0
    result = call("db", "backup", "copy.db")
    assert result.status == 0, result.err
    assert result.out.startswith("copy.db: ")
    copy = sqlite3.connect(newsroom / "copy.db")
    try:
        assert copy.execute("SELECT count(*) FROM articles").fetchone() == (26,)
    finally:
        copy.close()
    assert call("db", "backup", "no/such/folder/copy.db").status == 1


def test_a_backup_replaces_a_file_only_when_told_to(newsroom: Path, call: Call) -> None:
    (newsroom / "copy.db").write_text("precious")
    refused = call("db", "backup", "copy.db")
    assert refused.status == 1
    assert "--force" in refused.err
    assert (newsroom / "copy.db").read_text() == "precious"
    assert call("db", "backup", "copy.db", "--force").status == 0
