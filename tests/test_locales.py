"""The code and the catalogues agree: no sentence is missing or left over, every pattern is sound in its language."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icu4py.messageformat import MessageFormat

from newsbot.domain.schedule import WEEKDAYS
from newsbot.locales import FALLBACK, Words, catalogue, is_rtl, languages, own_name, spoken

ROOT = Path(__file__).parent.parent / "newsbot"
SAYING = {"words", "say", "BadRequest", "Forbidden", "NotFound", "tell_admins"}
ENGLISH = catalogue(FALLBACK)
TRANSLATED = [language for language in languages() if language != FALLBACK]

# https://www.unicode.org/cldr/charts/48/supplemental/language_plural_rules.html, for whole numbers; "other" is always
# written, for fractions. "many" is for whole millions in Spanish and Portuguese: "1.000.000 de noticias".
CATEGORIES = {
    "en": {"one", "other"}, "de": {"one", "other"}, "es": {"one", "many", "other"}, "pt": {"one", "many", "other"},
    "hi": {"one", "other"}, "zh": {"other"}, "ru": {"one", "few", "many", "other"},
    "ar": {"zero", "one", "two", "few", "many", "other"},
}  # fmt: skip
# Told twice, so that a language may bend it or have ICU write it.
TWICE = {"weekday": "day"}


# --- patterns ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Argument:
    """``{name, kind, …}`` of a pattern: its variants by their selectors, or its style."""

    name: str
    kind: str = ""
    style: str = ""
    variants: Mapping[str, str] = field(default_factory=dict)


def parts(pattern: str) -> Iterator[str | Argument]:
    """A pattern's text and arguments; those inside of variants are left in them."""
    at = 0
    while (start := pattern.find("{", at)) >= 0:
        if start > at:
            yield pattern[at:start]
        at = closing(pattern, start) + 1
        name, _, rest = (text.strip() for text in pattern[start + 1 : at - 1].partition(","))
        kind, _, style = (text.strip() for text in rest.partition(","))
        chooses = kind in {"select", "plural"}
        yield Argument(name, kind, "" if chooses else style, dict(variants(style)) if chooses else {})
    if at < len(pattern):
        yield pattern[at:]


def closing(pattern: str, start: int) -> int:
    depth = 0
    for at in range(start, len(pattern)):
        depth += {"{": 1, "}": -1}.get(pattern[at], 0)
        if not depth:
            return at
    raise ValueError(pattern)


def variants(style: str) -> Iterator[tuple[str, str]]:
    at = 0
    while (start := style.find("{", at)) >= 0:
        end = closing(style, start)
        yield style[at:start].strip(), style[start + 1 : end]
        at = end + 1


def arguments(pattern: str) -> Iterator[Argument]:
    """Every argument of a pattern, however deep."""
    for part in parts(pattern):
        if isinstance(part, Argument):
            yield part
            for variant in part.variants.values():
                yield from arguments(variant)


def text(pattern: str) -> str:
    """What a pattern says in all its variants."""
    said = (part if isinstance(part, str) else " ".join(map(text, part.variants.values())) for part in parts(pattern))
    return " ".join(said)


def known_to(language: str) -> set[str]:
    """The plural categories that ICU uses for whole numbers of a language."""
    every = MessageFormat("{n, plural, zero {zero} one {one} two {two} few {few} many {many} other {other}}", language)
    return {every.format({"n": n}) for n in (*range(300), 1_000_000)}


# --- the code and English ----------------------------------------------------------------------------


def trees() -> Iterator[tuple[Path, ast.AST]]:
    for path in ROOT.rglob("*.py"):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def said() -> set[str]:
    """Keys that the code says outright."""
    calls = (node for _, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Call))
    keys = (node.args[0] for node in calls if called(node) in SAYING and node.args)
    return {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}


def mentioned() -> tuple[set[str], set[str]]:
    """Every string in the code, and what f-strings begin with: a key may travel before it is said."""
    whole, beginnings = set(), set()
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                beginnings.add(str(node.values[0].value))
    for path in ROOT.rglob("static/*"):
        if path.suffix in {".js", ".html"}:
            whole |= set(re.findall(r"[a-z][a-z0-9_]+", path.read_text(encoding="utf-8")))
    return whole, {b for b in beginnings if len(b) > 2}


def test_every_sentence_that_the_code_says_is_in_the_catalogue() -> None:
    assert not said() - set(ENGLISH)


def test_no_sentence_is_left_over() -> None:
    whole, beginnings = mentioned()
    short = {word for word in whole if f"web_{word}" in ENGLISH}  # the page's script leaves "web_" out
    known = whole | {f"web_{word}" for word in short}
    assert not {key for key in ENGLISH if key not in known and not key.startswith(tuple(beginnings))}


# --- English and the others --------------------------------------------------------------------------


