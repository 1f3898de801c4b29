"""Options put together to the lines that the desk reads. Pure."""

from __future__ import annotations


def line(name: str, *arguments: object) -> str:
    """ "/name a b"; what is empty is left out."""
    return " ".join((f"/{name}", *(said for each in arguments if (said := str(each).strip()))))


def given(**options: object) -> dict[str, str]:
    """Options for the desk, each by its name, "" for one that was left out."""
    return {name: " ".join(str(value).split()) for name, value in options.items()}


def searched(query: str, language: str = "", since: str = "", source: str = "") -> str:
    """A search with its operators, which stand first: whatever the query's own quotes and signs are, none reaches
    them."""
    name = source.replace('"', " ").strip()
    operators = (
        f"lang:{language.strip()}" if language.strip() else "",
        f"after:{since.strip()}" if since.strip() else "",
        f'source:"{name}"' if name else "",
    )
    return line("search", *operators, query)


def ordered(what: str, words: str = "", when: str = "") -> str:
    """A standing order; what only has words narrows everything."""
    return line("subscribe", what or ("everything" if words.strip() else ""), words, when)
