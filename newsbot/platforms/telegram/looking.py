"""A look at a token and at what stands at Telegram, for an admin who checks the config. Changes nothing there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from telegram import Bot, User, WebhookInfo
from telegram.error import InvalidToken, TelegramError, TimedOut

from newsbot.platforms.telegram.troubles import host, in_words, shorten

OFFICIAL = "https://api.telegram.org"
PATIENCE = 20.0  # seconds for each question


@dataclass(frozen=True, slots=True)
class Line:
    """One finding; ``ok`` False for what keeps the bot from working."""

    ok: bool
    text: str


@dataclass(frozen=True, slots=True)
class Look:
    """What was found, most important first. ``ok``: the bot can work."""

    lines: tuple[Line, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing keeps the bot from working."""
        return all(line.ok for line in self.lines)


async def look(bot: Bot, *, api_url: str = OFFICIAL, webhook_url: str = "", patience: float = PATIENCE) -> Look:
    """Ask Telegram who ``bot`` is and how updates reach it. ``webhook_url``: the config's, "" for long polling.

    Never raises for what Telegram or the network do. The token is in no line. ``bot`` is left shut down.
    """
    try:
        async with asyncio.timeout(patience):
            await bot.initialize()
        async with asyncio.timeout(patience):
            standing = await bot.get_webhook_info()
    except (TelegramError, TimeoutError, LookupError, TypeError, ValueError, AttributeError) as error:
        return Look((Line(False, _why(error, api_url)),))
    else:
        return Look((*_person(bot.bot), *_way(standing, webhook_url)))
    finally:
        await bot.shutdown()


def _why(error: Exception, api_url: str) -> str:
    """What an admin should look at."""
    own = api_url.rstrip("/") != OFFICIAL
    where = f"the Bot API server at {host(api_url)} (platforms.telegram.api_url)" if own else "Telegram"
    if isinstance(error, InvalidToken):
        doubt = "; or the address is not that of a Bot API server" if own else ""
        return f"{where} does not know the token in platforms.telegram.token: @BotFather shows the right one{doubt}"
    if isinstance(error, TimedOut | TimeoutError):
        return f"{where} did not answer in time: check the network and platforms.telegram.proxy"
    if isinstance(error, TelegramError):
        return in_words(error).replace("Telegram", where, 1)
    return f"what answers at {host(api_url)} (platforms.telegram.api_url) is no Bot API server"


def _person(me: User) -> Iterator[Line]:
    yield Line(True, f"the token is that of @{me.username}, “{shorten(me.full_name)}”")
    inline = f"“@{me.username} words” in any chat"
    if me.supports_inline_queries:
        yield Line(True, f"inline mode is on: {inline} searches")
    else:
        yield Line(True, f"inline mode is off: to search by {inline}, send /setinline to @BotFather")
    if not me.can_join_groups:
        yield Line(True, "the bot cannot be added to groups: /setjoingroups at @BotFather allows it")
    if me.can_read_all_group_messages:
        known = "the bot is sent all that is written in its groups, more than it needs"
        yield Line(True, f"group privacy is off: {known}; /setprivacy at @BotFather switches it on")
    else:
        yield Line(True, "group privacy is on: in groups the bot is sent only what is meant for it")


def _way(standing: WebhookInfo, wanted: str) -> Iterator[Line]:
    yield Line(True, _stands(standing.url, wanted))
    waiting = standing.pending_update_count
    if standing.url and standing.last_error_date is not None:
        when = standing.last_error_date.strftime("%Y-%m-%d %H:%M UTC")
        what = shorten(standing.last_error_message or "")
        yield Line(not waiting or standing.url != wanted, f"its last failure, {when}: {what}")
    if waiting:
        yield Line(True, f"updates that wait to be answered: {waiting}")


def _stands(there: str, wanted: str) -> str:
    if there and there == wanted:
        return f"the webhook at {host(there)} stands"
    if there:
        ours = f"the config's, at {host(wanted)}" if wanted else "long polling in its place, as the config says"
        return f"a webhook at {host(there)} stands; “newsbot run” sets {ours}"
    return "no webhook stands yet; “newsbot run” sets it" if wanted else "updates come by long polling"
