"""Commands and interactions of the tests' Discord: what it lets be registered, run and answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from tests.fakes.discord import DiscordServer, Guild, Interaction, Modal, NotOffered, Permission, Person, Upload

V2, EPHEMERAL = 1 << 15, 1 << 6
TOPIC = {"type": 3, "name": "topic", "description": "A topic", "autocomplete": True}
CHANNEL = {"type": 7, "name": "channel", "description": "Where", "channel_types": [0, 11]}
SEARCH = {
    "name": "search",
    "description": "Find news",
    "name_localizations": {"de": "suche"},
    "description_localizations": {"de": "Nachrichten finden"},
    "contexts": [0, 1, 2],
    "integration_types": [0, 1],
    "options": [
        {"type": 3, "name": "query", "description": "Words", "required": True, "max_length": 20, "autocomplete": True},
        {"type": 4, "name": "page", "description": "Page", "min_value": 1},
        {"type": 3, "name": "when", "description": "Since", "choices": [{"name": "Today", "value": "day"}]},
        {"type": 8, "name": "role", "description": "Whom"},
        {"type": 6, "name": "by", "description": "Whose"},
        {"type": 11, "name": "file", "description": "Feeds"},
        {"type": 7, "name": "thread", "description": "Where"},
    ],
}
MANAGE = {
    "name": "channel",
    "description": "What a channel gets",
    "contexts": [0],
    "default_member_permissions": str(int(Permission.MANAGE_GUILD)),
    "options": [{"type": 1, "name": "subscribe", "description": "Subscribe", "options": [TOPIC, CHANNEL]}],
}


class Api:
    """Calls of a bot: the status and what was said."""

    def __init__(self, dc: DiscordServer, http: aiohttp.ClientSession) -> None:
        self.dc = dc
        self._http = http
        self._signed = {"Authorization": f"Bot {dc.token}", "User-Agent": "DiscordBot (https://example.org, 1)"}

    async def call(self, method: str, path: str, body: Any = None, *, signed: bool = False) -> tuple[int, Any]:
        url, headers = self.dc.api_url + path, self._signed if signed else {}
        async with self._http.request(method, url, json=body, headers=headers) as response:
            return response.status, None if response.status == 204 else await response.json()

    async def register(self, *commands: Any, guild: Guild | None = None) -> tuple[int, Any]:
        """Bulk overwrite."""
        scope = f"/guilds/{guild.id}" if guild else ""
        path = f"/applications/{self.dc.application_id}{scope}/commands"
        return await self.call("PUT", path, list(commands), signed=True)

    async def respond(self, to: Interaction, kind: int, data: Any = None) -> int:
        """The callback; 204, or the JSON code of the refusal."""
        body = {"type": kind} | ({} if data is None else {"data": data})
        status, told = await self.call("POST", f"/interactions/{to.id}/{to.token}/callback", body)
        return status if status < 400 else int(told["code"])

    async def follow(self, to: Interaction, data: Any, method: str = "POST", message: str = "") -> int:
        """A followup, or with ``message`` something about one."""
        path = f"/webhooks/{self.dc.application_id}/{to.token}" + (f"/messages/{message}" if message else "")
        status, told = await self.call(method, path, data)
        return status if status < 400 else int(told["code"])


class Clock:
    """Time that tests move."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 23, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def passes(self, **time: float) -> None:
        """Move on."""
        self.time += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    """The server's clock."""
    return Clock()


@pytest.fixture
async def api(clock: Clock) -> AsyncIterator[Api]:
    """A server that runs, and its caller."""
    async with DiscordServer(now=clock) as dc, aiohttp.ClientSession() as http:
        yield Api(dc, http)


@pytest.fixture
def ann(api: Api) -> Person:
    """The owner of a guild."""
    return api.dc.person("Ann")


@pytest.fixture
def guild(api: Api, ann: Person) -> Guild:
    """A guild with the bot."""
    found = api.dc.guild("Garage", owner=ann)
    found.admits_bot()
    return found


def _command(**more: Any) -> dict[str, Any]:
    return {"name": "a", "description": "b"} | more


def _options(*options: dict[str, Any]) -> dict[str, Any]:
    return _command(options=[{"description": "d", "name": f"o{n}", "type": 3} | each for n, each in enumerate(options)])


LONG = [{"name": f"{number}" * 80, "value": "v" * 99} for number in range(3)]
GROUP = {"type": 2, "options": [{"type": 1, "name": "x", "description": "y"}]}


