"""👍 and 👎 as people see them: buttons, sentences, and the way back from each."""

from __future__ import annotations

import pytest

from newsbot.locales import Words
from newsbot.newsdesk import Asker
from newsbot.platforms.actions import short
from newsbot.platforms.commands import Desk
from newsbot.platforms.views import Reply
from newsbot.storage import Storage
from tests.clock import ManualClock
from tests.newsdesk.room import CHAIR, ME, MEMBER, open_room
from tests.newsdesk.test_learning import REDMI, REDMI_TOO
from tests.platforms.test_commands import FREELY, Visitor, button, buttons, text_of


@pytest.fixture
async def guest(sqlite_storage: Storage, clock: ManualClock) -> Visitor:
    """Follows Xiaomi, with two stories of it read."""
    room = await open_room(sqlite_storage, clock, FREELY)
    visitor = Visitor(room, Desk(room.newsdesk))
    await room.publish("motors", *REDMI, hours=3)
    await room.publish("volt", *REDMI_TOO, hours=2)
    await visitor.say("/follow Xiaomi")
    return visitor


async def thumb(guest: Visitor, verb: str, nth: int = 0, asker: Asker = ME) -> Reply:
    """Press a thumb under the ``nth`` newest story of the topic that the asker's chat has."""
    order = (await guest.room.newsdesk.subscribing.all(asker))[0]
    story = (await guest.room.storage.articles.latest())[nth].story_id
    return await guest.press(short(verb, story, order.what.ref), asker)


async def test_a_complaint_asks_what_it_was_and_a_word_is_one_tap(guest: Visitor) -> None:
    asked = await thumb(guest, "dn", 1)
    assert "fewer like this for “Xiaomi”" in text_of(asked) and "What was it not about?" in text_of(asked)
    labels = [b.label for b in buttons(asked)]
    assert "− Redmi" in labels and labels[-2:] == ["Mute…", "Undo"] and not asked.edit
    done = await guest.press(button(asked, "− Redmi"))
    assert done.edit and "Left out from now on: “Redmi”" in done.toast and "without: Redmi" in text_of(done)
    back = await guest.press(button(done, "Let it come again"))
    assert "Comes again: “Redmi”" in back.toast and "no stories are left out" in text_of(back)
    assert "Taken back" in (await guest.press(button(done, "Undo"))).toast
    assert not (await guest.room.newsdesk.subscribing.all(ME))[0].lessons.marks


async def test_praise_is_a_short_notice_and_says_what_comes_again(guest: Visitor) -> None:
    asked = await thumb(guest, "dn", 1)
    await guest.press(button(asked, "− Redmi"))
    praised = await thumb(guest, "up", 0)
    assert not praised.blocks and "more like this" in praised.toast and "Comes again: “Redmi”" in praised.toast
    assert "Taken back" in (await thumb(guest, "up", 0)).toast


async def test_what_is_left_out_by_itself_is_said_and_undone_for_ever(guest: Visitor) -> None:
    await thumb(guest, "dn", 1)
    told = await thumb(guest, "dn", 0)
    assert "Left out from now on: “Redmi”" in text_of(told)
    undo = button(told, "Undo")
    for _ in range(2):
        assert "Taken back" in (await guest.press(undo)).toast
    assert "without" not in text_of(await guest.say("/subscriptions"))


async def test_the_topics_page_and_the_subscriptions_show_what_was_learned_with_the_way_back(guest: Visitor) -> None:
    await guest.press(button(await thumb(guest, "dn", 1), "− Redmi"))
    listed = await guest.say("/subscriptions")
    assert "without: Redmi" in text_of(listed)
    assert "What “Xiaomi” has learned" in text_of(await guest.press(button(listed, "What it learned")))
    [order] = await guest.room.newsdesk.subscribing.all(ME)
    page = await guest.press(short("tp", order.what.ref))
    assert "I look for: Xiaomi − Redmi" in text_of(page) and "without: Redmi" in text_of(page)
    await guest.press(button(page, "↩ Redmi"))
    assert "Redmi −" not in text_of(await guest.press(short("tp", order.what.ref)))


async def test_in_a_shared_chat_an_admin_gets_a_notice_and_others_a_refusal(guest: Visitor) -> None:
    await guest.say("/subscribe Xiaomi EV", CHAIR)
    told = await thumb(guest, "dn", 1, CHAIR)
    assert not told.blocks and "/subscriptions" in told.toast and len(told.toast) <= 200
    refused = await thumb(guest, "dn", 1, MEMBER)
    assert refused.error and not refused.blocks and "only admins" in refused.toast
    listed = await guest.say("/subscriptions", CHAIR)
    page = await guest.press(button(listed, "What it learned"), CHAIR)
    assert "without: Redmi" in text_of(await guest.press(button(page, "− Redmi"), CHAIR))
    assert (await guest.press(button(page, "− Redmi"), MEMBER)).error


@pytest.mark.parametrize(
    "action", ["up", "up:1", "dn:x:y", "dn:-1:-1", "up:99999999999999999999:3", "le", "le:0", "lw:1", "lw:1:",
               "lw:1:%00", "lx:1", "lx:2:x", "lu:1", "lu:1:2:%F0%9F", "up:1:3:4:5"]
)  # fmt: skip
async def test_crafted_and_broken_buttons_do_no_harm(guest: Visitor, action: str) -> None:
    before = await guest.room.newsdesk.subscribing.all(ME)
    said = (await guest.press(action)).toast
    assert said and said != Words()("failed")
    assert [o.lessons.without for o in await guest.room.newsdesk.subscribing.all(ME)] == [
        o.lessons.without for o in before
    ]


async def test_an_ended_follow_says_so(guest: Visitor) -> None:
    asked = await thumb(guest, "dn", 1)
    await guest.say("/unfollow Xiaomi")
    for b in (button(asked, "− Redmi"), button(asked, "Undo")):
        assert "has ended already" in (await guest.press(b)).toast
