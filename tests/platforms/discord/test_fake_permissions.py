"""What someone may do on the Discord of our own is what the real library computes from the same objects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.discord import Guild, Permission, World, shapes
from tests.fakes.discord.permissions import ALL, bits
from tests.fakes.discord.users import User

NOW = datetime(2026, 11, 23, tzinfo=UTC)
KINDS = ("text", "announcement", "forum", "voice")
LOOKED_AT = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.READ_MESSAGE_HISTORY
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.MENTION_EVERYONE
    | Permission.MANAGE_THREADS
)
BITS = st.lists(st.sampled_from([*LOOKED_AT, Permission.ADMINISTRATOR, Permission.CONNECT]), max_size=9).map(sum)
RULE = st.tuples(BITS, BITS)


@pytest.fixture(scope="module")
def state() -> discord.state.ConnectionState[discord.Client]:
    """What the library keeps objects in."""
    return discord.Client(intents=discord.Intents.all())._connection


def guild_of(world: World, everyone: int, role: int) -> Guild:
    guild = world.guild("Garage", world.add(User(world, world.ids.next(), "Ann")))
    guild.everyone.permissions = Permission(everyone)
    guild.admits_bot(role)
    return guild


@given(BITS, BITS, st.lists(RULE, min_size=3, max_size=3), st.sampled_from(KINDS), st.booleans())
@settings(max_examples=60, deadline=None)
def test_as_the_library_computes_it(
    state: discord.state.ConnectionState[discord.Client],
    everyone: int,
    role: int,
    rules: list[tuple[int, int]],
    kind: str,
    timed_out: bool,
) -> None:
    guild = guild_of(World(lambda: NOW), everyone, role)
    channel = getattr(guild, kind)("place")
    for target, (allow, deny) in zip((guild.everyone, guild.bot_role, guild.bot), rules, strict=True):
        channel.overwrite(target, allow=allow, deny=deny)
    guild.bot.timeout_until = datetime.now(UTC) + timedelta(days=9) if timed_out else None
    seen = discord.Guild(data=shapes.guild_create(guild), state=state)  # type: ignore[arg-type]  # a plain dict
    found, member = seen.get_channel(int(channel.id)), seen.get_member(int(guild.bot.id))
    assert found is not None and member is not None
    ours, theirs = channel.may(guild.world.bot), Permission(found.permissions_for(member).value)
    if kind == "voice" and Permission.CONNECT not in theirs:
        assert not ours  # /topics/permissions#implicit-permissions goes further here than the library
    else:
        assert ours & LOOKED_AT == theirs & LOOKED_AT


def test_a_thread_takes_its_rights_from_its_channel_but_for_sending() -> None:
    guild = guild_of(World(lambda: NOW), int(Permission.VIEW_CHANNEL), 0)
    general = guild.text("general").overwrite(guild.everyone, allow="send_messages embed_links")
    open_, private = general.thread("open"), general.thread("private", private=True)
    bot = guild.world.bot
    assert general.may(bot) == bits("view_channel send_messages embed_links")
    assert open_.may(bot) == bits("view_channel send_messages")
    general.overwrite(guild.everyone, allow="send_messages_in_threads embed_links")
    assert general.may(bot) == bits("view_channel send_messages_in_threads")
    assert open_.may(bot) == bits("view_channel send_messages_in_threads embed_links")
    assert not private.may(bot)
    assert general.may(guild.owner) == private.may(guild.owner) == ALL
    general.overwrite(guild.everyone, deny="view_channel")
    assert not open_.may(bot)
