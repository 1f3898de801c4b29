"""The endpoints of threads: https://discord.com/developers/docs/resources/channel and /topics/threads."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tests.fakes.discord import access, checks, drafts, messages, posting, shapes, telling
from tests.fakes.discord.checks import SNOWFLAKE
from tests.fakes.discord.errors import MISSING_PERMISSIONS, NOT_HERE, THREAD_ARCHIVED, Form, Json, refusal
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.places import REQUIRE_TAG, Channel, Kind
from tests.fakes.discord.posts import Flag
from tests.fakes.discord.routes import Answer, Request
from tests.fakes.discord.users import User

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer

P = Permission
ARCHIVE_MINUTES = (60, 1440, 4320, 10080)
UNSAID = 1440
"""Whatever the channel's default says, which is for clients: https://github.com/discord/discord-api-docs/issues/3660."""
MOST_APPLIED = 5
MOST_ACTIVE = 1000
TAG_REQUIRED, HAS_ONE, TOO_MANY_ACTIVE, UNKNOWN_TAG, UNKNOWN_MEMBER, UNKNOWN_USER = (
    40067,
    160004,
    160006,
    10087,
    10007,
    10013,
)
PLAIN = ("name", "auto_archive_duration", "rate_limit_per_user", "type", "invitable")
FORUM = ("name", "auto_archive_duration", "rate_limit_per_user", "message", "applied_tags")
SLOWEST = 21600


def install(dc: DiscordServer) -> None:
    """Add the routes."""
    channel, members = "/channels/{channel_id}", "/channels/{channel_id}/thread-members"
    dc.routes.add("POST", channel + "/threads", start)
    dc.routes.add("POST", channel + "/messages/{message_id}/threads", start_from_message)
    dc.routes.add("GET", channel + "/threads/archived/public", archived_public)
    dc.routes.add("GET", channel + "/threads/archived/private", archived_private)
    dc.routes.add("GET", "/guilds/{guild_id}/threads/active", active)
    dc.routes.add("GET", members, list_members)
    dc.routes.add("PUT", members + "/{user_id}", join)
    dc.routes.add("DELETE", members + "/{user_id}", leave)
    dc.routes.add("GET", members + "/{user_id}", member)


async def start(request: Request) -> Answer:
    """#start-thread-without-message and #start-thread-in-forum-or-media-channel."""
    parent = access.channel(request)
    if parent.is_forum:
        return Answer(201, _start_post(request, parent))
    if parent.kind not in (Kind.TEXT, Kind.ANNOUNCEMENT):
        raise refusal(NOT_HERE)
    form = Form()
    checks.known(form, (), request.body, PLAIN)
    kind = request.body.get("type", Kind.PRIVATE_THREAD)
    choices = (
        (Kind.ANNOUNCEMENT_THREAD,) if parent.kind is Kind.ANNOUNCEMENT else (Kind.PUBLIC_THREAD, Kind.PRIVATE_THREAD)
    )
    checks.one_of(form, ("type",), kind, choices)
    name, minutes = _settings(form, request.body)
    form.done()
    needed = P.CREATE_PRIVATE_THREADS if kind == Kind.PRIVATE_THREAD else P.CREATE_PUBLIC_THREADS
    access.need(request.world.may(parent), needed)
    return Answer(201, shapes.channel(_open(request, parent, name, Kind(kind), minutes)))


async def start_from_message(request: Request) -> Answer:
    """#start-thread-from-message: it gets the id of the message."""
    parent = access.channel(request, P.CREATE_PUBLIC_THREADS)
    if parent.kind not in (Kind.TEXT, Kind.ANNOUNCEMENT):
        raise refusal(NOT_HERE)
    message = access.message(request, parent)
    if message.thread is not None:
        raise refusal(HAS_ONE)
    form = Form()
    checks.known(form, (), request.body, PLAIN[:3])
    name, minutes = _settings(form, request.body)
    form.done()
    kind = Kind.ANNOUNCEMENT_THREAD if parent.kind is Kind.ANNOUNCEMENT else Kind.PUBLIC_THREAD
    message.thread = _open(request, parent, name, kind, minutes, id_=message.id)
    message.flags |= Flag.HAS_THREAD
    telling.tell(request.dc, "MESSAGE_UPDATE", message)
    return Answer(201, shapes.channel(message.thread))


def _start_post(request: Request, parent: Channel) -> Json:
    """One post of a forum: a thread and its first message, which share an id. No nonce protects it."""
    body, form = request.body, Form()
    access.need(request.world.may(parent), P.SEND_MESSAGES)
    checks.known(form, (), body, FORUM)
    name, minutes = _settings(form, body)
    tags = applied(form, parent, body.get("applied_tags", []))
    given = checks.mapping(form, ("message",), body.get("message"))
    draft = drafts.new(given, request.files, form=form.at("message"), fields=drafts.IN_FORUM)
    messages.suits(request, parent, draft)
    if parent.flags & REQUIRE_TAG and not tags:
        raise refusal(TAG_REQUIRED)
    thread = _open(request, parent, name, Kind.PUBLIC_THREAD, minutes, tags=tags)
    message = posting.post(request.dc, thread, request.world.bot, draft, id=thread.id)
    thread.state.sent = 0
    return shapes.channel(thread) | {"message": shapes.message(message)}


