"""What alerting needs from the database, as Protocols; the store satisfies them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fireline.domain.slo.alerting.conditions import Pending
from fireline.domain.slo.alerting.group import AlertGroup


@dataclass(frozen=True, slots=True)
class AlertStep:
    """A reminder or a step of the policy that was taken for an alert."""

    group_id: str
    key: str
    at: datetime
    notified: tuple[str, ...] = ()
    reminder: int | None = None


@dataclass(frozen=True, slots=True)
class Mute:
    """An SLO of which nothing is posted until a time, and who answers for that."""

    slo: str
    until: datetime
    reason: str
    muted_by: str
    muted_at: datetime


class Alerts(Protocol):
    """Alerts as messages tell them, the steps taken for them, and what is still pending."""

    def save(self, group: AlertGroup) -> None: ...
    def get(self, group_id: str) -> AlertGroup | None: ...
    def open(self) -> list[AlertGroup]: ...
    def between(self, start: datetime, end: datetime) -> list[AlertGroup]:
        """Those that opened within the range, oldest first."""
        ...

    def take(self, step: AlertStep) -> bool:
        """Record a step as taken; False when it was taken before."""
        ...

    def steps(self, group_id: str) -> dict[str, AlertStep]: ...
    def pending(self) -> dict[str, Pending]: ...
    def keep_pending(self, some: Iterable[Pending]) -> None: ...
    def drop_pending(self, subjects: Collection[str]) -> None: ...


class Mutes(Protocol):
    """SLOs that somebody silenced for a while."""

    def put(self, mute: Mute) -> None: ...
    def remove(self, slo: str) -> bool:
        """Whether there was one."""
        ...

    def active(self, at: datetime) -> dict[str, Mute]:
        """Those that hold then, by SLO."""
        ...
