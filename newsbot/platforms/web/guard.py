"""Who may talk to the web chat: this machine's own pages, or whoever knows the password.

On loopback with no password the danger is other web pages in the same browser: a name that is rebound to 127.0.0.1
(so the Host header must name this machine) and posts from elsewhere (so Fetch Metadata or Origin must agree, and
the body must be JSON, which no plain form can send).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

COOKIE = "newsbot_session"
SESSION_SECONDS = 30 * 24 * 3600
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
# https://www.w3.org/TR/CSP3/ : nothing but our own files; pictures come from the publishers.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: http: data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # not no-referrer: that would make a form's Origin "null"
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Throttle:
    """A token bucket for each name, forgetting the names that were quiet longest.

    ``burst`` at once, refilled at ``per_second``; ``seconds`` is a monotonic clock, replaceable in tests.
    """

    def __init__(
        self, burst: float, per_second: float, *, names: int = 1000, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst = burst
        self._rate = per_second
        self._names = names
        self._seconds = seconds
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, name: str) -> bool:
        """Take one token of ``name``; False when there is none."""
        now = self._seconds()
        tokens, then = self._buckets.pop(name, (self._burst, now))
        tokens = min(self._burst, tokens + (now - then) * self._rate)
        allowed = tokens >= 1
        self._buckets[name] = (tokens - allowed, now)
        if len(self._buckets) > self._names:
            self._buckets.popitem(last=False)
        return allowed


class Sessions:
    """Signed tokens that need no memory: they outlive a restart, and end when the password or ``secret`` changes."""

    def __init__(self, password: str, secret: str, *, now: Callable[[], float] = time.time) -> None:
        self._password = password.encode()
        self._key = hmac.digest(secret.encode(), b"newsbot session\0" + self._password, "sha256")
        self._now = now

    def right(self, password: str) -> bool:
        """Whether that is the password, compared in constant time."""
        given, wanted = (hashlib.sha256(p).digest() for p in (password.encode("utf-8", "replace"), self._password))
        return hmac.compare_digest(given, wanted)

    def issue(self) -> str:
        """A fresh token, good for 30 days."""
        until = str(int(self._now()) + SESSION_SECONDS)
        return f"{until}.{self._sign(until)}"

    def valid(self, token: str) -> bool:
        """Whether we issued ``token`` and its time has not run out."""
        until, _, signature = token.partition(".")
        if not (until.isascii() and until.isdecimal() and len(until) < 13):
            return False
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), self._sign(until).encode()):
            return False
        return int(until) > self._now()

    def _sign(self, until: str) -> str:
        signature = hmac.digest(self._key, until.encode(), "sha256")
        return base64.urlsafe_b64encode(signature).rstrip(b"=").decode()


def hostname(authority: str) -> str:
    """The name in a Host header, without port and brackets, lower-case; "" when it is none."""
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return ""


def same_site(request: web.Request) -> bool:
    """Whether our own page, the address bar or a program that is no browser sent this.

    https://www.w3.org/TR/fetch-metadata/ first; Origin for browsers on plain http, which send no metadata.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("Host", "")


def local_host(request: web.Request, also: frozenset[str] = frozenset()) -> bool:
    """Whether the Host header names this machine: what keeps a rebound DNS name out."""
    name = hostname(request.headers.get("Host", ""))
    return name in LOCAL_NAMES or name.endswith(".localhost") or name in also


class Guard:
    """The door of every route."""

    def __init__(self, password: str, secret: str, hosts: frozenset[str] = frozenset()) -> None:
        self.password_wanted = bool(password)
        self._sessions = Sessions(password, secret)
        self._hosts = frozenset(name.lower() for name in hosts)
        self._requests = Throttle(60, 20)
        self._attempts = Throttle(5, 1 / 12)
        self.headers = HEADERS

    def open(self, handler: Handler) -> Handler:
        """``handler`` for anyone who reaches us by a name of ours: the login page and its style."""

        async def handle(request: web.Request) -> web.StreamResponse:
            return self._dressed(self._strange(request) or await handler(request))

        return handle

    def members(self, handler: Handler, *, page: bool = False) -> Handler:
        """``handler`` for who is logged in (everyone, with no password); ``page``: others are led to the login."""

        async def handle(request: web.Request) -> web.StreamResponse:
            refusal = self._strange(request) or self._foreign(request, page) or self._stranger(request, page)
            return self._dressed(refusal or await handler(request))

        return handle

    async def login(self, request: web.Request) -> web.Response:
        """Take the login form: a session for the right password, else the page again."""
        if not same_site(request):
            return _no(403, "This form was sent from another site.")
        if not self._attempts.allows(request.remote or ""):
            return _no(429, "Too many attempts: wait a minute.", {"Retry-After": "60"})
        given = (await request.post()).get("password", "")
        if not (isinstance(given, str) and self.password_wanted and self._sessions.right(given)):
            return _go("/login?failed")
        response = _go("/")
        response.set_cookie(COOKIE, self._sessions.issue(), max_age=SESSION_SECONDS, path="/", httponly=True,
                            samesite="Strict", secure=_is_https(request))  # fmt: skip
        return response

    async def logout(self, request: web.Request) -> web.Response:
        """Forget the session in this browser."""
        if not same_site(request):
            return _no(403, "This form was sent from another site.")
        response = _go("/login")
        response.del_cookie(COOKIE, path="/", httponly=True, samesite="Strict", secure=_is_https(request))
        return response

    def _strange(self, request: web.Request) -> web.Response | None:
        """With a password a rebound name gains nothing: the cookie belongs to the true one."""
        if self.password_wanted or local_host(request, self._hosts):
            return None
        return _no(403, "This chat has no password, so it answers on this machine only: open it by http://localhost")

    def _foreign(self, request: web.Request, page: bool) -> web.Response | None:
        if not page and not same_site(request):
            return _no(403, "This request came from another site.")
        if request.method == "POST" and not self._requests.allows(request.remote or ""):
            return _no(429, "Too many requests: wait a moment.", {"Retry-After": "1"})
        return None

    def _stranger(self, request: web.Request, page: bool) -> web.Response | None:
        if not self.password_wanted or self._sessions.valid(request.cookies.get(COOKIE, "")):
            return None
        return _go("/login") if page else _no(401, "Log in first.")

    def _dressed(self, response: web.StreamResponse) -> web.StreamResponse:
        if not response.prepared:
            response.headers.update(self.headers)
        return response


def _no(status: int, reason: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"error": reason}, status=status, headers=headers)


def _go(place: str) -> web.Response:
    return web.Response(status=303, headers={"Location": place, "Cache-Control": "no-store"})


def _is_https(request: web.Request) -> bool:
    """Behind a proxy too; a client that lies about it only refuses its own cookie."""
    return request.secure or request.headers.get("X-Forwarded-Proto") == "https"
