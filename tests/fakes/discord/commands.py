"""The application's commands: https://discord.com/developers/docs/interactions/application-commands#endpoints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.discord.commands_fields import CHAT_INPUT
from tests.fakes.discord.commands_rules import check
from tests.fakes.discord.errors import ApiError, Form, Json, refusal
from tests.fakes.discord.routes import Answer, Request

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer

MOST = {1: 100, 2: 15, 3: 15}
"""Commands of one type in one scope."""
CREATES = 200
"""In a day, for each scope."""
_DEFAULTS: Json = {
    "type": CHAT_INPUT,
    "description": "",
    "name_localizations": None,
    "description_localizations": None,
    "default_member_permissions": None,
    "nsfw": False,
}
_GLOBAL: Json = {"dm_permission": True, "contexts": None, "integration_types": [0]}
_LOCALISED = ("name_localizations", "description_localizations")


@dataclass(frozen=True, slots=True)
class Command:
    """A registered command; ``guild_id`` is empty for a global one, ``json`` the documented object."""

    id: str
    guild_id: str
    json: Json

    @property
    def name(self) -> str:
        """Without its subcommands."""
        return str(self.json["name"])

    @property
    def key(self) -> tuple[int, str]:
        """What is unique in a scope."""
        return int(self.json["type"]), self.name


class Commands:
    """All commands by scope: "" is the global one, others are guilds. ``created`` counts the creates of today."""

    def __init__(self, dc: DiscordServer) -> None:
        self._dc = dc
        self._scopes: dict[str, list[Command]] = {}
        self.created: dict[str, int] = {}

    def of(self, guild_id: str = "") -> list[Command]:
        """Those of one scope."""
        return list(self._scopes.get(guild_id, ()))

    def find(self, name: str, guild_id: str = "", kind: int = CHAT_INPUT) -> Command | None:
        """What ``/name`` runs in a guild: the guild's own command before the global one."""
        scopes = [guild_id, ""] if guild_id else [""]
        return next((each for scope in scopes for each in self.of(scope) if each.key == (kind, name)), None)

    def overwrite(self, guild_id: str, given: list[Json]) -> list[Command]:
        """PUT: those that keep their name keep their id, and their version too if nothing in them changed."""
        before = {each.key: each for each in self.of(guild_id)}
        made = [self._made(each, before.get(_key(each)), guild_id) for each in given]
        self._admit(guild_id, made, len([each for each in made if each.key not in before]))
        return made

    def put(self, guild_id: str, given: Json, old: Command | None) -> Command:
        """Create one, or write it over ``old``."""
        made = self._made(given, old, guild_id)
        self._admit(guild_id, [*(each for each in self.of(guild_id) if each is not old), made], int(old is None))
        return made

    def delete(self, command: Command) -> None:
        """Take one away."""
        self._scopes[command.guild_id].remove(command)

    def by_id(self, guild_id: str, id_: str) -> Command:
        """One of a scope; ApiError 10063."""
        found = next((each for each in self.of(guild_id) if each.id == id_), None)
        if found is None:
            raise refusal(10063)
        return found

    def _made(self, given: Json, old: Command | None, guild_id: str) -> Command:
        ids = self._dc.world.ids
        kept = {key: value for key, value in given.items() if key not in ("id", "version", "application_id")}
        json = _DEFAULTS | ({"guild_id": guild_id} if guild_id else _GLOBAL) | kept
        json["default_member_permissions"] = _text(json["default_member_permissions"])
        json |= {"application_id": self._dc.application_id, "id": old.id if old else ids.next()}
        same = old is not None and json | {"version": old.json["version"]} == old.json
        json["version"] = old.json["version"] if old is not None and same else ids.next()
        return Command(json["id"], guild_id, json)

    def _admit(self, guild_id: str, commands: list[Command], created: int) -> None:
        for kind, most in MOST.items():
            if len([each for each in commands if each.key[0] == kind]) > most:
                raise ApiError(400, 30032, f"Maximum number of application commands reached ({most}).")
        if self.created.get(guild_id, 0) + created > CREATES:
            words = f"Max number of daily application command creates has been reached ({CREATES})"
            raise ApiError(429, 30034, words, retry_after=3600.0)
        self.created[guild_id] = self.created.get(guild_id, 0) + created
        self._scopes[guild_id] = commands


