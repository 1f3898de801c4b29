"""The command table, once for every platform, and what of it is worth listing where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsbot.locales import Words
from newsbot.platforms.views import CommandInfo, Scope


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the table. ``arguments`` as people read them; ``takes`` names what each is completed from."""

    name: str
    arguments: str = ""
    example: str = ""
    takes: tuple[str, ...] = ()
    admin: bool = False

    @property
    def usage(self) -> str:
        """ "/follow TOPIC"."""
        return f"/{self.name} {self.arguments}".strip()

    def info(self, words: Words) -> CommandInfo:
        """The line as a platform lists it, in some words."""
        about = words(f"help_{self.name}")
        return CommandInfo(self.name, self.usage, about, self.example, self.admin, self.takes)


COMMANDS = (
    Command("start"),
    Command("help", "[command]", "/help subscribe", ("command",)),
    Command("subscribe", "[what] [words] [when]", "/subscribe everything battery -tesla daily 08:00", ("what", "when")),
    Command("unsubscribe", "[what]", "/unsubscribe everything", ("subscription",)),
    Command("follow", "TOPIC", "/follow Xiaomi EV", ("topic",)),
    Command("unfollow", "TOPIC", "/unfollow Xiaomi EV", ("followed",)),
    Command("subscriptions"),
    Command("topics"),
    Command("search", "QUERY", '/search "solid state" battery -tesla', ("query",)),
    Command("latest", "[what] [N]", "/latest 5", ("what",)),
    Command("digest", "[what] [period]", "/digest 3d", ("what", "period")),
    Command("settings", "[name value]", "/settings timezone Asia/Tokyo", ("setting", "value")),
    Command("mutes"),
    Command("sources"),
    Command("why", "LINK", "/why https://example.org/story"),
    Command("export"),
    Command("import"),
    Command("privacy"),
    Command("forgetme"),
    Command("feeds", admin=True),
    Command("status", admin=True),
    Command("retract", "LINK", "/retract https://example.org/story", admin=True),
    Command("reload", admin=True),
    Command("pause", "[platform]", "/pause telegram", admin=True),
    Command("resume", "[platform]", "/resume telegram", admin=True),
)
TABLE: Mapping[str, Command] = {command.name: command for command in COMMANDS}

ALIASES: Mapping[str, str] = {
    "sub": "subscribe", "unsub": "unsubscribe", "list": "subscriptions", "lang": "settings language", "set": "settings",
    "mute": "mutes", "stop": "unsubscribe all", "cancel": "unsubscribe all", "id": "privacy",
}  # fmt: skip
"""What people type who come from other bots: understood, and listed nowhere."""

_READING = ("search", "latest", "digest", "topics", "subscriptions")
_ABOUT = ("sources", "why", "help", "privacy")
_RUNNING = ("subscribe", "unsubscribe", "settings", "mutes", "export", "import")
_ALONE = ("follow", *_READING, "unfollow", *_RUNNING, *_ABOUT, "forgetme")
RUNNING = frozenset({*_RUNNING, "forgetme"})
"""The commands that in a shared chat are for its admins alone."""
MENUS: Mapping[Scope, Sequence[str]] = {
    "private": _ALONE,
    "group": ("follow", *_READING, *_ABOUT),
    "group_admin": (*_RUNNING, "follow", *_READING, *_ABOUT, "forgetme"),
    "bot_admin": (*_ALONE, "feeds", "status", "retract", "reload", "pause", "resume"),
}
"""The commands worth listing in each place, the most wanted first. All others are understood there too."""
