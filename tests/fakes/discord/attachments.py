"""Files: what comes with a message, and where it can be fetched.

https://discord.com/developers/docs/reference#uploading-files
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import web

from tests.fakes.discord import checks
from tests.fakes.discord.errors import Form, Json
from tests.fakes.discord.posts import Message
from tests.fakes.discord.routes import Upload

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer

MOST = 10
MOST_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a draft: a new one, or one that the message had (``kept``)."""

    name: str
    upload: Upload | None = None
    description: str = ""
    kept: Json | None = None


class Attachments:
    """The files that were sent, and a page for each."""

    def __init__(self, dc: DiscordServer) -> None:
        self._dc = dc
        self._files: dict[str, Upload] = {}

    def keep(self, place: str, upload: Upload, description: str = "") -> Json:
        """Store a file that was sent to the channel ``place``; returns the documented attachment object."""
        id_ = self._dc.world.ids.next()
        path = f"/attachments/{place}/{id_}/{quote(upload.filename)}"
        self._files[id_] = upload
        found = {
            "id": id_,
            "filename": upload.filename,
            "size": len(upload.content),
            "url": f"http://{self._dc.transport.host}{path}",
            "proxy_url": f"http://{self._dc.transport.host}{path}",
            "content_type": upload.content_type,
        }
        return found | ({"description": description} if description else {})

    def content(self, attachment: Json) -> bytes:
        """The bytes of an attachment object."""
        return self._files[attachment["id"]].content

    async def serve(self, request: web.Request) -> web.Response:
        """The file, as the content network gives it."""
        upload = self._files.get(request.match_info["id"])
        if upload is None:
            raise web.HTTPNotFound
        return web.Response(body=upload.content, headers={"Content-Type": upload.content_type})


def checked(form: Form, given: object, files: Mapping[int, Upload], message: Message | None) -> tuple[Attached, ...]:
    """The files that a message has after it was sent or edited; what is wrong goes into ``form``."""
    kept = {str(each["id"]): each for each in message.attachments} if message else {}
    found = _listed(form, given, files, kept) if given is not None else _plain(files, kept)
    if len(found) > MOST:
        form.wrong(("attachments",), "BASE_TYPE_MAX_LENGTH", f"Must be {MOST} or fewer in length.")
    for number, upload in files.items():
        if len(upload.content) > MOST_BYTES:
            form.wrong(("files", number), "BASE_TYPE_MAX_LENGTH", f"File cannot be larger than {MOST_BYTES} bytes.")
    return tuple(found)


def _plain(files: Mapping[int, Upload], kept: Mapping[str, Json]) -> list[Attached]:
    found = [Attached(each["filename"], kept=each) for each in kept.values()]
    return found + [Attached(each.filename, each) for each in files.values()]


def _listed(form: Form, given: object, files: Mapping[int, Upload], kept: Mapping[str, Json]) -> list[Attached]:
    found: list[Attached] = []
    named: set[str] = set()
    for number, each in enumerate(checks.many(form, ("attachments",), given, 0, 25)):
        path = ("attachments", number)
        entry = checks.mapping(form, path, each)
        checks.known(form, path, entry, ("id", "filename", "title", "description", "is_spoiler"))
        id_ = checks.snowflake(form, (*path, "id"), entry.get("id"))
        about = checks.text(form, (*path, "description"), entry.get("description"), 0, 1024)
        named.add(id_)
        if id_ in kept:
            found.append(Attached(kept[id_]["filename"], kept=kept[id_]))
        elif id_ and int(id_) in files:
            upload = files[int(id_)]
            name = str(entry.get("filename") or upload.filename)
            found.append(Attached(name, Upload(name, upload.content, upload.content_type), about))
        else:
            form.wrong((*path, "id"), "ATTACHMENT_NOT_FOUND", f"Attachment data not found for id {id_}")
    for number in files:
        if str(number) not in named:
            form.strict(("files", number), "a file that the attachments do not name")
    return found
