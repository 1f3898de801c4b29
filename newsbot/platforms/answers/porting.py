"""/export and /import: a chat's feeds as OPML."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from newsbot.platforms.answers.visit import Visit, brief, line
from newsbot.platforms.views import Attachment, Reply

NAME = "newsbot.opml"
NAMED = 5  # addresses that were left out


async def export(visit: Visit, text: str) -> Reply:
    """The chat's feeds as a file, for the asker alone."""
    done = await visit.newsdesk.porting.export(visit.asker)
    local = [visit.say("export_local", n=done.local)] if done.local else []
    if not done.feeds:
        return Reply(tuple(local) or (visit.say("export_none"),))
    said, file = (visit.say("exported", n=done.feeds), *local), Attachment(NAME, done.document.encode())
    return Reply(said, private=True, attachment=file)


async def import_(visit: Visit, text: str) -> Reply:
    """Typed without a file: how it is done."""
    visit.newsdesk.subscribing.may(visit.asker)
    return Reply((visit.say("import_how", platform=visit.asker.platform),))


async def take(visit: Visit, load: Callable[[], Awaitable[bytes]]) -> Reply:
    """Subscribe to the feeds of the file that ``load`` fetches, where the asker may."""
    visit.newsdesk.subscribing.may(visit.asker)
    done = await visit.newsdesk.porting.take(visit.asker, await load())
    said = [visit.say("imported", n=done.new, known=done.known)]
    if done.new:
        said.append(visit.say("imported_newest"))
    if done.left:
        said.append(visit.say("imported_left", n=len(done.left)))
    said += [
        line(f"{brief(left.address)} – {visit.words('imported_why', why=left.why)}", "muted")
        for left in done.left[:NAMED]
    ]
    if len(done.left) > NAMED:
        said.append(line("…", "muted"))
    return Reply(tuple(said))
