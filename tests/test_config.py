"""The config: what it reads, and that every mistake is named with its file, line and key."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.config import Config, config_diff, load_config, schema, stored_diff
from newsbot.domain.models import ChatKey, Feed, Topic, What, When
from newsbot.errors import ConfigError, Problem

ROOT = Path(__file__).parent.parent

# The config of the interface, as its users write it.
FULL = """\
database: sqlite:///data/newsbot.db
timezone: Europe/Berlin
language: en
admins: {telegram: [1001], discord: [2002]}
access: {mode: open, allow: [], deny: []}
server: {listen: 127.0.0.1:8080}
proxy: null
platforms:
  telegram:
    token: ${TELEGRAM_TOKEN:-}
    api_url: https://api.telegram.org
    webhook: null
    rate: {global: 30, chat: 1, group_per_minute: 20}
    on_uncertain: resend
  discord:
    token: ${DISCORD_TOKEN:-}
    api_url: https://discord.com/api/v10
    gateway_url: wss://gateway.discord.gg/
    rate: {global: 45}
  web:
    enabled: auto
    password: ${WEB_PASSWORD:-}
defaults: {when: instant, max_items: 10, images: true, new_feed: latest}
limits: {subscriptions_per_chat: 100, commands_per_minute: 20, users_may_add_feeds: true}
retention: {articles: 365d}
feeds:
  - {id: example, url: https://example.org/feed.xml, name: Example, category: cars, every: 10m, full_text: auto,
     language: en, headers: {}}
topics:
  - id: xiaomi-ev
    name: Xiaomi EV
    all:
      - [Xiaomi, 小米]
      - [EV, electric car, electric vehicle, SU7, YU7, 电动汽车]
    none: [Redmi]
    feeds: [cars]
concepts:
  - [EV, electric car, electric vehicle, 电动汽车, электромобиль]
subscriptions:
  - {chat: "telegram:@mychannel", what: cars, when: instant}
summariser: null
"""


def load(tmp_path: Path, text: str, **environ: str) -> Config:
    path = tmp_path / "newsbot.yaml"
    path.write_text(text, encoding="utf-8")
    return load_config(path, environ)


def problems(tmp_path: Path, text: str, **environ: str) -> list[str]:
    """Every problem of a config, without its folder."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text, **environ)
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems]


def found(path: Path) -> Sequence[Problem]:
    """The problems of a config, () when it loads."""
    try:
        load_config(path, {})
    except ConfigError as error:
        return error.problems
    return ()


# --- what is read ----------------------------------------------------------------------------------


def test_the_interface_s_config_loads_with_every_value(tmp_path: Path) -> None:
    config = load(tmp_path, FULL, TELEGRAM_TOKEN="1:abc")
    assert config.timezone == "Europe/Berlin"
    assert config.admins.telegram == (1001,)
    assert config.platforms.telegram.token.get_secret_value() == "1:abc"
    assert config.platforms.telegram.rate.global_ == 30
    assert config.defaults.when == When("instant")
    assert config.retention.articles == 365 * 86400
    assert config.limits.users_may_add_feeds is True
    (feed,) = config.feed_specs()
    assert (feed.slug, feed.url, feed.every, feed.language) == ("example", "https://example.org/feed.xml", 600, "en")
    ((slug, name, definition),) = config.topic_specs()
    assert (slug, name, definition.none, definition.feeds) == ("xiaomi-ev", "Xiaomi EV", ("Redmi",), ("cars",))
    assert definition.all[0] == ("Xiaomi", "小米")
    (order,) = config.subscription_specs()
    assert (order.chat, order.what) == (ChatKey("telegram", "@mychannel"), What("category", "cars"))


def test_a_config_with_one_key_has_defaults_for_all_others(tmp_path: Path) -> None:
    config = load(tmp_path, "timezone: UTC\n")
    assert config.feeds == ()
    assert config.server is not None
    assert config.server.listen == "127.0.0.1:8080"
    assert config.web_enabled


