"""The JSON objects of the documentation, made from the world. Ids and permissions are strings, as everywhere."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tests.fakes.discord.errors import Json

if TYPE_CHECKING:
    from tests.fakes.discord.guilds import Guild, Member, Role
    from tests.fakes.discord.places import Channel, Overwrite, Tag
    from tests.fakes.discord.posts import Message
    from tests.fakes.discord.users import User

__all__ = ["Json", "channel", "guild", "guild_create", "member", "message", "moment", "role", "thread_member", "user"]


def moment(at: datetime) -> str:
    """An ISO 8601 timestamp, with the offset that Discord writes."""
    return at.isoformat(timespec="microseconds")


def user(who: User) -> Json:
    """https://discord.com/developers/docs/resources/user#user-object."""
    return {
        "id": who.id,
        "username": who.name.lower().replace(" ", "_"),
        "global_name": None if who.bot else who.name,
        "discriminator": "0000" if who.bot else "0",
        "avatar": None,
        "bot": who.bot,
        "system": False,
        "public_flags": 0,
    }


def member(of: Member, *, with_user: bool = True) -> Json:
    """https://discord.com/developers/docs/resources/guild#guild-member-object."""
    found = {
        "nick": of.nick or None,
        "avatar": None,
        "roles": [each.id for each in of.roles],
        "joined_at": moment(of.joined_at),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "communication_disabled_until": moment(of.timeout_until) if of.timeout_until else None,
    }
    return found | {"user": user(of.user)} if with_user else found


def role(of: Role) -> Json:
    """https://discord.com/developers/docs/topics/permissions#role-object."""
    found = {
        "id": of.id,
        "name": of.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": of.position,
        "permissions": str(int(of.permissions)),
        "managed": bool(of.of_bot),
        "mentionable": of.mentionable,
        "flags": 0,
    }
    return found | {"tags": {"bot_id": of.of_bot}} if of.of_bot else found


def _overwrite(id_: str, of: Overwrite) -> Json:
    return {"id": id_, "type": int(of.member), "allow": str(int(of.allow)), "deny": str(int(of.deny))}


def tag(of: Tag) -> Json:
    """https://discord.com/developers/docs/resources/channel#forum-tag-object."""
    return {"id": of.id, "name": of.name, "moderated": of.moderated, "emoji_id": None, "emoji_name": None}


def channel(of: Channel) -> Json:
    """https://discord.com/developers/docs/resources/channel#channel-object."""
    if of.guild is None:
        return _private(of)
    found: Json = {
        "id": of.id,
        "type": int(of.kind),
        "guild_id": of.guild.id,
        "name": of.name,
        "parent_id": of.parent.id if of.parent else None,
        "last_message_id": of.log[-1].id if of.log else None,
        "rate_limit_per_user": of.slowmode,
        "flags": of.flags,
    }
    return found | (_thread(of) if of.is_thread else _own(of))


def _private(of: Channel) -> Json:
    found: Json = {"id": of.id, "type": int(of.kind), "last_message_id": of.log[-1].id if of.log else None, "flags": 0}
    return found | {"recipients": [user(each) for each in of.recipients]}


def _own(of: Channel) -> Json:
    found: Json = {
        "position": of.position,
        "permission_overwrites": [_overwrite(id_, each) for id_, each in of.overwrites.items()],
        "topic": of.topic or None,
        "nsfw": False,
        "default_auto_archive_duration": of.archives_after,
    }
    if of.is_voice:
        found |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
    if of.is_forum:
        forum = {"default_reaction_emoji": None, "default_sort_order": None, "default_forum_layout": 0, "template": ""}
        found |= forum | {"available_tags": [tag(each) for each in of.tags], "default_thread_rate_limit_per_user": 0}
    return found


