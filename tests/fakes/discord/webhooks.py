"""What follows a response, for 15 minutes, by the interaction's own token.

https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.fakes.discord import access, drafts, mentions, posting, shapes
from tests.fakes.discord.errors import UNKNOWN_MESSAGE, ApiError, Json, refusal
from tests.fakes.discord.interactions import MOST_FOLLOWUPS, TO_FOLLOW, Interaction
from tests.fakes.discord.interactions_answers import FIELDS, TO_SEND, written
from tests.fakes.discord.interactions_shapes import GUILD_INSTALL
from tests.fakes.discord.posts import Flag, Message
from tests.fakes.discord.rates import FOLLOWUP
from tests.fakes.discord.routes import Request

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer

UNKNOWN_WEBHOOK, INVALID_TOKEN, TOO_MANY = 10015, 50027, 40094
_Handler = Callable[[Request, Interaction], Awaitable[object]]


def install(dc: DiscordServer) -> None:
    """Add the routes, which need no token but the interaction's own and count for no global limit."""
    base = "/webhooks/{webhook_id}/{token}"
    for method, path, handler in (
        ("POST", base, _follow),
        ("GET", base + "/messages/{message_id}", _get),
        ("PATCH", base + "/messages/{message_id}", _edit),
        ("DELETE", base + "/messages/{message_id}", _delete),
    ):
        dc.routes.add(method, path, _noting(handler), signed=False, counted=False)


def _noting(handler: _Handler) -> Callable[[Request], Awaitable[object]]:
    async def handle(request: Request) -> object:
        found = _interaction(request)
        try:
            if not found.response:
                raise refusal(UNKNOWN_WEBHOOK)
            access.unlocked(found.channel)
            return await handler(request, found)
        except ApiError as refused:
            found.refusals.append(str(refused))
            raise

    return handle


def _interaction(request: Request) -> Interaction:
    """The one that the token is of; ApiError 10015, and 50027 after 15 minutes."""
    found = request.dc.interactions.all.get(request.params["token"])
    if found is None or request.params["webhook_id"] != request.dc.application_id:
        raise refusal(UNKNOWN_WEBHOOK)
    if request.dc.now() - found.created > TO_FOLLOW:
        raise refusal(INVALID_TOKEN)
    return found


def _message(request: Request, found: Interaction) -> Message:
    """The message of the path, which must be of this interaction; ApiError 10008."""
    id_ = request.params["message_id"]
    there = found.original if id_ == "@original" else next((each for each in found.messages if each.id == id_), None)
    if there is None or there.deleted:
        raise refusal(UNKNOWN_MESSAGE)
    return there


async def _follow(request: Request, found: Interaction) -> Json:
    """#create-followup-message; the first after a deferred response is its text. All of a channel share a limit:
    https://github.com/discord/discord-api-docs/issues/3763."""
    request.dc.rates.spend_hidden(FOLLOWUP, found.channel.id)
    draft = drafts.new(request.body, request.files, fields=FIELDS, flags=TO_SEND, default=mentions.USERS)
    if found.loading:
        assert found.original is not None
        return _filled(found, found.original, draft)
    if str(GUILD_INSTALL) not in found.owners:
        if found.followups >= MOST_FOLLOWUPS:
            raise ApiError(400, TOO_MANY, "This interaction has hit the maximum number of follow up messages")
        found.followups += 1
    message = written(found, draft)
    found.says(message)
    return shapes.message(message)


async def _get(request: Request, found: Interaction) -> Json:
    return shapes.message(_message(request, found))


async def _edit(request: Request, found: Interaction) -> Json:
    message = _message(request, found)
    draft = drafts.edited(message, request.body, request.files, fields=FIELDS, default=mentions.USERS)
    if found.loading and message is found.original:
        return _filled(found, message, draft)
    posting.change(request.dc, message, draft)
    found.says(message)
    return shapes.message(message)


async def _delete(request: Request, found: Interaction) -> None:
    message = _message(request, found)
    found.loading = found.loading and message is not found.original
    posting.remove(request.dc, message)
    found.says(message)


def _filled(found: Interaction, message: Message, draft: drafts.Draft) -> Json:
    """The message that said "thinking" gets its text, and keeps who sees it."""
    found.loading = False
    message.channel.log.append(message)
    message.channel.log.sort(key=lambda each: int(each.id))
    kept = message.flags & Flag.EPHEMERAL
    posting.change(found.dc, message, replace(draft, flags=draft.flags & ~Flag.EPHEMERAL | kept), first=True)
    found.says(message)
    return shapes.message(message)
