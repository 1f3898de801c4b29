"""The small types that config values are made of. Each takes text and says in plain words what it wanted."""

from __future__ import annotations

import difflib
import ipaddress
import re
import zoneinfo
from collections.abc import Iterable
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

from newsbot.domain.models import ChatKey, When
from newsbot.domain.schedule import format_when, parse_when

PLATFORMS = ("telegram", "discord", "web")

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_DURATION = re.compile(r"(\d+)\s*([smhdw])")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_NATIVE = {
    "telegram": (re.compile(r"@[A-Za-z]\w{3,31}|-?\d{1,20}"), "@name or a number"),
    "discord": (re.compile(r"\d{1,20}"), "a channel's number"),
    "web": (re.compile(r"[\w.-]{1,64}"), "a name"),
}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean "X"?)`` for the nearest of ``known``, or "" when none is near."""
    by_lower = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), by_lower, n=1, cutoff=0.6)
    return f'; did you mean "{by_lower[near[0]]}"?' if near else ""


def duration(value: object) -> int:
    """Seconds of ``30s``, ``10m``, ``6h``, ``365d``, ``2w`` or several together (``1h30m``). Raises ValueError."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    parts = _DURATION.findall(text)
    seconds = sum(int(number) * _UNITS[unit] for number, unit in parts)
    if _DURATION.sub("", text).strip() or not 0 < seconds < 100 * 366 * 86400:
        raise ValueError("a length of time is wanted, such as 10m, 6h or 365d")
    return seconds


def time_zone(name: str) -> str:
    """The IANA name of a time zone. Raises ValueError for an unknown one."""
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"there is no such time zone{did_you_mean(name, _zones())}") from None
    return name


def _zones() -> dict[str, str]:
    zones = zoneinfo.available_timezones()
    return {zone: zone for zone in sorted(zones)}


def language_code(code: str) -> str:
    """A language tag such as ``en`` or ``pt-BR``. Raises ValueError."""
    if not _LANGUAGE.fullmatch(code):
        raise ValueError("a language's code is wanted, such as en, de or zh")
    return code


def slug(text: str) -> str:
    """An id: letters, digits, ``-`` and ``_``, at most 64. Raises ValueError."""
    if not _SLUG.fullmatch(text):
        raise ValueError("an id is letters, digits, - and _, at most 64 of them")
    return text


def web_url(*schemes: str) -> AfterValidator:
    """Takes an absolute URL of one of ``schemes``, unchanged. Raises ValueError."""

    def check(text: str) -> str:
        try:
            parts = urlsplit(text)
            good = parts.scheme.lower() in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if not good or re.search(r"\s", text):
            raise ValueError(f"a full address is wanted, such as {schemes[0]}://example.org")
        return text

    return AfterValidator(check)


def feed_url(text: str) -> str:
    """A feed's address: http(s), or ``file:`` and a path. Raises ValueError."""
    if text.startswith("file:"):
        if not text.removeprefix("file:").strip("/ "):
            raise ValueError("file: needs a path, such as file:seeds/cars.xml")
        return text
    try:
        parts = urlsplit(text)
        good = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or re.search(r"\s", text):
        raise ValueError("a feed's address is wanted: http://…, https://… or file:path")
    return text


def database_url(text: str) -> str:
    """``sqlite:///path`` or ``postgresql://…``. Raises ValueError, without repeating a password."""
    if text.startswith("sqlite:///") and text.removeprefix("sqlite:///").strip("/ "):
        return text
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"postgresql", "postgres"} and len(parts.path) > 1
        _ = parts.port
    except ValueError:
        good = False
    if not good:
        raise ValueError("wanted: sqlite:///path/to/file.db or postgresql://user:password@host/name")
    return text


def listen_address(text: str) -> str:
    """``host:port``, ``[v6]:port`` or ``:port``. Raises ValueError."""
    host_and_port(text)
    return text


