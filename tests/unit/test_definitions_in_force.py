"""Changes of definitions and policy are in the audit trail, each once, on both databases."""

import json
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from fireline.domain.audit import AuditEntry
from fireline.domain.incident.incident import IncidentState, Stamp
from fireline.domain.policy.consequences import BudgetException, OnUnknown
from fireline.domain.policy.policy import Policy
from fireline.domain.policy.verdict import Granted
from fireline.domain.slo.definition import SourceRef
from fireline.domain.slo.maintenance import MaintenancePlan
from fireline.domain.slo.sli import CompositePart, CompositeSli, DeadlineSli
from fireline.usecases.definitions_in_force import DefinitionWatch, body_of
from fireline.usecases.incident_costs import book
from fireline.usecases.ports import Services
from tests.builders import a_lag_slo, a_slo, an_incident, services
from tests.fakes import FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore
from tests.unit.slo_builders import slo
from tests.unit.test_slo_maintenance import END, START, a_maintenance, bucket, worked


class Planned:
    """Maintenance or exceptions that are set by hand."""

    def __init__(self, now: Any) -> None:
        self.now = now

    def current(self) -> Any:
        return self.now


def world(store: RecordingStore, **parts: Any) -> Services:
    slos = {"orders": slo(), "lag": a_lag_slo("lag")}
    given: dict[str, Any] = {
        "definitions": FakeDefinitions(slos),
        "maintenance": Planned(MaintenancePlan()),
        "exceptions": Planned(Granted()),
        "clock": FakeClock(END),
    }
    return services(store, **{**given, **parts})


def trail(s: Services) -> list[AuditEntry]:
    with s.store() as uow:
        return [e for e in uow.audit.all() if e.action.startswith("definition")]


def test_the_first_look_is_one_entry_and_an_unchanged_one_is_none(
    any_store: RecordingStore,
) -> None:
    s = world(any_store)
    assert DefinitionWatch(s).check(END) == 1
    # After a restart, and by a second replica: everything is known already.
    watch = DefinitionWatch(s)
    assert [watch.check(END), watch.check(END)] == [0, 0]
    (only,) = trail(s)
    assert (only.action, only.detail["count"]) == ("definitions.first_seen", 3)


def test_a_change_is_written_once_with_old_and_new(any_store: RecordingStore) -> None:
    s = world(any_store)
    watch, other = DefinitionWatch(s), DefinitionWatch(s)
    watch.check(END)
    other.check(END)
    stricter = slo(objective="99.95", window=timedelta(days=7), source=SourceRef("moved.yaml", 9))
    moved = replace(a_lag_slo("lag"), source=SourceRef("moved.yaml", 20))
    s.definitions.slos = {"orders": stricter, "lag": moved}  # type: ignore[attr-defined]
    assert (watch.check(END), other.check(END), watch.check(END)) == (1, 0, 0)
    (_, changed) = trail(s)
    assert (changed.action, changed.subject) == ("definition.changed", "slo:orders")
    assert changed.detail["changed"] == {
        "objective": {"old": "99.9", "new": "99.95"},
        "window": {"old": 2_592_000.0, "new": 604_800.0},
    }
    assert changed.detail["old_hash"] != changed.detail["new_hash"]


def test_added_and_removed_ones_are_written_but_not_those_that_cannot_be_read(
    any_store: RecordingStore,
) -> None:
    s = world(any_store)
    watch = DefinitionWatch(s)
    watch.check(END)
    definitions = s.definitions
    definitions.slos = {"orders": slo(), "new": a_slo("new")}  # type: ignore[attr-defined]
    definitions.problems = ("orders.yaml:1: broken",)  # type: ignore[attr-defined]
    assert watch.check(END) == 1
    definitions.problems = ()  # type: ignore[attr-defined]
    assert watch.check(END) == 1
    actions = [(e.action, e.subject) for e in trail(s)[1:]]
    assert actions == [("definition.added", "slo:new"), ("definition.removed", "slo:lag")]
    gone = trail(s)[-1].detail["old"]
    assert isinstance(gone, dict)
    assert gone["objective"] == "99"


def test_the_policy_and_exceptions_are_watched_too(any_store: RecordingStore) -> None:
    DefinitionWatch(world(any_store)).check(END)
    granted = BudgetException("orders", END, "the fix", "ana", SourceRef("e.yaml", 4))
    s = world(
        any_store,
        policy=replace(Policy(), on_unknown=OnUnknown.BLOCK),
        exceptions=Planned(Granted((granted,))),
    )
    assert DefinitionWatch(s).check(END) == 2
    exception, policy = trail(s)[1:]
    assert exception.subject == f"exception:orders:{END.isoformat()}"
    assert policy.subject == "policy"
    assert policy.detail["changed"] == {"on_unknown": {"old": "allow", "new": "block"}}


def test_maintenance_that_changes_in_git_changes_what_incidents_cost(
    any_store: RecordingStore,
) -> None:
    daily = slo(objective="99", window=timedelta(days=1))
    s = world(any_store, definitions=FakeDefinitions({"orders": daily}))
    stamps = {
        Stamp.DECLARED: START,
        Stamp.IMPACT_STARTED: START + timedelta(minutes=500),
        Stamp.DATA_VERIFIED: END,
        Stamp.RESOLVED: END,
    }
    incident = an_incident(1, stamps=stamps, slos=("orders",), state=IncidentState.RESOLVED)
    watch = DefinitionWatch(s)
    watch.check(END)
    with any_store() as uow:
        uow.ledger.write("orders", daily.revision, worked())
        uow.incidents.add(incident)
        book(s, uow, incident, END)
        uow.commit()
    plan = MaintenancePlan((a_maintenance(bucket(102), bucket(105)),))
    s.maintenance.now = plan  # type: ignore[attr-defined]
    assert watch.check(END) == 1
    with any_store() as uow:
        booked = uow.incidents.get(1)
    assert booked is not None
    assert booked.budget_cost["orders"] == pytest.approx(150 / 285, abs=1e-6)
    assert booked.raw_budget_cost["orders"] == pytest.approx(300 / 288, abs=1e-6)


def test_every_kind_of_definition_is_plain_json() -> None:
    kinds = [
        slo(),
        a_lag_slo(),
        slo(CompositeSli((CompositePart("a", 0.5), CompositePart("b", 0.5)))),
        slo(DeadlineSli("landed > $slot_start", time(7), "Europe/Berlin")),
    ]
    for definition in (*kinds, Policy(), a_maintenance(0, 1)):
        text = json.dumps(body_of(definition))
        assert "source" not in json.loads(text)
