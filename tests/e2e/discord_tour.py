"""An admin's first ten minutes on Discord, played against the real bot: ``python -m tests.e2e.discord_tour`` prints
what was said. The README shows the transcript; a test holds the two together.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.e2e.house import House, rows_of, until
from tests.e2e.script import BOT, Script
from tests.e2e.tour import PATIENCE, PROJECT, has_read
from tests.fakes.discord import Channel, DiscordServer, Message, Modal, Permission, Person, Role

Wanted = int | str | Callable[[Message], bool]
_MARKS = re.compile(r"\*\*|~~|^-# |^#+ |^> |\\(?=[^\w\s])|`", re.MULTILINE)
_LINK = re.compile(r"\[([^\[\]]*)\]\(<?[^()\s]*>?\)")
_CHANNEL = re.compile(r"<#(\d+)>")
_COMMAND = re.compile(r"</([^:<>]+):\d+>")
_STAMP = re.compile(r"<t:\d+:(\w)>")


class Scene(Script):
    """What happens on Discord."""

    def __init__(self, discord: DiscordServer) -> None:
        super().__init__()
        self.discord = discord

    def show(self, message: Message, *, alone: bool = False) -> Message:
        """The bot's message as a reader sees it, with its keys and menus; ``alone``: only who asked sees it."""
        text = _CHANNEL.sub(self._channel, plain(message.text))
        keys = "  ".join(f"[{button.label}]" for button in message.buttons)
        menus = "  ".join(f"[{menu.placeholder} ▾]" for menu in message.menus)
        self.note(f"{BOT}*" if alone else BOT, "\n".join(filter(None, (text, menus, keys))))
        return message

    def _channel(self, found: re.Match[str]) -> str:
        return f"#{self.discord.world.channels[found[1]].name}"

    async def runs(self, who: Person, channel: Channel | None, command: str, /, **options: object) -> Message:
        """``who`` uses a command, and is answered alone."""
        typed = " ".join(f"{name}:{_shown(value)}" for name, value in options.items())
        self.note(who.name, f"/{command} {typed}".strip())
        asked = await who.runs(channel, command, **options)
        return await self._answered(await asked.answered(PATIENCE))

    async def presses(self, who: Person, message: Message, label: str) -> Message:
        """``who`` presses a key, and is answered alone."""
        self.note(who.name, f"presses [{label}]")
        pressed = await who.presses(message, label)
        return await self._answered(await pressed.answered(PATIENCE))

    async def picks(self, who: Person, message: Message, label: str) -> Message:
        """``who`` chooses from a menu, and is answered alone."""
        self.note(who.name, f"chooses “{label}”")
        picked = await who.picks(message, label)
        return await self._answered(await picked.answered(PATIENCE))

    async def sees(self, channel: Channel | None, wanted: Wanted, after: str = "0") -> Message:
        """Something with ``wanted`` in it is there, or comes."""
        assert channel is not None
        return self.show(await channel.wait_for(wanted, timeout=PATIENCE, after=after))

    async def _answered(self, answer: Message | Modal) -> Message:
        assert isinstance(answer, Message), answer
        return self.show(answer, alone=answer.ephemeral)


def _shown(value: object) -> str:
    name = getattr(value, "name", None)
    return f"#{name}" if isinstance(value, Channel) else f"@{name}" if name else str(value)


def plain(text: str) -> str:
    """Discord's markdown as a reader sees it."""
    return _STAMP.sub("…", _COMMAND.sub(r"/\1", _MARKS.sub("", _LINK.sub(r"\1", text))))


def is_story(message: Message) -> bool:
    """Whether it is the story of the Xiaomi car."""
    return "Xiaomi's electric car goes into" in plain(message.text).partition("\n")[0]


async def play(scene: Scene) -> None:
    """Everything, in order."""
    discord = scene.discord
    ann, bob = discord.person("Ann", locale="en-US"), discord.person("Bob", locale="de")
    guild = discord.guild("Garage", owner=ann)
    guild.member(bob)
    general, news, library = guild.text("general"), guild.text("news"), guild.forum("library", tags=["science"])
    scene.title("Ann invites the bot to her server")
    await guild.adds_bot(by=ann)
    await scene.sees(general, "Hello")
    await _set_up(scene, ann, news, guild.everyone)
    await _read(scene, bob, news)
    await _more(scene, ann, news, library, guild.role("Drivers", mentionable=True))
    await _alone(scene, bob)


async def _set_up(scene: Scene, ann: Person, news: Channel, everyone: Role) -> None:
    scene.title("She sets up a channel; something is missing")
    await news.set_permissions(everyone, deny=Permission.SEND_MESSAGES)
    report = await scene.runs(ann, news, "setup")
    await news.set_permissions(everyone)
    scene.note("", "(Ann allows it; the report looks again by itself)")
    await until(lambda: "❌" not in report.text, "the report looked again")
    scene.show(report, alone=True)
    await scene.picks(ann, report, "Xiaomi EV")


async def _read(scene: Scene, bob: Person, news: Channel) -> None:
    scene.title("The story comes, and Bob, whose Discord speaks German, reads it")
    story = await scene.sees(news, is_story)
    await scene.presses(bob, story, "Why?")
    found = await scene.runs(bob, news, "search", query="battery -tesla")
    await scene.presses(bob, found, "Hier teilen")
    await scene.runs(bob, news, "follow", topic="storm-idris")
    greeting = await scene.sees(bob.dm, 1)
    await scene.sees(bob.dm, lambda m: bool(m.buttons), after=greeting.id)


async def _more(scene: Scene, ann: Person, news: Channel, library: Channel, drivers: Role) -> None:
    scene.title("Ann calls a role, and gives science a forum")
    await scene.runs(ann, news, "channel ping", topic="Xiaomi EV", role=drivers)
    await scene.runs(ann, news, "channel subscribe", what="science", when="daily 08:00", channel=library)
    await scene.runs(ann, news, "channel settings", channel=library)


async def _alone(scene: Scene, bob: Person) -> None:
    scene.title("In the private chat, Bob's words are a search")
    said = await bob.says("moon landing")
    scene.note(bob.name, said.content)
    await scene.sees(bob.dm, lambda m: bool(m.labels), after=said.id)


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[DiscordServer]:
    """A Discord that keeps its limits, and the bot of a clean clone that serves it."""
    for name in ("config", "seeds"):
        shutil.copytree(PROJECT / name, folder / name)
    async with DiscordServer() as discord:
        discord.rates.on = True
        house = House(folder)
        written = house.config.read_text(encoding="utf-8")
        for there, here in (
            ("https://discord.com/api/v10", discord.api_url),
            ("wss://gateway.discord.gg/", discord.gateway_url),
        ):
            assert there in written
            written = written.replace(there, here)
        house.config.write_text(written, encoding="utf-8")
        environment = {"DISCORD_TOKEN": discord.token, "DATABASE_URL": f"sqlite:///{folder / 'newsbot.db'}"}
        async with house.running(environment=environment), rows_of(environment["DATABASE_URL"]) as rows:
            await until(lambda: has_read(rows), "the sample newsroom was read")
            await until(lambda: discord.called("PUT", "/applications/*/commands"), "the commands were told")
            yield discord


async def tour(folder: Path) -> list[str]:
    """Play it in ``folder``; the transcript's lines."""
    async with town(folder) as discord:
        scene = Scene(discord)
        await play(scene)
        assert discord.rates.refusals == 0
        return scene.lines


if __name__ == "__main__":
    os.environ.setdefault("NO_COLOR", "1")
    with tempfile.TemporaryDirectory() as place:
        print("\n".join(asyncio.run(tour(Path(place)))))
