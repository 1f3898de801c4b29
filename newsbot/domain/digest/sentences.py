"""Text to sentences, in any script, in time linear in the text.

A sentence is the white-space-normalised text between two ends. An end is a terminator that what stands around it
does not explain otherwise: an abbreviation, an initial, a decimal, an ordinal, or a question inside a quotation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLOSERS = "\"'”’»›)\\]」』）》】"
_OPENERS = "\"'“‘«‹„(\\[¿¡`「『（《【*•–—-"

# A run of terminators, tried once a run (hence the look-behind), with the quotes and brackets that close behind it.
# Western ones need white space behind them; the others end a sentence by themselves.
_END = re.compile(
    rf"(?<![.!?…])[.!?…؟۔।։።]++[{_CLOSERS}]*+(?=\s|$)"
    r"|(?<![。！？｡!?…])(?:[。！？｡]|…(?=…))[。！？｡!?…]*+[」』”’）》】\"]*+"
    r"|\[(?:\.\.\.|…)\]|\(…\)"
    # Scraped pages lose the blank ("media.The union", "delay.A photo") and turn quotes to marks ("assets.?Sand mafia").
    rf"|(?<=[a-zà-ÿа-яё)]{{2}})[.?!](?:[{_CLOSERS}?]{{1,2}}(?=[\"“‘?]?[A-ZА-ЯÀ-Ý])|(?=[A-ZА-ЯÀ-Ý][^\W\d_]{{0,30}}[\s,’']))"
)
_NEXT = re.compile(rf"\s*[{_OPENERS}]*\s?(\S{{1,30}})")
_LAST_WORD = re.compile(r"[^\s(\[\"“«„]{1,30}$")
_WORD = re.compile(r"[^\W\d_]+")
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}$")
_LETTER_CASE = re.compile(r"[A-ZА-Я]")


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that are followed by a dot and then go on, whatever comes next.
_GOES_ON = _set(
    "mr mrs ms messrs dr prof st mt ft sen rep reps gov gen lt col capt sgt maj adm cmdr rev hon pres supt det cpl pvt "
    "fr sr sra srta srs dra ud uds lic ing mme mlle mgr me mm dipl hr hrn fürst frl "
    "op cit cf vs v viz approx ca circa bzw vgl sog ggf evtl inkl exkl z geb gest str tel abs "
    "г гг им ул пл тов акад проф доц см рис стр обл просп респ св инж ген полк гр"
)
# Words that are followed by a dot and go on when a figure comes next.
_BEFORE_FIGURE = _set(
    "no nos nr núm núms num pág págs pp vol art fig figs ch sec "
    "jan feb mar apr jun jul aug sep sept oct nov dec ene abr ago dic janv févr avr juil sept déc"
)
_RUSSIAN_YEAR = re.compile(r"\d\s*гг?$")
# Words that are followed by a dot and end the sentence only when a word that begins sentences comes next.
_MAY_END = _set(
    "inc corp co ltd llc llp plc bros jr esq ph.d etc al est ave blvd rd u.s u.k u.n e.u d.c ee.uu usw ff et "
    "тыс млн млрд трлн руб коп долл т.д т.п др пр т.е т.к н.э cía s.a"
)
_CLOCK = frozenset({"a.m", "p.m"})
_AFTER_CLOCK = _set(
    "monday tuesday wednesday thursday friday saturday sunday et est edt pt pst pdt ct cst cdt gmt utc bst cet ist "
    "eastern pacific central local january february march april may june july august september october november "
    "december jan feb mar apr jun jul aug sep sept oct nov dec"
)
_GERMAN_MONTHS = _set("januar februar märz april mai juni juli august september oktober november dezember")
_STARTERS = _set(
    "the a an this that these those he she it they we i you his her its their our my in on at for but and so if when "
    "while after before since as by from with there here what who how why where not no one some many most more all "
    "according however meanwhile officials police "
    "der die das ein eine er sie es wir ich im am in auf für aber und wenn nach vor seit mit von zu bei als auch "
    "el la los las un una en por para pero y si cuando según con de su sus esta este "
    "le les un une des il elle ils nous dans pour mais et si selon avec sur au aux ce cette "
    "он она они мы я в на по но и если когда после до при с со из для как это этот эта что также"
)
_MAX_LINE_OF_WRAPPED = 90


def sentences(text: str, language: str = "") -> tuple[str, ...]:
    """Split ``text`` into its sentences, white space normalised, empty ones left out.

    ``language`` (an ISO 639-1 code) only adds rules; without it the text is split as well as its script allows.
    """
    joined = _unwrap(text) if "\n" in text else text
    return tuple(
        sentence
        for line in joined.splitlines()
        for piece in _pieces(line, language)
        if (sentence := " ".join(piece.split()))
    )


def _unwrap(text: str) -> str:
    """Make a paragraph a line: a line break inside a sentence of hard-wrapped text becomes a blank."""
    lines = [line.strip() for line in text.splitlines()]
    filled = sorted(len(line) for line in lines if line)
    wrapped = len(filled) > 3 and filled[len(filled) // 2] > 45 and filled[-1] <= _MAX_LINE_OF_WRAPPED
    out: list[str] = []
    for before, line in zip(["", *lines], lines, strict=False):
        goes_on = line[:1].islower() and before[-1:] not in ".!?…。！？:;"
        if out and before and line and (goes_on or (wrapped and len(before) > 45)):
            out[-1] += " " + line
        else:
            out.append(line)
    return "\n".join(out)


def _pieces(line: str, language: str) -> Iterator[str]:
    cased = _LETTER_CASE.search(line) is not None
    start = 0
    for end in _END.finditer(line):
        if _ends(line, start, end, language, cased=cased):
            yield line[start : end.end()]
            start = end.end()
    yield line[start:]


def _ends(line: str, start: int, end: re.Match[str], language: str, *, cased: bool) -> bool:
    mark = end.group()
    if mark[0] in "。！？｡[(" or end.end() == len(line):
        return True
    if line[end.start() - 1] == ",":  # the stop of a quotation that lost its signs: "involved in it,? he said"
        return False
    following = _NEXT.match(line, end.end())
    word = following.group(1) if following else ""
    if cased and word[:1].islower() and not (len(word) > 1 and word[1].isupper()):
        return False
    if mark[0] != "." or mark.startswith(".."):
        return True
    return _dot_ends(line[max(start, end.start() - 30) : end.start()], word, language)


def _dot_ends(before: str, word: str, language: str) -> bool:
    """Whether a single dot between ``before`` and the next ``word`` ends a sentence."""
    match = _LAST_WORD.search(before)
    last = match.group().lower() if match else ""
    begins = _WORD.match(word)
    follower = begins.group().lower() if begins else ""
    if last in _CLOCK:
        return follower not in _AFTER_CLOCK
    if last in _GOES_ON or (last in _BEFORE_FIGURE and word[:1].isdigit()):
        return _RUSSIAN_YEAR.search(before) is not None
    if len(last) == 1 and last.isalpha() and last != "i":
        return follower in _STARTERS and len(word) > 1 and word[1] != "." and last not in {"v", "m", "d"}
    if last in _MAY_END or _DOTTED.match(last):
        return follower in _STARTERS
    if last.isdigit() and len(last) <= 3 and (language.startswith("de") or follower in _GERMAN_MONTHS):
        return follower in _STARTERS
    return True
