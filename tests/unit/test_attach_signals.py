"""Signals that find their incident: burn alerts, Alertmanager's groups, failed dbt runs."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from fireline.domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from fireline.domain.incident.incident import Incident, IncidentState, Stamp
from fireline.domain.incident.kinds import DatasetRole
from fireline.domain.incident.proposals import ProposalKind
from fireline.domain.lineage.graph import Graph, Node, NodeKind
from fireline.domain.lineage.runs import RunResult, RunStatus
from fireline.domain.policy.correlation_rules import CorrelationRules, SignalRules
from fireline.domain.policy.incident_rules import IncidentRules
from fireline.domain.policy.policy import Policy
from fireline.usecases.attach_by_hand import attach_by_hand, decide_proposal, detach
from fireline.usecases.external_alert_projection import external_alert
from fireline.usecases.external_alerts import take
from fireline.usecases.ingest_lineage import take_runs
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.show_relations import proposal, proposed_to
from tests.alertmanager_calls import an_alert, said
from tests.builders import ANA, BEN, a_slo
from tests.store_fixture import RecordingStore
from tests.unit.alert_scene import NOW, AlertScene

EDGES = {
    "raw_orders": ("stg_orders",),
    "raw_payments": ("stg_payments",),
    "stg_orders": ("dim_customers", "fct_revenue_daily"),
    "stg_payments": ("fct_revenue_daily",),
}
NAMES = (*EDGES, "dim_customers", "fct_revenue_daily")
BEGAN = (NOW - timedelta(minutes=1)).isoformat()
GRAPH = Graph({n: Node(n, n, NodeKind.MODEL, service="dwh") for n in NAMES}, EDGES, NOW)


@pytest.fixture
def scene(sqlite_store: RecordingStore) -> AlertScene:
    """The five tables and two sources of the guide's example, an SLO each."""
    slos = [a_slo(f"slo-{n}", service=f"svc-{n}", datasets=(n,)) for n in NAMES]
    with sqlite_store() as uow:
        uow.lineages.save("dbt:demo", GRAPH, NOW)
        uow.commit()
    return AlertScene(sqlite_store, slos)


def known(scene: AlertScene, incident_id: int = 1) -> Incident:
    with scene.store() as uow:
        found = uow.incidents.get(incident_id)
    assert found is not None
    return found


def timeline(scene: AlertScene) -> list[str]:
    with scene.store() as uow:
        return [entry.text for entry in uow.timeline.entries(1)]


def runs(scene: AlertScene, name: str, dataset: str, status: RunStatus = RunStatus.FAIL) -> None:
    take_runs(scene.s, [RunResult(name, dataset, status, scene.clock.now())])


def external(
    scene: AlertScene, dataset: str, ended: datetime | None = None, began: str = BEGAN
) -> str:
    end = ended.isoformat().replace("+00:00", "Z") if ended else ""
    alert = an_alert(ended=end, began=began, dataset=dataset)
    common = {"alertname": "TableLate", "dataset": dataset}
    group = take(scene.s, said(alert, slo="none", commonLabels=common, groupLabels=common))
    assert group is not None
    return group.id


def declared_from_alert(scene: AlertScene) -> Incident:
    scene.tick({"slo-raw_orders": "page"})
    command = Declare("Orders late", ANA, episode_id=scene.group().id)
    return declare(scene.s, command).incident


def test_the_example_of_the_guide_is_one_incident_with_four_signals(scene: AlertScene) -> None:
    declared_from_alert(scene)
    scene.tick({"slo-raw_orders": "page", "slo-stg_orders": "page"}, minutes=15)
    external(scene, "fct_revenue_daily")
    runs(scene, "test.demo.not_null_dim_customers_id.1", "dim_customers")
    scene.clock.advance(minutes=5)
    runs(scene, "model.demo.stg_payments", "stg_payments")
    incident = known(scene)
    assert [(a.source, a.why) for a in incident.details.alerts] == [
        ("burn", "declared from it"),
        ("burn", "downstream of raw_orders"),
        ("alertmanager", "downstream of raw_orders"),
        ("run", "downstream of raw_orders"),
    ]
    assert incident.details.impacted == ("stg_orders", "fct_revenue_daily", "dim_customers")
    assert incident.details.roots == ("raw_orders",)
    assert incident.details.proposals == ()
    with scene.store() as uow:
        assert len(uow.incidents.all()) == 1