def test_every_key_of_the_file_is_frozen(tmp_path: Path) -> None:
    config = load(tmp_path, FULL)
    with pytest.raises(ValueError, match="frozen"):
        config.timezone = "UTC"
    with pytest.raises(ValueError, match="frozen"):
        config.platforms.web.enabled = True


def test_a_key_with_nothing_behind_it_counts_as_left_out(tmp_path: Path) -> None:
    config = load(tmp_path, "feeds:\ntimezone:\nplatforms:\n  telegram:\n    token:\n")
    assert config.feeds == ()
    assert config.timezone == "UTC"
    assert not config.telegram_enabled


def test_null_switches_the_server_off_and_keeps_articles_for_ever(tmp_path: Path) -> None:
    config = load(tmp_path, "server: null\nretention: {articles: null}\n")
    assert config.server is None
    assert config.retention.articles is None
    assert not config.web_enabled


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("10m", 600), ("6h", 21600), ("365d", 31536000), ("2w", 1209600), ("1h30m", 5400), ("1h 30m", 5400)],
)
def test_lengths_of_time_are_read_as_people_write_them(tmp_path: Path, text: str, seconds: int) -> None:
    config = load(tmp_path, f"feeds: [{{url: https://example.org/f, every: {text}}}]\n")
    assert config.feed_specs()[0].every == seconds


@pytest.mark.parametrize(
    ("chat", "key"),
    [
        ("telegram:@mychannel", ChatKey("telegram", "@mychannel")),
        ("telegram:-1001234567890/55", ChatKey("telegram", "-1001234567890", "55")),
        ("discord:112233445566778899", ChatKey("discord", "112233445566778899")),
        ("web:newsroom", ChatKey("web", "newsroom")),
    ],
)
def test_a_chat_is_platform_and_id_and_maybe_thread(tmp_path: Path, chat: str, key: ChatKey) -> None:
    config = load(tmp_path, f'subscriptions: [{{chat: "{chat}"}}]\n')
    assert config.subscription_specs()[0].chat == key


def test_a_subscription_names_a_feed_or_topic_by_id_or_name_in_any_case(tmp_path: Path) -> None:
    text = FULL.replace(
        '  - {chat: "telegram:@mychannel", what: cars, when: instant}\n',
        "".join(
            f'  - {{chat: "web:{n}", what: {what}, when: daily 07:30}}\n'
            for n, what in enumerate(
                ["everything", "Cars", "EXAMPLE", "https://example.org/feed.xml", "xiaomi ev", "Xiaomi-EV"]
            )
        ),
    )
    specs = load(tmp_path, text).subscription_specs()
    feed, topic = What("feed", "example"), What("topic", "xiaomi-ev")
    assert [spec.what for spec in specs] == [What(), What("category", "cars"), feed, feed, topic, topic]
    assert {spec.when for spec in specs} == {When("daily", time(7, 30))}
    assert [spec.label for spec in specs][-2:] == ["Xiaomi EV", "Xiaomi EV"]


def test_feeds_without_an_id_get_one_from_their_name_or_host_and_never_the_same(tmp_path: Path) -> None:
    text = """\
feeds:
  - {url: https://www.example.org/a.xml}
  - {url: https://example.org/b.xml}
  - {url: https://example.net/c, name: "The Daily Café!"}
  - {url: https://example.net/d, name: 新闻}
  - {url: file:seeds/cars.xml}
  - {id: example-org-2, url: https://example.net/e}
"""
    slugs = [spec.slug for spec in load(tmp_path, text).feed_specs()]
    assert slugs == ["example-org", "example-org-3", "the-daily-cafe", "feed", "cars", "example-org-2"]


def test_words_that_yaml_takes_for_switches_or_numbers_stay_words(tmp_path: Path) -> None:
    config = load(tmp_path, "language: no\nconcepts: [[on, 911, 1.10, null-safe, 08:00]]\n")
    assert config.language == "no"
    assert config.concepts == (("on", "911", "1.10", "null-safe", "08:00"),)


