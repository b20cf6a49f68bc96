"""What only some kinds of SLO have to say: raw figures, periods, attainment, deadlines."""

from dataclasses import replace
from datetime import UTC, datetime

from fireline.domain.slo.calendar import next_slot
from fireline.domain.slo.definition import DeadlineSli, EntityRatioSli, Family
from fireline.domain.slo.ledger import cut
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.status import SloStatus

TOLERANCE = 1e-9


def has_particulars(reading: Reading) -> bool:
    """Whether there is anything to add; most SLOs have nothing."""
    slo = reading.slo
    special = isinstance(slo.sli, DeadlineSli | EntityRatioSli)
    return special or slo.calendar is not None or reading.masked


def with_particulars(reading: Reading, status: SloStatus) -> SloStatus:
    """The status with everything that its kind adds."""
    sli = reading.slo.sli
    if reading.masked:
        status = replace(status, raw_remaining=_raw_remaining(reading))
    if reading.slo.calendar is not None:
        status = _with_period(reading, status)
    if isinstance(sli, EntityRatioSli):
        status = replace(status, attainment=_attainment(reading))
    return _with_deadline(reading, status, sli) if isinstance(sli, DeadlineSli) else status


def _raw_remaining(reading: Reading) -> float | None:
    """The share left if maintenance counted like any other time."""
    good, total = reading.raw_budget_counts
    budget = reading.slo.budget_fraction * (total + reading.unseen)
    return 1 - (total - good) / budget if budget > 0 else None


def _with_period(reading: Reading, status: SloStatus) -> SloStatus:
    """The period, and what would be left at its end at the size of the one before."""
    start, end = reading.span
    period = datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)
    status = replace(status, period=period)
    calendar = reading.slo.calendar
    if calendar is None or reading.slo.family is not Family.EVENTS:
        return status
    before, _ = calendar.period(start)
    if reading.series.start > before:
        return status
    expected = float(cut(reading.reached, before, start).total.sum())
    good, total = reading.budget_counts
    budget = reading.slo.budget_fraction * max(expected, total)
    if expected <= 0 or budget <= 0:
        return status
    return replace(status, projected_remaining=1 - (total - good) / budget)


def _attainment(reading: Reading) -> float | None:
    """The share of entities that were fine at the newest bucket with any."""
    where = (reading.window.total > 0).nonzero()[0]
    if not where.size:
        return None
    last = int(where[-1])
    return float(reading.window.good[last] / reading.window.total[last])


def _with_deadline(reading: Reading, status: SloStatus, sli: DeadlineSli) -> SloStatus:
    """Whole misses left, and how the next deadline stands."""
    coming = next_slot(sli, reading.epoch)
    near = coming.deadline - reading.epoch <= sli.at_risk_before.total_seconds()
    left = None
    if status.total is not None and status.good is not None and status.budget is not None:
        left = max(0, int(status.budget - (status.total - status.good) + TOLERANCE))
    return replace(
        status,
        misses_left=left,
        next_deadline=datetime.fromtimestamp(coming.deadline, UTC),
        landed=reading.landed,
        at_risk=near and reading.landed is False,
    )
