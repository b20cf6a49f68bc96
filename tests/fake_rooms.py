"""The channels of a Slack in memory: who is in them, what they are called, which are shut."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from fireline.domain.errors import EffectError, RejectedError
from fireline.usecases.ports import ChannelRef
from fireline.usecases.room_ports import Bookmark, Room


@dataclass
class FakeRooms:
    """The part of the fake chat that is about channels."""

    channels: dict[str, ChannelRef] = field(default_factory=dict)
    foreign_names: set[str] = field(default_factory=set)
    members: dict[str, set[str]] = field(default_factory=dict)
    strangers: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    archived: set[str] = field(default_factory=set)
    topics: dict[str, str] = field(default_factory=dict)
    pins: set[tuple[str, str]] = field(default_factory=set)
    bookmarks: dict[tuple[str, str], Bookmark] = field(default_factory=dict)
    fail: dict[str, list[EffectError]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def create_channel(self, name: str, *, private: bool) -> ChannelRef:
        self._called("create_channel")
        if name in self.channels or name in self.foreign_names:
            raise RejectedError(f"#{name} exists", "name_taken")
        made = ChannelRef(f"C{len(self.channels) + 1:08d}", name, private)
        self.channels[name] = made
        return made

    def own_channel(
        self, name: str, since: datetime | None = None, *, private: bool = False
    ) -> ChannelRef | None:
        self._called("own_channel")
        _ = since
        found = self.channels.get(name)
        if found is None or found.private != private or found.id in self.archived:
            return None
        return found

    def look(self, channel: str) -> Room:
        self._called("look")
        where = self._id(channel)
        name = next((c.name for c in self.channels.values() if c.id == where), None)
        if name is None:
            raise RejectedError(f"There is no channel {channel}.", "channel_not_found")
        if where in self.archived:
            return Room(where, name, self.topics.get(where, ""), archived=True)
        pinned = frozenset(ts for channel_id, ts in self.pins if channel_id == where)
        links = {title: b for (at, title), b in self.bookmarks.items() if at == where}
        return Room(where, name, self.topics.get(where, ""), pinned=pinned, bookmarks=links)

    def bookmark(self, channel: str, wanted: Bookmark) -> None:
        self._called("bookmark")
        key = (self._id(channel), wanted.title)
        self.bookmarks[key] = replace(wanted, id=wanted.id or f"Bk{len(self.bookmarks) + 1:08d}")

    def unarchive(self, channel: str) -> None:
        self._called("unarchive")
        self.archived.discard(self._id(channel))

    def invite(self, channel: str, users: Sequence[str]) -> tuple[str, ...]:
        self._called("invite")
        self.members.setdefault(self._id(channel), set()).update(set(users) - self.strangers)
        return tuple(u for u in users if u in self.strangers)

    def members_of(self, channel: str) -> tuple[str, ...]:
        self._called("members_of")
        return tuple(sorted(self.members.get(self._id(channel), ())))

    def rename(self, channel: str, name: str) -> None:
        self._called("rename")
        if any(c.id == self._id(channel) and c.name == name for c in self.channels.values()):
            return
        if name in self.channels or name in self.foreign_names:
            raise RejectedError(f"#{name} exists", "name_taken")
        old = next(c for c in self.channels.values() if c.id == self._id(channel))
        del self.channels[old.name]
        self.channels[name] = replace(old, name=name)

    def archive(self, channel: str) -> None:
        self._called("archive")
        self.archived.add(self._id(channel))

    def _id(self, channel: str) -> str:
        """The id of a channel given by name; a name that nobody made here stands for itself."""
        if channel in self.missing:
            raise RejectedError(f"There is no public channel {channel}.", "channel_not_found")
        made = self.channels.get(channel.removeprefix("#"))
        return made.id if made else channel

    def _called(self, method: str) -> None:
        self.calls.append(method)
        if self.fail.get(method):
            raise self.fail[method].pop(0)
