"""The endpoints of the bot itself, of users, guilds and the address of the gateway.

https://discord.com/developers/docs/resources/user, /resources/application, /resources/guild and /events/gateway
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.discord import access, checks, shapes
from tests.fakes.discord.errors import NOT_TO_THIS_USER, UNKNOWN_MEMBER, UNKNOWN_ROLE, UNKNOWN_USER, Form, Json, refusal
from tests.fakes.discord.routes import Request

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer

INVALID_RECIPIENT = 50033
TOTAL_STARTS = 1000
DAY_MS = 86_400_000
SETTINGS = (
    "custom_install_url", "description", "role_connections_verification_url", "install_params",
    "integration_types_config", "flags", "icon", "cover_image", "interactions_endpoint_url", "tags",
    "event_webhooks_url", "event_webhooks_status", "event_webhooks_types",
)  # fmt: skip
MESSAGE_CONTENT_LIMITED = 1 << 19


def install(dc: DiscordServer) -> None:
    """Add the routes."""
    dc.routes.add("GET", "/users/@me", me)
    dc.routes.add("GET", "/users/@me/guilds", my_guilds)
    dc.routes.add("POST", "/users/@me/channels", open_dm)
    dc.routes.add("GET", "/users/{user_id}", user)
    dc.routes.add("GET", "/applications/@me", application)
    dc.routes.add("GET", "/oauth2/applications/@me", application)
    dc.routes.add("PATCH", "/applications/@me", change_application)
    dc.routes.add("GET", "/gateway", gateway, signed=False)
    dc.routes.add("GET", "/gateway/bot", gateway_of_bot)
    dc.routes.add("GET", "/guilds/{guild_id}", guild)
    dc.routes.add("GET", "/guilds/{guild_id}/channels", channels)
    dc.routes.add("GET", "/guilds/{guild_id}/roles", roles)
    dc.routes.add("GET", "/guilds/{guild_id}/roles/{role_id}", role)
    dc.routes.add("GET", "/guilds/{guild_id}/members/{user_id}", member)
    dc.routes.add("DELETE", "/users/@me/guilds/{guild_id}", leave)


async def me(request: Request) -> Json:
    """/resources/user#get-current-user."""
    return shapes.user(request.world.bot) | {"mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}


async def user(request: Request) -> Json:
    """/resources/user#get-user."""
    found = request.world.users.get(access.id_of(request, "user_id"))
    if found is None:
        raise refusal(UNKNOWN_USER)
    return shapes.user(found)


async def my_guilds(request: Request) -> list[Json]:
    """/resources/user#get-current-user-guilds."""
    form = Form()
    limit = checks.whole(form, ("limit",), int(request.query.get("limit", "200")), 1, 200)
    after = int(checks.snowflake(form, ("after",), request.query.get("after", "0")) or 0)
    form.done()
    mine = [each for each in request.world.guilds.values() if each.has_bot and int(each.id) > after]
    return [
        {
            "id": each.id,
            "name": each.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": str(int(each.bot.permissions)),
            "features": each.features,
        }
        for each in mine[:limit]
    ]


async def open_dm(request: Request) -> Json:
    """/resources/user#create-dm: gives the same channel again; whether it can be written in shows when it is."""
    form = Form()
    checks.known(form, (), request.body, ("recipient_id",))
    id_ = checks.snowflake(form, ("recipient_id",), request.body.get("recipient_id"))
    form.done()
    found = request.world.users.get(id_)
    if found is None:
        raise refusal(INVALID_RECIPIENT)
    if found.bot:
        raise refusal(NOT_TO_THIS_USER, 400)
    found.dm_lost = False
    return shapes.channel(request.world.dm(found))


async def application(request: Request) -> Json:
    """/resources/application#get-current-application."""
    return _application(request)


async def change_application(request: Request) -> Json:
    """/resources/application#edit-current-application."""
    form = Form()
    checks.known(form, (), request.body, SETTINGS)
    checks.text(form, ("description",), request.body.get("description"), 0, 400)
    for number, tag in enumerate(checks.many(form, ("tags",), request.body.get("tags") or [], 0, 5)):
        checks.text(form, ("tags", number), tag, 1, 20)
    for kind in checks.mapping(form, ("integration_types_config",), request.body.get("integration_types_config") or {}):
        checks.one_of(form, ("integration_types_config", kind), kind, ("0", "1"))
    form.done()
    request.world.application.settings |= request.body
    return _application(request)


def _application(request: Request) -> Json:
    of = request.world.application
    found: Json = {
        "id": of.id,
        "name": of.name,
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "bot": shapes.user(request.world.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "owner": shapes.user(of.owner),
        "team": None,
        "flags": MESSAGE_CONTENT_LIMITED if of.reads_content else 0,
        "tags": [],
        "install_params": None,
        "integration_types_config": {"0": {}, "1": {}},
        "approximate_guild_count": sum(each.has_bot for each in request.world.guilds.values()),
        "approximate_user_install_count": sum(each.installed for each in request.world.users.values()),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
    }
    return found | of.settings


async def gateway(request: Request) -> Json:
    """/events/gateway#get-gateway."""
    return {"url": request.dc.gateway_url}


async def gateway_of_bot(request: Request) -> Json:
    """/events/gateway#get-gateway-bot."""
    dc = request.dc
    limit = {"total": TOTAL_STARTS, "remaining": dc.session_starts, "reset_after": DAY_MS}
    limit["max_concurrency"] = dc.max_concurrency
    return {"url": dc.gateway_url, "shards": dc.shards, "session_start_limit": limit}


async def guild(request: Request) -> Json:
    """/resources/guild#get-guild."""
    found = access.guild(request)
    counts = {"approximate_member_count": len(found.members), "approximate_presence_count": len(found.members)}
    return shapes.guild(found) | (counts if request.query.get("with_counts") in ("true", "True", "1") else {})


async def channels(request: Request) -> list[Json]:
    """/resources/guild#get-guild-channels: without threads, with those that the bot does not see."""
    return [shapes.channel(each) for each in access.guild(request).channels.values() if not each.is_thread]


async def roles(request: Request) -> list[Json]:
    """/resources/guild#get-guild-roles."""
    return [shapes.role(each) for each in access.guild(request).roles.values()]


async def role(request: Request) -> Json:
    """/resources/guild#get-guild-role."""
    found = access.guild(request).roles.get(access.id_of(request, "role_id"))
    if found is None:
        raise refusal(UNKNOWN_ROLE)
    return shapes.role(found)


async def member(request: Request) -> Json:
    """/resources/guild#get-guild-member."""
    found = access.guild(request).members.get(access.id_of(request, "user_id"))
    if found is None:
        known = access.id_of(request, "user_id") in request.world.users
        raise refusal(UNKNOWN_MEMBER if known else UNKNOWN_USER)
    return shapes.member(found)


async def leave(request: Request) -> None:
    """/resources/user#leave-guild."""
    await access.guild(request).removes_bot()
