"""Channels as rooms of incidents: who is in them, what they are called, when they are shut."""

from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient

from fireline.adapters.slack.calls import call
from fireline.adapters.slack.directory import Directory
from fireline.domain.errors import RejectedError
from fireline.usecases.ports import ChannelRef

CLOCKS_DIFFER = timedelta(minutes=10)
MEMBERS_PAGE = 999
MOST_PAGES = 50


class Rooms:
    """The part of `ports.Chat` that is about channels themselves.

    Args:
        client: makes the calls.
        directory: who we are, and which channel is which.
    """

    def __init__(self, client: WebClient, directory: Directory) -> None:
        self._client = client
        self.directory = directory

    def create_channel(self, name: str, *, private: bool) -> ChannelRef:
        """Make it; `RejectedError` with code `name_taken` when the name exists."""
        create = self._client.conversations_create
        answer = call(f"create channel #{name}", create, name=name, is_private=private)
        made = ChannelRef(answer["channel"]["id"], answer["channel"]["name"], private)
        self.directory.remember(made)
        return made

    def own_channel(
        self, name: str, since: datetime | None = None, *, private: bool = False
    ) -> ChannelRef | None:
        """The open channel of that name if Fireline itself created it, `since` then if given."""
        found = self.directory.find(name, private=private)
        ours = self._own_user()
        if found is None or found.get("creator") != ours or found.get("is_archived"):
            return None
        if (
            since is not None
            and int(found.get("created") or 0) < (since - CLOCKS_DIFFER).timestamp()
        ):
            return None
        return ChannelRef(found["id"], found["name"], private)

    def members_of(self, channel: str) -> tuple[str, ...]:
        """Ids of the people in it, without Fireline itself."""
        where = self.directory.channel_id(channel)
        found: list[str] = []
        cursor = ""
        for _ in range(MOST_PAGES):
            answer = call(
                f"ask who is in {channel}",
                self._client.conversations_members,
                channel=where,
                limit=MEMBERS_PAGE,
                cursor=cursor,
            )
            found += answer.get("members", [])
            cursor = answer.get("response_metadata", {}).get("next_cursor", "")
            if not cursor:
                break
        return tuple(user for user in found if user != self._own_user())

    def rename(self, channel: str, name: str) -> None:
        """Give a channel of ours another name; one that has it already is left alone."""
        where = self.directory.channel_id(channel)
        if self._info(where).get("name") == name:
            return
        renamer = self._client.conversations_rename
        call(f"rename {channel}", renamer, channel=where, name=name)

    def archive(self, channel: str) -> None:
        """Archive it; archived already is fine."""
        where = self.directory.channel_id(channel)
        try:
            call(f"archive {channel}", self._client.conversations_archive, channel=where)
        except RejectedError as error:
            if error.code != "already_archived":
                raise

    def _info(self, where: str) -> dict[str, Any]:
        read = self._client.conversations_info
        return dict(call(f"read about {where}", read, channel=where)["channel"])

    def _own_user(self) -> str:
        return str(self.directory.identity()["user_id"])
