"""Files of flagged messages are copied with the bot's own token, and never made public.

What is too large, lies elsewhere or is refused is kept as a link, and the timeline says why.
"""

import hashlib
from dataclasses import dataclass

from fireline.domain.errors import EffectError, RateLimitedError, UnreachableError
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.timeline import EntryKind, NewEntry, Provenance
from fireline.domain.people import SYSTEM, Actor
from fireline.usecases.capture_ports import KILO, FileRef, KeptFile
from fireline.usecases.capture_timeline import said_at
from fireline.usecases.incident_record import Change, load, refresh, write_down
from fireline.usecases.ports import RawMessage, Services


@dataclass(frozen=True, slots=True)
class _Copy:
    """The bytes, or why there are none."""

    data: bytes | None
    why_not: str | None = None


def keep_files(s: Services, incident_id: int, channel: str, ts: str) -> int:
    """Copy what the message shares and was not kept yet; gives how many files were new.

    Raises:
        EffectError: Slack could not be asked now; what was copied stays, the rest may be repeated.
    """
    with s.store() as uow:
        incident = load(uow, incident_id)
        message = uow.raw_messages.get(channel, ts)
        kept = {file.file_id for file in uow.kept_files.of(incident_id)}
        room = s.files.all - uow.kept_files.size(incident_id)
    new = 0
    for ref in message.files if message else ():
        if message is None or ref.id in kept:
            continue
        copy = _copied(s, ref, room)
        room -= len(copy.data or b"")
        new += _record(s, incident, message, ref, copy)
    return new


def _copied(s: Services, ref: FileRef, room: int) -> _Copy:
    """The file's bytes, unless it is out of reach or too large."""
    if ref.external or not ref.url:
        return _Copy(None, "it lies outside Slack")
    if ref.size > s.files.one:
        return _Copy(None, f"{size(ref.size)} is more than the {size(s.files.one)} that are kept")
    if ref.size > room:
        return _Copy(None, f"the incident's files fill the {size(s.files.all)} that are kept")
    try:
        return _Copy(s.chat.fetch_file(ref, s.files.one))
    except (RateLimitedError, UnreachableError):
        raise
    except EffectError as error:
        return _Copy(None, str(error).rstrip("."))


def _record(s: Services, incident: Incident, message: RawMessage, ref: FileRef, copy: _Copy) -> int:
    """Keep the copy with its line on the timeline, once."""
    now = s.clock.now()
    digest = hashlib.sha256(copy.data).hexdigest() if copy.data is not None else None
    file = KeptFile(
        incident_id=incident.id,
        file_id=ref.id,
        channel=message.channel,
        ts=message.ts,
        name=ref.name,
        mimetype=ref.mimetype,
        size=len(copy.data) if copy.data is not None else ref.size,
        permalink=ref.permalink,
        kept_at=now,
        sha256=digest,
        why_not=copy.why_not,
    )
    with s.store() as uow:
        uow.lock()
        if not uow.kept_files.add(file, copy.data):
            return 0
        author = Actor(message.user, message.user_name)
        detail: dict[str, object] = {"file": ref.id, "sha256": digest, "why_not": copy.why_not}
        change = Change("timeline.file", SYSTEM, now, detail, (_entry(file, author),))
        write_down(uow, incident, change)
        refresh(s, uow, incident)
        uow.commit()
    return 1


def _entry(file: KeptFile, author: Actor) -> NewEntry:
    """The line: what the file is, by its author, with the hash of the copy."""
    about = f"File {file.name} ({size(file.size)}{', ' + file.mimetype if file.mimetype else ''})"
    if file.sha256 is None:
        text = f"{about} is kept as a link only: {file.why_not}"
    else:
        text = f"{about} is kept, sha256 {file.sha256}"
    where = Provenance(
        source="file",
        channel=file.channel,
        ts=file.ts,
        permalink=file.permalink or None,
        detail=f"{file.file_id} sha256:{file.sha256}" if file.sha256 else file.file_id,
    )
    return NewEntry(EntryKind.FILE, text, said_at(file.ts), author.id, author.name, where)


def size(count: int) -> str:
    """`12 kB`, `1.4 MB`: a size for people."""
    if count < KILO:
        return f"{count} B"
    if count < KILO * KILO:
        return f"{count / KILO:.0f} kB"
    return f"{count / KILO / KILO:.1f} MB"
