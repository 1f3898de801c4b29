"""What a request that cannot be carried out is in words, at the command line."""

from __future__ import annotations

from newsbot.errors import BadRequest
from newsbot.locales import Words


def in_words(error: BadRequest) -> str:
    """Its sentence, in English as everything there."""
    return Words("en")(error.key, **error.values)
