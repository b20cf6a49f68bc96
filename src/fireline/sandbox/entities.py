"""What a workspace holds: users, channels, messages, apps, views, files."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class User:
    """A human or a bot user."""

    id: str
    name: str
    real_name: str
    display_name: str = ""
    tz: str = "UTC"
    email: str = ""
    is_bot: bool = False
    deleted: bool = False
    color: str = "4bbe2e"
    app_id: str | None = None
    bot_id: str | None = None
    is_admin: bool = False
    is_restricted: bool = False


@dataclass
class Message:
    """A message as stored; `shapes.message_json` gives what Slack would show."""

    ts: str
    channel: str
    text: str = ""
    user: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str | None = None
    reply_broadcast: bool = False
    edited: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    subtype: str | None = None
    deleted: bool = False
    ephemeral_to: str | None = None
    username: str | None = None
    icon_emoji: str | None = None
    extra: Json = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        """Whether the message lives in a thread (the parent itself does not)."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass
class Channel:
    """A channel, direct message or group direct message, with its messages in ts order."""

    id: str
    name: str
    creator: str
    created: int = 0
    is_private: bool = False
    is_im: bool = False
    is_mpim: bool = False
    is_archived: bool = False
    is_general: bool = False
    topic: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    purpose: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    members: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    pins: list[str] = field(default_factory=list)
    bookmarks: dict[str, Json] = field(default_factory=dict)
    last_read: dict[str, str] = field(default_factory=dict)
    canvas_id: str | None = None
    last_ts: int = 0

    @property
    def kind(self) -> str:
        """The value of `channel_type` in events: channel, group, im or mpim."""
        if self.is_im:
            return "im"
        if self.is_mpim:
            return "mpim"
        return "group" if self.is_private else "channel"

    def thread(self, parent_ts: str) -> list[Message]:
        """The replies of a thread, oldest first, without the parent."""
        return [m for m in self.messages.values() if m.thread_ts == parent_ts and m.ts != parent_ts]


@dataclass
class App:
    """An installed app with its tokens and what it subscribed to."""

    id: str
    name: str
    bot_user_id: str
    bot_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    scopes: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)
    commands: list[Json] = field(default_factory=list)
    shortcuts: list[Json] = field(default_factory=list)
    socket_mode: bool = True
    request_url: str | None = None
    interactivity_url: str | None = None
    options_url: str | None = None
    home_enabled: bool = True
    distribution: str = "internal"
    revoked: bool = False
    verification_token: str = "sandbox-verification"  # noqa: S105 - the legacy field, not a secret


@dataclass
class View:
    """A modal or a Home view; `payload` is what the app sent, `state` what the user typed."""

    id: str
    app_id: str
    user: str
    type: str
    payload: Json
    hash: str
    external_id: str = ""
    root_id: str = ""
    previous_id: str | None = None
    state: dict[str, Json] = field(default_factory=dict)
    response_urls: list[Json] = field(default_factory=list)
    is_open: bool = True


@dataclass
class FileObject:
    """An uploaded file, or a canvas (then `sections` holds its text in order).

    `shares` lists `(channel, ts)` of the messages that show the file.
    """

    id: str
    name: str
    title: str
    mimetype: str
    size: int
    user: str
    created: int
    data: bytes = b""
    alt_text: str = ""
    uploaded: bool = False
    completed: bool = False
    shares: list[tuple[str, str]] = field(default_factory=list)
    sections: dict[str, str] | None = None
    access: dict[str, str] = field(default_factory=dict)
    snippet_type: str = ""

    @property
    def is_canvas(self) -> bool:
        """Whether the file is a canvas (its text is in `markdown`)."""
        return self.sections is not None

    @property
    def markdown(self) -> str | None:
        """The text of a canvas; None for any other file."""
        return None if self.sections is None else "\n\n".join(self.sections.values())


@dataclass
class Trigger:
    """A handle that allows one modal within three seconds."""

    id: str
    user: str
    app: str
    issued_at: float
    used: bool = False
    view_id: str | None = None


@dataclass
class ResponseUrl:
    """A response_url: five uses within thirty virtual minutes."""

    token: str
    app: str
    channel: str
    user: str
    issued_at: float
    message_ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0


@dataclass
class UserGroup:
    """A user group such as @data-oncall."""

    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)
    disabled: bool = False
    created: int = 0
    updated: int = 0


@dataclass
class ScheduledMessage:
    """A message that waits for its time."""

    id: str
    channel: str
    app_id: str
    post_at: int
    created: int
    arguments: Json