def test_one_alias_may_stand_without_brackets(tmp_path: Path) -> None:
    config = load(tmp_path, "topics: [{id: t, all: [Xiaomi, [EV, electric car]], none: Redmi}]\n")
    assert config.topic_specs()[0][2].all == (("Xiaomi",), ("EV", "electric car"))
    assert config.topic_specs()[0][2].none == ("Redmi",)


def test_merge_keys_share_what_feeds_have_in_common(tmp_path: Path) -> None:
    text = """\
feeds:
  - &base {url: https://example.org/a, category: cars, every: 5m}
  - {<<: *base, url: https://example.org/b}
"""
    assert [(f.url[-1], f.category, f.every) for f in load(tmp_path, text).feed_specs()] == [
        ("a", "cars", 300),
        ("b", "cars", 300),
    ]


# --- where relative paths start --------------------------------------------------------------------


def test_relative_paths_start_at_the_folder_that_holds_config(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    path = tmp_path / "config" / "newsbot.yaml"
    path.write_text("timezone: UTC\n", encoding="utf-8")
    config = load_config(path, {})
    assert config.root == tmp_path.resolve()
    assert config.database_url == f"sqlite:///{tmp_path.resolve()}/data/newsbot.db"


def test_relative_paths_start_beside_a_config_that_lies_elsewhere(tmp_path: Path) -> None:
    assert load(tmp_path, "timezone: UTC\n").root == tmp_path.resolve()


def test_an_absolute_database_path_and_postgresql_stay_as_they_are(tmp_path: Path) -> None:
    assert load(tmp_path, "database: sqlite:////var/lib/n.db\n").database_url == "sqlite:////var/lib/n.db"
    url = "postgresql://user:secret@db.example.org/newsbot"
    assert load(tmp_path, f"database: {url}\n").database_url == url


# --- the environment -------------------------------------------------------------------------------


def test_values_come_from_the_environment_anywhere_and_are_typed_afterwards(tmp_path: Path) -> None:
    text = """\
server: {listen: "127.0.0.1:${PORT}"}
admins: {telegram: [${ADMIN}, 7]}
defaults: {max_items: "${MAX:-5}", images: ${IMAGES}}
feeds: [{url: https://${HOST:-example.org}/${PATH_}.xml, every: ${EVERY}m}]
"""
    config = load(tmp_path, text, PORT="99", ADMIN="42", IMAGES="no", PATH_="a", EVERY="3")
    assert config.server is not None
    assert config.server.listen == "127.0.0.1:99"
    assert config.admins.telegram == (42, 7)
    assert config.defaults.max_items == 5
    assert config.defaults.images is False
    assert config.feed_specs()[0].url == "https://example.org/a.xml"
    assert config.feed_specs()[0].every == 180


def test_an_empty_variable_takes_the_default_and_an_unset_one_in_a_comment_is_nobody_s_business(tmp_path: Path) -> None:
    config = load(tmp_path, "timezone: ${ZONE:-Asia/Tokyo} # ${NOT_SET}\nproxy: ${PROXY:-}\n", ZONE="")
    assert config.timezone == "Asia/Tokyo"
    assert config.proxy is None


def test_a_doubled_dollar_keeps_a_variable_as_text(tmp_path: Path) -> None:
    config = load(tmp_path, 'concepts: [["$${HOME}", home]]\n')
    assert config.concepts[0][0] == "${HOME}"


def test_a_variable_cannot_bring_in_structure(tmp_path: Path) -> None:
    (line,) = problems(tmp_path, "access: {mode: ${MODE}}\n", MODE="open, allow: ['telegram:1']")
    assert line.startswith("newsbot.yaml:1: access.mode: wanted: open or allowlist")


def test_secrets_are_in_no_repr_and_no_problem(tmp_path: Path) -> None:
    secret = "hunter2-very-secret"
    text = FULL.replace("headers: {}", "headers: {Authorization: ${K}}").replace(
        "sqlite:///data/newsbot.db", "postgresql://user:${K}@host/newsbot"
    )
    config = load(tmp_path, text, K=secret, TELEGRAM_TOKEN=secret, WEB_PASSWORD=secret)
    assert secret not in repr(config)
    assert secret not in str(config)
    assert config.secrets == (secret, secret)
    lines = problems(tmp_path, "database: ${K}\nplatforms: {telegram: {api_url: ${K}}}\nproxy: ${K}\n", K=secret)
    assert len(lines) == 3
    assert secret not in "\n".join(lines)
    written = problems(tmp_path, f"database: mysql://u:{secret}@h/d\nproxy: {secret}\n")
    assert len(written) == 2
    assert secret not in "\n".join(written)


# --- every mistake ---------------------------------------------------------------------------------

FEED = "feeds: [{id: a, url: https://example.org/f, category: cars}]\n"

MISTAKES = [
    ("databse: x\n", ":1: databse: unknown key", 'did you mean "database"'),
    ("platforms:\n  telegram:\n    tokn: x\n", ":3: platforms.telegram.tokn: unknown key", 'did you mean "token"'),
    ("platforms:\n  telegrm: {}\n", ":2: platforms.telegrm: unknown key", 'did you mean "telegram"'),
    ("feeds:\n  - url: https://e.org\n    catgory: x\n", ":3: feeds[0].catgory: unknown key", '"category"'),
    ("zzz: 1\n", ":1: zzz: unknown key", "known here: database, timezone"),
    ("timezone: UTC\ntimezone: UTC\n", ":2: timezone: given twice", "first on line 1"),
    ("timezone: UTC\n\tlanguage: en\n", ":2: ", "a tab; YAML is indented with spaces"),
    ("timezone: [\n", ":2: ", "not YAML"),
    ("timezone: Europe/Berln\n", ":1: timezone: there is no such time zone", 'did you mean "Europe/Berlin"'),
    ("timezone: [a]\n", ":1: timezone: text is wanted", "a list"),
    ("language: klingon!\n", ":1: language: ", "en, de or zh"),
    ("database: mysql://x/y\n", ":1: database: wanted: sqlite:///", ""),
    ("database: sqlite:///\n", ":1: database: wanted: sqlite:///", ""),
    ("server: {listen: localhost}\n", ":1: server.listen: an address and port are wanted", "(here: localhost)"),
    ("server: {listen: ':::80'}\n", ":1: server.listen: an IPv6 address goes into brackets", ""),
    ("server: {listen: '127.0.0.1:99999'}\n", ":1: server.listen: an address and port are wanted", ""),
    ("server: {listen: '0.0.0.0:80'}\n", ":1: server.listen: others can reach", "no password"),
    ("server: {listen: ':80'}\n", ":1: server.listen: others can reach", "no password"),
    ("server: null\nplatforms: {web: {enabled: true}}\n", ":2: platforms.web.enabled: the web chat needs", "null"),
    ("platforms: {web: {enabled: maybe}}\n", ":1: platforms.web.enabled: wanted: auto, true or false", "maybe"),
    ("admins: {telegram: ['@bob']}\n", ":1: admins.telegram[0]: a user's number is wanted", "@bob"),
    ("admins: {telegram: 7}\n", ":1: admins.telegram: a list is wanted", ""),
    ("admins: {telegram: [-5]}\n", ":1: admins.telegram[0]: a user's number is wanted", ""),
    ("access: {mode: opne}\n", ":1: access.mode: wanted: open or allowlist", 'did you mean "open"'),
    ("access: {allow: ['telegramm:1']}\n", ":1: access.allow[0]: a chat is platform:id", '"telegram"'),
    ("defaults: {max_items: ten}\n", ":1: defaults.max_items: a whole number is wanted", "(here: ten)"),
    ("defaults: {max_items: 0}\n", ":1: defaults.max_items: must be at least 1", ""),
    ("defaults: {images: perhaps}\n", ":1: defaults.images: true or false is wanted", "perhaps"),
    ("defaults: {when: dayly}\n", ":1: defaults.when: wanted: instant, hourly, daily 08:00", "dayly"),
    ("defaults: {when: daily 25:00}\n", ":1: defaults.when: wanted: instant", "25:00"),
    ("retention: {articles: 5 parsecs}\n", ":1: retention.articles: a length of time is wanted", "6h or 365d"),
    ("retention: {articles: 0d}\n", ":1: retention.articles: a length of time is wanted", ""),
    ("limits: []\n", ":1: limits: `key: value` lines are wanted", "a list"),
    ("feeds: {}\n", ":1: feeds: a list is wanted", ""),
    ("feeds:\n  - https://example.org\n", ":2: feeds[0]: `key: value` lines are wanted", ""),
    ("feeds:\n  - {name: x}\n", ":2: feeds[0].url: is missing", ""),
    ("feeds:\n  - {url: }\n", ":2: feeds[0].url: is missing", ""),
    ("feeds:\n  -\n", ":2: feeds[0]: is empty", ""),
    ("feeds: [{url: example.org}]\n", ":1: feeds[0].url: a feed's address is wanted", "example.org"),
    ("feeds: [{url: 'ftp://example.org/f'}]\n", ":1: feeds[0].url: a feed's address is wanted", ""),
    ("feeds: [{url: 'http://[::1'}]\n", ":1: feeds[0].url: a feed's address is wanted", ""),
    ("feeds: [{url: 'file:'}]\n", ":1: feeds[0].url: file: needs a path", ""),
    ("feeds: [{url: https://e.org, every: soon}]\n", ":1: feeds[0].every: a length of time", "soon"),
    ("feeds: [{url: https://e.org, id: 'a b'}]\n", ":1: feeds[0].id: an id is letters", ""),
    ("feeds: [{url: https://e.org, full_text: maybe}]\n", "feeds[0].full_text: wanted: auto or always or never", ""),
    (
        "feeds:\n  - {id: a, url: https://e.org/1}\n  - {id: A, url: https://e.org/2}\n",
        ":3: feeds[1].id: feeds[0] has",
        "",
    ),
    ("feeds:\n  - {url: https://e.org/1}\n  - {url: https://e.org/1}\n", ":3: feeds[1].url: feeds[0] has the same", ""),
    ("topics:\n  - {id: t, all: [[a]]}\n  - {id: t, all: [[b]]}\n", ":3: topics[1].id: topics[0] has the same id", ""),
    ("topics: [{id: t}]\n", ":1: topics[0].id: the topic has no words", ""),
    ("topics: [{id: t, query: '-a !!'}]\n", ":1: topics[0].query: the topic has no words", ""),
    ("topics: [{id: t, all: [[]]}]\n", ":1: topics[0].all[0]: a list of words is wanted", ""),
    ("topics: [{id: t, all: [['']]}]\n", ":1: topics[0].all[0]: a list of words is wanted", ""),
    ("topics: [{all: [[a]]}]\n", ":1: topics[0].id: is missing", ""),
    (FEED + "topics: [{id: t, any: [x], feeds: [crs]}]\n", ":2: topics[0].feeds[0]: no category or feed", '"cars"'),
    (FEED + "subscriptions: [{chat: 'web:x', what: carz}]\n", ":2: subscriptions[0].what: no category", '"cars"'),
    ("subscriptions: [{what: everything}]\n", ":1: subscriptions[0].chat: is missing", ""),
    ("subscriptions: [{chat: telegram}]\n", ":1: subscriptions[0].chat: a chat is platform:id", ""),
    ("subscriptions: [{chat: 'telegram:my channel'}]\n", ":1: subscriptions[0].chat: after telegram: comes @name", ""),
    ("subscriptions: [{chat: 'discord:#general'}]\n", ":1: subscriptions[0].chat: after discord: comes", ""),
    ("subscriptions: [{chat: 'web:a'}, {chat: 'web:a'}]\n", ":1: subscriptions[1]: this chat has the same", ""),
    ("summariser: {base_url: x, model: m}\n", ":1: summariser.base_url: a full address is wanted", ""),
    ("summariser: {base_url: https://e.org}\n", ":1: summariser.model: is missing", ""),
    ("platforms: {discord: {gateway_url: https://e.org}}\n", "gateway_url: a full address is wanted", "wss://"),
    ("timezone: ${ZONE}\n", ":1: timezone: the environment has no ZONE", "${ZONE:-default}"),
    ("timezone: ${ZONE-x}\n", ":1: timezone: after `${` comes a name", ""),
    ("concepts: [[a, b], '']\n", ":1: concepts[1]: a list of words is wanted", ""),
]


@pytest.mark.parametrize(
    ("text", "start", "also"), MISTAKES, ids=[text[:40].replace("\n", "|") for text, *_ in MISTAKES]
)
def test_a_mistake_is_named_with_its_line_and_key(tmp_path: Path, text: str, start: str, also: str) -> None:
    lines = problems(tmp_path, text)
    assert any(start in line and also in line for line in lines), lines


def test_all_mistakes_are_named_at_once_in_order_of_lines(tmp_path: Path) -> None:
    text = """\
databse: x
timezone: Nowhere/City
feeds:
  - {id: a, url: nonsense, category: cars}
  - {id: b, url: https://example.org/b, category: cars, every: 10x}
  - {id: b, url: https://example.org/c}
topics:
  - {id: t, feeds: [trucks], any: [x]}
  - {id: u}
subscriptions:
  - {chat: "web:x", what: cars}
  - {chat: "web:x", what: planes}
server: {listen: "0.0.0.0:80"}
"""
    lines = problems(tmp_path, text)
    assert [int(line.split(":")[1]) for line in lines] == [1, 2, 4, 5, 6, 8, 9, 12, 13]
    assert not any("subscriptions[0]" in line for line in lines)  # cars is known though its feeds have mistakes


def test_an_item_with_a_mistake_is_still_compared_with_the_others(tmp_path: Path) -> None:
    text = """\
feeds:
  - {id: a, url: nonsense, category: cars}
  - {id: a, url: https://example.org/a}
  - {id: b, name: No address}
topics:
  - {id: t, any: [x, ''], all: [[]], feeds: [trucks]}
  - {id: t, query: x}
  - {query: x, feeds: b}
subscriptions:
  - {chat: nobody, what: planes}
  - {chat: "web:x", what: cars}
  - {chat: "web:x", what: no address}
summariser: {model: m}
"""
    assert [line.split(": ")[1] for line in problems(tmp_path, text)] == [
        "feeds[0].url", "feeds[1].id", "feeds[2].url", "topics[0].all[0]", "topics[0].feeds[0]", "topics[1].id",
        "topics[2].id", "subscriptions[0].chat", "subscriptions[0].what", "summariser.base_url",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "timezone: ${X}\n",
        "feeds: [{url: '${X}', category: cars}]\nsubscriptions: [{chat: 'web:x', what: cars}]\n",
        "topics: [{id: t, query: '${X}'}]\n",
        "topics: [{id: t, all: [['${X}', car]]}]\n",
        "concepts: [['${X}', car]]\n",
        "server: {listen: '0.0.0.0:80'}\nplatforms: {web: {password: '${X}'}}\n",
        "server: {listen: '0.0.0.0:80'}\nplatforms: {telegram: {token: '${X}'}}\n",
    ],
)
def test_a_missing_variable_is_one_problem_and_nothing_that_follows_from_it(tmp_path: Path, text: str) -> None:
    (line,) = problems(tmp_path, text)
    assert "the environment has no X" in line


