"""users.* and usergroups.*."""

from fireline.sandbox.entities import Json, UserGroup
from fireline.sandbox.errors import SlackError
from fireline.sandbox.shapes import profile_json, user_json, usergroup_json
from fireline.sandbox.webapi.paging import page
from fireline.sandbox.webapi.registry import Call, method

EMAIL_SCOPE = "users:read.email"
MAX_PAGE = 1000


def _reads_email(call: Call) -> bool:
    return EMAIL_SCOPE in call.app.scopes


@method("users.info")
async def info(call: Call) -> Json:
    """One user."""
    return {"user": user_json(call.workspace, call.user(), email=_reads_email(call))}


@method("users.list")
async def list_users(call: Call) -> Json:
    """Everybody, the deactivated too."""
    everybody = list(call.workspace.users.values())
    limit = call.get("limit")
    size = limit if isinstance(limit, int) and limit > 0 else len(everybody)
    listed, cursor = page(everybody, call.text("cursor"), min(size, MAX_PAGE))
    return {
        "members": [user_json(call.workspace, u, email=_reads_email(call)) for u in listed],
        "cache_ts": int(call.workspace.clock.now()),
        "response_metadata": {"next_cursor": cursor},
    }


@method("users.lookupByEmail")
async def lookup_by_email(call: Call) -> Json:
    """The active user with that address."""
    wanted = call.text("email").lower()
    for user in call.workspace.users.values():
        if user.email.lower() == wanted and not user.deleted:
            return {"user": user_json(call.workspace, user)}
    raise SlackError("users_not_found")


@method("users.profile.get")
async def profile(call: Call) -> Json:
    """A user's profile, the bot's own by default."""
    user = call.user() if call.text("user") else call.workspace.users[call.bot]
    return {"profile": profile_json(call.workspace, user, email=_reads_email(call))}


@method("users.getPresence")
async def presence(call: Call) -> Json:
    """Everybody who is not deactivated is active."""
    user = call.workspace.users.get(call.text("user") or call.bot)
    return {"presence": "active" if user is not None and not user.deleted else "away"}


@method("usergroups.list")
async def list_groups(call: Call) -> Json:
    """The user groups, disabled ones on request."""
    groups = [
        g
        for g in call.workspace.usergroups.values()
        if not g.disabled or call.get("include_disabled")
    ]
    users = bool(call.get("include_users"))
    return {"usergroups": [usergroup_json(call.workspace, g, users=users) for g in groups]}


def _group(call: Call) -> UserGroup:
    group = call.workspace.usergroups.get(call.text("usergroup"))
    if group is None or (group.disabled and not call.get("include_disabled")):
        raise SlackError("no_such_subteam")
    return group


@method("usergroups.users.list")
async def list_group_users(call: Call) -> Json:
    """The members of a user group."""
    return {"users": list(_group(call).users)}


@method("usergroups.users.update")
async def update_group_users(call: Call) -> Json:
    """Replace the members of a user group."""
    group = _group(call)
    users = list(dict.fromkeys(call.id_list("users")))
    if not users:
        raise SlackError("no_users_provided")
    known = call.workspace.users
    if any(user not in known or known[user].deleted for user in users):
        raise SlackError("invalid_users")
    group.users = users
    group.updated = int(call.workspace.clock.now())
    body = usergroup_json(call.workspace, group, users=True)
    event = {"type": "subteam_updated", "subteam": body, "event_ts": call.workspace.event_ts()}
    call.workspace.emit(event, channel=None)
    return {"usergroup": body}
