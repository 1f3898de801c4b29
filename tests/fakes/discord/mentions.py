"""Who a message calls: https://discord.com/developers/docs/resources/message#allowed-mentions-object."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.discord import checks
from tests.fakes.discord.errors import Form, Json
from tests.fakes.discord.permissions import NONE, Permission

if TYPE_CHECKING:
    from tests.fakes.discord.places import Channel
    from tests.fakes.discord.users import User

KINDS = ("roles", "users", "everyone")
USER = re.compile(r"<@!?(\d{1,20})>", re.ASCII)
ROLE = re.compile(r"<@&(\d{1,20})>", re.ASCII)
EVERYONE = re.compile(r"@(?:everyone|here)")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be called: kinds as a whole, and users and roles by id."""

    parse: frozenset[str] = frozenset(KINDS)
    users: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    replied_user: bool = True


ALL = Allowed()
"""The default of regular messages."""
USERS = Allowed(parse=frozenset({"users"}))
"""The default of interactions and webhooks."""


@dataclass(frozen=True, slots=True)
class Called:
    """Who is called: as the message shows it, and who is really notified (ids, and "everyone")."""

    users: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    everyone: bool = False
    notified: tuple[str, ...] = ()


def allowed(form: Form, given: object, default: Allowed = ALL) -> Allowed:
    """The object of a body; ``default`` when it has none."""
    if given is None:
        return default
    found = checks.mapping(form, ("allowed_mentions",), given)
    checks.known(form, ("allowed_mentions",), found, ("parse", "roles", "users", "replied_user"))
    parse = checks.many(form, ("allowed_mentions", "parse"), found.get("parse") or [], 0, len(KINDS))
    for number, kind in enumerate(parse):
        checks.one_of(form, ("allowed_mentions", "parse", number), kind, KINDS)
    ids = {key: _ids(form, key, found, parse) for key in ("users", "roles")}
    replied = bool(found.get("replied_user", False))
    return Allowed(frozenset(str(each) for each in parse), ids["users"], ids["roles"], replied)


def _ids(form: Form, key: str, given: Json, parse: list[object]) -> frozenset[str]:
    path = ("allowed_mentions", key)
    found = checks.many(form, path, given.get(key) or [], 0, 100)
    if found and key in parse:
        words = f'parse:["{key}"] and {key}: [ids...] are mutually exclusive.'
        form.wrong(("allowed_mentions",), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", words)
    return frozenset(checks.snowflake(form, (*path, number), each) for number, each in enumerate(found))


def called(text: str, channel: Channel, author: User, allow: Allowed, *, replied: User | None = None) -> Called:
    """Who ``text`` calls when ``author`` writes it there. Backslashes and code are not thought to protect anyone."""
    rights = channel.may(author) if channel.guild else NONE
    users = [each for each in _users(text, channel) if "users" in allow.parse or each in allow.users]
    if replied is not None and allow.replied_user:
        users.append(replied.id)
    roles = [each for each in _roles(text, channel) if "roles" in allow.parse or each in allow.roles]
    mentionable = Permission.MENTION_EVERYONE in rights
    everyone = mentionable and "everyone" in allow.parse and EVERYONE.search(text) is not None
    heard = [each for each in users if channel.may(channel.world.users[each])]
    heard += [each for each in roles if mentionable or (channel.guild and channel.guild.roles[each].mentionable)]
    notified = [*heard, *(["everyone"] if everyone else [])]
    return Called(_once(users), _once(roles), everyone, _once(notified))


def _users(text: str, channel: Channel) -> list[str]:
    return [each for each in USER.findall(text) if each in channel.world.users]


def _roles(text: str, channel: Channel) -> list[str]:
    return [each for each in ROLE.findall(text) if channel.guild and each in channel.guild.roles]


def _once(ids: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
