"""One file with every kind of SLI, and the budgets that a real Prometheus gives it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fireline.cli.app import app
from tests.servers import LabelsKey, Samples, TestPrometheus

pytestmark = pytest.mark.real

# Six hours from midnight UTC, one sample a minute.
BASE = datetime(2026, 11, 17, tzinfo=UTC)
START, AT = int(BASE.timestamp()), BASE + timedelta(hours=6)
MINUTES = 360
HEAD = """\
apiVersion: fireline/v1
kind: SLO
name: {name}
title: {name}
service: every
tier: 1
objective: {objective}
window: {window}
sli: {sli}
---
"""
LANDED = (
    "{deadline: {landed_when: 'max(kf_landed{dataset=\"DATASET\"}) >= bool $slot_start', "
    "calendar: {by: 'TIME', zone: Europe/Berlin}}}"
)
COUNTS = (
    "total: 'sum(increase(kf_all_total[$window]))', bad: 'sum(increase(kf_bad_total[$window]))'"
)
SLIS = {
    "events": f"{{ratio: {{{COUNTS}}}}}",
    "fast": "{latency: {histogram: kf_seconds, threshold: 500ms}}",
    "slices": f"{{ratio: {{{COUNTS}, method: timeslices, slice: 5m, slice_target: 95}}}}",
    "mean": f"{{ratio: {{{COUNTS}, method: ratio_timeslices}}}}",
    "gauge": "{time_slice: {value: max(kf_lag), good: '<= 120', slice: 5m}}",
    "landed": LANDED.replace("DATASET", "early").replace("TIME", "06:00"),
    "missed": LANDED.replace("DATASET", "late").replace("TIME", "06:00"),
    "sets": "{entity_ratio: {good: count(kf_ok == 1) or 0 * count(kf_ok), total: count(kf_ok)}}",
    "both": "{composite: {parts: [{slo: events, weight: 2}, {slo: fast}]}}",
    "worst": "{composite: {parts: [slices, gauge], method: timeslices}}",
}


def minutes(value: Callable[[int], float]) -> Samples:
    return [(START + 60.0 * m, value(m)) for m in range(-60, MINUTES + 1)]


@pytest.fixture(scope="module")
def rows(
    prometheus: TestPrometheus, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """The report of all kinds, by name."""
    series: dict[LabelsKey, Samples] = {
        # 100 a minute; 10 of them bad during the last hour.
        "kf_all_total": minutes(lambda m: 100.0 * (m + 60)),
        "kf_bad_total": minutes(lambda m: 10.0 * max(0, m - 300)),
        # 1 of 100 slower than half a second.
        'kf_seconds_bucket{le="0.5"}': minutes(lambda m: 99.0 * (m + 60)),
        "kf_seconds_count": minutes(lambda m: 100.0 * (m + 60)),
        # Too high at the ends of two slices of five minutes.
        "kf_lag": minutes(lambda m: 300.0 if m in {100, 105} else 5.0),
        # 06:00 in Berlin is 05:00 UTC; the slot began at 23:00 the day before.
        'kf_landed{dataset="early"}': minutes(lambda _: START + 60.0),
        'kf_landed{dataset="late"}': minutes(lambda m: START + (21_000.0 if m > 350 else -90_000)),
        # Ten datasets, one of them wrong for one hour.
        **{
            f'kf_ok{{dataset="{n}"}}': minutes(
                lambda m, n=n: 0.0 if n == 0 and 60 < m <= 120 else 1.0  # type: ignore[misc]
            )
            for n in range(10)
        },
    }
    prometheus.write(series)
    file: Path = tmp_path_factory.mktemp("kinds") / "all.yaml"
    text = "".join(
        HEAD.format(name=name, sli=sli, objective=95, window="6h") for name, sli in SLIS.items()
    )
    month = "{calendar: month, zone: Europe/Berlin}"
    file.write_text(text + HEAD.format(name="month", sli=SLIS["gauge"].replace("120", "121"),
                                       objective=99, window=month))  # fmt: skip
    moment = AT.isoformat().replace("+00:00", "Z")
    line = ["slo", "report", "--definitions", str(file), "--prometheus", prometheus.url]
    told = CliRunner().invoke(app, [*line, "--at", moment, "--json"])
    assert told.exit_code == 0, told.output
    return {row["name"]: row for row in json.loads(told.stdout)}


@pytest.mark.parametrize(
    ("name", "bad", "total", "unit"),
    [
        ("events", 600, 36_000, "events"),
        ("fast", 360, 36_000, "events"),
        ("slices", 12 * 5, 360, "minutes"),
        ("mean", 12 * 5 * 0.1, 360, "minutes"),
        ("gauge", 2 * 5, 360, "minutes"),
        ("landed", 0, 1, "misses"),
        ("missed", 1, 1, "misses"),
        ("sets", 1, 60, "entity-hours"),
    ],
)
def test_each_kind_counts_what_happened(
    rows: dict[str, dict[str, Any]], name: str, bad: float, total: float, unit: str
) -> None:
    row = rows[name]
    # Of deadlines the history begins with the first one, an hour ago.
    state = "provisional" if unit == "misses" else "ok"
    assert (row["data_state"], row["unit"], row["error"]) == (state, unit, None)
    assert row["total"] == pytest.approx(total)
    assert row["total"] - row["good"] == pytest.approx(bad)
    assert row["remaining"] == pytest.approx(1 - bad / (total * 0.05), abs=1e-6)


def test_a_composite_of_events_weighs_the_burn_of_its_parts(
    rows: dict[str, dict[str, Any]],
) -> None:
    burned = 2 * 600 / (36_000 * 0.05) + 360 / (36_000 * 0.05)
    assert rows["both"]["remaining"] == pytest.approx(1 - burned, abs=1e-6)


def test_a_composite_of_slices_is_bad_where_any_part_is(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["worst"]["remaining"] == pytest.approx(1 - 14 / (72 * 0.05), abs=1e-6)


def test_a_month_begins_at_midnight_in_its_zone(rows: dict[str, dict[str, Any]]) -> None:
    assert rows["month"]["period"] == ["2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z"]
    assert rows["month"]["unit"] == "minutes"
