"""Telegram's HTML, counted as Telegram counts. Pure.

A text is a sequence of :class:`Run`, each with the tags that stand round it: cut anywhere, it still parses.
https://core.telegram.org/bots/api#html-style
"""

from __future__ import annotations

import html as entities_of
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from urllib.parse import urlsplit

from newsbot.platforms.text import MARKS as MARKS
from newsbot.platforms.text import safe as safe
from newsbot.platforms.text import shortened as shortened
from newsbot.platforms.text import utf16 as utf16
from newsbot.platforms.text import visible as visible

UNITS = 4096  # UTF-16 units of a message, after its entities are parsed
ENTITIES = 100  # of a message
ADDRESS = 2000  # bytes of an address

JOINER = "\u2060"  # no width: what it breaks looks whole, and is neither mention, command nor link
RIGHT_TO_LEFT = "\u200f"

BOLD, ITALIC, UNDERLINE, CODE = "b", "i", "u", "code"


@dataclass(frozen=True, slots=True)
class Run:
    """Some text and the tags round it, the outermost first: ``("b", 'a href="…"')``."""

    text: str
    tags: tuple[str, ...] = ()


Runs = tuple[Run, ...]


def size(runs: Iterable[Run]) -> int:
    """The length of ``runs`` in UTF-16 code units, without their tags."""
    return sum(utf16(run.text) for run in runs)


def entities(runs: Iterable[Run]) -> int:
    """How many entities ``runs`` become: one for each tag that is opened."""
    count, around = 0, tuple[str, ...]()
    for run in runs:
        count += len(run.tags) - _common(around, run.tags)
        around = run.tags
    return count


def markup(runs: Iterable[Run]) -> str:
    """``runs`` as Telegram's HTML."""
    parts: list[str] = []
    around: tuple[str, ...] = ()
    for run in (*runs, Run("")):
        kept = _common(around, run.tags)
        parts += [f"</{tag.partition(' ')[0]}>" for tag in reversed(around[kept:])]
        parts += [f"<{tag}>" for tag in run.tags[kept:]]
        parts.append(_quoted(run.text))
        around = run.tags
    return "".join(parts)


def escape(text: str) -> str:
    """Text from outside as HTML: nothing in it is markup, and nobody is mentioned by it."""
    return _quoted(outside(text))


def plain(markup: str) -> str:
    """What a reader of Telegram's HTML sees."""
    return entities_of.unescape(re.sub(r"<[^<>]*>", "", markup))


def link(text: str, url: str, *tags: str) -> Runs:
    """``text`` within ``tags``, and a link where ``url`` is a web address."""
    good = web_url(url)
    return (Run(text, (f'a href="{_quoted(good)}"', *tags) if good else tags),) if text else ()


def web_url(url: str) -> str:
    """``url`` when Telegram can open it (http or https and a host with a dot, or tg), else "".

    ``tg://user`` is none: it would mention somebody. Nor is an address with a user's name in it, which may look like
    another place, or with a port that cannot be.
    """
    url = url.strip()
    if len(url.encode(errors="replace")) > ADDRESS or not url.isprintable() or re.search(r"[\s\"'<>\\^`{|}]", url):
        return ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if "@" in parts.netloc or port == 0 or parts.netloc.endswith(":"):
        return ""
    if parts.scheme == "tg":
        return url if host and host != "user" else ""
    return url if parts.scheme in {"http", "https"} and _HOST.fullmatch(host) else ""


_HOST = re.compile(r"[^\W_](?:[\w-]*\.)+[\w-]*\w")


# --- text from outside -----------------------------------------------------------------------------

_CALLS = r"[@#](?=\w)|\$(?=[A-Z]|1INCH)|(?<![A-Za-z0-9_/])/(?=([A-Za-z0-9_]+))"
_NUMBERS = r"(?<=[0-9])\.(?=[0-9]+\.[0-9]+\.[0-9])"  # four numbers are a machine's address
_SIGNS = re.compile(_CALLS)
_SIGNS_AND_LINKS = re.compile(f"{_CALLS}|{_NUMBERS}" + r"|:(?=//)|(?<=\S)\.(?=[^\W\d_]{2})")
_QUOTED = re.compile("[“„«「].*[”“»」]", re.DOTALL)


def outside(text: str) -> str:
    """Text from outside in one line, that mentions nobody, commands nothing, links nowhere and turns nothing round;
    "" where nothing of it would be seen."""
    line = " ".join(safe(text, isolates=False).split())
    return defused(line) if visible(line) else ""


def defused(text: str) -> str:
    """``text`` in which Telegram finds no mention, hashtag, link or command."""
    return "".join(run.text for run in disarmed((Run(text),)))


def disarmed(runs: Runs, commands: Collection[str] = (), *, own: bool = False) -> Runs:
    """The same for ``runs`` side by side, but for our ``commands``, and for what stands as code, to be copied.

    ``own``: a sentence of ours, in which addresses stay whole, so that they can be copied too; but what it quotes, from
    its first quotation mark to its last, is from outside.
    """
    text = "".join(run.text for run in runs)
    quoted = _QUOTED.search(text) if own else None
    first, last = quoted.span() if quoted else (len(text), len(text))
    signs = [sign.end() for sign in (_SIGNS if own else _SIGNS_AND_LINKS).finditer(text) if sign[1] not in commands]
    if quoted:
        signs = sorted({*signs, *(sign.end() for sign in _SIGNS_AND_LINKS.finditer(text, first, last))})
    kept, start = list[Run](), 0
    for run in runs:
        end = start + len(run.text)
        within = [start, *(at for at in signs if start < at <= end and CODE not in run.tags), end]
        parts = [text[left:right] for left, right in pairwise(within)]
        kept.append(replace(run, text=JOINER.join(parts)))
        start = end
    return tuple(kept)


# --- direction and length --------------------------------------------------------------------------


def directed(runs: Runs, *, rtl: bool = False) -> Runs:
    """``runs``, led by a mark where they are right-to-left but begin with a left-to-right word.

    Clients take a line's direction from its first letter. ``rtl``: the sentence is ours, in a language written so.
    """
    sides = [side for run in runs for c in run.text if (side := unicodedata.bidirectional(c)) in {"L", "R", "AL"}]
    if not sides or sides[0] != "L":
        return runs
    turned = len(sides) - sides.count("L")
    return (Run(RIGHT_TO_LEFT), *runs) if turned and (rtl or turned * 2 > len(sides)) else runs


def cut(runs: Runs, units: int = UNITS, most: int = ENTITIES) -> Runs:
    """``runs`` in at most ``units`` UTF-16 units and ``most`` entities: then the last words go, or their tags."""
    room, kept = units, list[Run]()
    for run in runs:
        if utf16(run.text) > room or not room:
            kept.append(replace(run, text=shortened(run.text, room)) if room > 2 else Run("…"[:room]))
            break
        kept.append(run)
        room -= utf16(run.text)
    return _thinned(kept, most)


def _thinned(runs: Sequence[Run], most: int) -> Runs:
    count, around, kept = 0, tuple[str, ...](), list[Run]()
    for run in runs:
        opened = len(run.tags) - _common(around, run.tags)
        fits = count + opened <= most
        kept.append(run if fits else Run(run.text))
        count, around = (count + opened, run.tags) if fits else (count, ())
    return tuple(kept)


def _common(left: Sequence[str], right: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False)))


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
