"""/follow, /unfollow, /topics, and a topic's page."""

from __future__ import annotations

from newsbot.newsdesk.following import Followed, TopicRow
from newsbot.newsdesk.matching import Preview
from newsbot.platforms.actions import short
from newsbot.platforms.answers.telling import article_item
from newsbot.platforms.answers.visit import Usage, Visit, heading, line, number
from newsbot.platforms.views import Block, Button, Item, Paragraph, Reply, Span

SAMPLES = 3  # titles in a preview
EXAMPLE = "/follow solid-state battery"


async def follow(visit: Visit, text: str) -> Reply:
    """Follow what ``text`` names or describes."""
    if not text:
        raise Usage
    return _followed(visit, await visit.newsdesk.following.follow(visit.asker, text))


def _followed(visit: Visit, done: Followed) -> Reply:
    words, order = visit.words, done.subscribed.subscription
    title = words("followed" if done.subscribed.created else "followed_again", topic=done.topic.name)
    delivered = words("delivered_private" if done.elsewhere else "delivered_here", when=visit.often(order.when))
    if done.subscribed.sample:
        delivered = f"{delivered} {words('follow_sample')}"
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
    if text:
        topic = await visit.newsdesk.following.unfollow(visit.asker, text)
        return Reply((visit.say("unfollowed", topic=topic.name),), buttons=((_follow(visit, topic.id),),))
    followed = await visit.newsdesk.following.followed(visit.asker)
    if not followed:
        return await topics(visit, "")
    buttons = tuple((Button(r.topic.name, short("un", r.topic.id)),) for r in followed)
    return Reply((heading(visit.words("unsubscribe_title")),), buttons=buttons)


def _follow(visit: Visit, topic_id: int, back: str = "") -> Button:
    arguments = (topic_id, back) if back else (topic_id,)
    return Button(visit.words("follow_button"), short("fo", *arguments), style="primary")


async def topics(visit: Visit, text: str, *, edit: bool = False, toast: str = "") -> Reply:
    """The topics there are, each with one tap to follow."""
    found = await visit.newsdesk.following.topics(visit.asker)
    hint = Paragraph((Span(visit.words("topics_hint") + " "), Span(EXAMPLE, command=EXAMPLE)))
    if not found:
        hint = Paragraph((Span(visit.words("topics_none") + " "), Span(EXAMPLE, command=EXAMPLE)))
    items = [_row(visit, row, n) for n, row in enumerate(found, 1)]
    return Reply((heading(visit.words("topics_title")), *items, hint), edit=edit, toast=toast)


def _row(visit: Visit, row: TopicRow, n: int) -> Item:
    words, topic = visit.words, row.topic
    button = _follow(visit, topic.id, "t")
    if row.subscription is not None:
        button = Button(words("following_button"), short("un", topic.id, "t"), hint=words("unfollow_button"))
    state = words("topic_followed" if row.subscription else "topic_not_followed")
    about = Button("…", short("tp", topic.id), hint=words("button_topic_hint", topic=topic.name))
    return Item((Span(topic.name, "bold"),), ((Span(state, "muted"),),), (button, about), number=n)


# --- presses ---------------------------------------------------------------------------------------


async def press_page(visit: Visit, arguments: tuple[str, ...], *, edit: bool = False, toast: str = "") -> Reply:
    """Everything about one topic, with a button to follow or unfollow it."""
    page = await visit.newsdesk.following.page(visit.asker, number(arguments[0]))
    words, topic = visit.words, page.topic
    if page.subscription is not None:
        button = Button(words("unfollow_button"), short("un", topic.id, "p"))
        state = words("followed_again", topic=topic.name)
    else:
        button = _follow(visit, topic.id, "p")
        state = ""
    blocks = [heading(topic.name), *_seen(visit, page.understood, page.preview)]
    if state:
        blocks.insert(1, line(state))
    buttons = ((button, Button(words("latest_button"), short("tl", topic.id))),)
    return Reply(tuple(blocks), buttons, edit=edit, toast=toast, private=True)


async def press_follow(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Follow by id; then show again the place (list "t", page "p") where the button was."""
    done = await visit.newsdesk.following.follow_id(visit.asker, number(arguments[0]))
    toast = visit.words("followed", topic=done.topic.name)
    again = await _place(visit, arguments, toast)
    return again or _followed(visit, done)


async def press_unfollow(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Unfollow by id, likewise."""
    topic = await visit.newsdesk.following.unfollow_id(visit.asker, number(arguments[0]))
    toast = visit.words("unfollowed", topic=topic.name)
    again = await _place(visit, arguments, toast)
    return again or Reply((line(toast),), buttons=((_follow(visit, topic.id),),), toast=toast)


async def _place(visit: Visit, arguments: tuple[str, ...], toast: str) -> Reply | None:
    match arguments[1:]:
        case ("t",):
            return await topics(visit, "", edit=True, toast=toast)
        case ("p",):
            return await press_page(visit, arguments, edit=True, toast=toast)
    return None
