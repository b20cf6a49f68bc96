"""Slack as the use cases see it: channels, messages that can be found again, people."""

import hashlib
import html
import json
from collections.abc import Callable, Sequence
from typing import Any

from slack_sdk import WebClient
from slack_sdk.http_retry.handler import RetryHandler
from slack_sdk.web import SlackResponse

from fireline.adapters.slack.blocks import render
from fireline.adapters.slack.calls import ShortWait, call
from fireline.adapters.slack.directory import Directory
from fireline.adapters.slack.files import fetch, shared
from fireline.adapters.slack.grammar import mentioned, readable, unnamed
from fireline.adapters.slack.message_keys import file_name, has_key, metadata
from fireline.adapters.slack.room_care import SlackRoomCare
from fireline.adapters.slack.rooms import Rooms
from fireline.domain.errors import RejectedError, UnreachableError
from fireline.usecases.capture_ports import FileRef
from fireline.usecases.ports import PostedRef, RawMessage
from fireline.usecases.views import (
    AlertMessage,
    FileMessage,
    Home,
    IncidentCard,
    Message,
    SloDetail,
    unmarked,
)

RECENT = 200
RECENT_PAGES = 3
FINE_WHEN_INVITING = frozenset({"already_in_channel", "cant_invite_self"})
NOBODY = frozenset(
    {
        "cant_invite",
        "no_external_invite_permission",
        "no_user",
        "org_user_not_in_team",
        "ura_max_channels",
        "user_disabled",
        "user_is_restricted",
        "user_is_ultra_restricted",
        "user_not_found",
    }
)
# We never posted where we never were, nor in a thread that is gone.
NEVER_THERE = frozenset({"not_in_channel", "thread_not_found"})
MAX_INVITED = 100


