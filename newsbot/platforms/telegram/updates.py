"""Updates as Telegram writes them, and what both ways in have in common.

https://core.telegram.org/bots/api#getting-updates
"""

from __future__ import annotations

import logging
from typing import Protocol

from telegram import Bot, Update

from newsbot.platforms.telegram.troubles import said

log = logging.getLogger(__name__)

WANTED = ("message", "channel_post", "callback_query", "inline_query", "my_chat_member")
"""The kinds of updates that the bot answers. https://core.telegram.org/bots/api#update"""


class Way(Protocol):
    """A way in: :class:`newsbot.platforms.telegram.polling.Polling` or
    :class:`newsbot.platforms.telegram.webhook.Webhook`. All raise TelegramError and PlatformError."""

    async def set_up(self) -> None:
        """Tell Telegram that updates shall come this way. None is lost."""

    async def step(self) -> bool:
        """One round; whether to go on at once."""

    def end(self) -> None:
        """Take no more."""

    async def confirm(self, unanswered: int | None) -> None:
        """After :meth:`end`: all before the update ``unanswered`` is answered, None for all that came."""


def read(item: object, bot: Bot) -> Update | None:
    """One update as Telegram wrote it; None, with a line in the log, for what is none."""
    known = item if isinstance(item, dict) else {}
    if type(known.get("update_id")) is not int:
        log.warning("an update without a number is left out")
        return None
    try:
        update = Update.de_json(known, bot)
    except Exception as error:  # whatever the library cannot read must not hold up the others
        log.warning("an update could not be read and is left out: %s: %s", type(error).__name__, said(error))
        return None
    quick = update.callback_query or update.inline_query
    return None if quick and not quick.from_user else update  # the library lets a person be null
