from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.analyze import Analyzer
from newsbot.domain.digest import (
    MAX_SENTENCES,
    MAX_WORDS,
    Refrains,
    clean,
    facts,
    figures,
    headline,
    hear,
    sentences,
    summarise,
    words,
)
from newsbot.domain.models import Article, Reason

ANALYZER = Analyzer()
NOON = datetime(2023, 8, 29, 12, tzinfo=UTC)
XIAOMI = (
    "BEIJING, Aug 29 (Reuters) - Xiaomi's electric car will enter mass production in the first half of 2024, the "
    "company's president Lu Weibing said on Tuesday. Click here to read more. Research and development spending "
    "reached 4.6 billion yuan in the second quarter of 2023, up 21% from a year earlier. The company has 16,834 "
    "people in R&D, 52% of the workforce. Net profit rose to a record $700 million. Xiaomi wants to be among the "
    "top five sellers of electric cars. Lu said the car's development was ahead of plan. Don't miss out! "
    "Subscribe to our newsletter."
)


def article(title: str = "", text: str = "", **more: object) -> Article:
    values = {"id": 1, "feed_id": 1, "source": "The Courier", "language": "en"} | more
    return Article(title=title, text=text, **values)  # type: ignore[arg-type]  # the table above is typed by eye


def flat(text: str) -> str:
    return " ".join(text.split())


# --- sentences ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Mr. Smith met J. K. Rowling. It cost $3.5 million.",
            ["Mr. Smith met J. K. Rowling.", "It cost $3.5 million."],
        ),
        ("The U.S. Army said so at 5 p.m. Friday. Then it left.", 2),
        ('"What?" he asked. "Nothing," she said.', ['"What?" he asked.', '"Nothing," she said.']),
        ("Yahoo! said no. Apple Inc. shares rose 3.2%.", ["Yahoo! said no.", "Apple Inc. shares rose 3.2%."]),
        (
            "小米发布财报。卢伟冰说：“我们会进前五！”增长21%。",
            ["小米发布财报。", "卢伟冰说：“我们会进前五！”", "增长21%。"],
        ),
        ("В 2024 г. траты выросли до 4,6 млрд юаней. А. С. Пушкин родился в Москве.", 2),
        ("Это было в 2023 г. Компания живёт в г. Москва.", 2),
        ("She won the No. 1 seed. He said no. The end came on Aug. 29.", 3),
        ("¿Qué pasó? ¡Nada! El Sr. Pérez llegó a EE.UU. en 2024.", 3),
        ("Am 3. Oktober feiert Berlin. Dr. Müller kam mit.", 2),
        ("Le P.-D.G. est parti… Il ne reviendra pas. M. Dupont le remplace.", 3),
        ("It hit social media.The union was forced to retreat.", 2),
        ("A 13-hour delay.A photo shows it.”The man ran. Node.js and Booking.com stay.", 4),
        ("What is needed in it,? he said. مصر تعلن. هل وصلت؟ نعم. यह हुआ। वह गया।", 6),
        ("First line\n\nSecond paragraph", 2),
        ("", []),
    ],
)
def test_text_is_cut_where_its_sentences_end(text: str, expected: int | list[str]) -> None:
    found = list(sentences(text))
    assert (len(found) if isinstance(expected, int) else found) == expected


def test_hard_wrapped_lines_are_joined() -> None:
    line = "The committee said on Monday that it would wait for the report before"
    text = "\n".join([line, "it decided. The report is due in March, according to a spokesman who", *[line] * 3])
    assert sentences(text)[0] == line + " it decided."


# --- cleaning ----------------------------------------------------------------------------------------

