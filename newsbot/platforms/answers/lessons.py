"""👍 and 👎 under a post that a topic brought, and what the follow has learned from them, with the way back."""

from __future__ import annotations

from dataclasses import replace

from newsbot.domain.models import Subscription
from newsbot.newsdesk.learning import Learned
from newsbot.platforms.actions import short
from newsbot.platforms.answers.visit import Visit, brief, heading, line, number, rows
from newsbot.platforms.views import Block, Button, Item, Reply, Span

WIDTH = 2  # words in a row


async def press_good(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """``story:topic``: more like this."""
    done = await visit.newsdesk.learning.mark(visit.asker, number(arguments[0]), number(arguments[1]), good=True)
    said = visit.words("lesson_good" if done.mark else "lesson_taken_back", topic=brief(done.order.label))
    if done.restored:
        said = f"{said} {visit.words('lesson_restored', words=quoted(visit, done.restored))}"
    return Reply(toast=said, private=True)


async def press_bad(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """``story:topic``: fewer like this, and what about it was unwanted. In a shared chat the answer is a notice: what
    was learned stands beside its subscriptions."""
    story_id = number(arguments[0])
    done = await visit.newsdesk.learning.mark(visit.asker, story_id, number(arguments[1]), good=False)
    if done.mark is None:
        return Reply(toast=visit.words("lesson_taken_back", topic=brief(done.order.label)), private=True)
    said = visit.words("lesson_bad", topic=brief(done.order.label))
    if done.left_out:
        said = f"{said} {visit.words('lesson_left_out', words=quoted(visit, done.left_out))}"
    if visit.asker.chat_kind != "private":
        return Reply(toast=f"{said} {visit.words('lesson_where')}", private=True)
    blocks: list[Block] = [line(said)]
    if done.offered:
        blocks.append(line(visit.words("lesson_ask")))
    mute = Button(visit.words("button_mute"), short("mm", story_id), hint=visit.words("button_mute_hint"))
    undo = await visit.button(visit.words("undo_button"), "lu", done.order.id, story_id, *done.left_out)
    return Reply(tuple(blocks), (*await _offers(visit, done), (mute, undo)), private=True)


async def press_list(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """``subscription``: what it has learned."""
    return await _listed(visit, await visit.newsdesk.learning.learned(visit.asker, number(arguments[0])))


async def press_leave_out(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """``subscription:word``: go without it."""
    word = arguments[1]
    done = await visit.newsdesk.learning.leave_out(visit.asker, number(arguments[0]), word)
    shown = await _listed(visit, done, toast=visit.words("lesson_left_out", words=quoted(visit, (word,))))
    blamed = next((mark for mark in reversed(done.order.lessons.marks) if not mark.good), None)
    if blamed is None:
        return shown
    undo = await visit.button(visit.words("undo_button"), "lu", done.order.id, blamed.story_id, word)
    return replace(shown, buttons=(*shown.buttons, (undo,)))


async def press_allow(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """``subscription:word``: let it come again."""
    word = arguments[1]
    done = await visit.newsdesk.learning.allow(visit.asker, number(arguments[0]), (word,))
    return await _listed(visit, done, toast=visit.words("lesson_restored", words=quoted(visit, (word,))))


async def press_undo(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """``subscription:story:word:…``: take back what was thought of a story, and what was left out with it."""
    ids, words = arguments[:2], arguments[2:]
    done = await visit.newsdesk.learning.undo(visit.asker, number(ids[0]), number(ids[1]), words)
    said = visit.words("lesson_taken_back", topic=brief(done.order.label))
    return Reply((line(said),), edit=True, toast=said, private=True)


async def _listed(visit: Visit, learned: Learned, toast: str = "") -> Reply:
    """All that a follow has learned, each word with its way back."""
    order, found = learned.order, learned.order.lessons
    good = sum(mark.good for mark in found.marks)
    counts = visit.words("lesson_counts", good=good, bad=len(found.marks) - good)
    blocks: list[Block] = [heading(visit.words("lesson_title", topic=brief(order.label))), line(counts, "muted")]
    if not found.without:
        blocks.append(line(visit.words("lesson_none")))
    for n, word in enumerate(found.without, 1):
        back = await visit.button(visit.words("lesson_back_button"), "lx", order.id, word, hint=word)
        blocks.append(Item((Span(visit.words("lesson_without", words=word)),), buttons=(back,), number=n))
    if learned.offered:
        blocks.append(line(visit.words("lesson_ask")))
    return Reply(tuple(blocks), await _offers(visit, learned), edit=True, toast=toast, private=True)


async def _offers(visit: Visit, learned: Learned) -> tuple[tuple[Button, ...], ...]:
    """A button for each word that may be left out."""
    hint = visit.words("lesson_word_hint", topic=learned.order.label)
    made = [await visit.button(f"− {word}", "lw", learned.order.id, word, hint=hint) for word in learned.offered]
    return rows(made, WIDTH)


async def changes(visit: Visit, order: Subscription) -> tuple[tuple[Button, ...], ...]:
    """Buttons to see what an order has learned, and to take back each word that it goes without; none for an order
    that has learned nothing."""
    learned = order.lessons
    if not learned.marks and not learned.without:
        return ()
    hint = visit.words("lesson_back_hint", topic=order.label)
    made = [await visit.button(f"↩ {word}", "lx", order.id, word, hint=hint) for word in learned.without]
    return ((summary(visit, order),), *rows(made))


def summary(visit: Visit, order: Subscription) -> Button:
    """Shows what an order has learned."""
    return Button(visit.words("lesson_button"), short("le", order.id))


def without(visit: Visit, order: Subscription) -> str:
    """ "without: Redmi, phones"; "" for an order that has learned no word."""
    words = order.lessons.without
    return visit.words("lesson_without", words=", ".join(words)) if words else ""


def quoted(visit: Visit, words: tuple[str, ...]) -> str:
    """ "“Redmi”, “phones”"."""
    return ", ".join(visit.words("lesson_word", word=word) for word in words)
