"""What a client offers to a person, where.

https://discord.com/developers/docs/interactions/application-commands#contexts and #permissions
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.discord import commands_fields as fields
from tests.fakes.discord.commands import Command
from tests.fakes.discord.errors import Json
from tests.fakes.discord.interactions_shapes import BOT_DM, GUILD, GUILD_INSTALL, PRIVATE, USER_INSTALL, context
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.places import FORUMS, Channel, Kind
from tests.fakes.discord.users import User

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer

_FALLBACKS = {"en-US": ("en-GB",), "en-GB": ("en-US",), "es-419": ("es-ES",)}
"""#locale-fallbacks"""


class NotOffered(AssertionError):
    """What the person's client would not let them do, so the bot never hears of it."""


def refuse(why: str) -> NotOffered:
    """Said in words."""
    return NotOffered(why)


def localised(given: Json, what: str, locale: str) -> str:
    """A ``name`` or ``description`` as a client in ``locale`` shows it."""
    texts = given.get(f"{what}_localizations") or {}
    for each in (locale, *_FALLBACKS.get(locale, ())):
        if each in texts:
            return str(texts[each])
    return str(given[what])


def offered(dc: DiscordServer, person: User, channel: Channel) -> dict[str, str]:
    """All slash commands that the client lists there: ("channel subscribe" in the person's language: description)."""
    found: dict[str, str] = {}
    scopes = [channel.guild.id, ""] if channel.guild else [""]
    for command in (each for scope in scopes for each in dc.commands.of(scope) if each.key[0] == fields.CHAT_INPUT):
        try:
            owners(dc, command, person, channel)
        except NotOffered:
            continue
        for path, option in _leaves(command.json, person.locale):
            found.setdefault(path, localised(option, "description", person.locale))
    return found


def _leaves(given: Json, locale: str) -> list[tuple[str, Json]]:
    """The runnable commands in it with their full names."""
    name = localised(given, "name", locale)
    inner = [
        each for each in given.get("options") or [] if each["type"] in (fields.SUB_COMMAND, fields.SUB_COMMAND_GROUP)
    ]
    if not inner:
        return [(name, given)]
    return [(f"{name} {path}", option) for each in inner for path, option in _leaves(each, locale)]


def owners(dc: DiscordServer, command: Command, person: User, channel: Channel) -> set[int]:
    """The installations by which ``person`` may run ``command`` there; NotOffered when there are none."""
    what, where = f"/{command.name}", context(channel)
    contexts = command.json.get("contexts")
    if contexts is not None and where not in contexts:
        raise refuse(f"{what} is not for this context ({where} is not in {contexts})")
    if contexts is None and where == BOT_DM and command.json.get("dm_permission") is False:
        raise refuse(f"{what} is not for DMs")
    found = installs(dc, person, channel)
    if not command.guild_id:
        found &= set(command.json.get("integration_types") or [GUILD_INSTALL])
    if not found:
        raise refuse(f"{what} is not there: the app is not installed for {person!r} in {channel!r}")
    _may_run(command, person, channel, found)
    return found


def installs(dc: DiscordServer, person: User, channel: Channel) -> set[int]:
    """The installations that count in ``channel``: the server's, the person's."""
    found = {USER_INSTALL} if person.installed else set()
    where = context(channel)
    if where == GUILD and channel.guild is not None and channel.guild.has_bot:
        found.add(GUILD_INSTALL)
    if where == BOT_DM and any(each.has_bot and person.id in each.members for each in dc.world.guilds.values()):
        found.add(GUILD_INSTALL)
    return found


def there(person: User, channel: Channel) -> Permission:
    """What the person may in ``channel``; NotOffered when they do not even see it."""
    if context(channel) == PRIVATE and person not in channel.recipients:
        raise refuse(f"{person!r} is not in {channel!r}")
    may = channel.may(person)
    if channel.guild is not None and Permission.VIEW_CHANNEL not in may:
        raise refuse(f"{person!r} does not see {channel!r}")
    if channel.deleted:
        raise refuse(f"{channel!r} is deleted")
    return may


def _may_run(command: Command, person: User, channel: Channel, found: set[int]) -> None:
    may = there(person, channel)
    if channel.guild is None:
        return
    if channel.kind in (*FORUMS, Kind.CATEGORY):
        raise refuse(f"nothing can be typed into {channel!r} itself")
    writing = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
    for each in (writing, Permission.USE_APPLICATION_COMMANDS):
        if each not in may:
            raise refuse(f"{person!r} has not {each.name} in {channel!r}")
    wanted = command.json["default_member_permissions"]
    if wanted is None or GUILD_INSTALL not in found or Permission.ADMINISTRATOR in may:
        return
    if int(wanted) == 0 or int(wanted) & int(may) != int(wanted):
        raise refuse(f"/{command.name} is for members with {Permission(int(wanted))!r}, which {person!r} is not")
