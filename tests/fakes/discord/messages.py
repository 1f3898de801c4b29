"""The endpoints of messages: https://discord.com/developers/docs/resources/message."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.fakes.discord import access, checks, drafts, following, posting, rates, shapes
from tests.fakes.discord.drafts import Draft
from tests.fakes.discord.errors import (
    EDIT_OF_ANOTHERS,
    NO_TEXT_CHANNEL,
    NOT_HERE,
    THREAD_ARCHIVED,
    Form,
    Json,
    invalid,
    refusal,
)
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.places import Channel, Kind
from tests.fakes.discord.posts import Message
from tests.fakes.discord.routes import Request

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer

P = Permission
SPEECHLESS = (Kind.CATEGORY, Kind.FORUM, Kind.MEDIA)
ALREADY_CROSSPOSTED = 40033
MISSING_HISTORY_TO_REPLY = 160002


def install(dc: DiscordServer) -> None:
    """Add the routes."""
    one = "/channels/{channel_id}/messages/{message_id}"
    dc.routes.add("POST", "/channels/{channel_id}/messages", create)
    dc.routes.add("GET", "/channels/{channel_id}/messages", history)
    dc.routes.add("POST", one + "/crosspost", crosspost)
    dc.routes.add("GET", one, get)
    dc.routes.add("PATCH", one, edit)
    dc.routes.add("DELETE", one, delete)
    dc.routes.add("POST", "/channels/{channel_id}/typing", typing)


async def create(request: Request) -> Json:
    """#create-message."""
    where = access.channel(request)
    if where.kind in SPEECHLESS:
        raise refusal(NO_TEXT_CHANNEL)
    may_send(request, where)
    draft = drafts.new(request.body, request.files)
    suits(request, where, draft)
    if draft.enforce_nonce and (first := posting.repeated(request.dc, draft.nonce)):
        return shapes.message(first) | {"nonce": request.body["nonce"]}
    message = posting.post(request.dc, where, request.world.bot, draft)
    nonce = {"nonce": request.body["nonce"]} if draft.nonce else {}
    return shapes.message(message) | nonce


def may_send(request: Request, where: Channel) -> None:
    """ApiError when the bot may not send there: closed DMs, locked threads, rights."""
    if where.guild is None:
        access.reachable(where)
        return
    rights = request.world.may(where)
    access.need(rights, P.SEND_MESSAGES_IN_THREADS if where.is_thread else P.SEND_MESSAGES)
    access.unlocked(where)


