"""The way in from the browser: the page, its JSON endpoints and who may use them."""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from aiohttp import web

from newsbot.domain.ports import Clock, Message, Transcript, Wake
from newsbot.errors import StorageError
from newsbot.locales import FALLBACK, Words, spoken
from newsbot.platforms.web import pages
from newsbot.platforms.web.guard import Guard
from newsbot.platforms.web.stream import Stream
from newsbot.platforms.web.talk import ME, Desk, Said, Talk, WebChat

HISTORY = 50  # messages in one answer
LONGEST_BODY = 64 * 1024  # bytes of a request
LONGEST_TEXT = 4000  # characters of a command
LONGEST_TITLE = 60  # characters of a channel's name
MOST_CHATS = 200
FIRST_CHANNEL = "newsroom"

_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ChatList(Protocol):
    """The web's chats, kept where all chats are kept."""

    async def chats(self) -> Sequence[WebChat]:
        """Every web chat, in a stable order."""

    async def create(self, chat: WebChat) -> None:
        """Add ``chat``; one that is there already stays as it is."""


class WebPlatform:
    """The web chat. Hand :attr:`routes` to the server, run :meth:`watch`, and :meth:`close` before it stops.

    ``password`` "" means that whoever reaches the port may use it: only for a server on loopback, and then the
    Host header must name this machine (or be in ``hosts``). ``secret`` signs sessions and should be kept, so that
    a restart logs nobody out.
    """

    def __init__(
        self,
        desk: Desk,
        chats: ChatList,
        transcript: Transcript,
        clock: Clock,
        *,
        password: str = "",
        secret: str = "",
        hosts: frozenset[str] = frozenset(),
        beat: float = 15.0,
    ) -> None:
        self._chats = chats
        self._transcript = transcript
        self._stream = Stream(transcript, present, beat=beat)
        self._talk = Talk(desk, transcript, clock, self._stream.poke)
        self._guard = Guard(password, secret or secrets.token_hex(32), hosts)
        self._static = pages.load()

    @property
    def routes(self) -> list[web.AbstractRouteDef]:
        """Everything that the page asks for."""
        open_to_all, member = self._guard.open, self._guard.members
        return [
            web.get("/", member(self._page, page=True)),
            web.get("/static/{name}", open_to_all(self._file)),
            web.get("/login", open_to_all(self._login_page)),
            web.post("/login", open_to_all(self._guard.login)),
            web.post("/logout", member(self._guard.logout, page=True)),
            web.get("/api/chats", member(_json(self._list))),
            web.post("/api/chats", member(_json(self._create))),
            web.get("/api/chats/{chat}/messages", member(_json(self._messages))),
            web.post("/api/chats/{chat}/send", member(_json(self._send))),
            web.post("/api/chats/{chat}/press", member(_json(self._press))),
            web.get("/api/events", member(self._events)),
            web.get("/api/complete", member(_json(self._complete))),
            web.get("/api/commands", member(_json(self._commands))),
        ]

    def poke(self) -> None:
        """Tell open pages to look now: what :class:`newsbot.platforms.web.send.WebSender` announces."""
        self._stream.poke()

    async def watch(self, wake: Wake) -> None:
        """Follow what other tasks and processes write. Runs until cancelled."""
        await self._stream.watch(wake)

    async def close(self) -> None:
        """End the streams and finish what is being answered."""
        self._stream.close()
        await self._talk.finish()

    # --- pages ---

    async def _page(self, request: web.Request) -> web.Response:
        return pages.html(self._static["index.html"], Words(_language(request)), self._guard.password_wanted)

    async def _login_page(self, request: web.Request) -> web.Response:
        if not self._guard.password_wanted:
            raise web.HTTPSeeOther("/")
        return pages.html(self._static["login.html"], Words(_language(request)), "failed" in request.query)

    async def _file(self, request: web.Request) -> web.Response:
        return pages.file(self._static, request)

    # --- endpoints ---

    async def _list(self, request: web.Request) -> Any:
        rev = await self._transcript.last_rev()  # first, so that what comes meanwhile comes again by the stream
        chats = [await self._summary(chat) for chat in await self._all(Words(_language(request)))]
        return {"rev": rev, "chats": chats}

    async def _create(self, request: web.Request) -> Any:
        title = one_line(str((await _body(request)).get("name", ""))).lstrip("#").strip()[:LONGEST_TITLE]
        chats = await self._all(Words(_language(request)))
        known = next((c for c in chats if c.kind != "private" and c.title.casefold() == title.casefold()), None)
        if known is None:
            if not slug(title) or len(chats) >= MOST_CHATS:
                raise web.HTTPBadRequest
            known = WebChat(_free(slug(title), {c.native for c in chats}), title)
            await self._chats.create(known)
            self._stream.poke(chats=True)
        return await self._summary(known)

    async def _messages(self, request: web.Request) -> Any:
        chat = await self._chat(request, request.match_info["chat"])
        before = _number(request.query.get("before"))
        messages = await self._transcript.history(chat.native, before, HISTORY)
        return {"messages": [present(m) for m in messages], "more": len(messages) == HISTORY}

    async def _send(self, request: web.Request) -> Any:
        body = await _body(request)
        said, chat = one_line(str(body.get("text", ""))), await self._chat(request, request.match_info["chat"])
        if not said or len(said) > LONGEST_TEXT:
            raise web.HTTPBadRequest
        return _said(await self._talk.send(chat, said, _key(body), _language(request)))

    async def _press(self, request: web.Request) -> Any:
        body = await _body(request)
        chat, message = await self._chat(request, request.match_info["chat"]), _number(str(body.get("message")))
        action = one_line(str(body.get("action", "")))
        if message is None or not action or len(action.encode()) > 100:
            raise web.HTTPBadRequest
        said = await self._talk.press(chat, message, action, _key(body), _language(request))
        if said.forgotten:  # the place itself stays, empty
            await self._chats.create(chat)
            self._stream.poke(reset=True)
        return _said(said)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        since = _number(request.headers.get("Last-Event-ID") or request.query.get("since")) or 0
        return await self._stream.serve(request, since, self._guard.headers)

    async def _complete(self, request: web.Request) -> Any:
        chat = await self._chat(request, request.query.get("chat", ME))
        text = request.query.get("text", "")[:LONGEST_TEXT]
        return {"items": [asdict(c) for c in await self._talk.complete(chat, text, _language(request))]}

    async def _commands(self, request: web.Request) -> Any:
        chat = await self._chat(request, request.query.get("chat", ME))
        return {"commands": [asdict(c) for c in self._talk.commands(chat, _language(request))]}

    # --- chats ---

    async def _all(self, words: Words) -> Sequence[WebChat]:
        chats = await self._chats.chats()
        if any(chat.native == ME for chat in chats):
            return chats
        await self._chats.create(WebChat(ME, words("web_private_title"), "private"))
        if not chats:
            await self._chats.create(WebChat(FIRST_CHANNEL, FIRST_CHANNEL))
        return await self._chats.chats()

    async def _chat(self, request: web.Request, native: str) -> WebChat:
        for chat in await self._all(Words(_language(request))):
            if chat.native == native:
                return chat
        raise web.HTTPNotFound

    async def _summary(self, chat: WebChat) -> dict[str, Any]:
        last = await self._transcript.history(chat.native, None, 1)
        return {"id": chat.native, "title": chat.title, "kind": chat.kind, "last": present(last[-1]) if last else None}


