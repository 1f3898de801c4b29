"""Updates being answered: in order where order matters, side by side otherwise, and none twice."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

from telegram import Update

log = logging.getLogger(__name__)

SLOTS = 32  # updates of one kind (messages, presses, inline queries) that are answered side by side
OWN = 3  # presses, and inline queries, of one person among them
MOST = 500  # updates under way, beyond which no more are taken
DEPTH = 50  # updates of one lane under way, beyond which others are left out: the limit of commands would refuse them
HELD = 10  # updates of one lane that Telegram keeps until they are answered: a flood must not repeat others' answers
PATIENCE = 5.0  # seconds of work after which an update counts as answered, and goes on in the background
LONGEST = 120.0  # seconds after which an answer is given up
REMEMBERED = 10_000  # updates that are known again when they come twice


Handle = Callable[[Update], Awaitable[None]]
"""Answers one update. What it raises is logged, and the update counts as answered."""

Lane = tuple[str, int, int]
"""The kind of update, the chat, the person. No order is kept among presses and inline queries, whose chat is 0."""


def lane_of(update: Update) -> Lane:
    """What must stay in order: what one person writes in one chat. Presses and inline queries do not wait for each
    other: each is to be answered at once, and their handler knows which of them belong together."""
    if quick := update.callback_query or update.inline_query:
        return "press" if update.callback_query else "inline", 0, quick.from_user.id
    chat, sender = update.effective_chat, update.effective_sender
    return "", chat.id if chat else 0, sender.id if sender else 0


def _tells_of_the_place(update: Update) -> bool:
    """Whether it tells what became of a chat, or of us in it: nobody says that again."""
    message = update.message
    moved = message is not None and (message.migrate_to_chat_id or message.migrate_from_chat_id)
    return bool(update.my_chat_member or moved)


@dataclass(slots=True, eq=False)
class Work:
    """An update on its way through its lane. ``begun`` is the event loop's time, None while others are before it;
    ``let_go``: Telegram need not keep it."""

    update: Update
    lane: Lane
    begun: float | None = None
    let_go: bool = False


class Lanes:
    """Hands updates to ``handle``, each once."""

    def __init__(self, handle: Handle, *, patience: float = PATIENCE, longest: float = LONGEST) -> None:
        self._answer, self._patience, self._longest = handle, patience, longest
        self._slots = {kind: asyncio.Semaphore(SLOTS) for kind in ("", "press", "inline")}
        self._own: WeakValueDictionary[Lane, asyncio.Semaphore] = WeakValueDictionary()
        self._depth: Counter[Lane] = Counter()
        self._work: dict[asyncio.Task[None], Work] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._last: dict[Lane, asyncio.Task[None]] = {}
        self._seen: OrderedDict[int, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._work)

    @property
    def full(self) -> bool:
        """Whether so much is under way that nothing more shall be put."""
        return len(self._work) >= MOST

    def knows(self, update_id: int) -> bool:
        """Whether the update has come before."""
        return update_id in self._seen

    def put(self, update: Update) -> asyncio.Task[None] | None:
        """Have ``update`` answered; the task that does it. None when it has been answered already, or is left out."""
        if self.knows(update.update_id):
            return self._tasks.get(update.update_id)
        self._remember(update.update_id)
        work = Work(update, lane_of(update))
        work.let_go = self._depth[work.lane] >= HELD
        if self._depth[work.lane] >= DEPTH and not _tells_of_the_place(update):
            log.warning("an update is left out: %d of the same person are under way", DEPTH)
            return None
        self._depth[work.lane] += 1
        task = asyncio.create_task(self._run(work, self._last.get(work.lane)), name=f"telegram {update.update_id}")
        self._work[task] = work
        self._tasks[update.update_id] = self._last[work.lane] = task
        task.add_done_callback(self._done)
        return task

    def waits(self, task: asyncio.Task[None]) -> bool:
        """Whether the update of ``task`` was not begun: others are before it, or it was given up before its turn."""
        return task.cancelled() or (task in self._work and self._work[task].begun is None)

    def let_go(self) -> None:
        """Hold nothing of what is under way any longer. It is answered all the same, unless we die before."""
        for work in self._work.values():
            work.let_go = True

    @property
    def held(self) -> int | None:
        """The lowest id of an update that is not answered yet, nor worked at for long, nor let go; None when there is
        none."""
        return min((work.update.update_id for work in self._held().values()), default=None)

    async def settle(self, timeout: float) -> bool:
        """Wait until nothing is held any more, but at most ``timeout`` seconds; whether that is so."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        while (held := self._held()) and (left := end - loop.time()) > 0:
            await asyncio.wait(held, timeout=min(left, self._patience), return_when=asyncio.FIRST_COMPLETED)
        return not held

    async def finish(self, timeout: float) -> int | None:
        """Wait ``timeout`` seconds for all that is under way, then end it. The lowest id of an update that was not even
        begun, None when there is none."""
        if self._work:
            await asyncio.wait(self._work, timeout=timeout)
        left = dict(self._work)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        lost = [work.update.update_id for work in left.values() if work.begun is None and not work.let_go]
        return min(lost, default=None)

    def _held(self) -> dict[asyncio.Task[None], Work]:
        late = asyncio.get_running_loop().time() - self._patience
        return {
            task: work
            for task, work in self._work.items()
            if not work.let_go and (work.begun is None or work.begun > late)
        }

    def _remember(self, update_id: int) -> None:
        self._seen[update_id] = None
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)

    def _done(self, task: asyncio.Task[None]) -> None:
        work = self._work.pop(task)
        del self._tasks[work.update.update_id]
        self._depth[work.lane] -= 1
        if not self._depth[work.lane]:
            del self._depth[work.lane]
        if self._last.get(work.lane) is task:
            del self._last[work.lane]

    async def _run(self, work: Work, before: asyncio.Task[None] | None) -> None:
        kind = work.lane[0]
        if before is not None and not kind:
            await asyncio.wait([before])
        own = self._own.setdefault(work.lane, asyncio.Semaphore(OWN if kind else 1))
        async with own, self._slots[kind]:
            work.begun = asyncio.get_running_loop().time()
            await self._handle(work.update)

    async def _handle(self, update: Update) -> None:
        try:
            async with asyncio.timeout(self._longest):
                await self._answer(update)
        except TimeoutError:
            log.exception("an answer took too long and was given up")
        except Exception:
            log.exception("an update was not answered")
