"""/subscribe, /unsubscribe, /subscriptions, and the buttons that change one."""

from __future__ import annotations

from typing import get_args

from newsbot.domain.models import Subscription, What, WhatKind
from newsbot.domain.schedule import format_when, parse_when
from newsbot.errors import BadRequest
from newsbot.newsdesk.naming import NoWhen, Unclear, address
from newsbot.newsdesk.settling import zone_label
from newsbot.newsdesk.subscribing import Subscribed
from newsbot.platforms.actions import keep, short
from newsbot.platforms.answers import lessons
from newsbot.platforms.answers.paging import SIZE, page_of, turning
from newsbot.platforms.answers.times import NoTime, no_time, read_when
from newsbot.platforms.answers.visit import Visit, brief, heading, line, number, rows
from newsbot.platforms.views import Button, Item, Paragraph, Reply, Span

OFFERED = 9  # choices of each kind in the menu of /subscribe
TIMES = ("instant", "hourly", "daily 08:00", "daily 18:00", "weekly mon 08:00")
EXAMPLE = "/subscribe https://example.org"
CLOSED = ("private messages", "blocked by the user")
"""What platforms' reasons say of somebody to whom the bot may not write."""
OPENED = "d"
"""Marks the buttons of a subscription that is shown by itself."""


async def subscribe(visit: Visit, text: str) -> Reply:
    """Carry out ``what [query] [when]``; with nothing, offer what there is."""
    visit.newsdesk.subscribing.may(visit.asker)
    if not text:
        return await _menu(visit)
    try:
        done = await _placed(visit, text)
    except Unclear as error:
        return await unclear(visit, error, "/subscribe")
    except NoTime as error:
        return await no_time(visit, error, f"/subscribe {_narrowed(visit)}")
    except NoWhen as error:
        meant = visit.words("search_meant", text=error.when)
        instead = await visit.button(meant, "c", f"/subscribe {error.instead}", primary=True)
        return Reply((visit.say(error.key, text=brief(error.text)),), buttons=((instead,),), error=True)
    return Reply(_said(visit, done), buttons=(_changes(visit, done.subscription, OPENED),))


async def _placed(visit: Visit, text: str) -> Subscribed:
    service, fields = visit.newsdesk.subscribing, visit.fields
    if fields is None:
        return await service.subscribe(visit.asker, text)
    when = read_when(fields["when"]) if fields["when"] else None
    return await service.order(visit.asker, fields["what"], fields["words"], when)


def _narrowed(visit: Visit) -> str:
    """What was given, without the time, in one line."""
    fields = visit.fields or {}
    return f"{fields.get('what') or 'everything'} {fields.get('words', '')}".strip()


async def unclear(visit: Visit, error: Unclear, command: str) -> Reply:
    """Nothing has that name: what comes near it, as buttons that repeat ``command``, and following it."""
    blocks = [visit.say("unclear", text=brief(error.text))]
    buttons = [await visit.button(c.label, "c", f"{command} {c.handle}{_rest(visit)}") for c in error.choices]
    blocks.append(visit.say("unclear_near" if buttons else "unclear_follow"))
    follow = visit.words("unclear_follow_button", text=error.text[:40])
    others = [await visit.button(follow, "c", f"/follow {error.text}")]
    if command == "/subscribe" and visit.asker.chat_kind != "private" and not address(error.text):
        send = visit.words("unclear_send_button", text=error.text[:30], place=visit.asker.chat_title[:30])
        others.insert(0, await visit.button(send, "c", f"/subscribe everything {error.text}{_rest(visit)}"))
    return Reply(tuple(blocks), buttons=(*rows(buttons), tuple(others)), error=True)


def _rest(visit: Visit) -> str:
    """What else was given with what nothing is called: it holds for what is."""
    fields = visit.fields or {}
    rest = (fields.get(name, "") for name in ("words", "count", "period", "when"))
    return "".join(f" {each}" for each in rest if each)


