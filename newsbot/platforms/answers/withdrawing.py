"""/retract for the bot's admins, and "Delete this post" for those who run the chat; each is asked for once more."""

from __future__ import annotations

from newsbot.domain.models import OutcomeState
from newsbot.newsdesk.explanation import Explanation
from newsbot.newsdesk.naming import address
from newsbot.platforms.actions import short
from newsbot.platforms.answers.telling import UNTITLED
from newsbot.platforms.answers.visit import Usage, Visit, number
from newsbot.platforms.views import Button, Paragraph, Reply, Span


async def retract(visit: Visit, text: str) -> Reply:
    """Ask whether the story of an article, by its address, shall be taken back from every chat."""
    url = address(text)
    if not url:
        raise Usage
    story = await visit.newsdesk.withdrawing.find(visit.asker, url)
    title = Paragraph((Span(story.headline or UNTITLED, "bold"),))
    yes = Button(visit.words("retract_button"), short("wr", story.id), style="danger")
    return Reply((title, visit.say("retract_ask")), buttons=((yes, _keep(visit)),), private=True)


async def press_retract(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """``story``: take it back, after the question."""
    done = await visit.newsdesk.withdrawing.story(visit.asker, number(arguments[0]))
    title = Paragraph((Span(done.story.headline or UNTITLED, "bold"),))
    figures = {"posts": done.posts, "digests": done.digests, "queued": done.queued, "waiting": done.waiting}
    said = [visit.say(f"retracted_{name}", n=n) for name, n in figures.items() if n]
    return Reply((title, visit.say("retracted", n=done.chats), *said), edit=True, private=True)


def delete_button(visit: Visit, found: Explanation) -> tuple[Button, ...]:
    """The way to delete the post that shows a story, for who may; () where there is none."""
    shown = found.outcome
    if not visit.runs or shown is None or shown.state is not OutcomeState.SHOWN or shown.delivery_id is None:
        return ()
    return (Button(visit.words("delete_button"), short("dp", shown.delivery_id)),)


async def press_ask(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """``delivery``: ask whether this post shall go."""
    found = await visit.newsdesk.withdrawing.shown(visit.asker, number(arguments[0]))
    headlines = [story.headline or UNTITLED for story in found.digest.stories]
    title = Paragraph((Span(headlines[0] if headlines else UNTITLED, "bold"),))
    yes = Button(visit.words("delete_yes"), short("dq", found.id), style="danger")
    return Reply((title, visit.say("delete_ask", n=len(headlines))), buttons=((yes, _keep(visit)),), private=True)


async def press_delete(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """``delivery``: delete it, after the question."""
    await visit.newsdesk.withdrawing.post(visit.asker, number(arguments[0]))
    return Reply((visit.say("deleted"),), edit=True, private=True)


def _keep(visit: Visit) -> Button:
    return Button(visit.words("keep_post_button"), short("dk"))


async def press_keep(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Leave the question as it was answered: no."""
    return Reply((visit.say("kept_as_it_was"),), edit=True, private=True)
