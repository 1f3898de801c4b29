"""Who may do what, in the order in which the API looks: is it there, is it seen, is it allowed."""

from __future__ import annotations

from tests.fakes.discord.checks import SNOWFLAKE
from tests.fakes.discord.errors import (
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    NO_MUTUAL_GUILDS,
    NOT_TO_THIS_USER,
    THREAD_ARCHIVED,
    THREAD_LOCKED,
    UNKNOWN_CHANNEL,
    UNKNOWN_GUILD,
    UNKNOWN_MESSAGE,
    invalid,
    refusal,
)
from tests.fakes.discord.guilds import Guild
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.places import Channel
from tests.fakes.discord.posts import Message
from tests.fakes.discord.routes import Request


def id_of(request: Request, name: str) -> str:
    """A parameter of the path; ApiError 50035 when it is no id."""
    given = request.params[name]
    if not SNOWFLAKE.match(given):
        raise invalid((name,), "NUMBER_TYPE_COERCE", f'Value "{given[:40]}" is not snowflake.')
    return given


def channel(request: Request, *needed: Permission) -> Channel:
    """The channel of the path, where the bot has ``needed``. ApiError 10003 unknown, 50001 unseen, 50013."""
    found = request.world.channels.get(id_of(request, "channel_id"))
    if found is None or found.deleted:
        raise refusal(UNKNOWN_CHANNEL)
    rights = request.world.may(found)
    if found.guild is None:
        if found is not _private(found):
            raise refusal(MISSING_ACCESS)
    elif Permission.VIEW_CHANNEL not in rights:
        raise refusal(MISSING_ACCESS)
    need(rights, *needed)
    return found


def _private(found: Channel) -> Channel | None:
    """The channel if it is a DM with the bot."""
    return found.recipients[0].dm if len(found.recipients) == 1 else None


def need(rights: Permission, *needed: Permission) -> None:
    """ApiError 50013 when one is missing."""
    if any(each not in rights for each in needed):
        raise refusal(MISSING_PERMISSIONS)


def message(request: Request, where: Channel) -> Message:
    """The message of the path, ephemeral ones left out; ApiError 10008."""
    found = where.find(id_of(request, "message_id"))
    if found is None or found.ephemeral:
        raise refusal(UNKNOWN_MESSAGE)
    return found


def guild(request: Request) -> Guild:
    """The guild of the path, of which the bot is a member; ApiError 10004."""
    found = request.world.guilds.get(id_of(request, "guild_id"))
    if found is None or not found.has_bot:
        raise refusal(UNKNOWN_GUILD)
    return found


def reachable(private: Channel) -> None:
    """ApiError 50278 or 50007 when the person of a DM cannot be written to, 50001 when the way to them is lost."""
    person = private.recipients[0]
    if not person.meets_bot:
        raise refusal(NO_MUTUAL_GUILDS)
    if not person.dms_open:
        raise refusal(NOT_TO_THIS_USER)
    if person.dm_lost:
        raise refusal(MISSING_ACCESS)


def unlocked(where: Channel, status: int = 0) -> None:
    """ApiError in a locked thread, for a bot that does not manage threads: 50083 where it is archived too, as clients
    lock (https://github.com/discord/discord-api-docs/issues/7707), else 160005; /topics/threads#locked-threads.
    """
    if where.is_thread and where.state.locked and Permission.MANAGE_THREADS not in where.world.may(where):
        raise refusal(THREAD_ARCHIVED, status) if where.state.archived else refusal(THREAD_LOCKED)
