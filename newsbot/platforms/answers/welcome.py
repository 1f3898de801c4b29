"""/start, /help."""

from __future__ import annotations

from newsbot.errors import NotFound
from newsbot.platforms.actions import short
from newsbot.platforms.answers.topics import follow_link
from newsbot.platforms.answers.visit import Usage, Visit, heading, line
from newsbot.platforms.table import RUNNING
from newsbot.platforms.views import Button, CommandInfo, Paragraph, Reply, Span

STEPS = (
    ("welcome_step_follow", "/follow Xiaomi EV"),
    ("welcome_step_subscribe", "/subscribe"),
    ("welcome_step_digest", "/digest"),
    ("welcome_step_settings", "/settings"),
)
LINK = "follow_"
"""What a link into the private chat begins with when it names a topic to follow."""
ASKED = frozenset({"follow", "search"})
"""The commands whose argument may be asked for."""
DETAILED = frozenset({"subscribe", "search", "follow", "digest", "settings"})


async def start(visit: Visit, text: str) -> Reply:
    """The welcome, with first steps; or, from a link, what the link is for."""
    if text.startswith(LINK):
        return await follow_link(visit, text.removeprefix(LINK))
    words, private = visit.words, visit.asker.chat_kind == "private"
    steps = [
        Paragraph((Span(f"• {words(key)}: "), Span(command, command=command)))
        for key, command in STEPS
        if visit.runs or command[1:] not in RUNNING
    ]
    if private:
        steps.append(line(f"• {words('welcome_step_search')}"))
    blocks = (
        heading(words("welcome_title")),
        visit.say("welcome_private" if private else "welcome_group"),
        visit.say("welcome_steps"),
        *steps,
    )
    return Reply(blocks, buttons=_alone(visit) if private else _shared(visit))


def _alone(visit: Visit) -> tuple[tuple[Button, ...], ...]:
    words = visit.words
    return (
        (Button(words("welcome_topics_button"), short("c", "/topics"), style="primary"),),
        (
            Button(words("welcome_follow_button"), short("ak", "follow")),
            Button(words("welcome_search_button"), short("ak", "search")),
        ),
    )


def _shared(visit: Visit) -> tuple[tuple[Button, ...], ...]:
    """What there is to do in a shared chat; its admins subscribe it and set it up too."""
    words = visit.words
    choose = Button(words("welcome_subscribe_button"), short("c", "/subscribe"), style="primary")
    change = Button(words("welcome_settings_button"), short("c", "/settings"))
    topics = Button(words("welcome_topics_button"), short("c", "/topics"))
    read = (
        Button(words("welcome_digest_button"), short("c", "/digest")),
        Button(words("welcome_latest_button"), short("c", "/latest")),
    )
    return ((choose, topics), (*read, change)) if visit.runs else ((topics,), read)


async def press_ask(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Ask for what to follow or to search for: the person's next words."""
    name = arguments[0]
    if name not in ASKED:
        raise Usage
    if name == "follow":
        visit.newsdesk.following.may(visit.asker)
    return Reply((visit.say(f"ask_{name}"),), ask=name)


def help_all(visit: Visit, commands: list[CommandInfo]) -> Reply:
    """Every command in a line."""
    lines = [Paragraph((Span(c.usage, command=f"/{c.name}"), Span(f" – {c.help}"))) for c in commands]
    return Reply((heading(visit.words("help_title")), *lines, line(visit.words("help_more"), "muted")))


def help_one(visit: Visit, name: str, commands: list[CommandInfo]) -> Reply:
    """One command, in full. Raises NotFound."""
    name = name.removeprefix("/").lower()
    command = next((c for c in commands if c.name == name), None)
    if command is None:
        raise NotFound("unknown_command", name=name[:32])
    blocks = [Paragraph((Span(command.usage, "bold"),)), line(f"{command.help[:1].upper()}{command.help[1:]}.")]
    if command.name in DETAILED:
        blocks.append(visit.say(f"help_detail_{command.name}"))
    if command.example:
        example = Span(command.example, command=command.example)
        blocks.append(Paragraph((Span(visit.words("for_example") + " "), example)))
    return Reply(tuple(blocks))
