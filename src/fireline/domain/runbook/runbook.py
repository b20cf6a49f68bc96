"""A runbook: what to check, what to do, how to verify, kept in git as Markdown."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a `check`, an `action` or a `decision`; `text` is the command or question."""

    id: str
    kind: str
    title: str
    text: str = ""
    expect: str = ""
    dangerous: bool = False


@dataclass(frozen=True, slots=True)
class Runbook:
    """One file. `path` is relative to the runbook folder."""

    id: str
    title: str
    path: str
    owner: str | None = None
    tier: int | None = None
    slos: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    symptoms: tuple[str, ...] = ()
    last_reviewed: date | None = None
    review_interval_days: int | None = None
    steps: tuple[Step, ...] = ()
    body: str = ""


@dataclass(frozen=True, slots=True)
class RunbookHit:
    """A search result: best section, a score comparable within one answer, and why it matched."""

    id: str
    title: str
    path: str
    section: str
    score: float
    why: str
    first_step: str = ""
