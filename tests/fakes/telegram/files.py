"""Files that the bot sends, and those of people that it reads: https://core.telegram.org/bots/api#sending-files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tests.fakes.telegram.errors import Json, bad
from tests.fakes.telegram.groups import Room
from tests.fakes.telegram.params import Params

if TYPE_CHECKING:
    from tests.fakes.telegram.server import TelegramServer

LARGEST = 20_000_000  # bytes that a bot can download


class Files:
    """All files of a server, by their id."""

    def __init__(self, server: TelegramServer) -> None:
        self._server = server
        self._kept: dict[str, tuple[str, bytes]] = {}
        self.served = True
        """Whether files can be downloaded: a server of one's own with ``--local`` has them on its disk only."""

    def add(self, name: str, data: bytes) -> Json:
        """Keep a file; the documented Document, for the ``document`` of a person's message."""
        number = f"file{len(self._kept) + 1}"
        self._kept[number] = (name, data)
        return {"file_id": number, "file_unique_id": number, "file_name": name, "file_size": len(data)}

    def read(self, document: Json) -> tuple[str, bytes]:
        """The name and the content of a Document."""
        return self._kept[document["file_id"]]

    def size(self, file_id: str) -> int:
        """Its size in bytes; ApiError 400 for one that is not there, or too large for bots."""
        if file_id not in self._kept:
            raise bad("invalid file_id")
        size = len(self._kept[file_id][1])
        if size > LARGEST:
            raise bad("file is too big")
        return size

    async def serve(self, request: web.Request) -> web.Response:
        """A download: https://core.telegram.org/bots/api#getfile."""
        found = self._kept.get(request.match_info["path"])
        if request.match_info["token"] != self._server.token or found is None or not self.served:
            raise web.HTTPNotFound
        return web.Response(body=found[1])


def send_document(server: TelegramServer, params: Params) -> Json:
    """https://core.telegram.org/bots/api#senddocument."""
    chat = server.place(params)
    thread = params.number("message_thread_id") or None
    chat.bots_way(thread=thread)
    name, data = params.json("document")
    server.rates.spend(chat.id, group=isinstance(chat, Room))
    document = {"document": server.files.add(name, data)}
    silent = params.flag("disable_notification")
    return chat.add(mine=True, sender=server.me(), thread=thread, silent=silent, extra=document).json()


def get_file(server: TelegramServer, params: Params) -> Json:
    """https://core.telegram.org/bots/api#getfile."""
    number = params.text("file_id")
    size = server.files.size(number)
    return {"file_id": number, "file_unique_id": number, "file_size": size, "file_path": number}
