"""newsbot feeds: the feeds with their health; adding, checking, removing, exchanging them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from newsbot.cli.console import ConfigOption, complain, count, newsroom, out, progress, run, settings, table, when
from newsbot.cli.lines import whole
from newsbot.domain.models import Feed, FeedSpec
from newsbot.domain.opml import read_opml, write_opml
from newsbot.domain.ports import ProbedFeed
from newsbot.errors import FeedError, NewsbotError, UnsafeUrl

if TYPE_CHECKING:
    from newsbot.config import Config

commands = typer.Typer(
    no_args_is_help=True, help="Feeds with their health; add, check, remove, import and export them."
)

Url = Annotated[str, typer.Argument(metavar="URL", help="A feed's address, or a page that names its feed.")]
SHOWN = 10  # titles


@commands.command("list")
def list_(ctx: typer.Context, config: ConfigOption = None) -> None:
    """All feeds: how they fare, what they brought, when they are looked at next.

    Off a terminal, a line for each feed, with tabs between: id, name,
    category, state, articles, last success, next look, address, reason.
    """
    feeds = run(_feeds(settings(ctx, config)))
    headers = ("id", "name", "category", "state", "articles", "last success", "next look", "address", "reason")
    table(
        headers,
        (
            [_id(f), f.label, f.category, _state(f), f.articles, f.last_success, f.next_poll, f.url, f.error]
            for f in feeds
        ),
    )


def _id(feed: Feed) -> str:
    return feed.slug or (str(feed.id) if feed.id else "")


def _state(feed: Feed) -> str:
    if not feed.enabled:
        return "off"
    if feed.failures:
        return f"failing ({feed.failures})"
    return "well" if feed.last_success else "waiting"


async def _feeds(config: Config) -> list[Feed]:
    """The stored feeds, then those of the config that no run has stored yet."""
    async with newsroom(config) as room:
        stored = await room.storage.feeds.all(include_disabled=True)
    known = {feed.slug for feed in stored} | {feed.url for feed in stored}
    fresh = [spec for spec in config.feed_specs() if not {spec.slug, spec.url} & known]
    return [*stored, *(Feed(0, spec.url, spec.slug, spec.name, spec.category) for spec in fresh)]


@commands.command()
def check(ctx: typer.Context, url: Url, config: ConfigOption = None) -> None:
    """What a feed would give, without adding it: any that the config may name, with file: and private addresses."""
    probed = run(_probe(settings(ctx, config), url))
    feed = probed.feed
    out.print(f"{feed.title or '(no title)'}  {probed.url}", style="bold", markup=False)
    out.print(f"{count(len(feed.articles), 'article')}, language {feed.language or 'not stated'}", markup=False)
    for article in feed.articles[:SHOWN]:
        out.print(f"  {when(article.published) or 'no date':<20}  {article.title or article.text[:80]}", markup=False)
    if len(feed.articles) > SHOWN:
        out.print(f"  and {len(feed.articles) - SHOWN} more", markup=False)


async def _probe(config: Config, url: str) -> ProbedFeed:
    from newsbot.app.looking import find

    async with newsroom(config) as room:
        try:
            return await find(room, url)
        except FeedError as error:
            raise FeedError(f"{url}: {error}") from error


@commands.command()
def add(
    ctx: typer.Context,
    url: Url,
    name: Annotated[str, typer.Option(help="What people see; the feed's own title when left out.")] = "",
    category: Annotated[str, typer.Option(help="So that people can subscribe to it with others.")] = "",
    config: ConfigOption = None,
) -> None:
    """Read one more feed from now on, after a look at it."""
    feed = run(_add(settings(ctx, config), url, name, category))
    out.print(f"added: {feed.label}  {feed.url}", markup=False)


async def _add(config: Config, url: str, name: str, category: str) -> Feed:
    async with newsroom(config) as room:
        try:
            probed = await room.probe.probe(url)
        except FeedError as error:
            theirs = url.startswith("file:") or isinstance(error, UnsafeUrl)
            hint = f"; {config.path} may name it, among its feeds" if theirs else ""
            raise FeedError(f"{url}: {error}{hint}") from error
        spec = FeedSpec(
            probed.url, name=name or probed.feed.title, category=category, new_feed=config.defaults.new_feed
        )
        return await room.storage.feeds.add(spec, room.clock.now())


@commands.command()
def remove(
    ctx: typer.Context,
    feed: Annotated[str, typer.Argument(metavar="FEED", help="Its id, address or name.")],
    config: ConfigOption = None,
) -> None:
    """Stop reading a feed; its articles stay. A feed of the config comes back with it: take it out there."""
    gone = run(_remove(settings(ctx, config), feed))
    out.print(f"removed: {gone.label}  {gone.url}", markup=False)


async def _remove(config: Config, text: str) -> Feed:
    async with newsroom(config) as room:
        feed = await room.storage.feeds.find(text)
        if feed is None or not feed.enabled:
            raise FeedError(f"no feed is called {text!r}; `newsbot feeds list` shows all")
        if feed.from_config:
            raise FeedError(f"{feed.label} stands in {config.path}: take it out there")
        await room.storage.feeds.remove(feed.id)
        return feed


@commands.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="OPML", help="A file from a feed reader; - is standard input.")],
    check_: Annotated[
        bool, typer.Option("--check/--no-check", help="Look at each feed and leave out what fails.")
    ] = True,
    config: ConfigOption = None,
) -> None:
    """Read the feeds of an OPML file from now on."""
    specs = read_opml(whole(file))
    added, failed = run(_import(settings(ctx, config), specs, check_))
    out.print(f"{count(added, 'feed')} added, {failed} left out", markup=False)
    if failed and not added:
        raise typer.Exit(1)


async def _import(config: Config, specs: Sequence[FeedSpec], check_first: bool) -> tuple[int, int]:
    added = failed = 0
    async with newsroom(config) as room:
        with progress() as bar:
            for spec in bar.track(specs, description="Reading feeds"):
                try:
                    if check_first:
                        await room.probe.probe(spec.url)
                    await room.storage.feeds.add(spec, room.clock.now())
                    added += 1
                except NewsbotError as error:
                    failed += 1
                    complain(f"{spec.name or spec.url}: {error}")
    return added, failed


@commands.command()
def export(ctx: typer.Context, config: ConfigOption = None) -> None:
    """The feeds as OPML on standard output, for a feed reader; feeds that are files are left out."""
    feeds = [feed for feed in run(_feeds(settings(ctx, config))) if feed.enabled]
    web = [feed for feed in feeds if not feed.url.startswith("file:")]
    if len(web) < len(feeds):
        complain(f"left out: {count(len(feeds) - len(web), 'feed')} that are files, which a feed reader cannot read")
    if not web:
        complain("there is no feed to export")
    sys.stdout.write(write_opml(web))
