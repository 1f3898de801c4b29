"""Groups, supergroups with their forum topics, and channels, with their members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.telegram.chats import Chat
from tests.fakes.telegram.errors import ApiError, Json, bad, forbidden
from tests.fakes.telegram.messages import Message
from tests.fakes.telegram.text import Text

if TYPE_CHECKING:
    from tests.fakes.telegram.people import Person
    from tests.fakes.telegram.server import TelegramServer

_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_promote_members",
    "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
)  # fmt: skip
_OF_GROUPS = ("can_pin_messages", "can_manage_topics")
_OF_CHANNELS = ("can_post_messages", "can_edit_messages", "can_manage_direct_messages")
_NAMES = {"group": "group chat", "supergroup": "supergroup chat", "channel": "channel chat"}
GENERAL = 1


@dataclass(slots=True)
class Member:
    """Someone's standing: ``status`` of https://core.telegram.org/bots/api#chatmember, and an admin's rights."""

    user: Json
    status: str
    rights: dict[str, bool]
    anonymous: bool = False

    @property
    def admin(self) -> bool:
        return self.status in {"creator", "administrator"}

    def may(self, right: str) -> bool:
        return self.status == "creator" or (self.status == "administrator" and self.rights.get(right, False))

    def json(self) -> Json:
        """The documented ChatMember."""
        found: Json = {"user": self.user, "status": self.status}
        if self.status == "kicked":
            found["until_date"] = 0
        if self.admin:
            found["is_anonymous"] = self.anonymous
        if self.status == "administrator":
            found |= {"can_be_edited": False} | self.rights
        return found


class Room(Chat):
    """A chat of several: members by their id, the bot among them."""

    type = "group"

    def __init__(self, server: TelegramServer, id_: int, *, title: str, username: str = "") -> None:
        super().__init__(server, id_, title=title, username=username)
        self.members: dict[int, Member] = {}
        self.hides_members = False
        self.lets_write = True

    @property
    def bot(self) -> Member:
        """The bot's standing."""
        return self.member(self.server.me())

    def member(self, user: Json) -> Member:
        """Someone's standing; who was never here has left."""
        return self.members.get(user["id"]) or Member(user, "left", {})

    def rights(self, given: dict[str, bool] | None = None) -> dict[str, bool]:
        """All rights that admins of such a chat can have, except as ``given``."""
        names = (*_RIGHTS, *(_OF_CHANNELS if self.type == "channel" else _OF_GROUPS))
        assert not given or set(given) <= set(names)
        return dict.fromkeys(names, True) | (given or {})

    def joins(self, person: Person, status: str = "member", *, anonymous: bool = False) -> None:
        """``person`` is here from now on; the bot is not told."""
        rights = self.rights() if status in {"administrator", "creator"} else {}
        self.members[person.id] = Member(person.json(), status, rights, anonymous)

    def leaves(self, person: Person) -> None:
        """``person`` is here no longer."""
        self.members[person.id] = Member(person.json(), "left", {})

    def promotes(self, person: Person, *, anonymous: bool = False) -> None:
        """``person`` is an admin from now on, without their name when ``anonymous``."""
        self.joins(person, "administrator", anonymous=anonymous)

    def demotes(self, person: Person) -> None:
        """``person`` is an ordinary member from now on."""
        self.joins(person)

    def puts_bot(self, status: str) -> None:
        """The bot has this standing, with all rights, without being told."""
        rights = self.rights() if status == "administrator" else {}
        self.members[self.server.me()["id"]] = Member(self.server.me(), status, rights)

    async def adds_bot(self, by: Person, rights: dict[str, bool] | None = None, *, admin: bool = False) -> None:
        """``by`` adds the bot, as an admin with all rights except as in ``rights`` when they or ``admin`` are given."""
        as_admin = admin or rights is not None or self.type == "channel"
        self.stands("administrator" if as_admin else "member", by, self.rights(rights) if as_admin else {})
        if self.type != "channel":
            self.told(self.add(sender=by.json(), service={"new_chat_members": [self.server.me()]}))

    async def removes_bot(self, by: Person, status: str = "kicked") -> None:
        """``by`` removes the bot, which is told by my_chat_member only."""
        self.stands(status, by, {})

    async def promotes_bot(self, by: Person, rights: dict[str, bool] | None = None) -> None:
        """``by`` makes the bot an admin with all rights except as in ``rights``."""
        self.stands("administrator", by, self.rights(rights))

    async def demotes_bot(self, by: Person) -> None:
        """``by`` makes the bot an ordinary member."""
        self.stands("member", by, {})

    async def forbids_bot_to_write(self, by: Person) -> None:
        """``by`` takes the bot's right to write."""
        names = ("can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
                 "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
                 "can_add_web_page_previews", "can_react_to_messages", "can_edit_tag", "can_change_info",
                 "can_invite_users", "can_pin_messages", "can_manage_topics")  # fmt: skip
        self.stands("restricted", by, dict.fromkeys(names, False))

    def permits(self, *, writing: bool) -> None:
        """What members may do by default; no bot is told. https://core.telegram.org/bots/api#chatpermissions"""
        self.lets_write = writing
        self.changed()

    def stands(self, status: str, by: Person | Json, rights: dict[str, bool]) -> None:
        """The bot's standing changes, and it is told: https://core.telegram.org/bots/api#chatmemberupdated."""
        old = _standing(self.bot)
        self.members[self.server.me()["id"]] = Member(self.server.me(), status, rights)
        self.server.queue.put(
            "my_chat_member",
            {
                "chat": self.json(),
                "from": by if isinstance(by, dict) else by.json(),
                "date": int(self.server.now().timestamp()),
                "old_chat_member": old,
                "new_chat_member": _standing(self.bot),
            },
            self.id,
        )

    def hears(self, message: Message) -> bool:
        """Privacy mode, https://core.telegram.org/bots/features#privacy-mode: commands, replies to the bot, and what is
        said about the group itself, unless the bot is an admin or may read everything."""
        if self.bot.status in {"left", "kicked"}:
            return False
        if self.bot.admin or self.server.reads_all or message.service:
            return True
        if message.reply_to is not None and message.reply_to.mine:
            return True
        command = message.text.split(maxsplit=1)[0] if message.text.startswith("/") else ""
        return bool(command) and command.partition("@")[2].lower() in {"", self.server.username.lower()}

    def bots_way(self, *, thread: int | None = None) -> None:
        """403 when the bot is not here, 400 when it may not write."""
        self.present()
        if self.bot.status == "restricted" or (self.bot.status == "member" and not self.lets_write):
            raise bad("not enough rights to send text messages to the chat")
        if thread is not None:
            raise bad("message thread not found")

    def present(self) -> None:
        """403 when the bot is not here."""
        if (refusal := self.refusal()) is not None:
            raise refusal

    def refusal(self) -> ApiError | None:
        """What Telegram says when the bot is not here, or None."""
        if self.bot.status == "kicked":
            return forbidden(f"bot was kicked from the {_NAMES[self.type]}")
        if self.bot.status == "left":
            return forbidden(f"bot is not a member of the {_NAMES[self.type]}")
        return None


def _standing(member: Member) -> Json:
    found = member.json()
    return found | {"is_member": True, "until_date": 0} | member.rights if member.status == "restricted" else found


class Channel(Room):
    """A channel: posts have no author, https://core.telegram.org/bots/api#chat."""

    type = "channel"

    def bots_way(self, *, thread: int | None = None) -> None:
        """The bot must be an admin with the right to post."""
        self.present()
        if not self.bot.may("can_post_messages"):
            raise bad("need administrator rights in the channel chat")
        if thread is not None:
            raise bad("message thread not found")

    def hears(self, message: Message) -> bool:
        """Bots in channels are admins and hear everything."""
        return self.bot.admin

    async def posts(self, text: str, **fields: Any) -> Message:
        """An admin posts ``text``, which may be a command; the post has no author."""
        message = self.add(content=Text(text), sender_chat=self.json(), **fields)
        return self.told(message, "channel_post")
