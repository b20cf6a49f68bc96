"""The audit trail: every state change anywhere, append-only and hash-chained."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

GENESIS = hashlib.sha256(b"fireline audit").hexdigest()


def canonical_json(value: Mapping[str, object]) -> str:
    """The one text form that is hashed: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def chain_hash(previous: str, content: Mapping[str, object]) -> str:
    """Hash of an entry: sha256 of the previous hash and the entry's canonical JSON."""
    return hashlib.sha256((previous + canonical_json(content)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One recorded change; `detail` holds plain JSON values only."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, object]
    prev_hash: str
    hash: str

    def content(self) -> dict[str, object]:
        """What the hash covers."""
        return {
            "seq": self.seq,
            "at": self.at.isoformat(),
            "actor": self.actor,
            "action": self.action,
            "subject": self.subject,
            "detail": dict(self.detail),
        }


def first_broken(entries: Iterable[AuditEntry]) -> int | None:
    """The seq of the first entry whose hash or link does not hold, or None for a sound chain."""
    previous = GENESIS
    for entry in entries:
        if entry.prev_hash != previous or chain_hash(previous, entry.content()) != entry.hash:
            return entry.seq
        previous = entry.hash
    return None
