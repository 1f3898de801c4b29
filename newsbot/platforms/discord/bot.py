"""Discord as a whole: what app starts, feeds and stops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

import aiohttp
import discord
from discord import app_commands

from newsbot.domain.ports import Clock
from newsbot.domain.schedule import backoff
from newsbot.domain.waiting import Wait
from newsbot.errors import NewsbotError, PlatformError
from newsbot.platforms.discord.client import SILENCE, Gateway, Listener
from newsbot.platforms.discord.closings import MORE_SHARDS, NOT_DISCORD, failure, why
from newsbot.platforms.discord.flight import Counted, Door, Flight, SetUp
from newsbot.platforms.discord.inviting import invitation
from newsbot.platforms.discord.sessions import NoStartsLeft
from newsbot.platforms.discord.shards import together
from newsbot.platforms.discord.wire import Rest

log = logging.getLogger(__name__)

Tree = app_commands.CommandTree[Any]

FINISH_SECONDS = 5.0
"""How long a leave waits for what is being answered."""
FORGOTTEN = 90.0
"""Seconds without a step after which somebody else leads: a lease lasts for 30, a loop that fails pauses for 75."""
LOGIN_SECONDS = 60.0
BASE, CEILING = 2.0, 900.0
"""Seconds to wait after a client's first failure, and at most: each may cost one of a thousand starts a day."""
TELL_EVERY, TELL_AGAIN = 3600.0, 60.0

EXPECTED = (NewsbotError, discord.DiscordException, aiohttp.ClientError, OSError)


