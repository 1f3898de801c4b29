"""Words become keys that mean the same everywhere, whatever is thrown at the analyzer."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.analyze import Analyzer, detect

ANALYZER = Analyzer()

WORDS = st.sampled_from(
    [
        "Xiaomi's",
        "electric-cars",
        "élections",
        "SU7",
        "C++",
        "AT&T",
        "$TSLA",
        "COVID-19",
        "U.S.",
        "4.6",
        "1,000",
        "Ёлка",
        "электромобилей",
        "café",
        "naïve",
        "Größe",
        "İstanbul",
        "ıssız",
        "ΟΔΟΣ",
        "Ὀδυσσεύς",
        "小米汽车SU7",
        "トヨタ",
        "삼성전자가",
        "السيارات",
        "สวัสดีชาวโลก",
        "कारें",
        "l'auto",
        "d’euros",
        "ﬁnance",
        "Ⅷ",
        "½",
        "🚗",
        "…",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=80),
    st.lists(WORDS, max_size=8).map(" ".join),
    st.text(alphabet=st.characters(codec=None), max_size=40),
)


def keys(text: str) -> list[str]:
    return ANALYZER.keys(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("электромобили", "электромобиль"),
        ("электромобилей", "электромобиль"),
        ("батарей", "батарея"),
        ("Россией", "России"),
        ("autos", "auto"),
        ("cars", "car"),
        ("recalling", "recalled"),
        ("Russians", "Russian"),
        ("GPUs", "GPU"),
        ("A.I.", "AI"),
        ("réseaux", "réseau"),
        ("elezioni", "elezione"),
        ("companies", "company"),
        ("Xiaomi's", "Xiaomi"),
        ("Xiaomi’s", "xiaomi"),
        ("EVs", "EV"),
        ("السيارات", "سيارة"),
        ("Batterien", "Batterie"),
        ("Fahrzeugen", "Fahrzeug"),
        ("coches", "coche"),
        ("elecciones", "elección"),
        ("eléctricos", "eléctrica"),
        ("milhões", "milhão"),
        ("électriques", "électrique"),
        ("voitures", "voiture"),
        ("बैटरियों", "बैटरी"),
        ("solid-state", "solid state"),
        ("GPT-4", "GPT4"),
        ("e-bikes", "ebike"),
        ("１０００", "1,000"),
        ("4,6", "4.6"),
        ("l'auto", "auto"),
        ("Ёлка", "елка"),
    ],
)
def test_inflections_and_spellings_of_a_word_meet(one: str, other: str) -> None:
    assert keys(one) == keys(other) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tor", "store"),
        ("EV", "event"),
        ("AI", "said"),
        ("car", "care"),
        ("plan", "plane"),
        ("police", "policy"),
        ("new", "news"),
        ("us", "U.S."),
        ("universe", "university"),
        ("Fed", "feed"),
        ("C", "C++"),
        ("net", ".NET"),
        ("Porto", "port"),
        ("кот", "который"),
    ],
)
def test_strangers_stay_apart(one: str, other: str) -> None:
    assert not set(keys(one)) & set(keys(other))


@pytest.mark.parametrize("name", ["SU7", "C++", "5G", "$TSLA", "AT&T", "R&D", ".NET", "4.6", "H1N1", "C#", "10:30"])
def test_names_numbers_and_symbols_stay_whole(name: str) -> None:
    assert keys(f"so {name}, they say")[1] == name.lower()


def test_every_part_of_a_chinese_compound_can_be_found() -> None:
    whole = keys("小米汽车SU7发布")
    for part in ("小米", "汽车", "小米汽车", "汽车SU7", "发布", "小米汽车SU7发布"):
        phrase = ANALYZER.phrase(part)
        assert any(tuple(whole[at : at + len(phrase)]) == phrase for at in range(len(whole))), part


def test_links_are_no_words() -> None:
    assert keys("see https://example.org/cars?x=1 or (www.example.com)") == ["see", "or"]


def test_tokens_know_where_they_stand_in_the_original_text() -> None:
    text = "Xiaomi’s SU7 — the ﬁrst “E-Auto” 小米 für 4,6 Mrd. €, cafe\u0301s"
    for token in ANALYZER.tokens(text):
        assert text[token.start : token.end] == token.text
    assert [t.text for t in ANALYZER.tokens(text)][:3] == ["Xiaomi", "SU7", "the"]
    assert ANALYZER.tokens(text)[-1].text == "cafe\u0301s"


def test_an_article_shows_its_own_words() -> None:
    article = ANALYZER.article("Xiaomi’s Electric Cars", "The cars roll off the line.", "en-GB")
    assert article.language == "en"
    assert article.surface(article.positions["electric"][0], 2) == "Electric Cars"
    assert article.surface(article.positions["roll"][0]) == "roll"
    assert article.positions["car"] == [2, article.body + 1]


@settings(max_examples=50, deadline=None)
@given(TEXTS)
def test_no_text_raises_and_keys_have_no_case_and_no_blanks(text: str) -> None:
    for token in ANALYZER.tokens(text):
        assert text[token.start : token.end] == token.text
        assert token.key
        assert token.key == token.key.strip().casefold()  # which for Cherokee means capitals
        assert not any(map(str.isspace, token.key))
    assert [t.key for t in ANALYZER.tokens(text)] == keys(text)
    ANALYZER.article(text, text, text[:5])


@settings(max_examples=50, deadline=None)
@given(st.lists(WORDS, max_size=8).map(" ".join))
def test_case_normal_form_and_blanks_change_nothing(text: str) -> None:
    assert keys(text.upper()) == keys(text) == keys(text.lower())
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert keys(unicodedata.normalize(form, text)) == keys(text)
    assert keys("\n\t " + text.replace(" ", " \u3000\r\n\xa0") + " ") == keys(text)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=40))
def test_any_text_has_the_same_keys_composed_and_decomposed(text: str) -> None:
    assert keys(unicodedata.normalize("NFC", text)) == keys(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [
        ("The maker of phones is to build cars, and it said that they will be ready", "", "en"),
        ("The maker of phones is to build cars, and it said that they will be ready", "de", "en"),
        ("Der Hersteller wird die Autos nach einem Bericht auch in Europa verkaufen", "", "de"),
        ("Le constructeur va vendre des voitures dans les pays de la région", "", "fr"),
        ("El fabricante anunció que las ventas del coche en los países", "", "es"),
        ("A fabricante disse que as vendas não são mais uma prioridade para o país", "", "pt"),
        ("小米汽车将于2024年量产", "", "zh"),
        ("小米汽车将于2024年量产", "en", "zh"),
        ("トヨタは電気自動車を発表した", "", "ja"),
        ("삼성전자가 발표했다", "", "ko"),
        ("Компания сообщила, что выпуск начнется после нового года", "", "ru"),
        ("Компанія повідомила, що випуск почнеться", "", "uk"),
        ("أعلنت الشركة عن سيارة كهربائية", "", "ar"),
        ("Xiaomi SU7", "sv-SE", "sv"),
        ("Xiaomi SU7", "", ""),
        ("4.6 🚗", "", ""),
    ],
)
def test_the_language_comes_from_script_words_and_hint(text: str, hint: str, language: str) -> None:
    assert detect(text, hint) == language