@pytest.mark.parametrize("language", languages())
def test_no_sentence_is_missing_stale_or_there_twice(language: str) -> None:
    lines = (ROOT / "locales" / f"{language}.yaml").read_text(encoding="utf-8").splitlines()
    keys = Counter(found[1] for line in lines if (found := re.match(r"(\w+):", line)))
    assert set(keys) - set(ENGLISH) == set(), "stale: English has them no longer"
    assert set(ENGLISH) - set(keys) == set(), "missing"
    assert {key for key, count in keys.items() if count > 1} == set(), "there twice"


@pytest.mark.parametrize("language", languages())
def test_translations_use_the_same_values_in_the_same_ways(language: str) -> None:
    def used(pattern: str) -> set[str]:
        return {TWICE.get(each.name, each.name) for each in arguments(pattern)}

    def chosen(pattern: str) -> set[tuple[str, str]]:
        return {
            (a.name, v) for a in arguments(pattern) if a.kind == "select" for v in a.variants if a.name not in TWICE
        }

    for key, pattern in catalogue(language).items():
        assert used(pattern) == used(ENGLISH[key]), f"{language}: {key}"
        assert chosen(pattern) == chosen(ENGLISH[key]), f"{language}: {key}"


@pytest.mark.parametrize("language", languages())
def test_plurals_are_complete(language: str) -> None:
    assert known_to(language) | {"other"} == CATEGORIES[language]
    for key, pattern in catalogue(language).items():
        for argument in arguments(pattern):
            if argument.kind == "plural":
                written = {selector for selector in argument.variants if not selector.startswith("=")}
                assert written == CATEGORIES[language], f"{language}: {key}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_left_in_english(language: str) -> None:
    for key, pattern in catalogue(language).items():
        letters = re.sub(r"[\W\d_]", "", text(pattern))
        assert len(letters) < 12 or text(pattern) != text(ENGLISH[key]), f"{language}: {key} is not translated"


SCRIPTS = {"zh": "[\u4e00-\u9fff]", "ru": "[а-яёА-Я]", "ar": "[\u0600-\u06ff]", "hi": "[\u0900-\u097f]"}


@pytest.mark.parametrize("language", SCRIPTS)
def test_every_sentence_is_in_the_script_of_its_language(language: str) -> None:
    for key, pattern in catalogue(language).items():
        words = re.sub(r"https?\S*|/[a-z]+|newsbot|JavaScript|Telegram|Discord", "", text(pattern))
        assert not re.search("[a-zA-Z]{2}", words) or re.search(SCRIPTS[language], words), f"{language}: {key}"


# What people type or find elsewhere, letter for letter: commands, times, operators, parts of addresses.
TYPED = re.compile(
    r"(?<![\w/])/[a-z]+\b|https?://|\b\d\d:\d\d\b|\b\d+[hdw]\b|\b(?:instant|hourly|daily|weekly mon)\b(?= \d)"
    r"|\b[a-z]+:[\w*-]+|\b[A-Z][a-z]+/[A-Z][a-z]+|@\w+|\b(?:OPML|OR|Xiaomi EV|JavaScript|newsbot)\b|[👍👎]",
    re.ASCII,
)


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_people_type_is_not_translated(language: str) -> None:
    for key, pattern in catalogue(language).items():
        assert set(TYPED.findall(text(ENGLISH[key]))) <= set(TYPED.findall(text(pattern))), f"{language}: {key}"


# https://core.telegram.org/bots/api#setmyshortdescription, #setmydescription, #botcommand, #forcereply
LIMITS = {"telegram_about": 120, "telegram_description": 512, "help_": 256, "help_detail": 2000, "ask_": 64}


@pytest.mark.parametrize("language", languages())
def test_what_telegram_limits_is_short_enough(language: str) -> None:
    for key, pattern in catalogue(language).items():
        if beginnings := [limit for limit in LIMITS if key.startswith(limit)]:
            assert len(pattern.encode("utf-16-le")) // 2 <= LIMITS[max(beginnings, key=len)], f"{language}: {key}"


@pytest.mark.parametrize("language", languages())
def test_dates_come_from_icu_and_clocks_show_24_hours(language: str) -> None:
    for key, pattern in catalogue(language).items():
        for argument in arguments(pattern):
            if argument.kind in {"date", "time"}:
                assert argument.style.startswith("::"), f"{language}: {key}"
                assert not set(argument.style) & set("jJhKka"), f"{language}: {key}"


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("n", [0, 1, 2, 5, 21, 101])
def test_every_message_comes_out_whole(language: str, n: int) -> None:
    words = Words(language)
    for key, pattern in catalogue(language).items():
        for values in fillings(pattern, n):
            out = words(key, **values)
            assert not re.search(r"[{}#]", out.replace("#{", "")), f"{language}: {key}: {out}"
            assert "  " not in out, f"{language}: {key}: {out}"
            assert out == out.strip() or key.startswith("post_"), f"{language}: {key}: {out}"


