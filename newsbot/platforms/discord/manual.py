"""/help: every command that somebody sees, or one of them in full."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from newsbot.locales import Words
from newsbot.newsdesk.asking import Asker
from newsbot.platforms.commands import Desk, Request, split
from newsbot.platforms.discord.directory import COMMANDS, found, groups, key_of_command, key_of_option, option
from newsbot.platforms.discord.spelling import FORMS, Ids, Speller
from newsbot.platforms.table import TABLE
from newsbot.platforms.views import Paragraph, Reply, Span, Style

ECHO = 40  # characters of what was written, said back
DETAILED = frozenset({"search", "follow"})
"""The commands whose options leave something to be said."""


class Manual:
    """Answers lines as the desk does, but ``/help`` by what there is at Discord, and the commands of the bot's admins,
    which Discord shows to everybody, with a word to who is none; ``ids`` are the commands'."""

    def __init__(self, desk: Desk, ids: Ids) -> None:
        self._desk = desk
        self._ids = ids

    async def command(self, request: Request) -> Reply:
        """The answer to the request's line. Who may ask and how often is the desk's to say."""
        name, rest = split(request.text.strip())
        shut = name in TABLE and TABLE[name].admin and not request.asker.is_bot_admin
        if name != "help" and not shut:
            return await self._desk.command(request)
        reply = await self._desk.command(replace(request, text="/help"))
        if reply.error or not reply.blocks:
            return reply
        words, asker = Words(reply.language), request.asker
        if shut:  # everybody sees these commands, and that they are none would be no answer
            return Reply((_line(words("forbidden_bot_admin")),), error=True, language=reply.language)
        speller = Speller(words, self._ids, shared=asker.chat_kind != "private")
        said = one(speller, rest) if rest else everything(speller, asker)
        return replace(said, language=reply.language)


def everything(speller: Speller, asker: Asker) -> Reply:
    """The commands that ``asker`` sees, each in a line."""
    words = speller.words
    blocks: list[Paragraph] = []
    for group in groups(asker):
        blocks.append(Paragraph((Span(words(group.title), "bold"),), heading=True))
        blocks += [_line(f"• {speller.name(name)} – {words(key_of_command(name))}") for name in group.commands]
    return Reply((*blocks, _line(words("discord_help_more", command=speller.name("help")), "muted")))


def one(speller: Speller, typed: str) -> Reply:
    """The command that was written, with its options and an example."""
    words, name = speller.words, found(typed, speller.words, shared=speller.shared)
    if not name:
        said = words("unknown_command", name=typed.removeprefix("/")[:ECHO])
        return Reply((_line(said), _line(speller.sentence(words("see_help")))), error=True)
    blocks = [_line(f"{speller.name(name)} – {words(key_of_command(name))}"), *_options(words, name)]
    last = name.split()[-1]
    if last in DETAILED:
        blocks.append(_line(words(f"help_detail_{last}")))
    known = TABLE.get(last)
    if known and known.example and last not in FORMS:
        shared = replace(speller, shared=name.startswith("channel"))
        blocks.append(_line(f"{words('for_example')} {shared.typed(known.example)}"))
    return Reply(tuple(blocks))


def _options(words: Words, name: str) -> Iterator[Paragraph]:
    for each in COMMANDS[name]:
        about = words(key_of_option(name.split()[-1], each))
        yield Paragraph((Span("• "), Span(option(each, words), "code"), Span(f" – {about}")))


def _line(text: str, style: Style = "") -> Paragraph:
    return Paragraph((Span(text, style),))
