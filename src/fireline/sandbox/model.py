"""The workspace: all state of the sandbox, in memory, owned by one event loop (no locks)."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fireline.sandbox.clock import VirtualClock
from fireline.sandbox.entities import (
    App,
    Channel,
    FileObject,
    Json,
    Message,
    ResponseUrl,
    ScheduledMessage,
    Trigger,
    User,
    UserGroup,
    View,
)
from fireline.sandbox.faults import Faults
from fireline.sandbox.journal import Journal

__all__ = [
    "App",
    "Channel",
    "FileObject",
    "Json",
    "Listener",
    "Message",
    "ResponseUrl",
    "ScheduledMessage",
    "Trigger",
    "User",
    "UserGroup",
    "View",
    "Workspace",
]

Listener = Callable[[Json, str | None], None]

TRIGGER_SECONDS = 3.0
MAX_HANDLES = 5_000


def _forget_oldest(handles: dict[str, Any]) -> None:
    while len(handles) > MAX_HANDLES:
        del handles[next(iter(handles))]


@dataclass
class Workspace:
    """One Slack team; every change goes through `emit` or `changed` so that listeners hear it.

    Event keys that start with `_` are notes for listeners and must not reach an app:
    `_exclude_app` and `_only_app` hold an app id. Events whose type starts with `_`
    (`_view`, `_ephemeral`, `_home`, `_read`, `_file`, `_channel`) are for the page only.
    """

    team_id: str = "T0SANDBOX1"
    team_name: str = "Acme Data"
    team_domain: str = "acme-data"
    url: str = ""
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)
    usergroups: dict[str, UserGroup] = field(default_factory=dict)
    files: dict[str, FileObject] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    modals: dict[str, list[str]] = field(default_factory=dict)
    homes: dict[tuple[str, str], View] = field(default_factory=dict)
    scheduled: dict[str, ScheduledMessage] = field(default_factory=dict)
    ephemerals: list[Message] = field(default_factory=list)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    uploads: dict[str, str] = field(default_factory=dict)
    socket_tickets: dict[str, str] = field(default_factory=dict)
    clock: VirtualClock = field(default_factory=VirtualClock)
    faults: Faults = field(default_factory=Faults)
    listeners: list[Listener] = field(default_factory=list)
    on_reset: list[Callable[[], None]] = field(default_factory=list)
    parts: dict[str, object] = field(default_factory=dict)
    demo_panel: Json | None = None
    buckets: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    journal: Journal = field(init=False)
    _counters: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.journal = Journal(self.clock)

    def new_id(self, prefix: str) -> str:
        """A fresh id such as `C0000000012`: the same on every run with the same calls."""
        self._counters[prefix] = self._counters.get(prefix, 0) + 1
        return f"{prefix}{self._counters[prefix]:010d}"

    def next_ts(self, channel: Channel) -> str:
        """A timestamp later than every other one of the channel, even when time stands still."""
        micros = max(int(self.clock.now() * 1_000_000), channel.last_ts + 1)
        channel.last_ts = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def event_ts(self) -> str:
        """The present as a Slack timestamp, for events that are not messages."""
        return f"{self.clock.now():.6f}"

    def emit(
        self,
        event: Json,
        *,
        channel: str | None,
        exclude_app: str | None = None,
        only_app: str | None = None,
    ) -> None:
        """Tell every listener about an event; `channel` limits it to apps that are members."""
        notes = {"_exclude_app": exclude_app, "_only_app": only_app}
        event = {**event, **{key: value for key, value in notes.items() if value}}
        for listener in list(self.listeners):
            listener(event, channel)

    def changed(self, kind: str, *, channel: str | None = None, **fields: Any) -> None:
        """Tell the page's listeners about something no app is told (`kind` starts with `_`)."""
        for listener in list(self.listeners):
            listener({"type": kind, **fields}, channel)

    def issue_trigger(self, user: str, app: str, *, view_id: str | None = None) -> str:
        """A trigger id for that user and app, good for one modal within three seconds."""
        number = self.new_id("TR").removeprefix("TR").lstrip("0")
        trigger_id = f"{number}.{self.team_id.removeprefix('T')}.{secrets.token_hex(8)}"
        self.triggers[trigger_id] = Trigger(
            trigger_id, user, app, self.clock.now(), view_id=view_id
        )
        _forget_oldest(self.triggers)
        return trigger_id

    def issue_response_url(
        self,
        *,
        app: str,
        channel: str,
        user: str,
        message_ts: str | None = None,
        thread_ts: str | None = None,
    ) -> str:
        """An address of this sandbox that takes five answers within thirty minutes."""
        token = secrets.token_urlsafe(16)
        self.response_urls[token] = ResponseUrl(
            token, app, channel, user, self.clock.now(), message_ts, thread_ts
        )
        _forget_oldest(self.response_urls)
        return f"{self.url}/_response/{token}"

    def issue_socket_url(self, app: str) -> str:
        """A one-use Socket Mode address; whoever accepts it pops `socket_tickets[ticket]`."""
        ticket = secrets.token_urlsafe(16)
        self.socket_tickets[ticket] = app
        return f"{self.url.replace('http', 'ws', 1)}/_socket?ticket={ticket}&app_id={app}"

    def app_by_token(self, token: str) -> App | None:
        """The app that owns a bot or app-level token."""
        return next((a for a in self.apps.values() if token in {a.bot_token, a.app_token}), None)

    def user_named(self, name_or_id: str) -> User | None:
        """A user by id, name or display name (a leading @ is ignored)."""
        wanted = name_or_id.removeprefix("@")
        if wanted in self.users:
            return self.users[wanted]
        return next((u for u in self.users.values() if wanted in {u.name, u.display_name}), None)

    def channel_named(self, name_or_id: str) -> Channel | None:
        """A channel by id or name (a leading # is ignored)."""
        wanted = name_or_id.removeprefix("#")
        if wanted in self.channels:
            return self.channels[wanted]
        named = (c for c in self.channels.values() if c.name == wanted and not c.is_im)
        return next(named, None)

    def open_modals(self, user: str) -> list[View]:
        """The user's modal stack, the visible one last."""
        return [self.views[view_id] for view_id in self.modals.get(user, [])]

    def clear(self) -> None:
        """Forget everything but listeners and hooks; the seed fills it again."""
        for store in (
            self.users,
            self.channels,
            self.apps,
            self.usergroups,
            self.files,
            self.views,
            self.modals,
            self.homes,
            self.scheduled,
            self.triggers,
            self.response_urls,
            self.uploads,
            self.socket_tickets,
            self.buckets,
            self._counters,
        ):
            store.clear()
        self.ephemerals.clear()
        self.faults.clear()
        self.journal.clear()
        self.clock.reset()
        for hook in list(self.on_reset):
            hook()
