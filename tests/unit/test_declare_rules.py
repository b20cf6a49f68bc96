"""Alerts that declare by themselves: only where the policy says so, once, and what it says."""

from dataclasses import replace

import pytest

from fireline.adapters.files.policy import read_policy
from fireline.domain.incident.incident import Incident, IncidentState, Stamp
from fireline.domain.people import SYSTEM
from fireline.domain.policy.declare_rules import DeclareRule
from fireline.domain.policy.incident_rules import IncidentRules
from fireline.domain.policy.policy import Policy
from fireline.usecases.declare_by_rule import declare_from_group
from fireline.usecases.external_alerts import take
from fireline.usecases.ports import Services
from tests.alertmanager_calls import an_alert, at, said
from tests.builders import a_slo, services
from tests.fakes import FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore
from tests.unit.alert_scene import AlertScene
from tests.unit.test_alert_lineage import layered

SWITCHED_ON = Policy(incidents=IncidentRules(declare_from_alerts=True))


def listed(store: RecordingStore) -> list[Incident]:
    with store() as uow:
        return list(uow.incidents.all())


def test_as_shipped_an_alert_declares_nothing(sqlite_store: RecordingStore) -> None:
    AlertScene(sqlite_store).tick("page")
    assert listed(sqlite_store) == []


def test_switched_on_a_page_is_an_incident_of_nobody_yet(sqlite_store: RecordingStore) -> None:
    scene = AlertScene(sqlite_store, policy={"policy": SWITCHED_ON})
    scene.ticks("page", 3)
    (incident,) = listed(sqlite_store)
    assert (incident.state, incident.roles) == (IncidentState.INVESTIGATING, {})
    assert incident.at(Stamp.ACKNOWLEDGED) is None
    assert incident.declared_by == SYSTEM.id
    assert scene.group().incident_id == incident.id
    assert scene.group().acknowledged_by is None
    assert [c.args for c in sqlite_store.started("declare_incident")] == [(1,)]


def test_a_ticket_is_a_signal_until_it_grows_into_a_page(sqlite_store: RecordingStore) -> None:
    scene = AlertScene(sqlite_store, policy={"policy": SWITCHED_ON})
    scene.tick("ticket")
    (signal,) = listed(sqlite_store)
    assert signal.state is IncidentState.TRIAGE
    assert signal.details.thread == f"alert:{scene.group().id}"
    assert sqlite_store.started("declare_incident") == []
    scene.tick("page")
    (grown,) = listed(sqlite_store)
    assert (grown.id, grown.state) == (signal.id, IncidentState.INVESTIGATING)
    assert [c.args for c in sqlite_store.started("declare_incident")] == [(1,)]


def test_forty_nine_alerts_of_one_broken_source_are_one_incident(
    sqlite_store: RecordingStore,
) -> None:
    graph, below = layered()
    names = ["raw_orders", *below]
    slos = [a_slo(f"slo-{n}", service=f"svc-{n}", datasets=(n,)) for n in names]
    with sqlite_store() as uow:
        uow.lineages.save("dbt:demo", graph, at("02:00:00"))
        uow.commit()
    scene = AlertScene(sqlite_store, slos, {"policy": SWITCHED_ON})
    scene.tick("page")
    (incident,) = listed(sqlite_store)
    assert {group.incident_id for group in scene.groups()} == {incident.id}


@pytest.fixture
def s(sqlite_store: RecordingStore) -> Services:
    rules = (
        DeclareRule("labels.team == 'web'", quiet=True),
        DeclareRule("labels.service == 'orders' and severity == 'page'", min_occurrences=2),
    )
    slo = a_slo("orders-landed")
    return services(
        sqlite_store,
        clock=FakeClock(at("02:10:00")),
        definitions=FakeDefinitions({slo.name: slo}),
        policy=Policy(incidents=replace(IncidentRules(), declares=rules)),
    )


def test_alertmanagers_group_declares_by_the_first_rule_that_holds_and_once(
    s: Services, sqlite_store: RecordingStore
) -> None:
    call = said(an_alert("a", team="web"))
    take(s, call, declare_from_group)
    take(s, call, declare_from_group)
    take(s, said(an_alert("a", team="web"), an_alert("b", team="web")), declare_from_group)
    (signal,) = listed(sqlite_store)
    assert signal.state is IncidentState.TRIAGE
    with sqlite_store() as uow:
        first = uow.timeline.entries(signal.id)
    assert any(e.provenance.detail == "labels.team == 'web'" for e in first)


def test_what_came_too_seldom_declares_nothing_yet(
    s: Services, sqlite_store: RecordingStore
) -> None:
    one = an_alert("a", service="orders", severity="page")
    take(s, said(one), declare_from_group)
    assert listed(sqlite_store) == []
    take(s, said(one, an_alert("b", service="orders", severity="page")), declare_from_group)
    assert [i.state for i in listed(sqlite_store)] == [IncidentState.INVESTIGATING]


def test_a_rule_may_restrict_and_then_it_is_never_less_than_the_worst(
    sqlite_store: RecordingStore,
) -> None:
    rule = DeclareRule("source == 'burn'", restricted=True, severity=4, quiet=True)
    policy = Policy(incidents=replace(IncidentRules(), declares=(rule,)))
    AlertScene(sqlite_store, policy={"policy": policy}).tick("page")
    (incident,) = listed(sqlite_store)
    assert (incident.restricted, incident.severity.label) == (True, "SEV1")


def test_what_a_rule_cannot_declare_is_written_down_and_stops_nothing(
    s: Services, sqlite_store: RecordingStore
) -> None:
    group = take(s, said(an_alert("a", team="web")))
    assert group is not None
    with s.store() as uow:
        declare_from_group(s, uow, replace(group, id="gone"))
        uow.commit()
    with s.store() as uow:
        refused = [e for e in uow.audit.all() if e.action == "rule.refused"]
    assert [e.subject for e in refused] == ["alertmanager:gone"]
    assert listed(sqlite_store) == []


def test_what_is_wrong_in_a_rule_is_named_by_its_line() -> None:
    text = """apiVersion: fireline/v1
kind: Policy
declare:
  - when: labels.team == 'data' and source == 'alertmanager'
    as: triage
  - {when: colour == 'red', as: triage}
  - {when: tier == 0, as: closed}
  - {when: tier == 0, as: triage, min_occurrences: none}
"""
    policy, problems = read_policy("p.yaml", text)
    assert [p.line for p in problems] == [6, 7, 8]
    assert policy.incidents.declares[0] == DeclareRule(
        "labels.team == 'data' and source == 'alertmanager'", quiet=True
    )