def _settings(form: Form, body: Json) -> tuple[str, int]:
    """The name, and the minutes for which it is listed."""
    minutes = body.get("auto_archive_duration", UNSAID)
    checks.one_of(form, ("auto_archive_duration",), minutes, ARCHIVE_MINUTES)
    checks.whole(form, ("rate_limit_per_user",), body.get("rate_limit_per_user") or 0, 0, SLOWEST)
    return checks.text(form, ("name",), body.get("name"), 1, 100), minutes


def applied(form: Form, parent: Channel | None, given: object) -> tuple[str, ...]:
    """The tags of a post: at most 5 of its forum's; ApiError 10087 for another, 50013 for one of moderators."""
    found = checks.many(form, ("applied_tags",), given, 0, MOST_APPLIED)
    tags = {each.id: each for each in parent.tags} if parent is not None else {}
    for each in found:
        if str(each) not in tags:
            raise refusal(UNKNOWN_TAG)
        assert parent is not None
        if tags[str(each)].moderated and P.MANAGE_THREADS not in parent.world.may(parent):
            raise refusal(MISSING_PERMISSIONS)
    return tuple(dict.fromkeys(str(each) for each in found))


def _open(
    request: Request, parent: Channel, name: str, kind: Kind, minutes: int, *, id_: str = "", tags: tuple[str, ...] = ()
) -> Channel:
    assert parent.guild is not None
    if sum(each.active for each in parent.guild.channels.values()) >= MOST_ACTIVE:
        raise refusal(TOO_MANY_ACTIVE)
    world = request.world
    thread = world.new_thread(parent, name, world.bot, kind, id_=id_, archives_after=minutes, applied_tags=tags)
    parent.guild.tell("THREAD_CREATE", shapes.channel(thread) | {"newly_created": True})
    return thread


async def active(request: Request) -> Json:
    """/resources/guild#list-active-guild-threads: those that the bot sees, newest first."""
    guild = access.guild(request)
    there = [each for each in guild.channels.values() if each.active and request.world.may(each)]
    return _listing(request, sorted(there, key=lambda each: -int(each.id)))


async def archived_public(request: Request) -> Json:
    """#list-public-archived-threads: by the moment of archiving, newest first."""
    where = access.channel(request, P.READ_MESSAGE_HISTORY)
    return _archived(request, [each for each in where.threads if not each.is_private_thread])


async def archived_private(request: Request) -> Json:
    """#list-private-archived-threads."""
    where = access.channel(request, P.READ_MESSAGE_HISTORY, P.MANAGE_THREADS)
    return _archived(request, [each for each in where.threads if each.is_private_thread])


def _archived(request: Request, threads: list[Channel]) -> Json:
    form = Form()
    limit = checks.whole(form, ("limit",), int(request.query.get("limit", "50")), 1, 100)
    if before := request.query.get("before"):
        checks.moment(form, ("before",), before)
    form.done()
    found = sorted((each for each in threads if not each.active), key=lambda each: each.state.archived_at, reverse=True)
    if before:
        found = [each for each in found if each.state.archived_at < datetime.fromisoformat(before)]
    return _listing(request, found[:limit]) | {"has_more": len(found) > limit}


def _listing(request: Request, threads: list[Channel]) -> Json:
    bot = request.world.bot
    mine = [shapes.thread_member(each, bot) for each in threads if bot.id in each.thread_members]
    return {"threads": [shapes.channel(each) for each in threads], "members": mine}


def _thread(request: Request) -> Channel:
    where = access.channel(request)
    if not where.is_thread:
        raise refusal(NOT_HERE)
    return where


def _who(request: Request) -> User:
    name = request.params["user_id"]
    found = request.world.bot if name == "@me" else request.world.users.get(name)
    if found is None or (name != "@me" and not SNOWFLAKE.match(name)):
        raise refusal(UNKNOWN_USER)
    return found


async def join(request: Request) -> None:
    """#join-thread and #add-thread-member."""
    where, who = _thread(request), _who(request)
    if where.state.archived:
        raise refusal(THREAD_ARCHIVED)
    if who is not request.world.bot:
        access.need(request.world.may(where), P.SEND_MESSAGES_IN_THREADS)
    request.world.joins(where, who)


async def leave(request: Request) -> None:
    """#leave-thread and #remove-thread-member."""
    where, who = _thread(request), _who(request)
    if where.state.archived:
        raise refusal(THREAD_ARCHIVED)
    if who is not request.world.bot:
        access.need(request.world.may(where), P.MANAGE_THREADS)
    request.world.leaves(where, who)


async def member(request: Request) -> Json:
    """#get-thread-member."""
    where, who = _thread(request), _who(request)
    if who.id not in where.state.members:
        raise refusal(UNKNOWN_MEMBER)
    return shapes.thread_member(where, who)


async def list_members(request: Request) -> list[Json]:
    """#list-thread-members: with the privileged intent alone."""
    where = _thread(request)
    if not request.world.application.privileged:
        raise refusal(50001)
    return [shapes.thread_member(where, request.world.users[each]) for each in where.state.members]
