"""What must hold of a database once all work is done, however often the bot was killed over it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable

from tests.e2e.house import Rows


async def holds_everything_once(rows: Rows, guids: Iterable[str]) -> None:
    """Each article of ``guids`` is stored once; each story that a chat's orders cover has one outcome there, each
    delivery was sent, and each sent post is in the transcript once, with no story shown twice in a chat."""
    stored = Counter(guid for (guid,) in await rows.all("SELECT guid FROM articles"))
    assert stored == Counter(guids), stored - Counter(guids) or Counter(guids) - stored
    assert await rows.count("articles WHERE state <> 2 OR story_id IS NULL") == 0
    assert await _outcomes(rows) == await _covered(rows)
    assert await rows.all("SELECT * FROM outcomes WHERE state NOT IN ('shown', 'more')") == []
    assert await rows.all("SELECT id, kind, state, reason FROM deliveries WHERE state <> 'sent'") == []
    await _transcript_agrees(rows)


async def _outcomes(rows: Rows) -> dict[int, set[int]]:
    """Story ids by chat."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for chat, story in await rows.all("SELECT chat_id, story_id FROM outcomes"):
        found[chat].add(story)
    return dict(found)


async def _covered(rows: Rows) -> dict[int, set[int]]:
    """The same, worked out from the orders and the articles; every article here is announced."""
    articles = await rows.all("SELECT story_id, feed_id, category FROM articles JOIN feeds ON feeds.id = feed_id")
    found: defaultdict[int, set[int]] = defaultdict(set)
    for chat, kind, ref in await rows.all("SELECT chat_id, what_kind, what_ref FROM subscriptions"):
        for story, feed, category in articles:
            if kind == "everything" or ref == {"feed": str(feed), "category": category}[kind]:
                found[chat].add(story)
    return dict(found)


async def _transcript_agrees(rows: Rows) -> None:
    posts = await rows.all("SELECT id, chat_id, digest FROM deliveries WHERE kind = 'post'")
    keys = Counter(key for (key,) in await rows.all("SELECT key FROM web_messages WHERE key LIKE 'delivery:%'"))
    assert keys == Counter(f"delivery:{number}" for number, _, _ in posts)
    shown: defaultdict[int, Counter[int]] = defaultdict(Counter)
    more: Counter[int] = Counter()
    for _, chat, written in posts:
        digest = json.loads(written)
        shown[chat].update(story["story_id"] for story in digest["stories"])
        more[chat] += digest.get("more", 0)
    for chat, stories in (await _outcomes(rows)).items():
        assert set(shown[chat].values()) == {1}, f"chat {chat} was shown a story twice"
        assert len(shown[chat]) + more[chat] == len(stories), f"chat {chat} was told a wrong count"
