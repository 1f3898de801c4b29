"""The finishing touches that every dialect shares: a guid for each article, one article for each guid, languages."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import replace

from newsbot.domain.models import ParsedArticle, ParsedFeed

MAX_GUID = 512
MAX_ENTRIES = 20_000
"""Entries read of one document, its first ones."""

_LANGUAGE = re.compile(r"\s*([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*\s*")


def finished(feed: ParsedFeed) -> ParsedFeed:
    """``feed`` with unique guids; empty entries (no title, no text, no address) are left out.

    A guid that stands for several addresses names none of them: those articles go by their address.
    """
    addresses: defaultdict[str, set[str]] = defaultdict(set)
    for article in feed.articles:
        addresses[article.guid].add(article.url)
    kept: dict[str, ParsedArticle] = {}
    language = base_language(feed.language)
    for article in feed.articles:
        if article.title or article.text or article.url:
            shared = len(addresses[article.guid]) > 1
            guid = _guid(replace(article, guid="") if shared else article)
            own = base_language(article.language)
            kept.setdefault(guid, replace(article, guid=guid, language=own or language))
    return replace(feed, language=language, articles=tuple(kept.values()))


def base_language(tag: str) -> str:
    """ "en" for "en-US" (BCP 47); "" for what is no language tag."""
    found = _LANGUAGE.fullmatch(tag or "")
    return found[1].lower() if found else ""


def _guid(article: ParsedArticle) -> str:
    guid = article.guid.strip() or article.url
    if guid and len(guid) <= MAX_GUID:
        return guid
    seed = guid or f"{article.title}\n{article.text[:500]}"
    return "sha256:" + hashlib.sha256(seed.encode("utf-8", "replace")).hexdigest()[:32]
