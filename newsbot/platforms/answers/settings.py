"""/settings: every setting as a button, and the same in words."""

from __future__ import annotations

from dataclasses import replace

from newsbot.domain.models import ChatSettings, When
from newsbot.domain.schedule import format_when
from newsbot.errors import BadRequest
from newsbot.locales import Words, own_name
from newsbot.newsdesk.settling import NAMES, Effective, NoSuchZone, names_for, zone_label
from newsbot.platforms.actions import short
from newsbot.platforms.answers.ordering import TIMES, time_label
from newsbot.platforms.answers.visit import Visit, brief, heading, line, rows
from newsbot.platforms.answers.wording import TOGGLES, language_name, read
from newsbot.platforms.views import Button, Item, Paragraph, Reply, Span

ZONES = ("Europe/London", "Europe/Berlin", "Europe/Moscow", "Asia/Shanghai", "Asia/Tokyo", "Asia/Kolkata",
         "America/New_York", "America/Los_Angeles", "America/Sao_Paulo", "UTC")  # fmt: skip
QUIET = ("22:00-07:00", "23:00-08:00", "20:00-09:00")
LANGUAGES = ("en", "zh", "ru", "es", "de", "fr", "pt", "ja", "ar", "hi")
ITEMS = ("3", "5", "10", "20")
POSTS = ("3", "5", "10", "20", "50")
EXAMPLE = "/settings timezone Asia/Tokyo"
LONGEST = 32  # characters of a name that is none, said back


async def settings(visit: Visit, text: str) -> Reply:
    """All settings; ``name`` one of them with its choices; ``name value`` sets it."""
    if not text:
        return everything(visit, await visit.newsdesk.settling.get(visit.asker))
    name, value = read(text)
    if not value and name in NAMES:
        return await _one(visit, name)
    if not value:
        raise BadRequest("no_setting", name=name[:LONGEST], names=_named(visit))
    return await _change(visit, name, value)


async def _change(visit: Visit, name: str, value: str) -> Reply:
    if name not in NAMES:
        raise BadRequest("no_setting", name=name[:LONGEST], names=_named(visit))
    try:
        now = await visit.newsdesk.settling.change(visit.asker, name, value)
    except NoSuchZone as error:
        return await _zones(visit, error)
    visit = heard(visit, name, now)
    said = visit.words(
        "setting_changed", name=visit.words(f"setting_{name}"), value=in_words(visit, name, now.effective)
    )
    back = Button(visit.words("welcome_settings_button"), short("se"))
    return Reply((line(said),), buttons=((back,),), toast=said)


def _named(visit: Visit) -> str:
    """The settings by the names that they are shown by."""
    return ", ".join(visit.words(f"setting_{name}") for name in names_for(visit.asker))


def heard(visit: Visit, name: str, now: Effective) -> Visit:
    """The visit in the language that the chat has just chosen, where that is the chat that reads the answer."""
    if name != "language" or visit.apart:
        return visit
    return replace(visit, words=Words(now.effective.language or ""))


async def _zones(visit: Visit, error: NoSuchZone) -> Reply:
    said = [visit.say(error.key, text=brief(error.text))]
    if not error.near:
        return Reply(tuple(said), error=True)
    said.append(visit.say("no_timezone_near"))
    buttons = [Button(zone, short("sv", "timezone", zone)) for zone in error.near]
    return Reply(tuple(said), buttons=rows(buttons), error=True)


def everything(visit: Visit, now: Effective, *, edit: bool = False, toast: str = "") -> Reply:
    """All settings as they are now, with a button for each where the asker may change them."""
    words = visit.words
    one = len(visit.newsdesk.rules.languages) < 2  # nothing to choose from
    names = [name for name in names_for(visit.asker) if not (one and name == "language")]
    items = [
        Item((Span(f"{words(f'setting_{name}')}: "), Span(in_words(visit, name, now.effective), "bold")))
        for name in names
    ]
    buttons = [_button(visit, name, now.effective) for name in names]
    title = heading(words("settings_title"))
    if not visit.runs:
        return Reply((title, *items), edit=edit, toast=toast)
    hint = Paragraph((Span(words("settings_hint") + " "), Span(EXAMPLE, command=EXAMPLE)))
    return Reply((title, *items, hint), buttons=rows(buttons), edit=edit, toast=toast)


def _button(visit: Visit, name: str, now: ChatSettings) -> Button:
    """A switch flips at once; anything else opens its choices."""
    label = visit.words(f"setting_{name}")
    hint = f"{label}: {in_words(visit, name, now)}"
    if name in TOGGLES:
        return Button(f"{label}: {in_words(visit, name, now)}", short("sv", name, "off" if _on(name, now) else "on"))
    return Button(label, short("se", name), hint=hint)


def _switch(visit: Visit, name: str, now: ChatSettings) -> list[Button]:
    """Both ways that a setting can be, the present one ticked."""
    ways = [(value, visit.words(f"value_{name}", on="yes" if value == "on" else "no")) for value in ("on", "off")]
    current = "on" if _on(name, now) else "off"
    return [Button(f"✓ {w}" if value == current else w, short("sv", name, value)) for value, w in ways]


def _on(name: str, now: ChatSettings) -> bool:
    return bool(getattr(now, name))