def present(message: Message) -> dict[str, Any]:
    """A message as the page gets it; ``key`` only on the person's own, which the page has shown already."""
    own = message.author == ME
    return {
        "id": message.id,
        "chat": message.chat,
        "author": message.author,
        "key": message.key.rpartition(":")[2] if own else "",
        "at": message.at.isoformat(),
        "rev": message.rev,
        "deleted": message.deleted,
        "body": json.loads(message.body) if message.body and not message.deleted else None,
    }


def slug(title: str) -> str:
    """A channel's native id from its name: letters and digits of any script, joined by hyphens; "" for none."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    return "-".join(re.findall(r"[^\W_]+", folded))[:40].strip("-")


def spoken_language(accepted: str) -> str:
    """The first language of an Accept-Language header (https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4) that
    the bot speaks, English otherwise. Browsers list them by preference."""
    wanted = (spoken(each.partition(";")[0]) for each in accepted[:200].split(","))
    return next(filter(None, wanted), FALLBACK)


def _language(request: web.Request) -> str:
    return spoken_language(request.headers.get("Accept-Language", ""))


def one_line(text: str) -> str:
    """``text`` with no control characters, lone surrogates or blanks around it."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _CONTROLS.sub(" ", whole).strip()


def _said(said: Said) -> dict[str, Any]:
    return {"messages": [present(m) for m in said.messages], "toast": said.toast, "error": said.error}


def _free(wanted: str, taken: set[str]) -> str:
    return next(name for n in range(1, MOST_CHATS + 2) if (name := f"{wanted}-{n}" if n > 1 else wanted) not in taken)


def _key(body: dict[str, Any]) -> str:
    key = str(body.get("key", ""))
    if not _KEY.fullmatch(key):
        raise web.HTTPBadRequest
    return key


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else None


async def _body(request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    if (request.content_length or 0) > LONGEST_BODY or len(raw := await request.read()) > LONGEST_BODY:
        raise web.HTTPRequestEntityTooLarge(LONGEST_BODY, request.content_length or LONGEST_BODY + 1)
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest
    return body


def _json(answer: Callable[[web.Request], Awaitable[Any]]) -> Handler:
    """A handler whose answer is JSON, also when it is a refusal. A busy database asks the page to come again."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(await answer(request), headers={"Cache-Control": "no-store"})
        except web.HTTPError as error:
            return web.json_response({"error": error.reason}, status=error.status)
        except StorageError as error:
            return web.json_response({"error": str(error)}, status=503, headers={"Retry-After": "2"})

    return handle
