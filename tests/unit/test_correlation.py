"""Which incident a signal belongs to: the table of the guide, rule by rule, first match wins."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.attachments import (
    alert_named,
    alert_of,
    attached,
    decided,
    detached,
    proposed,
    rooted,
    turned,
)
from fireline.domain.incident.correlation import Match, Relation, Signal, correlate
from fireline.domain.incident.details import AffectedDataset, Details, LinkedChange
from fireline.domain.incident.incident import Incident, IncidentState, Stamp
from fireline.domain.incident.kinds import DatasetRole, IncidentType
from fireline.domain.incident.proposals import ProposalKind
from fireline.domain.lineage.graph import Graph, Node, NodeKind
from fireline.domain.policy.correlation_rules import CorrelationRules, SignalRules
from tests.builders import an_incident, night

RULES = CorrelationRules()
CHAIN = [f"l{n}" for n in range(9)]
GRAPH = Graph(
    {key: Node(key, key, NodeKind.MODEL) for key in (*CHAIN, "raw_orders", "stg_orders", "other")},
    {
        **{above: (below,) for above, below in pairwise(CHAIN)},
        "raw_orders": ("stg_orders",),
        "other": ("stg_other",),
    },
)


def on(*datasets: str, **changes: object) -> Incident:
    """An incident that began at these datasets."""
    affected = tuple(AffectedDataset(key) for key in datasets)
    details = Details(affected=affected)
    given: dict[str, Any] = {"datasets": datasets, "details": details, "service": "orders"}
    return an_incident(**{**given, **changes})


def a_signal(*datasets: str, **changes: object) -> Signal:
    given: dict[str, object] = {"datasets": datasets, "at": night("02:20")}
    return Signal("burn", "a1", "Alert", **{**given, **changes})  # type: ignore[arg-type]


def relation(signal: Signal, *incidents: Incident) -> tuple[Relation, str] | None:
    found = correlate(signal, incidents, GRAPH, RULES)
    return (found.relation, found.why) if found else None


def test_the_same_slo_is_the_same_trouble() -> None:
    signal = a_signal(slos=("lag",))
    assert relation(signal, on(slos=("lag",))) == (Relation.SAME, "the same SLO lag")


def test_the_same_service_counts_only_with_the_same_kind() -> None:
    details = Details(types=(IncidentType.FRESHNESS,))
    incident = on(details=details, datasets=())
    fresh = a_signal(services=frozenset({"orders"}), types=frozenset({IncidentType.FRESHNESS}))
    assert relation(fresh, incident) == (
        Relation.SAME,
        "the same service orders and kind freshness",
    )
    quality = replace(fresh, types=frozenset({IncidentType.QUALITY}))
    assert relation(quality, incident) == (Relation.NEAR, "the same service orders")


def test_lineage_is_followed_six_edges_and_no_further() -> None:
    assert relation(a_signal("l6"), on("l0")) == (Relation.DOWNSTREAM, "downstream of l0")
    assert relation(a_signal("l7"), on("l0")) is None


def test_the_same_data_and_its_upstream_belong_together() -> None:
    assert relation(a_signal("RAW_orders"), on("raw_orders")) == (
        Relation.SAME,
        "the same data raw_orders",
    )
    assert relation(a_signal("raw_orders"), on("stg_orders")) == (
        Relation.UPSTREAM,
        "upstream of stg_orders",
    )


def test_siblings_have_nothing_in_common() -> None:
    assert relation(a_signal("other"), on("raw_orders")) is None


def test_an_earlier_rule_wins_over_an_older_incident() -> None:
    below, same = on("raw_orders", id=1), on("l0", id=2, slos=("lag",))
    found = correlate(a_signal("stg_orders", slos=("lag",)), [below, same], GRAPH, RULES)
    assert found is not None
    assert (found.incident.id, found.relation) == (2, Relation.SAME)


@pytest.mark.parametrize(("minutes", "near"), [(29, True), (31, False)])
def test_the_same_service_is_only_proposed_and_only_for_a_while(minutes: int, near: bool) -> None:  # noqa: FBT001 - a table
    at = night("02:10") + timedelta(minutes=minutes)
    signal = a_signal(services=frozenset({"orders"}), at=at)
    expected = (Relation.NEAR, "the same service orders") if near else None
    assert relation(signal, on("raw_orders")) == expected


def test_the_same_change_before_both_is_proposed() -> None:
    change = LinkedChange("deploy-7", "orders 1.4", night("02:00"))
    incident = on(details=Details(changes=(change,)), service="pay", datasets=())
    signal = a_signal(changes=frozenset({"deploy-7"}))
    assert relation(signal, incident) == (Relation.NEAR, "the same change deploy-7 before it")


def test_what_ended_takes_signals_for_half_an_hour_more() -> None:
    stamps = {**on().stamps, Stamp.RESOLVED: night("03:00")}
    ended = on("raw_orders", state=IncidentState.RESOLVED, stamps=stamps)
    late = a_signal("stg_orders", at=night("03:30"))
    assert relation(late, ended) == (Relation.DOWNSTREAM, "downstream of raw_orders")
    assert relation(replace(late, at=night("03:31")), ended) is None


def test_drills_what_is_over_and_what_people_detached_take_nothing() -> None:
    signal = a_signal("stg_orders")
    past = Details(affected=(AffectedDataset("raw_orders"),), past=True)
    refused = Details(affected=(AffectedDataset("raw_orders"),), detached=(signal.key,))
    for incident in (on("raw_orders", drill=True), on(details=past), on(details=refused)):
        assert relation(signal, incident) is None


def belonging(incident: Incident, signal: Signal) -> Incident:
    found = correlate(signal, [incident], GRAPH, RULES)
    assert found is not None
    return attached(incident, signal, found)


def test_attaching_brings_slos_and_data_as_impacted_and_detaching_takes_them_back() -> None:
    before = on("raw_orders", slos=("raw-lag",))
    signal = a_signal("stg_orders", slos=("stg-lag", "raw-lag"))
    after = belonging(before, replace(signal, slos=("stg-lag",)))
    (alert,) = after.details.alerts
    assert (alert.slos, alert.datasets, alert.why) == (
        ("stg-lag",),
        ("stg_orders",),
        "downstream of raw_orders",
    )
    assert after.slos == ("raw-lag", "stg-lag")
    assert after.details.affected[-1].role is DatasetRole.IMPACTED
    back, gone = detached(after, alert.key)
    assert gone == alert
    assert (back.slos, back.datasets) == (before.slos, before.datasets)
    assert correlate(signal, [back], GRAPH, RULES) is None


def test_what_two_alerts_brought_stays_while_one_of_them_does() -> None:
    one = belonging(on("raw_orders"), a_signal("stg_orders", slos=("a",)))
    both = belonging(one, replace(a_signal("stg_orders", slos=("b",)), ref="a2"))
    for gone, left_slos in (("burn:a1", ("b",)), ("burn:a2", ("a",))):
        left, _ = detached(both, gone)
        assert left.slos == left_slos
        assert "stg_orders" in left.datasets


def test_an_alert_is_found_by_number_id_title_and_slo() -> None:
    incident = belonging(on("raw_orders"), a_signal("stg_orders", slos=("stg-lag",)))
    for name in ("1", "a1", "burn:a1", "alert", "STG-LAG", "`a1`"):
        assert alert_named(incident, name).ref == "a1"
    with pytest.raises(NotFoundError, match="1 Alert"):
        alert_named(incident, "nothing")


def test_the_fourth_change_within_half_an_hour_is_flapping_and_only_counted() -> None:
    incident = belonging(on("raw_orders"), a_signal("stg_orders"))
    rules, told = SignalRules(), []
    for minute in range(8):
        at = night("02:21") + timedelta(minutes=minute)
        incident, worth = turned(incident, "burn:a1", at, rules, firing=bool(minute % 2))
        told.append(worth)
    assert told == [True, True, True, True, False, False, False, False]
    alert = alert_of(incident, "burn:a1")
    assert alert is not None
    assert alert.flapping
    assert len(alert.times) == 8


def test_slow_changes_never_flap() -> None:
    incident = belonging(on("raw_orders"), a_signal("stg_orders"))
    for hour in range(6):
        at = night("03:00") + timedelta(hours=hour)
        incident, worth = turned(incident, "burn:a1", at, SignalRules(), firing=bool(hour % 2))
        assert worth


def test_a_confirmed_root_makes_the_old_one_impacted() -> None:
    incident = belonging(on("stg_orders"), a_signal("raw_orders"))
    after = rooted(incident, "raw_orders", {"stg_orders"})
    assert after.details.roots == ("raw_orders",)
    assert after.details.impacted == ("stg_orders",)


def test_a_proposal_is_made_and_decided_once() -> None:
    about = {"source": "burn", "ref": "a1"}
    incident, first = proposed(on(), ProposalKind.ATTACH, "It?", night("02:20"), **about)
    again, second = proposed(incident, ProposalKind.ATTACH, "It?", night("02:30"), **about)
    assert first is not None
    assert (again, second) == (incident, None)
    done, one = decided(incident, 1, "ana", night("02:31"), accepted=False)
    assert one.accepted is False
    with pytest.raises(InvalidInputError, match="ana turned it down already"):
        decided(done, 1, "ben", night("02:32"), accepted=True)
    with pytest.raises(NotFoundError):
        decided(done, 2, "ben", night("02:32"), accepted=True)


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcd"),
            st.sets(st.sampled_from(["s1", "s2", "s3"])),
            st.sets(st.sampled_from(["d1", "d2", "d3"])),
        ),
        max_size=6,
    )
)
def test_detaching_everything_leaves_the_incident_as_it_was(
    signals: list[tuple[str, set[str], set[str]]],
) -> None:
    start = on("raw_orders", slos=("s1",))
    incident = start
    for ref, slos, data in signals:
        signal = replace(a_signal(slos=tuple(sorted(slos))), ref=ref)
        match = Match(incident, Relation.DOWNSTREAM, "below", tuple(sorted(data)))
        incident = attached(incident, signal, match)
    for alert in incident.details.alerts:
        incident, _ = detached(incident, alert.key)
    assert (incident.slos, incident.datasets) == (start.slos, start.datasets)
    assert incident.details.affected == start.details.affected