def fillings(pattern: str, n: int) -> Iterator[dict[str, object]]:
    """Values for a pattern, once for each variant of each choice."""
    known = {"plural": n, "number": n, "date": datetime(2026, 11, 24, 8, tzinfo=UTC)}
    plain = {a.name: known.get(a.kind, "Ⅹ") for a in reversed(list(arguments(pattern)))}
    choices = [(a.name, v) for a in arguments(pattern) if a.kind == "select" for v in a.variants]
    for name, value in choices or [("", "")]:
        yield {**plain, **{a.name: "other" for a in arguments(pattern) if a.kind == "select"}, name: value}


# --- checked by hand ---------------------------------------------------------------------------------

COUNTED = {
    ("en", "subscriptions_title"): {1: "1 subscription in this chat", 2: "2 subscriptions in this chat"},
    ("ru", "source_articles"): {
        0: "статей пока нет", 1: "1 статья", 2: "2 статьи", 5: "5 статей", 11: "11 статей", 21: "21 статья",
        101: "101 статья", 1002: "1002 статьи",
    },
    ("ru", "period_days"): {1: "последние сутки", 2: "последние 2 дня", 5: "последние 5 дней", 21: "последний 21 день"},
    ("ar", "source_articles"): {
        0: "لا مقالات بعد", 1: "مقال واحد", 2: "مقالان", 5: "5 مقالات", 10: "10 مقالات", 11: "11 مقالًا",
        21: "21 مقالًا", 99: "99 مقالًا", 100: "100 مقال", 101: "101 مقال", 103: "103 مقالات",
    },
    ("ar", "ago_hours"): {1: "قبل ساعة", 2: "قبل ساعتين", 5: "قبل 5 ساعات", 21: "قبل 21 ساعة"},
    ("hi", "sources_failing"): {
        0: "सभी चल रही हैं।", 1: "1 अभी नहीं चल रही है।", 2: "2 अभी नहीं चल रही हैं।", 5: "5 अभी नहीं चल रही हैं।",
        21: "21 अभी नहीं चल रही हैं।", 101: "101 अभी नहीं चल रही हैं।",
    },
    ("zh", "source_articles"): {0: "还没有文章", 1: "1 篇文章", 2: "2 篇文章", 101: "101 篇文章"},
    ("es", "source_articles"): {
        0: "todavía sin artículos", 1: "1 artículo", 2: "2 artículos", 21: "21 artículos",
        1_000_000: "1.000.000 de artículos", 1_000_001: "1.000.001 artículos",
    },
    ("es", "period_hours"): {1: "la última hora", 2: "las últimas 2 horas", 21: "las últimas 21 horas"},
    ("de", "source_articles"): {0: "noch keine Artikel", 1: "1 Artikel", 2: "2 Artikel", 21: "21 Artikel"},
    ("de", "ago_days"): {1: "vor 1 Tag", 2: "vor 2 Tagen", 21: "vor 21 Tagen"},
    ("pt", "source_articles"): {
        0: "ainda sem artigos", 1: "1 artigo", 2: "2 artigos", 21: "21 artigos", 1_000_000: "1.000.000 de artigos",
    },
    ("pt", "sources_failing"): {
        0: "Todos funcionam.", 1: "1 não funciona no momento.", 2: "2 não funcionam no momento.",
        21: "21 não funcionam no momento.",
    },
}  # fmt: skip


@pytest.mark.parametrize(("language", "key"), COUNTED)
def test_plurals_agree_with_their_numbers(language: str, key: str) -> None:
    for n, expected in COUNTED[language, key].items():
        assert Words(language)(key, n=n).replace("\u00a0", "") == expected


def test_a_number_of_its_own_has_words_of_its_own() -> None:
    assert Words()("subscribed_sample", n=0).startswith("New stories come here")
    assert Words("ru")("too_fast", seconds=3) == "Слишком много сразу. Подождите 3 секунды."