@pytest.mark.parametrize(
    ("given", "where"),
    [
        (_command(name="Search"), "name"),
        (_command(name="sea rch"), "name"),
        (_command(name="s" * 33), "name"),
        (_command(description="d" * 101), "description"),
        (_command(description=""), "description"),
        (_command(name_localizations={"de-DE": "suche"}), "name_localizations"),
        (_command(name_localizations={"de": "Suche"}), "name_localizations"),
        (_options(*[{}] * 26), "options"),
        (_options({}, {"required": True}), "options"),
        (_options({"type": 1}, {}), "options"),
        (_options({"name": "same"}, {"name": "same"}), "options"),
        (_options({"name": "one", "name_localizations": {"de": "two"}}, {"name": "two"}), "options"),
        (_options({"type": 2, "options": [{"type": 2, "name": "x", "description": "y"}]}), "options"),
        (_options({"type": 1, "options": [{"type": 1, "name": "x", "description": "y"}]}), "options"),
        (_options({"choices": [{"name": "c", "value": "v"}], "autocomplete": True}), "options"),
        (_options({"choices": [{"name": str(n), "value": "v"} for n in range(26)]}), "options"),
        (_options({"choices": [{"name": "c", "value": 7}]}), "options"),
        (_options({"type": 5, "autocomplete": True}), "options"),
        (_options({"channel_types": [0]}), "options"),
        (_command(contexts=[3]), "contexts"),
        (_command(integration_types=[]), "integration_types"),
        (_command(surprise=1), "surprise"),
        (_options(*[{"description_localizations": {"de": "ä" * 100}, "choices": LONG}] * 13), "_errors"),
    ],
)
async def test_commands_that_break_a_rule_are_refused(api: Api, given: dict[str, Any], where: str) -> None:
    status, told = await api.register(given)
    assert (status, told["code"], list(told["errors"]["0"])) == (400, 50035, [where])


async def test_registered_commands_keep_their_ids_and_their_versions_until_they_change(api: Api, guild: Guild) -> None:
    _, first = await api.register(SEARCH, MANAGE, _options(GROUP))
    _, again = await api.register(SEARCH, MANAGE | {"description": "Another"}, _options(GROUP))
    assert [each["id"] for each in first] == [each["id"] for each in again]
    assert [one["version"] == two["version"] for one, two in zip(first, again, strict=True)] == [True, False, True]
    assert (await api.register(SEARCH, SEARCH))[1]["errors"]["1"]["name"]
    assert (await api.register(SEARCH, guild=guild))[1]["errors"]["0"].keys() == {"contexts", "integration_types"}
    assert (await api.register(*(_command(name=f"c{n}") for n in range(101))))[1]["code"] == 30032
    assert (await api.register(guild=guild))[0] == 200
    path = f"/applications/{api.dc.application_id}/commands"
    assert (await api.call("POST", path, _command(), signed=True))[0] == 200, "an upsert"
    assert (await api.call("PATCH", f"{path}/{first[0]['id']}", {"name": "a"}, signed=True))[1]["code"] == 40041
    assert (await api.call("DELETE", f"{path}/{first[0]['id']}", signed=True))[0] == 204
    assert (await api.call("GET", f"{path}/{first[0]['id']}", signed=True))[1]["code"] == 10063
    assert [each["name"] for each in (await api.call("GET", path, signed=True))[1]] == ["channel", "a"]


async def test_commands_are_offered_by_rights_place_installation_and_language(
    api: Api, ann: Person, guild: Guild
) -> None:
    await api.register(SEARCH, MANAGE)
    general, bob, eve = guild.text("general"), api.dc.person("Bob", locale="de"), api.dc.person("Eve")
    guild.member(bob)
    assert ann.offered(general) == {"search": "Find news", "channel subscribe": "Subscribe"}
    assert bob.offered(general) == {"suche": "Nachrichten finden"}
    assert ann.offered() == {"search": "Find news"}
    general.overwrite(guild.everyone, deny="send_messages")
    assert bob.offered(general) == {}
    other = api.dc.guild("Elsewhere", owner=eve)
    street, chat = other.text("street"), api.dc.world.elsewhere(eve, bob)
    assert (eve.offered(street), eve.offered(chat)) == ({}, {})
    eve.installs_bot()
    assert eve.offered(street) == eve.offered(chat) == eve.offered() == {"search": "Find news"}
    with pytest.raises(NotOffered, match="does not see"):
        await eve.runs(general, "search", query="x")
    with pytest.raises(NotOffered, match="MANAGE_GUILD"):
        await bob.runs(guild.text("more"), "channel subscribe")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "without"),
        ({"query": "x" * 21}, "20 characters"),
        ({"query": 7}, "takes a str"),
        ({"query": "x", "page": 0}, "takes 1 to"),
        ({"query": "x", "when": "Never"}, "offers"),
        ({"query": "x", "nothing": 1}, "has no"),
        ({"query": "x", "role": "Drivers"}, "takes a role"),
    ],
)
async def test_options_that_a_client_would_not_send_are_not_sent(
    api: Api, ann: Person, guild: Guild, options: dict[str, Any], why: str
) -> None:
    await api.register(SEARCH)
    with pytest.raises(NotOffered, match=why):
        await ann.runs(guild.text("general"), "search", **options)


