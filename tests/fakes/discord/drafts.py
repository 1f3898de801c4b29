"""The body of a message that is to be sent or edited, checked: https://discord.com/developers/docs/resources/message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.fakes.discord import attachments, checks, components, embeds, mentions, posts
from tests.fakes.discord.errors import EMPTY_MESSAGE, Form, Json, refusal
from tests.fakes.discord.posts import Flag, Message
from tests.fakes.discord.routes import Upload

MOST_CONTENT = 2000
MOST_NONCE = 25
TO_SEND = Flag.SUPPRESS_EMBEDS | Flag.SUPPRESS_NOTIFICATIONS | Flag.IS_COMPONENTS_V2
TO_EDIT = Flag.SUPPRESS_EMBEDS | Flag.IS_COMPONENTS_V2
IN_FORUM = ("content", "embeds", "allowed_mentions", "components", "attachments", "flags")
EDIT = IN_FORUM
CREATE = (*IN_FORUM, "nonce", "enforce_nonce", "tts", "message_reference")
NO_V2 = ("content", "embeds", "poll", "sticker_ids")


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that passed; for an edit, what the message has afterwards."""

    content: str
    embeds: list[Json]
    components: list[Json]
    attached: tuple[attachments.Attached, ...]
    flags: int
    allowed: mentions.Allowed
    nonce: str = ""
    enforce_nonce: bool = False
    tts: bool = False
    reference: Json | None = None

    @property
    def text(self) -> str:
        """Where mentions count."""
        return posts.texts(self.content, self.components)


def new(
    body: Json,
    files: Mapping[int, Upload],
    *,
    form: Form | None = None,
    fields: tuple[str, ...] = CREATE,
    flags: int = TO_SEND,
    default: mentions.Allowed = mentions.ALL,
) -> Draft:
    """A new message. ``fields`` and ``flags`` are those that the endpoint has, ``default`` its allowed mentions,
    ``form`` where the errors go. ApiError with 50035 for what is wrong, 50006 for a message of nothing.
    """
    form = form or Form()
    checks.known(form, (), body, fields)
    given = checks.whole(form, ("flags",), body.get("flags") or 0, 0, 2**31 - 1)
    if given & ~flags:
        form.strict(("flags",), f"{given & ~flags} cannot be set here")
    draft = _draft(form, body, files, None, given & flags, default)
    form.done()
    _not_empty(draft)
    return draft


def edited(
    message: Message,
    body: Json,
    files: Mapping[int, Upload],
    *,
    fields: tuple[str, ...] = EDIT,
    default: mentions.Allowed = mentions.ALL,
) -> Draft:
    """What ``message`` has after an edit: what the body does not name stays. ApiError as :func:`new`."""
    form = Form()
    checks.known(form, (), body, fields)
    had = {"content": message.content, "embeds": message.embeds, "components": message.components}
    draft = _draft(form, {**had, **body}, files, message, _flags(form, message, body), default)
    form.done()
    _not_empty(draft)
    return draft


def _draft(
    form: Form, body: Json, files: Mapping[int, Upload], message: Message | None, flags: int, default: mentions.Allowed
) -> Draft:
    attached = attachments.checked(form, body.get("attachments"), files, message)
    v2 = bool(flags & Flag.IS_COMPONENTS_V2)
    if v2:
        _plain_only(form, body)
    names = [each.name for each in attached]
    found = components.checked(form, body.get("components") or [], v2=v2, files=names)
    if v2:
        _shown(form, names, found)
    return Draft(
        checks.text(form, ("content",), body.get("content"), 0, MOST_CONTENT).strip(),
        embeds.checked(form, body.get("embeds") or []),
        found,
        attached,
        flags,
        mentions.allowed(form, body.get("allowed_mentions"), default),
        *_nonce(form, body),
        bool(body.get("tts")),
        body.get("message_reference"),
    )


def _nonce(form: Form, body: Json) -> tuple[str, bool]:
    nonce, enforced = body.get("nonce"), body.get("enforce_nonce")
    if nonce is None:
        if enforced:
            form.strict(("enforce_nonce",), "without a nonce it does nothing")
        return "", False
    return checks.text(form, ("nonce",), str(nonce), 0, MOST_NONCE), bool(enforced)


def _flags(form: Form, message: Message, body: Json) -> int:
    """The flags after an edit; V2 stays for ever: /components/reference."""
    if body.get("flags") is None:
        return message.flags
    given = checks.whole(form, ("flags",), body["flags"], 0, 2**31 - 1)
    if given & ~(TO_EDIT | message.flags):
        form.strict(("flags",), f"{given & ~(TO_EDIT | message.flags)} cannot be changed")
    if message.flags & Flag.IS_COMPONENTS_V2 and not given & Flag.IS_COMPONENTS_V2:
        form.strict(("flags",), "IS_COMPONENTS_V2 cannot be taken away")
    return message.flags & ~TO_EDIT | given & TO_EDIT


def _plain_only(form: Form, body: Json) -> None:
    for key in NO_V2:
        if body.get(key):
            words = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            form.wrong((key,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", words)


def _shown(form: Form, names: list[str], found: list[Json]) -> None:
    """In V2 a file shows only where a component refers to it."""
    shown = str(found)
    for number, name in enumerate(names):
        if not form.errors and f"attachment://{name}" not in shown:
            form.strict(("attachments", number), "no component shows this file")


def _not_empty(draft: Draft) -> None:
    if not (draft.content or draft.embeds or draft.attached) and not draft.components:
        raise refusal(EMPTY_MESSAGE)
