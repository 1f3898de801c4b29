"""What changes between two configs, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import SecretStr

from newsbot.config.config import Config
from newsbot.config.model import ConfigFile, Section
from newsbot.domain.models import ChatKey, When
from newsbot.domain.schedule import format_when

_LISTED = {"feeds", "topics", "subscriptions", "path", "root"}


def config_diff(old: Config, new: Config) -> list[str]:
    """What ``new`` would change in a bot that runs on ``old``: one line for each difference, [] for none."""
    return [
        *_lines("feed", _feeds(old), _feeds(new)),
        *_lines("topic", _topics(old), _topics(new)),
        *_lines("subscription", _subscriptions(old), _subscriptions(new)),
        *_settings(old, new),
    ]


def _feeds(config: Config) -> dict[str, dict[str, Any]]:
    return {
        spec.slug or spec.url: {
            "url": spec.url, "name": spec.name, "category": spec.category, "every": spec.every,
            "full_text": spec.full_text, "language": spec.language, "headers": SecretStr(repr(spec.headers)),
            "new_feed": spec.new_feed,
        }
        for spec in config.feed_specs()
    }  # fmt: skip


def _topics(config: Config) -> dict[str, dict[str, Any]]:
    return {topic.id: dict(topic) for topic in config.topics}


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
