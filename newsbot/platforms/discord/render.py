"""What the bot says, as Discord's messages. Pure: no library, no I/O."""

from __future__ import annotations

from datetime import datetime

from newsbot.domain.models import Digest
from newsbot.locales import Words
from newsbot.platforms.discord.message import Box, Key, Keys, Outgoing, Text
from newsbot.platforms.views import Paragraph, Reply


def post(
    digest: Digest, delivery_id: int, *, updated: datetime | None = None, most: int | None = None
) -> tuple[Outgoing, ...]:
    """A digest as delivery ``delivery_id`` posts it, in parts: :func:`newsbot.platforms.discord.message.payload` marks
    each as one.

    ``updated`` is when it was last edited, None for a fresh one. ``most``: so many parts there are, and an edit
    must fit into them: the last stories keep their headlines only, or are counted among the others.
    """
    said = "\n".join(story.headline for story in digest.stories)
    return (Outgoing((Box((Text(said), Keys((Key("…", f"mo:{delivery_id}:0"),)))),)),)


def reply(answer: Reply, words: Words | None = None, *, share: Key | None = None) -> tuple[Outgoing, ...]:
    """The answer to a command or a press, in parts; () for one that says nothing.

    A toast with no blocks becomes its text. An edit is one part: the lines of a list's entries are given up for it.
    ``words`` are the asker's: English where they are not known. ``share``: the key that shows the answer to all, at the
    end of its own.
    """
    said = [span.text for block in answer.blocks if isinstance(block, Paragraph) for span in block.spans]
    text = " ".join(said) or answer.toast
    return (Outgoing((Text(text), *([Keys((share,))] if share else []))),) if text else ()


def brief(answer: Reply) -> str:
    """The text of an answer that is one line with no buttons, "" for any other."""
    return answer.toast


def title(digest: Digest) -> str:
    """What a forum's thread with the digest is called: at most 100 characters."""
    return (digest.title or "…")[:100]


def tags(digest: Digest) -> tuple[str, ...]:
    """The labels of the topics and categories that brought the digest's stories, as a forum's tags may be called."""
    return tuple(dict.fromkeys(reason.label for story in digest.stories for reason in story.reasons))