def test_a_web_chat_with_a_password_may_be_reached_by_others(tmp_path: Path) -> None:
    text = "server: {listen: '0.0.0.0:80'}\nplatforms: {web: {password: ${P}}}\n"
    assert load(tmp_path, text, P="x").web_enabled
    assert not load(tmp_path, "server: {listen: '0.0.0.0:80'}\nplatforms: {telegram: {token: 'x'}}\n").web_enabled


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no\.yaml: there is no such file"):
        load_config(tmp_path / "no.yaml", {})


def test_a_folder_is_no_config(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path, {})


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "~\n"])
def test_an_empty_file_is_one_clear_line(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text) == ["newsbot.yaml:1: the file is empty; the README shows what goes into it"]


@pytest.mark.parametrize(("text", "kind"), [("- a\n", "a list"), ("hello\n", "one piece of text")])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str, kind: str) -> None:
    (line,) = problems(tmp_path, text)
    assert kind in line


def test_a_file_that_is_not_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "newsbot.yaml"
    path.write_bytes("timezone: UTC\n# Größe\n".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"newsbot\.yaml:2: this is not UTF-8"):
        load_config(path, {})


def test_every_tab_is_named_not_only_the_first(tmp_path: Path) -> None:
    lines = problems(tmp_path, "server:\n\tlisten: x\nproxy:\n \tx: y\n")
    assert [line.split(":")[1] for line in lines] == ["2", "4"]


