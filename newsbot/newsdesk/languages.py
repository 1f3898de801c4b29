"""The languages that there are, by their codes of two letters."""

from __future__ import annotations

from collections.abc import Sequence

from newsbot.domain.analyze.language import base

# ISO 639-1: https://www.loc.gov/standards/iso639-2/php/code_list.php
_WRITTEN = """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
    eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv
    ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne
    ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st
    su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu yue
"""
_CODES = frozenset(_WRITTEN.split())


def is_language(code: str) -> bool:
    """Whether ``code`` ("en", "pt-BR") names a language; Cantonese, which has three letters, is one too."""
    return base(code) in _CODES


def spoken(tag: str, languages: Sequence[str]) -> str:
    """Which of ``languages`` ("pt", "zh") answers a client's BCP 47 ``tag`` ("pt-BR", "zh-hans-cn"): the longest
    beginning of the tag (https://www.rfc-editor.org/rfc/rfc4647#section-3.4); "" when none does."""
    parts = tag[:35].lower().replace("_", "-").split("-")
    tries = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((wanted for wanted in tries if wanted in languages), "")
