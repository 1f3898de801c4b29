"""A topic tried on the archive, in words and figures: what ``newsbot topics try`` prints."""

from __future__ import annotations

from typing import Any

from newsbot.app.newsroom import Newsroom
from newsbot.domain.missing import Missing
from newsbot.domain.models import Article
from newsbot.newsdesk.trying import Trial

_PLACES = {"": "", "head": ", near the head", "middle": ", not before the middle", "end": ", near the end"}


async def try_topic(room: Newsroom, text: str, days: int, misses: int) -> dict[str, Any]:
    """What the typed topic ``text`` is understood as, matches in ``days``, and only just misses, for a program to read.
    Raises QueryError for one with no words."""
    tried = await room.newsdesk.trying.topic(text, days, misses)
    return {
        "understood": tried.understood,
        "facets": _facets(tried),
        "none": [alias.text for alias in tried.query.none],
        "days": days,
        "weeks": tried.preview.per_week(room.clock.now()),
        "matches": [
            {**_told(f.article), "score": f.match.score, "matched": list(f.match.words)} for f in tried.preview.found
        ],
        "misses": [{**_told(m.article), "reason": m.missing.kind, "why": why(m.missing)} for m in tried.misses],
    }


def _facets(tried: Trial) -> list[dict[str, Any]]:
    query = tried.query
    return [
        {
            "label": facet.label,
            "anchor": at == query.anchor,
            "aliases": list(dict.fromkeys(alias.text for alias in facet.aliases)),
        }
        for at, facet in enumerate(query.facets)
    ]


def _told(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "source": article.source,
        "published": article.published,
        "language": article.language,
    }


def why(missing: Missing) -> str:
    """What kept a topic from an article, in words."""
    said = [f"*{word}*" for word in missing.words]
    match missing.kind:
        case "words":
            return f"no word for {', '.join(missing.words)}"
        case "beside":
            return f"says {' and '.join(said)}, but not side by side"
        case "veto":
            return f"left out for {', '.join(said)}"
        case "language":
            return f"in none of the languages {', '.join(missing.words)}"
        case "year":
            return f"about other years than {', '.join(missing.words)}"
        case "apart":
            return f"{' and '.join(said)} stand far apart"
    times = "once" if missing.times == 1 else f"{missing.times} times"
    return f"mentions {', '.join(said)} {times}{_PLACES[missing.place]}"
