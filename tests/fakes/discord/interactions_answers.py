"""The bot's first response: https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-callback."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.discord import access, checks, commands_options, drafts, mentions, modals, posting, shapes
from tests.fakes.discord.errors import UNKNOWN_MESSAGE, ApiError, Form, Json, refusal
from tests.fakes.discord.interactions import (
    CHOICES,
    DEFERRED,
    DEFERRED_UPDATE,
    MESSAGE,
    MODAL,
    TO_RESPOND,
    UPDATE,
    Interaction,
)
from tests.fakes.discord.interactions_shapes import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT
from tests.fakes.discord.posts import Flag, Message
from tests.fakes.discord.routes import Answer, Request

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer

UNKNOWN, AGAIN = 10062, 40060
FIELDS = (*drafts.IN_FORUM, "tts")
TO_SEND = drafts.TO_SEND | Flag.EPHEMERAL
_FITTING = {
    COMMAND: (MESSAGE, DEFERRED, MODAL),
    COMPONENT: (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL),
    AUTOCOMPLETE: (CHOICES,),
    MODAL_SUBMIT: (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE),
}
"""#interaction-response-object-interaction-callback-type"""
TYPE_OF_MESSAGE = {COMMAND: 20}
"""https://discord.com/developers/docs/resources/message#message-object-message-types: CHAT_INPUT_COMMAND."""


def install(dc: DiscordServer) -> None:
    """Add the route, which needs no token but the interaction's own and counts for no global limit."""
    path = "/interactions/{interaction_id}/{token}/callback"
    dc.routes.add("POST", path, callback, signed=False, counted=False)


async def callback(request: Request) -> object:
    """#create-interaction-response: once, within three seconds."""
    found = request.dc.interactions.all.get(request.params["token"])
    if found is None or found.id != request.params["interaction_id"]:
        raise refusal(UNKNOWN)
    try:
        return _respond(request, found)
    except ApiError as refused:
        found.refusals.append(str(refused))
        raise


def _respond(request: Request, found: Interaction) -> object:
    if found.response:
        raise refusal(AGAIN)
    access.unlocked(found.channel, 403)
    if request.dc.now() - found.created > TO_RESPOND:
        raise refusal(UNKNOWN)
    kind, data = _form(request, found)
    answer = _ANSWERS[kind](request, found, data)
    found.response = kind
    found.acknowledged_after = (request.dc.now() - found.created).total_seconds()
    request.dc.world.ring()
    if isinstance(answer, Message | modals.Modal):
        found.says(answer)
    if request.query.get("with_response", "").lower() not in ("true", "1"):
        return None
    return Answer(200, _told(found))


def _form(request: Request, found: Interaction) -> tuple[int, Json]:
    """The type of the response, which must fit the interaction, and its data."""
    form = Form()
    checks.known(form, (), request.body, ("type", "data"))
    kind, fitting = request.body.get("type"), _FITTING[found.kind]
    if found.kind == MODAL_SUBMIT and found.message is None:
        fitting = (MESSAGE, DEFERRED)
    checks.one_of(form, ("type",), kind, fitting)
    data = request.body.get("data")
    if data is not None:
        data = checks.mapping(form, ("data",), data)
    form.done()
    return int(str(kind)), data or {}


def _message(request: Request, found: Interaction, data: Json) -> Message:
    draft = drafts.new(data, request.files, fields=FIELDS, flags=TO_SEND, default=mentions.USERS)
    found.original = written(found, draft)
    return found.original


def written(found: Interaction, draft: drafts.Draft) -> Message:
    """A new message by an interaction; ephemeral ones are in no channel's list."""
    ephemeral = bool(draft.flags & Flag.EPHEMERAL) or found.private_by_force
    bot = found.dc.world.bot
    message = posting.post(
        found.dc,
        found.channel,
        bot,
        draft,
        flags=draft.flags | (Flag.EPHEMERAL if ephemeral else 0),
        type=0 if found.messages else TYPE_OF_MESSAGE.get(found.kind, 0),
        application_id=found.dc.application_id,
        webhook_id=found.dc.application_id,
        interaction=found.metadata(),
        seen_by=found.person if ephemeral else None,
    )
    found.messages.append(message)
    return message


def _deferred(request: Request, found: Interaction, data: Json) -> None:
    """The person sees that the bot is thinking; the message comes into the channel's list with its text."""
    form = Form()
    checks.known(form, ("data",), data, ("flags",))
    flags = checks.whole(form, ("data", "flags"), data.get("flags") or 0, 0, 2**31 - 1)
    if flags & ~Flag.EPHEMERAL:
        form.strict(("data", "flags"), "of a deferred response EPHEMERAL alone is valid; edit it to be V2")
    form.done()
    if found.private_by_force:
        flags |= Flag.EPHEMERAL
    dc, bot = found.dc, found.dc.world.bot
    message = Message(dc.world.ids.next(), found.channel, bot, flags=flags, type=TYPE_OF_MESSAGE.get(found.kind, 0))
    message.application_id = message.webhook_id = dc.application_id
    message.interaction, message.seen_by = found.metadata(), found.person if flags else None
    found.original, found.loading = message, True
    found.messages.append(message)


def _deferred_update(request: Request, found: Interaction, data: Json) -> None:
    found.original = found.message


def _update(request: Request, found: Interaction, data: Json) -> Message:
    assert found.message is not None
    if found.message.deleted:
        raise refusal(UNKNOWN_MESSAGE)
    draft = drafts.edited(found.message, data, request.files, fields=FIELDS, default=mentions.USERS)
    posting.change(request.dc, found.message, draft)
    found.original = found.message
    return found.message


def _choices(request: Request, found: Interaction, data: Json) -> None:
    form = Form()
    checks.known(form, ("data",), data, ("choices",))
    given = checks.many(form, ("data", "choices"), data.get("choices"), 0, 25)
    for number, each in enumerate(given):
        commands_options.choice(form, ("data", "choices", number), each, found.option["type"])
    form.done()
    found.choices = [(_reads(each, found.person.locale), each["value"]) for each in given]


def _reads(choice: Json, locale: str) -> str:
    """How a choice reads."""
    return str((choice.get("name_localizations") or {}).get(locale) or choice["name"])


def _modal(request: Request, found: Interaction, data: Json) -> modals.Modal:
    form = Form()
    modals.check(form, ("data",), data)
    form.done()
    found.modal = modals.opened(found, data)
    return found.modal


def _told(found: Interaction) -> Json:
    """#interaction-callback-interaction-callback-response-object"""
    about: Json = {"id": found.id, "type": found.kind}
    resource: Json = {"type": found.response}
    if found.original is not None:
        about |= {
            "response_message_id": found.original.id,
            "response_message_loading": found.loading,
            "response_message_ephemeral": found.original.ephemeral,
        }
        if found.response in (MESSAGE, UPDATE):
            resource["message"] = shapes.message(found.original)
    return {"interaction": about, "resource": resource}


_ANSWERS = {
    MESSAGE: _message,
    DEFERRED: _deferred,
    DEFERRED_UPDATE: _deferred_update,
    UPDATE: _update,
    CHOICES: _choices,
    MODAL: _modal,
}
