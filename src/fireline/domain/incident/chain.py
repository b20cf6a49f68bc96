"""The hash chain of a timeline: what is covered, and where it breaks."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime

from fireline.domain.audit import chain_hash
from fireline.domain.incident.timeline import TimelineEntry


def first_link(incident_ref: str) -> str:
    """The previous hash of an incident's first entry."""
    return hashlib.sha256(incident_ref.encode()).hexdigest()


def content_hash(text: str) -> str:
    """How a text enters the chain, so that the text itself can be erased."""
    return hashlib.sha256(text.encode()).hexdigest()


def entry_hash(entry: TimelineEntry) -> str:
    """Hash of the fields that never change; who supports an entry is not among them."""
    return chain_hash(
        entry.prev_hash,
        {
            "incident_id": entry.incident_id,
            "seq": entry.seq,
            "kind": entry.kind.value,
            "occurred_at": _rfc3339(entry.occurred_at),
            "recorded_at": _rfc3339(entry.recorded_at),
            "actor_id": entry.actor_id,
            "actor_name": entry.actor_name,
            "provenance": asdict(entry.provenance),
            "content_hash": entry.content_hash,
            "supersedes": entry.supersedes,
        },
    )


def first_broken_entry(incident_ref: str, entries: Iterable[TimelineEntry]) -> int | None:
    """The seq of the first entry whose hash, link or text does not hold, or None.

    `entries` come by seq. An erased text (empty) does not break the chain; a changed one does.
    """
    previous = first_link(incident_ref)
    for expected, entry in enumerate(entries, 1):
        sound = (
            entry.seq == expected
            and entry.prev_hash == previous
            and entry_hash(entry) == entry.hash
            and (not entry.text or content_hash(entry.text) == entry.content_hash)
        )
        if not sound:
            return entry.seq
        previous = entry.hash
    return None


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
