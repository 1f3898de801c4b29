"""newsbot deliveries: the outbox; and the emergency stop."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from newsbot.cli.console import ConfigOption, complain, count, newsroom, out, run, settings, table, when
from newsbot.domain.models import Delivery, DeliveryState, Hold
from newsbot.errors import NewsbotError, NotFound

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
    found, paused, holds = run(_with(settings(ctx, config), lambda room: _listed(room, states, limit)))
    headers = ("number", "state", "kind", "chat", "attempts", "updated", "headline", "reason")
    table(headers, ([d.id, d.state, d.kind, d.chat, d.attempts, d.updated, _headline(d), d.reason] for d in found))
    if not found:
        complain("no delivery is in such a state" if state else "no delivery waits; --state sent lists what went out")
    for hold in holds:
        complain(f"posting is stopped{_on(hold.platform)} ({hold.reason}); `newsbot deliveries resume` ends that")
    if paused:
        reasons = ", ".join(f"{reason}: {count(number, 'chat')}" for reason, number in paused.items())
        complain(f"some chats cannot be posted to ({reasons})")


async def _listed(
    room: Newsroom, states: Sequence[DeliveryState], limit: int
) -> tuple[list[Delivery], Mapping[str, int], list[Hold]]:
    storage = room.storage
    holds = await storage.holds.standing(room.clock.now())
    return await storage.outbox.list(states, limit), await storage.chats.paused(), holds


def _headline(delivery: Delivery) -> str:
    stories = delivery.digest.stories
    more = len(stories) - 1 + delivery.digest.more
    return (stories[0].headline if stories else "") + (f" and {more} more" if more > 0 else "")


async def _with(config: Config, work: Callable[[Newsroom], Awaitable[T]]) -> T:
    async with newsroom(config) as room:
        return await work(room)


@commands.command()
def show(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(metavar="NUMBER|LINK", help="A delivery, or an article by its address.")],
    chat: Annotated[str, typer.Option(help="With a link: the chat, like telegram:-100123 or discord:1/2.")] = "",
    config: ConfigOption = None,
) -> None:
    """One delivery with all that it says, or an article, and the whole way that it went."""
    if what.isascii() and what.isdigit():
        run(_with(settings(ctx, config), lambda room: _show_delivery(room, int(what))))
    elif "://" not in what:
        raise typer.BadParameter(f"{what!r} is neither a delivery's number nor the address of an article")
    else:
        run(_with(settings(ctx, config), lambda room: _show_article(room, what, chat)))


async def _show_delivery(room: Newsroom, number: int) -> None:
    from newsbot.app.tracing import STANDINGS, of_delivery  # a second's worth of imports that `--help` does without

    found = await room.storage.outbox.get(number)
    if found is None:
        raise NotThere(f"there is no delivery {number}")
    for key, value in (
        ("number", found.id), ("state", _state(found.state, STANDINGS[found.state.value])),
        ("kind", found.kind), ("chat", found.chat),
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
    _print_way(await of_delivery(room, found))


def _state(state: DeliveryState, words: str) -> str:
    """A state by its name, as ``--state`` takes it, and what that means."""
    return f"{state} ({words})" if words != state else words


async def _show_article(room: Newsroom, url: str, chat: str) -> None:
    from newsbot.app.tracing import of_article

    found = await of_article(room, url, chat)
    article = found.article
    for key, value in (
        ("article", article.id), ("title", article.title), ("feed", article.source), ("story", article.story_id),
        *found.about,
    ):  # fmt: skip
        out.print(f"{key:<12} {value}", markup=False)
    _print_way(found.way)
    if not chat:
        table(("delivery", "chat", "state", "sent"), ([p.id, p.chat, p.state, p.sent_at] for p in found.posts))
        complain("--chat PLATFORM:ID tells why it was, or was not, posted there")


def _print_way(moments: Sequence[tuple[datetime, str]]) -> None:
    out.print()
    for at, said in moments:
        out.print(f"{when(at)}  {said}", markup=False)


@commands.command()
def retry(ctx: typer.Context, number: Number, config: ConfigOption = None) -> None:
    """Send a delivery again that is uncertain, quarantined or dropped."""
    run(_with(settings(ctx, config), lambda room: _again(room, number)))
    out.print(f"{number} is queued again", markup=False)


async def _again(room: Newsroom, number: int) -> None:
    outbox = room.storage.outbox
    if await outbox.retry(number, room.clock.now()):
        return
    found = await outbox.get(number)
    if found is None or found.state not in {DeliveryState.UNCERTAIN, DeliveryState.QUARANTINED, DeliveryState.DROPPED}:
        raise NotThere(f"{number} is not uncertain, quarantined or dropped")
    why = "a later edit may have taken its place" if found.kind == "edit" else found.reason
    raise NotThere(f"{number} is not to be sent again: {why}")


@commands.command()
def drop(ctx: typer.Context, number: Number, config: ConfigOption = None) -> None:
    """Give a delivery up that is queued, uncertain or quarantined."""
    done = run(_with(settings(ctx, config), lambda room: room.storage.outbox.drop(number, room.clock.now())))
    _say(done, f"{number} is dropped", f"{number} is not queued, uncertain or quarantined")


def _say(done: bool, yes: str, no: str) -> None:
    if not done:
        raise NotThere(no)
    out.print(yes, markup=False)


def _platform(name: str) -> str:
    from newsbot.config.values import PLATFORMS

    wanted = name.strip().casefold()
    if wanted and wanted not in PLATFORMS:
        raise typer.BadParameter(f"there is no platform {name!r}; there are: {', '.join(PLATFORMS)}")
    return wanted


Platform = Annotated[
    str,
    typer.Argument(metavar="[PLATFORM]", callback=_platform, help="telegram, discord or web; all when left out."),
]


@commands.command()
def pause(ctx: typer.Context, platform: Platform = "", config: ConfigOption = None) -> None:
    """The emergency stop: nothing more is posted until `deliveries resume`. No news is lost."""
    from newsbot.app.asker import OPERATOR

    run(_with(settings(ctx, config), lambda room: room.newsdesk.running.stop(OPERATOR, platform)))
    out.print(f"posting is stopped{_on(platform)}", markup=False)
    complain("`newsbot deliveries resume` lets it go on")


@commands.command()
def resume(ctx: typer.Context, platform: Platform = "", config: ConfigOption = None) -> None:
    """End the emergency stop."""
    from newsbot.app.asker import OPERATOR

    ended = run(_with(settings(ctx, config), lambda room: room.newsdesk.running.go_on(OPERATOR, platform)))
    out.print(f"posting goes on{_on(platform)}" if ended else f"posting was not stopped{_on(platform)}", markup=False)


def _on(platform: str) -> str:
    return f" on {platform}" if platform else ""


@commands.command()
def retract(
    ctx: typer.Context,
    story: Annotated[str, typer.Argument(metavar="STORY|LINK", help="Its number, or the address of an article of it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking, as a script must.")] = False,
    config: ConfigOption = None,
) -> None:
    """Take a story back from every chat: its posts are deleted, digests go on without it, nothing more of it comes."""
    if not yes:
        _be_sure(run(_with(settings(ctx, config), lambda room: _headline_of(room, story))))
    for line in run(_with(settings(ctx, config), lambda room: _retracted(room, story))):
        out.print(line, markup=False)
    complain("the running bot deletes and edits now; `newsbot deliveries list` shows what is left")


def _be_sure(headline: str) -> None:
    """Ask the person at the terminal. Raises Abort, and BadParameter where nobody is there to be asked."""
    if not sys.stdin.isatty():
        raise typer.BadParameter("nobody can be asked here whether that is meant; --yes does it without asking")
    out.print(headline, style="bold", markup=False)
    typer.confirm("Take it back from every chat? Its posts are deleted for good.", abort=True)


async def _headline_of(room: Newsroom, story: str) -> str:
    from newsbot.app.asker import OPERATOR

    try:
        return (await room.newsdesk.withdrawing.find(OPERATOR, story)).headline
    except NotFound:
        raise _no_story(story) from None


def _no_story(story: str) -> NotThere:
    return NotThere(f"there is no story {story}, and no article at such an address")


async def _retracted(room: Newsroom, story: str) -> list[str]:
    try:
        done = await room.newsdesk.withdrawing.everywhere(story, "an admin at the command line")
    except NotFound:
        raise _no_story(story) from None
    told = ((done.posts, "post to delete"), (done.digests, "digest to edit"), (done.queued, "queued delivery stopped"))
    figures = [f"{what}: {number}" for number, what in told if number]
    return [done.story.headline, f"taken back from {count(done.chats, 'chat')}", *figures]
