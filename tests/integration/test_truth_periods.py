"""Calendar periods with a change of the clock, against a real Prometheus."""

from datetime import datetime, timedelta

import pytest

from fireline.adapters.prometheus.source import PrometheusSource
from fireline.domain.slo.calendar import CalendarUnit, CalendarWindow
from fireline.domain.slo.definition import TimeSliceSli
from fireline.usecases.report_budgets import report
from tests.servers import TestPrometheus
from tests.unit.slo_builders import slo

# Much arithmetic that faster tests cover too: tracing it would double its time.
pytestmark = [pytest.mark.real, pytest.mark.no_cover]


@pytest.mark.parametrize(
    ("unit", "zone", "first", "last", "hours", "minutes_allowed"),
    [
        ("month", "Europe/Berlin", "2026-02-28T23:00", "2026-03-31T22:00", 743, 44.58),
        ("month", "Europe/Berlin", "2026-09-30T22:00", "2026-10-31T23:00", 745, 44.70),
        ("month", "America/New_York", "2026-03-01T05:00", "2026-04-01T04:00", 743, 44.58),
        ("month", "America/New_York", "2026-11-01T04:00", "2026-12-01T05:00", 721, 43.26),
        ("month", "Australia/Lord_Howe", "2026-03-31T13:00", "2026-04-30T13:30", 720.5, 43.23),
        ("quarter", "Europe/Berlin", "2025-12-31T23:00", "2026-03-31T22:00", 2159, 129.54),
        ("day", "Europe/Berlin", "2026-03-28T23:00", "2026-03-29T22:00", 23, 1.38),
        ("day", "Europe/Berlin", "2026-10-24T22:00", "2026-10-25T23:00", 25, 1.5),
    ],
)
def test_a_period_with_a_change_of_the_clock_has_its_own_budget(
    prometheus: TestPrometheus,
    unit: str,
    zone: str,
    first: str,
    last: str,
    hours: float,
    minutes_allowed: float,
) -> None:
    start, end = (datetime.fromisoformat(f"{edge}+00:00") for edge in (first, last))
    times = range(int(start.timestamp()) - 86_400, int(end.timestamp()) + 1, 300)
    metric = f"truth_{unit}_{start:%Y%m%d}_{zone.replace('/', '_')}"
    # The day before is bad, and so are the first two slices of the period.
    begun = start.timestamp() + 600
    prometheus.write({metric: [(float(t), 9.0 if t <= begun else 1.0) for t in times]})
    definition = slo(
        TimeSliceSli(f"max({metric})", "<=", 5.0, 300),
        window=timedelta(days=30),
        calendar=CalendarWindow(CalendarUnit(unit), zone),
    )
    with PrometheusSource(prometheus.url) as asked:
        (status,) = report([definition], asked, end)
    assert status.total == hours * 60
    assert status.total - (status.good or 0) == 10
    assert status.budget == pytest.approx(minutes_allowed)
    assert status.period == (start, end)
    assert status.remaining == pytest.approx(1 - 10 / minutes_allowed)