async def _one(visit: Visit, name: str, *, edit: bool = False) -> Reply:
    """One setting, with its choices as buttons."""
    words, now = visit.words, (await visit.newsdesk.settling.get(visit.asker)).effective
    title = heading(f"{words(f'setting_{name}')}: {in_words(visit, name, now)}")
    if not visit.runs:
        return Reply((title,), edit=edit)
    if name in TOGGLES:
        return Reply((title,), buttons=((*_switch(visit, name, now), _back(visit)),), edit=edit)
    hint = words(f"setting_hint_{name}", time=f"{visit.now.astimezone(visit.zone):%H:%M}")
    typed = f"/settings {name} {EXAMPLES[name]}"
    blocks = (title, line(hint), Paragraph((Span(words("setting_or") + " "), Span(typed, command=typed))))
    current = typed_as(name, now)
    buttons = [
        Button(f"✓ {label}" if value == current else label, short("sv", name, value))
        for value, label in _choices(visit, name, now)
    ]
    return Reply(blocks, buttons=(*rows(buttons), (_back(visit),)), edit=edit)


def _back(visit: Visit) -> Button:
    return Button(visit.words("back_button"), short("se"))


EXAMPLES = {"when": "daily 07:30", "timezone": "Asia/Tokyo", "quiet": "22:30-06:30", "language": "en",
             "languages": "en zh", "items": "7", "limit": "12", "threads": "day"}  # fmt: skip


def _choices(visit: Visit, name: str, now: ChatSettings) -> list[tuple[str, str]]:
    """The values offered for a setting, each with its label."""
    words = visit.words
    match name:
        case "when":
            return [(t, time_label(visit, t)) for t in TIMES]
        case "timezone":
            return [(zone, zone) for zone in ZONES]
        case "quiet":
            return [*((q, q) for q in QUIET), ("off", words("value_off"))]
        case "language":
            return [(code, own_name(code)) for code in visit.newsdesk.rules.languages]
        case "languages":
            return [("all", words("value_all")), *(_language(code, now) for code in _offered(now))]
        case "threads":
            return [(each, words("value_threads", each=each)) for each in ("story", "day")]
        case "limit":
            return [*((n, n) for n in POSTS), ("off", words("value_off"))]
        case _:
            return [(n, n) for n in ITEMS]


def typed_as(name: str, now: ChatSettings) -> str:
    """What a setting is, as it would be typed."""
    match name:
        case "when":
            return format_when(now.when or When())
        case "timezone":
            return now.timezone or ""
        case "quiet" if now.quiet:
            return f"{now.quiet.start:%H:%M}-{now.quiet.end:%H:%M}"
        case "quiet":
            return "off"
        case "language":
            return now.language or ""
        case "languages":
            return " ".join(now.languages) or "all"
        case "threads":
            return now.threads
        case "limit":
            return str(now.ceiling or "off")
    return str(now.max_items)


def _offered(now: ChatSettings) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*LANGUAGES, *now.languages)))


def _language(code: str, now: ChatSettings) -> tuple[str, str]:
    """A language as a switch: pressed, it joins or leaves those that are wanted."""
    if code in now.languages:
        return " ".join(c for c in now.languages if c != code) or "all", f"✓ {language_name(code)}"
    return " ".join((*now.languages, code)), language_name(code)


def in_words(visit: Visit, name: str, now: ChatSettings) -> str:
    """What the setting ``name`` is, in the bot's words."""
    words = visit.words
    match name:
        case "when":
            return visit.often(now.when or When())
        case "timezone":
            return zone_label(now.timezone or "")
        case "quiet" if now.quiet:
            return words("value_quiet", start=f"{now.quiet.start:%H:%M}", end=f"{now.quiet.end:%H:%M}")
        case "language":
            return own_name(now.language or "")
        case "languages":
            return ", ".join(map(language_name, now.languages)) or words("value_all")
        case "items":
            return str(now.max_items)
        case "limit":
            return words("value_limit", n=now.ceiling or 0, limited="yes" if now.ceiling else "no")
        case "threads":
            return words("value_threads", each=now.threads)
        case "compact" | "images" | "silent" | "publish" | "developments":
            return words(f"value_{name}", on="yes" if _on(name, now) else "no")
    return words("value_off")


# --- presses ---------------------------------------------------------------------------------------


async def press_open(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """All settings, or one with its choices."""
    if arguments and arguments[0] in NAMES:
        visit.newsdesk.settling.may(visit.asker)
        return await _one(visit, arguments[0], edit=True)
    return everything(visit, await visit.newsdesk.settling.get(visit.asker), edit=True)


async def press_set(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """``name:value``: set it, and show all settings as they are now."""
    name, value = arguments[0], arguments[1]
    now = await visit.newsdesk.settling.change(visit.asker, name, value)
    visit = heard(visit, name, now)
    said = visit.words(
        "setting_changed", name=visit.words(f"setting_{name}"), value=in_words(visit, name, now.effective)
    )
    if name == "languages":
        shown = await _one(visit, name, edit=True)
        return Reply(shown.blocks, shown.buttons, edit=True, toast=said)
    return everything(visit, now, edit=True, toast=said)
