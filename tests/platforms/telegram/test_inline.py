"""``@bot words``: stories to choose from in any chat, fast, paged, cached, and each a card with its source."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from newsbot.domain.models import Digest, DigestStory, Source
from newsbot.locales import Words
from newsbot.newsdesk import Access
from newsbot.platforms.commands import KEYSTROKES, Request
from newsbot.platforms.telegram.inline import results
from newsbot.platforms.views import Cards
from tests.fakes.telegram import Person, faults
from tests.newsdesk.room import SU7
from tests.platforms.telegram.town import ALL, BY_POLLING, Town, asker


async def test_typing_finds_stories_and_choosing_posts_a_card_with_its_source(town: Town, ann: Person) -> None:
    answer = await ann.asks_inline("xiaomi")
    assert len(answer.results) == 1 and "Xiaomi" in answer.titles[0]
    assert "Motor News" in answer.results[0]["description"]
    group = town.tg.group("Friends", [ann])
    posted = await ann.chooses(answer, answer.results[0]["id"], group)
    assert "SU7" in posted.text and posted.via_bot
    assert [button.url for button in posted.buttons] == ["https://motors.example/1"]


async def test_nothing_typed_shows_the_latest_and_the_answer_is_everybodys(
    town: Town, ann: Person, ben: Person
) -> None:
    answer = await ann.asks_inline("")
    assert len(answer.results) == 3 and not answer.personal and 60 <= answer.cache_time <= 300
    assert (await ben.asks_inline("")).cached


async def test_what_one_person_is_refused_is_nobody_elses_answer(town: Town, ann: Person, ben: Person) -> None:
    town.room.newsdesk.configure(replace(ALL, access=Access("allowlist", allow=(f"telegram:{ann.id}",))))
    refused = await ben.asks_inline("xiaomi")
    assert (refused.results, refused.button, refused.cache_time, refused.personal) == ((), {}, 0, True)
    assert (await ann.asks_inline("xiaomi")).results
    assert not (await ben.asks_inline("xiaomi")).results


async def test_whoever_types_too_fast_takes_nothing_from_others(town: Town, ann: Person, ben: Person) -> None:
    for n in range(KEYSTROKES):
        await town.desk.cards(Request(asker(ann)), f"key {n}")
    assert not (await ann.asks_inline("xiaomi")).results
    answer = await ben.asks_inline("xiaomi")
    assert answer.results and not answer.cached


async def test_each_reads_the_bots_own_words_in_their_language(town: Town, ann: Person, ben: Person) -> None:
    town.room.newsdesk.configure(replace(ALL, languages=("en", "de")))
    for asked in (ann, ben):
        answer = await asked.asks_inline("zzzzqqqq")
        assert answer.personal and answer.button["text"] == Words(asked.language)("inline_nothing")
    await town.room.publish("volt", "Xiaomi delivers the SU7", SU7[1], story=town.story)
    english, german = await ann.asks_inline("xiaomi"), await ben.asks_inline("xiaomi")
    said = [answer.results[0]["input_message_content"]["message_text"] for answer in (english, german)]
    assert english.personal and "also:" in said[0] and "also:" not in said[1]


async def test_a_picture_that_telegram_refuses_costs_the_pictures_and_not_the_answer(town: Town, ann: Person) -> None:
    def shown(image: str) -> Cards:
        story = DigestStory(
            7, "A headline", ("A sentence.",), sources=(Source("S", "https://s.example/"),), image=image
        )
        return Cards((Digest((replace(story, url="https://s.example/"),)),))

    async def cards(request: Request, text: str, offset: str = "") -> Cards:
        return shown(f"https://pictures.example/{text}.jpg")

    town.desk.cards = cards  # type: ignore[method-assign]  # only the pictures matter here
    town.tg.refused_thumbnails.add("https://pictures.example/bad.jpg")
    fine, bare = await ann.asks_inline("good"), await ann.asks_inline("bad")
    assert fine.results[0]["thumbnail_url"] == "https://pictures.example/good.jpg"
    assert fine.results[0]["reply_markup"]
    assert bare.titles == fine.titles
    assert not {"thumbnail_url", "reply_markup"} & set(bare.results[0])


async def test_many_are_paged(town: Town, ann: Person) -> None:
    for n in range(24):
        await town.room.publish("motors", f"Quixotic report number {n}", f"Quixotic cars of kind {n}.", hours=5 + n)
    seen: list[str] = []
    offset, pages = "", 0
    while pages == 0 or offset:
        answer = await ann.asks_inline("quixotic", offset)
        seen += [result["id"] for result in answer.results]
        offset, pages = answer.next_offset, pages + 1
    assert len(seen) == len(set(seen)) == 24 and pages == 4


async def test_nothing_found_offers_the_private_chat(town: Town, ann: Person) -> None:
    answer = await ann.asks_inline("zzzzqqqq")
    assert not answer.results and answer.button["start_parameter"] and answer.button["text"]


async def test_an_offset_that_somebody_made_up_finds_nothing(town: Town, ann: Person) -> None:
    assert not (await ann.asks_inline("xiaomi", "9999999.zz")).results


@BY_POLLING  # by webhook a second query of the same person comes after the first
async def test_a_keystroke_that_was_overtaken_is_not_answered(town: Town, ann: Person) -> None:
    gate, reached = asyncio.Event(), asyncio.Event()
    cards = town.desk.cards

    async def slowly(request: Request, text: str, offset: str = "") -> Cards:
        if text == "xia":
            reached.set()
            await gate.wait()
        return await cards(request, text, offset)

    town.desk.cards = slowly  # type: ignore[method-assign]  # only this test holds it back
    early = asyncio.create_task(ann.asks_inline("xia"))
    await reached.wait()
    assert (await ann.asks_inline("xiaomi")).results
    gate.set()
    await town.settled()
    early.cancel()
    assert len(town.tg.called("answerInlineQuery")) == 1


async def test_an_answer_that_comes_too_late_costs_a_line(town: Town, ann: Person) -> None:
    town.tg.fail("answerInlineQuery", faults.refused(400, "Bad Request: query is too old and response timeout expired"))
    asking = asyncio.create_task(ann.asks_inline("xiaomi"))
    await asyncio.sleep(0)  # it is asked
    await town.settled()
    asking.cancel()
    assert (await ann.asks_inline("rocket")).results


def test_results_fit_telegrams_limits_whatever_the_stories_are() -> None:
    story = DigestStory(
        2**62, "😀" * 500, ("x" * 5000,), sources=(Source("", "javascript:x"),), url="ftp://x", image="/seeds/x.png"
    )
    digests = (Digest((story,)), Digest((story,)), Digest(()))
    [result] = results(Cards(digests), Words())
    assert len(result.id.encode()) <= 64 and result.thumbnail_url is None and result.title
    assert result.reply_markup is None