def suits(request: Request, where: Channel, draft: Draft) -> None:
    """ApiError 50013 when the draft has what the bot may not send there; 160002 and 50035 for replies."""
    rights = request.world.may(where)
    if where.guild is not None:
        access.need(rights, *([P.EMBED_LINKS] if draft.embeds else []), *([P.ATTACH_FILES] if draft.attached else []))
        access.need(rights, *([P.SEND_TTS_MESSAGES] if draft.tts else []))
    if draft.reference is None:
        return
    if where.guild is not None and P.READ_MESSAGE_HISTORY not in rights:
        raise refusal(MISSING_HISTORY_TO_REPLY)
    if where.find(str(draft.reference.get("message_id"))) is None and draft.reference.get("fail_if_not_exists", True):
        raise invalid(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")


async def history(request: Request) -> list[Json]:
    """#get-channel-messages: newest first; nothing without READ_MESSAGE_HISTORY."""
    where = access.channel(request)
    if where.kind in SPEECHLESS:
        raise refusal(NO_TEXT_CHANNEL)
    form = Form()
    checks.known(form, (), dict(request.query), ("around", "before", "after", "limit"))
    given = [key for key in ("around", "before", "after") if key in request.query]
    if len(given) > 1:
        form.strict((), "around, before and after exclude each other")
    limit = checks.whole(form, ("limit",), _number(request.query.get("limit", "50")), 1, 100)
    border = [int(checks.snowflake(form, (key,), request.query[key]) or 0) for key in given]
    form.done()
    if where.guild is not None and P.READ_MESSAGE_HISTORY not in request.world.may(where):
        return []
    return [shapes.message(each) for each in _window(where, given[0] if given else "", [*border, 0][0], limit)]


def _number(given: str) -> object:
    return int(given) if given.isdecimal() else given


def _window(where: Channel, key: str, border: int, limit: int) -> list[Message]:
    """At most ``limit`` messages, newest first."""
    there = where.messages[::-1]
    if key == "before":
        return [each for each in there if int(each.id) < border][:limit]
    if key == "after":
        return [each for each in there if int(each.id) > border][-limit:]
    if key == "around":
        older = [each for each in there if int(each.id) <= border][: limit // 2 + 1]
        newer = [each for each in there if int(each.id) > border][-(limit // 2) :] if limit > 1 else []
        return (newer + older)[:limit]
    return there[:limit]


async def get(request: Request) -> Json:
    """#get-channel-message."""
    where = access.channel(request)
    if where.guild is not None and P.READ_MESSAGE_HISTORY not in request.world.may(where):
        raise refusal(50001)
    return shapes.message(access.message(request, where))


async def edit(request: Request) -> Json:
    """#edit-message: only one's own."""
    where = access.channel(request)
    message = access.message(request, where)
    if message.author is not request.world.bot:
        raise refusal(EDIT_OF_ANOTHERS)
    _changeable(where)
    draft = drafts.edited(message, request.body, request.files)
    access.need(request.world.may(where), *([P.ATTACH_FILES] if where.guild and request.files else []))
    _limited(request, message)
    posting.change(request.dc, message, draft)
    return shapes.message(message)


def _limited(request: Request, message: Message) -> None:
    """RateLimited after some edits of a published message, and of those in a channel that are older than an hour."""
    spend = request.dc.rates.spend_hidden
    if message.crossposted:
        spend(str(rates.PUBLISHED_EDIT), message.id, code=rates.PUBLISHED_EDIT)
    if request.dc.now() - message.created > timedelta(hours=1):
        spend(str(rates.OLD_EDIT), message.channel.id, code=rates.OLD_EDIT)


def _changeable(where: Channel) -> None:
    access.unlocked(where)
    if where.is_thread and where.state.archived:
        raise refusal(THREAD_ARCHIVED)


async def delete(request: Request) -> None:
    """#delete-message: one's own, or with MANAGE_MESSAGES."""
    where = access.channel(request)
    message = access.message(request, where)
    _deletable(request, where)
    if message.author is not request.world.bot:
        if where.guild is None:
            raise refusal(50003)
        access.need(request.world.may(where), P.MANAGE_MESSAGES)
    posting.remove(request.dc, message)


def _deletable(request: Request, where: Channel) -> None:
    """ApiError 50083: "deleting messages … will only be allowed in locked threads if that thread is also active"."""
    if not where.is_thread or not where.state.archived:
        return
    if not request.dc.deletes_in_archived:
        raise refusal(THREAD_ARCHIVED)
    access.unlocked(where)


async def crosspost(request: Request) -> Json:
    """#crosspost-message: once each, in announcement channels."""
    where = access.channel(request)
    message = access.message(request, where)
    if where.kind is not Kind.ANNOUNCEMENT:
        raise refusal(NOT_HERE)
    by = where.guild.id if where.guild and request.dc.rates.crossposts_by_guild else where.id
    request.dc.rates.spend_hidden(rates.CROSSPOST, by, "user")
    access.need(request.world.may(where), P.SEND_MESSAGES)
    if message.author is not request.world.bot:
        access.need(request.world.may(where), P.MANAGE_MESSAGES)
    if message.crossposted:
        raise refusal(ALREADY_CROSSPOSTED)
    following.publish(request.dc, message)
    request.world.ring()
    return shapes.message(message)


async def typing(request: Request) -> None:
    """/resources/channel#trigger-typing-indicator."""
    may_send(request, access.channel(request))
