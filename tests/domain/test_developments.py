"""What is really new of a story: told in eight languages, and what only looks so."""

from __future__ import annotations

import pytest

from newsbot.domain.developments import development
from newsbot.domain.models import Article

Told = tuple[str, str, str, str, str]
"""The language; the title and text of a first telling; the title and text of a later one."""

NEW: tuple[Told, ...] = (
    (
        "en",
        "Earthquake kills 12 in Peru",
        "A strong earthquake shook Peru on Monday. At least 12 people were killed, officials said.",
        "Death toll in Peru earthquake rises to 40",
        "The number of dead in Peru rose to 40 on Tuesday, officials said.",
    ),
    (
        "en",
        "Ferry sinks off Manila, 8 dead",
        "A ferry sank off Manila. Eight people died.",
        "At least 60 killed as ferry sinks off Manila",
        "Divers found more bodies. At least 60 people were killed when the ferry sank off Manila.",
    ),
    (
        "en",
        "Acme to buy Globex for $4 billion",
        "Acme agreed to buy Globex for $4 billion, the companies said.",
        "Acme calls off $4 billion deal to buy Globex",
        "Acme walked away from its purchase of Globex on Friday.",
    ),
    (
        "en",
        "Acme offers $4 billion for Globex",
        "Acme made an offer.",
        "Acme raises offer for Globex to $5.5 billion",
        "Acme lifted its offer after Globex refused.",
    ),
    (
        "en",
        "Court finds Smith guilty of murder of nurse",
        "A jury found John Smith guilty.",
        "Appeals court overturns Smith murder conviction",
        "The court set John Smith free.",
    ),
    (
        "en",
        "Berlin marathon to start with 40,000 runners",
        "The race begins on Sunday.",
        "Berlin marathon cancelled after storm warning",
        "The organisers called the race off.",
    ),
    (
        "de",
        "Mindestens 5 Tote bei Zugunglück in Bayern",
        "Bei einem Zugunglück in Bayern starben mindestens 5 Menschen.",
        "Zahl der Toten nach Zugunglück in Bayern steigt auf 17",
        "Die Zahl der Toten stieg auf 17.",
    ),
    (
        "de",
        "Konzert von Adele in München erwartet 80.000 Fans",
        "Am Freitag singt Adele in München.",
        "Adele sagt Konzert in München ab",
        "Die Sängerin ist krank.",
    ),
    (
        "es",
        "Un terremoto en Ecuador deja 20 muertos",
        "Al menos 20 muertos dejó el terremoto en Ecuador.",
        "La cifra de muertos por el terremoto en Ecuador asciende a 75",
        "Las autoridades contaron 75 muertos.",
    ),
    (
        "es",
        "El concierto de Shakira en Bogotá será el sábado",
        "Shakira canta en Bogotá.",
        "Cancelado el concierto de Shakira en Bogotá",
        "La cantante está enferma.",
    ),
    (
        "ru",
        "При пожаре в Казани погибли 6 человек",
        "В Казани погибли 6 человек.",
        "Число погибших при пожаре в Казани выросло до 19",
        "Число погибших выросло до 19 человек.",
    ),
    (
        "ru",
        "Компания Яндекс покупает банк Тинькофф",
        "Яндекс договорился о покупке.",
        "Яндекс отменил покупку банка Тинькофф",
        "Сделки не будет.",
    ),
    (
        "zh",
        "四川地震造成10人死亡",
        "四川周一发生地震，造成10人死亡。",
        "四川地震死亡人数升至46人",
        "四川地震死亡人数升至46人，官方说。",
    ),
    (
        "zh",
        "国足与韩国队友谊赛周五举行",
        "国足与韩国队友谊赛周五在北京举行。",
        "国足与韩国队友谊赛取消",
        "友谊赛因大雨取消。",
    ),
    (
        "pt",
        "Enchente no Rio Grande deixa 10 mortos",
        "A enchente deixou 10 mortos.",
        "Sobe para 57 o número de mortos na enchente do Rio Grande",
        "São 57 mortos.",
    ),
    (
        "ar",
        "زلزال في المغرب يخلف 30 قتيلا",
        "خلف الزلزال في المغرب 30 قتيلا.",
        "ارتفاع حصيلة زلزال المغرب إلى 120 قتيلا",
        "قالت السلطات إن 120 قتيلا سقطوا.",
    ),
    (
        "hi",
        "बिहार में नाव डूबने से 8 लोगों की मौत",
        "बिहार में नाव डूबने से 8 लोगों की मौत हो गई।",
        "बिहार नाव हादसे में 25 लोगों की मौत",
        "बिहार में 25 लोगों की मौत हो गई।",
    ),
)
OLD: tuple[Told, ...] = (
    (
        "en",
        "Earthquake kills 12 in Peru",
        "A strong earthquake shook Peru. At least 12 people were killed.",
        "Peru earthquake leaves 14 dead",
        "At least 14 people died.",
    ),
    (
        "en",
        "Acme to buy Globex for $4 billion",
        "Acme agreed to buy Globex.",
        "Acme agrees to $4bn purchase of Globex",
        "Acme buys Globex.",
    ),
    (
        "en",
        "Crash kills 3 on M4",
        "Three people died.",
        "Three dead in M4 crash; 62 killed there since 2010",
        "The crash on the M4 killed three people.",
    ),
    ("en", "Film festival cancelled in Cannes", "It is off.", "Cannes cancels its film festival", "It was called off."),
    (
        "en",
        "Berlin marathon to start",
        "The race begins on Sunday.",
        "Berlin marathon will not be cancelled, organisers say",
        "The race is on.",
    ),
)


@pytest.mark.parametrize(("told", "new"), [*((told, True) for told in NEW), *((told, False) for told in OLD)])
def test_what_has_developed(told: Told, new: bool) -> None:
    language, title, text, later, more = told
    before = Article(1, 1, "A", title, text, "https://a.example/1", language)
    after = Article(2, 2, "B", later, more, "https://b.example/2", language)
    assert (development(after, [before]) is not None) is new
