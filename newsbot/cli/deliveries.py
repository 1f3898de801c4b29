"""newsbot deliveries: the outbox; and the emergency stop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from newsbot.cli.console import ConfigOption, complain, count, newsroom, out, run, settings, table, when
from newsbot.domain.models import STOPPED, Delivery, DeliveryState
from newsbot.errors import NewsbotError

if TYPE_CHECKING:
    from newsbot.app.newsroom import Newsroom
    from newsbot.config import Config

T = TypeVar("T")

commands = typer.Typer(no_args_is_help=True, help="The outbox: what waits, what is uncertain; the emergency stop.")

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="As `deliveries list` shows it.")]


class NotThere(NewsbotError):
    """There is no such delivery, or not in a state for this."""


@commands.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[list[DeliveryState] | None, typer.Option(help="Only these; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    config: ConfigOption = None,
) -> None:
    """The newest deliveries; all that are not over, when no state is named."""
    over = {DeliveryState.SENT, DeliveryState.DROPPED}
    states = state or [one for one in DeliveryState if one not in over]
    found, paused = run(_with(settings(ctx, config), lambda room: _listed(room, states, limit)))
    headers = ("number", "state", "kind", "chat", "attempts", "updated", "headline", "reason")
    table(headers, ([d.id, d.state, d.kind, d.chat, d.attempts, d.updated, _headline(d), d.reason] for d in found))
    if not found:
        complain("no delivery is in such a state" if state else "no delivery waits; --state sent lists what went out")
    if paused:
        reasons = ", ".join(f"{reason}: {count(number, 'chat')}" for reason, number in paused.items())
        complain(f"posting is stopped ({reasons}); `newsbot deliveries resume` ends what an admin stopped")


async def _listed(
    room: Newsroom, states: Sequence[DeliveryState], limit: int
) -> tuple[list[Delivery], Mapping[str, int]]:
    paused = Counter(chat.paused for chat in await room.storage.chats.all() if chat.paused)
    return await room.storage.outbox.list(states, limit), paused


def _headline(delivery: Delivery) -> str:
    stories = delivery.digest.stories
    more = len(stories) - 1 + delivery.digest.more
    return (stories[0].headline if stories else "") + (f" and {more} more" if more > 0 else "")


async def _with(config: Config, work: Callable[[Newsroom], Awaitable[T]]) -> T:
    async with newsroom(config) as room:
        return await work(room)


@commands.command()
def show(ctx: typer.Context, number: Number, config: ConfigOption = None) -> None:
    """One delivery with all that it says."""
    found = run(_with(settings(ctx, config), lambda room: room.storage.outbox.get(number)))
    if found is None:
        raise NotThere(f"there is no delivery {number}")
    for key, value in (
        ("number", found.id), ("state", found.state), ("kind", found.kind), ("chat", found.chat),
        ("attempts", found.attempts), ("not before", when(found.not_before)), ("created", when(found.created)),
        ("updated", when(found.updated)), ("messages", ", ".join(found.message_ids)), ("reason", found.reason),
    ):  # fmt: skip
        out.print(f"{key:<12} {value}", markup=False)
    for story in found.digest.stories:
        out.print(f"\n{story.headline}", style="bold", markup=False)
        out.print(" ".join(story.summary), markup=False)
        for reason in story.reasons:
            words = f": {', '.join(reason.words)}" if reason.words else ""
            out.print(f"because of {reason.label}{words}", style="dim", markup=False)


@commands.command()
def retry(ctx: typer.Context, number: Number, config: ConfigOption = None) -> None:
    """Send a delivery again that is uncertain, quarantined or dropped."""
    done = run(_with(settings(ctx, config), lambda room: room.storage.outbox.retry(number, room.clock.now())))
    _say(done, f"{number} is queued again", f"{number} is not uncertain, quarantined or dropped")


@commands.command()
def drop(ctx: typer.Context, number: Number, config: ConfigOption = None) -> None:
    """Give a delivery up that is queued, uncertain or quarantined."""
    done = run(_with(settings(ctx, config), lambda room: room.storage.outbox.drop(number, room.clock.now())))
    _say(done, f"{number} is dropped", f"{number} is not queued, uncertain or quarantined")


def _say(done: bool, yes: str, no: str) -> None:
    if not done:
        raise NotThere(no)
    out.print(yes, markup=False)


@commands.command()
def pause(ctx: typer.Context, config: ConfigOption = None) -> None:
    """The emergency stop: nothing more is posted to the chats there are until `deliveries resume`. No news is lost."""
    out.print(f"{count(run(_with(settings(ctx, config), _pause)), 'chat')} paused", markup=False)
    complain("`newsbot deliveries resume` lets them go on")


async def _pause(room: Newsroom) -> int:
    # Also those that wait for another reason: else they would go on when it ends. A post finds out if it still holds.
    chats = [chat for chat in await room.storage.chats.all() if chat.paused != STOPPED]
    for chat in chats:
        await room.storage.chats.pause(chat.id, STOPPED)
    return len(chats)


@commands.command()
def resume(ctx: typer.Context, config: ConfigOption = None) -> None:
    """End the emergency stop."""
    out.print(f"{count(run(_with(settings(ctx, config), _resume)), 'chat')} resumed", markup=False)


async def _resume(room: Newsroom) -> int:
    chats = [chat for chat in await room.storage.chats.all() if chat.paused == STOPPED]
    for chat in chats:
        await room.storage.chats.resume(chat.id)
    return len(chats)
