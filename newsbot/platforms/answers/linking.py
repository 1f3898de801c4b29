"""Plain words in a private chat, an address alone, and the links of a post that was shown to us."""

from __future__ import annotations

from collections.abc import Sequence

from newsbot.domain.models import Article
from newsbot.domain.urls import host_of, is_web
from newsbot.newsdesk.naming import address
from newsbot.platforms.actions import short
from newsbot.platforms.answers.searching import search
from newsbot.platforms.answers.telling import UNTITLED
from newsbot.platforms.answers.visit import Visit, brief
from newsbot.platforms.views import Button, Paragraph, Reply, Span

MOST = 3  # sites that are offered
SHORT = 30  # characters of a site on a button


async def plain(visit: Visit, text: str) -> Reply:
    """Words alone are a search; a web address alone is offered to subscribe to."""
    return await link(visit, text) if is_web(text) else await search(visit, text)


async def link(visit: Visit, url: str) -> Reply:
    """What can be done with one address."""
    article = await visit.newsdesk.reading.at(visit.asker, url)
    if article is None:
        return Reply((visit.say("link_unknown"),), buttons=((await _subscribe(visit, url),),))
    return Reply(_known(visit, article), buttons=((await _subscribe(visit, url),), await _about(visit, article, url)))


def _known(visit: Visit, article: Article) -> tuple[Paragraph, ...]:
    title = Paragraph((Span(article.title or UNTITLED, "bold", url=article.url),))
    return title, visit.say("link_known", source=article.source)


async def _about(visit: Visit, article: Article, url: str) -> tuple[Button, ...]:
    why = await visit.button(visit.words("link_why_button"), "c", f"/why {url}")
    if article.story_id is None:
        return (why,)
    return Button(visit.words("link_story_button"), short("st", article.story_id)), why


async def _subscribe(visit: Visit, url: str, *, named: bool = False) -> Button:
    site = host_of(url).removeprefix("www.")
    label = visit.words("link_subscribe_site", site=_cut(site)) if named else visit.words("link_subscribe_button")
    return await visit.button(label, "c", f"/subscribe {url}", primary=True)


def _cut(text: str) -> str:
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"


async def offer(visit: Visit, addresses: Sequence[str], title: str) -> Reply:
    """Offer to subscribe to the sites behind ``addresses``, each once, as often as one post can mean it."""
    urls = (address(text) for text in addresses)
    sites = {host_of(url).removeprefix("www."): url for url in reversed([u for u in urls if u and is_web(u)])}
    chosen = [url for site, url in reversed(sites.items()) if site][:MOST]
    if not chosen:
        return Reply()
    buttons = [(await _subscribe(visit, url, named=True),) for url in chosen]
    named = f" ({brief(title)})" if title else ""
    return Reply((visit.say("link_offer", n=len(chosen), title=named),), buttons=tuple(buttons))