async def test_what_options_mean_is_resolved_with_the_persons_rights(api: Api, ann: Person, guild: Guild) -> None:
    await api.register(SEARCH, MANAGE)
    general, role, file = guild.text("general"), guild.role("Drivers"), Upload("f.opml", b"<opml/>", "text/xml")
    thread = general.thread("talk")
    options = {"query": "x", "when": "Today", "role": role, "by": ann, "file": file, "thread": thread}
    ran = await ann.runs(general, "search", **options)
    given = {each["name"]: each["value"] for each in ran.data["options"]}
    assert given["when"] == "day"
    resolved = ran.data["resolved"]
    assert resolved["roles"][role.id]["name"] == "Drivers"
    assert resolved["members"].keys() == resolved["users"].keys() == {ann.id}
    assert resolved["channels"][thread.id]["permissions"] == str(int(thread.may(ann)))
    assert api.dc.attachments.content(resolved["attachments"][given["file"]]) == b"<opml/>"
    sub = await ann.runs(general, "channel subscribe", channel=thread)
    assert sub.data["options"][0]["options"] == [{"type": 7, "name": "channel", "value": thread.id}]
    with pytest.raises(NotOffered, match="offers no VOICE"):
        await ann.runs(general, "channel subscribe", channel=guild.voice("loud"))


async def test_a_response_comes_once_and_within_three_seconds(
    api: Api, ann: Person, guild: Guild, clock: Clock
) -> None:
    await api.register(SEARCH)
    general = guild.text("general")
    ran = await ann.runs(general, "search", query="x")
    assert await api.follow(ran, {"content": "early"}) == 10015
    clock.passes(seconds=2)
    assert await api.respond(ran, 7, {"content": "there is no message to change"}) == 50035
    assert await api.respond(ran, 4, {"content": "here"}) == 204
    assert await api.respond(ran, 4, {"content": "again"}) == 40060
    assert (ran.acknowledged_after, [each.text for each in general.messages]) == (2.0, ["here"])
    late = await ann.runs(general, "search", query="x")
    clock.passes(seconds=3.1)
    assert await api.respond(late, 4, {"content": "late"}) == 10062
    assert "10062" in late.refusals[-1]


async def test_a_deferred_answer_keeps_who_sees_it_and_can_be_changed_for_fifteen_minutes(
    api: Api, ann: Person, guild: Guild, clock: Clock
) -> None:
    await api.register(SEARCH)
    general = guild.text("general")
    ran = await ann.runs(general, "search", query="x")
    assert await api.respond(ran, 5, {"flags": EPHEMERAL | V2}) == 50035, "strict: EPHEMERAL alone"
    assert await api.respond(ran, 5, {"flags": EPHEMERAL}) == 204
    text = {"components": [{"type": 10, "content": "found"}], "flags": V2}
    assert await api.follow(ran, text) == 200, "the first followup is the deferred answer"
    answer = await ran.replied()
    assert (answer.text, answer.ephemeral, answer.flags & V2, general.messages) == ("found", True, V2, [])
    assert await api.follow(ran, {"content": "for all"}) == 200
    assert [each.text for each in ran.messages] == ["found", "for all"]
    assert [each.text for each in general.messages] == ["for all"]
    clock.passes(minutes=14)
    assert await api.follow(ran, {"components": [{"type": 10, "content": "more"}]}, "PATCH", "@original") == 200
    assert await api.follow(ran, None, "DELETE", "@original") == 204
    assert await api.follow(ran, None, "GET", "@original") == 10008
    clock.passes(minutes=2)
    assert await api.follow(ran, {"content": "late"}) == 50027


async def _menu(api: Api, ann: Person, guild: Guild) -> Interaction:
    """An answer with a button, one that is off, and a menu."""
    await api.register(SEARCH)
    ran = await ann.runs(guild.text("general"), "search", query="x")
    buttons = [{"type": 2, "style": 1, "label": "Next", "custom_id": "n"}]
    buttons.append({"type": 2, "style": 1, "label": "Off", "custom_id": "o", "disabled": True})
    options = [{"label": label, "value": label.lower()} for label in ("One", "Two")]
    rows = [{"type": 1, "components": buttons}]
    rows.append({"type": 1, "components": [{"type": 3, "custom_id": "m", "options": options}]})
    assert await api.respond(ran, 4, {"components": rows, "flags": V2 | EPHEMERAL}) == 204
    return ran