def host_and_port(text: str) -> tuple[str, int]:
    """The host ("" for every address) and port of ``host:port``. Raises ValueError."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535 or re.search(r"[\s/]", host):
        raise ValueError("an address and port are wanted, such as 127.0.0.1:8080")
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        raise ValueError("an IPv6 address goes into brackets, such as [::1]:8080")
    return host.strip("[]"), int(port)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def chat_key(value: object) -> ChatKey:
    """A chat written ``platform:id`` or ``platform:id/thread``. Raises ValueError."""
    if isinstance(value, ChatKey):
        return value
    platform, colon, rest = str(value).partition(":")
    native, _, thread = rest.partition("/")
    if not colon or platform not in PLATFORMS:
        hint = did_you_mean(platform, PLATFORMS)
        raise ValueError(f"a chat is platform:id, with telegram, discord or web as platform{hint}")
    pattern, wanted = _NATIVE[platform]
    if not pattern.fullmatch(native) or (thread and not thread.isdigit()) or rest.endswith("/"):
        raise ValueError(f"after {platform}: comes {wanted}" + (", then /thread or not" if "/" in rest else ""))
    return ChatKey(platform, native, thread)


def when(value: object) -> When:
    """``instant``, ``hourly``, ``daily 08:00`` or ``weekly mon 08:00``. Raises ValueError."""
    if isinstance(value, When):
        return value
    try:
        return parse_when(str(value))
    except ValueError:
        raise ValueError("wanted: instant, hourly, daily 08:00 or weekly mon 08:00") from None


def one_or_more(value: object) -> object:
    """A single word stands for a list of one."""
    return [value] if isinstance(value, str) else value


def words(values: tuple[str, ...]) -> tuple[str, ...]:
    """A list in which each entry has a word. Raises ValueError."""
    if not values or not all(re.search(r"\w", text) for text in values):
        raise ValueError("a list of words is wanted, none of them empty")
    return values


def user_id(value: object) -> int:
    """A user's number. Raises ValueError."""
    text = str(value).strip()
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 2**63:
        raise ValueError("a user's number is wanted, such as 1001 (not a name)")
    return int(text)


def auto_or_bool(value: object) -> object:
    """``auto``, or a switch as true, yes or on. Raises ValueError."""
    text = str(value).casefold()
    if text == "auto":
        return text
    if text in {"true", "yes", "on", "1", "false", "no", "off", "0"}:
        return text in {"true", "yes", "on", "1"}
    raise ValueError("wanted: auto, true or false")


def maybe(value: object) -> Any:
    """An empty text, as an unset variable leaves it, is no value."""
    return None if value == "" else value


def _text_schema(example: str, **more: object) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": [example], **more})


_AS_TEXT = PlainSerializer(str)

Duration = Annotated[int, BeforeValidator(duration), _text_schema("10m")]
TimeZone = Annotated[str, AfterValidator(time_zone), _text_schema("Europe/Berlin")]
Language = Annotated[str, AfterValidator(language_code), _text_schema("en")]
Slug = Annotated[str, AfterValidator(slug), _text_schema("my-feed", pattern="^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
HttpUrl = Annotated[str, web_url("https", "http")]
GatewayUrl = Annotated[str, web_url("wss", "ws")]
ProxyUrl = Annotated[str, web_url("http", "https", "socks5")]
FeedUrl = Annotated[str, AfterValidator(feed_url), _text_schema("https://example.org/feed.xml")]
DatabaseUrl = Annotated[str, AfterValidator(database_url), _text_schema("sqlite:///data/newsbot.db")]
Listen = Annotated[str, AfterValidator(listen_address), _text_schema("127.0.0.1:8080")]
ChatRef = Annotated[ChatKey, BeforeValidator(chat_key), _AS_TEXT, _text_schema("telegram:@mychannel")]
WhenText = Annotated[When, BeforeValidator(when), PlainSerializer(format_when), _text_schema("daily 08:00")]
UserId = Annotated[int, BeforeValidator(user_id), WithJsonSchema({"type": "integer", "exclusiveMinimum": 0})]
AutoSwitch = Annotated[
    Literal["auto"] | bool, BeforeValidator(auto_or_bool), WithJsonSchema({"enum": ["auto", True, False]})
]
Facet = Annotated[tuple[str, ...], BeforeValidator(one_or_more), AfterValidator(words)]
Words = Annotated[tuple[str, ...], BeforeValidator(one_or_more)]
