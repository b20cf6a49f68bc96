"""What is shown of maintenance, exceptions and frozen services, as plain facts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fireline.domain.policy.verdict import Decision
from fireline.domain.policy.waivers import Waiver


class Audience(StrEnum):
    """Whom a message about a request is for."""

    APPROVER = "approver"
    HOLDER = "holder"
    REMINDED = "reminded"


@dataclass(frozen=True, slots=True)
class Effect:
    """What an exclusion changes in its SLO's budget as it is now; shares may be negative."""

    bad: float
    total: float
    unit: str
    left_before: float | None
    left_after: float | None


@dataclass(frozen=True, slots=True)
class WaiverMessage:
    """A request as its approver or its holder sees it; `title` is the SLO's or the service's.

    `limits` says why changes to the service do not simply pass now.
    """

    waiver: Waiver
    audience: Audience
    title: str
    now: datetime
    effect: Effect | None = None
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One stretch of maintenance that git plans: the one that runs now, or the next."""

    name: str
    start: datetime
    end: datetime
    again: bool
    reason: str
    approver: str
    source: str


@dataclass(frozen=True, slots=True)
class MaintenanceList:
    """What people asked for, and what git plans; `problems` are entries that were left out."""

    asked: tuple[Waiver, ...]
    planned: tuple[PlannedLine, ...]
    problems: tuple[str, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class FreezeLine:
    """One service whose changes are limited, or would be without an exception."""

    service: str
    decision: Decision
    passes: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FreezeList:
    """All such services, strictest first, and the exceptions that people asked for."""

    lines: tuple[FreezeLine, ...]
    free: int
    exceptions: tuple[Waiver, ...]
    problems: tuple[str, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class WaiverAnswer:
    """What is answered to somebody who asked for something, or changed it."""

    waiver: Waiver
    now: datetime
    zone: str