DATES = {
    "en": ("24 November 2026", "Tuesday 24 November at 08:05", "every Wednesday at 08:00", "Wednesdays 08:00"),
    "zh": ("2026年11月24日", "11月24日星期二 08:05", "每周三 08:00", "每周三 08:00"),
    "ru": ("24 ноября 2026 г.", "24 ноября (вт) в 08:05", "по средам в 08:00", "По средам 08:00"),
    "ar": (
        "24 نوفمبر 2026", "الثلاثاء، 24 نوفمبر الساعة 08:05", "كل أسبوع يوم الأربعاء الساعة 08:00",
        "كل أسبوع: الأربعاء 08:00",
    ),
    "hi": ("24 नवंबर 2026", "मंगलवार, 24 नवंबर को 08:05 बजे", "हर बुधवार 08:00 बजे", "हर बुधवार 08:00"),
    "es": (
        "24 de noviembre de 2026", "el martes 24 de noviembre a las 8:05", "cada miércoles a las 08:00",
        "Cada miércoles 08:00",
    ),
    "de": (
        "24. November 2026", "Dienstag, 24. November um 08:05 Uhr", "jeden Mittwoch um 08:00 Uhr", "Mittwochs 08:00",
    ),
    "pt": (
        "24 de novembro de 2026", "terça-feira, 24 de novembro às 08:05", "toda quarta-feira às 08:00",
        "Toda quarta 08:00",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", DATES)
def test_dates_read_as_they_are_written_in_the_language(language: str) -> None:
    words, at = Words(language), datetime(2026, 11, 24, 8, 5, tzinfo=UTC)
    weekly = {"at": "08:00", "day": datetime(2026, 11, 25, tzinfo=UTC), "weekday": "wed"}
    told = (words("date", at=at), words("moment", at=at), words("when_weekly", **weekly))
    plain = [re.sub("[\u2068\u2069]", "", each) for each in (*told, words("when_button_weekly", **weekly))]
    assert tuple(each.replace("\u202f", " ") for each in plain) == DATES[language]


@pytest.mark.parametrize("language", languages())
def test_every_day_of_the_week_is_told_apart(language: str) -> None:
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    days = [(monday + timedelta(days=n), name) for n, name in enumerate(WEEKDAYS)]
    for key in ("when_weekly", "when_button_weekly"):
        assert len({Words(language)(key, at="08:00", day=day, weekday=name) for day, name in days}) == 7


def test_days_of_the_week_have_their_gender_in_portuguese() -> None:
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    days = [(monday + timedelta(days=n), name) for n, name in enumerate(WEEKDAYS)]
    told = [Words("pt")("when_weekly", at="08:00", day=day, weekday=name) for day, name in days]
    assert told[0] == "toda segunda-feira às 08:00"
    assert told[5:] == ["todo sábado às 08:00", "todo domingo às 08:00"]


def test_a_date_is_told_by_its_own_clock_wherever_the_bot_runs() -> None:
    script = (
        "from datetime import datetime; from zoneinfo import ZoneInfo; from newsbot.locales import Words;"
        "print(Words('en')('moment', at=datetime(2026, 3, 29, 2, 30, tzinfo=ZoneInfo('Asia/Tokyo'))))"
    )
    for zone in ("America/New_York", "Europe/Berlin"):  # in Berlin the clock skipped that time
        ran = subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, "TZ": zone}, capture_output=True, text=True, check=True
        )
        assert ran.stdout.strip() == "Sunday 29 March at 02:30"


# --- the words ---------------------------------------------------------------------------------------


def test_values_are_not_read_as_patterns() -> None:
    assert "{0, plural}" in Words()("unclear", text="{0, plural} it's")


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"), ("EN-us", "en"), ("zh-hans-cn", "zh"), ("zh_TW", "zh"), (" ru ", "ru"), ("ar-EG", "ar"),
        ("xx-YY", ""), ("", ""), ("-", ""), ("../en", ""), ("en.yaml", ""), ("e", ""), ("zh\n", "zh"),
    ],
)  # fmt: skip
def test_a_language_tag_finds_its_catalogue(tag: str, language: str) -> None:
    assert spoken(tag) == language
    assert Words(tag).language == (language or FALLBACK)


def test_an_unknown_language_speaks_english() -> None:
    assert Words("xx-YY")("never") == "never"


def test_languages_go_by_the_names_that_they_give_themselves() -> None:
    assert (own_name("ru"), own_name("en"), own_name("xx")) == ("Русский", "English", "xx")
    assert len({own_name(language) for language in languages()}) == len(languages())


def test_what_is_put_into_a_sentence_from_right_to_left_does_not_turn_it() -> None:
    assert (is_rtl("ar"), is_rtl("ar-EG"), is_rtl("he"), is_rtl("en"), is_rtl("")) == (True, True, True, False, False)
    assert "«\u2068Xiaomi (SU7)\u2069»" in Words("ar")("followed", topic="Xiaomi (SU7)")
    assert "\u2068" not in Words("ru")("followed", topic="Xiaomi")
    assert Words("ar")("mute_kind", kind="source") == "مصدر"  # what chooses is not shown, and not isolated
    assert Words("ar")("ago_days", n=3) == "قبل 3 أيام"


def test_a_zone_of_the_chat_counts() -> None:
    at = datetime(2026, 12, 31, 20, 30, tzinfo=UTC).astimezone(ZoneInfo("Asia/Tokyo"))
    assert Words()("date", at=at) == "1 January 2027"