async def _menu(visit: Visit) -> Reply:
    """What there is to subscribe to, a kind after the other."""
    names = await visit.newsdesk.naming.names(visit.asker)
    buttons: list[tuple[Button, ...]] = []
    for kind in get_args(WhatKind):
        choices = [c for c in names.choices if c.what.kind == kind][:OFFERED]
        offers = [await visit.button(label_of(visit, c.what, c.label), "c", f"/subscribe {c.handle}") for c in choices]
        buttons += rows(offers)
    hint = Span(visit.words("subscribe_hint") + " ")
    example = Paragraph((hint, Span(EXAMPLE, command=EXAMPLE)))
    return Reply((heading(visit.words("subscribe_title")), example), buttons=tuple(buttons))


def label_of(visit: Visit, what: What, label: str) -> str:
    """What people call a thing; "everything" in the bot's own words."""
    if what.kind != "everything":
        return label
    return label.replace("everything", visit.words("everything"), 1)


def _name(visit: Visit, order: Subscription) -> str:
    return brief(label_of(visit, order.what, order.label))


def _said(visit: Visit, done: Subscribed) -> tuple[Paragraph, ...]:
    order, words = done.subscription, visit.words
    key = "subscribed" if done.created else "subscribed_changed" if done.changed else "subscribed_again"
    said = [visit.say(key, what=_name(visit, order), when=visit.often(order.when))]
    if done.added is not None:
        said.insert(0, line(words("subscribed_added", feed=done.added.label)))
    if done.first is not None:
        zone, stamped = zone_label(str(visit.zone)), "no" if visit.stamps is None else "yes"  # in each reader's own
        said.append(line(words("subscribed_first", moment=visit.moment(done.first), zone=zone, stamped=stamped)))
    elif done.held is not None and (done.sample or done.added):
        said.append(line(visit.later(done.held)))
    elif done.added is not None:
        said.append(line(words("subscribed_reading")))
    elif done.created:
        said.append(line(words("subscribed_sample", n=done.sample)))
    return tuple(said)


def _changes(visit: Visit, order: Subscription, place: str = "") -> tuple[Button, ...]:
    words, name, where = visit.words, _name(visit, order), (place,) if place else ()
    pause = (
        Button(words("resume_button"), short("sp", order.id, 0, *where), hint=f"{words('resume_button')}: {name}")
        if order.paused
        else Button(words("pause_button"), short("sp", order.id, 1, *where), hint=f"{words('pause_button')}: {name}")
    )
    when = Button(words("when_button"), short("sw", order.id, *where), hint=words("when_title", what=name))
    remove = Button(words("remove_button"), short("sx", order.id), hint=f"{words('remove_button')}: {name}")
    return when, pause, remove


async def unsubscribe(visit: Visit, text: str) -> Reply:
    """End what ``text`` names; with nothing, ask which; "all" asks whether it is meant."""
    visit.newsdesk.subscribing.may(visit.asker)
    orders = await visit.newsdesk.subscribing.all(visit.asker)
    if not orders:
        return Reply((visit.say("subscriptions_none"),), error=bool(text))
    if not text:
        choices = [Button(_name(visit, o), short("sx", o.id)) for o in orders]
        return Reply((heading(visit.words("unsubscribe_title")),), buttons=rows(choices, 2))
    if text.casefold() == "all":
        yes = Button(visit.words("unsubscribe_all_button"), short("sz"), style="danger")
        no = Button(visit.words("keep_button"), short("su"))
        either = [Button(_name(visit, o), short("sx", o.id)) for o in orders if o.what.kind == "everything"]
        meant = rows(either, 2) if len(orders) > 1 else ()
        return Reply((visit.say("unsubscribe_all", n=len(orders)),), buttons=((yes, no), *meant))
    return await _ended(visit, await visit.newsdesk.subscribing.unsubscribe(visit.asker, text))