BOILERPLATE = [
    "Click here to read more.", "Read more: Xiaomi's phones", "Don't miss out!", "Subscribe to our newsletter.",
    "Sign up for our free daily newsletter", "Follow us on Twitter", "By John Smith", "Photo: Reuters",
    "The post Xiaomi's car appeared first on Car News.", "All rights reserved.",
   "We use cookies to improve your visit.",
    "Share this article", "Facebook Twitter WhatsApp", "Advertisement", "5 min read", "Updated: August 29, 2023",
    "点击阅读全文", "责任编辑：李四", "关注我们的公众号", "不要错过！", "Читать далее",
    "Подпишитесь на наш канал", "Фото: ТАСС",
    "Haz clic aquí", "Leer más", "No te lo pierdas", "Suscríbete a nuestro boletín", "Weiterlesen",
   "Lesen Sie auch: Autos",
    "ये भी पढ़ें: कार", "यहां क्लिक करें", "اقرأ أيضا: سيارة", "تابعونا على تويتر", "Leia também: carros", "Clique aqui",
    "続きを読む", "더 보기", "Thanks for reading!", "If you liked this, follow me on Mastodon.", "[allAfrica]",
    "A fox in a park (Image credit: Jo Doe / AP)",
    "If you have any questions, leave a comment below.", "记者：张三", "转载请注明出处", "Siga o canal no WhatsApp",
    "Hier klicken", "Foto: dpa", "Lire aussi : les voitures", "Abonnez-vous à notre newsletter", "Cliquez ici",
]  # fmt: skip
STORY = [
    "People who read more live longer.", "Advertisements for cars fell by 3% last year.",
   "Share prices rose on Monday.",
    "The company uses cookie dough in its new ice cream.", "Images of the crash spread on Monday.",
    "小米汽车将于2024年量产。", "订阅用户增至500万，同比增长三成。", "Autor Daniel Kehlmann hat den Preis gewonnen.",
    "Meta changed its privacy policy after a fine.", "Подробнее о планах рассказал министр в понедельник.",
    "Автомобиль выйдет в 2024 году.", "El coche llegará en 2024.", "Das Auto kommt 2024.", "Terms were not disclosed.",
    "By 2024 the company will sell cars.", "Follow-up talks are set for Friday.",
   "Closed factories will reopen in May.",
]  # fmt: skip


@pytest.mark.parametrize("line", BOILERPLATE)
def test_boilerplate_is_dropped(line: str) -> None:
    assert clean(f"The firm sold more cars than ever.\n{line}") == ("The firm sold more cars than ever.",)


def test_headings_code_and_tables_are_no_sentences_unless_there_is_nothing_else() -> None:
    prose = "The committee met on Monday and agreed on a new plan for the old harbour of the town."
    text = f"What comes next\n{prose}\nSELECT * FROM books WHERE title LIKE '%x%';\nIt costs $5 million.\nThe Plan"
    assert clean(text) == (prose, "It costs $5 million.")
    assert clean("Only a heading") == ("Only a heading",)


def test_what_a_feed_says_in_every_article_is_no_part_of_any() -> None:
    told = [
        article(f"Title {n}", f"The hosts of tonight are known. Harbour {n} was opened by {n + 2} ministers.", id=n)
        for n in range(6)
    ]
    refrains = Refrains()
    assert summarise(told[:1], ANALYZER, refrains=refrains).summary[0] == "The hosts of tonight are known."
    hear(told, refrains)
    assert summarise(told[:1], ANALYZER, refrains=refrains).summary == ("Harbour 0 was opened by 2 ministers.",)
    elsewhere = article("Title", told[0].text, feed_id=2)
    assert summarise([elsewhere], ANALYZER, refrains=refrains).summary[0] == "The hosts of tonight are known."


