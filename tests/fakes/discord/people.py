"""People as the test's hands: what they run, type, press, choose, fill in and say."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.fakes.discord import commands_offered, commands_run, drafts, posting
from tests.fakes.discord.commands_offered import refuse
from tests.fakes.discord.errors import Json
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.interactions_shapes import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    GUILD,
    MODAL_SUBMIT,
    Resolved,
    authorizing,
    context,
)
from tests.fakes.discord.modals import Modal, picked
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.places import Channel
from tests.fakes.discord.posts import BUTTON, STRING_SELECT, Message
from tests.fakes.discord.users import User

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer

_LINK = 5


class Person(User):
    """Someone with a Discord client. What their client would not let them do raises
    :class:`~tests.fakes.discord.commands_offered.NotOffered`.
    """

    def __init__(self, dc: DiscordServer, name: str, *, locale: str = "en-US") -> None:
        super().__init__(dc.world, dc.world.ids.next(), name, locale=locale)
        self.dc = dc
        self._chosen: dict[tuple[str, str], list[str]] = {}

    async def runs(self, channel: Channel | None, command: str, /, **options: Any) -> Interaction:
        """Run a slash command ("channel subscribe") in ``channel``; None is the DM with the bot.

        Options are given by name: texts, numbers, booleans, a Channel, Role, Member or person, a choice by its name or
        value, an :class:`~tests.fakes.discord.routes.Upload` as attachment.
        """
        where = self._place(channel)
        line = commands_run.line(self.dc, self, where, command, options)
        owners = authorizing(self, where, line.owners)
        return self.dc.interactions.begin(COMMAND, self, where, owners, line.data)

    async def points(self, message: Message, name: str) -> Interaction:
        """Choose a command in the menu of ``message``, under "Apps", by its name in any language."""
        self._sees(message)
        command = commands_run.pointed(self.dc, message.channel, name, self.locale)
        installed = commands_offered.owners(self.dc, command, self, message.channel)
        data = commands_run.pointing(command, message)
        return self.dc.interactions.begin(
            COMMAND, self, message.channel, authorizing(self, message.channel, installed), data
        )

    async def types(
        self, channel: Channel | None, command: str, /, *, timeout: float = 3, **options: Any
    ) -> list[tuple[str, Any]]:
        """Be at typing the last of ``options``: the (name, value) pairs that the bot suggests for it."""
        where = self._place(channel)
        line = commands_run.line(self.dc, self, where, command, options, typing=list(options)[-1])
        owners = authorizing(self, where, line.owners)
        begun = self.dc.interactions.begin(AUTOCOMPLETE, self, where, owners, line.data, option=line.option)
        await begun.acknowledged(timeout)
        return list(begun.choices or [])

    def offered(self, channel: Channel | None = None) -> dict[str, str]:
        """The slash commands that the client lists there, by their full names in the person's language, and what it
        says about them.
        """
        return commands_offered.offered(self.dc, self, self._place(channel))

    async def presses(self, message: Message, what: str, *, forged: bool = False) -> Interaction:
        """Press the button with this label or custom_id; ``forged``: one that the message has not, with ``what`` as its
        custom_id (an old message, or a bot's user who means harm).
        """
        self._sees(message)
        if forged:
            return await self._pressed(message, {"custom_id": what, "component_type": BUTTON})
        buttons = [each for each in message.buttons if what in (each.label, each.custom_id)]
        if not buttons:
            raise refuse(f"no button {what!r} in {message.labels}")
        button = next((each for each in buttons if not each.disabled), buttons[0])
        if button.disabled or button.style == _LINK:
            raise refuse(f"{what!r} is disabled" if button.disabled else f"{what!r} opens {button.url}")
        return await self._pressed(message, {"custom_id": button.custom_id, "component_type": BUTTON})

    async def picks(self, message: Message, *labels: str, menu: str = "") -> Interaction:
        """Choose the options with these labels or values, in the menu with this custom_id or placeholder (else the
        first that has the first of them). What the menu shows as chosen cannot be chosen again.
        """
        self._sees(message)
        found = self._menu(message, labels, menu)
        if found.get("disabled"):
            raise refuse("the menu is disabled")
        values = picked(found, list(labels))
        self._chooses(message, found, values)
        data = {"custom_id": found["custom_id"], "component_type": STRING_SELECT, "values": values}
        return await self._pressed(message, data)

    async def selects(self, message: Message, *targets: Any) -> Interaction:
        """Choose channels, roles or people in the select of the message that takes them."""
        self._sees(message)
        menu = next((each for each in message.parts if each["type"] in (5, 6, 7, 8)), None)
        if menu is None:
            raise refuse("the message has no such select")
        resolved = Resolved(self.dc, self, message.channel)
        takers: dict[int, Callable[[Any], str]] = {
            5: resolved.user,
            6: resolved.role,
            7: resolved.mentionable,
            8: resolved.channel,
        }
        take = takers[menu["type"]]
        data = {"custom_id": menu["custom_id"], "component_type": menu["type"], "values": [take(x) for x in targets]}
        return await self._pressed(message, data | {"resolved": resolved.json})

    async def submits(self, modal: Modal, values: dict[str, str | list[str]] | None = None) -> Interaction:
        """Fill in the fields with these labels or custom_ids, leave the others as they are, and send it."""
        source = modal.source
        if source.person is not self:
            raise refuse(f"{source.person!r} sees this modal, not {self!r}")
        data = modal.data(values or {})
        return self.dc.interactions.begin(
            MODAL_SUBMIT, self, source.channel, source.owners, data, message=source.message, source=source
        )

    async def says(self, text: str, channel: Channel | None = None) -> Message:
        """Write into ``channel``, None is the DM with the bot: MESSAGE_CREATE goes out."""
        where = self._place(channel)
        may = commands_offered.there(self, where)
        needed = Permission.SEND_MESSAGES_IN_THREADS if where.is_thread else Permission.SEND_MESSAGES
        if needed not in may:
            raise refuse(f"{self!r} may not write in {where!r}")
        return posting.post(self.dc, where, self, drafts.new({"content": text}, {}))

    def loses_dm(self) -> None:
        """From now on the bot is refused in the DM with 50001, until it opens it again:
        https://github.com/discord/discord-api-docs/issues/7666.
        """
        self.dm_lost = True

    def closes_dms(self) -> None:
        """Let nobody write to them who is no friend."""
        self.dms_open = False

    def opens_dms(self) -> None:
        """Let others write to them."""
        self.dms_open = True

    def installs_bot(self) -> None:
        """Add the app to their account: its commands are there wherever they are."""
        self.installed = True

    def uninstalls_bot(self) -> None:
        """Remove it."""
        self.installed = False

    def _place(self, channel: Channel | None) -> Channel:
        if channel is not None:
            return channel
        if self.dm is None and not self.meets_bot:
            raise refuse(f"{self!r} shares no server with the bot and has not installed it")
        return self.world.dm(self)

    def _sees(self, message: Message) -> None:
        """NotOffered when the message is not there for them."""
        if message.deleted or (message.seen_by is not None and message.seen_by is not self):
            raise refuse(f"{self!r} does not see this message")
        commands_offered.there(self, message.channel)

    def _menu(self, message: Message, labels: tuple[str, ...], menu: str) -> Json:
        menus = [each for each in message.parts if each["type"] == STRING_SELECT]
        for each in menus:
            names = [name for option in each["options"] for name in (option["label"], option["value"])]
            if menu in (each["custom_id"], each.get("placeholder")) or (not menu and labels and labels[0] in names):
                return each
        raise refuse(f"no menu with {menu or labels} in {message.labels}")

    def _chooses(self, message: Message, menu: Json, values: list[str]) -> None:
        """NotOffered when the menu shows just that already: the client sends nothing, until the menu is another one,
        by its custom_id (https://github.com/discord/discord-api-docs/issues/4801).
        """
        key = (message.id, str(menu["custom_id"]))
        defaults = [str(each["value"]) for each in menu["options"] if each.get("default")]
        if set(values) == set(self._chosen.get(key, defaults)):
            raise refuse(f"{values} is chosen in this menu already: the client sends nothing")
        self._chosen[key] = values

    async def _pressed(self, message: Message, data: Json) -> Interaction:
        await self._wakes(message.channel)
        channel, made = message.channel, message.interaction or {}
        found = commands_offered.installs(self.dc, self, channel) if context(channel) == GUILD else {0}
        owners = made.get("authorizing_integration_owners") or authorizing(self, channel, found & {0})
        parts = {each.get("custom_id"): each.get("id") for each in message.parts}
        data = {**data, "id": parts.get(data["custom_id"], 1)}
        return self.dc.interactions.begin(COMPONENT, self, channel, owners, data, message=message)

    async def _wakes(self, where: Channel) -> None:
        """Before it tells of a press in an archived thread, the client wakes that (discord-api-docs 8474); in locked
        ones nothing can be pressed (7900), so the bot hears of neither.
        """
        if where.is_thread and where.state.locked:
            raise refuse(f"{where!r} is locked: nothing can be pressed there")
        if where.is_thread and where.state.archived:
            if Permission.SEND_MESSAGES_IN_THREADS not in where.may(self):
                raise refuse(f"{self!r} may not wake {where!r}, which is archived, so the press is never sent")
            await where.set_archived(False)
