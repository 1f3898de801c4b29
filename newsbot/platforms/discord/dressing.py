"""What Discord makes of the desk's answers: its own commands in them, forms to type in, looking again, showing to all,
and why nothing comes."""

from __future__ import annotations

from dataclasses import replace

from discord import InteractionType

from newsbot.locales import Words
from newsbot.platforms import actions
from newsbot.platforms.actions import Memory, short
from newsbot.platforms.discord import aim, modals
from newsbot.platforms.discord.aim import Asked
from newsbot.platforms.discord.message import ME, Key
from newsbot.platforms.discord.people import Interaction, may_write
from newsbot.platforms.discord.placing import placed
from newsbot.platforms.discord.spelling import Ids, spelled
from newsbot.platforms.discord.voice import Said, is_alone
from newsbot.platforms.views import Button, Entry, Form, Paragraph, Reply, Span

_INNER = 50  # bytes of an action that another one carries
_EXAMPLES = {"follow": "Xiaomi EV", "search": "battery -tesla"}


class Dressing:
    """Dresses answers. ``memory`` keeps what is too long for a button; ``ids`` are the commands'."""

    def __init__(self, memory: Memory, ids: Ids) -> None:
        self._memory = memory
        self._ids = ids

    async def said(self, interaction: Interaction, asked: Asked, reply: Reply, words: Words, place: str) -> Said:
        """The answer to ``asked`` as it is said to an interaction; its buttons act at ``place``."""
        form = reply.form or (asking(reply.ask, asked, words) if reply.ask in aim.PROMPTS else None)
        if interaction.type is InteractionType.modal_submit:  # Discord opens no form in answer to one
            form = None
        data = modals.modal(form, place=place) if form else None
        share = await self._share(interaction, asked, reply, words) if not place else None
        private = place == ME or (not place and is_alone(interaction))
        dressed = await self.dressed(asked, reply, words, shared=not private)
        return Said(placed(dressed, asked.name, words, interaction, place), words, place, share, form=data)

    async def dressed(self, asked: Asked, reply: Reply, words: Words, *, shared: bool = False) -> Reply:
        """The answer with what else can be done with it, wherever it is read; ``shared``: it is about a channel."""
        rows = list(reply.buttons)
        wanted = asked.name if reply.error and not asked.rest else reply.ask
        if wanted in aim.PROMPTS:
            rows.append((Button(words(f"welcome_{wanted}_button"), short("ak", wanted), style="primary"),))
        if query := aim.query_of(asked):
            again = await actions.pack(self._memory, "ak", "search", query)
            rows.append((Button(words("search_again_button"), again),))
        if asked.name in aim.SETTINGS and any(b.action.startswith("se:") for row in rows for b in row):
            rows.append((Button(words("settings_form_button"), short("fm"), style="primary"),))
        return spelled(replace(reply, buttons=tuple(rows)), words, shared=shared, ids=self._ids)

    async def _share(self, interaction: Interaction, asked: Asked, reply: Reply, words: Words) -> Key | None:
        if not aim.is_to_show(asked, reply) or not may_write(interaction):
            return None
        verb, *arguments = asked.action
        inner = await actions.pack(self._memory, verb, *arguments)
        if len(inner.encode()) > _INNER:
            inner = await actions.keep(self._memory, verb, *arguments)
        return Key(words("share_button"), f"{aim.SHARE}:{inner}")

    def closed(self, reply: Reply, words: Words) -> Reply:
        """``reply``, and that the person takes no private messages, with what helps."""
        again = Button(words("dm_again_button"), aim.DOOR, style="primary")
        said = Paragraph((Span(words("dm_closed")),))
        return replace(reply, blocks=(*reply.blocks, said), buttons=(*reply.buttons, (again,)))

    def open(self, words: Words) -> Reply:
        """That they do now."""
        return Reply((Paragraph((Span(words("dm_open")),)),), edit=True)

    def shared(self, reply: Reply, name: str, words: Words) -> Reply:
        """``reply``, which is about the channel, as everybody sees it, with who shows it."""
        reply = spelled(reply, words, shared=True, ids=self._ids)
        said = Paragraph((Span(words("shared_by", name=name), "muted"),))
        return replace(reply, blocks=(*reply.blocks, said), edit=False, toast="")


def asking(name: str, asked: Asked, words: Words) -> Form:
    """The form that asks for what to follow or to search for; with what it was before, where it is known."""
    value = asked.rest[1] if asked.name == "ak" and len(asked.rest) > 1 else ""
    entry = Entry(name, words(f"ask_{name}"), value, example=_EXAMPLES[name], needed=True)
    return Form(name, words(f"welcome_{name}_button"), (entry,))