@pytest.mark.parametrize("line", STORY)
def test_a_sentence_of_the_story_stays(line: str) -> None:
    assert clean(f"{line}\nThe firm sold more cars than ever.")[0] == line


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("BEIJING, Aug 29 (Reuters) - Xiaomi said it would start.", "Xiaomi said it would start."),
        ("МОСКВА, 29 авг — РИА Новости. Компания сообщила об этом.", "Компания сообщила об этом."),
        ("新华社北京8月29日电（记者 张三）小米集团今日发布财报，收入增长。", "小米集团今日发布财报，收入增长。"),
        ("Madrid, 29 ago (EFE).- El Gobierno anunció la medida.", "El Gobierno anunció la medida."),
        ("[Ghanaian Times] The embassy has answered the reports.", "The embassy has answered the reports."),
        ("Nairobi -- Pilots have warned of fatigue.", "Pilots have warned of fatigue."),
        ("Paris (AFP) – Le gouvernement a dit oui.", "Le gouvernement a dit oui."),
        ("Berlin (dpa) - Die Regierung hat das gesagt.", "Die Regierung hat das gesagt."),
        ("Apple – the maker of phones – said it would.", "Apple – the maker of phones – said it would."),
    ],
)
def test_a_dateline_is_cut_and_nothing_else(text: str, first: str) -> None:
    assert clean(text)[0] == first


def test_what_the_feed_cut_short_is_left_out() -> None:
    assert clean("The firm sold cars. It also said that it [...] Continue reading") == ("The firm sold cars.",)
    assert clean("The firm said that it would…") == ("The firm said that it would",)


# --- figures and facts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "values"),
    [
        ("It spent 4.6 billion yuan in 2023, up 21%.", ["4.6 billion yuan", "in 2023", "21%"]),
        ("A record profit of $700 million, €3.2bn and £5m.", ["$700 million", "€3.2bn", "£5m"]),
        (
            "It has 16,834 R&D staff, 52 per cent of 32,000 people.",
            ["16,834 R&D staff", "52 per cent", "32,000 people"],
        ),
        ("It rose by 21 percentage points to be among the top five.", ["21 percentage points", "the top five"]),
        ("研发支出46亿元，同比增长21%，研发人员16834人。", ["46亿元", "21%", "16834人"]),
        ("Расходы — 4,6 млрд юаней, 16 834 человека.", ["4,6 млрд юаней", "16 834 человека"]),
        ("El gasto fue de 4.600 millones de yuanes, un 21 %.", ["4.600 millones de yuanes", "21 %"]),
        ("Der Gewinn stieg auf 3,2 Milliarden Euro.", ["3,2 Milliarden Euro"]),
        ("Les ventes atteignent 4,6 milliards d'euros.", ["4,6 milliards d'euros"]),
        ("Five people were killed.", ["Five people"]),
        ("88% is left at minus 20 degrees, or at −20 degrees.", ["88%", "minus 20 degrees", "−20 degrees"]),
        ("A 20 grados bajo cero, de 10–20 casas.", ["20 grados bajo cero", "20 casas"]),
        ("It sold 526,409, against 484,507 for the other company.", ["484,507 for the other company"]),
        ("GnuPG 2.1 discourages it; the wall is 2.1 metres high; 96,000 came through.", ["2.1 metres"]),
        ("بلغت الأرباح 700 مليون دولار بزيادة 21%، وقتل 12 شخصا.", ["700 مليون دولار", "21%", "12 شخصا"]),
        ("मुनाफा 4.6 अरब रुपये रहा, 21 प्रतिशत की बढ़ोतरी, 16,834 कर्मचारी।", ["4.6 अरब रुपये", "21 प्रतिशत", "16,834 कर्मचारी"]),
        ("売上高は4600億円、21%増、従業員1万6834人。", ["4600億円", "21%", "1万6834人"]),
        ("O lucro foi de R$ 4,6 bilhões, com 16.834 funcionários.", ["R$ 4,6 bilhões", "16.834 funcionários"]),
        ("The 5 ways to win: Boeing 737 jets, an RS485 bus, page 12 shows; call 555-123-4567.", []),
        (
            "On Tuesday 12 people died and in the EU 27 people did; 15 shops closed.",
            ["12 people", "27 people", "15 shops"],
        ),
        ("The 5G phone v2.3.1 has an A4 chip; they won 3-2.", []),
    ],
)
def test_figures_are_found_as_written(sentence: str, values: list[str]) -> None:
    assert [figure.value for figure in figures(sentence)] == values


