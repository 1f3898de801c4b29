"""Words of a typed topic that ask for news and say nothing of what: "latest news about", Neues zu, 关于…的新闻.

They are left out where other words remain. So are the function words of all languages that we know, not English ones
alone; one that is a word of the news in English ("die", "par", "met") only in the company of another of its language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsbot.domain.analyze.language import is_function_word, languages_with
from newsbot.domain.analyze.segment import normal

_WORDS = """
news latest about regarding concerning updates update headlines articles coverage developments
neues neuigkeiten nachrichten aktuelle aktuelles meldungen über rund
actualité actualités actu actus nouvelles dernières infos propos
noticias noticia últimas sobre acerca novedades notícias notícia novidades
notizie notizia ultime novità riguardo nieuws laatste
новости новость последние свежие об про новини останні
haberleri haberler haber dakika hakkında wiadomości
أخبار اخبار آخر اخر عن حول समाचार खबर खबरें ताज़ा बारे
zu zur am beim aus vor um an im sulla sul nella dans aux
в во ко со обо на за по у من في على إلى الى مع की का के में पर से को पर ने
新闻 新聞 最新 消息 关于 關於 有关 相关 最新消息 资讯 ニュース について に関する 뉴스 소식 관련
"""
_FILLERS = frozenset(normal(word) for word in _WORDS.split())
_SMALL = frozenset({"new", "recent", "recently", "breaking", "today", "all", "any", "everything", "anything"})
"""That ask for news too, unless they are typed with a capital."""

_AMBIGUOUS = frozenset({
    "die", "con", "met", "par", "plus", "come", "sur", "over", "under", "per", "den", "han", "pas", "net", "sin",
    "son", "van", "men", "ile", "dan", "pro", "var", "est", "sua", "ve", "sta",
})  # fmt: skip
_BEFORE = re.compile("^(?:关于|關於|有关|有關|最新|的|之)+")
_AFTER = re.compile(
    "(?:的|相关|相關|有关|最新|新闻|新聞|消息|报道|報道|资讯|動態|动态|に関する|について|の|ニュース|뉴스|소식|관련)+$"
)


def idle(words: Sequence[str]) -> list[bool]:
    """For each of a topic's plain ``words``, whether it only asks for news."""
    small = [word.lower() if word == word.lower() else "" for word in words]
    company = [languages_with(word) for word in small]
    return [
        normal(word) in _FILLERS or own in _SMALL or is_function_word(own) or _foreign(own, at, company)
        for at, (word, own) in enumerate(zip(words, small, strict=True))
    ]


def bared(piece: str) -> str:
    """A piece of a run without blanks, without what asks for news at its ends: 的新闻 is nothing; "" then."""
    return _AFTER.sub("", _BEFORE.sub("", piece))


def _foreign(word: str, at: int, company: Sequence[Sequence[str]]) -> bool:
    """Whether a word that is typed in small letters is a function word of another language than English."""
    own = set(company[at])
    if not own or word not in _AMBIGUOUS:
        return bool(own)
    return any(own.intersection(codes) and "en" not in codes for n, codes in enumerate(company) if n != at)
