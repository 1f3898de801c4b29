"""The Discord of our own refuses the messages that the real one refuses, asked by the real library."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import discord
import pytest

from tests.fakes.discord import DiscordServer, Guild, Person, transcript
from tests.fakes.discord.errors import Json
from tests.fakes.discord.posts import Flag
from tests.platforms.discord.requests import asked, changed, code, posted

V2 = int(Flag.IS_COMPONENTS_V2)


def text(content: str = "x") -> Json:
    return {"type": 10, "content": content}


def button(custom_id: str = "a", **more: Any) -> Json:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": custom_id} | more


def link(url: str) -> Json:
    return {"type": 2, "style": 5, "label": "Go", "url": url}


def row(*within: Json) -> Json:
    return {"type": 1, "components": list(within)}


def box(*within: Json) -> Json:
    return {"type": 17, "components": list(within)}


def section(*texts: Json, accessory: Json | None = None) -> Json:
    return {"type": 9, "components": list(texts)} | ({"accessory": accessory} if accessory else {})


def menu(options: Iterable[Json], **more: Any) -> Json:
    return {"type": 3, "custom_id": "m", "options": list(options)} | more


def option(value: str, **more: Any) -> Json:
    return {"label": "One", "value": value} | more


GOOD = [
    [
        box(
            text("Hello"),
            section(text(), accessory=button()),
            {"type": 14},
            row(button("b"), link("https://a.example")),
        )
    ],
    [text("a" * 4000)],
    [text()] * 40,
    [row(menu([option(str(number)) for number in range(25)], placeholder="p" * 150))],
    [{"type": 12, "items": [{"media": {"url": "https://a.example/1.png"}, "description": "one"}] * 10}],
    [section(text(), text(), text(), accessory={"type": 11, "media": {"url": "https://a.example/1.png"}})],
    [text() | {"id": 7}, text() | {"id": 1}, row(button("a" * 100, label="l" * 80))],
]
BAD = [
    ([text("a" * 2001), text("a" * 2000)], "components"),
    ([text(" ")], "components.0.content"),
    ([box(*[text()] * 39), text()], "components"),
    ([row(button("a"), button("a"))], "components.0.components.1.custom_id"),
    ([row(button("a" * 101))], "components.0.components.0.custom_id"),
    ([row(button(""))], "components.0.components.0.custom_id"),
    ([row(button(label="l" * 81))], "components.0.components.0.label"),
    ([row(button(label=""))], "components.0.components.0.label"),
    ([row(*[button(str(number)) for number in range(6)])], "components.0.components"),
    ([row(button(), menu([option("a")]))], "components.0.components"),
    ([row(link("javascript:alert(1)"))], "components.0.components.0.url"),
    ([row(link("https://a.example/" + "a" * 495))], "components.0.components.0.url"),
    ([row(button(url="https://a.example"))], "components.0.components.0"),
    ([row(menu([]))], "components.0.components.0.options"),
    ([row(menu(option(str(number)) for number in range(26)))], "components.0.components.0.options"),
    ([row(menu([option("a"), option("a")]))], "components.0.components.0.options.1.value"),
    ([row(menu([option("a" * 101)]))], "components.0.components.0.options.0.value"),
    ([row(menu([option("a", description="d" * 101)]))], "components.0.components.0.options.0.description"),
    ([row(menu([option("a")], max_values=2))], "components.0.components.0.options"),
    ([section(text())], "components.0.accessory"),
    ([section(*[text()] * 4, accessory=button())], "components.0.components"),
    ([section(button("b"), accessory=button())], "components.0.components.0.type"),
    ([box(box(text()))], "components.0.components.0.type"),
    ([button()], "components.0.type"),
    ([{"type": 12, "items": []}], "components.0.items"),
    ([{"type": 12, "items": [{"media": {"url": "attachment://no.png"}}]}], "components.0.items.0.media.url"),
    ([text() | {"id": 3}, text() | {"id": 3}], "components.1.id"),
    ([text() | {"colour": 3}], "components.0.colour"),
]


async def test_components_pass_and_fail_as_documented(dc: DiscordServer, rest: discord.Client, garage: Guild) -> None:
    general = garage.text("general")
    for components in GOOD:
        await posted(rest, general, flags=V2, components=components)
    for components, where in BAD:
        with pytest.raises(discord.HTTPException) as caught:
            await posted(rest, general, flags=V2, components=components)
        assert caught.value.code == 50035
        assert f"In {where}: " in caught.value.text, (where, caught.value.text)
    assert len(general.messages) == len(GOOD)
    assert general.messages[0].labels == ["Go", "Go", "Go"]
    assert general.messages[0].text == "Hello\nx"


async def test_a_transcript_shows_a_message_as_it_looks(rest: discord.Client, garage: Guild) -> None:
    general = garage.text("general")
    await posted(rest, general, flags=V2, components=GOOD[0])
    said = "newsbot:\n  │ Hello\n  │ x  [Go]\n  │ ―――\n  │ [Go] [Go ↗]"
    assert transcript(general) == said


async def test_what_a_message_may_not_be(rest: discord.Client, garage: Guild) -> None:
    general = garage.text("general")
    assert await code(posted(rest, general, content="")) == 50006
    assert await code(posted(rest, general, flags=V2)) == 50006
    field = {"name": "n", "value": "v" * 1024}
    for body, where in (
        ({"content": "a" * 2001}, "content"),
        ({"content": "a", "flags": V2, "components": [text()]}, "content"),
        ({"components": [text()]}, "components.0.type"),
        ({"embeds": [{"title": "t" * 257}]}, "embeds.0.title"),
        ({"embeds": [{"fields": [field] * 3}, {"fields": [field] * 3}]}, "embeds"),
        ({"embeds": [{"description": "d", "fields": [{"name": "", "value": "v"}]}]}, "embeds.0.fields.0.name"),
        ({"content": "a", "nonce": "n" * 26}, "nonce"),
        ({"content": "a", "flags": 64}, "flags"),
        ({"content": "a", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, "allowed_mentions"),
        ({"content": "a", "ephemeral": True}, "ephemeral"),
    ):
        with pytest.raises(discord.HTTPException) as caught:
            await posted(rest, general, **body)
        assert caught.value.code == 50035
        assert f"In {where}: " in caught.value.text
    assert general.messages == []


async def test_an_edit_keeps_what_it_does_not_name_and_pings_nobody(
    dc: DiscordServer, rest: discord.Client, garage: Guild, ann: Person
) -> None:
    general = garage.text("general")
    sent = await posted(rest, general, flags=V2, components=[text("old")])
    message = general.messages[0]
    assert await code(changed(rest, general, sent["id"], flags=0, components=[text()])) == 50035
    assert await code(changed(rest, general, sent["id"], content="no")) == 50035
    await changed(rest, general, sent["id"], components=[text(f"new {ann.mention}")])
    assert (message.text, message.edited, message.pinged) == (f"new {ann.mention}", True, ())
    plain = await posted(rest, general, content="old", embeds=[{"title": "t"}])
    await changed(rest, general, plain["id"], content="new")
    assert general.messages[1].text == "new\nt"
    assert await code(changed(rest, general, plain["id"], flags=V2, components=[text()])) == 50035
    await changed(rest, general, plain["id"], flags=V2, components=[text()], content=None, embeds=[])
    assert general.messages[1].text == "x"


async def test_who_is_notified(dc: DiscordServer, rest: discord.Client, garage: Guild, ann: Person) -> None:
    general = garage.text("general").overwrite(garage.everyone, deny="view_channel")
    general.overwrite(garage.bot, allow="view_channel")
    drivers, mechanics = garage.role("Drivers", mentionable=True), garage.role("Mechanics")
    ben, stranger = dc.person("Ben"), dc.person("Stranger")
    garage.member(ben)
    said = f"@everyone {ann.mention} {ben.mention} {stranger.mention} {drivers.mention} {mechanics.mention} <@&1>"

    async def notified(**body: Any) -> tuple[str, ...]:
        await posted(rest, general, **body)
        return general.messages[-1].pinged

    assert await notified(content=said, allowed_mentions={"parse": []}) == ()
    assert await notified(content=said) == (ann.id, drivers.id)
    roles = {"parse": [], "roles": [drivers.id, mechanics.id, "1"]}
    assert await notified(flags=V2, components=[text(said)], allowed_mentions=roles) == (drivers.id,)
    assert await notified(content=said, flags=int(Flag.SUPPRESS_NOTIFICATIONS)) == ()
    garage.bot_role.permissions |= garage.everyone.permissions.MENTION_EVERYONE
    assert await notified(content=said) == (ann.id, drivers.id, mechanics.id, "everyone")
    assert await notified(embeds=[{"description": said}]) == ()


async def test_a_nonce_keeps_a_message_from_being_there_twice(
    rest: discord.Client, dc: DiscordServer, garage: Guild
) -> None:
    one, two = garage.text("one"), garage.text("two")
    start, later = dc.now(), timedelta(0)
    dc.now = lambda: start + later
    body = {"content": "hello", "nonce": "7.0.1", "enforce_nonce": True}
    first = await posted(rest, one, **body)
    assert (await posted(rest, one, **body))["id"] == first["id"]
    assert (await posted(rest, two, **body))["id"] == first["id"], "whatever the channel"
    one.messages[0].deleted = True
    assert await code(posted(rest, one, **body)) == 10008
    later = timedelta(seconds=dc.nonce_seconds + 1)
    assert (await posted(rest, one, **body))["id"] != first["id"]
    found = await asked(rest, "GET", "/channels/{channel_id}/messages", channel_id=one.id)
    assert len(found) == 1
    assert all("nonce" not in each for each in found)


async def test_files_come_by_form_and_can_be_fetched(rest: discord.Client, dc: DiscordServer, garage: Guild) -> None:
    general = await rest.fetch_channel(int(garage.text("general").id))
    assert isinstance(general, discord.TextChannel)
    view = discord.ui.LayoutView()
    view.add_item(discord.ui.File("attachment://a.csv"))
    sent = await general.send(view=view, file=discord.File(__file__, "a.csv"))
    message = next(iter(garage.channels.values())).messages[0]
    assert message.files["a.csv"] == await sent.attachments[0].read()
    with pytest.raises(discord.HTTPException, match="attachment was not found"):
        await general.send(view=view)
