"""The keys of the platforms: where people meet the bot."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from newsbot.config.section import EmptyIsNone, Section
from newsbot.config.values import (
    AutoSwitch,
    GatewayUrl,
    HttpUrl,
    ProxyUrl,
)


class Webhook(Section):
    """Where Telegram shall bring updates, in place of long polling."""

    url: HttpUrl
    """The public https address that leads to this server."""
    secret: SecretStr = SecretStr("")
    """A word that Telegram repeats with each update, so that nobody else can send any."""


class TelegramRate(Section):
    """How fast the bot sends; Telegram's own limits by default."""

    global_: Annotated[float, Field(alias="global", gt=0, le=1000)] = 30
    """Messages a second over all chats."""
    chat: Annotated[float, Field(gt=0, le=1000)] = 1
    """Messages a second to one chat."""
    group_per_minute: Annotated[float, Field(gt=0, le=60_000)] = 20
    """Messages a minute to one group."""


class Telegram(Section):
    """Telegram; off while the token is empty."""

    token: SecretStr = SecretStr("")
    """The bot's token, from @BotFather."""
    api_url: HttpUrl = "https://api.telegram.org"
    """Telegram's Bot API server, or your own."""
    webhook: Webhook | None = None
    """null: long polling."""
    rate: TelegramRate = TelegramRate()
    on_uncertain: Literal["resend", "hold"] = "resend"
    """What to do with a send whose outcome is unknown: send it once more, or hold it for an admin."""
    proxy: Annotated[ProxyUrl | None, EmptyIsNone, Field(repr=False)] = None
    """A proxy for this platform only."""


class DiscordRate(Section):
    """How fast the bot sends."""

    global_: Annotated[float, Field(alias="global", gt=0, le=1000)] = 45
    """Requests a second of one process over all channels. Discord allows 50 to all that share a token."""


class Discord(Section):
    """Discord; off while the token is empty."""

    token: SecretStr = SecretStr("")
    """The bot's token, from the Discord developer portal."""
    api_url: HttpUrl = "https://discord.com/api/v10"
    """Discord's API server."""
    gateway_url: GatewayUrl = "wss://gateway.discord.gg/"
    """Discord's gateway."""
    shards: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """How many connections to the gateway share the servers; null: as many as Discord recommends."""
    rate: DiscordRate = DiscordRate()
    proxy: Annotated[ProxyUrl | None, EmptyIsNone, Field(repr=False)] = None
    """A proxy for this platform only."""


class Web(Section):
    """The web chat: the bot in a browser."""

    enabled: AutoSwitch = "auto"
    """auto: on when no other platform has a token."""
    password: SecretStr = SecretStr("")
    """Needed when the server listens beyond this machine."""


class Platforms(Section):
    """Where people meet the bot."""

    telegram: Telegram = Telegram()
    discord: Discord = Discord()
    web: Web = Web()
