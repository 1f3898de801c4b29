"""What a client sends when a person runs or types a command.

https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-application-command-data-structure
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.discord import commands_fields as fields
from tests.fakes.discord import shapes
from tests.fakes.discord.commands import Command
from tests.fakes.discord.commands_offered import localised, owners, refuse, there
from tests.fakes.discord.errors import Json
from tests.fakes.discord.guilds import Member, Role
from tests.fakes.discord.interactions_shapes import Resolved
from tests.fakes.discord.places import Channel
from tests.fakes.discord.posts import Message
from tests.fakes.discord.routes import Upload
from tests.fakes.discord.users import User

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer

MOST_TYPED = 6000
_SAFE = 2**53


@dataclass(slots=True)
class Line:
    """A command as typed: the registered one, the ``data`` of its interaction, and who authorised it."""

    command: Command
    data: Json
    owners: set[int]
    option: Json = field(default_factory=dict)
    """The option that is being typed, for an autocompletion."""


def line(
    dc: DiscordServer, person: User, channel: Channel, words: str, options: Mapping[str, Any], *, typing: str = ""
) -> Line:
    """``/words`` with ``options`` as the client sends it; NotOffered for what it would not accept. ``typing`` names the
    option that is being typed, whose value is not checked, and then nothing needs to be complete.
    """
    name, *rest = words.removeprefix("/").split()
    guild_id = channel.guild.id if channel.guild else ""
    command = dc.commands.find(name, guild_id) or _by_local_name(dc, name, guild_id, person.locale)
    if command is None:
        known = sorted({each.name for scope in {guild_id, ""} for each in dc.commands.of(scope)})
        raise refuse(f"there is no /{name}, only {known}")
    found = Line(command, {}, owners(dc, command, person, channel))
    leaf, path = _descend(command.json, rest, person.locale)
    resolved = Resolved(dc, person, channel)
    given = _Given(resolved, person, typing).options(leaf, options)
    if typing:
        found.option = _named(leaf, typing, person.locale)
    for each in reversed(path):
        given = [{"type": each["type"], "name": each["name"], "options": given}]
    found.data = {"id": command.id, "name": command.name, "type": fields.CHAT_INPUT, "options": given}
    found.data |= {"guild_id": command.guild_id} if command.guild_id else {}
    found.data |= {"resolved": resolved.json} if resolved.json and not typing else {}
    return found


def pointed(dc: DiscordServer, channel: Channel, name: str, locale: str) -> Command:
    """The command of messages with this name; NotOffered when there is none."""
    scopes = [channel.guild.id, ""] if channel.guild else [""]
    known = [each for scope in scopes for each in dc.commands.of(scope) if each.key[0] == fields.MESSAGE_COMMAND]
    found = next((each for each in known if name in (each.name, localised(each.json, "name", locale))), None)
    if found is None:
        raise refuse(f"messages have no {name!r}, only {[each.name for each in known]}")
    return found


def pointing(command: Command, message: Message) -> Json:
    """The ``data`` of its interaction."""
    data: Json = {"id": command.id, "name": command.name, "type": fields.MESSAGE_COMMAND, "target_id": message.id}
    data |= {"guild_id": command.guild_id} if command.guild_id else {}
    return data | {"resolved": {"messages": {message.id: shapes.message(message)}}}


def _by_local_name(dc: DiscordServer, name: str, guild_id: str, locale: str) -> Command | None:
    every = [each for scope in (guild_id, "") for each in dc.commands.of(scope)]
    return next((each for each in every if localised(each.json, "name", locale) == name), None)


def _descend(given: Json, words: list[str], locale: str) -> tuple[Json, list[Json]]:
    """The subcommand that ``words`` lead to, and what was passed on the way, itself included."""
    path: list[Json] = []
    for word in words:
        given = _named(given, word, locale)
        path.append(given)
    inner = [each["name"] for each in given.get("options") or [] if each["type"] <= fields.SUB_COMMAND_GROUP]
    if inner:
        raise refuse(f"{given['name']!r} needs one of its subcommands: {inner}")
    return given, path


def _named(given: Json, name: str, locale: str) -> Json:
    options = given.get("options") or []
    for each in options:
        if name in (each["name"], localised(each, "name", locale)):
            return dict(each)
    raise refuse(f"{given['name']!r} has no {name!r}, only {[each['name'] for each in options]}")


@dataclass(slots=True)
class _Given:
    """Turns what a test gives into the options of an interaction."""

    resolved: Resolved
    person: User
    typing: str

    def options(self, leaf: Json, given: Mapping[str, Any]) -> list[Json]:
        named = {_named(leaf, name, self.person.locale)["name"]: value for name, value in given.items()}
        missing = [each["name"] for each in leaf.get("options") or [] if each.get("required")]
        missing = [name for name in missing if name not in named]
        if missing and not self.typing:
            raise refuse(f"{leaf['name']!r} cannot be sent without {missing}")
        known = {each["name"]: each for each in leaf.get("options") or []}
        return [self._option(known[name], value) for name, value in named.items()]

    def _option(self, option: Json, value: Any) -> Json:
        found = {"type": option["type"], "name": option["name"]}
        if option["name"] == self.typing:
            if not option.get("autocomplete"):
                raise refuse(f"{option['name']!r} has no autocompletion")
            return found | {"value": str(value), "focused": True}
        return found | {"value": self._value(option, value)}

    def _value(self, option: Json, value: Any) -> object:
        kind = option["type"]
        if option.get("choices"):
            return _chosen(option, value)
        if kind == fields.STRING:
            return _text(option, value)
        if kind in (fields.INTEGER, fields.NUMBER):
            return _number(option, value)
        if kind == fields.BOOLEAN:
            return _of(option, value, bool)
        if kind == fields.CHANNEL:
            return self.resolved.channel(self._channel(option, value))
        if kind == fields.ATTACHMENT:
            return self.resolved.attachment(_of(option, value, Upload))
        return self._mentioned(option, value)

    def _channel(self, option: Json, value: Any) -> Channel:
        channel: Channel = _of(option, value, Channel)
        if channel.guild is None or channel.guild is not self.resolved.channel_of.guild:
            raise refuse(f"{channel!r} is not in this server")
        there(self.person, channel)
        if option.get("channel_types") and int(channel.kind) not in option["channel_types"]:
            raise refuse(f"{option['name']!r} offers no {channel.kind.name}")
        return channel

    def _mentioned(self, option: Json, value: Any) -> str:
        kind = option["type"]
        if kind in (fields.ROLE, fields.MENTIONABLE) and isinstance(value, Role):
            return self.resolved.role(value)
        if kind in (fields.USER, fields.MENTIONABLE):
            return self.resolved.user(value.user if isinstance(value, Member) else _of(option, value, User))
        raise refuse(f"{option['name']!r} takes a role, not {value!r}")


def _of(option: Json, value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise refuse(f"{option['name']!r} takes a {kind.__name__}, not {value!r}")
    return value


def _chosen(option: Json, value: Any) -> object:
    for each in option["choices"]:
        names = [each["name"], *(each.get("name_localizations") or {}).values()]
        if value == each["value"] or value in names:
            return each["value"]
    raise refuse(f"{option['name']!r} offers {[each['name'] for each in option['choices']]}, not {value!r}")


def _text(option: Json, value: Any) -> str:
    text = str(_of(option, value, str))
    least, most = option.get("min_length") or 0, option.get("max_length") or MOST_TYPED
    if not max(least, 1) <= len(text) <= most:
        raise refuse(f"{option['name']!r} takes {least} to {most} characters, not {len(text)}")
    return text


def _number(option: Json, value: Any) -> float:
    whole = option["type"] == fields.INTEGER
    number = _of(option, value, int if whole or not isinstance(value, float) else float)
    least, most = option.get("min_value"), option.get("max_value")
    low, high = -_SAFE if least is None else least, _SAFE if most is None else most
    if isinstance(value, bool) or not low <= number <= high:
        raise refuse(f"{option['name']!r} takes {low} to {high}, not {value!r}")
    return number  # type: ignore[no-any-return]  # an int or float, as checked
