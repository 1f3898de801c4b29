"""What is said to a command that cannot be carried out."""

from __future__ import annotations

from newsbot.errors import BadRequest
from newsbot.locales import Words
from newsbot.platforms.answers import welcome
from newsbot.platforms.answers.visit import Visit, brief, line
from newsbot.platforms.table import Command
from newsbot.platforms.views import Paragraph, Reply, Span


def told(words: Words, error: BadRequest) -> str:
    """The sentence of a refusal; what people typed is said back in brief."""
    values = {k: brief(v) if isinstance(v, str) and k == "text" else v for k, v in error.values.items()}
    return words(error.key, **values)


def refusal(text: str, *, toast: bool = False) -> Reply:
    """A sentence that says no; as a short notice for a press."""
    return Reply(toast=text, error=True, private=True) if toast else Reply((line(text),), error=True)


def usage(visit: Visit, command: Command) -> Reply:
    """How a command is written, with an example to tap; its argument may follow."""
    about = visit.words(f"help_{command.name}")
    blocks = [visit.say("usage", usage=command.usage), line(f"{about[:1].upper()}{about[1:]}.")]
    asked = command.name if command.name in welcome.ASKED and visit.asker.chat_kind == "private" else ""
    return Reply((*blocks, *example(visit, command)), error=True, ask=asked)


def example(visit: Visit, command: Command) -> tuple[Paragraph, ...]:
    """ "For example: /follow Xiaomi EV", or nothing."""
    if not command.example:
        return ()
    return (Paragraph((Span(visit.words("for_example") + " "), Span(command.example, command=command.example))),)
