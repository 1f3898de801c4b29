"""The desk that answers commands, presses and completions, once for every platform.

Each platform presents the commands natively; rights are checked by the Newsdesk at every command and every press.
"""

from __future__ import annotations

import difflib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from newsbot.domain.models import ChatSettings
from newsbot.errors import BadRequest, Forbidden, NewsbotError, QueryError, StorageBusy, StorageError
from newsbot.locales import Words
from newsbot.newsdesk import Asker, NeedsPrivate, Newsdesk
from newsbot.platforms import actions
from newsbot.platforms.answers import HANDLERS, KEPT, PRESSES, forms, linking, pings, porting, welcome
from newsbot.platforms.answers.completing import complete
from newsbot.platforms.answers.offering import Offers
from newsbot.platforms.answers.picking import cards
from newsbot.platforms.answers.refusing import refusal, told, usage
from newsbot.platforms.answers.visit import Stamps, Usage, Visit, onward
from newsbot.platforms.lines import clean, half_typed, split
from newsbot.platforms.pace import TooFast, Turns
from newsbot.platforms.table import COMMANDS, MENUS, RUNNING, TABLE
from newsbot.platforms.views import Cards, CommandInfo, Completion, Paragraph, Reply, Scope, Span

__all__ = ["COMMANDS", "MENUS", "TABLE", "Desk", "Request", "clean", "split"]

log = logging.getLogger(__name__)
KEYSTROKES = 120  # a minute, of one person who types in other chats
MOST_LINKS = 30  # of a post that are looked at
MOST_ENTRIES = 5  # of a form
APART = frozenset({
    "dk", "dn", "dp", "dq", "dr", "le", "lk", "lu", "lw", "lx", "mm", "mo", "so", "st", "tl", "tp", "up",
    "wr", "ww", "wy",
})  # fmt: skip
"""Verbs whose answer is for the presser's eyes alone, and so in their language."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a person typed (or, for a press, nothing) and who they are.

    ``vouch`` completes the asker with the rights that the platform must be asked for; it is called only when the
    person is not too fast, and only once. None: ``asker`` is complete. ``apart``: the asker alone sees the answer,
    whoever else is in the chat. ``fields``: the command's arguments by their names, where the platform has a field for
    each; ``text`` is the same in one line.
    """

    asker: Asker
    text: str = ""
    vouch: Callable[[Asker], Awaitable[Asker]] | None = None
    apart: bool = False
    fields: Mapping[str, str] | None = None


