"""What keeping an incident's channel in good order needs from Slack."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A link in a channel's bar; `id` is empty while it is not there."""

    title: str
    link: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """A channel as it stands in Slack: what is pinned by ts, bookmarks by title."""

    id: str
    name: str
    topic: str = ""
    archived: bool = False
    pinned: frozenset[str] = frozenset()
    bookmarks: Mapping[str, Bookmark] = field(default_factory=dict)


class RoomCare(Protocol):
    """The part of Slack that looks at channels and puts links into them."""

    def look(self, channel: str) -> Room:
        """The channel as it stands now.

        Raises:
            RejectedError: `channel_not_found`; it was deleted, or is hidden from us.
        """
        ...

    def bookmark(self, channel: str, wanted: Bookmark) -> None:
        """Put the link into the channel's bar, or change the one with its id."""
        ...

    def unarchive(self, channel: str) -> None:
        """Open an archived channel again; `RejectedError` where only people may do that."""
        ...
