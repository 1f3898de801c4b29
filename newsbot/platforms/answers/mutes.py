"""/mutes, and muting from a post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from newsbot.domain.models import Mute, MuteKind, WhatKind
from newsbot.errors import NotFound
from newsbot.newsdesk.muting import Mutable
from newsbot.platforms.actions import short
from newsbot.platforms.answers.paging import page_of, turning
from newsbot.platforms.answers.visit import Visit, heading, line, number
from newsbot.platforms.views import Button, Item, Reply, Span

_KINDS: Mapping[WhatKind, MuteKind] = {"feed": "source", "topic": "topic"}
SHORT = 40  # characters of a label on a button


async def mutes(visit: Visit, text: str) -> Reply:
    """What is muted here, each with its undo; with ``text``, mute the source or topic called so."""
    if not text:
        return await _listed(visit, edit=False)
    found = (await visit.newsdesk.naming.names(visit.asker)).exact(text)
    kind = _KINDS.get(found.what.kind) if found else None
    if found is None or kind is None:
        raise NotFound("unclear", text=text)
    return replace(await press_mute(visit, (kind, found.what.ref)), edit=False, toast="")


async def press_list(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Another page of it."""
    return await _listed(visit, number(arguments[0]))


async def _listed(visit: Visit, page: int = 0, toast: str = "", *, edit: bool = True) -> Reply:
    found = await visit.newsdesk.muting.all(visit.asker)
    if not found:
        return Reply((visit.say("mutes_none"),), edit=edit, toast=toast)
    shown = page_of(found, page)
    items = [_item(visit, mute, n) for n, mute in shown.numbered()]
    title = heading(visit.words("mutes_title", n=len(found)))
    return Reply((title, *items), turning(visit, "ml", shown), edit=edit, toast=toast)


def _item(visit: Visit, mute: Mute, n: int) -> Item:
    kind = visit.words("mute_kind", kind=mute.kind)
    undo = Button(visit.words("unmute_button"), short("mx", mute.id, "l"), hint=f"{kind}: {mute.label}")
    since = f"{kind} · {visit.ago(mute.created)}"
    return Item((Span(mute.label or kind, "bold"),), ((Span(since, "muted"),),), (undo,), number=n)


async def press_menu(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """What could be muted about a story."""
    story_id = number(arguments[0])
    options = await visit.newsdesk.muting.options(visit.asker, story_id)
    buttons = tuple((_option(visit, option, story_id),) for option in options)
    return Reply((line(visit.words("mute_title")),), buttons=buttons, private=True)


def _option(visit: Visit, option: Mutable, story_id: int) -> Button:
    brief = option.label if len(option.label) <= SHORT else option.label[: SHORT - 1] + "…"
    label = visit.words("mute_option", kind=option.kind, label=brief)
    return Button(label, short("mu", option.kind, option.ref, story_id), hint=option.label)


async def press_mute(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """``kind:id:story``: mute what that story showed; the answer can take it back."""
    story_id = number(arguments[2]) if arguments[2:] else 0
    mute = await visit.newsdesk.muting.mute(visit.asker, arguments[0], arguments[1], story_id)
    said = visit.words("muted", kind=mute.kind, label=mute.label)
    undo = Button(visit.words("undo_button"), short("mx", mute.id))
    return Reply(
        (line(said),), buttons=((undo, Button(visit.words("mutes_button"), short("ml", 0))),), edit=True, toast=said
    )


async def press_unmute(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """``id`` or, from the list, ``id:l``: take a mute back."""
    mute = await visit.newsdesk.muting.unmute(visit.asker, number(arguments[0]))
    said = visit.words("unmuted", label=mute.label) if mute else visit.words("unmuted_already")
    if arguments[1:] == ("l",):
        return await _listed(visit, toast=said)
    return Reply((line(said),), edit=True, toast=said)
