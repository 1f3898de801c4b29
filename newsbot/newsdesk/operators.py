"""What a person wrote after source:, lang:, after: and before:, looked at before it silently finds nothing."""

from __future__ import annotations

from newsbot.domain.query.lex import Atom, atoms, bare
from newsbot.domain.query.search import read_moment
from newsbot.errors import BadRequest
from newsbot.newsdesk.languages import is_language
from newsbot.newsdesk.tools import Tools

EXAMPLES = {
    "title": "title:battery",
    "source": "source:bbc",
    "lang": "lang:zh",
    "after": "after:7d",
    "before": "before:2026-01-31",
}
"""Each operator as it is written."""


async def check_operators(tools: Tools, text: str) -> None:
    """Raises BadRequest for the first value in ``text`` that no article can have, and for an operator alone."""
    if operator := bare(text):
        raise BadRequest("operator_bare", text=f"{operator}:", example=EXAMPLES[operator])
    for atom in atoms(text):
        match atom.field:
            case "source" if not await _is_source(tools, atom):
                raise BadRequest("no_such_source", text=atom.text[:80])
            case "lang" if not all(map(is_language, filter(None, atom.text.split(",")))):
                raise BadRequest("no_such_language", text=atom.text[:80])
            case "after" | "before" if read_moment(atom.text) is None:
                raise BadRequest("no_date", text=atom.text[:80])


async def _is_source(tools: Tools, atom: Atom) -> bool:
    """Whether a feed is called so, as the search reads it: a part of its name, title or address."""
    wanted = atom.text.casefold()
    feeds = await tools.storage.feeds.all(include_disabled=True)
    return any(wanted in (text or "").casefold() for f in feeds for text in (f.slug, f.name, f.title, f.url))
