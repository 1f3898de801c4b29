"""Basic groups that can become supergroups, and supergroups with forum topics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.telegram.errors import Json, bad
from tests.fakes.telegram.groups import GENERAL, Member, Room

if TYPE_CHECKING:
    from tests.fakes.telegram.people import Person
    from tests.fakes.telegram.server import TelegramServer


@dataclass(slots=True)
class Topic:
    """A forum topic; ``id`` is its message_thread_id."""

    id: int
    name: str
    closed: bool = False
    deleted: bool = False


class Supergroup(Room):
    """A supergroup; with ``forum`` it has topics, General among them, whose messages carry no thread."""

    type = "supergroup"

    def __init__(
        self, server: TelegramServer, id_: int, *, title: str, username: str = "", forum: bool = False
    ) -> None:
        super().__init__(server, id_, title=title, username=username)
        self.forum = forum
        self.topics: dict[int, Topic] = {}
        self.general = Topic(GENERAL, "General")

    def json(self) -> Json:
        return super().json() | ({"is_forum": True} if self.forum else {})

    async def topic(self, name: str, by: Person | None = None) -> Topic:
        """A new topic."""
        service: Json = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        message = self.add(sender=self._author(by), service=service)
        message.thread = message.id
        self.topics[message.id] = Topic(message.id, name)
        self.told(message)
        return self.topics[message.id]

    async def close(self, topic: Topic, by: Person | None = None) -> None:
        """Only admins may write in it from now on."""
        topic.closed = True
        self._tell(topic, "forum_topic_closed", by)

    async def reopen(self, topic: Topic, by: Person | None = None) -> None:
        """Everybody may write in it again."""
        topic.closed = False
        self._tell(topic, "forum_topic_reopened", by)

    async def delete(self, topic: Topic) -> None:
        """It and all that was in it are gone; nobody is told."""
        topic.deleted = True
        for message in self.log:
            message.deleted = message.deleted or message.thread == topic.id
        self.changed()

    async def hide_general(self, by: Person | None = None, *, hidden: bool = True) -> None:
        """Clients show General no more, or again."""
        self._tell(self.general, "general_forum_topic_hidden" if hidden else "general_forum_topic_unhidden", by)

    def _tell(self, topic: Topic, kind: str, by: Person | None) -> None:
        """General is closed by an ordinary "closed" without a thread."""
        thread = None if topic is self.general else topic.id
        self.told(self.add(sender=self._author(by), service={kind: {}}, thread=thread))

    def enters(self, by: Json) -> None:
        """The bot's standing comes as if it had just been added by ``by``."""
        now, self.members[self.server.me()["id"]] = self.bot, Member(self.server.me(), "left", {})
        self.stands(now.status, by, now.rights)

    def _author(self, by: Person | None) -> Json:
        admins = [member.user for member in self.members.values() if member.admin and not member.user["is_bot"]]
        return by.json() if by else admins[0]

    def bots_way(self, *, thread: int | None = None) -> None:
        """A closed topic takes only those who may manage topics; General is addressed without a thread. Where there are
        no topics (any more), a thread is ignored."""
        super().bots_way()
        if not self.forum:
            return
        topic = self.general if thread is None else self.topics.get(thread)
        if topic is None or topic.deleted:
            raise bad("message thread not found")
        if topic.closed and not self.bot.may("can_manage_topics"):
            raise bad("TOPIC_CLOSED")


class Group(Room):
    """A basic group, which may become a supergroup with another id."""

    type = "group"
    successor: Supergroup | None = None

    def bots_way(self, *, thread: int | None = None) -> None:
        """A migrated group says where it went: https://core.telegram.org/bots/api#responseparameters."""
        self.present()
        super().bots_way(thread=thread)

    def present(self) -> None:
        if self.successor is not None:
            raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=self.successor.id)
        super().present()

    def edits_way(self) -> None:
        """What stands in a migrated group can still be edited."""
        if self.successor is None:
            super().edits_way()

    async def migrates(self, *, forum: bool = False) -> Supergroup:
        """:meth:`migrate`."""
        return self.migrate(forum=forum)

    def migrate(self, *, forum: bool = False) -> Supergroup:
        """It becomes a supergroup, and both say so by service messages. The bot is told that it joined the new one, but
        not that it left the old one: https://github.com/tdlib/telegram-bot-api/issues/266"""
        new = self.server.supergroup(self.title, forum=forum)
        new.members = {
            id_: Member(member.user, member.status, new.rights() if member.admin else {}, member.anonymous)
            for id_, member in self.members.items()
        }
        author = next(member.user for member in self.members.values() if member.status == "creator")
        self.told(self.add(sender=author, service={"migrate_to_chat_id": new.id}))
        self.successor = new
        new.enters(author)
        new.told(new.add(sender=author, sender_chat=new.json(), service={"migrate_from_chat_id": self.id}))
        return new
