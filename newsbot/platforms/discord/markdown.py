r"""Discord's markdown, counted as Discord counts. Pure.

A line is a prefix of markup ("### ") and a sequence of :class:`Run`, each with the tags that stand round it: cut
anywhere, it still parses. What comes from outside is escaped with backslashes, which leave no trace in what is seen
or copied. https://docs.discord.com/developers/reference#message-formatting
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from urllib.parse import quote, urlsplit

from newsbot.platforms.discord.inline import bare, shown, told, without
from newsbot.platforms.text import safe, shortened, utf16, visible

ADDRESS = 1000  # characters of a link's address, as it is written
BUTTON_ADDRESS = 512  # https://docs.discord.com/developers/components/reference#button

BOLD, ITALIC, CODE = "**", "*", "`"
JOINER = "\u2060"  # no width: what it breaks looks whole
HEADING, SMALL, BULLET = "### ", "-# ", "- "


@dataclass(frozen=True, slots=True)
class Run:
    """Some text and the tags round it, the outermost first: ``("**", "](https://…)")``."""

    text: str
    tags: tuple[str, ...] = ()


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: ``prefix`` is markup that holds at a line's beginning only."""

    runs: Runs
    prefix: str = ""


Lines = tuple[Line, ...]


def markup(lines: Iterable[Line]) -> str:
    """``lines`` as Discord's markdown; those with nothing to see are left out."""
    return "\n".join(line.prefix + _marked(line.runs) for line in lines if seen(line.runs))


def size(lines: Iterable[Line]) -> int:
    """The length of :func:`markup`. The API counts characters and clients UTF-16 units: this takes the larger."""
    return utf16(markup(lines))


def seen(runs: Iterable[Run]) -> bool:
    """Whether anything of ``runs`` is seen."""
    return any(visible(run.text) for run in runs)


def plain(text: str) -> str:
    """``text`` in one line for where markdown is not read: labels, names. Moments are told in UTC."""
    return " ".join(told(safe(text)).split())


def _marked(runs: Sequence[Run]) -> str:
    parts: list[str] = []
    around: tuple[str, ...] = ()
    for run in (*(part for merged in _merged(runs) for part in _tight(merged)), Run("")):
        kept = _common(around, run.tags)
        closed, opened = tuple(reversed(around[kept:])), run.tags[kept:]
        apart = JOINER if closed[-1:] and opened[:1] and closed[-1][0] == opened[0][0] == "*" else ""
        parts += [*closed, apart, *("[" if tag.startswith("](") else tag for tag in opened)]
        parts.append(_said(run))
        around = run.tags
    return "".join(parts)


def _said(run: Run) -> str:
    if CODE in run.tags:
        return _code(run.text)
    linked = any(tag.startswith("](") for tag in run.tags)
    return _SYMBOLS.sub(r"\\\g<0>", _escaped(run.text)) if linked else _escaped(run.text)


def _merged(runs: Iterable[Run]) -> Runs:
    """``runs`` with those of the same tags as one, so that nothing becomes markup across their border."""
    kept: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        if kept and kept[-1].tags == run.tags:
            kept[-1] = replace(run, text=kept[-1].text + run.text)
        else:
            kept.append(run)
    return tuple(kept)


def _tight(run: Run) -> Runs:
    """``run`` with the blanks at its ends outside of its emphasis, which begins and ends with a letter."""
    plainly = tuple(tag for tag in run.tags if tag.startswith("]("))
    if plainly == run.tags or CODE in run.tags:
        return (run,)
    inner = run.text.strip()
    before, _, after = run.text.partition(inner) if inner else (run.text, "", "")
    parts = (Run(before, plainly), replace(run, text=inner), Run(after, plainly))
    return tuple(part for part in parts if part.text)


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False)))


# --- text from outside -----------------------------------------------------------------------------

# What is markup anywhere; addresses and invitations, which become links or previews; ":names:" of emoji.
_SIGNS = re.compile(
    r"[\\*_~`|<>\[\]]|:(?=//)|:(?=[\w+-]+:)|(?<=discord)\.(?=\w)|(?<=discordapp)\.(?=\w)", re.IGNORECASE
)
# What is markup at the beginning of a line: headings, small print, lists.
_BEGINNING = re.compile(r"^(\s*)(?:([#+-])(?=[#\s]|$)|(\d{1,20})([.)])(?=\s|$))", re.MULTILINE)
_CALLS = re.compile(r"@(?=everyone|here)|<(?=[@#:/a-z])", re.IGNORECASE)


def escape(text: str) -> str:
    """Text from outside as markdown in one line: it mentions nobody, is no markup and no link."""
    return _escaped(outside(text))


def outside(text: str) -> str:
    """Text from outside in one line, without what would turn it round; "" where nothing of it would be seen."""
    line = " ".join(bare(safe(text, isolates=False)).split())
    return line if visible(line) else ""


def _escaped(text: str) -> str:
    """``text`` with a backslash before what would be markup; its moments become timestamps, its commands mentions."""
    return shown(text, _quiet, _code)


def _quiet(text: str) -> str:
    quiet = _BEGINNING.sub(_begun, _SIGNS.sub(r"\\\g<0>", text))
    return re.sub(r"@(?=everyone|here)", f"@{JOINER}", quiet, flags=re.IGNORECASE)


def _begun(found: re.Match[str]) -> str:
    blank, sign, number, end = found.groups()
    return f"{blank}\\{sign}" if sign else f"{blank}{number}\\{end}"