class SlackChat(Rooms, SlackRoomCare):
    """`ports.Chat` over the Web API.

    Args:
        client: its token and address are used; its retry handlers are not, since a repeated post
            after an unknown outcome would be seen twice.
    """

    def __init__(self, client: WebClient) -> None:
        # What is done in Slack is repeated by flows, which wait without holding a thread; what is
        # only asked is also asked while somebody waits, so a short wait is made on the spot.
        self._asking_client = _like(client, [ShortWait(max_retry_count=2)])
        super().__init__(_like(client, []), Directory(self._asking_client))

    def invite(self, channel: str, users: Sequence[str]) -> tuple[str, ...]:
        """Invite people; gives those who could not be invited."""
        people = [user for user in dict.fromkeys(users) if user != self._own_user()]
        where = self.directory.channel_id(channel)
        failed: list[str] = []
        for user in people[:MAX_INVITED]:
            # One by one: a single wrong id would otherwise refuse everybody.
            try:
                self._as_member(
                    where,
                    f"invite {user} to {channel}",
                    self._client.conversations_invite,
                    users=user,
                )
            except RejectedError as error:
                if error.code in FINE_WHEN_INVITING:
                    continue
                if error.code not in NOBODY:
                    raise
                failed.append(user)
        return (*failed, *people[MAX_INVITED:])

    def set_topic(self, channel: str, topic: str) -> None:
        """Set the topic; one that is set already is left alone, since Slack would announce it."""
        where = self.directory.channel_id(channel)
        found = self._info(where)
        if html.unescape(str(found.get("topic", {}).get("value", ""))) == topic:
            return
        setter = self._client.conversations_setTopic
        self._as_member(where, f"set the topic of {channel}", setter, topic=topic)

    def post(
        self,
        channel: str,
        message: Message,
        key: str,
        chart_file: str | None = None,
        thread: PostedRef | None = None,
    ) -> PostedRef:
        """Post with the key in the message metadata, in a thread if given; pins a status card."""
        if isinstance(message, Home):
            return self._show_home(message)
        where = thread.channel_id if thread else self.directory.channel_id(channel)
        try:
            posted = self._post(where, message, key, chart_file, thread)
        except RejectedError as error:
            if error.code == "channel_not_found":
                self.directory.forget(channel)
            if error.code != "not_in_channel":
                raise
            self._join(where)
            posted = self._post(where, message, key, chart_file, thread)
        if isinstance(unmarked(message), IncidentCard):
            self.pin(posted)
        return posted

    def _post(
        self,
        where: str,
        message: Message,
        key: str,
        chart_file: str | None,
        thread: PostedRef | None,
    ) -> PostedRef:
        file = unmarked(message)
        if isinstance(file, FileMessage):
            return self._share(where, file, key, render(message).text)
        shown = render(message, chart_file)
        answer = call(
            f"post {key}",
            self._client.chat_postMessage,
            channel=where,
            text=shown.text,
            blocks=shown.blocks,
            thread_ts=thread.ts if thread else None,
            metadata=metadata(key),
            unfurl_links=False,
            unfurl_media=False,
        )
        return PostedRef(str(answer["channel"]), str(answer["ts"]))

    def whisper(self, channel: str, user: str, message: Message) -> None:
        """Show it to one member of a channel alone."""
        where, shown = self.directory.channel_id(channel), render(message)
        show = self._client.chat_postEphemeral
        told = {"text": shown.text, "blocks": shown.blocks}
        call(f"tell {user} in {channel}", show, channel=where, user=user, **told)

    def _show_home(self, message: Home) -> PostedRef:
        view = {"type": "home", "blocks": render(message).blocks}
        call("show App Home", self._client.views_publish, user_id=message.user, view=view)
        return PostedRef(message.user, "home")

    def _share(self, where: str, message: FileMessage, key: str, comment: str) -> PostedRef:
        call(
            f"share {message.filename}",
            self._client.files_upload_v2,
            channel=where,
            content=message.content,
            filename=file_name(key, message.filename),
            title=message.title,
            initial_comment=comment,
        )
        found = self.find_post(where, key)
        if found is None:
            text = f"{message.filename} was shared, but its message is not in the channel yet."
            raise UnreachableError(text)
        return found

    def update(
        self, posted: PostedRef, message: Message, key: str, chart_file: str | None = None
    ) -> None:
        """Edit the message; a document's content never changes under its key."""
        if isinstance(unmarked(message), FileMessage):
            return
        if isinstance(message, Home):
            self._show_home(message)
            return
        shown = render(message, chart_file)
        call(
            f"edit {key}",
            self._client.chat_update,
            channel=posted.channel_id,
            ts=posted.ts,
            text=shown.text,
            blocks=shown.blocks,
            metadata=metadata(key),
        )

    def find_post(
        self, channel: str, key: str, thread: PostedRef | None = None
    ) -> PostedRef | None:
        """Our own message with this key in the channel's recent history, or in the thread."""
        where = thread.channel_id if thread else self.directory.channel_id(channel)
        method: Callable[..., SlackResponse] = self._client.conversations_history
        within: dict[str, Any] = {}
        if thread is not None:
            method, within = self._client.conversations_replies, {"ts": thread.ts}
        cursor = ""
        for _ in range(RECENT_PAGES):
            try:
                answer = call(
                    f"look for {key} in {channel}",
                    method,
                    channel=where,
                    include_all_metadata=True,
                    limit=RECENT,
                    cursor=cursor,
                    **within,
                )
            except RejectedError as error:
                if error.code in NEVER_THERE:
                    return None
                raise
            for message in answer.get("messages", []):
                if self._ours(message) and has_key(message, key):
                    return PostedRef(where, str(message["ts"]))
            cursor = answer.get("response_metadata", {}).get("next_cursor", "")
            if not cursor:
                return None
        return None

    def _ours(self, message: dict[str, Any]) -> bool:
        own = self.directory.identity()
        return own.get("bot_id") == message.get("bot_id") or own["user_id"] == message.get("user")

    def fingerprint(self, message: Message) -> str:
        """Hash of what would be shown, to skip updates that change nothing."""
        shown = render(message)
        chart = message.chart if isinstance(message, AlertMessage | SloDetail) else None
        facts = [shown.text, shown.blocks, chart.version if chart else None]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def upload_image(self, png: bytes, filename: str, alt: str) -> str:
        """Upload without sharing; gives the file id to use in image blocks."""
        answer = call(
            f"upload {filename}",
            self._client.files_upload_v2,
            file=png,
            filename=filename,
            title=filename,
            alt_txt=alt[:1000],
        )
        return str(answer["files"][0]["id"])

    def pin(self, posted: PostedRef) -> None:
        """Pin the message; pinned already is fine."""
        try:
            self._as_member(
                posted.channel_id, "pin the status card", self._client.pins_add, timestamp=posted.ts
            )
        except RejectedError as error:
            if error.code != "already_pinned":
                raise

    def _as_member(
        self, where: str, what: str, method: Callable[..., SlackResponse], **arguments: object
    ) -> None:
        """Make a call that only members may make; whoever was thrown out comes back first."""
        try:
            call(what, method, channel=where, **arguments)
        except RejectedError as error:
            if error.code != "not_in_channel":
                raise
            self._join(where)
            call(what, method, channel=where, **arguments)

    def _join(self, where: str) -> None:
        call("come back into a channel", self._client.conversations_join, channel=where)

    def permalink(self, channel: str, ts: str) -> str | None:
        """The address of a message, or None when it is gone."""
        where = self.directory.channel_id(channel)
        try:
            answer = call(
                "link to a message",
                self._asking_client.chat_getPermalink,
                channel=where,
                message_ts=ts,
            )
        except RejectedError as error:
            if error.code == "message_not_found":
                return None
            raise
        return str(answer["permalink"])

    def message(self, channel: str, ts: str, thread_ts: str | None = None) -> RawMessage | None:
        """Exactly the message with this ts, or None; never a neighbour."""
        where = self.directory.channel_id(channel)
        exact = {"channel": where, "latest": ts, "oldest": ts, "inclusive": True}
        tries: list[tuple[Callable[..., SlackResponse], dict[str, Any]]] = [
            (self._asking_client.conversations_history, {**exact, "limit": 1}),
            # A reply is not in the history; Slack gives it when asked for its thread.
            (
                self._asking_client.conversations_replies,
                {**exact, "ts": thread_ts or ts, "limit": 10},
            ),
        ]
        for method, arguments in tries:
            try:
                answer = call("read a flagged message", method, **arguments)
            except RejectedError as error:
                if error.code == "thread_not_found":
                    continue
                raise
            for found in answer.get("messages", []):
                if found.get("ts") == ts and found.get("subtype") != "tombstone":
                    return self.raw_message(where, found)
        return None

    def raw_message(self, channel: str, found: dict[str, Any]) -> RawMessage:
        """A message of Slack's as plain text with its author's name."""
        user = str(found.get("user") or found.get("bot_id") or "")
        return RawMessage(
            channel=channel,
            ts=str(found["ts"]),
            user=user,
            user_name=self.directory.name_or_id(user) if found.get("user") else user,
            text=self.readable(str(found.get("text") or "")),
            thread_ts=found.get("thread_ts"),
            source=str(found.get("text") or ""),
            files=shared(found),
        )

    def readable(self, text: str) -> str:
        """A message's text with names in place of ids."""
        names = {user: self.directory.name_or_id(user) for user in mentioned(text)}
        names |= {place: self.directory.place_or_id(place) for place in unnamed(text)}
        return readable(text, names)

    def fetch_file(self, file: FileRef, most: int) -> bytes:
        """The file's bytes, fetched with our own token; never makes anything public."""
        return fetch(self._client, file, most)

    def user_name(self, user_id: str) -> str:
        """How the person is called in Slack."""
        return self.directory.name(user_id)

    def is_member(self, user_id: str) -> bool:
        """Whether this is a person who works here now: known, active, not a bot."""
        return self.directory.is_member(user_id)

    def is_guest(self, user_id: str) -> bool:
        """Whether the person may only be in some channels, as a guest of the workspace."""
        return self.directory.is_guest(user_id)

    def user_timezone(self, user_id: str) -> str:
        """The person's IANA zone."""
        return self.directory.timezone(user_id)


def _like(client: WebClient, retry_handlers: list[RetryHandler]) -> WebClient:
    return WebClient(
        token=client.token,
        base_url=client.base_url,
        timeout=client.timeout,
        ssl=client.ssl,
        proxy=client.proxy,
        retry_handlers=retry_handlers,
    )