async def _ended(visit: Visit, ended: list[Subscription], *, edit: bool = False) -> Reply:
    names = ", ".join(_name(visit, o) for o in ended)
    undo = [await _undo(visit, o) for o in ended] if len(ended) == 1 else []
    more = Button(visit.words("subscriptions_button"), short("su"))
    said = visit.say("unsubscribed", n=len(ended), what=names)
    return Reply((said,), buttons=((*undo, more),), edit=edit)


async def _undo(visit: Visit, o: Subscription) -> Button:
    kept = (o.what.kind, o.what.ref, o.query, format_when(o.when), o.label, o.chat_id, int(o.paused), o.ping)
    return Button(visit.words("undo_button"), await keep(visit.newsdesk, "sa", *kept))


async def subscriptions(visit: Visit, text: str) -> Reply:
    """What the chat gets, each with its buttons."""
    return await _listed(visit, edit=False)


async def _listed(
    visit: Visit, page: int = 0, focus: Subscription | None = None, toast: str = "", *, edit: bool = True
) -> Reply:
    """A page of the list: the one with ``focus`` on it where that is given."""
    orders = await visit.newsdesk.subscribing.all(visit.asker)
    if not orders:
        add = Button(visit.words("welcome_subscribe_button"), short("c", "/subscribe"), style="primary")
        topics = Button(visit.words("welcome_topics_button"), short("c", "/topics"))
        return Reply((visit.say("subscriptions_none"),), buttons=((add, topics),), edit=edit, toast=toast)
    if focus is not None:
        page = next((n for n, o in enumerate(orders) if o.id == focus.id), 0) // SIZE
    shown = page_of(orders, page)
    title = heading(visit.words("subscriptions_title", n=len(orders)))
    items = [_item(visit, order, n) for n, order in shown.numbered()]
    return Reply((title, *await _held(visit), *items), turning(visit, "su", shown), edit=edit, toast=toast)


async def _held(visit: Visit) -> tuple[Paragraph, ...]:
    """Why nothing is posted just now, where that is so."""
    chat = await visit.newsdesk.presence.contact(visit.asker)
    holds = await visit.newsdesk.running.holds(chat.key.platform)
    reason = holds[0].reason if holds else chat.paused
    closed = any(known in reason for known in CLOSED)
    stopped = bool(holds) and holds[0].until is None
    why = "stopped" if stopped else "closed" if closed else "other"
    return (visit.say("subscriptions_held", why=why, reason=reason),) if reason else ()


def _item(visit: Visit, order: Subscription, n: int) -> Item:
    """An entry of the list; what can be done with it is for those who run the chat."""
    name, lines = _name(visit, order), ((Span(_state(visit, order), "muted"),),)
    if not visit.runs:
        return Item((Span(name, "bold"),), lines, number=n)
    opener = Button(str(n), short("sd", order.id), hint=name)
    return Item((Span(name, "bold"),), lines, _all_changes(visit, order), number=n, opener=opener)


def _state(visit: Visit, order: Subscription) -> str:
    """What it brings, when, and what it has learned."""
    words = visit.words
    said = words("subscriptions_line", kind=order.what.kind, category=order.what.ref, when=visit.often(order.when))
    if order.paused:
        said = f"{said} · {words('subscriptions_paused')}"
    elif order.next_due is not None:
        said = f"{said} · {words('subscriptions_next', moment=visit.moment(order.next_due))}"
    if learned := lessons.without(visit, order):
        said = f"{said} · {learned}"
    return said


def _all_changes(visit: Visit, order: Subscription, place: str = "") -> tuple[Button, ...]:
    learned = order.lessons.marks or order.lessons.without
    return (*_changes(visit, order, place), *((lessons.summary(visit, order),) if learned else ()))