async def test_buttons_and_menus_are_pressed_by_who_sees_them(api: Api, ann: Person, guild: Guild) -> None:
    message = await (await _menu(api, ann, guild)).replied()
    bob = api.dc.person("Bob")
    guild.member(bob)
    with pytest.raises(NotOffered, match="does not see"):
        await bob.presses(message, "Next")
    for what, why in (("Off", "disabled"), ("Gone", "no button")):
        with pytest.raises(NotOffered, match=why):
            await ann.presses(message, what)
    chosen = await ann.picks(message, "Two")
    assert (chosen.data["values"], chosen.custom_id) == (["two"], "m")
    assert await api.respond(chosen, 6) == 204
    assert await api.follow(chosen, {"content": "noted", "flags": EPHEMERAL}) == 200
    assert (await chosen.replied()).text == "noted"
    pressed = await ann.presses(message, "Next")
    assert await api.respond(pressed, 7, {"components": [{"type": 10, "content": "page 2"}]}) == 204
    assert await pressed.replied() is message
    assert (message.text, message.ephemeral) == ("page 2", True)


async def test_a_modal_is_filled_in_as_its_fields_allow(api: Api, ann: Person, guild: Guild) -> None:
    message = await (await _menu(api, ann, guild)).replied()
    pressed = await ann.presses(message, "Next")
    field = {"type": 4, "custom_id": "q", "style": 1, "max_length": 5, "value": "old"}
    label = {"type": 18, "label": "Query", "component": field}
    assert await api.respond(pressed, 9, {"custom_id": "m", "title": "t" * 46, "components": [label]}) == 50035
    assert await api.respond(pressed, 9, {"custom_id": "m", "title": "Ask", "components": [label]}) == 204
    modal = await pressed.answered()
    assert isinstance(modal, Modal)
    assert (modal.title, modal.field("Query").value) == ("Ask", "old")
    with pytest.raises(NotOffered, match="5 characters"):
        await ann.submits(modal, {"Query": "longer"})
    sent = await ann.submits(modal, {"Query": "new"})
    assert sent.data["components"][0]["component"] == {"type": 4, "id": 2, "custom_id": "q", "value": "new"}
    assert await api.respond(sent, 9, {"custom_id": "m", "title": "Ask", "components": [label]}) == 50035
    assert await api.respond(sent, 7, {"components": [{"type": 10, "content": "saved"}]}) == 204
    assert await sent.replied() is message


async def test_what_a_server_has_not_installed_speaks_little_and_in_private(api: Api, guild: Guild) -> None:
    await api.register(SEARCH)
    eve = api.dc.person("Eve")
    other = api.dc.guild("Elsewhere", owner=eve)
    bob = api.dc.person("Bob")
    other.member(bob)
    street = other.text("street")
    other.everyone.permissions &= ~Permission.USE_EXTERNAL_APPS
    bob.installs_bot()
    ran = await bob.runs(street, "search", query="x")
    assert ran.owners == {"1": bob.id}
    assert await api.respond(ran, 4, {"content": "hello"}) == 204
    assert (await ran.replied()).ephemeral
    assert [await api.follow(ran, {"content": "more"}) for _ in range(6)] == [200] * 5 + [40094]
    assert street.messages == []


async def test_suggestions_are_for_the_option_that_is_typed(api: Api, ann: Person, guild: Guild) -> None:
    await api.register(SEARCH)
    general = guild.text("general")
    with pytest.raises(NotOffered, match="no autocompletion"):
        await ann.types(general, "search", query="x", page=1)
    with pytest.raises(TimeoutError, match="no shard is there"):
        await ann.types(general, "search", query="bat", timeout=0)
    (typed,) = api.dc.interactions.all.values()
    assert typed.data["options"] == [{"type": 3, "name": "query", "value": "bat", "focused": True}]
    assert await api.respond(typed, 4, {"content": "no"}) == 50035
    many = [{"name": "Battery", "value": "b"}] * 26
    assert await api.respond(typed, 8, {"choices": many}) == 50035
    assert await api.respond(typed, 8, {"choices": [{"name": "b" * 101, "value": "b"}]}) == 50035
    assert await api.respond(typed, 8, {"choices": many[:25]}) == 204
    assert typed.choices == [("Battery", "b")] * 25