def _key(given: Json) -> tuple[int, str]:
    return int(given.get("type", CHAT_INPUT)), str(given["name"])


def _text(permissions: object) -> str | None:
    return None if permissions is None else str(permissions)


def _scope(call: Request) -> str:
    """The guild of the path, in which the app must be; ApiError 50001."""
    if call.params["application_id"] != call.dc.application_id:
        raise refusal(50001)
    guild_id = call.params.get("guild_id", "")
    if guild_id:
        guild = call.world.guilds.get(guild_id)
        if guild is None or not guild.has_bot:
            raise refusal(50001)
    return guild_id


def _shown(command: Command, call: Request) -> Json:
    """With the localisations only when asked for: #retrieving-localized-commands."""
    full = call.query.get("with_localizations", "").lower() in ("true", "1") or call.method != "GET"
    return command.json if full else _plain(command.json)


def _plain(json: Json) -> Json:
    found = {key: value for key, value in json.items() if key not in _LOCALISED}
    for key in ("options", "choices"):
        if isinstance(found.get(key), list):
            found[key] = [_plain(each) for each in found[key]]
    return found


async def _all(call: Request) -> object:
    scope = _scope(call)
    return [_shown(each, call) for each in call.dc.commands.of(scope)]


async def _overwrite(call: Request) -> object:
    scope, form = _scope(call), Form()
    if not isinstance(call.raw, list):
        raise ApiError(400, 50035, "Invalid Form Body", errors={"_errors": [_not_a_list()]})
    for number, each in enumerate(call.raw):
        check(form, (number,), each, in_guild=bool(scope))
    form.done()
    keys = [_key(each) for each in call.raw]
    for number, key in enumerate(keys):
        if key in keys[:number]:
            words = "Application command names must be unique"
            form.wrong((number, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", words)
    form.done()
    return [_shown(each, call) for each in call.dc.commands.overwrite(scope, call.raw)]


def _not_a_list() -> Json:
    return {"code": "LIST_TYPE_CONVERT", "message": "Only iterables may be used in a ListType"}


async def _create(call: Request) -> object:
    scope = _scope(call)
    _check(call.body, scope)
    old = next((each for each in call.dc.commands.of(scope) if each.key == _key(call.body)), None)
    return Answer(200 if old else 201, _shown(call.dc.commands.put(scope, call.body, old), call))


async def _one(call: Request) -> object:
    return _shown(call.dc.commands.by_id(_scope(call), call.params["command_id"]), call)


async def _edit(call: Request) -> object:
    scope = _scope(call)
    old = call.dc.commands.by_id(scope, call.params["command_id"])
    hidden = ("dm_permission", "contexts", "integration_types", "guild_id") if scope else ("guild_id",)
    merged = {key: value for key, value in (old.json | call.body).items() if key not in hidden}
    _check(merged, scope)
    if any(each.key == _key(merged) and each is not old for each in call.dc.commands.of(scope)):
        raise ApiError(400, 40041, "An application command with that name already exists")
    return _shown(call.dc.commands.put(scope, merged, old), call)


async def _delete(call: Request) -> object:
    call.dc.commands.delete(call.dc.commands.by_id(_scope(call), call.params["command_id"]))
    return None


def _check(given: Json, scope: str) -> None:
    form = Form()
    check(form, (), given, in_guild=bool(scope))
    form.done()


def install(dc: DiscordServer) -> None:
    """Add the routes."""
    for base in (
        "/applications/{application_id}/commands",
        "/applications/{application_id}/guilds/{guild_id}/commands",
    ):
        dc.routes.add("GET", base, _all)
        dc.routes.add("PUT", base, _overwrite)
        dc.routes.add("POST", base, _create)
        dc.routes.add("GET", base + "/{command_id}", _one)
        dc.routes.add("PATCH", base + "/{command_id}", _edit)
        dc.routes.add("DELETE", base + "/{command_id}", _delete)
