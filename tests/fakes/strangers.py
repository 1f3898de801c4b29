"""Digests and answers full of what strangers write, for tests that hold for any of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from newsbot.domain.models import Digest, DigestStory, Fact, Reason, Source
from newsbot.platforms.views import Block, Button, DigestBlock, Item, Paragraph, Reply, Span, Style

T = TypeVar("T")

BITS = ("@durov", "/stop", "#tag", "$TSLA", "t.me/x", "https://e.example/x", "<b>", "&amp;", "</a>", '"', "🚗" * 40,
        "😀", "Z" + "\u0301" * 30, "\u202e", "\u2067", "\ud800", "\x00", "\n", " ", "汉字" * 60, "نص عربي", "हिन्दी",
        "{0}", "word " * 120, "\ue000", "A sentence. ", "x" * 3000, "@", "/", "com", "@everyone", "<@1>", "<@&2>",
        "**", "[a](https://e.example)", "`", "||", ":car:", "discord.gg/x", "# ", "- ", "1) ", "_",
        "\uf8f01:R\uf8f1")  # fmt: skip
ADDRESSES = ("https://a.example/x?a=1&b=2", "tg://user?id=1", "javascript:x", "https://é.example/", "", "/x.png")
STYLES: tuple[Style, ...] = ("", "bold", "italic", "code", "mark", "muted")


class Strangers:
    """Digests and answers full of what strangers write, from a seed: quicker to make than drawn field by field."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def some(self, make: Callable[[], T], most: int, least: int = 0) -> tuple[T, ...]:
        return tuple(make() for _ in range(self.dice.randint(least, most)))

    def text(self) -> str:
        return "".join(self.some(lambda: self.dice.choice(BITS), 5))

    def url(self) -> str:
        return self.dice.choice((*ADDRESSES, self.text()))

    def story(self) -> DigestStory:
        return DigestStory(
            story_id=self.dice.randint(1, 2**62),
            headline=self.text(),
            summary=self.some(self.text, 4),
            facts=self.some(lambda: Fact(self.text(), self.text()), 4),
            sources=self.some(lambda: Source(self.text(), self.url()), 8),
            url=self.url(),
            image=self.url(),
            reasons=self.some(lambda: Reason(self.text(), self.some(self.text, 3)), 2),
        )

    def digest(self) -> Digest:
        return Digest(
            stories=self.some(self.story, 12, 1),
            title=self.text(),
            occasion=self.dice.choice(("story", "daily", "burst", "answer")),
            more=self.dice.randint(0, 5),
            compact=self.dice.random() < 0.3,
            language=self.dice.choice(("en", "ar", "zh", "xx")),
            timezone=self.dice.choice(("UTC", "Asia/Tokyo", "Nowhere/At all", "../x")),
        )

    def span(self) -> Span:
        command = self.dice.choice(("", "", "", "/help", f"/follow {self.text()}"))
        return Span(self.text(), self.dice.choice(STYLES), self.url(), command)

    def spans(self) -> tuple[Span, ...]:
        return self.some(self.span, 6)

    def button(self) -> Button:
        return Button(self.text(), self.dice.choice(("st:1", self.text())), self.url())

    def block(self) -> Block:
        item = Item(self.spans(), self.some(self.spans, 3), self.some(self.button, 12), self.dice.choice((None, 7)))
        heading = self.dice.random() < 0.3
        return self.dice.choice((Paragraph(self.spans(), heading), item, DigestBlock(self.digest())))

    def reply(self) -> Reply:
        rows = self.some(lambda: self.some(self.button, 15), 10)
        return Reply(self.some(self.block, 9), rows, edit=self.dice.random() < 0.3, toast=self.text())
