"""Exclusions, exceptions and definitions in force, on both databases."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from fireline.domain.policy.waivers import Waiver, WaiverKind, WaiverState
from fireline.domain.slo.exclusions import ExclusionEffect
from fireline.usecases.policy_ports import InForce
from tests.contract.store_records import NOW
from tests.store_fixture import RecordingStore


def a_waiver(number: int = 1, **changes: Any) -> Waiver:
    fields: dict[str, Any] = {
        "id": number,
        "kind": WaiverKind.EXCLUSION,
        "subject": "orders",
        "start": NOW - timedelta(hours=2),
        "end": NOW - timedelta(hours=1),
        "reason": "warehouse upgrade",
        "asked_by": "U1",
        "asked_by_name": "ana",
        "asked_at": NOW,
        "approver": "U2",
        "approver_name": "bo",
    }
    return Waiver(**{**fields, **changes})


def test_a_waiver_comes_back_as_it_was(any_store: RecordingStore) -> None:
    whole = a_waiver(
        effect=ExclusionEffect.COUNT_GOOD,
        state=WaiverState.ENDED,
        decided_at=NOW,
        ended_at=NOW,
        ended_by="U1",
        reminded_at=NOW,
    )
    with any_store() as uow:
        assert uow.waivers.next_id() == 1
        uow.waivers.add(a_waiver())
        uow.waivers.save(whole)
        uow.commit()
    with any_store() as uow:
        assert uow.waivers.get(1) == whole
        assert uow.waivers.get(2) is None


def test_only_what_was_agreed_to_counts(any_store: RecordingStore) -> None:
    with any_store() as uow:
        for number, state in enumerate(WaiverState, 1):
            uow.waivers.add(a_waiver(number, state=state))
            exception = a_waiver(number + 10, state=state, kind=WaiverKind.EXCEPTION)
            uow.waivers.add(exception)
        assert [w.state for w in uow.waivers.exclusions()] == [
            WaiverState.APPROVED,
            WaiverState.ENDED,
        ]
        uow.waivers.save(a_waiver(1, state=WaiverState.APPROVED))
        assert len(uow.waivers.exclusions()) == 3
        assert len(uow.waivers.exceptions(NOW - timedelta(hours=3))) == 2
        assert uow.waivers.exceptions(NOW) == []
        assert len(uow.waivers.since(WaiverKind.EXCEPTION, NOW - timedelta(hours=3))) == 5
        waiting = uow.waivers.since(WaiverKind.EXCEPTION, NOW)
        assert [w.state for w in waiting] == [WaiverState.ASKED]
        assert [w.id for w in uow.waivers.waiting("U2")] == [11]
        assert uow.waivers.waiting("U1") == []


def test_definitions_in_force_are_replaced_and_forgotten(any_store: RecordingStore) -> None:
    one = InForce("slo:orders", "abc", {"objective": "99.9", "list": [1]}, NOW)
    two = InForce("policy", "def", {}, NOW)
    with any_store() as uow:
        uow.in_force.save([one, two])
        uow.in_force.save([replace(one, hash="xyz")])
        uow.commit()
    with any_store() as uow:
        assert uow.in_force.all() == {"slo:orders": replace(one, hash="xyz"), "policy": two}
        uow.in_force.forget(["policy"])
        uow.in_force.forget([])
        uow.commit()
    with any_store() as uow:
        assert list(uow.in_force.all()) == ["slo:orders"]
