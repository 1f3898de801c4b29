"""The server by itself, for demos: ``python -m tests.fakes.telegram --port 8081``.

It prints the token and the address. Ann (1001) writes by ``POST /as/1001/says`` with ``{"text": "/start"}`` (and
``"chat": -100…`` for another place), presses by ``POST /as/1001/presses`` with ``{"message": 7, "button": "More"}``;
``GET /log/1001`` is what her private chat shows.
"""

from __future__ import annotations

import argparse
import asyncio
from contextlib import suppress

from aiohttp import web

from tests.fakes.telegram.chats import Chat
from tests.fakes.telegram.errors import Json
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.server import TelegramServer


def shown(chat: Chat) -> list[Json]:
    """What can be seen in ``chat``: who wrote what, with which buttons."""
    return [
        {"id": each.id, "from": "bot" if each.mine else each.sender, "text": each.text, "buttons": each.labels}
        for each in chat.log
        if not each.deleted
    ]


class Control:
    """The routes by which people act."""

    def __init__(self, server: TelegramServer) -> None:
        self._server = server

    def routes(self) -> list[web.RouteDef]:
        """To be added to the server's own."""
        return [
            web.post("/as/{person}/says", self.says),
            web.post("/as/{person}/presses", self.presses),
            web.get("/log/{chat}", self.log),
        ]

    def _who(self, request: web.Request) -> Person:
        return self._server.people[int(request.match_info["person"])]

    async def says(self, request: web.Request) -> web.Response:
        """A message into the private chat or the ``chat`` that is named."""
        body, who = await request.json(), self._who(request)
        chat = self._server.chat_at(str(body.get("chat", who.id)))
        message = await who.says(chat, body["text"], thread=body.get("thread"))
        return web.json_response({"id": message.id})

    async def presses(self, request: web.Request) -> web.Response:
        """A press, and what the bot answered to it."""
        body, who = await request.json(), self._who(request)
        message = self._server.chat_at(str(body.get("chat", who.id))).find(int(body["message"]))
        if message is None:
            raise web.HTTPNotFound
        answer = await (await who.presses(message, body["button"])).answered()
        return web.json_response({"text": answer.text, "show_alert": answer.show_alert, "url": answer.url})

    async def log(self, request: web.Request) -> web.Response:
        """What can be seen in a chat."""
        return web.json_response(shown(self._server.chat_at(request.match_info["chat"])))


async def serve(port: int) -> None:
    """Until interrupted: Ann, a forum of hers and a channel of hers."""
    server = TelegramServer()
    ann = server.person(1001, "Ann", username="ann_a")
    forum = server.supergroup("Ann's forum", admins=[ann], forum=True, bot=True)
    channel = server.channel("Ann's news", "anns_news", admins=[ann], bot=True)
    await server.transport.open(port, Control(server).routes())
    print(f"token {server.token}\napi_url {server.url}\nforum {forum.id}\nchannel {channel.id}", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await server.close()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="A strict Telegram on loopback.")
    options.add_argument("--port", type=int, default=0, help="0: any free one")
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(options.parse_args().port))
