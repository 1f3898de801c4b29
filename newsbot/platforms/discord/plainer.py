"""A message without what Discord refuses in it: pictures that it cannot load, addresses that it does not take, and at
last all but its words. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from newsbot.platforms.discord.classic import CONTENT, ROW
from newsbot.platforms.discord.message import COMPONENTS, Json
from newsbot.platforms.text import utf16

_KEYS, _BUTTON, _SECTION, _TEXT, _THUMBNAIL, _GALLERY = 1, 2, 9, 10, 11, 12
"""https://docs.discord.com/developers/components/reference#component-object-component-types"""

_OF_MEDIA = re.compile(r"\b(media|items|thumbnail|image)\b", re.IGNORECASE)
_OF_ADDRESS = re.compile(r"\burl\b", re.IGNORECASE)

_LINK = re.compile(r"\[((?:\\.|[^\[\]\\])*)\]\((?:\\.|[^()\\])*\)")
_ADDRESS = re.compile(r"<?https?://[^\s<>]+>?")
PICTURES, LINKS, PLAIN = "its pictures", "its links", "all but its words"

Test = Callable[[Json], bool]


def without(body: Json, refusal: str) -> tuple[Json, str] | None:
    """``body`` (of a message, or of a thread with its first one) without what ``refusal`` names, Discord's words of a
    50035 with the places in the body, and what is left out; None when nothing of that kind is in it.
    https://docs.discord.com/developers/reference#error-messages"""
    for named, unwanted, what in ((_OF_MEDIA, _is_picture, PICTURES), (_OF_ADDRESS, _is_link, LINKS)):
        if named.search(refusal) and (less := _bare(body, unwanted)) != body:
            return less, what
    return None


def plainest(body: Json, *, edited: bool = False) -> Json:
    """The words of ``body`` as a classic message without addresses, above the keys that the bot answers: one of them
    holds the mark by which a post is found again. Where a message with components is ``edited``, they stay components,
    since Discord lets none become a classic one."""
    if "message" in body:
        return {**body, "message": plainest(body["message"])}
    keys = [key for key in _all(body.get("components", ())) if key.get("type") == _BUTTON and "custom_id" in key]
    rows = [{"type": _KEYS, "components": keys[:ROW]}] if keys else []
    embeds = [str(embed.get("description", "")) for embed in body.get("embeds", ())]
    texts = [str(each["content"]) for each in _all(body.get("components", ())) if each.get("type") == _TEXT]
    words = _cut(_LINK.sub(r"\1", "\n\n".join(filter(None, [body.get("content", ""), *embeds, *texts]))))
    flags = int(body.get("flags", 0))
    bare = {name: value for name, value in body.items() if name not in {"attachments", "content", "embeds"}}
    if edited and flags & COMPONENTS and not (embeds or body.get("content")):
        return {**bare, "components": [{"type": _TEXT, "content": words}, *rows]}
    kept = {"flags": flags & ~COMPONENTS} if "flags" in body else {}
    return {**bare, **kept, "content": words, "embeds": [], "components": rows}


def _cut(words: str) -> str:
    """At most as many as a classic message holds, to the end of a line."""
    left = _ADDRESS.sub("", words).strip()
    while utf16(left) > CONTENT:
        left = left.rpartition("\n")[0] or left[: CONTENT // 2]
    return left.strip() or "…"


def _all(components: Sequence[Json]) -> Iterator[Json]:
    for component in components:
        yield component
        yield from _all([*component.get("components", ()), *filter(None, [component.get("accessory")])])


def _is_picture(component: Json) -> bool:
    return component.get("type") in {_THUMBNAIL, _GALLERY}


def _is_link(component: Json) -> bool:
    return component.get("type") == _BUTTON and "url" in component


def _bare(body: Json, unwanted: Test) -> Json:
    if "message" in body:
        return {**body, "message": _bare(body["message"], unwanted)}
    bare = {**body, "components": list(_kept(body.get("components", ()), unwanted))}
    if "embeds" in body and unwanted is _is_picture:
        bare["embeds"] = [plain for embed in body["embeds"] if (plain := _plain(embed)).get("description")]
    return bare


def _plain(embed: Json) -> Json:
    return {name: value for name, value in embed.items() if name not in {"thumbnail", "image"}}


def _kept(components: Sequence[Json], unwanted: Test) -> Iterator[Json]:
    """What is left of ``components``: a section without its accessory is its text, an empty frame or row is nothing."""
    for component in components:
        if unwanted(component):
            continue
        if component.get("type") == _SECTION and unwanted(component.get("accessory") or {}):
            yield from component["components"]
        elif "components" not in component:
            yield component
        elif left := list(_kept(component["components"], unwanted)):
            yield {**component, "components": left}