def test_money_comes_before_percentages_counts_and_dates() -> None:
    found = facts(["In 2024, 30 cars and 21% cost $5 million."])
    assert [fact.value for fact in found] == ["$5 million", "21%", "30 cars", "In 2024"]


def test_what_the_summary_says_comes_before_what_it_does_not_and_bare_years_only_alone() -> None:
    told = ["It was founded in 1995.", "It sold 40 cars.", "It sold 50 vans.", "By 2024 it will sell 60 boats."]
    found = [fact.value for fact in facts(told, shown=["It sold 50 vans."], year=2023)]
    assert found == ["50 vans", "40 cars", "60 boats", "By 2024"]
    assert [fact.value for fact in facts(told[:1], year=2023)] == ["in 1995"]


def test_two_figures_spelled_out_are_two_facts() -> None:
    assert len(facts(["Five people were killed.", "Nine people were hurt."])) == 2


def test_a_figure_written_twice_is_one_fact() -> None:
    assert len(facts(["It cost $5 million.", "The $5 million came from a bank."])) == 1


# --- the digest of a story ---------------------------------------------------------------------------


def test_the_xiaomi_story_keeps_every_figure_of_its_source() -> None:
    digest = summarise([article("Xiaomi's car on track for 2024", XIAOMI, published=NOON)], ANALYZER)
    shown = " ".join([*digest.summary, *(fact.value for fact in digest.facts)])
    for figure in ("4.6 billion yuan", "21%", "16,834", "52%", "$700 million", "2024"):
        assert figure in shown
    assert digest.summary[0].startswith("Xiaomi's electric car will enter mass production")
    assert "Click" not in shown
    assert "miss out" not in shown


def test_a_story_told_by_several_names_each_site_once_with_its_newest_address() -> None:
    told = [
        article("A", XIAOMI, url="https://www.courier.example/1", published=NOON + timedelta(hours=1)),
        article("B", "Short.", id=2, source="Volt", feed_id=2, url="https://volt.example/2", published=NOON),
        article("C", "Again.", id=3, url="https://courier.example/3", published=NOON + timedelta(hours=3)),
    ]
    digest = summarise(told, ANALYZER, reasons=[Reason("Xiaomi EV")], updated=NOON)
    assert [(s.name, s.url) for s in digest.sources] == [
        ("The Courier", "https://courier.example/3"),
        ("Volt", "https://volt.example/2"),
    ]
    assert digest.headline == "A"
    assert digest.published == NOON
    assert digest.updated == NOON
    assert digest.reasons == (Reason("Xiaomi EV"),)


def test_the_best_text_in_the_first_one_s_language_gives_the_summary() -> None:
    told = [
        article("Short", "Xiaomi will build a car."),
        article("Lang", "Das ist ein sehr langer Text. " * 40, id=2, source="Blatt", feed_id=2, language="de"),
        article("Long", XIAOMI, id=3, source="Volt", feed_id=3, image="https://volt.example/car.jpg"),
    ]
    digest = summarise(told, ANALYZER)
    assert digest.summary[0].startswith("Xiaomi's electric car")
    assert digest.image == "https://volt.example/car.jpg"
    assert len(digest.sources) == 3


def test_a_correction_by_the_same_site_replaces_what_it_corrects() -> None:
    told = [
        article("A", "The fire killed 12 people in the old harbour.", url="https://courier.example/1"),
        article("A", "The fire killed 13 people in the old harbour.", id=2, url="https://courier.example/2"),
    ]
    assert summarise(told, ANALYZER).summary == ("The fire killed 13 people in the old harbour.",)


