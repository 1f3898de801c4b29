"""Embeds: https://discord.com/developers/docs/resources/message#embed-object."""

from __future__ import annotations

from tests.fakes.discord import checks
from tests.fakes.discord.checks import Path
from tests.fakes.discord.errors import Form, Json

MOST = 10
MOST_TEXT = 6000
TITLE, DESCRIPTION, FIELDS, NAME, VALUE, FOOTER, AUTHOR = 256, 4096, 25, 256, 1024, 2048, 256
KNOWN = (
    "title",
    "type",
    "description",
    "url",
    "timestamp",
    "color",
    "footer",
    "image",
    "thumbnail",
    "author",
    "fields",
)
SHOWN = ("title", "description", "footer", "image", "thumbnail", "author", "fields")


def checked(form: Form, given: object) -> list[Json]:
    """The embeds of a message as it will have them; what is wrong goes into ``form``."""
    found = checks.many(form, ("embeds",), given, 0, MOST)
    total = sum(
        _embed(form, ("embeds", number), checks.mapping(form, ("embeds", number), each))
        for number, each in enumerate(found)
    )
    if total > MOST_TEXT:
        words = f"Embed size exceeds maximum size of {MOST_TEXT}"
        form.wrong(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", words)
    return [{**each, "type": "rich"} for each in found if isinstance(each, dict)]


def _embed(form: Form, path: Path, given: Json) -> int:
    """Check one; returns its characters."""
    checks.known(form, path, given, KNOWN)
    if not any(given.get(key) for key in SHOWN):
        form.strict(path, "an embed that shows nothing")
    size = _text(form, (*path, "title"), given.get("title"), 0, TITLE)
    size += _text(form, (*path, "description"), given.get("description"), 0, DESCRIPTION)
    size += _named(form, (*path, "footer"), given.get("footer"), "text", FOOTER)
    size += _named(form, (*path, "author"), given.get("author"), "name", AUTHOR)
    size += sum(
        _field(form, (*path, "fields", number), each)
        for number, each in enumerate(checks.many(form, (*path, "fields"), given.get("fields", []), 0, FIELDS))
    )
    _rest(form, path, given)
    return size


def _rest(form: Form, path: Path, given: Json) -> None:
    if given.get("url") is not None:
        checks.url(form, (*path, "url"), given["url"], checks.PAGES, 2048)
    if given.get("color") is not None:
        checks.whole(form, (*path, "color"), given["color"], 0, 0xFFFFFF)
    if given.get("timestamp") is not None:
        checks.moment(form, (*path, "timestamp"), given["timestamp"])
    for key in ("image", "thumbnail"):
        if given.get(key) is not None:
            found = checks.mapping(form, (*path, key), given[key])
            checks.url(form, (*path, key, "url"), found.get("url"), checks.MEDIA, 2048)


def _text(form: Form, path: Path, given: object, low: int, high: int) -> int:
    """The characters that count: without the spaces at both ends."""
    found = given.strip() if isinstance(given, str) else given
    return len(checks.text(form, path, found, low, high))


def _named(form: Form, path: Path, given: object, key: str, high: int) -> int:
    if given is None:
        return 0
    found = checks.mapping(form, path, given)
    for link in ("url", "icon_url"):
        if found.get(link) is not None:
            checks.url(form, (*path, link), found[link], checks.MEDIA if link == "icon_url" else checks.PAGES, 2048)
    return _text(form, (*path, key), found.get(key), 1, high)


def _field(form: Form, path: Path, given: object) -> int:
    found = checks.mapping(form, path, given)
    checks.known(form, path, found, ("name", "value", "inline"))
    size = _text(form, (*path, "name"), found.get("name"), 1, NAME)
    return size + _text(form, (*path, "value"), found.get("value"), 1, VALUE)
