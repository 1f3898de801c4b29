"""The loops of a newsroom: run until a signal, or once through everything."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

import structlog

from newsbot.app.alarm import Alarm
from newsbot.app.houses import ROLES, House, Role, open_houses
from newsbot.app.metrics import Metrics
from newsbot.app.newsroom import Newsroom
from newsbot.app.reloading import Reloader
from newsbot.app.terminal import Terminal
from newsbot.app.webchat import WebChatHouse, web_sender
from newsbot.domain.models import Delivery
from newsbot.domain.plan import SETTLE
from newsbot.domain.ports import Over, SendOutcome, Sent
from newsbot.errors import ListenError
from newsbot.pipeline.clockwork import Loop
from newsbot.pipeline.collect import CollectReport
from newsbot.pipeline.outbox import OnSettled, Outbox
from newsbot.server import is_taken

__all__ = ["ROLES", "OnceReport", "Role", "run_once", "run_until_stopped"]

log = structlog.get_logger(__name__)

FINISH_SECONDS = 15.0
"""How long a stop waits for what is in flight."""

POLLS_SECONDS = 2.0
"""How long a stop waits for feeds: one that is cut off is simply read again, and some servers never answer."""

ONE_HOUR = 3600.0

SWITCH_SECONDS = 0.0005
"""How long a thread that judges may hold the interpreter while an answer waits for it; Python's own 5 ms, waited for at
each of an answer's hundred steps, are felt."""


@dataclass(frozen=True, slots=True)
class OnceReport:
    """What one round through everything did: the feeds polled, articles judged, and posts by their answer."""

    collected: CollectReport
    judged: int
    sent: int
    failed: int


class Tally:
    """Counts answers of the platforms."""

    def __init__(self) -> None:
        self.sent = self.failed = 0

    def __call__(self, _delivery: Delivery, answer: SendOutcome) -> None:
        """Count one."""
        if isinstance(answer, Sent):
            self.sent += 1
        elif not isinstance(answer, Over):
            self.failed += 1


def _boxes(
    room: Newsroom, roles: Sequence[Role], poke: Callable[[], None], settled: OnSettled, houses: Sequence[House]
) -> list[Outbox]:
    if "deliver" not in roles:
        return []
    boxes, alarm = [], Alarm(room, houses)
    if room.config.web_enabled:
        boxes.append(Outbox(room.storage, web_sender(room, poke), room.clock, room.owner, settled))
    boxes += [
        Outbox(room.storage, house.sender, room.clock, room.owner, settled, resend=house.resends, alert=alarm)
        for house in houses
    ]
    return boxes


# --- once ----------------------------------------------------------------------------------------


async def run_once(room: Newsroom, roles: Sequence[Role], terminal: Terminal) -> OnceReport:
    """Poll every due feed, judge and plan what came (role "ingest"), deliver all that is due (role "deliver")."""
    tally = Tally()

    def settled(delivery: Delivery, answer: SendOutcome) -> None:
        tally(delivery, answer)
        terminal.settled(delivery, answer)

    houses = open_houses(room, roles, terminal)
    boxes = _boxes(room, roles, lambda: None, settled, houses)
    collected = CollectReport()
    try:
        if "ingest" in roles:
            collected = await _ingest(room, terminal)
        for box in boxes:
            await _drain(box.step)
    finally:
        await _release(room, boxes)
        for house in houses:
            await house.close()
    return OnceReport(collected, room.judge.judged, tally.sent, tally.failed)


async def _ingest(room: Newsroom, terminal: Terminal) -> CollectReport:
    room.planner.paced = False
    collected = await room.collector.once(terminal.polled)
    await _drain(room.judge.step)
    await _drain(room.planner.step)
    await room.clock.sleep(SETTLE.total_seconds() + 0.1)  # what just came settles before it is composed
    await _drain(room.planner.step)
    return collected


async def _drain(step: Callable[[], Awaitable[bool]]) -> None:
    while await step():
        pass


async def _release(room: Newsroom, boxes: Sequence[Outbox]) -> None:
    await asyncio.gather(*(box.close() for box in boxes))
    await room.collector.release()
    for leadership in (room.judge.leadership, room.planner.leadership, *(box.leadership for box in boxes)):
        await leadership.release()


# --- until stopped -------------------------------------------------------------------------------