async def _opened(visit: Visit, order: Subscription, toast: str = "") -> Reply:
    """One subscription by itself, with all that can be done with it."""
    orders = await visit.newsdesk.subscribing.all(visit.asker)
    page = next((n for n, o in enumerate(orders) if o.id == order.id), 0) // SIZE
    back = Button(visit.words("back_button"), short("su", page))
    blocks = (heading(_name(visit, order)), line(_state(visit, order), "muted"))
    return Reply(blocks, (*rows(list(_all_changes(visit, order, OPENED))), (back,)), edit=True, toast=toast)


# --- presses ---------------------------------------------------------------------------------------


async def press_list(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Show the list, or that page of it, in place of what was there."""
    return await _listed(visit, number(arguments[0]) if arguments else 0)


async def press_open(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """``id``: one by itself."""
    visit.newsdesk.subscribing.may(visit.asker)
    return await _opened(visit, await visit.newsdesk.subscribing.own(visit.asker, number(arguments[0])))


async def press_pause(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """``id:1`` pauses, ``id:0`` resumes; then show again the list, or the subscription by itself (``id:1:d``)."""
    order = await visit.newsdesk.subscribing.pause(visit.asker, number(arguments[0]), paused=arguments[1] == "1")
    key = "subscription_paused" if order.paused else "subscription_resumed"
    said = visit.words(key, what=_name(visit, order))
    if arguments[2:] == (OPENED,):
        return await _opened(visit, order, said)
    return await _listed(visit, focus=order, toast=said)


async def press_when(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """``id`` offers times; ``id:daily 08:00`` sets one. Both may end with ``:d``, as in :func:`press_pause`."""
    service, subscription_id = visit.newsdesk.subscribing, number(arguments[0])
    where = (OPENED,) if arguments[1:] and arguments[-1] == OPENED else ()
    if chosen := arguments[1 : len(arguments) - len(where)]:
        order = await service.change_when(visit.asker, subscription_id, chosen[0])
        said = visit.words("when_changed", what=_name(visit, order), when=visit.often(order.when))
        return await (_opened(visit, order, said) if where else _listed(visit, focus=order, toast=said))
    visit.newsdesk.subscribing.may(visit.asker)
    order = await service.own(visit.asker, subscription_id)
    buttons = [Button(time_label(visit, t), short("sw", order.id, t, *where)) for t in TIMES]
    buttons.append(Button(visit.words("back_button"), short("sd", order.id)))
    name = order.what.kind if order.what.kind == "everything" else order.label
    typed = f"/subscribe {name} daily 07:30"
    blocks = (
        visit.say("when_title", what=_name(visit, order)),
        Paragraph((Span(visit.words("when_hint") + " "), Span(typed, command=typed))),
    )
    return Reply(blocks, buttons=rows(buttons), edit=True)


def time_label(visit: Visit, text: str) -> str:
    """A time to post, short enough for a button."""
    return visit.often(parse_when(text), short=True)


async def press_remove(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """End one; the answer can take it back."""
    ended = await visit.newsdesk.subscribing.remove(visit.asker, number(arguments[0]))
    return await _ended(visit, [ended], edit=True)


async def press_remove_all(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """End all, after the question."""
    ended = await visit.newsdesk.subscribing.end_all(visit.asker)
    return await _ended(visit, ended, edit=True) if ended else await press_list(visit, ())


async def press_restore(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Take an ending back, in the chat where it was."""
    what = _WHATS.get(arguments[0])
    if what is None:
        raise BadRequest("button_too_old")
    query, when, label, chat_id = arguments[2], arguments[3], arguments[4], number(arguments[5])
    wanted = What(what.kind, arguments[1])
    paused, ping = (*arguments[6:8], "", "")[:2]
    done = await visit.newsdesk.subscribing.restore(
        visit.asker, chat_id, wanted, query, when, label, paused=paused == "1", ping=ping
    )
    return await _listed(visit, focus=done.subscription)


_WHATS: dict[str, What] = {w.kind: w for w in (What("everything"), What("category"), What("feed"), What("topic"))}
