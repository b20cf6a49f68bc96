"""Reading what an acting user asked for, and refusing what Slack's client would not allow."""

import json
from typing import Any

from starlette.requests import Request

from fireline.sandbox.entities import App, Channel, Json, Message, User, View
from fireline.sandbox.membership import open_direct
from fireline.sandbox.model import Workspace

CONFLICT = 409
BAD_REQUEST = 400


class RefusalError(Exception):
    """The user could not have done that; answered as `{ok: false, error, detail}`."""

    def __init__(self, code: str, detail: str, *, status: int = CONFLICT, **fields: Any) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.status = status
        self.fields = fields


def malformed(detail: str) -> RefusalError:
    """Return the refusal of a request that is not well formed."""
    return RefusalError("invalid_request", detail, status=BAD_REQUEST)


class ActRequest:
    """The JSON body of an act, with the user, channel and message it names."""

    def __init__(self, workspace: Workspace, body: Json) -> None:
        self.workspace = workspace
        self.body = body

    @classmethod
    async def read(cls, workspace: Workspace, request: Request) -> "ActRequest":
        """Return the request's body; raises RefusalError unless it is a JSON object."""
        try:
            body = json.loads(await request.body() or b"{}")
        except ValueError as error:
            raise malformed(f"the body is not JSON: {error}") from error
        if not isinstance(body, dict):
            raise malformed("the body must be a JSON object")
        return cls(workspace, body)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a string field; raises RefusalError when it is missing without a default."""
        value = self.body.get(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise malformed(f"{key} must be given as a string")
        return value

    def flag(self, key: str) -> bool:
        """Return a boolean field, false when missing."""
        return bool(self.body.get(key))

    def user(self) -> User:
        """Return the acting human; raises RefusalError when unknown, deactivated or a bot."""
        user = self.workspace.user_named(self.text("user"))
        if user is None:
            raise RefusalError("user_not_found", f"no user {self.text('user')!r}")
        if user.deleted or user.is_bot:
            raise RefusalError("user_disabled", f"{user.name} is deactivated or a bot")
        return user

    def channel(self, user: User) -> Channel:
        """Return the channel the user sees; `@name` means the direct message with that user."""
        wanted = self.text("channel")
        other = self.workspace.users.get(wanted) or (
            self.workspace.user_named(wanted) if wanted.startswith("@") else None
        )
        if other is not None:
            return open_direct(self.workspace, [user.id, other.id])
        channel = self.workspace.channel_named(wanted)
        hidden = channel is not None and (channel.is_private or channel.is_im or channel.is_mpim)
        if channel is None or (hidden and user.id not in channel.members):
            raise RefusalError("channel_not_found", f"{user.name} sees no channel {wanted!r}")
        return channel

    def writable(self, user: User) -> Channel:
        """Return the channel when the user may write there."""
        channel = self.channel(user)
        if user.id not in channel.members:
            raise RefusalError("user_not_in_channel", f"{user.name} is not in #{channel.name}")
        return self._alive(channel)

    def _alive(self, channel: Channel) -> Channel:
        if channel.is_archived:
            raise RefusalError("is_archived", f"#{channel.name} is archived")
        return channel

    def message(self, user: User, channel: Channel, key: str = "ts") -> Message:
        """Return a stored message the user sees, an ephemeral one only if it is theirs."""
        ts = self.text(key)
        found = channel.messages.get(ts)
        if found is None:
            own = (
                m
                for m in self.workspace.ephemerals
                if m.ts == ts and m.channel == channel.id and m.ephemeral_to == user.id
            )
            found = next(own, None)
        if found is None or found.deleted:
            raise RefusalError("message_not_found", f"{user.name} sees no message {ts}")
        return found

    def view(self, user: User) -> View:
        """Return the view the user has in front of them: the top modal or their Home view."""
        view_id = self.text("view_id")
        homes = (v for v in self.workspace.homes.values() if v.user == user.id)
        home = next((v for v in homes if v.id == view_id), None)
        if home is not None:
            return home
        stack = self.workspace.modals.get(user.id, [])
        if not stack or stack[-1] != view_id:
            state = "lies under another view" if view_id in stack else "is not open"
            raise RefusalError("view_not_open", f"view {view_id} {state} for {user.name}")
        return self.workspace.views[view_id]


def app_of(workspace: Workspace, app_id: str | None) -> App:
    """Return the app that wrote something; raises RefusalError when it was a human."""
    app = workspace.apps.get(app_id or "")
    if app is None:
        raise RefusalError("element_not_found", "no app wrote this, so nothing can be clicked")
    return app
