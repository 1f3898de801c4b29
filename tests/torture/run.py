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
from tests.fakes.telegram.faults import Fault as Telegrams
from tests.torture.ledger import QUEUED, Ledger, settled
from tests.torture.press import PAPERS, WIRES, Press
from tests.torture.town import Place, Town
from tests.torture.witness import Witness

SCRIPTED, WITHIN = 2, 1
"""The first kills are over sends that are held: not accepted yet, then accepted, and started again while Discord still
knows their nonces, of which one is in a channel whose history the bot cannot read."""
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

TRIED = "platform = 'discord' AND state IN ('queued', 'sending') AND attempts > 0"
"""Deliveries that a bot works at: if they grew older meanwhile, their nonces would change."""

HELD = 2
"""Sends on each platform that are held at once when the bot is to be killed over them."""
HIT = 0.5
"""Of the kills, so many at least must cut off a send."""
LATE = 0.5
"""Seconds after which a server may still accept what it never answered."""
HOURS = 6
"""After so many, all that rightly waited has had its time."""
REVISED = 8
"""So many stories are told by others, and so many corrected, once all is calm."""
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
    longest: float = 2.0
    pace: float = 2.0
    trouble: float = 6.0
    faults: float = 1.0
    patience: float = 60.0


@dataclass
class Figures:
    """What happened, and every promise that was ``broken``, in words."""

    kills: int = 0
    hits: int = 0
    cut: Counter[str] = field(default_factory=Counter)
    hours: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    killing: float = 0.0
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        done = (
            f"{self.kills} kills, {self.hits} of them over a send to Telegram or Discord, "
            f"{self.hours} hours passed in rows, {self.seconds:.0f} s ({self.killing:.0f} killing)"
        )
        lines = [done]
        for name, counter in (
            ("cut off in flight", self.cut),
            ("faults", self.faults),
            ("counts", self.counts),
            ("errors logged", self.errors),
        ):
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
        self._held = asyncio.Event()
        self._figures, self._witness = Figures(), Witness()

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
        try:
            await self._finish()
        except AssertionError as error:
            self._figures.broken.append(str(error))
        ledger = await Ledger.read(self._rows, self._town, self._press, self._witness)
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

        both = odds(drop_before=0.005, drop_after=0.01, errors=0.03, late=0.005) | {
            "slow": 0.3,
            "each": 1.0,
            "late_for": LATE,
        }
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
                await self._moment(bots[victim], number)
                assert not bots[victim].ended, f"the bot ended by itself: {bots[victim].errors[-2000:]}"
                await self._kill(bots[victim])
                if number != WITHIN and self._dice.random() < 0.7:
                    await self._an_hour_passes(alive=len(bots) > 1)
                    if len(bots) == 1:  # by the clock of one that runs no hour has passed
                        self._town.discord.nonces.clear()
                if number + 1 < self._plan.kills or len(bots) > 1:
                    bots[victim] = await stack.enter_async_context(self._started(victim))
            for bot in bots:
                if not bot.ended:
                    await self._kill(bot, counts=False)
        if self._witness.hits < HIT * self._plan.kills:
            self._figures.broken.append(f"only {self._witness.hits} kills cut off a send")

    async def _kill(self, bot: Bot, *, counts: bool = True) -> None:
        await bot.kill()
        hits = self._witness.hits
        await self._witness.see_killed(self._rows)
        self._held.set()
        if counts:
            self._figures.kills += 1
            self._figures.hits += self._witness.hits - hits
        self._figures.cut = self._witness.cut

    def _started(self, number: int) -> contextlib.AbstractAsyncContextManager[Bot]:
        """The second process talks to nobody: Telegram has one ear for each token."""
        roles = ("--role", "ingest,deliver") if number else ()
        return self._houses[number].newsbot("run", *roles)

    async def _moment(self, bot: Bot, number: int) -> None:
        """The first kills, and half of the others, come over sends that are held before or behind their acceptance. One
        in ten comes while the bot starts; the rest at any time, or as soon as a certain row is there, or a server has
        accepted something of which the bot may not have heard."""
        kind, longest = self._dice.random(), self._plan.longest
        if number >= SCRIPTED and kind < 0.1:
            await asyncio.sleep(self._dice.uniform(0, 2))
            return
        await until(lambda: bot.ended or "newsbot runs" in bot.output, "the bot runs")
        if number < SCRIPTED or kind < 0.6:
            await self._over_sends(accepted=bool(number) if number < SCRIPTED else kind < 0.35, number=number)
        elif kind < 0.7:
            await asyncio.sleep(self._dice.uniform(0, longest))
        elif kind < 0.85:
            sql = self._dice.choice(STATEMENTS)
            before = await self._rows.count(sql)
            await self._within(longest, lambda: self._more_rows(sql, before))
        else:
            await asyncio.sleep(self._dice.uniform(0, longest / 2))
            before, delay = self._town.accepted(), self._dice.uniform(0, 0.03)
            await self._within(longest, lambda: self._more_accepted(before))
            await asyncio.sleep(delay)

    async def _over_sends(self, *, accepted: bool, number: int) -> None:
        """Some sends on each platform are held, and nobody ever hears what became of them."""
        self._held = held = asyncio.Event()
        telegram, discord = self._town.telegram.faults, self._town.discord.faults
        before = len(telegram.log), len(discord.log)
        await self._rows.an_hour_passes(but=TRIED)
        if number >= SCRIPTED:  # or most kills would be over what the last one cut off already
            await self._within(2 * self._plan.longest, self._nothing_is_doubted)
        telegram.waiting["sendMessage"] = [Telegrams(drop_before=not accepted, until=held)] * HELD
        blind = self._town.blind.id if number == WITHIN else "*"
        for path in (f"/channels/{blind}/messages", "/channels/*/threads"):
            discord.next("POST", path, drop="" if accepted else "before", hold=held, times=HELD)
        for paper in (*PAPERS, *WIRES):
            self._press.release(paper)

        async def holds() -> bool:
            met = [sum(f.until is held for _, _, f in telegram.log[before[0] :])]
            met.append(sum(f.hold is held for _, _, f in discord.log[before[1] :]))
            return all(met)

        longest = self._plan.patience if number < SCRIPTED else 2 * self._plan.longest
        await self._within(longest, holds)
        telegram.waiting.clear()
        discord.forget()

    async def _nothing_is_doubted(self) -> bool:
        return not await self._rows.count("deliveries WHERE platform = 'telegram' AND state = 'queued' AND doubts > 0")

    async def _more_rows(self, sql: str, before: int) -> bool:
        return await self._rows.count(sql) > before

    async def _more_accepted(self, before: int) -> bool:
        return self._town.accepted() > before

    async def _within(self, seconds: float, happened: Callable[[], Awaitable[bool]]) -> None:
        with contextlib.suppress(AssertionError):
            await until(happened, "the moment to kill", seconds, pause=0.002)

    async def _an_hour_passes(self, *, alive: bool = True) -> None:
        """In the rows; where Discord still works at a post, or will be asked for it again, its nonce would change."""

        async def at_rest() -> bool:
            return not await self._rows.count(f"deliveries WHERE {TRIED}")

        if alive:
            await self._within(5, at_rest)
            if not await at_rest():
                return
        await asyncio.sleep(LATE)
        await self._rows.an_hour_passes(but=TRIED if alive else "1 = 0")
        self._figures.hours += 1

    # --- the end ---------------------------------------------------------------------------------

    async def _finish(self) -> None:
        """Let the bot run in peace until nothing waits; what rightly waits for later gets its hour."""
        async with self._houses[0].running() as bot:
            await self._everything_goes_wrong_once()
            self._faults_end()
            for _ in range(REVISED):
                self._press.revise()
            await self._an_hour_passes()
            for _ in range(HOURS):
                await until(lambda: settled(self._rows, self._press), "what is due is done", self._plan.patience)
                waiting = await self._rows.count("outcomes WHERE state = 'waiting'")
                if not waiting + await self._rows.count(f"deliveries WHERE {QUEUED} OR state = 'sending'"):
                    break
                await self._an_hour_passes()
            status, _ = await bot.stop()
            if status:
                self._figures.broken.append(f"SIGTERM ended the bot with {status}: {bot.errors[-500:]}")

    async def _everything_goes_wrong_once(self) -> None:
        """Until each kind of fault was met, if kills left no time for it."""
        for _ in range(10):
            if not self._town.telegram.faults.unmet and not self._town.discord.faults.unmet:
                return
            await self._an_hour_passes()
            self._press.release(PAPERS[0])  # which reaches a chat of each kind
            with contextlib.suppress(AssertionError):
                await until(lambda: settled(self._rows, self._press), "it is posted", 3)

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
