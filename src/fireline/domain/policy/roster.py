"""SLOs that can be judged side by side, with what is needed of each as columns of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fireline.domain.policy.burn_pairs import PlannedPair, plan_pairs
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.buckets import Counts
from fireline.domain.slo.definition import Absent, Family, SlicedRatioSli, Slo, TimeSliceSli
from fireline.domain.slo.sheet import DAY, SHOWN_WINDOWS, SheetMember, SheetMembers, SheetPair
from fireline.domain.slo.sli import RatioSli

LONGEST_WINDOW = 92 * 86400
Plan = tuple[PlannedPair, ...]


def judged_together(slo: Slo) -> bool:
    """Whether many such SLOs can be judged at once; the others have particulars of their own.

    What absent slices of a ratio count is told by flags, which are not kept for many.
    """
    if slo.calendar is not None or not isinstance(
        slo.sli, RatioSli | TimeSliceSli | SlicedRatioSli
    ):
        return False
    if isinstance(slo.sli, SlicedRatioSli) and slo.absent is Absent.BAD:
        return False
    return slo.budget_fraction > 0 and slo.window_seconds <= LONGEST_WINDOW


@dataclass(frozen=True, eq=False)
class Roster:
    """One column per SLO; a column without one is all zero.

    `slices` is the length of a slice in seconds, 0 where events are counted. `plan` numbers the
    burn pairs in `plans`.
    """

    slos: tuple[Slo | None, ...]
    budget: Counts
    window: NDArray[np.int64]
    unit: Counts
    slices: Counts
    min_events: Counts
    imputes: NDArray[np.bool_]
    plan: NDArray[np.intp]
    plans: tuple[Plan, ...]
    windows: tuple[int, ...]
    members: SheetMembers

    @property
    def there(self) -> NDArray[np.bool_]:
        """Which columns hold an SLO."""
        return self.window > 0


def roster_of(slos: Sequence[Slo | None], policy: Policy) -> Roster:
    """The columns of these SLOs."""
    numbers: dict[Plan, int] = {}
    planned = [
        numbers.setdefault(plan_pairs(slo, policy.pairs), len(numbers)) if slo else 0
        for slo in slos
    ]
    plans = tuple(numbers)
    pairs = [pair for plan in plans for pair in plan]
    windows = {DAY, *SHOWN_WINDOWS, *(p.long_seconds for p in pairs)}
    windows |= {p.short_seconds for p in pairs}
    windows |= {s.window_seconds for s in slos if s and s.window_seconds < DAY}
    there = [(column, slo) for column, slo in enumerate(slos) if slo is not None]

    def filled(values: Sequence[float]) -> Counts:
        row = np.zeros(len(slos))
        row[[column for column, _ in there]] = values
        return row

    ordered = tuple(sorted(windows))
    return Roster(
        slos=tuple(slos),
        budget=filled([s.budget_fraction for _, s in there]),
        window=filled([s.window_seconds for _, s in there]).astype(np.int64),
        unit=filled([s.unit_size for _, s in there]),
        slices=filled([_slice_seconds(s) for _, s in there]),
        min_events=filled([s.min_events for _, s in there]),
        imputes=filled([s.absent is Absent.BAD for _, s in there]).astype(np.bool_),
        plan=np.array(planned, np.intp),
        plans=plans,
        windows=ordered,
        members=_members(slos, planned, plans, ordered),
    )


def _slice_seconds(slo: Slo) -> int:
    if slo.family is Family.EVENTS:
        return 0
    return slo.sli.slice_seconds if isinstance(slo.sli, TimeSliceSli | SlicedRatioSli) else 0


def _members(
    slos: Sequence[Slo | None],
    planned: Sequence[int],
    plans: Sequence[Plan],
    windows: tuple[int, ...],
) -> SheetMembers:
    columns = tuple(
        SheetMember(slo.name, slo.objective, slo.window_seconds, slo.unit, plan) if slo else None
        for slo, plan in zip(slos, planned, strict=True)
    )
    shown = tuple(
        tuple(SheetPair(p.severity, p.long_seconds, p.short_seconds, p.factor) for p in plan)
        for plan in plans
    )
    return SheetMembers(columns, shown, windows)
