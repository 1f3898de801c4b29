"""The page's endpoints over real HTTP: every message once, whatever is repeated, lost or made up."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from newsbot.platforms.views import Button, Paragraph, Reply, Span
from newsbot.platforms.web.bot import one_line, slug, spoken_language
from tests.fakes.digests import delivery
from tests.fakes.webchat import Served

KEY = "0123456789abcdef"


async def post(http: aiohttp.ClientSession, served: Served, path: str, **body: object) -> tuple[int, dict[str, Any]]:
    async with http.post(served.url + path, json=body) as answer:
        return answer.status, await answer.json()


async def get(http: aiohttp.ClientSession, served: Served, path: str, **query: str | int) -> tuple[int, dict[str, Any]]:
    async with http.get(served.url + path, params=query) as answer:
        return answer.status, await answer.json()


@pytest.fixture
async def ready(chat: Served, http: aiohttp.ClientSession) -> Served:
    """A chat whose first page was opened."""
    await get(http, chat, "/api/chats")
    return chat


async def test_the_first_look_finds_a_private_chat_and_a_channel(chat: Served, http: aiohttp.ClientSession) -> None:
    status, body = await get(http, chat, "/api/chats")
    assert status == 200
    assert body["rev"] == 0
    assert [(c["id"], c["kind"], c["last"]) for c in body["chats"]] == [
        ("me", "private", None),
        ("newsroom", "channel", None),
    ]


async def test_a_command_and_its_answer_are_kept_and_come_back(ready: Served, http: aiohttp.ClientSession) -> None:
    status, said = await post(http, ready, "/api/chats/me/send", text="/start", key=KEY)
    assert status == 200
    assert [m["author"] for m in said["messages"]] == ["me", "newsbot"]
    assert said["messages"][0]["key"] == KEY
    _, history = await get(http, ready, "/api/chats/me/messages")
    assert history == {"messages": said["messages"], "more": False}
    asker = ready.desk.askers[0]
    assert (asker.user_id, asker.is_bot_admin, asker.is_chat_admin, asker.chat_kind) == ("me", True, True, "private")


async def test_a_command_in_a_channel_comes_from_its_admin_who_also_has_a_private_chat(
    ready: Served, http: aiohttp.ClientSession
) -> None:
    await post(http, ready, "/api/chats/newsroom/send", text="/start", key=KEY)
    asker = ready.desk.askers[0]
    assert (str(asker.chat), asker.chat_kind, str(asker.private_chat)) == ("web:newsroom", "channel", "web:me")


async def test_a_command_that_is_sent_again_later_runs_once(ready: Served, http: aiohttp.ClientSession) -> None:
    first = await post(http, ready, "/api/chats/me/send", text="/start", key=KEY)
    again = await post(http, ready, "/api/chats/me/send", text="/start", key=KEY)
    assert first == again
    assert ready.desk.seen["/start"] == 1


async def test_a_command_that_is_sent_again_after_a_restart_runs_once(
    ready: Served, http: aiohttp.ClientSession
) -> None:
    first = await post(http, ready, "/api/chats/me/send", text="/start", key=KEY)
    await post(http, ready, "/api/chats/me/send", text="/help", key=KEY + "2")
    await ready.stop()
    await ready.start()
    assert await post(http, ready, "/api/chats/me/send", text="/start", key=KEY) == first
    assert ready.desk.seen["/start"] == 1


async def test_a_command_that_is_sent_twice_at_once_runs_once(ready: Served, http: aiohttp.ClientSession) -> None:
    ready.desk.gate.clear()
    both = [asyncio.create_task(post(http, ready, "/api/chats/me/send", text="/start", key=KEY)) for _ in range(2)]
    await asyncio.wait_for(ready.desk.reached.wait(), 5)
    ready.desk.gate.set()
    first, again = await asyncio.gather(*both)
    assert first == again
    assert ready.desk.seen["/start"] == 1


async def test_a_page_that_leaves_before_the_answer_finds_it_later(ready: Served, http: aiohttp.ClientSession) -> None:
    ready.desk.gate.clear()
    leaving = asyncio.create_task(post(http, ready, "/api/chats/me/send", text="/start", key=KEY))
    await asyncio.wait_for(ready.desk.reached.wait(), 5)
    leaving.cancel()
    ready.desk.gate.set()
    _, said = await post(http, ready, "/api/chats/me/send", text="/start", key=KEY)
    assert [m["author"] for m in said["messages"]] == ["me", "newsbot"]
    assert ready.desk.seen["/start"] == 1


async def test_the_same_key_in_another_chat_is_another_message(ready: Served, http: aiohttp.ClientSession) -> None:
    await post(http, ready, "/api/chats/me/send", text="/start", key=KEY)
    await post(http, ready, "/api/chats/newsroom/send", text="/start", key=KEY)
    assert ready.desk.seen["/start"] == 2


async def test_words_that_are_not_for_the_bot_get_no_answer(ready: Served, http: aiohttp.ClientSession) -> None:
    _, said = await post(http, ready, "/api/chats/newsroom/send", text="hello all", key=KEY)
    assert [m["body"] for m in said["messages"]] == [{"kind": "text", "text": "hello all"}]


async def test_a_page_button_edits_its_message_in_place(ready: Served, http: aiohttp.ClientSession) -> None:
    _, said = await post(http, ready, "/api/chats/me/send", text="/search battery", key=KEY)
    message = said["messages"][1]
    action = message["body"]["buttons"][0][0]["action"]
    _, pressed = await post(http, ready, "/api/chats/me/press", message=message["id"], action=action, key=KEY)
    [edited] = pressed["messages"]
    assert edited["id"] == message["id"]
    assert edited["rev"] > message["rev"]
    assert edited["body"]["blocks"][0]["spans"][0]["text"] == "Page 2"
    _, history = await get(http, ready, "/api/chats/me/messages")
    assert len(history["messages"]) == 2


async def test_a_press_that_answers_with_a_message_adds_it_once(ready: Served, http: aiohttp.ClientSession) -> None:
    for _ in range(2):
        status, pressed = await post(http, ready, "/api/chats/me/press", message=1, action="wy:7", key=KEY)
        assert (status, len(pressed["messages"])) == (200, 1)
    _, history = await get(http, ready, "/api/chats/me/messages")
    assert len(history["messages"]) == 1


async def test_the_same_answer_to_a_second_press_stands_there_once(ready: Served, http: aiohttp.ClientSession) -> None:
    answers = [
        (await post(http, ready, "/api/chats/me/press", message=1, action="wy:7", key=f"{KEY}{n}"))[1]["messages"][0]
        for n in range(2)
    ]
    assert answers[0]["id"] == answers[1]["id"]
    assert answers[0]["rev"] < answers[1]["rev"]  # so that the page shows it
    await post(http, ready, "/api/chats/me/send", text="/start", key=KEY)
    _, later = await post(http, ready, "/api/chats/me/press", message=1, action="wy:7", key=f"{KEY}9")
    assert later["messages"][0]["id"] > answers[0]["id"]


async def test_an_edit_of_a_message_that_is_gone_comes_as_a_new_one(ready: Served, http: aiohttp.ClientSession) -> None:
    _, pressed = await post(http, ready, "/api/chats/me/press", message=99, action="page:x:2", key=KEY)
    assert [m["body"]["blocks"][0]["spans"][0]["text"] for m in pressed["messages"]] == ["Page 2"]


async def test_a_press_replaces_no_post_no_words_of_the_person_and_nothing_of_another_chat(
    ready: Served, http: aiohttp.ClientSession
) -> None:
    [posted] = await ready.deliver(delivery(1, chat="me"))
    _, said = await post(http, ready, "/api/chats/newsroom/send", text="/search battery", key=KEY)
    others = [int(posted), *(m["id"] for m in said["messages"])]
    before = [await ready.transcript.get(n) for n in others]
    for n, message in enumerate((*others, said["messages"][0]["id"])):
        chat = "newsroom" if n == len(others) else "me"
        press = {"message": message, "action": "page:x:2", "key": f"{KEY}{n}"}
        _, pressed = await post(http, ready, f"/api/chats/{chat}/press", **press)
        assert [m["chat"] for m in pressed["messages"]] == [chat]
        assert pressed["messages"][0]["id"] not in others
    assert [await ready.transcript.get(n) for n in others] == before


async def test_a_command_needs_no_page_that_was_opened_before(chat: Served, http: aiohttp.ClientSession) -> None:
    assert (await post(http, chat, "/api/chats/me/send", text="/start", key=KEY))[0] == 200


async def test_a_forgotten_chat_stays_empty_and_others_keep_theirs(ready: Served, http: aiohttp.ClientSession) -> None:
    ready.desk.presses["fg"] = Reply((Paragraph((Span("Done."),)),), edit=True, forgotten=True)
    _, said = await post(http, ready, "/api/chats/me/send", text="my secret illness", key=KEY)
    await post(http, ready, "/api/chats/newsroom/send", text="/start", key=KEY)
    async with http.get(ready.url + "/api/events", params={"since": 0}) as stream:
        await post(http, ready, "/api/chats/me/press", message=said["messages"][0]["id"], action="fg", key=KEY)
        async with asyncio.timeout(5):
            while await stream.content.readline() != b"event: reset\n":
                pass
    assert [m.body.count("Done.") for m in await ready.transcript.history("me")] == [1]
    assert len(await ready.transcript.history("newsroom")) == 2
    assert not any("illness" in m.body for m in await ready.transcript.since(0))


async def test_a_notice_for_the_presser_is_told_and_not_kept(ready: Served, http: aiohttp.ClientSession) -> None:
    _, pressed = await post(http, ready, "/api/chats/me/press", message=1, action="mute:3", key=KEY)
    assert pressed == {"messages": [], "toast": "Done: mute:3", "error": False}


async def test_history_comes_in_pages_without_holes(ready: Served, http: aiohttp.ClientSession) -> None:
    for n in range(60):
        await ready.transcript.append("me", f"delivery:{n}", "newsbot", "{}", ready.clock.now())
    _, last = await get(http, ready, "/api/chats/me/messages")
    _, first = await get(http, ready, "/api/chats/me/messages", before=last["messages"][0]["id"])
    assert (last["more"], first["more"]) == (True, False)
    assert [m["id"] for m in first["messages"] + last["messages"]] == list(range(1, 61))


async def test_a_channel_is_made_once_whatever_its_name_looks_like(ready: Served, http: aiohttp.ClientSession) -> None:
    status, made = await post(http, ready, "/api/chats", name="  #Space & Science ")
    assert (status, made["id"], made["title"], made["kind"]) == (200, "space-science", "Space & Science", "channel")
    assert (await post(http, ready, "/api/chats", name="space & science"))[1]["id"] == "space-science"
    assert (await post(http, ready, "/api/chats", name="Space/Science"))[1]["id"] == "space-science-2"
    assert (await post(http, ready, "/api/chats", name="Me"))[1]["id"] == "me-2"
    assert (await post(http, ready, "/api/chats", name="Новости дня"))[1]["id"] == "новости-дня"
    assert (await post(http, ready, "/api/chats", name="新闻"))[1]["id"] == "新闻"
    status, said = await post(http, ready, "/api/chats/新闻/send", text="/start", key=KEY)
    assert (status, said["messages"][0]["chat"]) == (200, "新闻")


@pytest.mark.parametrize("name", ["", "   ", "###", "!!!", "\u200b"])
async def test_a_channel_without_a_name_is_refused(ready: Served, http: aiohttp.ClientSession, name: str) -> None:
    assert (await post(http, ready, "/api/chats", name=name))[0] == 400


@pytest.mark.parametrize(
    "body",
    [{}, {"text": "", "key": KEY}, {"text": "   ", "key": KEY}, {"text": "/start"}, {"text": "/start", "key": "short"},
     {"text": "/start", "key": "with spaces and ☃"}, {"text": "x" * 5000, "key": KEY}],
)  # fmt: skip
async def test_a_command_that_is_no_command_is_refused(
    ready: Served, http: aiohttp.ClientSession, body: dict[str, object]
) -> None:
    assert (await post(http, ready, "/api/chats/me/send", **body))[0] == 400
    assert not ready.desk.seen


@pytest.mark.parametrize(
    "body",
    [{}, {"message": "x", "action": "a", "key": KEY}, {"message": 1, "key": KEY},
     {"message": -1, "action": "a", "key": KEY}, {"message": 1, "action": "ä" * 60, "key": KEY},
     {"message": 10**30, "action": "a", "key": KEY}],
)  # fmt: skip
async def test_a_press_that_is_none_is_refused(
    ready: Served, http: aiohttp.ClientSession, body: dict[str, object]
) -> None:
    assert (await post(http, ready, "/api/chats/me/press", **body))[0] == 400
    assert not ready.desk.seen


async def test_a_chat_that_does_not_exist_is_not_found(ready: Served, http: aiohttp.ClientSession) -> None:
    assert (await get(http, ready, "/api/chats/nowhere/messages"))[0] == 404
    assert (await post(http, ready, "/api/chats/nowhere/send", text="/start", key=KEY))[0] == 404
    assert (await get(http, ready, "/api/complete", chat="nowhere", text="/"))[0] == 404


@pytest.mark.parametrize("raw", [b"{", b"[1]", b"null", b"[" * 50_000, b'"x"', b"\xff\xfe"])
async def test_a_body_that_is_no_object_is_refused(ready: Served, http: aiohttp.ClientSession, raw: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with http.post(ready.url + "/api/chats/me/send", data=raw, headers=headers) as answer:
        assert answer.status == 400


async def test_a_body_that_is_too_large_is_refused(ready: Served, http: aiohttp.ClientSession) -> None:
    assert (await post(http, ready, "/api/chats/me/send", text="x" * 70_000, key=KEY))[0] == 413


async def test_completion_offers_whole_lines(ready: Served, http: aiohttp.ClientSession) -> None:
    _, body = await get(http, ready, "/api/complete", chat="me", text="/follow x")
    assert body["items"] == [{"value": "/follow Xiaomi EV", "label": "Xiaomi EV", "detail": "topic"}]


async def test_the_commands_are_listed_with_their_use(ready: Served, http: aiohttp.ClientSession) -> None:
    _, body = await get(http, ready, "/api/commands", chat="me")
    assert [c["usage"] for c in body["commands"]][:2] == ["/start", "/search QUERY"]


async def test_control_characters_and_broken_surrogates_do_not_reach_the_desk(
    ready: Served, http: aiohttp.ClientSession
) -> None:
    raw = b'{"text": "/start \\u0000\\ud83d x", "key": "0123456789abcdef"}'
    headers = {"Content-Type": "application/json"}
    async with http.post(ready.url + "/api/chats/me/send", data=raw, headers=headers) as answer:
        assert answer.status == 200
    assert list(ready.desk.seen) == ["/start  \ufffd x"]


async def test_an_answer_may_be_a_refusal(ready: Served, http: aiohttp.ClientSession) -> None:
    ready.desk.replies["/bad"] = Reply((Paragraph((Span("No."),)),), ((Button("Help", "c:/help"),),), error=True)
    _, said = await post(http, ready, "/api/chats/me/send", text="/bad", key=KEY)
    assert said["messages"][1]["body"]["error"] is True


async def test_the_page_and_its_files_are_served_with_a_strict_policy(
    chat: Served, http: aiohttp.ClientSession
) -> None:
    async with http.get(chat.url + "/") as answer:
        page = await answer.text()
        assert answer.status == 200
        assert "{{" not in page
        assert '<html lang="en" dir="ltr">' in page
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for name in ("style.css", "chat.js", "icon.svg"):
        async with http.get(f"{chat.url}/static/{name}") as answer:
            assert answer.status == 200
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            tag = answer.headers["ETag"]
        async with http.get(f"{chat.url}/static/{name}", headers={"If-None-Match": tag}) as answer:
            assert answer.status == 304


@pytest.mark.parametrize("name", ["index.html", "login.html", "nothing.js", "..%2fbot.py", "%2e%2e/bot.py", "bot.py"])
async def test_nothing_but_the_pages_own_files_can_be_had(chat: Served, http: aiohttp.ClientSession, name: str) -> None:
    async with http.get(f"{chat.url}/static/{name}") as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    ("title", "native"),
    [("Newsroom", "newsroom"), ("  A/B  c_d ", "a-b-c-d"), ("ＣＡＲＳ", "cars"), ("🚗", ""), ("-- --", ""),
     ("C++", "c"), ("x" * 99, "x" * 40)],
)  # fmt: skip
def test_a_slug_is_letters_and_digits(title: str, native: str) -> None:
    assert slug(title) == native


def test_one_line_is_clean() -> None:
    assert one_line(" a\0b\x1b[0m\r\n ") == "a b [0m"


def test_the_browsers_first_language_that_we_speak_is_used() -> None:
    assert spoken_language("xx-YY, tlh;q=0.9, en-GB;q=0.8") == "en"
    assert spoken_language("") == "en"
    assert spoken_language(",;=,-" * 100) == "en"
