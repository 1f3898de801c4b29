"""The endpoints of channels: https://discord.com/developers/docs/resources/channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.discord import access, checks, shapes
from tests.fakes.discord.errors import NOT_HERE, THREAD_ARCHIVED, Form, Json, refusal
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.places import Channel, Kind, Overwrite, Tag
from tests.fakes.discord.routes import Request
from tests.fakes.discord.threads import ARCHIVE_MINUTES, applied

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer

P = Permission
OF_THREAD = ("name", "archived", "auto_archive_duration", "locked", "invitable", "rate_limit_per_user", "flags",
             "applied_tags")  # fmt: skip
OF_OWNER = {"name", "archived", "auto_archive_duration", "applied_tags", "invitable"}
"""What the one who made a thread may change without any right."""
OF_CHANNEL = ("name", "type", "position", "topic", "nsfw", "rate_limit_per_user", "permission_overwrites", "parent_id",
              "default_auto_archive_duration", "flags", "available_tags")  # fmt: skip
MOST_TAGS = 20
SLOWEST = 21600


def install(dc: DiscordServer) -> None:
    """Add the routes."""
    dc.routes.add("GET", "/channels/{channel_id}", get)
    dc.routes.add("PATCH", "/channels/{channel_id}", change)
    dc.routes.add("DELETE", "/channels/{channel_id}", delete)


async def get(request: Request) -> Json:
    """#get-channel."""
    return shapes.channel(access.channel(request))


async def change(request: Request) -> Json:
    """#modify-channel."""
    where = access.channel(request)
    if where.guild is None:
        raise refusal(NOT_HERE)
    form = Form()
    checks.known(form, (), request.body, OF_THREAD if where.is_thread else OF_CHANNEL)
    before = shapes.channel(where)
    if where.is_thread:
        _change_thread(request, form, where)
    else:
        access.need(request.world.may(where), P.MANAGE_CHANNELS)
        _change_channel(request, form, where)
    if shapes.channel(where) != before:
        where.tell("THREAD_UPDATE" if where.is_thread else "CHANNEL_UPDATE")
    return shapes.channel(where)


def _change_thread(request: Request, form: Form, where: Channel) -> None:
    """#modify-channel-json-params-thread."""
    body, state = request.body, where.state
    _may_change(request, where)
    if state.archived and body.get("archived") is not False:
        raise refusal(THREAD_ARCHIVED)
    name = checks.text(form, ("name",), body.get("name", where.name), 1, 100)
    tags = applied(form, where.parent, body.get("applied_tags", list(state.applied_tags)))
    slow = checks.whole(form, ("rate_limit_per_user",), body.get("rate_limit_per_user") or 0, 0, SLOWEST)
    switches = {
        key: checks.truth(form, (key,), body[key]) for key in ("archived", "locked", "invitable") if key in body
    }
    minutes = body.get("auto_archive_duration", state.archives_after)
    checks.one_of(form, ("auto_archive_duration",), minutes, ARCHIVE_MINUTES)
    form.done()
    if "archived" in body or minutes != state.archives_after:
        state.archived_at = state.active_at = request.dc.now()
    for key, value in switches.items():
        setattr(state, key, value)
    where.name, state.applied_tags, state.archives_after = name, tags, minutes
    where.slowmode = slow if "rate_limit_per_user" in body else where.slowmode
    where.flags = body.get("flags", where.flags)


def _may_change(request: Request, where: Channel) -> None:
    """Waking it needs the right to write there, its owner may do the most, the rest is for who manages threads:
    /topics/threads#editing-deleting-threads."""
    body, rights = request.body, request.world.may(where)
    if P.MANAGE_THREADS in rights:
        return
    wakes = body.get("archived") is False and set(body) == {"archived"}
    if wakes and not where.state.locked:
        access.need(rights, P.SEND_MESSAGES_IN_THREADS)
    elif where.state.locked or where.state.owner_id != request.world.bot.id or not set(body) <= OF_OWNER:
        access.need(rights, P.MANAGE_THREADS)


def _change_channel(request: Request, form: Form, where: Channel) -> None:
    """#modify-channel-json-params-guild-channel."""
    body = request.body
    name = checks.text(form, ("name",), body.get("name", where.name), 1, 100)
    topic = checks.text(form, ("topic",), body.get("topic", where.topic), 0, 4096 if where.is_forum else 1024)
    tags = _tags(request, form, where, body["available_tags"]) if "available_tags" in body else where.tags
    if "type" in body and (body["type"] not in (Kind.TEXT, Kind.ANNOUNCEMENT) or where.kind not in (0, 5)):
        form.wrong(("type",), "BASE_TYPE_CHOICES", "Value must be one of (0, 5).")
    rules = _overwrites(request, form, body) if "permission_overwrites" in body else where.overwrites
    form.done()
    where.name, where.topic, where.tags, where.overwrites = name, topic, tags, rules
    where.kind = Kind(body.get("type", where.kind))
    where.position, where.flags = body.get("position", where.position), body.get("flags", where.flags)
    where.slowmode = body.get("rate_limit_per_user") or 0
    where.archives_after = body.get("default_auto_archive_duration", where.archives_after)


def _tags(request: Request, form: Form, where: Channel, given: object) -> list[Tag]:
    """/resources/channel#forum-tag-object: those without a known id are new."""
    had = {each.id for each in where.tags}
    found = []
    for number, each in enumerate(checks.many(form, ("available_tags",), given, 0, MOST_TAGS)):
        entry = checks.mapping(form, ("available_tags", number), each)
        name = checks.text(form, ("available_tags", number, "name"), entry.get("name"), 1, 20)
        id_ = str(entry.get("id")) if str(entry.get("id")) in had else request.world.ids.next()
        found.append(Tag(id_, name, bool(entry.get("moderated"))))
    return found


def _overwrites(request: Request, form: Form, body: dict[str, Any]) -> dict[str, Overwrite]:
    access.need(request.world.may(access.channel(request)), P.MANAGE_ROLES)
    found: dict[str, Overwrite] = {}
    for number, each in enumerate(checks.many(form, ("permission_overwrites",), body["permission_overwrites"], 0, 500)):
        id_ = checks.snowflake(form, ("permission_overwrites", number, "id"), each.get("id"))
        allow, deny = (P(int(each.get(key) or 0)) for key in ("allow", "deny"))
        found[id_] = Overwrite(each.get("type") == 1, allow, deny)
    return found


async def delete(request: Request) -> Json:
    """#deleteclose-channel."""
    where = access.channel(request)
    if where.guild is None:
        raise refusal(NOT_HERE)
    if not _own_and_empty(request, where):
        access.need(request.world.may(where), P.MANAGE_THREADS if where.is_thread else P.MANAGE_CHANNELS)
    found = shapes.channel(where)
    request.world.remove(where)
    return found


def _own_and_empty(request: Request, where: Channel) -> bool:
    """A forum's post that nobody answered, which its owner may delete: https://github.com/DisnakeDev/disnake/pull/745."""
    if where.parent is None or not where.is_thread or not where.parent.is_forum:
        return False
    return where.state.owner_id == request.world.bot.id and where.state.sent == 0
