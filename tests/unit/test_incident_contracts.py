"""Promises of data contracts that an incident breaks: noted once, shown, never guessed."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fireline.adapters.files.odcs import read_contracts
from fireline.adapters.lineage.dbt import read_manifest
from fireline.adapters.slack.blocks import render
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import Harm
from fireline.domain.lineage.beside import Beside
from fireline.domain.lineage.runs import RunResult, RunStatus
from fireline.domain.postmortem.facts import Record, postmortem_facts
from fireline.usecases import incident_facts as facts
from fireline.usecases.incident_contracts import watch_contracts
from fireline.usecases.incident_impact import impact
from fireline.usecases.ingest_lineage import take_graph, take_runs
from fireline.usecases.lineage_names import unresolved_names
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import Services
from tests.builders import ANA, a_slo, services
from tests.fakes import FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore

DATA = Path(__file__).parents[1] / "data"
GRAPH = read_manifest(json.loads((DATA / "dbt" / "manifest.json").read_text("utf-8")))
CONTRACTS, _ = read_contracts("orders.yaml", (DATA / "odcs" / "orders.yaml").read_text("utf-8"))


@pytest.fixture
def s(sqlite_store: RecordingStore) -> Services:
    git = Beside(contracts=tuple(CONTRACTS), stamp="1")
    made = replace(services(sqlite_store, clock=FakeClock()), git_lineage=lambda: git)
    take_graph(made, "dbt:demo", GRAPH)
    return made


@pytest.fixture
def incident(s: Services) -> Incident:
    made = declare(s, Declare("orders are late", ANA)).incident
    return facts.add_dataset(s, made.id, "raw_orders", (Harm.LATE,), ANA)


def later(s: Services, **span: float) -> datetime:
    assert isinstance(s.clock, FakeClock)
    return s.clock.advance(**span)


def broken(s: Services, incident: Incident) -> dict[tuple[str, str], datetime]:
    watch_contracts(s)
    with s.store() as uow:
        found = uow.incidents.get(incident.id)
    assert found is not None
    return {(b.dataset, b.term): b.since for b in found.details.contract_breaches}


def test_promises_are_broken_one_after_the_other_and_noted_once(
    s: Services, incident: Incident
) -> None:
    start = s.clock.now()
    assert broken(s, incident) == {}
    later(s, minutes=45)
    notify = timedelta(minutes=30)
    revenue = "demo.main.fct_revenue_daily"
    assert broken(s, incident) == {
        ("raw_orders", "timeToNotify"): start + notify,
        (revenue, "timeToNotify"): start + notify,
    }
    later(s, hours=2)
    assert broken(s, incident)["raw_orders", "latency"] == start + timedelta(hours=2)
    later(s, hours=3)
    found = broken(s, incident)
    assert found[revenue, "timeOfAvailability"] == start.replace(hour=7, minute=0)
    assert found["raw_orders", "timeToRepair"] == start + timedelta(hours=4)
    assert (revenue, "latency") not in found
    assert watch_contracts(s) == 0
    with s.store() as uow:
        lines = [e.text for e in uow.timeline.entries(incident.id) if "Contract broken" in e.text]
    assert len(lines) == 3
    assert lines[1] == ("Contract broken: raw_orders is older than 2 h (orders: latency)")


def test_how_old_data_is_comes_from_the_artifact_where_one_says_it(
    s: Services, incident: Incident
) -> None:
    at = s.clock.now()
    loaded = at - timedelta(hours=3)
    take_runs(s, [RunResult("source.x", "raw_orders", RunStatus.FAIL, at, loaded_at=loaded)])
    assert broken(s, incident)["raw_orders", "latency"] == loaded + timedelta(hours=2)


def test_the_message_says_what_is_broken_and_until_when_it_has_to_be_right(
    s: Services, incident: Incident
) -> None:
    later(s, hours=5)
    watch_contracts(s)
    with s.store() as uow:
        kept = uow.incidents.get(incident.id)
    assert kept is not None
    impact_facts = postmortem_facts(Record(kept, (), (), (), 60))["impact"]
    assert "orders: raw_orders is older than 2 h (latency)" in str(impact_facts)
    view = impact(s, incident.id)
    first = next(line for line in view.contracts if line.dataset == "raw_orders")
    assert first.repaired_by == s.clock.now() - timedelta(hours=1)
    drawn = json.dumps(render(view).blocks)
    assert "contract *orders* of `raw_orders`: *broken*, it is older than 2 h" in drawn
    assert "due " in drawn


def test_names_that_are_not_clear_are_listed_with_what_they_may_mean(
    s: Services, incident: Incident
) -> None:
    facts.add_dataset(s, incident.id, "nowhere", (), ANA)
    view = impact(s, incident.id)
    assert view.unresolved == ("nowhere",)
    drawn = json.dumps(
        render(replace(view, unresolved=("orders",), several={"orders": ("a.o", "b.o")})).blocks
    )
    assert "`orders` may be `a.o`, `b.o`: name it in full" in drawn


def test_names_in_no_lineage_are_listed_with_where_they_stand(s: Services) -> None:
    slo = a_slo("orders-fresh", datasets=("raw_orders", "orders_v2"))
    elsewhere = replace(CONTRACTS[0], datasets=("other.main.orders",))
    git = Beside({"s3://lake/orders": "demo.main.gone"}, (elsewhere,), "2")
    definitions = FakeDefinitions({slo.name: slo})
    found = unresolved_names(replace(s, git_lineage=lambda: git, definitions=definitions))
    assert found == [
        "demo.main.gone (alias of s3://lake/orders)",
        f"other.main.orders (contract orders, {CONTRACTS[0].file}:1)",
        "orders_v2 (SLO orders-fresh)",
    ]
