"""Alerts, their steps, what is pending and what is muted: the same on both databases."""

from dataclasses import replace
from datetime import timedelta

from fireline.domain.slo.alerting.conditions import Pending
from fireline.domain.slo.alerting.group import Mark
from fireline.domain.slo.status import AlertKind, BurnSeverity
from fireline.usecases.ports import AlertStep, Mute
from tests.builders import a_slo, a_status, an_alert_group, keep_alert
from tests.contract.store_records import NOW, an_episode
from tests.store_fixture import RecordingStore

LATER = NOW + timedelta(hours=1)


def test_an_alert_comes_back_as_it_was(any_store: RecordingStore) -> None:
    group = an_alert_group(
        an_episode(),
        kind=AlertKind.STALE,
        severity=BurnSeverity.TICKET,
        keys=("dataset:a", "service:b"),
        rounds=2,
        acknowledged_by="U1",
        acknowledged_at=NOW,
        snoozed_until=LATER,
        incident_id=7,
        mark=Mark.DUPLICATE,
        marked_by="U2",
        marked_at=LATER,
    )
    with any_store() as uow:
        uow.alerts.save(group)
        uow.commit()
    with any_store() as uow:
        assert uow.alerts.get(group.id) == group
        assert uow.alerts.get("gone") is None
        assert uow.alerts.open() == [group]
        assert uow.alerts.between(NOW, LATER) == [group]
        assert uow.alerts.between(LATER, LATER + timedelta(days=1)) == []
        uow.alerts.save(replace(group, closed_at=LATER))
        uow.commit()
    with any_store() as uow:
        assert uow.alerts.open() == []


def test_the_episodes_of_an_alert_and_of_an_slo_are_found(any_store: RecordingStore) -> None:
    other = an_episode("e2", slo="payments")
    with any_store() as uow:
        keep_alert(uow, an_episode(), other)
        uow.episodes.add(an_episode("e3", kind=AlertKind.STALE, closed_at=NOW))
        uow.commit()
    with any_store() as uow:
        assert [e.id for e in uow.episodes.in_group("e1")] == ["e1", "e2"]
        assert [e.id for e in uow.episodes.of("orders-freshness", NOW)] == ["e1", "e3"]
        assert [e.id for e in uow.episodes.of("orders-freshness", LATER)] == ["e1"]


def test_a_step_is_taken_once(any_store: RecordingStore) -> None:
    step = AlertStep("e1", "0:reminder:1", NOW, ("U1", "@second"), 1)
    with any_store() as uow:
        assert uow.alerts.take(step)
        assert not uow.alerts.take(replace(step, at=LATER))
        uow.commit()
    with any_store() as uow:
        assert uow.alerts.steps("e1") == {step.key: step}
        assert uow.alerts.steps("e2") == {}


def test_what_is_pending_is_replaced_and_forgotten(any_store: RecordingStore) -> None:
    with any_store() as uow:
        uow.alerts.keep_pending([Pending(f"s{n}", NOW) for n in range(1200)])
        uow.alerts.keep_pending([Pending("s0", NOW, 2)])
        uow.alerts.drop_pending({f"s{n}" for n in range(1, 1200)})
        uow.commit()
    with any_store() as uow:
        assert uow.alerts.pending() == {"s0": Pending("s0", NOW, 2)}


def test_a_mute_ends_by_itself_and_by_hand(any_store: RecordingStore) -> None:
    mute = Mute("orders", LATER, "we move it", "U1", NOW)
    with any_store() as uow:
        uow.mutes.put(replace(mute, until=NOW))
        uow.mutes.put(mute)
        assert uow.mutes.active(NOW) == {"orders": mute}
        assert uow.mutes.active(LATER) == {}
        assert uow.mutes.remove("orders")
        assert not uow.mutes.remove("orders")
        uow.commit()


def test_some_evaluations_are_read_at_once(any_store: RecordingStore) -> None:
    every = [a_status(a_slo(f"s{n:03d}")) for n in range(600)]
    with any_store() as uow:
        uow.statuses.save(every)
        uow.commit()
    with any_store() as uow:
        found = uow.statuses.some([status.slo for status in every[:550]] + ["gone"])
    assert found == {status.slo: status for status in every[:550]}
