"""A runbook: what to check, what to do, how to verify, kept in git as Markdown."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a `check`, an `action` or a `decision`; `text` is the command or question.

    `approver` is the role that agrees to a dangerous one, `undo` how it is taken back.
    """

    id: str
    kind: str
    title: str
    text: str = ""
    expect: str = ""
    dangerous: bool = False
    approver: str = ""
    undo: str = ""


@dataclass(frozen=True, slots=True)
class VerifyStep:
    """What shows that it is over: a PromQL query, or SQL that a person runs; `good` is as written.

    `seconds` is for how long it must be so; with `absent_bad` no answer is a bad one.
    """

    promql: str = ""
    sql: str = ""
    good: str = ""
    seconds: int = 0
    absent_bad: bool = True


@dataclass(frozen=True, slots=True)
class Backfill:
    """What the runbook says of repairing data; `idempotent` in its own words."""

    required_when: tuple[str, ...] = ()
    unit: str = ""
    idempotent: str = ""
    downstream: str = ""

    @property
    def runs_twice(self) -> bool | None:
        """Whether doing it twice gives the same; None when nothing is said of it.

        Anything but a plain yes counts as no.
        """
        word = self.idempotent.strip().lower()
        return word in {"yes", "true"} if word else None


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
    verify: tuple[VerifyStep, ...] = ()
    backfill: Backfill | None = None
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