def test_an_alias_that_holds_itself_or_explodes_is_refused(tmp_path: Path) -> None:
    assert any("alias" in line for line in problems(tmp_path, "feeds: &a [*a]\n"))
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert any("far too many values" in line for line in problems(tmp_path, "\n".join(rows) + "\n"))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("c") / "newsbot.yaml"
    path.write_bytes(text.encode("utf-8", "replace"))
    assert all(problem.message for problem in found(path))


KEYS = st.sampled_from(sorted(schema()["properties"]))
_LEAF = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["https://e.org", "web:x"])
_VALUE = st.recursive(
    _LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(KEYS, _VALUE, max_size=4))
def test_values_of_any_shape_are_loaded_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, data: dict[str, object]
) -> None:
    path = tmp_path_factory.mktemp("c") / "newsbot.yaml"
    path.write_text(yaml.safe_dump(data or {"timezone": "UTC"}, allow_unicode=True), encoding="utf-8")
    assert all(problem.line >= 1 and problem.message for problem in found(path))


# --- what is shipped -------------------------------------------------------------------------------


def test_the_shipped_config_loads_in_an_empty_environment() -> None:
    config = load_config(ROOT / "config/newsbot.yaml", {})
    assert config.web_enabled
    assert config.root == ROOT
    assert {"xiaomi-ev"} <= {slug for slug, *_ in config.topic_specs()}
    assert [str(spec.chat) for spec in config.subscription_specs()] == ["web:newsroom"]


