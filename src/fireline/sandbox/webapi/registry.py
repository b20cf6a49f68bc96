"""The methods by name, and what a handler gets to work with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fireline.sandbox.entities import App, Channel, Json, User
from fireline.sandbox.errors import SlackError
from fireline.sandbox.model import Workspace
from fireline.sandbox.webapi.table import MethodFacts

_PREFIXES = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


@dataclass
class Call:
    """One call that passed the gate: token, scope, rate and arguments are in order."""

    workspace: Workspace
    facts: MethodFacts
    maybe_app: App | None
    arguments: Json

    @property
    def app(self) -> App:
        """The calling app; methods without a token must not ask for it."""
        if self.maybe_app is None:
            raise SlackError("not_authed")
        return self.maybe_app

    @property
    def bot(self) -> str:
        """The user id the app acts as."""
        return self.app.bot_user_id

    def get(self, name: str, default: Any = None) -> Any:
        """An argument, or the default when it was not sent."""
        return self.arguments.get(name, default)

    def text(self, name: str) -> str:
        """An argument as text, empty when it was not sent."""
        return str(self.arguments.get(name) or "")

    def channel(self, name: str = "channel", *, member: bool = False) -> Channel:
        """The conversation an argument names, if the app may see it and has the scope.

        With `member`, raises `not_in_channel` unless the bot is in it.
        """
        channel = self.workspace.channels.get(self.text(name))
        if channel is None or not self.may_see(channel):
            raise SlackError("channel_not_found")
        self.require_scope_for(channel.kind)
        if member and self.bot not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def may_see(self, channel: Channel) -> bool:
        """Public conversations, and those the bot is in."""
        return channel.kind == "channel" or self.bot in channel.members

    def require_scope_for(self, kind: str) -> None:
        """Raise `missing_scope` unless a scope for that kind of conversation was granted."""
        prefix = _PREFIXES[kind]
        fits = [s for s in self.facts.scopes if s.startswith(f"{prefix}:")]
        if fits and not self.app.scopes.intersection(fits):
            raise missing_scope(self.app, fits)

    def user(self, name: str = "user", error: str = "user_not_found") -> User:
        """The user an argument names, or the given error."""
        user = self.workspace.users.get(self.text(name))
        if user is None:
            raise SlackError(error)
        return user

    def id_list(self, name: str) -> list[str]:
        """An argument as a list of ids, whether it came comma-separated or as a list."""
        value = self.arguments.get(name) or []
        parts = value.split(",") if isinstance(value, str) else value
        return [str(part).strip() for part in parts if str(part).strip()]


Handler = Callable[[Call], Awaitable[Json]]
REGISTRY: dict[str, Handler] = {}


def method(*names: str) -> Callable[[Handler], Handler]:
    """Register a handler under one or more method names."""

    def register(handler: Handler) -> Handler:
        for name in names:
            REGISTRY[name] = handler
        return handler

    return register


def missing_scope(app: App, needed: list[str]) -> SlackError:
    """The `missing_scope` error with what was needed and what the app has."""
    return SlackError(
        "missing_scope", needed=",".join(needed), provided=",".join(sorted(app.scopes))
    )
