"""Stories and articles as entries of a list, the same in every answer."""

from __future__ import annotations

from newsbot.domain.models import Article, DigestStory
from newsbot.domain.snippet import Snippet
from newsbot.platforms.actions import short
from newsbot.platforms.answers.visit import Visit
from newsbot.platforms.views import Button, Item, Span

UNTITLED = "…"


def story_item(visit: Visit, story: DigestStory, number: int) -> Item:
    """A story: headline, its first sentence, who tells it and since when."""
    source = story.sources[0].name if story.sources else ""
    told = visit.words("told_by", source=source, n=max(0, len(story.sources) - 1))
    lines = [(Span(sentence),) for sentence in story.summary[:1]]
    lines.append((Span(f"{told} · {visit.ago(story.published)}", "muted"),))
    image = story.image if visit.pictures else ""
    return Item((Span(story.headline or UNTITLED, url=story.url),), tuple(lines), number=number, image=image)


def article_item(visit: Visit, article: Article, number: int, extra: tuple[tuple[Span, ...], ...] = ()) -> Item:
    """An article: title, ``extra`` lines, and where and when it was published."""
    origin = Span(f"{article.source} · {visit.ago(article.published or article.fetched)}", "muted")
    return Item((Span(article.title or UNTITLED, url=article.url),), (*extra, (origin,)), number=number)


def marked(text: Snippet, url: str = "") -> tuple[Span, ...]:
    """A snippet as spans, the words that answer the query marked."""
    return tuple(Span(part, "mark" if hit else "", url=url) for part, hit in text if part)


def numbers(visit: Visit, stories: tuple[DigestStory, ...], first: int = 1) -> list[Button]:
    """A button for each story, with its number, that opens it."""
    return [
        Button(str(n), short("st", s.story_id), hint=visit.words("button_story_hint", headline=s.headline or UNTITLED))
        for n, s in enumerate(stories, first)
        if s.story_id
    ]