async def run_until_stopped(room: Newsroom, roles: Sequence[Role], terminal: Terminal) -> None:
    """Run the loops of ``roles`` until SIGTERM or SIGINT, then finish what is in flight and return."""
    sys.setswitchinterval(SWITCH_SECONDS)
    metrics = Metrics()
    houses = open_houses(room, roles, terminal)
    routes = [route for each in houses for route in each.routes if "chat" in roles]
    house = await WebChatHouse.build(room, metrics, routes, chat="chat" in roles) if room.config.server else None
    reloader = Reloader(room)
    room.newsdesk.loops = lambda: [loop.health for loop in room.loops]
    room.newsdesk.reload = reloader.reload
    room.newsdesk.running.limited = lambda: metrics.limited

    def settled(delivery: Delivery, answer: SendOutcome) -> None:
        metrics.settled(delivery, answer)
        terminal.settled(delivery, answer)

    boxes = _boxes(room, roles, house.poke if house else lambda: None, settled, houses)
    room.loops = _loops(room, roles, boxes, metrics, houses)
    async with _listening(house, needed="chat" in roles), _signals(reloader) as stopped, asyncio.TaskGroup() as group:
        tasks = [group.create_task(loop.run(), name=loop.name) for loop in room.loops]
        others = [group.create_task(reloader.watch(), name="reload")]
        if house is not None:
            others.append(group.create_task(house.watch(), name="web"))
        terminal.started(house.url if house else None, roles)
        group.create_task(asyncio.to_thread(_settle_memory, room), name="memory")
        await stopped.wait()
        terminal.stopping()
        await _finish(room.loops, tasks, houses)
        for task in others:
            task.cancel()
    await _release(room, boxes)
    for each in houses:
        await each.close()


def _settle_memory(room: Newsroom) -> None:
    """Load the dictionaries now, and keep the collector from walking them: each walk would stop us for 0.1 s."""
    room.analyzer.search_terms("The dictionaries are read at the first word.")
    room.lexicon.index(room.analyzer)
    gc.collect()
    gc.freeze()


def _loops(
    room: Newsroom, roles: Sequence[Role], boxes: Iterable[Outbox], metrics: Metrics, houses: Iterable[House]
) -> list[Loop]:
    def loop(name: str, step: Callable[[], Awaitable[bool]], pause: float = 1.0) -> Loop:
        return Loop(name, step, room.clock, room.wake, pause)

    ingest = [
        loop("collect", room.collector.step),
        loop("judge", room.judge.step),
        loop("plan", room.planner.step),
        loop("retention", room.retention.step, ONE_HOUR),
    ]
    deliver = [loop(f"deliver:{box.platform}", box.step) for box in boxes]
    platforms = [loop(t.name, t.step, t.pause) for house in houses for t in house.tasks if t.role in roles]
    watch = [loop("metrics", lambda: metrics.observe(room), 15.0)]
    return [*(ingest if "ingest" in roles else []), *deliver, *platforms, *watch]


async def _finish(loops: Iterable[Loop], tasks: Iterable[asyncio.Task[None]], houses: Iterable[House]) -> None:
    """Let every loop end its round, and cancel those that take too long."""
    for loop in loops:
        loop.stop()
    await asyncio.gather(*(house.stop() for house in houses))
    running = {task.get_name(): task for task in tasks}
    collecting = running.pop("collect", None)
    if collecting is not None:
        await asyncio.wait([collecting], timeout=POLLS_SECONDS)
        collecting.cancel()
    if running:
        await asyncio.wait(running.values(), timeout=FINISH_SECONDS)
    for name, task in running.items():
        if task.cancel():
            log.warning("a loop did not finish in time", loop=name)


@contextlib.asynccontextmanager
async def _listening(house: WebChatHouse | None, *, needed: bool) -> AsyncIterator[None]:
    """The server for the block. Where nobody needs it to talk to the bot, another process of ours may have its port."""
    if house is None:
        yield
        return
    try:
        await house.start()
    except ListenError as error:
        if needed or not is_taken(error):
            raise
        log.warning("health and metrics are not served by this process", reason=str(error))
    try:
        yield
    finally:
        await house.stop()


@contextlib.asynccontextmanager
async def _signals(reloader: Reloader) -> AsyncIterator[asyncio.Event]:
    """SIGTERM and SIGINT set the event; SIGHUP reloads the config."""
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    loop.add_signal_handler(signal.SIGINT, stopped.set)
    loop.add_signal_handler(signal.SIGHUP, reloader.poke)
    try:
        yield stopped
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.remove_signal_handler(number)
