"""Changes, keys of incidents, flapping alerts and failures in a row, on both databases."""

from dataclasses import replace
from datetime import timedelta

from fireline.domain.incident.changes import ChangeKind, ProductionChange
from fireline.domain.incident.details import Details, LinkedAlert, LinkedChange
from fireline.domain.incident.incident import IncidentState
from fireline.domain.incident.proposals import Brought, Proposal, ProposalKind
from fireline.domain.lineage.runs import RunResult, RunStatus
from tests.builders import a_slo, an_alert_group, an_episode, an_incident
from tests.contract.store_records import NOW
from tests.store_fixture import RecordingStore

CHANGE = ProductionChange(
    "d-7", "orders 1.4", NOW, ChangeKind.MIGRATION, "orders", ("db.orders",), "ben", "https://x/7"
)


def test_a_change_comes_back_as_it_was_and_the_same_again_is_no_news(
    any_store: RecordingStore,
) -> None:
    with any_store() as uow:
        assert uow.changes.save(CHANGE, NOW)
        uow.commit()
    with any_store() as uow:
        assert uow.changes.get("d-7") == CHANGE
        assert not uow.changes.save(CHANGE, NOW + timedelta(hours=1))
        assert uow.changes.save(replace(CHANGE, title="orders 1.5"), NOW)
        assert uow.changes.get("d-7") == replace(CHANGE, title="orders 1.5")
        assert uow.changes.get("d-8") is None


def test_changes_are_found_by_when_they_were_made_and_forgotten_by_when_they_were_told(
    any_store: RecordingStore,
) -> None:
    hour = timedelta(hours=1)
    with any_store() as uow:
        for n in range(4):
            made = replace(CHANGE, id=f"d-{n}", at=NOW + n * hour)
            uow.changes.save(made, NOW + n * hour)
        uow.commit()
    with any_store() as uow:
        assert [c.id for c in uow.changes.between(NOW + hour, NOW + 2 * hour)] == ["d-2", "d-1"]
        assert uow.changes.forget_before(NOW + 2 * hour) == 2
        assert [c.id for c in uow.changes.between(NOW, NOW + 9 * hour)] == ["d-3", "d-2"]


def test_the_newest_incident_of_a_key_is_found_whatever_became_of_it(
    any_store: RecordingStore,
) -> None:
    with any_store() as uow:
        uow.incidents.add(an_incident(1, dedupe_key="k", state=IncidentState.CLOSED))
        uow.incidents.add(an_incident(2, dedupe_key="k", state=IncidentState.RESOLVED))
        uow.incidents.add(an_incident(3, dedupe_key="other"))
        uow.commit()
    with any_store() as uow:
        last = uow.incidents.last_of_key("k")
        assert last is not None
        assert last.id == 2
        assert uow.incidents.last_of_key("none") is None
        assert uow.incidents.by_dedupe_key("k") is None


def test_what_belongs_to_an_incident_comes_back_as_it_was(any_store: RecordingStore) -> None:
    alert = LinkedAlert(
        "burn", "a", "A", NOW, NOW, why="w", slos=("s",), datasets=("d",), times=(NOW,)
    )
    details = Details(
        alerts=(replace(alert, flapping=True),),
        changes=(LinkedChange("d-7", "orders", NOW, kind="deploy", why="same service"),),
        cause_change="d-7",
        links=("https://x",),
        detached=("burn:b",),
        proposals=(Proposal(1, ProposalKind.IMPACT, "t", NOW, moment=NOW, accepted=True),),
        brought=(Brought(2, ("s",), ("d",), ("burn:a",), ("d-7",), (1,)),),
    )
    with any_store() as uow:
        uow.incidents.add(an_incident(1, details=details, parent_id=4, recurrence_of=3))
        uow.commit()
    with any_store() as uow:
        found = uow.incidents.get(1)
    assert found is not None
    assert found.details == details
    assert (found.parent_id, found.recurrence_of) == (4, 3)


def test_how_often_an_alert_flapped_and_a_run_failed_is_kept(any_store: RecordingStore) -> None:
    group = an_alert_group(an_episode(a_slo()), flaps=5)
    run = RunResult("test.a", "db.orders", RunStatus.FAIL, NOW, failed=3)
    with any_store() as uow:
        uow.alerts.save(group)
        uow.lineages.save_runs([run])
        uow.commit()
    with any_store() as uow:
        assert uow.alerts.get(group.id) == group
        assert uow.lineages.last_runs(["test.a", "test.b"]) == [run]
