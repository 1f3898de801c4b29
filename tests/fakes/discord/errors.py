"""The refusals of the API: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

GENERAL = 0
UNKNOWN_CHANNEL = 10003
UNKNOWN_GUILD = 10004
UNKNOWN_MEMBER = 10007
UNKNOWN_MESSAGE = 10008
UNKNOWN_ROLE = 10011
UNKNOWN_USER = 10013
MISSING_ACCESS = 50001
EDIT_OF_ANOTHERS = 50005
EMPTY_MESSAGE = 50006
NOT_TO_THIS_USER = 50007
MISSING_PERMISSIONS = 50013
FORM = 50035
NO_TEXT_CHANNEL = 50008
NOT_HERE = 50024
THREAD_ARCHIVED = 50083
THREAD_LOCKED = 160005
NO_MUTUAL_GUILDS = 50278

_WORDS: dict[int, tuple[int, str]] = {
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    10087: (404, "Unknown Tag"),
    30015: (400, "Maximum number of attachments in a message reached (10)"),
    40033: (400, "This message has already been crossposted"),
    40060: (400, "Interaction has already been acknowledged."),
    40067: (400, "A tag is required to create a forum post in this channel"),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50008: (400, "Cannot send messages in a non-text channel"),
    50013: (403, "Missing Permissions"),
    50021: (403, "Cannot execute action on a system message"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50033: (400, "Invalid Recipient(s)"),
    50068: (400, "Invalid message type"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
    160002: (403, "Cannot reply without permission to read message history"),
    160004: (400, "A thread has already been created for this message"),
    160005: (403, "Thread is locked"),
    160006: (400, "Maximum number of active threads reached"),
    160009: (403, "Cannot reference a message without permission to read message history"),
    160010: (400, "NSFW channel message reference not allowed"),
}


class ApiError(Exception):
    """One refusal: the HTTP ``status``, the JSON ``code``, the words, and for forms the nested ``errors``."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        super().__init__(f"{status} {code} {message} {more or ''}")
        self.status = status
        self.code = code
        self.message = message
        self.more = more

    def body(self) -> Json:
        """The JSON object that a client gets: https://discord.com/developers/docs/reference#error-messages."""
        return {"message": self.message, "code": self.code, **self.more}


def refusal(code: int, status: int = 0) -> ApiError:
    """The refusal that Discord's table has under ``code``; ``status`` where it comes with another one."""
    usual, words = _WORDS[code]
    return ApiError(status or usual, code, words)


def unauthorized() -> ApiError:
    """A token that is none."""
    return ApiError(401, GENERAL, "401: Unauthorized")


def not_found() -> ApiError:
    """An address that the API has not."""
    return ApiError(404, GENERAL, "404: Not Found")


class Form:
    """Collects what is wrong with a body, by where it is; :meth:`done` refuses it with 50035 in the documented shape.

    A path is a sequence of keys and list indices: ``("components", 0, "label")``.
    """

    def __init__(self, errors: Json | None = None, prefix: tuple[str | int, ...] = ()) -> None:
        self.errors: Json = {} if errors is None else errors
        self._prefix = prefix

    def at(self, *prefix: str | int) -> Form:
        """The same form, for what lies below ``prefix``."""
        return Form(self.errors, (*self._prefix, *prefix))

    def wrong(self, path: Iterable[str | int], code: str, message: str) -> None:
        """Note one thing."""
        at = self.errors
        for key in (*self._prefix, *path):
            at = at.setdefault(str(key), {})
        at.setdefault("_errors", []).append({"code": code, "message": message})

    def strict(self, path: Iterable[str | int], message: str) -> None:
        """Note a thing that Discord itself forgives, and that a bot therefore would never learn of."""
        self.wrong(path, "STRICT", f"strict: {message}")

    def done(self) -> None:
        """ApiError 400 with 50035 if anything was noted."""
        if self.errors:
            raise ApiError(400, FORM, "Invalid Form Body", errors=self.errors)


def invalid(path: Iterable[str | int], code: str, message: str) -> ApiError:
    """A form with one error."""
    form = Form()
    form.wrong(path, code, message)
    return ApiError(400, FORM, "Invalid Form Body", errors=form.errors)