def test_the_shipped_config_shows_every_key() -> None:
    text = (ROOT / "config/newsbot.yaml").read_text(encoding="utf-8")
    for name, section in schema()["$defs"].items():
        for key in section["properties"]:
            assert f"{key}:" in text or f"{key}," in text, f"{name}.{key}"
    for key in schema()["properties"]:
        assert f"\n{key}:" in text


def test_the_shipped_schema_is_what_the_command_prints() -> None:
    shipped = (ROOT / "config/newsbot.schema.json").read_text(encoding="utf-8")
    assert shipped == json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    first = (ROOT / "config/newsbot.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=newsbot.schema.json"


def test_the_schema_describes_every_top_level_key() -> None:
    known = schema()
    assert known["additionalProperties"] is False
    for key, value in known["properties"].items():
        reference = value.get("$ref", "").rpartition("/")[2] or next(
            (part["$ref"].rpartition("/")[2] for part in value.get("anyOf", []) if "$ref" in part), ""
        )
        assert value.get("description") or known["$defs"][reference]["description"], key


# --- differences -----------------------------------------------------------------------------------


def test_the_same_config_has_no_differences(tmp_path: Path) -> None:
    assert config_diff(load(tmp_path, FULL), load(tmp_path, FULL)) == []


def test_differences_are_named_in_words_without_secrets(tmp_path: Path) -> None:
    old = load(tmp_path, FULL, TELEGRAM_TOKEN="old-secret")
    text = (
        FULL.replace("name: Example", "name: Sample")
        .replace("10m", "20m")
        .replace("none: [Redmi]", "none: [Redmi, POCO]")
        .replace("timezone: Europe/Berlin", "timezone: UTC")
        .replace("what: cars, when: instant", "what: cars, when: hourly")
        .replace("topics:\n", "  - {id: other, url: https://example.org/o}\ntopics:\n")
    )
    lines = config_diff(old, load(tmp_path, text, TELEGRAM_TOKEN="new-secret"))
    assert lines == [
        "feed other: added",
        "feed example: changed: name Example → Sample; every 600 → 1200",
        "topic xiaomi-ev: changed: none [Redmi] → [Redmi, POCO]",
        "subscription telegram:@mychannel to cars: changed: when instant → hourly",
        "timezone: Europe/Berlin → UTC",
        "platforms.telegram.token: changed",
    ]
    assert "feed other: removed" in config_diff(load(tmp_path, text), old)


def test_a_changed_header_is_told_and_not_shown(tmp_path: Path) -> None:
    new = load(tmp_path, FULL.replace("headers: {}", "headers: {Key: hunter2}"))
    assert config_diff(load(tmp_path, FULL), new) == ["feed example: changed: headers (hidden) → (hidden)"]


def test_differences_from_stored_feeds_and_topics(tmp_path: Path) -> None:
    config = load(tmp_path, FULL)
    (spec,) = config.feed_specs()
    ((slug, name, definition),) = config.topic_specs()
    same = Feed(1, spec.url, spec.slug, spec.name, spec.category, spec.every, language=spec.language, from_config=True)
    assert stored_diff([same], [Topic(1, name, definition, slug)], config) == []
    english = Feed(1, spec.url, spec.slug, spec.name, spec.category, spec.every, language="en", from_config=True)
    silent = load(tmp_path, FULL.replace("     language: en,", "    "))
    assert stored_diff([english], [Topic(1, name, definition, slug)], silent) == []
    gone = Feed(2, "https://example.org/gone", "gone", from_config=True)
    assert stored_diff([same, gone], [], config) == ["feed gone: removed", "topic xiaomi-ev: added"]


@pytest.mark.parametrize(
    ("webhook", "problem"),
    [
        ("{url: 'http://bot.example/t', secret: s}", "webhook.url: Telegram brings updates to https:// addresses only"),
        ("{url: 'https://bot.example:9999/t'}", "webhook.url: Telegram brings updates to the ports 443, 80, 88, 8443"),
        ("{url: 'https://bot.example/t', secret: a b!}", "webhook.secret: a secret has 1 to 256 letters"),
    ],
)
def test_a_webhook_that_telegram_would_refuse_is_refused(tmp_path: Path, webhook: str, problem: str) -> None:
    (found,) = problems(tmp_path, f"platforms: {{telegram: {{webhook: {webhook}}}}}\n")
    assert problem in found


def test_ones_own_bot_api_server_brings_updates_to_any_address(tmp_path: Path) -> None:
    telegram = "{api_url: 'http://127.0.0.1:8081', webhook: {url: 'http://127.0.0.1:8080/telegram'}}"
    webhook = load(tmp_path, f"platforms: {{telegram: {telegram}}}\n").platforms.telegram.webhook
    assert webhook is not None and webhook.url == "http://127.0.0.1:8080/telegram"
