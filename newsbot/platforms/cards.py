"""The buttons under a posted digest, the same on every platform.

They carry ids only, so that they work months later, on any process, for whoever presses.
"""

from __future__ import annotations

from newsbot.domain.models import Digest, DigestStory
from newsbot.locales import Words
from newsbot.platforms.actions import short
from newsbot.platforms.views import Button

WIDTH = 5  # numbers in a row
LABEL = 24  # characters of a topic's name on a button

Rows = tuple[tuple[Button, ...], ...]


def digest_buttons(digest: Digest, delivery_id: int, words: Words, *, public: bool = False) -> Rows:
    """Rows of buttons for a post: what to do with its story, or a number for each of its stories.

    ``delivery_id`` is the post's, 0 for an answer that was never delivered. ``public``: its readers have no say in what
    comes, so that they get no buttons for that.
    """
    if len(digest.stories) == 1:
        return story_buttons(digest.stories[0], words, public=public)
    rows = _numbers(digest, words)
    return (*rows, (_more(digest, delivery_id, words),)) if digest.more and delivery_id else rows


def story_buttons(story: DigestStory, words: Words, *, public: bool = False) -> Rows:
    """The actions of one story: its topic, more like it, what its topic learns from it, muting, why, and its sources
    where there are several."""
    topic = next((reason for reason in story.reasons if reason.topic_id is not None), None)
    like = Button(words("button_like"), short("lk", story.story_id), hint=words("button_like_hint"))
    why = Button(words("button_why"), short("wy", story.story_id), hint=words("button_why_hint"))
    mute = Button(words("button_mute"), short("mm", story.story_id), hint=words("button_mute_hint"))
    third = [why] if public else [mute, why]
    sources = Button(
        words("button_sources", n=len(story.sources)), short("so", story.story_id), hint=words("button_sources_hint")
    )
    told = [sources] if len(story.sources) > 1 else []
    if topic is None or topic.topic_id is None:
        return (like,), (*told, *third)
    thumbs = [
        Button(label, short(verb, story.story_id, topic.topic_id), hint=words(hint, topic=topic.label))
        for label, verb, hint in (("👍", "up", "button_good_hint"), ("👎", "dn", "button_bad_hint"))
    ]
    first = (_topic(topic.topic_id, topic.label, words), like)
    if public:
        return first, (*told, *third)
    rows = (first, (*thumbs, *third), tuple(told))
    return tuple(row for row in rows if row)


def _topic(topic_id: int, label: str, words: Words) -> Button:
    name = label if len(label) <= LABEL else label[: LABEL - 1] + "…"
    return Button(
        words("button_topic", topic=name), short("tp", topic_id), hint=words("button_topic_hint", topic=label)
    )


def _numbers(digest: Digest, words: Words) -> Rows:
    buttons = [
        Button(str(n), short("st", story.story_id), hint=words("button_story_hint", headline=story.headline))
        for n, story in enumerate(digest.stories, 1)
    ]
    return tuple(tuple(buttons[i : i + WIDTH]) for i in range(0, len(buttons), WIDTH))


def _more(digest: Digest, delivery_id: int, words: Words) -> Button:
    return Button(words("button_more", n=digest.more), short("mo", delivery_id, 0), hint=words("button_more_hint"))
