"""A message without what Discord refuses in it: pictures that it cannot load, addresses that it does not take. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from newsbot.platforms.discord.message import Json

_BUTTON, _SECTION, _THUMBNAIL, _GALLERY = 2, 9, 11, 12
"""https://docs.discord.com/developers/components/reference#component-object-component-types"""

_OF_MEDIA = re.compile(r"\b(media|items|thumbnail|image)\b", re.IGNORECASE)
_OF_ADDRESS = re.compile(r"\burl\b", re.IGNORECASE)

Test = Callable[[Json], bool]


def without(body: Json, refusal: str) -> Json | None:
    """``body`` (of a message, or of a thread with its first one) without what ``refusal`` names, Discord's words of a
    50035 with the places in the body; None when nothing of that kind is in it.
    https://docs.discord.com/developers/reference#error-messages"""
    for named, unwanted in ((_OF_MEDIA, _is_picture), (_OF_ADDRESS, _is_link)):
        if named.search(refusal) and (less := _bare(body, unwanted)) != body:
            return less
    return None


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
