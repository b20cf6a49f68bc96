"""The doors for lineage over real HTTP, into both databases."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from fireline.adapters.http.server import HttpServer, build_http
from fireline.bootstrap.ingest import doors_of, take_dbt
from fireline.domain.lineage.blast import blast_radius
from fireline.domain.lineage.runs import RunStatus
from fireline.settings import Settings
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import Services
from fireline.usecases.retain import prune
from tests.builders import ANA, services
from tests.fakes import FakeClock
from tests.store_fixture import RecordingStore

FOLDER = Path(__file__).parents[1] / "data" / "dbt"
TOKEN = "0123456789abcdef0123"
AT = datetime(2026, 11, 23, 4, 20, tzinfo=UTC)


def artifact(name: str) -> bytes:
    return (FOLDER / f"{name}.json").read_bytes()


@pytest.fixture
def s(any_store: RecordingStore) -> Services:
    return services(any_store, clock=FakeClock(AT))


@pytest.fixture
def door(s: Services) -> Iterator[httpx.Client]:
    settings = Settings(ingest_token=SecretStr(TOKEN))
    server = HttpServer(build_http(doors=doors_of(settings, s)))
    server.start()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
        yield client
    server.stop()


def event(**changes: Any) -> dict[str, Any]:
    return {
        "eventTime": "2026-11-23T04:00:00Z",
        "eventType": "COMPLETE",
        "run": {"runId": "r1"},
        "job": {
            "namespace": "airflow",
            "name": "load_orders",
            "facets": {"ownership": {"owners": [{"name": "team:ingestion"}]}},
        },
        "inputs": [{"namespace": "kafka://broker", "name": "shop.public.orders"}],
        "outputs": [{"namespace": "postgres://host:5432", "name": "demo.main.raw_orders"}],
        **changes,
    }


def test_a_manifest_becomes_lineage_and_saying_it_again_changes_nothing(
    s: Services, door: httpx.Client
) -> None:
    first = door.post("/ingest/dbt", content=artifact("manifest"))
    assert first.json() == {
        "ok": True,
        "kind": "manifest",
        "source": "dbt:fireline_demo",
        "nodes": 10,
        "changed": True,
    }
    assert door.post("/ingest/dbt", content=artifact("manifest")).json()["changed"] is False
    with s.store() as uow:
        blast = blast_radius(uow.lineages.graph(), ["raw_orders"], AT)
        audited = [e.action for e in uow.audit.all()]
    assert len(blast.affected) == 7
    assert audited == ["lineage.taken"]


def test_a_job_that_reports_joins_dbts_lineage_at_the_same_dataset(
    s: Services, door: httpx.Client
) -> None:
    door.post("/ingest/dbt", content=artifact("manifest"))
    assert door.post("/ingest/openlineage", json=event()).json()["changed"] is True
    with s.store() as uow:
        graph = uow.lineages.graph()
    blast = blast_radius(graph, ["shop.public.orders"], AT)
    assert len(blast.affected) == 8
    assert graph.nodes["demo.main.raw_orders"].owner == "team-ingestion"
    assert "unknown beyond dbt" in blast.border


def test_results_and_failed_jobs_are_kept_by_their_dataset(s: Services, door: httpx.Client) -> None:
    door.post("/ingest/dbt", content=artifact("manifest"))
    assert door.post("/ingest/dbt", content=artifact("run_results")).json()["runs"] == 12
    assert door.post("/ingest/dbt", content=artifact("sources")).json()["runs"] == 2
    failed = event(eventType="FAIL", run={"facets": {"errorMessage": {"message": "disk full"}}})
    door.post("/ingest/openlineage", json=failed)
    with s.store() as uow:
        runs = uow.lineages.runs(["demo.main.raw_orders", "demo.main.dim_customers"])
    found = {(run.dataset, run.status, run.message) for run in runs}
    assert ("demo.main.raw_orders", RunStatus.FAIL, "disk full") in found
    assert ("demo.main.dim_customers", RunStatus.SKIPPED, "") in {
        (d, status, "") for d, status, _ in found
    }


def test_what_was_asserted_of_the_data_is_a_result_of_its_dataset(
    s: Services, door: httpx.Client
) -> None:
    door.post("/ingest/dbt", content=artifact("manifest"))
    said = [
        {"assertion": "not_null", "column": "order_id", "success": False},
        {"assertion": "row_count", "success": True},
        {"assertion": "odd", "success": "maybe"},
    ]
    output = {
        "namespace": "postgres://host:5432",
        "name": "demo.main.raw_orders",
        "outputFacets": {"dataQualityAssertions": {"assertions": said}},
    }
    assert door.post("/ingest/openlineage", json=event(outputs=[output])).json()["runs"] == 3
    with s.store() as uow:
        runs = uow.lineages.runs(["demo.main.raw_orders"])
    assert {(run.name, run.status) for run in runs} == {
        ("load_orders", RunStatus.PASS),
        ("not_null order_id", RunStatus.FAIL),
        ("row_count", RunStatus.PASS),
    }


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/ingest/dbt", b"{", "no JSON"),
        ("/ingest/dbt", b"[]", "one JSON object"),
        ("/ingest/dbt", b"{}", "no dbt artifact"),
        ("/ingest/openlineage", b"{}", "`eventTime`"),
        ("/ingest/openlineage", json.dumps(event(inputs=[{"name": "x"}])).encode(), "namespace"),
    ],
)
def test_what_is_wrong_is_refused_with_the_field(
    door: httpx.Client, path: str, body: bytes, words: str
) -> None:
    answer = door.post(path, content=body)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_nobody_tells_without_the_token(door: httpx.Client) -> None:
    answer = door.post("/ingest/dbt", content=b"{}", headers={"Authorization": "Bearer no"})
    assert answer.status_code == 401


def test_jobs_that_have_not_reported_for_a_month_are_forgotten(
    s: Services, door: httpx.Client
) -> None:
    door.post("/ingest/openlineage", json=event())
    clock = s.clock
    assert isinstance(clock, FakeClock)
    clock.set(AT + timedelta(days=31))
    prune(s, s.clock.now())
    with s.store() as uow:
        assert not uow.lineages.graph().nodes


def test_what_failed_in_the_projects_run_belongs_to_the_incident_of_its_source(
    s: Services,
) -> None:
    take_dbt(s, artifact("manifest"))
    declare(s, Declare("Orders late", ANA, datasets=("raw_orders",)))
    for name in ("run_results", "sources", "run_results"):
        take_dbt(s, artifact(name))
    with s.store() as uow:
        incident = uow.incidents.get(1)
    assert incident is not None
    found = {alert.title: alert.why for alert in incident.details.alerts}
    (test,) = (title for title in found if title.startswith("Test accepted_values"))
    assert found[test] == "downstream of demo.main.raw_orders"
    assert found["Freshness of raw_orders failed"] == "the same data demo.main.raw_orders"
    assert len(found) == 2
