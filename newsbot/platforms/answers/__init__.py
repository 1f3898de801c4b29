"""The answers to commands and presses, a file for each group: what the Newsdesk found, put into words and buttons."""

from __future__ import annotations

from collections.abc import Mapping

from newsbot.platforms.answers import (
    explaining,
    forms,
    lessons,
    mutes,
    ordering,
    porting,
    privacy,
    reading,
    running,
    searching,
    settings,
    topics,
    welcome,
    withdrawing,
)
from newsbot.platforms.answers.visit import Handler, Press

HANDLERS: Mapping[str, Handler] = {
    "start": welcome.start,
    "subscribe": ordering.subscribe,
    "unsubscribe": ordering.unsubscribe,
    "follow": topics.follow,
    "unfollow": topics.unfollow,
    "subscriptions": ordering.subscriptions,
    "topics": topics.topics,
    "search": searching.search,
    "latest": reading.latest,
    "digest": reading.digest,
    "settings": settings.settings,
    "mutes": mutes.mutes,
    "sources": running.sources,
    "why": explaining.why,
    "export": porting.export,
    "import": porting.import_,
    "privacy": privacy.privacy,
    "forgetme": privacy.forgetme,
    "feeds": running.feeds,
    "status": running.status,
    "reload": running.reload,
    "pause": running.pause,
    "resume": running.resume,
    "retract": withdrawing.retract,
}
"""What answers each command, by name; /help, which needs the table itself, is the desk's."""

PRESSES: Mapping[str, Press] = {
    "ak": welcome.press_ask,
    "su": ordering.press_list,
    "sd": ordering.press_open,
    "sp": ordering.press_pause,
    "sw": ordering.press_when,
    "sx": ordering.press_remove,
    "sz": ordering.press_remove_all,
    "sa": ordering.press_restore,
    "tp": topics.press_page,
    "tt": topics.press_list,
    "fo": topics.press_follow,
    "fa": topics.press_anyway,
    "un": topics.press_unfollow,
    "tl": reading.press_topic_latest,
    "s": searching.press_page,
    "st": reading.press_story,
    "so": reading.press_sources,
    "lk": reading.press_like,
    "mo": reading.press_more,
    "dr": reading.press_rest,
    "se": settings.press_open,
    "sv": settings.press_set,
    "fm": forms.press_open,
    "ml": mutes.press_list,
    "mm": mutes.press_menu,
    "mu": mutes.press_mute,
    "mx": mutes.press_unmute,
    "sl": running.press_sources,
    "fl": running.press_feeds,
    "fg": privacy.press_forget,
    "up": lessons.press_good,
    "dn": lessons.press_bad,
    "le": lessons.press_list,
    "lw": lessons.press_leave_out,
    "lx": lessons.press_allow,
    "lu": lessons.press_undo,
    "wy": explaining.press_why,
    "ww": explaining.press_way,
    "da": running.press_again,
    "dd": running.press_drop,
    "dp": withdrawing.press_ask,
    "dq": withdrawing.press_delete,
    "dk": withdrawing.press_keep,
    "wr": withdrawing.press_retract,
}
"""What answers each button, by its verb; ``c``, which carries a command, is the desk's. Verbs stay as they are: old
posts carry them."""

KEPT = frozenset({"sa"})
"""Verbs that are believed only from our own memory, since they name things that the presser may not."""
