"""/export and /import: a chat's feeds as OPML."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from newsbot.platforms.answers.visit import Visit, line
from newsbot.platforms.views import Attachment, Reply

NAME = "newsbot.opml"


async def export(visit: Visit, text: str) -> Reply:
    """The chat's feeds as a file, for the asker alone."""
    document, count = await visit.newsdesk.porting.export(visit.asker)
    if not count:
        return Reply((visit.say("export_none"),))
    return Reply((visit.say("exported", n=count),), private=True, attachment=Attachment(NAME, document.encode()))


async def import_(visit: Visit, text: str) -> Reply:
    """Typed without a file: how it is done."""
    visit.newsdesk.subscribing.may(visit.asker)
    return Reply((visit.say("import_how"),))


async def take(visit: Visit, load: Callable[[], Awaitable[bytes]]) -> Reply:
    """Subscribe to the feeds of the file that ``load`` fetches, where the asker may."""
    visit.newsdesk.subscribing.may(visit.asker)
    done = await visit.newsdesk.porting.take(visit.asker, await load())
    said = [visit.say("imported", n=done.new, known=done.known)]
    if done.left:
        said.append(line(visit.words("imported_left", n=done.left), "muted"))
    return Reply(tuple(said))
