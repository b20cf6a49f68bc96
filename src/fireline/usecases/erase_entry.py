"""Taking a text out by law: the words go, in every version; chain, hashes and time stay."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import NotFoundError
from fireline.domain.incident.accepting import check_words
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.logbook import reworded
from fireline.domain.incident.timeline import TimelineEntry
from fireline.domain.incident.timeline_text import ERASED
from fireline.domain.people import SYSTEM
from fireline.usecases.incident_record import Change, load, write_down
from fireline.usecases.ports import UnitOfWork


def erase(
    uow: UnitOfWork, incident: Incident, seq: int, reason: str, now: datetime
) -> tuple[int, ...]:
    """Erase the entry with this number, its other versions and the kept message; commits.

    Raises:
        NotFoundError: there is no such entry.
        InvalidInputError: no reason is given.
    """
    why = check_words(reason, "why the law asks for it", "reason")
    uow.lock()
    entries = uow.timeline.chain(incident.id)
    seqs = _versions(entries, seq)
    if not seqs:
        message = f"{incident.ref} has no timeline entry {seq}. `incident show` lists them."
        raise NotFoundError(message)
    uow.timeline.erase(incident.id, seqs)
    for entry in entries:
        if entry.seq in seqs and entry.provenance.channel and entry.provenance.ts:
            _forget(uow, incident, entry.provenance.channel, entry.provenance.ts)
    detail: dict[str, object] = {"seqs": list(seqs), "reason": why}
    write_down(uow, incident, Change("timeline.erase", SYSTEM, now, detail))
    uow.commit()
    return seqs


def _versions(entries: Sequence[TimelineEntry], seq: int) -> tuple[int, ...]:
    """All numbers under which the entry was ever written, and copies from the same message."""
    found = {e.seq for e in entries if e.seq == seq}
    sources = {
        (e.provenance.channel, e.provenance.ts) for e in entries if e.seq == seq and e.provenance.ts
    }
    found |= {e.seq for e in entries if (e.provenance.channel, e.provenance.ts) in sources}
    grown = True
    while grown:
        more = {e.seq for e in entries if e.supersedes in found}
        more |= {e.supersedes for e in entries if e.seq in found and e.supersedes is not None}
        grown = not more <= found
        found |= more
    return tuple(sorted(found))


def _forget(uow: UnitOfWork, incident: Incident, channel: str, ts: str) -> None:
    """The kept message loses its words, its files their bytes, the decision it was its text."""
    uow.kept_files.erase(incident.id, channel, ts)
    after = reworded(load(uow, incident.id), f"{channel}:{ts}", ERASED)
    uow.incidents.save(after)
    kept = uow.raw_messages.get(channel, ts)
    if kept is not None:
        uow.raw_messages.save(replace(kept, text="", source="", versions=()))
