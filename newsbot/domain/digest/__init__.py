"""Short digests of stories: summary sentences, key facts and sources, every word copied from the tellings."""

from newsbot.domain.digest.boilerplate import clean, is_boilerplate
from newsbot.domain.digest.facts import facts
from newsbot.domain.digest.figures import Figure, figures
from newsbot.domain.digest.refrains import Refrains
from newsbot.domain.digest.sentences import sentences
from newsbot.domain.digest.story import headline, hear, sources, summarise
from newsbot.domain.digest.summary import MAX_SENTENCES, MAX_WORDS, words

__all__ = [
    "MAX_SENTENCES",
    "MAX_WORDS",
    "Figure",
    "Refrains",
    "clean",
    "facts",
    "figures",
    "headline",
    "hear",
    "is_boilerplate",
    "sentences",
    "sources",
    "summarise",
    "words",
]
