"""The torture itself: a bot that is started and killed over and over while the press never sleeps and servers fail."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.e2e.house import Bot, Feeds, House, Rows, feeds_served, rows_of, until
from tests.torture.ledger import QUEUED, Ledger, settled
from tests.torture.press import Press
from tests.torture.town import Place, Town

STATEMENTS = (
    "feeds WHERE claimed_by <> ''",
    "stories",
    "outcomes WHERE state = 'waiting'",
    "deliveries",
    "deliveries WHERE state = 'sending'",
    "deliveries WHERE state = 'sent'",
    "deliveries WHERE kind = 'edit'",
    "deliveries WHERE doubts > 0",
    "web_messages",
    "chats WHERE paused <> ''",
)
"""Moments to kill at: as soon as there are more of these rows, what comes after them never happens."""

HOURS = 6
"""After so many, all that rightly waited has had its time."""
TOLD = 40
"""Broken promises that are told; one cause may break hundreds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How hard it is to be. ``kills``; ``processes`` that share the work; ``longest`` seconds that one is at it;
    ``pace`` seconds between two things that happen in the press; ``trouble`` seconds between two chats that are shut;
    ``faults``: how much more goes wrong than in the long form; ``patience`` seconds for what is due at the end."""

    kills: int
    seed: int = 1
    processes: int = 1
    longest: float = 5.0
    pace: float = 2.0
    trouble: float = 6.0
    faults: float = 1.0
    patience: float = 60.0


@dataclass
class Figures:
    """What happened, and every promise that was ``broken``, in words."""

    kills: int = 0
    hours: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    killing: float = 0.0
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [
            f"{self.kills} kills, {self.hours} hours passed in rows, {self.seconds:.0f} s ({self.killing:.0f} killing)"
        ]
        for name, counter in (("faults", self.faults), ("counts", self.counts), ("errors logged", self.errors)):
            lines.append(f"{name}: " + (", ".join(f"{n} {what}" for what, n in sorted(counter.items())) or "none"))
        more = [f"… and {len(self.broken) - TOLD} more"] if len(self.broken) > TOLD else []
        return "\n".join([*lines, *(f"BROKEN: {each}" for each in self.broken[:TOLD]), *more])


async def torture(folder: Path, database: str, plan: Plan) -> Figures:
    """Do it over the database at ``database`` (it may be empty), with all files in ``folder``."""
    async with feeds_served() as feeds, Town() as town:
        await town.settle(database)
        async with rows_of(database) as rows:
            return await Torture(folder, database, plan, feeds, town, rows).play()


class Torture:
    """One run."""

    def __init__(self, folder: Path, database: str, plan: Plan, feeds: Feeds, town: Town, rows: Rows) -> None:
        self._plan, self._town, self._rows = plan, town, rows
        self._dice = Random(plan.seed)
        self._press = Press(feeds, Random(plan.seed + 1))
        self._trouble = Random(plan.seed + 2)
        self._folders = [folder / f"process-{n}" for n in range(plan.processes)]
        self._houses = [self._house(each, database) for each in self._folders]
        self._figures = Figures()

    def _house(self, folder: Path, database: str) -> House:
        folder.mkdir()
        house = House(folder)
        house.configure(
            database=database,
            platforms=self._town.platforms,
            feeds=self._press.specs(),
            subscriptions=self._town.orders,
            defaults={"max_items": 50},
        )
        return house

    async def play(self) -> Figures:
        """Kill, then let all be finished in peace, then look."""
        began = time.monotonic()
        self._faults_begin()
        async with self._meanwhile(self._publish, self._shut_some):
            await self._kill_again_and_again()
        self._figures.killing = time.monotonic() - began
        self._faults_end()
        try:
            await self._finish()
        except AssertionError as error:
            self._figures.broken.append(str(error))
        ledger = await Ledger.read(self._rows, self._town, self._press)
        self._figures.counts += ledger.counts
        self._figures.broken += ledger.broken
        self._read_logs()
        self._count_refusals()
        self._figures.seconds = time.monotonic() - began
        return self._figures

    # --- what goes on meanwhile ------------------------------------------------------------------

    def _faults_begin(self) -> None:
        def odds(**chances: float) -> dict[str, float]:
            return {name: chance * self._plan.faults for name, chance in chances.items()}

        both = odds(drop_before=0.005, drop_after=0.01, errors=0.03)
        self._town.discord.faults.at_random(
            self._plan.seed, **both, **odds(limited=0.02, forbidden=0.005), forbidden_for=3.0
        )
        self._town.telegram.faults.at_random(self._plan.seed, **both, **odds(flood=0.02, migrate=0.05))

    def _faults_end(self) -> None:
        self._town.discord.faults.calm()
        self._town.telegram.faults.calm()

    @asynccontextmanager
    async def _meanwhile(self, *works: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
        """Do ``works`` beside the block; what one of them raises ends it."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_run(work)) for work in works]
            yield
            for task in tasks:
                task.cancel()

    async def _publish(self) -> None:
        while True:
            self._press.happen()
            await asyncio.sleep(self._plan.pace)

    async def _shut_some(self) -> None:
        """Now and then the bot is thrown out somewhere, and let in again a little later."""
        while True:
            await asyncio.sleep(self._trouble.uniform(0.5, 1.5) * self._plan.trouble)
            place: Place = self._trouble.choice([each for each in self._town.places if each.shut is not None])
            assert place.shut is not None and place.open is not None
            await place.shut()
            self._figures.faults["chats shut"] += 1
            try:
                await asyncio.sleep(self._trouble.uniform(1, 6))
            finally:
                await place.open()

    # --- killing ---------------------------------------------------------------------------------

    async def _kill_again_and_again(self) -> None:
        async with AsyncExitStack() as stack:
            bots = [await stack.enter_async_context(self._started(n)) for n in range(self._plan.processes)]
            for number in range(self._plan.kills):
                victim = self._dice.randrange(len(bots))
                await self._moment(bots[victim])
                assert not bots[victim].ended, f"the bot ended by itself: {bots[victim].errors[-2000:]}"
                await bots[victim].kill()
                self._figures.kills += 1
                if self._dice.random() < 0.7:
                    await self._an_hour_passes()
                if number + 1 < self._plan.kills or len(bots) > 1:
                    bots[victim] = await stack.enter_async_context(self._started(victim))
            for bot in bots:
                if not bot.ended:
                    await bot.kill()

    def _started(self, number: int) -> contextlib.AbstractAsyncContextManager[Bot]:
        """The second process talks to nobody: Telegram has one ear for each token."""
        roles = ("--role", "ingest,deliver") if number else ()
        return self._houses[number].newsbot("run", *roles)

    async def _moment(self, bot: Bot) -> None:
        """One kill in ten comes while the bot starts, and of the others half at any time; the rest as soon as a certain
        row is there, or a server has accepted something of which the bot may not have heard."""
        kind, longest = self._dice.random(), self._plan.longest
        if kind < 0.1:
            await asyncio.sleep(self._dice.uniform(0, 2))
            return
        await until(lambda: bot.ended or "newsbot runs" in bot.output, "the bot runs")
        if kind < 0.5:
            await asyncio.sleep(self._dice.uniform(0, longest))
        elif kind < 0.75:
            sql = self._dice.choice(STATEMENTS)
            before = await self._rows.count(sql)
            await self._within(longest, lambda: self._more_rows(sql, before))
        else:
            await asyncio.sleep(self._dice.uniform(0, longest / 2))
            before, delay = self._town.accepted(), self._dice.uniform(0, 0.03)
            await self._within(longest, lambda: self._more_accepted(before))
            await asyncio.sleep(delay)

    async def _more_rows(self, sql: str, before: int) -> bool:
        return await self._rows.count(sql) > before

    async def _more_accepted(self, before: int) -> bool:
        return self._town.accepted() > before

    async def _within(self, seconds: float, happened: Callable[[], Awaitable[bool]]) -> None:
        with contextlib.suppress(AssertionError):
            await until(happened, "the moment to kill", seconds, pause=0.002)

    async def _an_hour_passes(self) -> None:
        """In the rows, and in Discord's memory of nonces."""
        await self._rows.an_hour_passes()
        self._town.discord.nonces.clear()
        self._figures.hours += 1

    # --- the end ---------------------------------------------------------------------------------

    async def _finish(self) -> None:
        """Let the bot run in peace until nothing waits; what rightly waits for later gets its hour."""
        async with self._houses[0].running() as bot:
            for _ in range(HOURS):
                await until(lambda: settled(self._rows, self._press), "what is due is done", self._plan.patience)
                waiting = await self._rows.count("outcomes WHERE state = 'waiting'")
                if not waiting + await self._rows.count(f"deliveries WHERE {QUEUED} OR state = 'sending'"):
                    break
                await self._an_hour_passes()
            status, _ = await bot.stop()
            if status:
                self._figures.broken.append(f"SIGTERM ended the bot with {status}: {bot.errors[-500:]}")

    # --- what is left to be told -----------------------------------------------------------------

    def _read_logs(self) -> None:
        for path in (path for folder in self._folders for path in sorted(folder.glob("*.err"))):
            text = path.read_text(errors="replace")
            if "Traceback" in text:
                self._figures.broken.append(f"{path} has a traceback: …{text[text.index('Traceback') :][-1500:]}")
            self._figures.errors.update(_said(line) for line in text.splitlines() if "error" in line[:60].lower())

    def _count_refusals(self) -> None:
        """Every 429 must be one of ours."""
        figures, telegram, discord = self._figures, self._town.telegram, self._town.discord
        for name, met in (("Telegram", telegram.faults.met), ("Discord", discord.faults.met)):
            figures.faults.update({f"{name}: {what}": number for what, number in met.items()})
        for name, refusals in (
            ("Telegram", telegram.rates.refusals - telegram.faults.met["flood"]),
            ("Discord", discord.rates.refusals),
        ):
            if refusals > 0:
                figures.broken.append(f"{refusals} times {name} answered 429 by itself")


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await work()


def _said(line: str) -> str:
    """A line of the log without its time and its particulars."""
    return " ".join(word for word in line.split()[1:] if "=" not in word)[:80]
