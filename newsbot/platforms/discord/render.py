"""What the bot says, as Discord's messages. Pure: no library, no I/O.

A post or an answer becomes one message, or several where it is too long, in Components V2: a frame with a bar in its
topic's colour, text, pictures, and below them keys and menus. Where payload is asked for the classic form, the frame is
an embed.
https://docs.discord.com/developers/components/using-message-components
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from newsbot.domain.models import Digest, DigestStory
from newsbot.locales import Words
from newsbot.platforms.cards import digest_buttons
from newsbot.platforms.discord import cards
from newsbot.platforms.discord.blocks import answered
from newsbot.platforms.discord.layout import Piece, grouped, keys_of, opened_of, rows
from newsbot.platforms.discord.markdown import SMALL, plain
from newsbot.platforms.discord.message import Box, Inner, Key, Keys, Outgoing, Text
from newsbot.platforms.text import safe, shortened
from newsbot.platforms.views import Button, Reply

THREAD = (
    100  # characters of https://docs.discord.com/developers/resources/channel#start-thread-in-forum-or-media-channel
)
NOTICE = 200  # characters of an answer that is no more than a notice
ROLES = 10  # that one post calls


def post(
    digest: Digest, delivery_id: int, *, updated: datetime | None = None, most: int | None = None
) -> tuple[Outgoing, ...]:
    """A digest as delivery ``delivery_id`` posts it, in parts: :func:`newsbot.platforms.discord.message.payload` marks
    each as one, for which each has at least one key or menu.

    ``updated`` is when it was last edited, None for a fresh one: that alone calls roles, and is silent where the chat
    wants it so. ``most``: so many parts there are, and an edit must fit into them: the last stories keep their
    headlines only, or are counted among the others.
    """
    words = Words(digest.language)
    digest = replace(digest, stories=tuple(map(_sound, digest.stories)))
    ways = _economies(len(digest.stories))

    def parts_of(way: int) -> tuple[Outgoing, ...]:
        return _posted(digest, delivery_id, words, updated, *ways[way])

    parts = parts_of(0)
    if most and len(parts) > most:
        parts = parts_of(bisect_left(range(len(ways) - 1), True, lo=1, key=lambda way: len(parts_of(way)) <= most))
    if updated is not None or not parts:
        return parts
    called = _calling(parts[0], digest.pings)
    return tuple(replace(part, silent=digest.silent) for part in (called, *parts[1:]))


def reply(answer: Reply, words: Words | None = None, *, share: Key | None = None) -> tuple[Outgoing, ...]:
    """The answer to a command or a press, in parts; () for one that says nothing.

    A toast with no blocks becomes its text. An edit is one part: the lines of a list's entries are given up for it.
    ``words`` are the asker's: English where they are not known. ``share``: the key that shows the answer to all, at the
    end of its own.
    """
    return answered(answer, words or Words(), share)


def brief(answer: Reply) -> str:
    """The markdown of an answer that is no more than a notice; "" for one that is longer, or has keys or links."""
    parts = reply(answer)
    match parts:
        case (Outgoing((Text(said),), file=None),) if len(said) <= NOTICE and "](" not in said:
            return said
        case (Outgoing((Box((Text(said),)),), file=None),) if len(said) <= NOTICE and "](" not in said:
            return said
    return ""


def title(digest: Digest) -> str:
    """What a forum's thread with the digest is called: at most 100 characters."""
    words = Words(digest.language)
    alone = cards.named(digest.stories[0]) if len(digest.stories) == 1 else ""
    said = alone or cards.title(digest, words) or words("post_occasion", occasion="other", n=len(digest.stories))
    return shortened(plain(said), THREAD)


def tags(digest: Digest) -> tuple[str, ...]:
    """The labels of what brought the digest's stories, topics first and each but once: what a forum's tags may be
    called."""
    reasons = [reason for story in digest.stories for reason in story.reasons]
    reasons.sort(key=lambda reason: reason.topic_id is None)
    return tuple(dict.fromkeys(filter(None, (plain(label) for label in (*(r.label for r in reasons), digest.title)))))


# --- posts -----------------------------------------------------------------------------------------


def _sound(story: DigestStory) -> DigestStory:
    """``story`` with what buttons tell of it fit for the catalogue: ICU takes no lone surrogates."""
    reasons = tuple(replace(each, label=safe(each.label)) for each in story.reasons)
    return replace(story, headline=safe(story.headline), reasons=reasons)


def _economies(count: int) -> list[tuple[int, int]]:
    """How many stories of ``count`` are shown, and how many of those in full: fewer and fewer."""
    return [(count, whole) for whole in range(count, -1, -1)] + [(shown, 0) for shown in range(count - 1, 0, -1)]


def _posted(
    digest: Digest, delivery_id: int, words: Words, updated: datetime | None, shown: int, whole: int
) -> tuple[Outgoing, ...]:
    more = digest.more + len(digest.stories) - shown
    buttons = digest_buttons(replace(digest, more=more), delivery_id, words)
    pieces = cards.pieces(digest, words, shown, whole, more, updated)
    keys = rows(keys_of(button for row in buttons for button in row if not _is_number(button)))
    groups = grouped(pieces, (*keys, *_room_for(digest.pings)))
    return tuple(
        Outgoing((Box(_filled(group, keys if n == len(groups) else (), digest, words), cards.colour(digest)),))
        for n, group in enumerate(groups, 1)
    )


def _filled(group: Sequence[Piece], keys: Sequence[Keys], digest: Digest, words: Words) -> tuple[Inner, ...]:
    parts = [part for piece in group for part in piece.parts]
    opening = opened_of(group, words("menu_stories"), (*parts, *keys, *_room_for(digest.pings)))
    return (*parts, *opening, *keys)


def _is_number(button: Button) -> bool:
    return button.label.isascii() and button.label.isdigit()


def _called(pings: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(role for role in pings if role.isascii() and role.isdigit() and len(role) < 21))[:ROLES]


def _room_for(pings: Sequence[str]) -> tuple[Text, ...]:
    roles = _called(pings)
    return (Text(SMALL + " ".join(f"<@&{role}>" for role in roles)),) if roles else ()


def _calling(part: Outgoing, pings: Sequence[str]) -> Outgoing:
    """``part`` that calls roles, in a last small line: the only mentions there are."""
    return replace(part, parts=(*part.parts, *_room_for(pings)), pings=_called(pings))