class DiscordPlatform:
    """Discord's gateway. :meth:`start` in every process, then :meth:`step` again and again in the one that leads,
    :meth:`leave` when it leads no more, :meth:`stop` at the end. Posting needs nothing of this.

    ``rest`` is the caller's client for requests, to be closed by the caller; ``door`` answers people; ``listener`` is
    told of servers; ``tree_for`` makes the commands, which are to be answered by the door that it is given (it counts);
    ``tell`` tells Discord what these commands are, after each start and then every hour; ``met`` is told the address by
    which the bot is invited; ``changed`` is called when a :meth:`step` would now say something else; ``shards`` None:
    as many as Discord recommends; ``proxy``, ``trace`` and ``silence`` are :class:`Gateway`'s.
    """

    def __init__(
        self,
        token: str,
        rest: Rest,
        door: Door,
        listener: Listener,
        clock: Clock,
        *,
        tree_for: Callable[[Gateway, Door], Tree],
        tell: Callable[[Tree], Awaitable[None]] | None = None,
        met: Callable[[str], None] = lambda _: None,
        changed: Callable[[], None] = lambda: None,
        shards: int | None = None,
        proxy: str | None = None,
        trace: aiohttp.TraceConfig | None = None,
        silence: float = SILENCE,
    ) -> None:
        self._token, self._rest, self._listener, self._clock = token, rest, listener, clock
        self._flight = Flight(door)
        self._tree_for, self._tell, self._met, self._changed = tree_for, tell, met, changed
        self._shards, self._proxy, self._trace, self._silence = shards, proxy, trace, silence
        self._client: Gateway | None = None
        self._life: asyncio.Task[None] | None = None
        self._problem: PlatformError | None = None
        self._failures = 0
        self._pause = Wait()
        self._least = 1
        self._patience: asyncio.Timeout | None = None
        self._stirred = asyncio.Event()
        self._known = self._stopped = False

    def find(self, guild_id: int) -> discord.Guild | None:
        """A server, None while the gateway does not know it."""
        return self._client.get_guild(guild_id) if self._client is not None else None

    def counted(self, setup: SetUp) -> SetUp:
        """``setup``, whose answers are waited for as the door's are."""
        return Counted(self._flight, setup)

    async def start(self) -> None:
        """Meet Discord: learn who the bot is, and report the address that invites it. Harmless when that is done.

        Raises TokenRefused, and PlatformError when Discord cannot be asked: then try again.
        """
        if self._known or self._stopped:
            return
        try:
            await self._rest.ready()
        except (*EXPECTED, *NOT_DISCORD) as error:
            raise failure(error) from None
        self._known = True
        if self._rest.application is not None:
            self._met(invitation(self._rest.application.id))

    async def step(self) -> bool:
        """Look after the gateway: connect, or build it anew; returns at once. False always.

        Raises PlatformError, among them TokenRefused and NoStartsLeft, for as long as nothing comes from Discord.
        """
        await self.start()
        if self._stopped:  # perhaps meanwhile
            return False
        if self._life is not None and self._life.done():
            life, self._life = self._life, None
            self._ended(life.exception())
        if self._problem is not None and self._pause.lasts(self._clock.now()):
            raise self._problem
        if self._life is None:
            self._life = asyncio.create_task(self._live(), name="discord gateway")
            self._life.add_done_callback(lambda _: self._stir())
        self._keep_alive()
        self._complain()
        return False

    @property
    def is_connected(self) -> bool:
        """Whether every shard is connected."""
        connections = self._client.connections if self._client is not None else ()
        return bool(connections) and all(each.up.is_set() for each in connections)

    async def connected(self) -> None:
        """Return once every shard is connected."""
        while not self.is_connected:
            self._stirred.clear()
            await self._stirred.wait()

    async def leave(self) -> None:
        """Leave the gateway at once, and give what is being answered 5 seconds; a :meth:`step` comes back."""
        life, self._life = self._life, None
        if life is not None:
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)

    async def stop(self) -> None:
        """:meth:`leave`, for good."""
        self._stopped = True
        await self.leave()

    def _stir(self) -> None:
        self._stirred.set()
        self._changed()

    # --- what became of it ---

    def _keep_alive(self) -> None:
        if self._patience is not None:
            self._patience.reschedule(asyncio.get_running_loop().time() + FORGOTTEN)
        if self.is_connected:
            self._failures, self._problem = 0, None

    def _complain(self) -> None:
        """Raise PlatformError while no shard is connected, though each has tried again. One that is down while others
        are not is logged by itself."""
        connections = self._client.connections if self._client is not None else ()
        if connections and all(each.failures > 1 and not each.up.is_set() for each in connections):
            last = connections[0].problem
            raise PlatformError(f"Discord's gateway: {why(last)}" if last else "Discord's gateway cannot be reached")

    def _ended(self, error: BaseException | None) -> None:
        """A client's life is over; another shall begin after a while. Raises what nobody expects."""
        if error is None:  # nobody stepped
            return
        self._failures += 1
        now = self._clock.now()
        until = now + backoff(self._failures, "discord", base=BASE, ceiling=CEILING)
        self._pause = Wait(now, error.until if isinstance(error, NoStartsLeft) else until)
        if not isinstance(error, EXPECTED):
            self._problem = PlatformError(f"the gateway's client failed: {type(error).__name__}")
            raise error
        self._problem = failure(error)

    # --- one life of a client ---

    async def _live(self) -> None:
        """Until it is cancelled, or nobody steps any more. Raises what the client raises."""
        async with self._new_client() as client:
            self._client = client
            await self._listener.anew()
            tree = self._tree_for(client, self._flight)
            try:
                async with asyncio.timeout(LOGIN_SECONDS):
                    await client.login(self._token)
                await self._stay(client, tree)
            except discord.ConnectionClosed as error:
                if error.code == MORE_SHARDS:
                    self._least = len(client.connections) + 1
                raise
            finally:
                self._client = None
                await self._listener.anew()
                # answers need the client's session, not its gateway
                if not await self._flight.finish(FINISH_SECONDS):
                    log.warning("not everything that was being answered on Discord came to its end")

    async def _stay(self, client: Gateway, tree: Tree) -> None:
        self._patience = patience = asyncio.timeout(FORGOTTEN)
        try:
            async with patience:
                await together(client.connect(), self._keep_telling(tree))
        except TimeoutError:
            if not patience.expired():
                raise
            log.warning("the gateway of Discord is left: this process's loop stands still")
        finally:
            self._patience = None

    def _new_client(self) -> Gateway:
        return Gateway(
            self._flight,
            self._listener,
            self._clock,
            shards=self._shards,
            least=self._least,
            proxy=self._proxy,
            trace=self._trace,
            silence=self._silence,
            changed=self._stir,
        )

    async def _keep_telling(self, tree: Tree) -> NoReturn:
        while True:
            await self._clock.sleep(TELL_EVERY if await self._told(tree) else TELL_AGAIN)

    async def _told(self, tree: Tree) -> bool:
        try:
            if self._tell is not None:
                await self._tell(tree)
        except EXPECTED as error:
            log.warning("the list of commands could not be told to Discord: %s", failure(error))
            return False
        except Exception:
            log.exception("the list of commands could not be told to Discord")
            return False
        return True