def test_the_messages_of_what_follows_say_so(scene: AlertScene) -> None:
    declared_from_alert(scene)
    scene.tick({"slo-raw_orders": "page", "slo-stg_orders": "page"}, minutes=15)
    group = external(scene, "fct_revenue_daily")
    first, later = sorted(scene.groups(), key=lambda g: g.opened_at)
    assert scene.shown(first.id).follows == ""
    shown = scene.shown(later.id)
    assert (shown.incident_ref, shown.follows) == ("INC-1", "downstream of raw_orders")
    with scene.store() as uow:
        view = external_alert(scene.s, uow, group)
    assert view is not None
    assert (view.incident_ref, view.follows) == ("INC-1", "downstream of raw_orders")


def test_what_alerts_already_is_gathered_when_its_root_is_declared(scene: AlertScene) -> None:
    scene.tick({"slo-fct_revenue_daily": "page"})
    external(scene, "stg_orders")
    runs(scene, "source.demo.shop.raw_orders", "raw_orders")
    incident = declare(scene.s, Declare("Orders late", ANA, datasets=("raw_orders",))).incident
    assert {(a.source, a.why) for a in incident.details.alerts} == {
        ("burn", "downstream of raw_orders"),
        ("alertmanager", "downstream of raw_orders"),
        ("run", "the same data raw_orders"),
    }
    assert scene.group().incident_id == 1


def test_what_shares_another_upstream_is_explained_by_that(scene: AlertScene) -> None:
    declare(scene.s, Declare("Orders late", ANA, datasets=("raw_orders",)))
    scene.tick({"slo-fct_revenue_daily": "page", "slo-raw_payments": "page"})
    group = scene.group()
    assert group.keys == ("dataset:raw_payments",)
    assert group.incident_id is None


def test_an_upstream_that_alerts_later_is_attached_and_proposed_as_root(scene: AlertScene) -> None:
    declare(scene.s, Declare("Revenue odd", ANA, datasets=("stg_orders",)))
    scene.tick({"slo-raw_orders": "page"})
    incident = known(scene)
    (one,) = incident.details.proposals
    assert (one.kind, one.dataset) == (ProposalKind.ROOT, "raw_orders")
    assert incident.details.roots == ("stg_orders",)
    decide_proposal(scene.s, 1, 1, ANA, accepted=True)
    after = known(scene)
    assert after.details.roots == ("raw_orders",)
    assert after.details.impacted == ("stg_orders",)
    assert "It began at raw_orders" in timeline(scene)
    with pytest.raises(InvalidInputError, match="ana took it up already"):
        decide_proposal(scene.s, 1, 1, BEN, accepted=False)


def test_the_same_service_is_proposed_on_the_alert_and_attached_by_one_press(
    scene: AlertScene,
) -> None:
    declare(scene.s, Declare("Payments odd", ANA, service="svc-raw_payments"))
    scene.tick({"slo-raw_payments": "page"})
    group = scene.group()
    assert group.incident_id is None
    shown = scene.shown().proposed
    assert shown is not None
    assert (shown.ref, shown.number) == ("INC-1", 1)
    with scene.store() as uow:
        view = proposal(scene.s, uow, "1:1")
    assert view is not None
    assert view.accepted is None
    decide_proposal(scene.s, 1, 1, ANA, accepted=True)
    assert scene.group().incident_id == 1
    assert known(scene).slos == ("slo-raw_payments",)
    assert scene.shown().proposed is None


def test_a_proposal_that_was_turned_down_is_not_made_again(scene: AlertScene) -> None:
    declare(scene.s, Declare("Payments odd", ANA, service="svc-raw_payments"))
    scene.tick({"slo-raw_payments": "page"})
    decide_proposal(scene.s, 1, 1, ANA, accepted=False)
    with scene.store() as uow:
        assert proposed_to(uow, f"burn:{scene.group().id}") is None
    assert known(scene).details.alerts == ()


