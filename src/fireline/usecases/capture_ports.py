"""What is kept of the talk in incident channels: messages with their versions, and files."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

KILO = 1024


@dataclass(frozen=True, slots=True)
class FileLimits:
    """How much is copied, in bytes: of one file, and of all files of one incident."""

    one: int = 20 * KILO * KILO
    all: int = 200 * KILO * KILO


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file that a message shares; `url` takes the bot's own token and is never made public.

    `external` ones lie outside Slack: the token must not go there.
    """

    id: str
    name: str
    mimetype: str = ""
    size: int = 0
    url: str = ""
    permalink: str = ""
    external: bool = False


@dataclass(frozen=True, slots=True)
class RawVersion:
    """What a message said before an edit, with when and by whom it was edited."""

    text: str
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A message of an incident channel as it arrived; edits add versions, deletions a mark.

    `text` has names in place of ids, `source` is what Slack sent. `recovered` marks one that
    never came as an event and was read from the history later.
    """

    channel: str
    ts: str
    user: str
    user_name: str
    text: str
    thread_ts: str | None = None
    permalink: str | None = None
    deleted: bool = False
    versions: tuple[RawVersion, ...] = ()
    recovered: bool = False
    source: str = ""
    files: tuple[FileRef, ...] = ()
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A flagged file; `why_not` says why there is no copy, then `sha256` is None."""

    incident_id: int
    file_id: str
    channel: str
    ts: str
    name: str
    mimetype: str
    size: int
    permalink: str
    kept_at: datetime
    sha256: str | None = None
    why_not: str | None = None


class RawMessages(Protocol):
    """Messages of incident channels, from events, never from reading history."""

    def save(self, message: RawMessage) -> None: ...
    def get(self, channel: str, ts: str) -> RawMessage | None: ...
    def erase(self, channel: str) -> None:
        """Take the words out of everything said in the channel for good."""
        ...


class KeptFiles(Protocol):
    """Copies of flagged files, one per incident and file."""

    def add(self, file: KeptFile, data: bytes | None) -> bool:
        """Keep it with its bytes; False when it is kept already."""
        ...

    def of(self, incident_id: int) -> list[KeptFile]:
        """The incident's files without their bytes, oldest message first."""
        ...

    def data(self, incident_id: int, file_id: str) -> bytes | None:
        """The bytes, or None where they were not copied."""
        ...

    def erase(self, incident_id: int, channel: str, ts: str) -> None:
        """Take out the bytes of the message's files for good; what they were stays known."""
        ...

    def size(self, incident_id: int) -> int:
        """Bytes kept for the incident."""
        ...
