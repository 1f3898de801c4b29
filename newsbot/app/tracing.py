"""The way of an article or a delivery, for an admin at the command line: lines of plain text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from newsbot.app.asker import OPERATOR
from newsbot.app.newsroom import Newsroom
from newsbot.domain.models import Article, ChatKey, Delivery
from newsbot.errors import NewsbotError
from newsbot.locales import Words
from newsbot.newsdesk.explanation import Explanation, Standing, Verdict
from newsbot.newsdesk.ways import Passage, arrival, way
from newsbot.platforms.answers.passages import detailed, held, noted

Moments = list[tuple[datetime, str]]

VERDICTS: Mapping[Verdict, str] = {
    "shown": "in a post",
    "more": 'counted in a post\'s "N more"',
    "waiting": "waits to be posted",
    "skipped": "left out",
    "uncovered": "covered by no order of the chat",
    "judging": "has just arrived",
    "silent": "stored in silence: it was there before its feed",
    "old": "no news any more when it was read",
    "earlier": "came before the order that covers it now",
}
STANDINGS: Mapping[Standing, str] = {
    "": "",
    "queued": "in line",
    "sending": "being sent",
    "retrying": "to be tried again",
    "sent": "sent",
    "uncertain": "not known whether it arrived",
    "quarantined": "refused by the platform",
    "dropped": "given up",
    "withdrawn": "taken back",
    "paused": "the chat cannot be posted to",
    "stopped": "posting is stopped",
    "resting": "the platform is in trouble",
}
"""How it is with a post, or what keeps it from the chat; of a delivery's state the same."""


class NoSuchChat(NewsbotError):
    """No chat is known by what was typed."""


@dataclass(frozen=True, slots=True)
class Trace:
    """An article with what became of it. ``about``: what there is to say of a chat, by name; ``way``: moment by moment;
    ``posts`` show it, where no chat was asked about."""

    article: Article
    about: tuple[tuple[str, str], ...]
    way: Moments
    posts: tuple[Delivery, ...] = ()


async def of_delivery(room: Newsroom, delivery: Delivery) -> Moments:
    """The way of a delivery and of all that was done to what it posted."""
    outbox = room.storage.outbox
    each = (delivery, *await outbox.of_target(delivery.id))
    steps = [step for one in each for step in await outbox.steps_of(one.id)]
    return _moments(way(None, None, None, each, steps))


async def of_article(room: Newsroom, url: str, chat: str = "") -> Trace:
    """The way of the article at ``url``: to ``chat`` ("platform:native[/thread]"), or as far as it is the same for all.
    Raises NotFound, NoSuchChat."""
    asker = replace(OPERATOR, chat=await _known(room, chat), chat_kind="group") if chat else OPERATOR
    found = await room.newsdesk.explaining.link(asker, url)
    if chat:
        return Trace(found.article, tuple(_about(found)), _moments(found.way))
    story_id = found.article.story_id
    shown = await room.storage.outbox.shown([story_id]) if story_id is not None else []
    return Trace(found.article, (), _moments(arrival(found.article, found.story)), tuple(post for _, post in shown))


def _about(found: Explanation) -> Iterable[tuple[str, str]]:
    yield "verdict", ": ".join(filter(None, (VERDICTS[found.verdict], STANDINGS[found.standing])))
    if found.note:
        yield "since", (noted if found.verdict == "skipped" else held)(Words("en"), found.note)
    for reason in found.outcome.reasons if found.outcome else ():
        yield "because of", reason.label + (f" ({', '.join(reason.words)})" if reason.words else "")
    for missed in found.missed:
        lacking = f"{missed.missing.kind}: {', '.join(missed.missing.words)}" if missed.missing else "its query"
        yield "not by", f"{missed.order.label} ({lacking})"


def _moments(passages: Iterable[Passage]) -> Moments:
    return [(passage.at, _said(passage)) for passage in passages]


def _said(passage: Passage) -> str:
    words = Words("en")
    who = passage.kind in {"again", "withdrawn"}  # an admin may know
    detail = passage.detail if who else detailed(words, passage)
    number = f" [{passage.delivery_id}]" if passage.delivery_id else ""
    return f"{words(f'way_{passage.kind}')}{number}{': ' if detail else ''}{detail}"


async def _known(room: Newsroom, text: str) -> ChatKey:
    platform, _, rest = text.partition(":")
    native, _, thread = rest.partition("/")
    key = await room.storage.chats.now_at(ChatKey(platform, native, thread))
    if await room.storage.chats.find(key) is None:
        raise NoSuchChat(f"there is no chat {text}; newsbot deliveries list --state sent names those posted to")
    return key