def _code(text: str) -> str:
    """``text`` within code, where nothing is markup but the end of it, and no mention may stand for the API."""
    return _CALLS.sub(rf"\g<0>{JOINER}", told(text).replace("`", "\u02cb"))


# --- links -----------------------------------------------------------------------------------------

# Astral symbols and the common emoji below them, with what joins and colours them: in the text of a link they keep it
# from being one (https://github.com/discord/discord-api-docs/issues/7673).
_PICTURES = (
    "\U0001f000-\U0001fbff\u231a\u231b\u23e9-\u23f3\u2600-\u27bf\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\ufe0f\u20e3"
)
_EMOJI = re.compile(rf"[{_PICTURES}][\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f]*")
_ASIDE = re.compile(rf"[\s{_PICTURES}\ufe0e\u200d\U000e0020-\U000e007f]*")
_SCHEME = re.compile(r"(?:https?|discord)://", re.IGNORECASE)
# Symbols that may be shown as emoji, and are none with a backslash.
_SYMBOLS = re.compile("[©®‼⁉™ℹ↔-↙↩↪⌨⏏Ⓜ▪▫▶◀◻-◾⤴⤵〰〽㊗㊙]")


def link(text: str, url: str, *tags: str, most: int = ADDRESS) -> Runs:
    """``text`` within ``tags``, and a link where ``url`` is a web address of at most ``most`` characters.

    Discord refuses links whose text is an address or holds an emoji: schemes are dropped, and emoji stand beside.
    """
    good = web_url(url, most)
    if not good:
        return (Run(text, tags),) if text else ()
    before, inner, after = _aside(text)
    named = link_text(inner)
    if not visible(named):
        return (Run(text, tags), Run(" ", tags), Run("↗", (*tags, f"]({good})"))) if text else ()
    runs = (Run(before, tags), Run(named, (*tags, f"]({good})")), Run(after, tags))
    return tuple(run for run in runs if run.text)


def _aside(text: str) -> tuple[str, str, str]:
    """``text`` without the emoji at its beginning and end, between those."""
    start, end = (found.end() if (found := _ASIDE.match(way)) else 0 for way in (text, text[::-1]))
    start = start if _EMOJI.search(text[:start]) else 0
    end = len(text) - (end if _EMOJI.search(text[len(text) - end :]) else 0)
    return text[:start], text[start:end], text[max(start, end) :]


def link_text(text: str) -> str:
    """``text`` without what keeps the text of a link from being one."""
    return re.sub(rf"{_EMOJI.pattern}\s*", "", _SCHEME.sub("", without(text)))


def web_url(url: str, most: int = ADDRESS) -> str:
    """``url`` as it stands safely in a link and as Discord takes it for a button: http or https, a host with a dot, at
    most ``most`` characters with all that is special as ``%XX``; else "".

    An address with a user's name in it, which may look like another place, is none, nor is one with a port that cannot
    be.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc or port == 0 or parts.netloc.endswith(":"):
        return ""
    if not _HOST.fullmatch(host) or len(url) > most:
        return ""
    place = quote(parts._replace(scheme="", netloc="").geturl(), safe=_KEPT, errors="replace")
    good = f"{parts.scheme}://{host}{f':{port}' if port else ''}{_CALLED.sub('%40', place)}"
    return good if len(good) <= most else ""


_HOST = re.compile(r"[a-z0-9](?:[a-z0-9_-]*\.)+[a-z0-9_-]*[a-z0-9]")
_KEPT = "%/:?#@!$&+,;=-._~"  # not the brackets, quotes and stars that markdown reads
_CALLED = re.compile("@(?=everyone|here)", re.IGNORECASE)


# --- direction and length --------------------------------------------------------------------------


def directed(runs: Runs, *, rtl: bool = False) -> Runs:
    """``runs``, isolated as right-to-left where most of them are: Discord lays every line out from the left.

    ``rtl``: the sentence is ours, in a language written so, whatever it quotes.
    """
    sides = [side for run in runs for c in run.text if (side := unicodedata.bidirectional(c)) in {"L", "R", "AL"}]
    turned = len(sides) - sides.count("L")
    if not turned or not (rtl or turned * 2 > len(sides)):
        return runs
    return (Run("\u200f\u2067"), *runs, Run("\u2069"))


def cut(lines: Iterable[Line], units: int) -> Lines:
    """``lines`` whose :func:`markup` has at most ``units`` units: the last words go, then the last lines."""
    kept: list[Line] = []
    for line in lines:
        if size([*kept, line]) <= units:
            kept.append(line)
            continue
        room = units - size(kept) - 1
        if short := _shorter(line, room):
            kept.append(short)
        break
    return tuple(kept)


def _shorter(line: Line, room: int) -> Line | None:
    """``line`` with as many of its characters as fit into ``room``, None where none do."""
    fits, over = 0, sum(len(run.text) for run in line.runs)
    while over - fits > 1:
        middle = (fits + over) // 2
        fits, over = (middle, over) if size([_start(line, middle)]) <= room else (fits, middle)
    return _start(line, fits) if fits else None


def _start(line: Line, characters: int) -> Line:
    """``line`` with at most ``characters`` of its text, and its isolate closed."""
    kept, room = list[Run](), characters
    for run in line.runs:
        text = shortened(run.text, room) if utf16(run.text) > room else run.text
        kept.append(replace(run, text=text if room > 2 else "…"))
        room -= utf16(run.text)
        if room <= 0:
            break
    opened = any("\u2067" in run.text for run in kept) and not any("\u2069" in run.text for run in kept)
    return replace(line, runs=(*kept, *((Run("\u2069"),) if opened else ())))
