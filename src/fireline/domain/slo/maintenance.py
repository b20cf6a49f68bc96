"""Maintenance as teams plan it: once or by an RFC 5545 rule, for some SLOs or for all of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from fireline.domain.slo.definition import Slo
from fireline.domain.slo.exclusions import Exclusion, ExclusionEffect
from fireline.domain.slo.recurrence import Recurring

DAY = 86400
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which SLOs it is about. Every kind of name that is given must fit; none given means all."""

    slos: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()

    def covers(self, slo: Slo) -> bool:
        """Whether the SLO is among them; services in whatever case they are written."""
        services = {service.casefold() for service in self.services}
        return (
            (not self.slos or slo.name in self.slos)
            and (not services or slo.service.casefold() in services)
            and all(slo.labels.get(key) == value for key, value in self.labels)
        )


@dataclass(frozen=True, slots=True)
class Once:
    """One stretch `[start, end)` in epoch seconds."""

    start: int
    end: int

    def between(self, start: int, end: int) -> tuple[Span, ...]:
        """Itself, if any of it lies within `[start, end)`."""
        return ((self.start, self.end),) if self.start < end and self.end > start else ()


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Time that does not spend budget, why, and who answers for it.

    `source` says where it stands: a file with its line, or the command in Slack. `created_at` is
    None where nobody wrote it down.
    """

    name: str
    scope: Scope
    when: Once | Recurring
    reason: str
    approver: str
    source: str
    effect: ExclusionEffect = ExclusionEffect.EXCLUDE
    created_at: datetime | None = None

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """Its stretches that touch `[start, end)`, oldest first."""
        return self.when.between(start, end)

    def after_the_fact(self, start: int) -> bool:
        """Whether it was added when the stretch that begins at `start` had begun already."""
        return self.created_at is not None and self.created_at.timestamp() > start


@dataclass(frozen=True)
class MaintenancePlan:
    """All maintenance there is, and what is wrong with entries that were left out."""

    entries: tuple[Maintenance, ...] = ()
    problems: tuple[str, ...] = ()
    _known: dict[str, tuple[Slo, int, int, tuple[Exclusion, ...]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def of(self, slo: Slo) -> tuple[Maintenance, ...]:
        """What concerns the SLO."""
        return tuple(entry for entry in self.entries if entry.scope.covers(slo))

    def exclusions(self, slo: Slo, start: int, end: int) -> tuple[Exclusion, ...]:
        """What is taken out of the SLO's ledger within `[start, end)`, widened to whole days.

        So that the answer stays the very same all day.
        """
        if not self.entries:
            return ()
        first, last = start // DAY * DAY, (end // DAY + 1) * DAY
        known = self._known.get(slo.name)
        if known is not None and known[0] is slo and known[1:3] == (first, last):
            return known[3]
        found = [e for entry in self.of(slo) for e in exclusions_of(entry, first, last)]
        answer = tuple(sorted(found, key=lambda e: (e.start, e.end, e.id)))
        self._known[slo.name] = (slo, first, last, answer)
        return answer


@lru_cache(maxsize=1024)
def exclusions_of(entry: Maintenance, start: int, end: int) -> tuple[Exclusion, ...]:
    """The stretches of one entry within `[start, end)` as the ledger takes them."""
    return tuple(
        Exclusion(
            start=begins,
            end=ends,
            effect=entry.effect,
            reason=entry.reason,
            approver=entry.approver,
            created_at=entry.created_at,
            id=entry.name,
        )
        for begins, ends in entry.spans(start, end)
    )


def joined(plans: Iterable[MaintenancePlan]) -> MaintenancePlan:
    """All of them as one."""
    listed = list(plans)
    return MaintenancePlan(
        tuple(entry for plan in listed for entry in plan.entries),
        tuple(problem for plan in listed for problem in plan.problems),
    )


def span_text(start: int, end: int) -> str:
    """`2026-11-25 02:00 to 04:00 UTC`, with both days where they differ."""
    first, last = (datetime.fromtimestamp(at, UTC) for at in (start, end))
    if first.date() == last.date():
        return f"{first:%Y-%m-%d %H:%M} to {last:%H:%M} UTC"
    return f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"
