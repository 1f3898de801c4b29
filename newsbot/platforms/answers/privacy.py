"""/privacy and /forgetme."""

from __future__ import annotations

from newsbot.newsdesk.asking import by
from newsbot.platforms.actions import short
from newsbot.platforms.answers.visit import Visit, heading
from newsbot.platforms.views import Button, Reply


async def privacy(visit: Visit, text: str) -> Reply:
    """What is kept about the chat and the person, and the numbers that they are known by."""
    keys = ("privacy_chat", "privacy_you", "privacy_leave")
    shared = "no" if visit.asker.chat_kind == "private" else "yes"
    said = [visit.say(key, platform=visit.asker.platform, shared=shared) for key in keys]
    said.append(visit.say("privacy_numbers", chat=str(visit.asker.chat), you=by(visit.asker)))
    return Reply((heading(visit.words("privacy_title")), *said))


async def forgetme(visit: Visit, text: str) -> Reply:
    """Ask whether all that is stored about the chat shall go."""
    visit.newsdesk.forgetting.may(visit.asker)
    yes = Button(visit.words("forget_button"), short("fg"), style="danger")
    no = Button(visit.words("cancel_button"), short("su"))
    return Reply((visit.say("forget_ask", platform=visit.asker.platform),), buttons=((yes, no),))


async def press_forget(visit: Visit, arguments: tuple[str, ...]) -> Reply:
    """Forget the chat, after the question."""
    await visit.newsdesk.forgetting.forget(visit.asker)
    return Reply((visit.say("forgotten"),), edit=True, forgotten=True)
