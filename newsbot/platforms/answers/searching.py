"""/search with its pages, and "more like this"."""

from __future__ import annotations

import re

from newsbot.errors import QueryError
from newsbot.newsdesk.naming import address
from newsbot.newsdesk.searching import Results
from newsbot.platforms.actions import short
from newsbot.platforms.answers.telling import UNTITLED, marked
from newsbot.platforms.answers.visit import Usage, Visit, brief, heading, line, number
from newsbot.platforms.answers.wording import language_name
from newsbot.platforms.views import Block, Button, Item, Paragraph, Reply, Span

SHORT = 40  # characters of a query on a button
_CHOSEN = re.compile(r'(?:lang:(\w+) )?(?:after:(1d|7d|30d|365d) )?(?:source:"([^"]+)" )?')


async def search(visit: Visit, text: str) -> Reply:
    """The first page of a search."""
    if not text:
        raise Usage
    try:
        return await _shown(visit, await visit.newsdesk.searching.search(visit.asker, text), edit=False)
    except QueryError:  # an address has no words: what can be done is to read what is there
        if not address(text):
            raise
        subscribe = await visit.button(visit.words("link_subscribe_button"), "c", f"/subscribe {text}", primary=True)
        return Reply((visit.say("link_unknown"),), buttons=((subscribe,),))


async def press_page(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """``page:cursor:query``: another page, in place of the one that was there."""
    text, service = arguments[2], visit.newsdesk.searching
    results = await service.search(visit.asker, text, number(arguments[0]), arguments[1])
    if not results.hits and results.page > 0:
        results = await service.search(visit.asker, text)
    return await _shown(visit, results, edit=True)


async def _shown(visit: Visit, results: Results, *, edit: bool) -> Reply:
    blocks: list[Block] = [_title(visit, results)]
    if results.relaxed and results.hits:
        blocks.append(line(visit.words("search_relaxed"), "muted"))
    if not results.hits and not results.latest:
        blocks.append(line(visit.words("search_none_hint"), "muted"))
    blocks += [_item(visit, results, n) for n in range(len(results.hits))]
    buttons = (_opening(visit, results), await _paging(visit, results), await _offers(visit, results))
    return Reply(tuple(blocks), buttons=tuple(row for row in buttons if row), edit=edit)


def _title(visit: Visit, results: Results) -> Paragraph:
    text, narrowed = _plainly(visit, results.text)
    said = visit.words("search_title", n=results.total, text=brief(text), more="+" if results.capped else "")
    said = " · ".join((said, *narrowed))
    if results.pages > 1:
        last = f"{results.pages}{'+' if results.capped else ''}"
        said = f"{said} · {visit.words('search_page', page=results.page + 1, pages=last)}"
    return heading(said)


def _plainly(visit: Visit, text: str) -> tuple[str, tuple[str, ...]]:
    """The words of a query, and what was chosen for them from lists, as platforms with fields put it before them: a
    language, how far back, a source. All that was typed where there are no words."""
    found = _CHOSEN.match(text)
    if found is None or not (rest := text[found.end() :]):
        return text, ()
    code, days, source = found.groups("")
    since = visit.words(f"discord_choice_{days}") if days else ""
    return rest, tuple(filter(None, (code and language_name(code), since, source)))


def _item(visit: Visit, results: Results, index: int) -> Item:
    hit = results.hits[index]
    article = hit.article
    title = marked(hit.title, article.url) or (Span(UNTITLED, url=article.url),)
    origin = Span(f"{article.source} · {visit.ago(article.published or article.fetched)}", "muted")
    lines = tuple(spans for spans in (marked(hit.snippet), (origin,)) if spans)
    return Item(title, lines, number=results.first + index)


def _opening(visit: Visit, results: Results) -> tuple[Button, ...]:
    """A button for each article, with its number, that opens its story."""
    found = enumerate((hit.article for hit in results.hits), results.first)
    return tuple(
        Button(str(n), short("st", a.story_id), hint=visit.words("button_story_hint", headline=a.title or UNTITLED))
        for n, a in found
        if a.story_id is not None
    )


async def _paging(visit: Visit, results: Results) -> tuple[Button, ...]:
    words, page = visit.words, results.page
    buttons = []
    if page > 0:
        buttons.append(await visit.button(words("page_previous"), "s", page - 1, results.cursor, results.text))
    if results.more:
        buttons.append(await visit.button(words("page_next"), "s", page + 1, results.cursor, results.text))
    return tuple(buttons)


async def _offers(visit: Visit, results: Results) -> tuple[Button, ...]:
    """A better spelling where there is one; else to follow what was looked for, which may be a site's name too.
    Operators alone are nothing to follow."""
    if results.latest:
        return ()
    if results.suggestion:
        label = visit.words("search_meant", text=brief(results.suggestion))
        return (await visit.button(label, "s", 0, "", results.suggestion, primary=True),)
    text, _ = _plainly(visit, results.text)
    shown = text if len(text) <= SHORT else text[: SHORT - 1] + "…"
    follow = await visit.button(visit.words("follow_topic_button", topic=shown), "c", f"/follow {text}")
    if not address(text):
        return (follow,)
    site = visit.words("link_subscribe_site", site=shown)
    return await visit.button(site, "c", f"/subscribe {text}"), follow
