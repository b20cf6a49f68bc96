"""Alerts against incidents: who told of what, and what a change of the policy would do."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from fireline.adapters.files.known_incidents import load_incidents
from fireline.domain.backtest.changes import changes, pair_words
from fireline.domain.backtest.replay import Fired, Past, edges_of, replay
from fireline.domain.backtest.scoring import KnownIncident, score
from fireline.domain.backtest.suggesting import Range, suggest
from fireline.domain.errors import InvalidDefinitionError
from fireline.domain.incident.incident import Stamp
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.status import BurnSeverity, Episode, PairReading
from fireline.usecases.recorded_incidents import known_incident, recorded_incidents
from tests.builders import WORKED_STAMPS, an_incident, night, the_worked_incident
from tests.store_fixture import RecordingStore
from tests.unit.slo_builders import EPOCH, T, slo

PAIR = PairReading(BurnSeverity.PAGE, 3600, 300, 14.4, 20.0, 30.0, firing=True)
HOUR = timedelta(hours=1)


def fired(of: str, opened: datetime, *, bad: datetime | None = None, hours: int = 1) -> Fired:
    episode = Episode(
        f"{of} {opened}",
        of,
        BurnSeverity.PAGE,
        opened,
        "",
        bad or opened,
        opened,
        20.0,
        closed_at=opened + hours * HOUR,
    )
    return Fired(episode, PAIR, 0.5)


SLOS = (slo(name="orders"), slo(name="loads", service="loads"))


def test_an_alert_tells_of_an_incident_of_its_slo_while_its_burn_overlaps() -> None:
    incidents = (
        KnownIncident("one", T - 20 * HOUR, T - 19 * HOUR, slos=("orders",)),
        KnownIncident("two", T - 10 * HOUR, None, service="LOADS"),
        KnownIncident("other", T - 9 * HOUR, T - 8 * HOUR, slos=("payments",)),
        KnownIncident("before", T - 99 * HOUR, T - 98 * HOUR, slos=("orders",)),
        KnownIncident("missed", T - 5 * HOUR, T - 4 * HOUR, slos=("orders",)),
    )
    alerts = (
        fired("orders", T - 18 * HOUR, bad=T - 20 * HOUR),  # opened after it was over
        fired("loads", T - 19 * HOUR),  # another SLO burned meanwhile
        fired("loads", T - 9 * HOUR),
    )
    found = score(alerts, incidents, SLOS, T - 24 * HOUR, T)
    assert [(f.incident.ref, f.delay) for f in found.found] == [("one", 2 * HOUR), ("two", HOUR)]
    assert [i.ref for i in found.missed] == ["missed"]
    assert [i.ref for i in found.unjudged] == ["other"]
    assert found.false == (alerts[1],)
    assert found.precision == pytest.approx(2 / 3)
    assert found.recall == pytest.approx(2 / 3)
    assert found.median_delay == 1.5 * HOUR
    assert found.pages == 3


def test_shares_of_nothing_are_unknown() -> None:
    found = score((), (), SLOS, T - 24 * HOUR, T)
    assert (found.precision, found.recall, found.median_delay) == (None, None, None)


def test_a_recorded_incident_lasts_from_its_impact_to_the_restored_service() -> None:
    known = known_incident(the_worked_incident())
    assert (known.ref, known.slos) == ("INC-142", ("debezium-cdc-lag",))
    assert (known.start, known.end) == (night("01:40"), night("02:48"))
    declared = known_incident(an_incident(stamps={Stamp.DECLARED: night("02:10")}))
    assert (declared.start, declared.end) == (night("02:10"), None)


def test_incidents_come_from_the_record(any_store: RecordingStore) -> None:
    with any_store() as uow:
        uow.incidents.add(the_worked_incident(id=1))
        uow.incidents.add(an_incident(2, stamps={**WORKED_STAMPS}, title="never was"))
        uow.commit()
    with any_store() as uow:
        found = recorded_incidents(uow, night("00:00"), night("23:00"))
        assert {i.ref for i in found} == {"INC-1", "INC-2"}
        assert recorded_incidents(uow, night("00:00"), night("01:00")) == ()


def test_drills_are_no_incidents_and_of_restricted_ones_nothing_is_told(
    sqlite_store: RecordingStore,
) -> None:
    with sqlite_store() as uow:
        uow.incidents.add(an_incident(1, drill=True))
        uow.incidents.add(an_incident(2, restricted=True, title="who read the payroll table"))
        uow.commit()
    with sqlite_store() as uow:
        (found,) = recorded_incidents(uow, night("00:00"), night("23:00"))
    assert (found.ref, found.title, found.withheld) == ("restricted", "", True)


def test_pairs_are_named_by_their_windows() -> None:
    misses = PairReading(BurnSeverity.TICKET, 86400, 86400, 0.0, 1.0, 1.0, firing=True)
    assert pair_words(PAIR) == "page 1h/5m"
    assert pair_words(misses) == "ticket by single misses"


def a_range(bad: dict[int, tuple[int, float]], incidents: tuple[KnownIncident, ...]) -> Range:
    """Nine days that end at T; `bad` has hour before T: (buckets, share)."""
    count = 9 * 288
    total = np.full(count, 1000.0)
    good = total.copy()
    for hours, (buckets, share) in bad.items():
        begin = count - hours * 12
        good[begin : begin + buckets] = 1000.0 * (1 - share)
    series = BucketSeries(EPOCH - count * BUCKET_SECONDS, good, total, np.zeros(count, np.uint8))
    past = Past(slo(objective="99", window=timedelta(days=7)), series)
    start = T - timedelta(days=2)
    return Range((past,), edges_of(start, T), start, T, incidents)


def test_the_smallest_change_that_helps_is_suggested_with_its_evidence() -> None:
    real = KnownIncident("INC-1", T - 10 * HOUR, T - 9 * HOUR, slos=("orders",))
    of = a_range({10: (12, 0.9), 30: (3, 0.3)}, (real,))
    now = of.score(replay(of.pasts[0], Policy(), of.edges).alerts)
    assert (len(now.true), len(now.false)) == (1, 1)
    told: list[tuple[int, int]] = []
    found = suggest(of, Policy(), now, lambda done, whole: told.append((done, whole)))
    assert found.best is not None
    assert not found.best.score.false
    assert found.best.score.recall == 1.0
    assert "only as good as this range" in found.sentence
    assert "false alerts 1 \u2192 0" in found.sentence
    assert told[-1] == (len(found.trials), len(found.trials))


def test_an_alert_that_opened_the_day_before_the_range_is_known_with_its_time() -> None:
    of = a_range({50: (36, 0.9)}, ())
    early = replace(of, edges=edges_of(of.start - timedelta(days=1), T))
    (fired,) = early.replayed(of.pasts[0], Policy())
    assert not fired.at_start
    assert fired.episode.opened_at == T - timedelta(hours=49, minutes=55)
    assert fired.until(T) >= of.start
    long_before = replace(early, start=T - timedelta(hours=20))
    assert long_before.replayed(of.pasts[0], Policy()) == []


def test_a_missed_incident_makes_more_sensitive_pairs_worth_a_try() -> None:
    weak = KnownIncident("INC-1", T - 10 * HOUR, T - 9 * HOUR, slos=("orders",))
    of = a_range({10: (2, 0.12)}, (weak,))
    now = of.score(replay(of.pasts[0], Policy(), of.edges).alerts)
    assert [i.ref for i in now.missed] == ["INC-1"]
    found = suggest(of, Policy(), now)
    assert any(trial.change.words.startswith("lower page 1h/5m") for trial in found.trials)
    assert found.best is not None
    assert found.best.score.recall == 1.0


def test_nothing_is_suggested_where_nothing_is_wrong() -> None:
    of = a_range({}, ())
    found = suggest(of, Policy(), of.score(()))
    assert (found.trials, found.best) == ((), None)
    assert found.sentence.startswith("Nothing to suggest")


def test_single_misses_may_be_judged_by_ratio_instead() -> None:
    few = slo(min_events=500)
    misses = PairReading(BurnSeverity.PAGE, 86400, 86400, 0.0, 1.0, 1.0, firing=True)
    false = Fired(fired("orders", T).episode, misses, 0.5)
    (change,) = changes(Policy(), (few,), (false,), missed=False)
    assert change.applied(few).min_events == 0
    assert change.applied(SLOS[1]) is SLOS[1]
    assert "min_events of orders from 500 to 0" in change.words


def incidents_file(folder: Path, text: str) -> Path:
    file = folder / "incidents.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_incidents_are_read_from_a_file(tmp_path: Path) -> None:
    file = incidents_file(
        tmp_path,
        "incidents:\n"
        "  - {ref: OPS-1, title: Late, start: 2026-11-01T02:00:00+01:00, slo: orders}\n"
        "  - {start: 2026-11-02T02:00Z, end: 2026-11-02T03:00:00Z, service: loads}\n",
    )
    first, second = load_incidents(file)
    assert (first.ref, first.title, first.slos, first.end) == ("OPS-1", "Late", ("orders",), None)
    assert first.start == datetime.fromisoformat("2026-11-01T01:00:00+00:00")
    assert (second.ref, second.service) == ("#2", "loads")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {start: 2026-11-01T02:00:00Z}", ":1: say what it concerns"),
        ("- {slo: orders}", ":1: `start` is missing"),
        ("- {slo: orders, start: monday}", "`monday` is no RFC 3339 time"),
        (
            "- {slo: o, start: 2026-11-02T02:00:00Z, end: 2026-11-01T02:00:00Z}",
            "`end` is before `start`",
        ),
        ("- {slos: o, start: 2026-11-02T02:00:00Z, begin: 1}", "incident has no `begin`"),
        ("- orders", "an incident has ref"),
        ("orders", "write a list of incidents"),
        ("- [", "not valid YAML"),
    ],
)
def test_a_wrong_file_says_where_and_what(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidDefinitionError, match="incidents") as caught:
        load_incidents(incidents_file(tmp_path, text))
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidDefinitionError, match="cannot be read"):
        load_incidents(tmp_path / "none.yaml")
