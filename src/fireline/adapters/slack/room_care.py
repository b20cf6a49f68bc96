"""Looking at a channel as it stands, and the links in its bar."""

import html

from slack_sdk import WebClient

from fireline.adapters.slack.calls import call
from fireline.adapters.slack.directory import Directory
from fireline.domain.errors import RejectedError
from fireline.usecases.room_ports import Bookmark, Room

EMOJI = ":fire:"
# An archived channel is only read about; asking for more of it is refused.
NOT_OPEN = frozenset({"is_archived", "channel_not_found", "not_in_channel"})


class SlackRoomCare:
    """The part of `ports.Chat` that keeps channels in good order."""

    _client: WebClient
    directory: Directory

    def look(self, channel: str) -> Room:
        """The channel as it stands now."""
        where = self.directory.channel_id(channel)
        found = call(f"read about {channel}", self._client.conversations_info, channel=where)
        about = found["channel"]
        topic = html.unescape(str(about.get("topic", {}).get("value", "")))
        name, archived = str(about.get("name", "")), bool(about.get("is_archived"))
        if archived:
            return Room(where, name, topic, archived=True)
        if about.get("is_member") is False and not about.get("is_private"):
            call(f"come back into {channel}", self._client.conversations_join, channel=where)
        pinned = frozenset(self._pinned(where))
        return Room(where, name, topic, pinned=pinned, bookmarks=self._bookmarks(where))

    def _pinned(self, where: str) -> list[str]:
        answer = call(f"list what is pinned in {where}", self._client.pins_list, channel=where)
        return [str((item.get("message") or {}).get("ts", "")) for item in answer.get("items", [])]

    def _bookmarks(self, where: str) -> dict[str, Bookmark]:
        lister = self._client.bookmarks_list
        try:
            answer = call(f"list the links of {where}", lister, channel_id=where)
        except RejectedError as error:
            if error.code not in NOT_OPEN:
                raise
            return {}
        found = [
            Bookmark(str(b.get("title")), html.unescape(str(b.get("link") or "")), str(b["id"]))
            for b in answer.get("bookmarks", [])
        ]
        return {one.title: one for one in found}

    def bookmark(self, channel: str, wanted: Bookmark) -> None:
        """Put the link into the channel's bar, or change the one with its id."""
        where = self.directory.channel_id(channel)
        what = f"put the link {wanted.title} into {channel}"
        if wanted.id:
            edit = self._client.bookmarks_edit
            call(what, edit, channel_id=where, bookmark_id=wanted.id, link=wanted.link)
            return
        call(
            what,
            self._client.bookmarks_add,
            channel_id=where,
            title=wanted.title,
            type="link",
            link=wanted.link,
            emoji=EMOJI,
        )

    def unarchive(self, channel: str) -> None:
        """Open an archived channel again."""
        where = self.directory.channel_id(channel)
        try:
            call(f"unarchive {channel}", self._client.conversations_unarchive, channel=where)
        except RejectedError as error:
            if error.code != "not_archived":
                raise
