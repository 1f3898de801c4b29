"""Which role the posts of a subscription call."""

from __future__ import annotations

from newsbot.platforms.answers.ordering import label_of
from newsbot.platforms.answers.visit import Visit, brief, line
from newsbot.platforms.views import Reply


async def ping(visit: Visit, text: str, role: str, name: str) -> Reply:
    """The posts of the chat's subscription called ``text`` call the role with the native id ``role`` from now on, or
    nobody where it is ""; ``name`` is the role's."""
    order = await visit.newsdesk.subscribing.ping(visit.asker, text, role)
    what = brief(label_of(visit, order.what, order.label))
    said = visit.words("pinged", what=what, role=brief(name)) if role else visit.words("unpinged", what=what)
    return Reply((line(said),))
