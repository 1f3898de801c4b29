"""The page's files, as they lie in ``static/``, and the two pages with the bot's words put in."""

from __future__ import annotations

import hashlib
import html as markup
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from aiohttp import web

from newsbot.locales import Words, is_rtl

TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "html": "text/html"}
_WORD = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True)
class File:
    """A file of the page; ``tag`` changes with its content."""

    content: bytes
    content_type: str
    tag: str


def load() -> Mapping[str, File]:
    """Every file of the page by its name; they are few and small."""
    found = {}
    for entry in (resources.files("newsbot.platforms.web") / "static").iterdir():
        kind = TYPES.get(entry.name.rpartition(".")[2])
        if kind is not None and entry.is_file():
            content = entry.read_bytes()
            found[entry.name] = File(content, kind, f'"{hashlib.sha256(content).hexdigest()[:16]}"')
    return found


def file(files: Mapping[str, File], request: web.Request) -> web.Response:
    """The file of that name; 304 when the browser has it. Raises HTTPNotFound; a page is not for having as a file."""
    found = files.get(request.match_info["name"])
    if found is None or found.content_type == TYPES["html"]:
        raise web.HTTPNotFound
    headers = {"ETag": found.tag, "Cache-Control": "no-cache"}  # asked each time, so that an update shows at once
    if request.headers.get("If-None-Match") == found.tag:
        return web.Response(status=304, headers=headers)
    return web.Response(body=found.content, content_type=found.content_type, charset="utf-8", headers=headers)


def html(template: File, words: Words, flag: bool) -> web.Response:
    """A page in the bot's words: ``{{web_key}}`` is a word of the catalogue, ``{{language}}`` and ``{{direction}}``
    those of the words, and ``{{hidden}}`` hides an element unless ``flag``."""
    direction = "rtl" if is_rtl(words.language) else "ltr"
    known = {"language": words.language, "direction": direction, "hidden": "" if flag else "hidden"}

    def word(found: re.Match[str]) -> str:
        key = found[1]
        return markup.escape(known[key] if key in known else words(key))

    text = _WORD.sub(word, template.content.decode())
    return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})
