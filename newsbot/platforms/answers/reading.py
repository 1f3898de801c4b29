"""/latest, /digest, and a story opened from a list or a post."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from newsbot.newsdesk.naming import Choice, Unclear
from newsbot.newsdesk.reading import LATEST, More
from newsbot.platforms.actions import short
from newsbot.platforms.answers.ordering import unclear
from newsbot.platforms.answers.telling import UNTITLED, numbers, story_item
from newsbot.platforms.answers.times import period_of, read_span, spelled
from newsbot.platforms.answers.visit import Visit, heading, number, rows
from newsbot.platforms.cards import digest_buttons
from newsbot.platforms.views import Button, DigestBlock, Item, Reply, Span

WIDTH = 5  # number buttons in a row
PAGE = 10  # stories of "more"


async def latest(visit: Visit, text: str) -> Reply:
    """The newest stories of something."""
    try:
        what, count = (text, None) if visit.fields is None else (visit.fields["what"], _count(visit.fields))
        found = await visit.newsdesk.reading.latest(visit.asker, what, count)
    except Unclear as error:
        return await unclear(visit, error, "/latest")
    choice = found.choice
    if found.hidden:
        return _hidden(visit, choice)
    if not found.stories:
        return Reply((visit.say("latest_none", what=choice.what.kind, label=choice.label),))
    title = heading(visit.words("latest_title", what=choice.what.kind, label=choice.label))
    items = [story_item(visit, story, n) for n, story in enumerate(found.stories, 1)]
    return Reply((title, *items), buttons=rows(numbers(visit, found.stories), WIDTH))


async def digest(visit: Visit, text: str) -> Reply:
    """What mattered in a period, as a card."""
    what, given = (text, None) if visit.fields is None else (visit.fields["what"], _span(visit.fields))
    try:
        found = await visit.newsdesk.reading.digest(visit.asker, what, given)
    except Unclear as error:
        return await unclear(visit, error, "/digest")
    choice, period = found.choice, period_of(visit, found.period)
    if found.hidden:
        return _hidden(visit, choice)
    if not found.digest.stories:
        return await _nothing(visit, choice, found.period)
    title = visit.words("digest_title", what=choice.what.kind, label=choice.label, period=period)
    buttons = digest_buttons(found.digest, 0, visit.words)
    if found.digest.more:
        again = f"{what} {spelled(given)}".strip() if given else text
        buttons = (*buttons, (await visit.button(visit.words("button_more", n=found.digest.more), "dr", 0, again),))
    return Reply((heading(title), DigestBlock(found.digest)), buttons=buttons)


def _count(fields: Mapping[str, str]) -> int:
    return int(fields["count"] or LATEST)


def _span(fields: Mapping[str, str]) -> timedelta:
    return read_span(fields["period"] or "day")


def _hidden(visit: Visit, choice: Choice) -> Reply:
    """There is something, but in other languages than those that the chat wants."""
    languages = ", ".join(visit.settings.languages)
    said = visit.say("languages_hide", what=choice.what.kind, label=choice.label, languages=languages)
    return Reply((said,), buttons=((Button(visit.words("languages_button"), short("sv", "languages", "all")),),))


async def _nothing(visit: Visit, choice: Choice, period: timedelta) -> Reply:
    said = visit.say("digest_none", what=choice.what.kind, label=choice.label, period=period_of(visit, period))
    if period >= timedelta(weeks=1):
        return Reply((said,))
    return Reply((said,), buttons=((await visit.button(visit.words("week_button"), "c", _again(choice)),),))


def _again(choice: Choice) -> str:
    return f"/digest {choice.handle} week"


# --- presses ---------------------------------------------------------------------------------------


async def press_story(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """One story of a list or a digest, in full, with its own buttons."""
    told = await visit.newsdesk.reading.story(visit.asker, number(arguments[0]))
    return Reply((DigestBlock(told),), digest_buttons(told, 0, visit.words), private=True)


async def press_sources(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Every telling of a story, oldest first."""
    told = await visit.newsdesk.reading.articles(visit.asker, number(arguments[0]))
    sources = len({article.source for article in told})
    title = visit.words("sources_of", n=sources, headline=told[0].title or UNTITLED)
    items = [
        Item(
            (Span(article.source, "bold"), Span(" – "), Span(article.title or UNTITLED, url=article.url)),
            ((Span(visit.ago(article.published or article.fetched), "muted"),),),
            number=n,
        )
        for n, article in enumerate(told, 1)
    ]
    return Reply((heading(title), *items), private=True)


async def press_like(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Other stories that share the main words of one, and following them as a topic."""
    found = await visit.newsdesk.likening.like(visit.asker, number(arguments[0]))
    headline = found.headline or UNTITLED
    follow = await visit.button(visit.words("follow_topic_button", topic=found.text), "c", f"/follow {found.text}")
    buttons = ((follow,),) if found.text else ()
    if not found.stories:
        return Reply((visit.say("like_none", headline=headline),), buttons, private=True)
    items = [story_item(visit, story, n) for n, story in enumerate(found.stories, 1)]
    opened = rows(numbers(visit, found.stories), WIDTH)
    return Reply((heading(visit.words("like_title", headline=headline)), *items), (*opened, *buttons), private=True)


async def press_more(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """``delivery:page``: the stories that a posted digest counted as "N more"."""
    delivery_id, page = number(arguments[0]), max(0, number(arguments[1]))
    found = await visit.newsdesk.reading.more(visit.asker, delivery_id, page * PAGE, PAGE)
    turns = [(n, short("mo", delivery_id, n)) for n in (page - 1, page + 1)]
    return _left_out(visit, found, page, turns)


async def press_rest(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """``page:what``: the stories that the answer to /digest left out."""
    page, text = max(0, number(arguments[0])), arguments[1]
    found = await visit.newsdesk.reading.rest(visit.asker, text, page * PAGE, PAGE)
    turns = [(n, (await visit.button("…", "dr", n, text)).action) for n in (page - 1, page + 1) if n >= 0]
    return _left_out(visit, found, page, turns)


def _left_out(visit: Visit, found: More, page: int, turns: list[tuple[int, str]]) -> Reply:
    """A page of stories; ``turns`` are the actions of the pages before and after it."""
    if not found.stories:
        return Reply(toast=visit.words("more_none"), error=True)
    first = found.shown + page * PAGE + 1
    items = [story_item(visit, story, n) for n, story in enumerate(found.stories, first)]
    labels = {page - 1: visit.words("page_previous"), page + 1: visit.words("page_next")}
    turning = tuple(Button(labels[n], action) for n, action in turns if 0 <= n * PAGE < found.total)
    opened = rows(numbers(visit, found.stories, first), WIDTH)
    title = heading(visit.words("more_title", n=found.total))
    return Reply((title, *items), (*opened, turning) if turning else opened, edit=page > 0, private=True)


async def press_topic_latest(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """The newest stories of a topic, by its id."""
    topic = await visit.newsdesk.following.topic(visit.asker, number(arguments[0]))
    found = await visit.newsdesk.reading.of_topic(visit.asker, topic)
    if not found:
        return Reply((visit.say("latest_none", what="topic", label=topic.name),), private=True)
    title = heading(visit.words("latest_title", what="topic", label=topic.name))
    items = [story_item(visit, story, n) for n, story in enumerate(found, 1)]
    return Reply((title, *items), rows(numbers(visit, found), WIDTH), private=True)