HALDEN = "Halden Cells has opened a plant for sodium-ion batteries at Kestrel Bay, which cost 310 million crowns. "
CORRECTIONS = [
    (
        "en",
        HALDEN + "It is meant to make 40 gigawatt-hours of batteries a year.",
        "Correction: the plant will make 4 gigawatt-hours a year, not 40",
        "In our report we gave its output as 40 gigawatt-hours. That was wrong. It makes 4 gigawatt-hours.",
        "40",
        "4 gigawatt-hours",
    ),
    (
        "en",
        HALDEN + "It has 1,200 workers.",
        "Halden Cells opens its plant",
        "An earlier version of this article misstated the workforce. The plant has 420 workers, not 1,200.",
        "1,200",
        "420 workers",
    ),
    (
        "de",
        "Halden Cells hat am Montag ein Werk für Batterien eröffnet. Es beschäftigt 1.200 Mitarbeiter.",
        "Korrektur: Neues Werk von Halden Cells",
        "Wir hatten die Zahl der Stellen mit 1.200 Mitarbeitern angegeben. Richtig ist: Es sind 420 Mitarbeiter.",
        "1.200",
        "420 Mitarbeiter",
    ),
    (
        "es",
        "Halden Cells abrió el lunes una planta de baterías. La planta costó 310 millones de euros.",
        "Corrección: la planta de Halden Cells",
        "La planta costó 31 millones de euros, y no 310 millones de euros como publicamos.",
        "310",
        "31 millones de euros",
    ),
    (
        "ru",
        "Компания открыла завод батарей в понедельник утром. На заводе работают 1200 человек.",
        "Поправка: завод батарей",
        "Ранее сообщалось, что на заводе работают 1200 человек. На самом деле там работают 420 человек.",
        "1200",
        "420 человек",
    ),
    (
        "zh",
        "公司周一启用了新的电池工厂。工厂有员工1200人。",
        "更正：电池工厂员工人数",
        "此前报道称工厂有员工1200人，应为420人。工厂有员工420人。",
        "1200",
        "420人",
    ),
]


@pytest.mark.parametrize(("language", "first", "title", "text", "wrong", "right"), CORRECTIONS)
def test_a_figure_that_a_correction_takes_back_is_gone_and_the_right_one_leads(
    language: str, first: str, title: str, text: str, wrong: str, right: str
) -> None:
    told = [
        article(first, first, url="https://volt.example/1", language=language),
        article(title, text, id=2, url="https://courier.example/2", language=language),
    ]
    digest = summarise(told, ANALYZER)
    values = [fact.value for fact in digest.facts]
    assert values[0] == right
    assert not any(value.startswith(wrong) for value in values)
    assert not any(re.search(rf"(?<![\d.]){re.escape(wrong)}(?! como)", s) for s in digest.summary if right not in s)
    assert len(digest.sources) == 2


def test_a_figure_that_comes_after_the_correction_or_in_a_text_that_corrects_nothing_stays() -> None:
    told = [
        article("A", "The plant makes 40 tonnes of glass a day in its old halls.", url="https://volt.example/1"),
        article("Correction", "It makes 4 tonnes a day, not 40 tonnes as we wrote.", id=2, url="https://c.example/2"),
        article(
            "C", "From May the plant will make 40 tonnes of glass a day, it said.", id=3, url="https://d.example/3"
        ),
    ]
    assert [fact.value for fact in summarise(told, ANALYZER).facts][:2] == ["4 tonnes", "40 tonnes"]
    wrongly = ["He was wrongly convicted of stealing $5 million.", "We reported 40 shops in May."]
    assert len(summarise([article("A", " ".join(wrongly))], ANALYZER).facts) == 3


def test_a_title_without_a_text_has_no_summary_and_a_text_without_a_title_a_headline() -> None:
    alone = summarise([article("Xiaomi builds a car")], ANALYZER)
    assert (alone.headline, alone.summary, alone.facts) == ("Xiaomi builds a car", (), ())
    untitled = summarise([article("", XIAOMI)], ANALYZER)
    assert untitled.headline.startswith("Xiaomi's electric car")
    assert untitled.headline.endswith("said on Tuesday.")
    assert untitled.summary
    assert not any(sentence.startswith("Xiaomi's electric car") for sentence in untitled.summary)