def _thread(of: Channel) -> Json:
    state = of.state
    found: Json = {
        "owner_id": state.owner_id,
        "message_count": state.sent,
        "total_message_sent": state.sent,
        "member_count": len(state.members),
        "thread_metadata": {
            "archived": state.archived,
            "auto_archive_duration": state.archives_after,
            "archive_timestamp": moment(state.archived_at),
            "locked": state.locked,
            "create_timestamp": moment(state.created_at),
        },
    }
    if of.is_private_thread:
        found["thread_metadata"]["invitable"] = state.invitable
    if of.parent is not None and of.parent.is_forum:
        found["applied_tags"] = list(state.applied_tags)
    bot = of.world.bot
    return found | ({"member": thread_member(of, bot)} if bot.id in state.members else {})


def thread_member(of: Channel, who: User) -> Json:
    """https://discord.com/developers/docs/resources/channel#thread-member-object."""
    return {"id": of.id, "user_id": who.id, "join_timestamp": moment(of.thread_members[who.id]), "flags": 1}


def thread_gone(of: Channel) -> Json:
    """What THREAD_DELETE tells."""
    assert of.guild is not None and of.parent is not None
    return {"id": of.id, "guild_id": of.guild.id, "parent_id": of.parent.id, "type": int(of.kind)}


def guild(of: Guild) -> Json:
    """https://discord.com/developers/docs/resources/guild#guild-object."""
    return {
        "id": of.id,
        "name": of.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "owner_id": of.owner.id,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 1,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "roles": [role(each) for each in of.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": list(of.features),
        "mfa_level": 0,
        "application_id": None,
        "system_channel_id": of.system_channel.id if of.system_channel else None,
        "system_channel_flags": 0,
        "rules_channel_id": of.rules_channel.id if of.rules_channel else None,
        "max_members": 500000,
        "vanity_url_code": None,
        "description": None,
        "banner": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": of.locale,
        "public_updates_channel_id": of.updates_channel.id if of.updates_channel else None,
        "nsfw_level": 0,
        "nsfw": False,
        "premium_progress_bar_enabled": False,
        "safety_alerts_channel_id": None,
        "incidents_data": None,
    }


def guild_create(of: Guild) -> Json:
    """https://discord.com/developers/docs/events/gateway-events#guild-create: without presences, of the members only
    the bot, of the threads the active ones that it sees."""
    visible = [each for each in of.channels.values() if each.active and each.may(of.world.bot)]
    return guild(of) | {
        "joined_at": moment(of.bot.joined_at),
        "large": len(of.members) > 250,
        "member_count": len(of.members),
        "voice_states": [],
        "members": [member(of.bot)],
        "channels": [channel(each) for each in of.channels.values() if not each.is_thread],
        "threads": [channel(each) for each in visible],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def message(of: Message) -> Json:
    """https://discord.com/developers/docs/resources/message#message-object, as the bot sees it: what others wrote is
    blank without the message content intent, but for DMs and where the bot is mentioned.
    """
    found: Json = {
        "id": of.id,
        "channel_id": of.channel.id,
        "author": user(of.author),
        "content": of.content,
        "timestamp": moment(of.created),
        "edited_timestamp": moment(of.edited_at) if of.edited_at else None,
        "tts": of.tts,
        "mention_everyone": of.mention_everyone,
        "mentions": [user(of.channel.world.users[each]) for each in of.mentions],
        "mention_roles": list(of.mention_roles),
        "mention_channels": [],
        "attachments": of.attachments,
        "embeds": of.embeds,
        "components": of.components,
        "pinned": False,
        "type": of.type,
        "flags": of.flags,
    }
    if not _readable(of):
        found |= {"content": "", "attachments": [], "embeds": [], "components": []}
    return found | _extras(of)


def _readable(of: Message) -> bool:
    world = of.channel.world
    if world.application.reads_content or of.author is world.bot or world.bot.id in of.mentions:
        return True
    return of.channel.guild is None


def _extras(of: Message) -> Json:
    found: Json = {}
    if of.application_id:
        found["application_id"] = of.application_id
    if of.webhook_id:
        found["webhook_id"] = of.webhook_id
    if of.reference:
        found["message_reference"] = of.reference
    if of.interaction:
        found["interaction_metadata"] = of.interaction
    if of.thread is not None and not of.thread.deleted:
        found["thread"] = channel(of.thread)
    return found
