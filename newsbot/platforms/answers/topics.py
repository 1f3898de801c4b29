"""/follow, /unfollow, /topics, and a topic's page."""

from __future__ import annotations

from dataclasses import replace

from newsbot.domain.models import Topic
from newsbot.errors import NotFound
from newsbot.newsdesk.following import Followed, TooBroad, TopicRow
from newsbot.newsdesk.matching import Preview
from newsbot.platforms.actions import short
from newsbot.platforms.answers import lessons
from newsbot.platforms.answers.paging import SIZE, page_of, turning
from newsbot.platforms.answers.telling import article_item
from newsbot.platforms.answers.times import NoTime, no_time, read_when
from newsbot.platforms.answers.visit import Usage, Visit, brief, heading, line, number
from newsbot.platforms.views import Block, Button, Item, Paragraph, Reply, Span

SAMPLES = 3  # titles in a preview
DAILY = "daily 08:00"
EXAMPLE = "/follow solid-state battery"
LISTED = "l"
"""Marks the button of a topic's page that was opened from the list."""


async def follow(visit: Visit, text: str) -> Reply:
    """Follow what ``text`` names or describes."""
    if not text:
        raise Usage
    fields, when = visit.fields or {}, None
    try:
        when = read_when(fields["when"]) if fields.get("when") else None
        topic = fields.get("topic") or text
        done = await visit.newsdesk.following.follow(visit.asker, topic, when, whole=bool(fields))
        return _followed(visit, done)
    except NoTime as error:
        return await no_time(visit, error, f"/follow {fields['topic']}")
    except TooBroad as error:
        anyway = await visit.button(visit.words("too_broad_anyway"), "fa", error.text)
        daily = await visit.button(visit.words("too_broad_daily"), "c", f"/follow {error.text} {DAILY}", primary=True)
        return Reply((visit.say(error.key, text=brief(error.text)),), buttons=((daily, anyway),))


async def follow_link(visit: Visit, ref: str) -> Reply:
    """Follow the ready-made topic that a link names by its slug or id."""
    try:
        return _followed(visit, await visit.newsdesk.following.follow_ready(visit.asker, ref))
    except NotFound as error:
        topics = Button(visit.words("welcome_topics_button"), short("c", "/topics"), style="primary")
        return Reply((visit.say(error.key),), buttons=((topics,),), error=True)


