"""Who is kept out: other sites, rebound names, guessers, strangers."""

from __future__ import annotations

import aiohttp
import pytest

from newsbot.platforms.web.guard import SESSION_SECONDS, Sessions, Throttle, hostname
from tests.fakes.webchat import Served

KEY = "0123456789abcdef"


async def status(http: aiohttp.ClientSession, method: str, url: str, **options: object) -> int:
    async with http.request(method, url, allow_redirects=False, **options) as answer:  # type: ignore[arg-type]  # kwargs pass through
        return answer.status


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "192.168.0.7", "", "["]
)
@pytest.mark.parametrize("path", ["/", "/api/chats", "/api/events", "/static/chat.js"])
async def test_a_name_that_was_rebound_to_this_machine_gets_nothing(
    chat: Served, http: aiohttp.ClientSession, host: str, path: str
) -> None:
    assert await status(http, "GET", chat.url + path, headers={"Host": host}) in {400, 403}


@pytest.mark.parametrize("host", ["localhost:99", "127.0.0.1", "[::1]:8080", "LOCALHOST", "news.localhost"])
async def test_this_machines_own_names_are_served_on_any_port(
    chat: Served, http: aiohttp.ClientSession, host: str
) -> None:
    assert await status(http, "GET", chat.url + "/", headers={"Host": host}) == 200


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"},
     {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}],
)  # fmt: skip
async def test_other_sites_can_neither_write_nor_read(
    chat: Served, http: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    body = {"text": "/start", "key": KEY}
    assert await status(http, "POST", chat.url + "/api/chats/me/send", json=body, headers=headers) == 403
    assert await status(http, "GET", chat.url + "/api/chats", headers=headers) == 403
    assert await status(http, "GET", chat.url + "/api/events", headers=headers) == 403
    assert not chat.desk.seen


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
async def test_what_a_plain_form_can_send_is_no_command(chat: Served, http: aiohttp.ClientSession, kind: str) -> None:
    await status(http, "GET", chat.url + "/api/chats")
    raw = b'{"text": "/start", "key": "0123456789abcdef"}'
    headers = {"Content-Type": kind}
    assert await status(http, "POST", chat.url + "/api/chats/me/send", data=raw, headers=headers) == 415


async def test_our_own_page_may_write(chat: Served, http: aiohttp.ClientSession) -> None:
    await status(http, "GET", chat.url + "/api/chats")
    body = {"text": "/start", "key": KEY}
    for headers in ({"Sec-Fetch-Site": "same-origin", "Origin": chat.url}, {"Origin": chat.url}, {}):
        assert await status(http, "POST", chat.url + "/api/chats/me/send", json=body, headers=headers) == 200


async def test_too_many_requests_are_asked_to_wait(chat: Served, http: aiohttp.ClientSession) -> None:
    answers = [await status(http, "POST", chat.url + "/api/chats", json={"name": ""}) for _ in range(90)]
    assert answers[0] == 400
    assert 429 in answers


async def test_with_a_password_strangers_see_the_login_page_only(locked: Served, http: aiohttp.ClientSession) -> None:
    assert await status(http, "GET", locked.url + "/") == 303
    assert await status(http, "GET", locked.url + "/api/chats") == 401
    assert await status(http, "GET", locked.url + "/api/events") == 401
    assert await status(http, "POST", locked.url + "/api/chats/me/send", json={"text": "/start", "key": KEY}) == 401
    async with http.get(locked.url + "/") as answer:
        assert answer.url.path == "/login"
        page = await answer.text()
    assert "{{" not in page
    assert "That is not the password" in page  # there, and hidden
    assert 'role="alert" hidden' in page


async def test_the_right_password_opens_and_survives_a_restart(locked: Served, http: aiohttp.ClientSession) -> None:
    async with http.post(locked.url + "/login", data={"password": "correct horse"}, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert await status(http, "GET", locked.url + "/api/chats") == 200
    await locked.stop()
    await locked.start()
    assert await status(http, "GET", locked.url + "/api/chats") == 200
    assert await status(http, "POST", locked.url + "/logout") == 303
    assert await status(http, "GET", locked.url + "/api/chats") == 401


async def test_behind_https_the_cookie_never_travels_in_the_clear(locked: Served, http: aiohttp.ClientSession) -> None:
    headers = {"X-Forwarded-Proto": "https"}
    async with http.post(
        locked.url + "/login", data={"password": "correct horse"}, headers=headers, allow_redirects=False
    ) as answer:
        assert "Secure" in answer.headers["Set-Cookie"]


async def test_with_a_password_any_name_of_the_server_will_do(locked: Served, http: aiohttp.ClientSession) -> None:
    assert await status(http, "GET", locked.url + "/login", headers={"Host": "news.example.org"}) == 200


async def test_a_wrong_password_is_said_and_guessing_is_slowed(locked: Served, http: aiohttp.ClientSession) -> None:
    async with http.post(locked.url + "/login", data={"password": "guess"}) as answer:
        page = await answer.text()
        assert answer.url.query_string == "failed"
        assert 'role="alert" hidden' not in page
    guesses = [await status(http, "POST", locked.url + "/login", data={"password": "guess"}) for _ in range(6)]
    assert guesses[-1] == 429
    assert await status(http, "POST", locked.url + "/login", data={"password": "correct horse"}) == 429


async def test_a_login_form_on_another_site_does_not_log_in(locked: Served, http: aiohttp.ClientSession) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    data = {"password": "correct horse"}
    assert await status(http, "POST", locked.url + "/login", data=data, headers=headers) == 403


async def test_without_a_password_there_is_nothing_to_log_in_to(chat: Served, http: aiohttp.ClientSession) -> None:
    assert await status(http, "GET", chat.url + "/login") == 303
    assert await status(http, "POST", chat.url + "/login", data={"password": ""}) == 303


def test_a_session_ends_with_its_time_its_password_and_its_secret() -> None:
    now = [1000.0]
    sessions = Sessions("pass", "secret", now=lambda: now[0])
    token = sessions.issue()
    assert sessions.valid(token)
    assert not Sessions("other", "secret", now=lambda: now[0]).valid(token)
    assert not Sessions("pass", "other", now=lambda: now[0]).valid(token)
    until, _, signature = token.partition(".")
    for forged in ("", ".", token + "x", f"{int(until) + 1}.{signature}", f"９.{signature}", "x.y", f"{until}.", "é.é"):
        assert not sessions.valid(forged)
    now[0] += SESSION_SECONDS
    assert not sessions.valid(token)


def test_a_throttle_lets_a_burst_pass_and_then_a_trickle() -> None:
    now = [0.0]
    throttle = Throttle(3, 0.5, names=2, seconds=lambda: now[0])
    assert [throttle.allows("a") for _ in range(4)] == [True, True, True, False]
    assert throttle.allows("b")
    now[0] = 2.0
    assert [throttle.allows("a") for _ in range(2)] == [True, False]
    throttle.allows("c")  # more names than it keeps: "b", silent longest, is forgotten, "a" is not
    assert not throttle.allows("a")


@pytest.mark.parametrize(("authority", "name"), [("a:1", "a"), ("[::1]:2", "::1"), ("[", ""), ("", ""), ("A.B", "a.b")])
def test_a_hosts_name_is_read_without_its_port(authority: str, name: str) -> None:
    assert hostname(authority) == name
