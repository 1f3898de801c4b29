"""What people can ask: the service behind every command, on every platform.

A room for each kind of question; all return plain frozen results, with no markup and no words, and raise
:class:`newsbot.errors.BadRequest` (with the key of a sentence) for what cannot be done. Who may do what is decided
here, from the :class:`Asker`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from newsbot.domain.analyze import Analyzer
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.models import Chat, ChatKey
from newsbot.domain.ports import Clock, FeedProbe, Wake
from newsbot.newsdesk.asking import Access, Asker, Rules, admit
from newsbot.newsdesk.explaining import Explaining
from newsbot.newsdesk.following import Following
from newsbot.newsdesk.forgetting import Forgetting
from newsbot.newsdesk.learning import Learning
from newsbot.newsdesk.likening import Likening
from newsbot.newsdesk.muting import Muting
from newsbot.newsdesk.naming import Naming
from newsbot.newsdesk.picking import Picking
from newsbot.newsdesk.porting import Porting
from newsbot.newsdesk.presence import Presence
from newsbot.newsdesk.reading import Reading
from newsbot.newsdesk.running import Loops, LoopState, Reload, Running
from newsbot.newsdesk.searching import Searching
from newsbot.newsdesk.servers import Servers
from newsbot.newsdesk.settling import Settling
from newsbot.newsdesk.sourcing import Sourcing
from newsbot.newsdesk.subscribing import Subscribing
from newsbot.newsdesk.tools import NeedsPrivate, Tools
from newsbot.newsdesk.trying import Trying
from newsbot.newsdesk.withdrawing import Withdrawing
from newsbot.storage import Storage

__all__ = ["Access", "Asker", "LoopState", "NeedsPrivate", "Newsdesk", "Rules"]


class Newsdesk:
    """The rooms, over one storage.

    ``loops`` and ``reload`` are ports to the running process, set once it runs: how its loops fare, and reading the
    config again.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        analyzer: Analyzer,
        lexicon: Lexicon,
        clock: Clock,
        probe: FeedProbe,
        wake: Wake,
        rules: Rules | None = None,
        loops: Loops | None = None,
        reload: Reload | None = None,
    ) -> None:
        self._tools = tools = Tools(storage, analyzer, lexicon, clock, probe, wake, rules or Rules())
        self.naming = Naming(tools)
        self.subscribing = Subscribing(tools, self.naming)
        self.following = Following(tools, self.naming, self.subscribing)
        self.searching = Searching(tools)
        self.reading = Reading(tools, self.naming)
        self.settling = Settling(tools)
        self.muting = Muting(tools)
        self.sourcing = Sourcing(tools)
        self.explaining = Explaining(tools)
        self.learning = Learning(tools)
        self.likening = Likening(tools, self.reading)
        self.forgetting = Forgetting(tools)
        self.porting = Porting(tools, self.subscribing)
        self.picking = Picking(tools)
        self.presence = Presence(tools)
        self.servers = Servers(tools)
        self.running = Running(tools)
        self.withdrawing = Withdrawing(tools)
        self.trying = Trying(tools)
        self.loops = loops
        self.reload = reload

    @property
    def rules(self) -> Rules:
        """The config's defaults and limits."""
        return self._tools.rules

    @property
    def loops(self) -> Loops | None:
        """Tells how the loops fare."""
        return self.running.loops

    @loops.setter
    def loops(self, loops: Loops | None) -> None:
        self.running.loops = loops

    @property
    def reload(self) -> Reload | None:
        """Reads the config again."""
        return self.running.port

    @reload.setter
    def reload(self, reload: Reload | None) -> None:
        self.running.port = reload

    @property
    def clock(self) -> Clock:
        """The time."""
        return self._tools.clock

    def configure(self, rules: Rules, lexicon: Lexicon | None = None) -> None:
        """Put a reloaded config's rules, and its lexicon where it changed, in place of the old."""
        self._tools.rules = rules
        if lexicon is not None:
            self._tools.lexicon = lexicon

    def language(self, asker: Asker | None = None, chat: Chat | None = None, *, aside: bool = False) -> str:
        """What the bot speaks to ``asker`` (in ``chat`` as it is known): what was chosen there, else in private, or
        ``aside`` in a shared chat, the language of their client where the bot speaks it, else the config's."""
        if chat is not None:
            return self._tools.language(chat)
        alone = asker is not None and (aside or asker.chat_kind == "private")
        return (self._tools.client_language(asker) if asker and alone else None) or self.rules.defaults.language

    async def own_language(self, asker: Asker, chat: Chat) -> str:
        """What the bot speaks to the asker alone while others read ``chat``: what they chose in private (platforms may
        call that chat by the person's own id), else the language of their client, else the chat's."""
        if asker.chat_kind == "private":
            return self._tools.language(chat)
        own = await self._tools.storage.chats.find(asker.private or ChatKey(asker.platform, asker.user_id))
        chosen = own.settings.language if own and own.kind == "private" else None
        return chosen or self._tools.client_language(asker) or self._tools.language(chat)

    def admit(self, asker: Asker) -> None:
        """Raises Forbidden when the asker's chat may not use this bot."""
        admit(asker, self.rules.access)

    async def tell_admins(self, key: str, lines: Sequence[str] | None = ()) -> None:
        """Keep a notice for the bot's admins, shown with /status; ``key`` names a sentence, None: it is over."""
        await self.running.tell_admins(key, lines)

    async def remember(self, payload: Mapping[str, object]) -> str:
        """Keep a button's long action; returns its token."""
        return await self._tools.storage.chats.remember(payload, self.clock.now())

    async def recall(self, token: str) -> Mapping[str, object] | None:
        """A long action by its token; None for one nobody remembers."""
        return await self._tools.storage.chats.recall(token)
