"""What stands in an article and is no part of its story: calls to click, credits, bylines, datelines, cookie lines.

A sentence is dropped when it begins like boilerplate and is short, when it holds a phrase that no reporter writes, and
when it is no sentence at all by its form: a heading, code, a list of links. Sentences that merely mention reading,
clicking or cookies stay. What a feed repeats, whatever its words, :mod:`newsbot.domain.digest.refrains` finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from newsbot.domain.digest.datelines import is_byline, without_dateline
from newsbot.domain.digest.phrases import BEGINS, GLUED, HOLDS
from newsbot.domain.digest.sentences import sentences

_SHORT = 200
_BEGINS = re.compile(rf"[\W_]*+(?:{'|'.join(BEGINS.values())})", re.IGNORECASE)
_HOLDS = re.compile("|".join(HOLDS.values()), re.IGNORECASE)
_GLUED = re.compile(rf"(?:(?:{GLUED})\W+)+(?=\S)", re.IGNORECASE)
_TRUNCATED = re.compile(r"\s*(?:\[(?:\.\.\.|…)\]|\(…\)|(?:\.\.\.|…)\s*$).*$")
_WORDISH = re.compile(r"[^\W_]")
_WHOLE = re.compile(r"[.!?…。！？；।۔؟։။][\"'”’»›)\]」』）》】*\d]{0,4}$")
_BRACKETED = re.compile(r"[\[【(][^\[\]()]*[\])】]\W*$")
_LINK = re.compile(r"https?://|\bwww\.\w|\S+@\S+\.\w{2,}")
_CODE = re.compile(r"[{}<>\[\]\\|_=;`$#*^~]|::|\w\(\)|//")
_LETTERS = re.compile(r"[^\W\d_]")
_CODE_SHARE = 0.04  # of a sentence's characters; prose stays under 0.02
_HEADING_WORDS = 11  # a line without a stop at its end that is no longer is a heading, a caption or an item
_ENOUGH = 80  # characters of whole sentences: then what is none is not missed
_MAX_TEXT = 60_000


def clean(text: str, language: str = "", authors: Iterable[str] = ()) -> tuple[str, ...]:
    """The sentences of an article that tell its story, in order: boilerplate dropped, the dateline cut off the first.

    Apart from that cut each is verbatim, white space normalised. Only the first 60,000 characters are read.
    ``authors`` are names whose lone appearance is a byline. A last sentence that the feed cut short ("…", "[...]")
    is kept, without its dots, only when nothing else is left.
    """
    names = {name.casefold().strip() for name in authors}
    found = [_GLUED.sub("", s, count=1) if _GLUED.match(s) else s for s in sentences(text[:_MAX_TEXT], language)]
    kept = [s for s in found if not is_boilerplate(s) and s.casefold() not in names and _WORDISH.search(s)]
    kept = [s for s in kept if not _is_markup(s)] or kept
    if kept:
        kept[0] = without_dateline(kept[0])
    whole = [s for s in kept if not _is_cut_short(s, last=s is kept[-1])]
    if not whole and kept:
        whole = [_TRUNCATED.sub("", kept[0])]
    return tuple(_told(whole))


def is_boilerplate(sentence: str) -> bool:
    """Whether a sentence is an appeal, a credit, a byline, a label: nothing of the story."""
    if len(sentence) <= _SHORT and (_BEGINS.match(sentence) or _BRACKETED.match(sentence) or is_byline(sentence)):
        return True
    return _HOLDS.search(sentence[:2000]) is not None


def _told(kept: Sequence[str]) -> list[str]:
    """Without the headings, captions and items of lists, where there are sentences enough beside them."""
    whole = [s for s in kept if _WHOLE.search(s)]
    if sum(map(len, whole)) < _ENOUGH:
        return list(kept)
    return [s for s in kept if _WHOLE.search(s) or not _is_heading(s)]


def _is_heading(sentence: str) -> bool:
    return sentence[-1] not in ":：" and len(sentence) < 8 * _HEADING_WORDS and sentence.count(" ") < _HEADING_WORDS


def _is_markup(sentence: str) -> bool:
    """Whether it is code, a formula, a table or an address rather than prose."""
    head = sentence[:1000]
    signs = sum(len(match.group()) for match in _CODE.finditer(head))
    linked = _LINK.search(head)
    return (
        (signs > 1 and signs > _CODE_SHARE * len(head))
        or (linked is not None and len(head) < _SHORT)
        or 2 * len(_LETTERS.findall(head)) < len(head) - head.count(" ")
    )


def _is_cut_short(sentence: str, *, last: bool) -> bool:
    return sentence.endswith(("[...]", "[…]", "(…)")) or (last and sentence.endswith(("...", "…")))