async def press_anyway(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Follow a text though it matches nearly anything."""
    return _followed(visit, await visit.newsdesk.following.follow(visit.asker, arguments[0], broad=True))


def _followed(visit: Visit, done: Followed) -> Reply:
    words, order = visit.words, done.subscribed.subscription
    title = words("followed" if done.subscribed.created else "followed_again", topic=brief(done.topic.name))
    delivered = words("delivered_private" if done.elsewhere else "delivered_here", when=visit.often(order.when))
    if done.subscribed.sample:
        held = done.subscribed.held
        delivered = f"{delivered} {visit.later(held) if held else words('follow_sample')}"
    blocks = (heading(title), *_seen(visit, done.understood, done.preview), line(delivered))
    buttons = [
        Button(words("latest_button"), short("tl", done.topic.id)),
        Button(words("unfollow_button"), short("un", done.topic.id)),
    ]
    if not done.elsewhere:
        buttons.insert(0, Button(words("when_button"), short("sw", order.id)))
    return Reply(blocks, buttons=(tuple(buttons),))


def _seen(visit: Visit, understood: str, preview: Preview) -> list[Block]:
    """What was understood, and what it would have brought, with a few titles."""
    stories = preview.stories()
    said = visit.words(
        "preview",
        days=preview.days,
        stories=len(stories),
        articles=len(preview.found),
        more="yes" if len(preview.found) > len(stories) else "no",
    )
    blocks: list[Block] = [line(visit.words("understood", query=understood)), line(said)]
    if not stories:
        blocks.append(line(visit.words("preview_none_hint"), "muted"))
    for n, found in enumerate(stories[:SAMPLES], 1):
        matched = visit.words("matched", words=", ".join(found.match.words[:6]))
        blocks.append(article_item(visit, found.article, n, ((Span(matched, "muted"),),) if found.match.words else ()))
    return blocks


async def unfollow(visit: Visit, text: str) -> Reply:
    """Stop following; with nothing, ask which."""
    visit.newsdesk.following.may(visit.asker)
    if text:
        topic = await visit.newsdesk.following.unfollow(visit.asker, text)
        return Reply((visit.say("unfollowed", topic=brief(topic.name)),), buttons=((await _again(visit, topic),),))
    followed = await visit.newsdesk.following.followed(visit.asker)
    if not followed:
        return await topics(visit, "")
    buttons = tuple((Button(brief(r.topic.name), short("un", r.topic.id)),) for r in followed)
    return Reply((heading(visit.words("unsubscribe_title")),), buttons=buttons)


async def _again(visit: Visit, topic: Topic) -> Button:
    """Follow what was just unfollowed: a typed topic by its words, for it is nobody's by its number."""
    if topic.slug:
        return _follow(visit, topic.id)
    return await visit.button(visit.words("follow_button"), "c", f"/follow {topic.name}", primary=True)


def _follow(visit: Visit, topic_id: int, back: str = "") -> Button:
    arguments = (topic_id, back) if back else (topic_id,)
    return Button(visit.words("follow_button"), short("fo", *arguments), style="primary")


async def topics(visit: Visit, text: str) -> Reply:
    """The topics there are, each with one tap to follow."""
    return await _listed(visit, edit=False)


async def _listed(visit: Visit, page: int = 0, focus: int = -1, toast: str = "", *, edit: bool = True) -> Reply:
    """A page of the list: the one with the topic ``focus`` on it where there is such a topic."""
    found = await visit.newsdesk.following.topics(visit.asker)
    page = next((n // SIZE for n, row in enumerate(found) if row.topic.id == focus), page)
    shown = page_of(found, page)
    items = [_row(visit, row, n) for n, row in shown.numbered()]
    said = visit.words("topics_hint" if found else "topics_none")
    hint = Paragraph((Span(said + " "), Span(EXAMPLE, command=EXAMPLE)))
    blocks: list[Block] = [heading(visit.words("topics_title")), *items, hint]
    return Reply(tuple(blocks), turning(visit, "tt", shown), edit=edit, toast=toast)


async def press_list(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Another page of the topics."""
    return await _listed(visit, number(arguments[0]))


def _row(visit: Visit, row: TopicRow, n: int) -> Item:
    words, topic = visit.words, row.topic
    button, name = _follow(visit, topic.id, "t"), brief(topic.name)
    if row.subscription is not None:
        button = Button(words("following_button"), short("un", topic.id, "t"), hint=words("unfollow_button"))
    label = f"✓ {name}" if row.subscription else name
    opener = Button(label, short("tp", topic.id, LISTED), hint=words("button_topic_hint", topic=name))
    return Item((Span(label, "bold"),), buttons=(button,), number=n, opener=opener)


# --- presses ---------------------------------------------------------------------------------------


async def press_page(visit: Visit, arguments: tuple[str, ...], *, edit: bool = False, toast: str = "") -> Reply:
    """Everything about one topic, with a button to follow or unfollow it; opened from the list, in its place."""
    page = await visit.newsdesk.following.page(visit.asker, number(arguments[0]))
    words, topic, listed = visit.words, page.topic, arguments[1:] == (LISTED,)
    place = LISTED if listed else "p"
    if page.subscription is not None:
        button = Button(words("unfollow_button"), short("un", topic.id, place))
        state = words("topic_page_followed", when=visit.often(page.subscription.when))
    else:
        button = _follow(visit, topic.id, place)
        state = words("topic_page_not_followed")
    blocks: list[Block] = [heading(brief(topic.name)), *_seen(visit, page.understood, page.preview), line(state)]
    buttons: tuple[tuple[Button, ...], ...] = ((button, Button(words("latest_button"), short("tl", topic.id))),)
    if page.subscription is not None and (learned := await lessons.changes(visit, page.subscription)):
        blocks.append(line(lessons.without(visit, page.subscription) or words("lesson_none"), "muted"))
        buttons = (*buttons, *learned)
    if listed:
        back = Button(words("back_button"), short("tt", await _page_of(visit, topic.id)))
        return Reply(tuple(blocks), (*buttons, (back,)), edit=True, toast=toast, private=True)
    return Reply(tuple(blocks), buttons, edit=edit, toast=toast, private=True)


async def _page_of(visit: Visit, topic_id: int) -> int:
    """The page of the list that has a topic on it."""
    found = await visit.newsdesk.following.topics(visit.asker)
    return next((n // SIZE for n, row in enumerate(found) if row.topic.id == topic_id), 0)


async def press_follow(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Follow by id; then show again the place (list "t", page "p" or "l") where the button was."""
    done = await visit.newsdesk.following.follow_id(visit.asker, number(arguments[0]))
    toast = visit.words("followed", topic=brief(done.topic.name))
    again = await _place(visit, arguments, toast)
    return again or replace(_followed(visit, done), edit=True)


async def press_unfollow(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Unfollow by id, likewise."""
    topic = await visit.newsdesk.following.unfollow_id(visit.asker, number(arguments[0]))
    toast = visit.words("unfollowed", topic=brief(topic.name))
    again = await _place(visit, arguments, toast)
    return again or Reply((line(toast),), buttons=((await _again(visit, topic),),), edit=True)


async def _place(visit: Visit, arguments: tuple[str, ...], toast: str) -> Reply | None:
    match arguments[1:]:
        case ("t",):
            return await _listed(visit, focus=number(arguments[0]), toast=toast)
        case ("p",) | ("l",):
            return await press_page(visit, arguments, edit=True, toast=toast)
    return None