def test_an_untitled_text_is_headed_by_its_first_sentence_and_goes_on_with_the_next() -> None:
    digest = summarise([article("", "What a day! The ferry reached the harbour at noon, and all were well.")], ANALYZER)
    assert digest.headline == "What a day!"
    assert digest.summary == ("The ferry reached the harbour at noon, and all were well.",)
    long = "The ferry reached the harbour " + "after a long night on the water " * 8 + "at noon."
    digest = summarise([article("", long)], ANALYZER)
    assert digest.headline.endswith("…")
    assert digest.summary == (long,)


def test_the_summary_does_not_repeat_the_headline() -> None:
    text = "Xiaomi builds an electric car in Beijing. The first one will be sold in 2024, the company said on Tuesday."
    digest = summarise([article("Xiaomi builds an electric car in Beijing", text)], ANALYZER)
    assert digest.summary == ("The first one will be sold in 2024, the company said on Tuesday.",)


@pytest.mark.parametrize(
    ("title", "cleaned"),
    [
        ("Xiaomi builds a car - The Courier", "Xiaomi builds a car"),
        ("Xiaomi builds a car | The Courier", "Xiaomi builds a car"),
        ("Xiaomi builds a car - and more", "Xiaomi builds a car - and more"),
        ("  Xiaomi\n builds ", "Xiaomi builds"),
    ],
)
def test_a_headline_loses_its_site_s_name(title: str, cleaned: str) -> None:
    assert headline(title, "The Courier") == cleaned


def test_a_single_overlong_sentence_is_cut_after_a_clause() -> None:
    text = "The firm said, " + "and said again and again, " * 40 + "that it builds cars."
    (only,) = summarise([article("Title", text)], ANALYZER).summary
    assert words(only) <= MAX_WORDS
    assert only in text
    assert only.endswith("again")


def test_a_chinese_summary_counts_characters_for_words() -> None:
    text = "小米集团总裁卢伟冰周二表示，小米汽车将于二零二四年上半年量产，目标不变。" * 8
    digest = summarise([article("小米", text, language="zh")], ANALYZER)
    assert digest.summary
    assert sum(len(s) for s in digest.summary) / 1.7 <= MAX_WORDS + 3


@pytest.mark.parametrize(
    "text", ["." * 10**6, "a. " * 300_000, "1," * 500_000, "。" * 10**6, "x" * 10**6, "\n" * 10**6, "$1 m " * 200_000]
)
def test_a_megabyte_of_anything_takes_bounded_time(text: str) -> None:
    start = time.perf_counter()
    summarise([article("Title", text)], ANALYZER)
    assert time.perf_counter() - start < 5


TEXTS = st.text() | st.lists(
    st.sampled_from(
        ["Xiaomi", "$5m", "21%", "said", "。", ".", "\n", "“", "小米", "в 2024 г.", "the", "1,000 cars", "!", "…"]
    )
).map(" ".join)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, st.sampled_from(["", "en", "de", "zh", "ru"])), min_size=1, max_size=3))
def test_every_word_of_a_digest_stands_in_a_source(told: list[tuple[str, str, str]]) -> None:
    articles = [
        Article(number, number, f"feed {number}", title, text, language=language)
        for number, (title, text, language) in enumerate(told)
    ]
    digest = summarise(articles, ANALYZER)
    sources = [flat(one.text) for one in articles]
    assert all(any(sentence in source for source in sources) for sentence in digest.summary)
    assert len(digest.summary) <= MAX_SENTENCES
    assert sum(map(words, digest.summary)) <= MAX_WORDS
    for fact in digest.facts:
        assert fact.value in fact.sentence
        assert any(fact.sentence in source for source in sources)


@settings(max_examples=50, deadline=None)
@given(TEXTS)
def test_splitting_loses_nothing_but_white_space(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_broken_surrogates_and_nul_do_no_harm() -> None:
    digest = summarise([article("\ud800\x00", "Broken \ud83d text \x00 here. More of it \udc00.")], ANALYZER)
    assert digest.summary
