"""The commands as Discord's people know them: what is called how, which of them are whose, what they take. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from newsbot.locales import FALLBACK, Words, catalogue
from newsbot.newsdesk.asking import Asker
from newsbot.platforms.views import Completion

MOST = 25
"""https://docs.discord.com/developers/interactions/application-commands#autocomplete"""
_UNSPOKEN = frozenset({"ar"})  # https://docs.discord.com/developers/reference#locales
_ORDER = ("what", "words", "when")
_MOVED = {
    "start": "help", "feeds": "bot feeds", "status": "bot status", "reload": "bot reload", "retract": "bot retract",
    "pause": "bot pause", "resume": "bot resume",
}  # fmt: skip
_OF_A_PLACE = frozenset({"subscribe", "unsubscribe", "subscriptions", "settings", "mutes", "export", "import"})


@dataclass(frozen=True, slots=True)
class Group:
    """Commands by their whole names, each with its options; ``title`` is the catalogue's key of what they are."""

    title: str
    commands: Mapping[str, tuple[str, ...]]


MEMBERS = Group(
    "help_title",
    {
        "search": ("query", "language", "since", "source"),
        "latest": ("what", "count"),
        "digest": ("what", "period"),
        "follow": ("topic", "when"),
        "unfollow": ("topic",),
        "topics": (),
        "subscriptions": (),
        "sources": (),
        "why": ("link",),
        "privacy": (),
        "forgetme": (),
        "help": ("command",),
    },
)
OWN = Group(
    "discord_cmd_my_help",
    {
        "my subscribe": _ORDER,
        "my unsubscribe": ("what",),
        "my subscriptions": (),
        "my settings": (),
        "my mutes": (),
        "my export": (),
        "my import": ("file",),
    },
)
CHANNELS = Group(
    "discord_cmd_channel_help",
    {
        "setup": ("channel",),
        "channel subscribe": (*_ORDER, "channel"),
        "channel unsubscribe": ("what", "channel"),
        "channel subscriptions": ("channel",),
        "channel settings": ("channel",),
        "channel mutes": ("channel",),
        "channel ping": ("topic", "role", "channel"),
        "channel export": ("channel",),
        "channel import": ("file", "channel"),
        "channel forget": ("channel",),
    },
)
ADMINS = Group(
    "discord_cmd_bot_help",
    {
        "bot feeds": (),
        "bot status": (),
        "bot retract": ("link",),
        "bot reload": (),
        "bot pause": ("platform",),
        "bot resume": ("platform",),
    },
)
COMMANDS: Mapping[str, tuple[str, ...]] = {
    name: options for group in (MEMBERS, OWN, CHANNELS, ADMINS) for name, options in group.commands.items()
}


def groups(asker: Asker) -> Iterator[Group]:
    """The commands that Discord shows to ``asker`` where they are."""
    alone = asker.chat_kind == "private"
    yield MEMBERS
    yield OWN
    if asker.is_chat_admin and not alone:
        yield CHANNELS
    if asker.is_bot_admin and alone:
        yield ADMINS


def native(name: str, *, shared: bool) -> str:
    """The whole name at Discord of the desk's command ``name``: "subscribe" is "channel subscribe" for what is
    ``shared``, else "my subscribe"."""
    if name in _OF_A_PLACE:
        return f"{'channel' if shared else 'my'} {name}"
    return "channel forget" if name == "forgetme" and shared else _MOVED.get(name, name)


def called(name: str, words: Words) -> str:
    """A command's whole name as a client in the language of ``words`` lists it."""
    return name if words.language in _UNSPOKEN else " ".join(words(f"discord_cmd_{part}") for part in name.split())


def option(name: str, words: Words) -> str:
    """An option's name, likewise."""
    return name if words.language in _UNSPOKEN else words(f"discord_opt_{name}")


def key_of_command(name: str) -> str:
    """The catalogue's key of what a command is for."""
    return f"discord_cmd_{name.replace(' ', '_')}_help"


def key_of_option(command: str, name: str) -> str:
    """The catalogue's key of what an option of the command (the last word of its name) is for: its own,
    discord_opt_ping_topic_help, where there is such."""
    own = f"discord_opt_{command}_{name}_help"
    return own if own in catalogue(FALLBACK) else f"discord_opt_{name}_help"


def found(typed: str, words: Words, *, shared: bool) -> str:
    """The whole name of the command that somebody wrote, in their language, in English or as the desk has it; "" for
    none."""
    said = " ".join(typed.casefold().replace("/", " ").split())
    names = {called(name, words).casefold(): name for name in COMMANDS}
    return names.get(said) or next((name for name in (said, native(said, shared=shared)) if name in COMMANDS), "")


def offers(asker: Asker, words: Words, typed: str) -> list[Completion]:
    """Up to 25 of the asker's commands, of which ``typed`` is written already, by the beginning of any word."""
    wanted = f" {typed.casefold().replace('/', ' ').strip()}"
    names = [(name, called(name, words)) for group in groups(asker) for name in group.commands]
    near = [each for each in names if wanted in f" {each[0]} / {each[1].casefold()}"]
    return [Completion(name, said, words(key_of_command(name))) for name, said in near][:MOST]
