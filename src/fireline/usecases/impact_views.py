"""The blast radius as it is shown."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class BlastLine:
    """One thing that is affected; `due_at` is when it is needed next."""

    name: str
    kind: str
    tier: int | None
    owner: str
    channel: str
    due_at: datetime | None
    distance: int


@dataclass(frozen=True, slots=True)
class BlastMessage:
    """Who is affected, worst first; `more` are not listed, `unresolved` are in no lineage."""

    ref: str
    roots: tuple[str, ...]
    summary: str
    lines: tuple[BlastLine, ...]
    more: int = 0
    unresolved: tuple[str, ...] = ()
    age: timedelta | None = None
    old: bool = False
    border: str = ""
