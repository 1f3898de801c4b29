"""What the bot may do in a channel, against the library's own reckoning; and where to click."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from discord.state import ConnectionState
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.locales import Words, languages
from newsbot.platforms.discord.checks import check
from newsbot.platforms.discord.permissions import (
    ADMINISTRATOR,
    EMBED,
    EVERY,
    HISTORY,
    MANAGE,
    NEEDED,
    SEND,
    THREADS,
    VIEW,
    WISHED,
    Overwrite,
    Permission,
    Standing,
    label,
    lacking,
    where,
)

SERVER, ME, OWN, OTHER, CHANNEL, FORUM, THREAD = 10, 20, 30, 31, 40, 41, 42
SINCE = "2026-01-01T00:00:00+00:00"
USER = {"id": str(ME), "username": "newsbot", "discriminator": "0000", "avatar": None, "bot": True}
ALL = EVERY


@pytest.fixture(scope="module")
def state() -> ConnectionState[Any]:
    state = discord.Client(intents=discord.Intents.none(), max_messages=None)._connection
    state.user = discord.ClientUser(state=state, data=USER)  # type: ignore[arg-type]  # as Discord writes it
    return state


def server(
    state: ConnectionState[Any],
    *,
    everyone: int = 0,
    own: int | None = 0,
    other: int = 0,
    overwrites: tuple[tuple[int, int, int], ...] = (),
    owner: int = 99,
    timeout: str | None = None,
    thread: dict[str, Any] | None = None,
    forum: dict[str, Any] | None = None,
) -> discord.Guild:
    """A server with one channel, one forum and one thread, as Discord tells it; ``overwrites``: (of, allow, deny)."""
    roles: list[dict[str, Any]] = [
        {"id": str(SERVER), "name": "@everyone", "permissions": str(everyone), "position": 0}
    ]
    if own is not None:
        tags = {"bot_id": str(ME)}
        roles.append(
            {"id": str(OWN), "name": "newsbot", "permissions": str(own), "position": 1, "managed": True, "tags": tags}
        )
    roles.append({"id": str(OTHER), "name": "Helpers", "permissions": str(other), "position": 2})
    kinds = [{"id": str(of), "type": int(of == ME), "allow": str(a), "deny": str(d)} for of, a, d in overwrites]
    about = {"permission_overwrites": kinds, "position": 0, "nsfw": False}
    mine = [str(OTHER)] + ([str(OWN)] if own is not None else [])
    member = {"user": USER, "roles": mine, "joined_at": SINCE, "flags": 0, "communication_disabled_until": timeout}
    meta = {"archived": False, "locked": False, "auto_archive_duration": 1440, "archive_timestamp": SINCE}
    of_thread = {"id": str(THREAD), "type": 11, "name": "talk", "parent_id": str(CHANNEL), "owner_id": "99"}
    data: dict[str, Any] = {
        "id": str(SERVER),
        "name": "Garage",
        "owner_id": str(owner),
        "roles": roles,
        "members": [member],
        "channels": [
            {"id": str(CHANNEL), "type": 0, "name": "general", **about},
            {"id": str(FORUM), "type": 15, "name": "topics", "available_tags": [], **about} | (forum or {}),
        ],
        "threads": [{**of_thread, "thread_metadata": meta | (thread or {}), "message_count": 0, "member_count": 1}],
    }
    return discord.Guild(data=data, state=state)  # type: ignore[arg-type]  # as Discord writes it


BITS = st.sets(st.sampled_from([p.bit for row in NEEDED.values() for p in row] + [MANAGE.bit])).map(sum)
CHANGE = st.tuples(st.sampled_from([SERVER, OWN, OTHER, ME]), BITS, BITS).map(lambda c: (c[0], c[1], c[2] & ~c[1]))


@settings(max_examples=60, deadline=None)
@given(everyone=BITS, own=BITS, other=BITS, overwrites=st.lists(CHANGE, max_size=4, unique_by=lambda o: o[0]))
def test_a_channel_is_well_exactly_when_the_library_says_that_all_is_allowed(
    state: ConnectionState[Any], everyone: int, own: int, other: int, overwrites: list[tuple[int, int, int]]
) -> None:
    first_everyone = tuple(sorted(overwrites, key=lambda o: o[0]))  # as Discord orders them
    guild = server(state, everyone=everyone, own=own, other=other, overwrites=first_everyone)
    for number in (CHANNEL, FORUM, THREAD):
        channel = guild.get_channel_or_thread(number)
        assert channel is not None
        found = check(channel)
        assert found is not None
        wanted = sum(p.bit for p in NEEDED[found.sort])
        assert found.well == (channel.permissions_for(guild.me).value & wanted == wanted)


def test_one_missing_permission_is_named_alone_although_it_makes_others_useless(state: ConnectionState[Any]) -> None:
    guild = server(state, own=ALL, overwrites=((SERVER, 0, VIEW.bit),))
    found = check(guild.text_channels[0])
    assert found is not None
    assert [lack.permission for lack in found.missing] == [VIEW]


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        (Standing(0, role="newsbot"), "Server Settings › Roles › newsbot › Permissions › Embed Links"),
        (
            Standing(ALL, (Overwrite("everyone", "", 0, EMBED.bit),), role="newsbot"),
            (
                "Edit Channel › Permissions › Advanced permissions › newsbot › Embed Links: ✓ "
                "(“+” adds newsbot if it is not listed) "
                "(the channel denies it to @\u2060everyone)"
            ),
        ),
        (
            Standing(ALL, (Overwrite("role", "Bots*", 0, EMBED.bit),), role="newsbot"),
            (
                "Edit Channel › Permissions › Advanced permissions › newsbot › Embed Links: ✓ "
                "(“+” adds newsbot if it is not listed) "
                "(the channel denies it to Bots\\*)"
            ),
        ),
        (
            Standing(ALL, (Overwrite("me", "News", 0, EMBED.bit),), role="newsbot", me="News"),
            "Edit Channel › Permissions › Advanced permissions › News › Embed Links: ✓",
        ),
        (Standing(0, me="newsbot"), "Edit Channel › Permissions › Advanced permissions › newsbot › Embed Links: ✓"),
        (
            Standing(ALL, timed_out=True, role="newsbot", me="newsbot"),
            "I am in a timeout here. Right-click newsbot › Remove Timeout",
        ),
    ],
)
def test_the_cause_decides_where_to_click(standing: Standing, said: str) -> None:
    (lack,) = lacking(standing, (EMBED,))
    assert where(Words("en"), lack, "text") == said


def test_what_a_channel_allows_the_bots_own_role_outweighs_what_it_denies_everyone() -> None:
    denied = Overwrite("everyone", "", 0, SEND.bit)
    assert not lacking(Standing(ALL, (denied, Overwrite("role", "newsbot", SEND.bit, 0))), (SEND,))
    assert lacking(Standing(ALL, (denied, Overwrite("role", "newsbot", 0, 0))), (SEND,))


def test_owners_and_administrators_lack_nothing(state: ConnectionState[Any]) -> None:
    closed = ((SERVER, 0, ALL), (ME, 0, ALL))
    for guild in (server(state, own=ADMINISTRATOR, overwrites=closed), server(state, owner=ME, overwrites=closed)):
        found = check(guild.text_channels[0])
        assert found is not None and found.well and not found.wished


def test_in_a_timeout_only_reading_is_left(state: ConnectionState[Any]) -> None:
    found = check(server(state, own=ALL, timeout="2099-01-01T00:00:00+00:00").text_channels[0])
    assert found is not None
    assert {lack.permission for lack in found.missing} == {SEND}
    assert {lack.cause for lack in found.missing} == {"timeout"}


def test_a_locked_thread_is_its_moderators(state: ConnectionState[Any]) -> None:
    member, moderator = ALL & ~MANAGE.bit, ALL
    locked = {"locked": True}
    of = [check(server(state, own=own, thread=locked).threads[0]) for own in (member, moderator)]
    assert [found and found.troubles for found in of] == [("locked",), ()]


def test_threads_need_their_own_permission_to_send_and_forums_both(state: ConnectionState[Any]) -> None:
    silent = VIEW.bit | EMBED.bit | HISTORY.bit
    guild = server(state, own=silent | THREADS.bit)
    thread, forum = check(guild.threads[0]), check(guild.forums[0])
    assert thread is not None and thread.well
    assert forum is not None and [lack.permission for lack in forum.missing] == [SEND]


def test_posts_need_no_more_than_to_be_seen_and_sent_but_announcements_are_embeds(state: ConnectionState[Any]) -> None:
    guild = server(state, own=VIEW.bit | SEND.bit)
    found = [check(channel) for channel in (guild.text_channels[0], guild.forums[0])]
    assert [each and each.well for each in found] == [True, True]
    assert found[0] is not None and {lack.permission for lack in found[0].wished} >= {EMBED, HISTORY}
    assert EMBED in NEEDED["news"] and HISTORY not in NEEDED["news"]


@pytest.mark.parametrize(
    ("channel", "reason", "lacks", "freed"),
    [
        (CHANNEL, "missing permission: Read Message History", HISTORY, False),
        (CHANNEL, "missing permission: Read Message History", EMBED, True),
        (CHANNEL, "missing permission: Send Messages", HISTORY, True),
        (CHANNEL, "missing permission: Send Messages", THREADS, True),
        (FORUM, "missing permission: Send Messages", THREADS, False),
        (CHANNEL, "missing permission: Send Messages", SEND, False),
    ],
)
def test_what_waits_for_a_permission_goes_on_when_that_one_is_there(
    state: ConnectionState[Any], channel: int, reason: str, lacks: Permission, freed: bool
) -> None:
    where_to = server(state, own=ALL & ~lacks.bit).get_channel_or_thread(channel)
    assert where_to is not None
    found = check(where_to)
    assert found is not None and found.frees(reason) is freed


def test_a_forum_that_wants_a_tag_needs_one_that_the_bot_may_set(state: ConnectionState[Any]) -> None:
    tag = {"id": "50", "name": "Rules", "moderated": True, "emoji_id": None, "emoji_name": None}
    for moderated, troubles in ((True, ("tags",)), (False, ())):
        guild = server(state, own=ALL, forum={"flags": 1 << 4, "available_tags": [tag | {"moderated": moderated}]})
        found = check(guild.forums[0])
        assert found is not None and found.troubles == troubles and found.well is not moderated


def test_forums_call_the_same_permissions_otherwise() -> None:
    words = Words("en")
    assert [label(words, p, "forum") for p in (SEND, THREADS)] == ["Create Posts", "Send Messages in Posts"]
    assert label(words, SEND, "text") == "Send Messages"
    assert label(words, SEND, "forum", of_role=True) == "Send Messages and Create Posts"


@pytest.mark.parametrize("language", languages())
def test_every_language_names_every_permission_and_where_it_is(language: str) -> None:
    words = Words(language)
    for sort, needed in NEEDED.items():
        wanted = (*needed, *WISHED[sort])
        for cause in (Standing(0, role="newsbot"), Standing(ALL, (Overwrite("everyone", "", 0, ALL),), role="newsbot")):
            for lack in lacking(cause, wanted):
                assert "newsbot" in where(words, lack, sort)
