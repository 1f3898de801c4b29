"""Deliveries into the web chat: exactly once, edited and taken back in place."""

from __future__ import annotations

import json
from dataclasses import replace

from newsbot.domain.ports import Message, Over, RetryLater, Sent
from newsbot.errors import StorageBusy
from newsbot.platforms.web.send import WebSender
from tests.fakes.digests import XIAOMI, delivery
from tests.fakes.sender import no_parts
from tests.fakes.transcript import MemoryTranscript
from tests.fakes.webchat import FixedClock


def sender(transcript: MemoryTranscript) -> WebSender:
    return WebSender(transcript, FixedClock())


async def test_a_post_that_is_sent_twice_is_one_message() -> None:
    transcript = MemoryTranscript()
    first = await sender(transcript).send(delivery(5), no_parts)
    again = await sender(transcript).send(
        delivery(5), no_parts
    )  # the process died before it wrote the first outcome down
    assert first == again == Sent(("1",))
    [message] = await transcript.history("newsroom")
    assert message.key == "delivery:5"
    assert json.loads(message.body)["digest"]["stories"][0]["headline"] == XIAOMI.headline


async def test_an_edit_takes_the_place_of_its_target_and_says_when() -> None:
    transcript = MemoryTranscript()
    posted = await sender(transcript).send(delivery(5), no_parts)
    assert isinstance(posted, Sent)
    grown = replace(XIAOMI, headline="Xiaomi shows its electric car")
    outcome = await sender(transcript).send(
        delivery(6, grown, kind="edit", target=5, message_ids=posted.message_ids), no_parts
    )
    assert outcome == posted
    [message] = await transcript.history("newsroom")
    body = json.loads(message.body)
    assert body["digest"]["stories"][0]["headline"] == "Xiaomi shows its electric car"
    assert body["updated"] == "2026-03-02T12:30:00+00:00"


async def test_an_edit_of_a_message_that_is_gone_is_rejected_for_good() -> None:
    transcript = MemoryTranscript()
    for ids in ((), ("99",), ("not a number",)):
        assert isinstance(
            await sender(transcript).send(delivery(6, kind="edit", target=5, message_ids=ids), no_parts), Over
        )


async def test_a_retracted_post_is_gone_and_retracting_it_again_does_no_harm() -> None:
    transcript = MemoryTranscript()
    posted = await sender(transcript).send(delivery(5), no_parts)
    assert isinstance(posted, Sent)
    back = delivery(7, kind="retract", target=5, message_ids=posted.message_ids)
    assert await sender(transcript).send(back, no_parts) == posted
    assert await sender(transcript).send(back, no_parts) == posted
    assert await transcript.history("newsroom") == []


async def test_a_busy_database_means_later_and_the_pages_hear_only_of_what_is_there() -> None:
    class Busy(MemoryTranscript):
        async def append(self, *_: object, **__: object) -> Message:
            raise StorageBusy("locked by another process")

    heard: list[int] = []
    outcome = await WebSender(Busy(), FixedClock(), lambda: heard.append(1)).send(delivery(5), no_parts)
    assert outcome == RetryLater("locked by another process")
    assert heard == []


async def test_text_that_no_database_could_encode_is_kept_all_the_same() -> None:
    transcript = MemoryTranscript()
    await sender(transcript).send(delivery(5, replace(XIAOMI, headline="broken \ud83d half \x00 emoji")), no_parts)
    [message] = await transcript.history("newsroom")
    message.body.encode("ascii")
    assert "\0" not in message.body
