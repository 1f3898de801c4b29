"""What no single key can tell: doubles, references to nothing, a web chat open to the world."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from urllib.parse import urlsplit

from newsbot.config.document import Document, Path_
from newsbot.config.model import ConfigFile, TopicEntry
from newsbot.config.names import Names
from newsbot.config.values import did_you_mean, host_and_port, is_loopback

OFFICIAL = "https://api.telegram.org"
WEBHOOK_PORTS = (443, 80, 88, 8443)
NO_WORDS = "the topic has no words to look for; give it a query, all or any"


def check(config: ConfigFile, wrong: Collection[Path_], document: Document) -> None:
    """Add every problem between keys.

    ``wrong`` are the paths with problems of their own: what they were to say is unknown, as with unset variables.
    """
    broken = {path[:2] for path in (*wrong, *document.unset)}
    for path, message in _problems(config):
        if not (message == NO_WORDS and path[:2] in broken):
            document.complain(path, message)
    if not any(path[0] == "platforms" for path in document.unset):  # a token or password to come may mend it
        for path, message in _server(config):
            document.complain(path, message)


def _problems(config: ConfigFile) -> Iterator[tuple[Path_, str]]:
    yield from _doubles("feeds", "id", [feed.id for feed in config.feeds])
    yield from _doubles("feeds", "url", [feed.url for feed in config.feeds])
    yield from _doubles("topics", "id", [topic.id for topic in config.topics])
    names = Names(config.feeds, config.topics)
    for index, topic in enumerate(config.topics):
        yield from _topic(topic, ("topics", index), names)
    for index, subscription in enumerate(config.subscriptions):
        if names.what(subscription.what) is None:
            hint = did_you_mean(subscription.what, names.everything())
            yield ("subscriptions", index, "what"), f"no category, feed or topic is called so{hint}"
    yield from _subscription_doubles(config)


def _doubles(section: str, key: str, values: Iterable[str | None]) -> Iterator[tuple[Path_, str]]:
    first: dict[str, int] = {}
    for index, value in enumerate(values):
        if value is None:
            continue
        if value.casefold() in first:
            yield (section, index, key), f"{section}[{first[value.casefold()]}] has the same {key}"
        first.setdefault(value.casefold(), index)


def _subscription_doubles(config: ConfigFile) -> Iterator[tuple[Path_, str]]:
    seen: set[tuple[str, str, str]] = set()
    for index, entry in enumerate(config.subscriptions):
        key = (str(entry.chat), entry.what.casefold(), entry.query.casefold())
        if key in seen:
            yield ("subscriptions", index), "this chat has the same subscription already"
        seen.add(key)


def _topic(topic: TopicEntry, path: Path_, names: Names) -> Iterator[tuple[Path_, str]]:
    if not (topic.all or topic.any or _positive(topic.query)):
        key = "query" if topic.query else "id"
        yield (*path, key), NO_WORDS
    for index, name in enumerate(topic.feeds):
        if names.feeds_or_category(name) is None:
            hint = did_you_mean(name, names.categories_and_feeds())
            yield (*path, "feeds", index), f"no category or feed is called so{hint}"


def _positive(query: str) -> bool:
    """Whether a query has a word that is wanted, not only ones that are not."""
    return any(re.search(r"\w", word) for word in query.split() if not word.startswith("-"))


def _webhook(config: ConfigFile) -> Iterator[tuple[Path_, str]]:
    """What Telegram asks of a webhook (https://core.telegram.org/bots/api#setwebhook); a server of one's own asks for
    less."""
    telegram = config.platforms.telegram
    if telegram.webhook is None:
        return
    path: Path_ = ("platforms", "telegram", "webhook")
    secret, url = telegram.webhook.secret.get_secret_value(), urlsplit(telegram.webhook.url)
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        yield (*path, "secret"), "a secret has 1 to 256 letters of A-Z, a-z, 0-9, _ and -"
    if not telegram.api_url.startswith(OFFICIAL):
        return
    if url.scheme != "https":
        yield (*path, "url"), "Telegram brings updates to https:// addresses only"
    elif (url.port or 443) not in WEBHOOK_PORTS:
        ports = ", ".join(map(str, WEBHOOK_PORTS))
        yield (*path, "url"), f"Telegram brings updates to the ports {ports} only"


def _server(config: ConfigFile) -> Iterator[tuple[Path_, str]]:
    web = config.platforms.web
    tokens = config.platforms.telegram.token, config.platforms.discord.token
    web_on = web.enabled is True or (web.enabled == "auto" and not any(t.get_secret_value() for t in tokens))
    if config.server is None:
        if web.enabled is True:
            yield ("platforms", "web", "enabled"), "the web chat needs the server, which is null"
        if config.platforms.telegram.webhook:
            yield ("platforms", "telegram", "webhook"), "a webhook needs the server, which is null"
        return
    yield from _webhook(config)
    host, _ = host_and_port(config.server.listen)
    if web_on and not web.password.get_secret_value() and not is_loopback(host):
        message = "others can reach this address, and the web chat has no password: "
        message += "set platforms.web.password, or listen on 127.0.0.1"
        yield ("server", "listen"), message
