"""Which articles tell one story: online, in order of arrival, in bounded time however many are stored.

An article is reduced to its :class:`Features`. The :class:`StoryIndex` keeps those of recent stories with the document
frequencies of their keys; it finds the few stories that share the article's rarest keys, weighs the evidence for each
(TF-IDF over the first 250 words, the leads, names, figures, time) by a logistic, and names the likeliest one above a
threshold. Two events of one kind share common words and no names; two tellings share the rare ones.
"""

from newsbot.domain.cluster.features import Features, features
from newsbot.domain.cluster.index import MOST_STORIES, WINDOW, StoryIndex

__all__ = ["MOST_STORIES", "WINDOW", "Features", "StoryIndex", "features"]
