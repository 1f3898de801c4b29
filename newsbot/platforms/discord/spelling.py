"""The commands that answers name, named as they are at Discord, to be clicked where their ids are known. Pure.

https://docs.discord.com/developers/reference#message-formatting-formats
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from newsbot.locales import Words
from newsbot.platforms.discord.directory import COMMANDS, called, native, option
from newsbot.platforms.discord.inline import command
from newsbot.platforms.discord.markdown import Line, Run, markup
from newsbot.platforms.table import TABLE
from newsbot.platforms.views import Block, Item, Paragraph, Reply, Span

Ids = Mapping[str, str]
"""The ids that Discord gave, by the first word of the commands' names."""
UNKNOWN: Ids = MappingProxyType({})

FORMS = frozenset({"settings", "mutes", "import", "export"})
"""Those of which only the name is ever shown: a form, a menu or a file stands for what is typed elsewhere."""

_OPEN = tuple(name for name, command in TABLE.items() if not command.admin)
# What is quoted is other people's; addresses and paths are no commands, nor is what is marked as one already;
# those of the bot's admins stand in no sentence of ours.
_NAMED = re.compile(
    r"“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»|「[^「」]*」"
    rf"|(?<![\w/.:<\uf8f0])/(?P<name>{'|'.join(_OPEN)})(?: (?P<count>\d+))?(?![\w/-])",
    re.ASCII,
)
_TIMED = re.compile(r"(?:^|\s)(instant|hourly|daily \d\d?:\d\d|weekly \w+ \d\d?:\d\d)$")
_PERIOD = re.compile(r"\d+[hdw]|day|week|month")


def spelled(reply: Reply, words: Words, *, shared: bool, ids: Ids) -> Reply:
    """``reply`` with the true names of commands in all that the bot itself says. ``shared``: it is about a server's
    channel, else about a private chat. What is to be typed only where there are no forms is left out."""
    speller = Speller(words, ids, shared=shared)
    return replace(
        reply,
        blocks=tuple(said for block in reply.blocks for said in speller.block(block)),
        toast=speller.sentence(reply.toast),
        buttons=tuple(tuple(replace(b, hint=speller.sentence(b.hint)) for b in row) for row in reply.buttons),
    )


@dataclass(frozen=True, slots=True)
class Speller:
    """Names commands in the language of ``words``."""

    words: Words
    ids: Ids
    shared: bool = False

    def name(self, whole: str) -> str:
        """A command by its whole name, "channel subscribe", as text that becomes a mention of it, or code."""
        known = self.ids.get(whole.partition(" ")[0], "")
        return command(whole if known else called(whole, self.words), known)

    def markdown(self, whole: str) -> str:
        """A command by its whole name, for a text that is markdown already."""
        return markup([Line((Run(self.name(whole)),))])

    def typed(self, line: str) -> str:
        """One of the desk's lines, "/follow Xiaomi EV", as it is typed at Discord."""
        name, _, rest = line.removeprefix("/").partition(" ")
        whole = native(name, shared=self.shared)
        if whole not in COMMANDS:
            return command(line.removeprefix("/"))
        return self.filled(whole, _options(name, rest.strip()) if name not in FORMS else {})

    def filled(self, whole: str, options: Mapping[str, str]) -> str:
        """A command with its options, as it is typed; its name alone where there are none."""
        said = [f"{option(name, self.words)}:{value}" for name, value in options.items() if value]
        return command(" ".join((called(whole, self.words), *said))) if said else self.name(whole)

    def sentence(self, text: str) -> str:
        """One of our own sentences."""
        return _NAMED.sub(self._found, text)

    def _found(self, found: re.Match[str]) -> str:
        name, count = found["name"], found["count"] or ""
        if not name:
            return found[0]
        if count and name != "latest":
            return f"{self.typed(name)} {count}"
        return self.typed(f"{name} {count}")

    def block(self, block: Block) -> Iterator[Block]:
        """The block; none for a line that shows what no Discord user types."""
        if isinstance(block, Item):
            yield replace(block, title=self._spans(block.title, own=False), lines=self._lines(block))
        elif isinstance(block, Paragraph):
            if not any(map(_is_for_forms, block.spans)):
                yield replace(block, spans=self._spans(block.spans))
        else:
            yield block

    def _lines(self, item: Item) -> tuple[tuple[Span, ...], ...]:
        return tuple(self._spans(line, own=False) for line in item.lines)

    def _spans(self, spans: Iterable[Span], *, own: bool = True) -> tuple[Span, ...]:
        return tuple(self._span(span, own) for span in spans)

    def _span(self, span: Span, own: bool) -> Span:
        if span.command:
            return replace(span, text=self.typed(span.command), command="", style="")
        if not own or span.url or span.style in {"code", "mark"}:
            return span
        return replace(span, text=self.sentence(span.text))


def _is_for_forms(span: Span) -> bool:
    name, _, rest = span.command.removeprefix("/").partition(" ")
    return bool(rest) and name in FORMS


def _options(name: str, rest: str) -> dict[str, str]:
    """What the desk takes in one line after a command's name, by Discord's options."""
    if name == "subscribe":
        timed = _TIMED.search(rest)
        what = rest[: timed.start()] if timed else rest
        first, _, more = what.partition(" ") if what.startswith("everything ") else (what, "", "")
        return {"what": first, "words": more, "when": timed[1] if timed else ""}
    if name == "digest":
        return {"period" if _PERIOD.fullmatch(rest) else "what": rest}
    if name == "latest":
        return {"count" if rest.isdecimal() else "what": rest}
    taken = COMMANDS[native(name, shared=False)]
    return {taken[0]: rest} if taken else {}