class Desk:
    """The way in for every platform: a command, a press or a half-typed line in, a :class:`Reply` out.

    Never raises for what people do: a refusal is a Reply with ``error`` set. Whoever asks for too much is told so each
    time, for what was not done must not look done; by commands in a shared chat once a minute, and what else is asked
    for there then gets an empty Reply.
    """

    def __init__(
        self, newsdesk: Newsdesk, words_for: Callable[[str], Words] = Words, *, stamps: Stamps | None = None
    ) -> None:
        """``stamps``: the platform writes moments by each reader's own clock, and this is how they are marked."""
        self._newsdesk = newsdesk
        self._words_for = words_for
        self._stamps = stamps
        self._turns = Turns(newsdesk.clock)
        self._offers = Offers(newsdesk.clock)

    async def command(self, request: Request) -> Reply:
        """Answer a line: a command, or in a private chat plain text, which is a search; in a group people talk to each
        other, not to us."""
        text = clean(request.text)
        if not text or not (text.startswith("/") or request.asker.chat_kind == "private"):
            return Reply()
        return await self._answer(request, lambda visit: self._command(replace(visit, fields=request.fields), text))

    async def press(self, request: Request, action: str) -> Reply:
        """Answer a pressed button. ``action`` is what :class:`Button` carried, however old."""
        text = clean(action)
        return await self._answer(request, lambda visit: self._press(visit, text), pressed=True)

    async def offer(self, request: Request, addresses: Sequence[str], title: str = "") -> Reply:
        """Offer to subscribe to what is behind ``addresses``: the links of a post of the channel ``title``, that the
        asker showed us. An empty Reply where none of them is a web address."""
        found, name = [clean(address) for address in addresses[:MOST_LINKS]], clean(title)
        return await self._answer(request, lambda visit: linking.offer(visit, found, name))

    async def take(self, request: Request, load: Callable[[], Awaitable[bytes]]) -> Reply:
        """Subscribe the chat to the feeds of an OPML file that the asker sent. ``load`` fetches it, and is called only
        for who may; it raises BadRequest for what cannot be read."""
        return await self._answer(request, lambda visit: porting.take(visit, load))

    async def ping(self, request: Request, text: str, role: str, name: str) -> Reply:
        """Let posts of the chat's subscription called ``text`` call the role ``role`` ("": nobody), called ``name``.
        The platform vouches for the asker's right to call it."""
        return await self._answer(request, lambda visit: pings.ping(visit, clean(text), role, clean(name)))

    async def fill(self, request: Request, values: Mapping[str, str]) -> Reply:
        """Take a form that was sent off, as :attr:`Reply.form` showed it: ``values`` by the names of its entries."""
        filled = {clean(name): clean(value) for name, value in list(values.items())[:MOST_ENTRIES]}
        return await self._answer(request, lambda visit: forms.fill(visit, filled))

    async def turned_away(self, request: Request, *, pressed: bool = False) -> Reply | None:
        """The refusal where what is asked of somebody else than the desk is not to be answered: the asker asks for too
        much, may not use the bot, or lacks the rights that ``request.vouch`` looks for. Else None: it is counted."""

        async def nothing(_: Visit) -> Reply:
            return Reply()

        answer = await self._answer(request, nothing, pressed=pressed)
        return answer if answer.error else None

    async def words(self, asker: Asker, *, aside: bool = False) -> Words:
        """The bot's words in the asker's chat; ``aside``: to the asker alone, whoever else reads it."""
        chat = await self._newsdesk.presence.contact(asker)
        if aside:
            return self._words_for(await self._newsdesk.own_language(asker, chat))
        return self._words_for(self._newsdesk.language(asker, chat))

    async def complete(self, request: Request, text: str) -> list[Completion]:
        """Suggestions for the half-typed line ``text``; ``value`` is the whole line to put in its place."""
        try:
            self._newsdesk.admit(request.asker)
            visit = await self._visit(request.asker)
            return await complete(visit, half_typed(text), self._table(visit.words, visit.asker))
        except NewsbotError:
            return []

    async def offers(self, request: Request, kind: str, typed: str, head: str = "") -> list[Completion]:
        """Suggestions for one argument of a command (its ``kind``, as in the table) of which ``typed`` is written
        already; ``head`` are the arguments before it. From memory, where such was offered within seconds."""
        asker, newsdesk = request.asker, self._newsdesk
        try:
            newsdesk.admit(asker)
            if not self._turns.keystroke(asker, KEYSTROKES):
                return []
            words = self._words_for(newsdesk.language(asker, aside=True))
            visit = Visit(newsdesk, asker, words, ChatSettings(), ZoneInfo("UTC"), newsdesk.clock.now())
            return await self._offers.fitting(visit, kind, typed, head, self._table(words, asker))
        except NewsbotError:
            return []

    async def cards(self, request: Request, text: str, offset: str = "") -> Cards:
        """Stories that answer ``text`` as it is typed, ten at a time; the latest ones for no text.

        ``offset`` is an earlier page's. Never raises: what cannot be answered has no cards, and has ``failed`` where it
        is this person, or this moment, that stands in the way.
        """
        asker = request.asker
        try:
            self._newsdesk.admit(asker)
            if not self._turns.keystroke(asker, KEYSTROKES):
                return Cards(failed=True)
            return await cards(self._newsdesk, asker, clean(text), offset)
        except (Forbidden, StorageError):
            return Cards(failed=True)
        except NewsbotError:  # words that nothing can be found by, whoever types them
            return Cards()
        except Exception:
            log.exception("stories to choose from failed")
            return Cards(failed=True)

    def commands(self, asker: Asker | None = None) -> list[CommandInfo]:
        """The table as ``asker`` may use it, in the language of their client where the bot speaks it."""
        return self._table(self._words_for(self._newsdesk.language(asker)), asker)

    def menu(self, scope: Scope, language: str = "") -> list[CommandInfo]:
        """The commands worth listing in ``scope``, the most wanted first, in ``language``; each one's help has at most
        256 characters."""
        words = self._words_for(language or self._newsdesk.rules.defaults.language)
        return [TABLE[name].info(words) for name in MENUS[scope]]

    def _table(self, words: Words, asker: Asker | None) -> list[CommandInfo]:
        return [c.info(words) for c in COMMANDS if not c.admin or (asker is not None and asker.is_bot_admin)]

    async def _visit(self, asker: Asker, reader: Asker | None = None, *, apart: bool = False) -> Visit:
        """``reader``: who is answered, in their own chat, when ``asker`` is the same person acting elsewhere, or, with
        ``apart``, who alone sees the answer."""
        newsdesk = self._newsdesk
        chat = await newsdesk.presence.contact(asker)
        settings, words = chat.settings, self._words_for(newsdesk.language(asker, chat))
        elsewhere = reader is not None and reader.chat_kind == "private" and reader.chat != asker.chat
        apart = elsewhere or (apart and asker.chat_kind != "private")
        if reader is not None and elsewhere:
            words = await self.words(reader)
        elif apart:
            words = self._words_for(await newsdesk.own_language(asker, chat))
        zone = ZoneInfo(settings.timezone or newsdesk.rules.defaults.timezone)
        return Visit(newsdesk, asker, words, settings, zone, newsdesk.clock.now(), apart, stamps=self._stamps)

    async def _answer(
        self, request: Request, work: Callable[[Visit], Awaitable[Reply]], *, pressed: bool = False
    ) -> Reply:
        """The calm edge: whatever goes wrong in ``work`` becomes a Reply; the unexpected is logged too."""
        words = self._words_for(self._newsdesk.language(request.asker, aside=pressed or request.apart))
        try:
            asker = await self._admitted(request, pressed=pressed)
            visit = await self._visit(asker, request.asker, apart=request.apart)
            words = visit.words
            if pressed and not visit.apart and asker.chat_kind != "private":
                words = await self.words(asker, aside=True)
                visit = replace(visit, aside=words)
            answer = replace(await work(visit), language=words.language)
            return self._shown(visit, answer) if pressed else answer
        except TooFast as late:
            alone = request.apart or request.asker.chat_kind == "private"
            told_now = pressed or alone or self._turns.tell(late.who)
            return refusal(self._too_fast(words, late.seconds), toast=pressed) if told_now else Reply()
        except BadRequest as error:
            return refusal(told(words, error), toast=pressed)
        except QueryError:
            return refusal(words("no_words"), toast=pressed)
        except StorageBusy:
            return refusal(words("busy"), toast=pressed)
        except Exception:
            log.exception("a command failed")
            return refusal(words("failed"), toast=pressed)

    def _too_fast(self, words: Words, seconds: int) -> str:
        if self._stamps is None:
            return words("too_fast", seconds=seconds)
        return words("too_fast_until", when=self._stamps(self._newsdesk.clock.now() + timedelta(seconds=seconds), "R"))

    async def _admitted(self, request: Request, *, pressed: bool) -> Asker:
        """The asker with their rights, if it is their turn. Raises TooFast, Forbidden."""
        asker, limit = request.asker, self._limit
        self._turns.person(asker, limit, pressed=pressed)
        self._newsdesk.admit(asker)
        if request.vouch is not None:
            if not pressed:
                self._turns.crowd(asker, limit)
            asker = await request.vouch(asker)
            self._newsdesk.admit(asker)  # it may be in another chat now
        if not pressed and not request.apart and asker.chat == request.asker.chat:
            self._turns.shown(asker, limit, pressed=False)
        return asker

    def _shown(self, visit: Visit, answer: Reply) -> Reply:
        """The answer, if a press may show it to the others in the chat too. Raises TooFast."""
        if (answer.blocks or answer.attachment) and not answer.private and not visit.apart:
            self._turns.shown(visit.asker, self._limit, pressed=True)
        return answer

    @property
    def _limit(self) -> int:
        return self._newsdesk.rules.commands_per_minute

    async def _command(self, visit: Visit, text: str, *, pressed: bool = False) -> Reply:
        name, rest = split(text)
        if not name:
            return await linking.plain(visit, rest)
        command = TABLE.get(name)
        if command is None or (command.admin and not visit.asker.is_bot_admin):
            return self._unknown(visit, name, rest)
        try:
            return self._help(visit, rest) if name == "help" else await HANDLERS[name](visit, rest)
        except Usage:
            return usage(visit, command)
        except NeedsPrivate as error:
            return await onward(visit, told(visit.words, error), "c", f"/{name} {rest}".strip())
        except BadRequest as error:
            apart = pressed and visit.asker.chat_kind != "private"
            return refusal(told((visit.aside if apart else None) or visit.words, error), toast=apart)

    def _help(self, visit: Visit, text: str) -> Reply:
        commands = self._table(visit.words, visit.asker)
        if text:
            return welcome.help_one(visit, text, commands)
        return welcome.help_all(visit, [c for c in commands if visit.runs or c.name not in RUNNING])

    def _unknown(self, visit: Visit, name: str, rest: str) -> Reply:
        names = [info.name for info in self._table(visit.words, visit.asker)]
        near = difflib.get_close_matches(name, names, n=2, cutoff=0.6)
        said = visit.say("unknown_command", name=name[:32])
        if not near:
            return Reply((said, visit.say("see_help")), error=True)
        spans = [Span(visit.words("did_you_mean") + " ")]
        for n, known in enumerate(near):
            spans += [Span(", " if n else ""), Span(f"/{known}", command=f"/{known} {rest}".strip())]
        spans.append(Span(visit.words("did_you_mean_end")))
        return Reply((said, Paragraph(tuple(s for s in spans if s.text))), error=True)

    async def _press(self, visit: Visit, text: str) -> Reply:
        action = await actions.unpack(self._newsdesk, text)
        if action is not None and action.verb == "c" and (typed := clean("".join(action.arguments[:1]))):
            return await self._command(visit, typed, pressed=True)
        press = PRESSES.get(action.verb) if action else None
        if action is None or press is None or (action.verb in KEPT and not action.kept):
            return Reply(toast=visit.notice("button_too_old"), error=True)
        if action.verb in APART and visit.aside:
            visit = replace(visit, words=visit.aside)
        try:
            return await press(visit, action.arguments)
        except (Usage, IndexError):  # made up by hand: arguments are missing
            return Reply(toast=visit.notice("button_too_old"), error=True)
        except NeedsPrivate as error:
            return await onward(visit, told(visit.words, error), action.verb, *alone(action))


def alone(action: actions.Action) -> tuple[str, ...]:
    """An action's arguments without the list or page that its button stood in, for the answer comes elsewhere."""
    return action.arguments[:1] if action.verb in {"fo", "un"} else action.arguments
