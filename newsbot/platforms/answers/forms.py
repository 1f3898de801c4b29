"""Several settings at once, for platforms that have forms to fill in."""

from __future__ import annotations

from collections.abc import Mapping

from newsbot.domain.models import ChatSettings
from newsbot.errors import BadRequest
from newsbot.locales import own_name
from newsbot.newsdesk.settling import NAMES
from newsbot.platforms.answers import wording
from newsbot.platforms.answers.refusing import told
from newsbot.platforms.answers.settings import EXAMPLES, everything, heard, in_words, typed_as
from newsbot.platforms.answers.visit import Visit, line
from newsbot.platforms.views import Block, Entry, Form, Reply

NAME = "settings"
_FIELDS = ("when", "timezone", "quiet", "languages")
"""What is easier typed than chosen step by step; and the bot's language, or, where it has but one, how much comes."""


async def press_open(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """The form, filled in as things are; ``name=value`` are what was typed before and could not be taken."""
    visit.newsdesk.settling.may(visit.asker)
    now = (await visit.newsdesk.settling.get(visit.asker)).effective
    typed = dict(argument.partition("=")[::2] for argument in arguments)
    entries = tuple(_entry(visit, name, typed.get(name, _shown(visit, name, now))) for name in _fields(visit))
    late = visit.words("form_late")
    return Reply(toast=late, private=True, form=Form(NAME, visit.words("settings_title"), entries))


async def fill(visit: Visit, values: Mapping[str, str]) -> Reply:
    """Take what was sent off: what differs and can be taken holds from now on, and the rest is offered again."""
    now, wrong = await visit.newsdesk.settling.get(visit.asker), dict[str, BadRequest]()
    visit.newsdesk.settling.may(visit.asker)
    for name, value in values.items():
        if name not in NAMES or _same(name, value, now.effective):
            continue
        try:
            now = await visit.newsdesk.settling.change(visit.asker, name, wording.heard(name, value or "default"))
        except BadRequest as error:
            wrong[name] = error
        else:
            visit = heard(visit, name, now)
    shown = everything(visit, now, edit=True, toast="" if wrong else visit.words("form_saved"))
    if not wrong:
        return shown
    refused: list[Block] = [line(f"{_label(visit, name)}: {told(visit.words, error)}") for name, error in wrong.items()]
    again = await visit.button(
        visit.words("form_again_button"), "fm", *(f"{name}={values[name]}" for name in wrong), primary=True
    )
    return Reply((visit.say("form_wrong"), *refused, *shown.blocks), ((again,), *shown.buttons), edit=True, error=True)


def _fields(visit: Visit) -> tuple[str, ...]:
    return (*_FIELDS, "language" if len(visit.newsdesk.rules.languages) > 1 else "items")


def _entry(visit: Visit, name: str, value: str) -> Entry:
    hint = visit.words(f"setting_hint_{name}", time=f"{visit.now.astimezone(visit.zone):%H:%M}")
    spoken = visit.newsdesk.rules.languages if name == "language" else ()
    choices = tuple((code, own_name(code)) for code in spoken)
    return Entry(name, _label(visit, name), value, hint, EXAMPLES[name], choices)


def _label(visit: Visit, name: str) -> str:
    return visit.words(f"setting_{name}")


def _shown(visit: Visit, name: str, now: ChatSettings) -> str:
    """What a setting is, in the words in which it is shown wherever they are read as the same again."""
    said, plain = in_words(visit, name, now), typed_as(name, now)
    return said if name != "language" and wording.heard(name, said) == plain else plain


def _same(name: str, value: str, now: ChatSettings) -> bool:
    return wording.heard(name, value).casefold() == typed_as(name, now).casefold()
