"""The refusals of the Bot API: https://core.telegram.org/bots/api#making-requests."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """One refusal: ``code`` is the HTTP status too; ``parameters`` are the documented ResponseParameters."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> Json:
        """The JSON object that a client gets."""
        found: Json = {"ok": False, "error_code": self.code, "description": self.description}
        return found | {"parameters": self.parameters} if self.parameters else found


def bad(description: str, **parameters: int) -> ApiError:
    """400 with the prefix that Telegram gives it."""
    return ApiError(400, f"Bad Request: {description}", **parameters)


def forbidden(description: str) -> ApiError:
    """403 with the prefix that Telegram gives it."""
    return ApiError(403, f"Forbidden: {description}")


def conflict(description: str) -> ApiError:
    """409 with the prefix that Telegram gives it."""
    return ApiError(409, f"Conflict: {description}")


def too_many(seconds: int) -> ApiError:
    """429, https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
