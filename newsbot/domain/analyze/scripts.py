"""Which characters make words, and how: classes for regular expressions, by script."""

from __future__ import annotations

HAN = "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
HIRAGANA = "\u3040-\u309f"
HANGUL = "\uac00-\ud7af"
UNSPACED = HAN + HIRAGANA + HANGUL
"""Written without blanks, or (Hangul) with particles glued on: overlapping pairs of characters are its words."""

KATAKANA = "\u30a0-\u30ff\u31f0-\u31ff"
"""Japanese for foreign words and names: a run of it is one word."""

DICTIONARY = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Thai, Lao, Burmese, Khmer: no blanks between words; ICU's dictionaries part them."""

MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    "\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0980-\u0dff\u00ad\u200c\u200d"
)
"""Not letters to Python, yet inside words: accents, vowel signs, joiners, the soft hyphen."""

WORD = rf"(?:[^\W_{UNSPACED}{KATAKANA}{DICTIONARY}]|[{MARKS}])"
"""One character of a word that blanks set apart, in a folded text."""
