"""A newcomer's first ten minutes on Telegram, played against the real bot: ``python -m tests.e2e.tour`` prints what was
said. The README shows the transcript; a test holds the two together.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.e2e.house import House, Rows, rows_of, until
from tests.e2e.script import BOT, Script
from tests.fakes.telegram.chats import Chat
from tests.fakes.telegram.messages import Message
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.server import TelegramServer

PROJECT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds for what takes one on an idle machine."""
Wanted = str | Callable[[Message], bool]


class Scene(Script):
    """What happens on Telegram."""

    def __init__(self, telegram: TelegramServer) -> None:
        super().__init__()
        self.telegram = telegram

    def show(self, message: Message) -> Message:
        """The bot's message, with its buttons."""
        rows = ["  ".join(f"[{button.text}]" for button in row) for row in message.keyboard]
        self.note(BOT, "\n".join([message.text, *rows]))
        return message

    async def says(self, who: Person, text: str, wanted: Wanted, chat: Chat | None = None) -> Message:
        """``who`` writes, and the bot answers something with ``wanted`` in it."""
        said = await who.says(chat, text)
        self.note(who.name, text)
        return self.show(await said.chat.wait_for(wanted, PATIENCE, after=said.id))

    async def replies(self, who: Person, to: Message, text: str, wanted: Wanted) -> Message:
        """``who`` answers the bot's question."""
        said = await who.says(None, text, reply_to=to)
        self.note(who.name, text)
        return self.show(await said.chat.wait_for(wanted, PATIENCE, after=said.id))

    async def presses(self, who: Person, message: Message, label: str) -> str:
        """``who`` presses a button; the notice that comes up, or the address that opens."""
        pressed = await who.presses(message, label)
        self.note(who.name, f"presses [{label}]")
        answer = await pressed.answered(PATIENCE)
        if answer.text:
            self.note(BOT, f"({answer.text})")
        return answer.url

    async def sees(self, chat: Chat, wanted: Wanted, after: int = 0) -> Message:
        """Something with ``wanted`` in it is there, or comes."""
        return self.show(await chat.wait_for(wanted, PATIENCE, after=after))

    async def opens(self, who: Person, address: str, wanted: Wanted) -> Message:
        """``who`` follows a link into the private chat and presses Start."""
        said = await who.opens(address)
        self.note(who.name, "follows the link and presses [Start]")
        return self.show(await said.chat.wait_for(wanted, PATIENCE, after=said.id))


async def play(scene: Scene) -> None:
    """Everything, in order."""
    ann = scene.telegram.person(1001, "Ann", language="en")
    await _alone(scene, ann)
    await _in_a_group(scene, ann)
    await _with_a_channel(scene, ann)
    await _anywhere(scene, ann)
    await _in_german(scene)


async def _alone(scene: Scene, ann: Person) -> None:
    scene.title("Ann opens the bot")
    welcome = await scene.says(ann, "/start", "Hello!")
    await scene.presses(ann, welcome, "Follow your own")
    question = await scene.sees(ann.private, lambda m: m.markup.asks, after=welcome.id)
    followed = await scene.replies(ann, question, "Xiaomi EV", "You follow")
    story = await scene.sees(ann.private, _is_story, after=followed.id)
    await scene.presses(ann, story, "Why?")
    await scene.sees(ann.private, "It came here because", after=story.id)
    await scene.presses(ann, story, "👍")
    found = await scene.says(ann, "battery -tesla", "articles on")
    await scene.presses(ann, found, "Next ›")
    scene.show(await ann.private.wait_for("page 2", PATIENCE))


def _is_story(message: Message) -> bool:
    return message.text.startswith("Xiaomi's electric car goes into") and "👍" in message.labels


async def _in_a_group(scene: Scene, ann: Person) -> None:
    scene.title("She adds it to her group")
    bob = scene.telegram.person(1002, "Bob")
    group = scene.telegram.supergroup("Garage", members=[bob], admins=[ann])
    await group.adds_bot(by=ann)
    await scene.sees(group, "Hello")
    await scene.says(ann, "/subscribe cars daily 08:00", "Subscribed", group)
    await scene.says(bob, "/unsubscribe cars", "admins", group)
    answer = await scene.says(bob, "/follow storm-idris", lambda m: bool(m.buttons), group)
    await scene.opens(bob, answer.buttons[0].url, "You follow")


async def _with_a_channel(scene: Scene, ann: Person) -> None:
    scene.title("She sets up her channel from the private chat")
    channel = scene.telegram.channel("Ann's news", "anns_news", admins=[ann])
    await scene.says(ann, "/subscribe @anns_news science", lambda m: bool(m.buttons))
    await channel.adds_bot(by=ann)
    await scene.says(ann, "/subscribe @anns_news science", "Subscribed")
    await scene.sees(channel, lambda m: bool(m.buttons))


async def _anywhere(scene: Scene, ann: Person) -> None:
    scene.title("She types @newsbot in a chat with somebody else")
    scene.note(ann.name, "@newsbot moon landing")
    answer = await ann.asks_inline("moon landing", timeout=PATIENCE)
    scene.note(BOT, "\n".join(f"▸ {title}" for title in answer.titles[:3]))


async def _in_german(scene: Scene) -> None:
    scene.title("Jörg's Telegram speaks German")
    joerg = scene.telegram.person(1003, "Jörg", language="de")
    await scene.says(joerg, "/start", lambda m: bool(m.buttons))


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[TelegramServer]:
    """A Telegram that keeps its limits, and the bot of a clean clone that serves it."""
    for name in ("config", "seeds"):
        shutil.copytree(PROJECT / name, folder / name)
    async with TelegramServer() as telegram:
        telegram.rates.on = True
        house = House(folder)
        written = house.config.read_text(encoding="utf-8")
        assert "https://api.telegram.org" in written
        written = written.replace("https://api.telegram.org", telegram.url)
        house.config.write_text(written, encoding="utf-8")
        environment = {"TELEGRAM_TOKEN": telegram.token, "DATABASE_URL": f"sqlite:///{folder / 'newsbot.db'}"}
        async with house.running(environment=environment), rows_of(environment["DATABASE_URL"]) as rows:
            await until(lambda: has_read(rows), "the sample newsroom was read")
            yield telegram


async def has_read(rows: Rows) -> bool:
    """Whether every feed was read, and every article judged and planned."""
    unread = await rows.count("feeds WHERE last_success IS NULL")
    return not unread and await rows.count("articles") > 0 and not await rows.count("articles WHERE state <> 2")


async def tour(folder: Path) -> list[str]:
    """Play it in ``folder``; the transcript's lines."""
    async with town(folder) as telegram:
        scene = Scene(telegram)
        await play(scene)
        assert telegram.rates.refusals == 0
        return scene.lines


if __name__ == "__main__":
    os.environ.setdefault("NO_COLOR", "1")
    with tempfile.TemporaryDirectory() as place:
        print("\n".join(asyncio.run(tour(Path(place)))))
