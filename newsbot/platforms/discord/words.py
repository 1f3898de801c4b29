"""The commands' names and descriptions, out of our catalogues, in each language that Discord's clients speak.

Discord has no Arabic: there, and in every language that the bot does not speak, English is shown.
https://discord.com/developers/docs/reference#locales
"""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as At

from newsbot.locales import Words, spoken
from newsbot.platforms.discord.directory import key_of_command, key_of_option

ENGLISH = discord.Locale.american_english.value
KEY = "key"
"""What a text that is not found by its place carries its catalogue's key under."""

Json = dict[str, Any]


class Catalogues(app_commands.Translator):
    """Says what a command, an option or a choice is called in a language, and what it is for."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """The text at ``context`` in the language of ``locale``; None where the bot does not speak it."""
        language = spoken(locale.value)
        return Words(language)(string.extras.get(KEY) or key_of(context)) if language else None


def key_of(context: app_commands.TranslationContextTypes) -> str:
    """The catalogue's key of a text: a name is discord_cmd_subscribe or discord_opt_when wherever it stands, a choice
    discord_choice_7d. What a command is for is told by its whole name, discord_cmd_channel_subscribe_help, and what an
    option is for by the command's, discord_opt_ping_topic_help, where it has a word of its own for it."""
    data: Any = context.data
    match context.location:
        case At.command_name | At.group_name:
            return f"discord_cmd_{data.name}"
        case At.command_description | At.group_description:
            return key_of_command(str(data.qualified_name))
        case At.parameter_name:
            return f"discord_opt_{data.name}"
        case At.parameter_description:
            return key_of_option(data.command.name, data.name)
        case _:
            return f"discord_choice_{data.value}"


def spelled_out(node: Json) -> Json:
    """A command as it is told to Discord, with what is said in English in place of what stands in the code: all but
    the names by which commands and options come back to us, which never change."""
    said = dict(node)
    if english := node.get("description_localizations", {}).get(ENGLISH):
        said["description"] = english
    if "options" in node:
        said["options"] = [spelled_out(option) for option in node["options"]]
    if "choices" in node:
        said["choices"] = [{**each, "name": each["name_localizations"][ENGLISH]} for each in node["choices"]]
    return said
