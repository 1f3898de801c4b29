"""Small rules of HTTP that the fetcher follows."""

from __future__ import annotations

import time
from base64 import b64encode
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import unquote, urlsplit

from newsbot.domain.urls import host_of

LONGEST_RETRY = 86_400.0


def conditions(etag: str, last_modified: str) -> dict[str, str]:
    """What makes a request conditional (RFC 9110, 13.1); {} when nothing is known of the last answer."""
    found = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in found.items() if value}


def is_own(url: str, home: str) -> bool:
    """Whether ``url`` is of the same origin as ``home``, or its encrypted twin: who may see what was meant for home.

    Both must be web addresses.
    """
    one, other = urlsplit(url), urlsplit(home)
    if host_of(url) != host_of(home):
        return False
    if (one.scheme, other.scheme) == ("https", "http"):
        return one.port in (None, 443) and other.port in (None, 80)
    return one.scheme == other.scheme and one.port == other.port


def credentials(url: str) -> dict[str, str]:
    """Basic authentication from ``user:password@`` (RFC 7617); it never travels in a URL."""
    user, colon, password = urlsplit(url).netloc.rpartition("@")[0].partition(":")
    if not user and not colon:
        return {}
    token = b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def retry_after(value: str) -> float | None:
    """Seconds, from seconds or an HTTP date (RFC 9110, 10.2.3); None when it says nothing."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), LONGEST_RETRY)
    try:
        when = parsedate_to_datetime(value)
        wait = when.replace(tzinfo=when.tzinfo or UTC).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, 0.0), LONGEST_RETRY)