def test_a_detached_alert_stays_out_until_somebody_attaches_it(scene: AlertScene) -> None:
    declare(scene.s, Declare("Orders late", ANA, datasets=("raw_orders",)))
    runs(scene, "model.demo.stg_orders", "stg_orders")
    detach(scene.s, 1, "model.demo.stg_orders", "known and harmless", BEN)
    runs(scene, "model.demo.stg_orders", "stg_orders")
    assert known(scene).details.alerts == ()
    assert known(scene).datasets == ("raw_orders",)
    assert any("known and harmless" in line for line in timeline(scene))
    attach_by_hand(scene.s, 1, "model.demo.stg_orders", "it is not", ANA)
    (alert,) = known(scene).details.alerts
    assert alert.why == "it is not"


def test_an_alert_is_attached_by_the_name_of_its_slo_and_detached_again(scene: AlertScene) -> None:
    declare(scene.s, Declare("Something", ANA))
    scene.tick({"slo-raw_payments": "page"})
    attach_by_hand(scene.s, 1, "SLO-raw_payments", "", ANA)
    assert scene.group().incident_id == 1
    assert known(scene).details.alerts[0].why == "attached by hand"
    detach(scene.s, 1, "slo-raw_payments", "", ANA)
    assert scene.group().incident_id is None
    assert known(scene).slos == ()


def test_what_another_incident_has_is_not_taken_from_it(scene: AlertScene) -> None:
    declared_from_alert(scene)
    declare(scene.s, Declare("Something", ANA))
    with pytest.raises(ForbiddenError, match="belongs to INC-1"):
        attach_by_hand(scene.s, 2, "slo-raw_orders", "", ANA)


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("INC-7", InvalidInputError, "/incident merge INC-7"),
        ("nothing", NotFoundError, "Alerting now: slo-raw_payments"),
    ],
)
def test_a_wrong_name_is_answered_with_the_right_form(
    scene: AlertScene, name: str, error: type[Exception], words: str
) -> None:
    declare(scene.s, Declare("Something", ANA))
    scene.tick({"slo-raw_payments": "page"})
    with pytest.raises(error, match=words):
        attach_by_hand(scene.s, 1, name, "", ANA)


def test_a_test_that_passes_again_ends_its_alert_and_repeats_are_no_news(scene: AlertScene) -> None:
    declare(scene.s, Declare("Orders late", ANA, datasets=("raw_orders",)))
    for _ in range(3):
        runs(scene, "test.demo.t.1", "stg_orders")
        scene.clock.advance(minutes=30)
    runs(scene, "test.demo.t.1", "stg_orders", RunStatus.PASS)
    (alert,) = known(scene).details.alerts
    assert alert.ended_at == scene.clock.now()
    assert len([line for line in timeline(scene) if " t " in line]) <= 2


def test_a_signal_counts_once_it_came_as_often_as_the_policy_says(
    sqlite_store: RecordingStore,
) -> None:
    picky = CorrelationRules(alerts={"test.demo.t.1": SignalRules(min_occurrences=3)})
    policy = Policy(incidents=IncidentRules(correlation=picky))
    scene = AlertScene(sqlite_store, policy={"policy": policy})
    declare(scene.s, Declare("Orders late", ANA, datasets=("raw_orders",)))
    counts = []
    for _ in range(3):
        runs(scene, "test.demo.t.1", "raw_orders")
        scene.clock.advance(minutes=5)
        counts.append(len(known(scene).details.alerts))
    assert counts == [0, 0, 1]


def test_a_flapping_alert_is_one_message_and_is_said_once(scene: AlertScene) -> None:
    declare(scene.s, Declare("Orders late", ANA, datasets=("raw_orders",)))
    for _ in range(6):
        scene.ticks({"slo-stg_orders": "stale"}, 5, minutes=0.3)
        scene.ticks("ok", 3, minutes=0.3)
    episodes = scene.episodes()
    assert len(episodes) == 6
    groups = scene.groups()
    assert len(groups) == 2
    assert groups[-1].flaps >= 4
    lines = [line for line in timeline(scene) if "flapping" in line]
    assert len(lines) == 1


def test_alertmanagers_group_that_ended_ends_in_the_incident_too(scene: AlertScene) -> None:
    declare(scene.s, Declare("Orders late", ANA, datasets=("raw_orders",)))
    external(scene, "stg_orders")
    scene.clock.advance(minutes=4)
    external(scene, "stg_orders", ended=scene.clock.now())
    (alert,) = known(scene).details.alerts
    assert alert.ended_at == scene.clock.now()


