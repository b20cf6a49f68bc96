"""Judging many at once says nothing that judging each alone does not, and hides nothing."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fireline.domain.policy.calm import Calm, Seen, judge_calm
from fireline.domain.policy.evaluation import evaluate
from fireline.domain.policy.policy import Policy
from fireline.domain.policy.roster import Roster, judged_together, roster_of
from fireline.domain.slo.buckets import BUCKET_SECONDS, Bucket, BucketFlag, BucketSeries
from fireline.domain.slo.calendar import CalendarUnit, CalendarWindow
from fireline.domain.slo.definition import Absent, Slo
from fireline.domain.slo.fleet import Fleet
from fireline.domain.slo.ledger import first_known, floor_edge, known
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.sheet import StatusSheet
from fireline.domain.slo.sli import Method, SlicedRatioSli
from fireline.domain.slo.status import BudgetState, DataState, SloStatus
from tests.unit.slo_builders import EPOCH, SLICES, slo

POLICY = Policy()
SCRAPE = timedelta(seconds=60)
DAY = 86_400


def some_slos() -> list[Slo]:
    """Of several kinds, windows and objectives."""
    thirty, seven, short = timedelta(days=30), timedelta(days=7), timedelta(hours=3)
    return [
        slo(name="a", window=thirty),
        slo(name="b", window=seven, objective="99"),
        slo(name="c", window=seven, objective="90", min_events=5),
        slo(SLICES, name="d", window=thirty, objective="99"),
        slo(SLICES, name="e", window=seven, objective="99.5", absent=Absent.BAD),
        slo(name="f", window=thirty, objective="99.9", absent=Absent.BAD),
        slo(name="g", window=short, objective="95"),
        slo(name="h", window=timedelta(days=1), min_events=100_000),
    ]


def a_ledger(draw: np.random.Generator, definition: Slo, end: int) -> BucketSeries:
    """Mostly good, with bursts, holes, quiet stretches and histories of any length."""
    count = int(min(31 * 288, draw.choice([30, 300, 2000, 31 * 288])))
    slices = definition.unit == "minutes"
    scale = float(draw.choice([0.0, 2.0, 100.0, 1000.7]))
    total = np.full(count, 5.0) if slices else np.round(draw.random(count) * scale, 2)
    rate = draw.choice([0.0, 0.0002, 0.002, 0.02, 0.3]) if draw.random() < 0.9 else 1.0
    bad = np.where(draw.random(count) < rate, total * draw.random(count), 0.0)
    burst = int(draw.integers(1, 100))
    if draw.random() < 0.3:
        bad[-burst:] = total[-burst:] * draw.choice([0.01, 0.1, 1.0])
    if draw.random() < 0.2:
        total[-20:] = bad[-20:] = 0
    if slices:
        bad = np.floor(bad)
    missing = draw.random(count) < draw.choice([0.0, 0.0, 0.05, 0.3])
    total[missing] = bad[missing] = 0
    flags = np.where(missing, int(BucketFlag.MISSING), 0).astype(np.uint8)
    return BucketSeries(end - count * BUCKET_SECONDS, total - bad, total, flags)


class Scene:
    """Eight SLOs, judged both ways."""

    def __init__(self, seed: int, seconds: int, fine_days: int) -> None:
        draw = np.random.default_rng(seed)
        self.at = EPOCH + 1200 + seconds
        edge = floor_edge(self.at)
        self.slos = some_slos()
        self.series = [a_ledger(draw, one, edge) for one in self.slos]
        self.parts = [
            Bucket(edge, t - b, t) if draw.random() < 0.5 else None
            for t, b in zip(draw.integers(1, 9, 8), draw.choice([0, 0, 1], 8), strict=True)
        ]
        self.newest = self.at - draw.choice([10.0, 10.0, 10.0, 2000.0], 8)
        self.fleet = Fleet(len(self.slos), edge, 30 * DAY, fine_days * DAY)
        for column, one in enumerate(self.series):
            cells = np.array([one.total - one.good, one.total])[:, :, None]
            self.fleet.load(np.array([column]), one.start, cells, known(one)[:, None])

    def calm(self) -> Calm:
        parts = [(p.bad, p.total) if p else (0.0, 0.0) for p in self.parts]
        busy = [np.flatnonzero(s.total > 0) for s in self.series]
        seen = Seen(
            at=self.at,
            scrape_seconds=SCRAPE.total_seconds(),
            open=np.array(parts).T,
            history=np.array([_or_nan(first_known(s)) for s in self.series]),
            last_busy=np.array(
                [
                    s.start + (b[-1] + 1) * BUCKET_SECONDS if b.size else np.nan
                    for s, b in zip(self.series, busy, strict=True)
                ]
            ),
            newest=self.newest,
        )
        return judge_calm(self.fleet, self.roster(), seen, POLICY)

    def roster(self) -> Roster:
        return roster_of(self.slos, POLICY)

    def alone(self, column: int) -> SloStatus:
        series = self.series[column]
        reading = Reading(
            slo=self.slos[column],
            series=series,
            at=datetime.fromtimestamp(self.at, UTC),
            open_part=self.parts[column],
            history_start=first_known(series),
            newest_sample=datetime.fromtimestamp(self.newest[column], UTC),
            scrape_interval=SCRAPE,
        )
        return evaluate(reading, POLICY)

    def sheet(self, calm: Calm) -> StatusSheet:
        at = datetime.fromtimestamp(self.at, UTC)
        return StatusSheet(at, self.roster().members, calm.calm, calm.figures, calm.burns)


def _or_nan(value: int | None) -> float:
    return np.nan if value is None else float(value)


seeds, seconds = st.integers(0, 1_000_000), st.integers(0, 299)


@given(seeds, seconds)
@settings(max_examples=60, deadline=None)
def test_who_is_calm_has_the_status_that_a_look_of_its_own_gives(seed: int, after: int) -> None:
    scene = Scene(seed, after, 30)
    calm = scene.calm()
    statuses = {s.slo: s for s in scene.sheet(calm).statuses()}
    for column, one in enumerate(scene.slos):
        alone = scene.alone(column)
        if not calm.calm[column]:
            continue
        said = statuses[one.name]
        assert (said.data_state, said.sentence) == (alone.data_state, alone.sentence)
        assert (said.budget_state, said.objective) == (alone.budget_state, alone.objective)
        assert (said.unit, said.window_seconds) == (alone.unit, alone.window_seconds)
        for name in ("good", "total", "remaining", "budget", "coverage"):
            assert getattr(said, name) == pytest.approx(getattr(alone, name), rel=1e-6, abs=1e-6)
        assert (said.exhaustion_hours is None) == (alone.exhaustion_hours is None)
        if alone.exhaustion_hours is not None:
            assert said.exhaustion_hours == pytest.approx(alone.exhaustion_hours, abs=0.1)
        assert len(said.burns) == len(alone.burns)
        for mine, true in zip(said.burns, alone.burns, strict=True):
            assert mine.seconds == true.seconds
            assert (mine.bad, mine.total) == pytest.approx((true.bad, true.total), 1e-5, 1e-5)
            assert (mine.burn is None) == (true.burn is None)
            assert (mine.burn or 0) == pytest.approx(true.burn or 0, rel=1e-5, abs=1e-6)
        assert [(p.severity, p.long_seconds, p.factor) for p in said.pairs] == [
            (p.severity, p.long_seconds, p.factor) for p in alone.pairs
        ]
        assert not any(p.firing or p.held for p in alone.pairs)


@given(seeds, seconds, st.sampled_from([3, 30]))
@settings(max_examples=100, deadline=None)
def test_nobody_who_burns_or_is_held_or_exhausted_is_taken_for_calm(
    seed: int, after: int, fine_days: int
) -> None:
    scene = Scene(seed, after, fine_days)
    calm = scene.calm().calm
    for column in range(len(scene.slos)):
        alone = scene.alone(column)
        notable = (
            any(p.firing or p.held for p in alone.pairs)
            or alone.data_state in {DataState.STALE, DataState.NO_DATA, DataState.QUERY_ERROR}
            or alone.total is None
        )
        assert not (notable and calm[column])
        if fine_days == 30:
            assert not (alone.budget_state is BudgetState.EXHAUSTED and calm[column])


def test_most_of_a_quiet_fleet_is_calm_in_every_state_it_may_be_in() -> None:
    found = set()
    for seed in range(60):
        scene = Scene(seed, 30, 30)
        calm = scene.calm()
        found |= {s.data_state for s in scene.sheet(calm).statuses()}
    assert found == {
        DataState.OK,
        DataState.PARTIAL,
        DataState.PROVISIONAL,
        DataState.NO_TRAFFIC,
    }


def test_what_has_particulars_of_its_own_is_left_to_a_look_of_its_own() -> None:
    sliced = SlicedRatioSli(Method.TIMESLICES, slice_target=0.9, total="t", good="g")
    assert judged_together(slo())
    assert judged_together(slo(sliced))
    assert not judged_together(slo(sliced, absent=Absent.BAD))
    assert not judged_together(slo(calendar=CalendarWindow(CalendarUnit.MONTH)))
    assert not judged_together(slo(objective="100", zero_tolerance=True))


def test_a_column_without_an_slo_is_never_calm() -> None:
    roster = roster_of([None, slo()], POLICY)
    fleet = Fleet(2, EPOCH, 30 * DAY)
    nothing = np.full(2, np.nan)
    seen = Seen(EPOCH, 60, np.zeros((2, 2)), nothing, nothing, nothing)
    assert not judge_calm(fleet, roster, seen, POLICY).calm.any()
