"""Digests as the planner makes them, for tests of what shows them."""

from __future__ import annotations

from datetime import UTC, datetime

from newsbot.domain.models import ChatKey, Delivery, DeliveryKind, Digest, DigestStory, Fact, Reason, Source

XIAOMI = DigestStory(
    story_id=7,
    headline="Xiaomi sets mass production of its first electric car for 2024",
    summary=(
        "Xiaomi will start mass production of its first electric car in the first half of 2024.",
        "Research and development spending rose 21% to 4.6 billion yuan in the second quarter.",
        "The company wants to be among the world’s five largest makers within two decades.",
    ),
    facts=(
        Fact("2024", "Xiaomi will start mass production of its first electric car in the first half of 2024."),
        Fact("4.6 billion yuan", "Research and development spending rose 21% to 4.6 billion yuan."),
        Fact("21%", "Research and development spending rose 21% to 4.6 billion yuan."),
        Fact("16,834", "The company counts 16,834 people in research and development, 52% of its workforce."),
    ),
    sources=(
        Source("Example Motors", "https://motors.example/xiaomi", 1),
        Source("Gridline", "https://grid.example/x", 2),
    ),
    url="https://motors.example/xiaomi",
    language="en",
    published=datetime(2026, 3, 2, 11, 58, tzinfo=UTC),
    reasons=(Reason("Xiaomi EV", ("electric car", "Xiaomi"), 3),),
)


def delivery(
    number: int,
    *stories: DigestStory,
    chat: str = "newsroom",
    kind: DeliveryKind = "post",
    target: int | None = None,
    message_ids: tuple[str, ...] = (),
    digest: Digest | None = None,
) -> Delivery:
    """Delivery ``number`` of ``stories`` (or a whole ``digest``) to a web chat."""
    return Delivery(
        id=number,
        chat_id=1,
        chat=ChatKey("web", chat),
        kind=kind,
        digest=digest or Digest(stories or (XIAOMI,)),
        target=target,
        message_ids=message_ids,
    )
