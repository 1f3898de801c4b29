"""The server by itself, for the developer's own use: ``python -m tests.fakes.discord --port 8082``.

It prints the token, the addresses and the ids of a guild with Ann in it. She runs a command by ``POST /as/ann/runs``
with ``{"command": "search", "options": {"query": "battery"}, "channel": "…"}`` (without a channel: in her DM), presses
by ``POST /as/ann/presses`` with ``{"channel": "…", "message": "…", "button": "Next ›"}``, writes to the bot by ``POST
/as/ann/says`` with ``{"text": "battery"}``; ``GET /log/…`` is what a channel shows.
"""

from __future__ import annotations

import argparse
import asyncio
from contextlib import suppress

from aiohttp import web

from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.modals import Modal
from tests.fakes.discord.permissions import EVERYONE, Permission
from tests.fakes.discord.places import Channel
from tests.fakes.discord.posts import Message
from tests.fakes.discord.server import DiscordServer
from tests.fakes.discord.transcript import shown, transcript


class Control:
    """The routes by which Ann acts."""

    def __init__(self, dc: DiscordServer) -> None:
        self._dc = dc
        self.ann = dc.person("Ann")
        self.garage = dc.guild("Garage", owner=self.ann, community=True)
        self.garage.text("general")
        self.garage.announcement("wire")
        self.garage.forum("topics", tags=["Cars", "Space"])
        self.garage.admits_bot(permissions=EVERYONE | Permission.MENTION_EVERYONE)

    def routes(self) -> list[web.RouteDef]:
        """To be added to the server's own."""
        return [
            web.post("/as/ann/runs", self.runs),
            web.post("/as/ann/presses", self.presses),
            web.post("/as/ann/says", self.says),
            web.get("/log/{channel}", self.log),
        ]

    def told(self) -> str:
        """What one needs to know, a line each."""
        places = [f"{each.name} {each.id}" for each in self.garage.channels.values()]
        lines = [f"token {self._dc.token}", f"api_url {self._dc.api_url}", f"gateway_url {self._dc.gateway_url}"]
        return "\n".join([*lines, f"guild {self.garage.id}", *places, f"Ann {self.ann.id}"])

    def _channel(self, id_: str) -> Channel:
        if id_ not in self._dc.world.channels:
            raise web.HTTPNotFound
        return self._dc.world.channels[id_]

    async def runs(self, request: web.Request) -> web.Response:
        """A command, and the answer to it."""
        body = await request.json()
        where = self._channel(body["channel"]) if "channel" in body else None
        return await _answer(await self.ann.runs(where, body["command"], **body.get("options", {})))

    async def presses(self, request: web.Request) -> web.Response:
        """A button of a message that all see, and the answer to it."""
        body = await request.json()
        message = self._channel(body["channel"]).find(body["message"])
        if message is None:
            raise web.HTTPNotFound
        return await _answer(await self.ann.presses(message, body["button"]))

    async def says(self, request: web.Request) -> web.Response:
        """A message into the DM with the bot."""
        message = await self.ann.says((await request.json())["text"])
        return web.json_response({"id": message.id, "channel": message.channel.id})

    async def log(self, request: web.Request) -> web.Response:
        """What can be seen in a channel."""
        return web.Response(text=transcript(self._channel(request.match_info["channel"])) + "\n")


async def _answer(asked: Interaction) -> web.Response:
    answer: Message | Modal = await asked.answered()
    return web.Response(text=(shown(answer) if isinstance(answer, Message) else repr(answer)) + "\n")


async def serve(port: int) -> None:
    """Until interrupted: Ann, and a guild of hers with the bot."""
    dc = DiscordServer()
    control = Control(dc)
    await dc.transport.open(port, control.routes())
    print(control.told(), flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await dc.close()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="A strict Discord on loopback.")
    options.add_argument("--port", type=int, default=0, help="0: any free one")
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(options.parse_args().port))
