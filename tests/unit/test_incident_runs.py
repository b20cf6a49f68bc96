"""Runs of jobs and tests as open incidents see them: impacted datasets, lines, and what flaps."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fireline.bootstrap.ingest import take_dbt, take_openlineage
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import DatasetRole
from fireline.domain.incident.runs import MOST_FLIPS
from fireline.domain.incident.timeline import EntryKind
from fireline.domain.lineage.runs import RunResult, RunStatus
from fireline.usecases.incident_facts import add_dataset
from fireline.usecases.ingest_lineage import take_runs
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import Services
from tests.builders import ANA, services
from tests.fakes import FakeClock
from tests.store_fixture import RecordingStore

DBT = Path(__file__).parents[1] / "data" / "dbt"
RAW, STAGED = "demo.main.raw_orders", "demo.main.stg_orders"


@pytest.fixture
def s(sqlite_store: RecordingStore) -> Services:
    made = services(sqlite_store, clock=FakeClock())
    take_dbt(made, (DBT / "manifest.json").read_bytes())
    return made


@pytest.fixture
def incident(s: Services) -> Incident:
    made = declare(s, Declare("orders are late", ANA)).incident
    return add_dataset(s, made.id, "raw_orders", (), ANA)


def results(**changes: Any) -> bytes:
    document = json.loads((DBT / "run_results.json").read_text("utf-8"))
    return json.dumps(document | changes).encode()


def lines(s: Services, incident: Incident) -> list[str]:
    with s.store() as uow:
        entries = uow.timeline.entries(incident.id)
    return [entry.text for entry in entries if entry.kind is EntryKind.RUN]


def now(s: Services, incident: Incident) -> Incident:
    with s.store() as uow:
        found = uow.incidents.get(incident.id)
    assert found is not None
    return found


def test_what_failed_and_what_was_skipped_below_the_root_is_impacted_and_told_once(
    s: Services, incident: Incident
) -> None:
    take_dbt(s, results())
    (line,) = lines(s, incident)
    assert line.startswith("Run: failed: accepted_values_stg_orders_status")
    assert "Got 1 result, configured to fail if != 0" in line
    assert "skipped, so impacted: dim_customers, fct_revenue_daily, ml_churn_features" in line
    assert line.endswith("and 1 more")
    affected = {d.key: d for d in now(s, incident).details.affected}
    assert affected["raw_orders"].role is DatasetRole.ROOT
    assert set(affected) == {
        "raw_orders",
        "demo.main.stg_orders",
        "demo.main.dim_customers",
        "demo.main.fct_revenue_daily",
        "demo.main.ml_churn_features",
    }
    assert affected["demo.main.dim_customers"].role is DatasetRole.IMPACTED
    assert affected["demo.main.dim_customers"].why.startswith("dim_customers was skipped at ")
    take_dbt(s, results())
    assert len(lines(s, incident)) == 1


def test_an_incident_of_other_data_hears_nothing(s: Services) -> None:
    other = declare(s, Declare("payments are late", ANA)).incident
    other = add_dataset(s, other.id, "raw_payments", (), ANA)
    take_dbt(s, results())
    assert [d.key for d in now(s, other).details.affected] == ["raw_payments"]
    assert lines(s, other) == []


def test_a_run_that_repairs_is_told_as_such_and_impacts_nothing(
    s: Services, incident: Incident
) -> None:
    take_dbt(s, results(args={"vars": {"fireline_repair": "INC-1/1"}}))
    (line,) = lines(s, incident)
    assert line.startswith("Repair run INC-1/1: failed: accepted_values")
    assert [d.key for d in now(s, incident).details.affected] == ["raw_orders"]
    with s.store() as uow:
        assert {run.repair for run in uow.lineages.runs([STAGED])} == {"INC-1/1"}


def event(kind: str, minute: int) -> bytes:
    return json.dumps(
        {
            "eventTime": f"2026-11-22T02:{minute:02}:00Z",
            "eventType": kind,
            "run": {"facets": {"errorMessage": {"message": "disk full <!channel>"}}},
            "job": {"namespace": "airflow", "name": "load_orders"},
            "inputs": [{"namespace": "kafka://b", "name": "shop.public.orders"}],
            "outputs": [{"namespace": "postgres://h:5432", "name": RAW}],
        }
    ).encode()


def test_a_failed_job_is_told_with_its_message_and_one_that_flaps_falls_silent(
    s: Services, incident: Incident
) -> None:
    for minute in range(20):
        take_openlineage(s, event("FAIL" if minute % 2 == 0 else "COMPLETE", minute))
    told = lines(s, incident)
    assert told[0] == "Run: failed: load_orders (disk full <!channel>)"
    assert told[1] == "Run: good again: load_orders"
    assert len(told) == MOST_FLIPS
    assert told[-1].endswith("turns to and fro and is not listed any more: load_orders")


def test_what_comes_late_changes_nothing(s: Services, incident: Incident) -> None:
    at = s.clock.now()
    new = RunResult("job", RAW, RunStatus.PASS, at)
    take_runs(s, [new])
    take_runs(s, [replace(new, status=RunStatus.FAIL, at=at - timedelta(hours=1))])
    assert lines(s, incident) == []
    with s.store() as uow:
        assert [run.status for run in uow.lineages.runs([RAW])] == [RunStatus.PASS]


def test_a_stale_source_says_since_when_it_is_too_old(s: Services, incident: Incident) -> None:
    take_dbt(s, (DBT / "sources.json").read_bytes())
    (line,) = lines(s, incident)
    assert "failed: raw_orders" in line
    assert line.endswith(
        "Too old since 2026-11-22 15:26 UTC: "
        '`/incident time impact_started 2026-11-22T15:26Z "as dbt says"` takes it over'
    )
