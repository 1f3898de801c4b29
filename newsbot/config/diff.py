"""What changes between two configs, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from pydantic import SecretStr

from newsbot.config.config import Config
from newsbot.config.model import ConfigFile
from newsbot.config.section import Section
from newsbot.domain.models import ChatKey, Feed, FeedSpec, Topic, TopicDefinition, When
from newsbot.domain.schedule import format_when

_LISTED = {"feeds", "topics", "subscriptions", "path", "root"}


def config_diff(old: Config, new: Config) -> list[str]:
    """What ``new`` would change in a bot that runs on ``old``: one line for each difference, [] for none."""
    return [
        *_lines("feed", _feeds(old.feed_specs()), _feeds(new.feed_specs())),
        *_lines("topic", _topics(old.topic_specs()), _topics(new.topic_specs())),
        *_lines("subscription", _subscriptions(old), _subscriptions(new)),
        *_settings(old, new),
    ]


def stored_diff(feeds: Sequence[Feed], topics: Sequence[Topic], new: Config) -> list[str]:
    """What ``new`` would change in a bot whose config gave it these feeds and topics: lines as of config_diff."""
    known = [(topic.slug or topic.name, topic.name, topic.definition) for topic in topics]
    stated = {spec.slug: spec.language for spec in new.feed_specs()}
    # a language that the config leaves open is found out by the bot: no difference
    stored = [feed if stated.get(feed.slug, "?") else replace(feed, language="") for feed in feeds]
    return [
        *_lines("feed", _feeds(stored), _feeds(new.feed_specs())),
        *_lines("topic", _topics(known), _topics(new.topic_specs())),
    ]


def _feeds(feeds: Sequence[Feed | FeedSpec]) -> dict[str, dict[str, Any]]:
    return {
        feed.slug or feed.url: {
            "url": feed.url, "name": feed.name, "category": feed.category, "every": feed.every,
            "full_text": feed.full_text, "language": feed.language, "headers": SecretStr(repr(feed.headers)),
            "new_feed": feed.new_feed,
        }
        for feed in feeds
    }  # fmt: skip


def _topics(topics: Sequence[tuple[str, str, TopicDefinition]]) -> dict[str, dict[str, Any]]:
    return {slug: {"name": name, **asdict(definition)} for slug, name, definition in topics}


def _subscriptions(config: Config) -> dict[str, dict[str, Any]]:
    return {
        f"{spec.chat} to {spec.label or 'everything'}" + (f" ({spec.query})" if spec.query else ""): {"when": spec.when}
        for spec in config.subscription_specs()
    }


def _lines(noun: str, old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield from (f"{noun} {name}: added" for name in new if name not in old)
    for name in new:
        if name in old and old[name] != new[name]:
            changes = (
                f"{key} {_show(old[name][key])} → {_show(new[name][key])}"
                for key in new[name]
                if old[name].get(key) != new[name][key]
            )
            yield f"{noun} {name}: changed: {'; '.join(changes)}"
    yield from (f"{noun} {name}: removed" for name in old if name not in new)


def _settings(old: Config, new: Config) -> Iterator[str]:
    before, after = dict(_flat(old)), dict(_flat(new))
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key):
            secret = key.rpartition(".")[2] in ConfigFile.SECRETS
            values = "changed" if secret else f"{_show(before.get(key))} → {_show(after.get(key))}"
            yield f"{key}: {values}"


def _flat(section: Section, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in section:
        key = prefix + (type(section).model_fields[name].alias or name)
        if isinstance(value, Section):
            yield from _flat(value, key + ".")
        elif key not in _LISTED:
            yield key, value


def _show(value: object) -> str:
    if isinstance(value, When):
        return format_when(value)
    if isinstance(value, SecretStr):
        return "(hidden)"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_show, value)) + "]"
    if value is None or value == "":
        return "none"
    return str(value) if isinstance(value, str | int | float | ChatKey) else repr(value)