def restored(scene: AlertScene, state: IncidentState) -> None:
    """As if service had been restored now."""
    incident, now = known(scene), scene.clock.now()
    stamps = {**incident.stamps, Stamp.RESTORED: now, Stamp.MITIGATED: now}
    if state is not IncidentState.RESTORED:
        stamps |= {Stamp.RESOLVED: now, Stamp.DATA_VERIFIED: now}
    with scene.store() as uow:
        uow.incidents.save(replace(incident, state=state, stamps=stamps))
        uow.commit()


@pytest.mark.parametrize("state", [IncidentState.RESTORED, IncidentState.RESOLVED])
@pytest.mark.parametrize(("minutes", "again"), [(40, True), (90, False)])
def test_a_burn_that_is_back_within_the_cool_down_reopens_the_incident_once(
    scene: AlertScene,
    state: IncidentState,
    minutes: int,
    again: bool,  # noqa: FBT001 - a table
) -> None:
    declared_from_alert(scene)
    scene.ticks("ok", 4, minutes=10)
    assert not scene.group().open
    restored(scene, state)
    scene.tick({"slo-raw_orders": "page"}, minutes=minutes)
    incident = known(scene)
    assert (incident.state is IncidentState.INVESTIGATING) == again
    told = [f for f in incident.details.fired if f.key.startswith("reopen:")]
    assert len(told) == int(again)
    if again:
        (entry,) = incident.details.reopened
        assert (entry.by, entry.same_impact) == ("system", True)
        assert "is back" in entry.reason
        newest = max(scene.groups(), key=lambda g: g.opened_at)
        assert newest.incident_id == 1
        assert Stamp.RESTORED not in incident.stamps


def test_a_burn_soon_after_the_end_reopens_though_service_was_back_long_before(
    scene: AlertScene,
) -> None:
    declared_from_alert(scene)
    scene.ticks("ok", 4, minutes=10)
    restored(scene, IncidentState.RESTORED)
    scene.clock.advance(minutes=90)
    incident = known(scene)
    ended = {Stamp.DATA_VERIFIED: scene.clock.now(), Stamp.RESOLVED: scene.clock.now()}
    with scene.store() as uow:
        after = replace(incident, state=IncidentState.RESOLVED, stamps={**incident.stamps, **ended})
        uow.incidents.save(after)
        uow.commit()
    scene.tick({"slo-raw_orders": "page"}, minutes=10)
    again = known(scene)
    assert again.state is IncidentState.INVESTIGATING
    assert again.details.reopened[0].same_impact is False


def test_alertmanagers_flapping_group_is_said_once_and_then_counted(scene: AlertScene) -> None:
    declare(scene.s, Declare("Orders late", ANA, datasets=("raw_orders",)))
    for minute in range(4):
        began = (NOW + timedelta(minutes=2 * minute)).isoformat()
        group = external(scene, "stg_orders", began=began)
        scene.clock.advance(minutes=1)
        ended = scene.clock.now()
        assert external(scene, "stg_orders", ended=ended, began=began) == group
        scene.clock.advance(minutes=1)
    (alert,) = known(scene).details.alerts
    assert alert.flapping
    assert len(alert.times) == 7
    assert sum("flapping" in line for line in timeline(scene)) == 1
    assert sum("TableLate" in line for line in timeline(scene)) <= 5


def test_of_several_datasets_those_made_of_another_are_impacted(scene: AlertScene) -> None:
    data = ("fct_revenue_daily", "raw_orders", "elsewhere")
    incident = declare(scene.s, Declare("Odd", ANA, datasets=data)).incident
    assert incident.details.roots == ("raw_orders", "elsewhere")
    (one,) = (d for d in incident.details.affected if d.key == "fct_revenue_daily")
    assert (one.role, one.why) == (DatasetRole.IMPACTED, "downstream of raw_orders")


def test_a_restricted_incident_takes_what_follows_and_its_alert_tells_nothing(
    scene: AlertScene,
) -> None:
    declare(scene.s, Declare("Leak", ANA, datasets=("raw_orders",), restricted=True))
    scene.tick({"slo-stg_orders": "page"})
    shown = scene.shown()
    assert (shown.incident_ref, shown.follows, shown.incident_channel) == ("(restricted)", "", None)
    assert len(known(scene).details.alerts) == 1
