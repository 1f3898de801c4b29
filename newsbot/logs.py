"""What the process says of itself: one line an event on standard error, with no secret in it."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog

# A Bot API address carries the token; so do Discord's Authorization header and the addresses of its webhooks and
# interactions, by which anybody can speak as the bot.
_SECRETS = re.compile(
    r"(?P<a>/(?:file/)?bot)\d+:[\w-]{30,}"
    r"|(?P<b>Bot )[\w-]{20,}\.[\w-]{5,}\.[\w-]{20,}"
    r"|(?P<c>://[^/\s:@]*:)[^/\s@]+(?=@)"
    r"|(?P<d>/(?:webhooks|interactions)/\d+/)[\w.~=-]+"
)
_NOISY = ("httpx", "httpcore", "telegram", "discord", "aiohttp.access", "alembic", "trafilatura", "htmldate")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` without tokens, passwords in addresses and the given ``secrets``."""
    for secret in secrets:
        if len(secret) >= 6:
            text = text.replace(secret, "***")
    return _SECRETS.sub(lambda found: "".join(found.groups("")) + "***", text)


class _Redactor:
    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(secrets)

    def __call__(self, _logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for key, value in event.items():
            if isinstance(value, str):
                event[key] = redact(value, self._secrets)
        return event


def configure(secrets: Iterable[str] = (), *, verbose: bool = False) -> None:
    """Log to standard error: coloured, with local time, on a terminal; plain, in UTC, otherwise. Libraries only from
    WARNING on."""
    terminal = sys.stderr.isatty()
    tail: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if terminal else "%Y-%m-%dT%H:%M:%SZ", utc=not terminal),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,  # to text, so that the redactor sees it
    ]
    redactor = _Redactor(secrets)
    renderer = structlog.dev.ConsoleRenderer(colors=terminal)
    structlog.configure(
        processors=[*tail, redactor, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=tail, processors=[
        structlog.stdlib.ProcessorFormatter.remove_processors_meta, redactor, renderer,
    ]))  # fmt: skip
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # What it could not read it logs whole, a proxy's HTML page with a traceback; it raises it too, and we say it.
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)
