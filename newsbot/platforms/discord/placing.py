"""Says of an answer which channel or chat it is about, where that is another one than that in which it is read."""

from __future__ import annotations

from dataclasses import replace

from newsbot.locales import Words
from newsbot.platforms.discord.marks import ME
from newsbot.platforms.discord.people import Interaction
from newsbot.platforms.views import Paragraph, Reply, Span

ABOUT_A_CHAT = frozenset({
    "subscribe", "unsubscribe", "subscriptions", "settings", "mutes", "import", "export", "ping", "forgetme",
    "follow", "fo", "fa", "fg", "fm", "ml", "mx", "sa", "sd", "se", "sp", "su", "sv", "sw", "sx", "sz",
})  # fmt: skip
"""The commands and verbs whose answers say "this chat" and "here"."""
CHOSEN_ANYWHERE = frozenset({"forgetme", "fg"})
"""Those of which it is said in any case what they are about: they cannot be taken back."""


def placed(reply: Reply, name: str, words: Words, interaction: Interaction, place: str) -> Reply:
    """``reply`` to the command or verb ``name``, beginning with the name of what it is about where that is a channel at
    ``place`` or the person's own chat."""
    if name not in ABOUT_A_CHAT or not reply.blocks:
        return reply
    named = _named(interaction, place) if place or name in CHOSEN_ANYWHERE else ""
    if not (named or place == ME):
        return reply
    said = words("place_private") if place == ME else words("place_title", place=named)
    return replace(reply, blocks=(Paragraph((Span(said, "muted"),)), *reply.blocks))


def _named(interaction: Interaction, place: str) -> str:
    """ "#library": what is at ``place`` ("" where they are) in the server of the interaction; "" where nobody knows."""
    number = place.rpartition("/")[2] or str(interaction.channel_id or "")
    found = interaction.guild.get_channel_or_thread(int(number)) if interaction.guild and number.isdecimal() else None
    return f"#{found.name}" if found is not None else ""
