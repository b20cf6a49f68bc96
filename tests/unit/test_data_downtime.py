"""Data downtime: dataset-hours of the guide's worked example, of reopened data, by tier."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.domain.incident.details import AffectedDataset, Details, Reopening
from fireline.domain.incident.downtime import data_downtime, with_tiers
from fireline.domain.incident.incident import Incident, RepairDecision, Stamp
from fireline.domain.incident.kinds import DatasetRole, Harm
from fireline.domain.incident.lifecycle import Verb
from fireline.domain.lineage.graph import Graph, Node, NodeKind
from fireline.usecases import incident_facts as facts
from fireline.usecases.incident_export import as_document
from fireline.usecases.incident_steps import Ask, step
from fireline.usecases.ingest_lineage import take_graph
from fireline.usecases.manage_incident import Declare, declare
from tests.builders import ANA, night, services, the_worked_incident
from tests.fakes import FakeClock
from tests.store_fixture import RecordingStore

NAMES = ("raw_orders", "stg_orders", "fct_revenue_daily")


def late(*tiers: int | None, **more: object) -> Incident:
    """The worked example with these datasets late for the whole time."""
    affected = tuple(
        AffectedDataset(name, harms=(Harm.LATE,), tier=tier)
        for name, tier in zip(NAMES, tiers, strict=False)
    )
    return the_worked_incident(details=Details(affected=affected), **more)


def test_the_worked_example_is_14_dataset_hours_and_56_weighted() -> None:
    found = data_downtime(late(0, 0, 0))
    assert found is not None
    assert (round(found.hours, 6), round(found.weighted, 6)) == (14.0, 56.0)
    assert found.words == "14.0 dataset-hours (3 datasets), 56.0 weighted"


def test_weights_are_by_tier_and_an_unknown_tier_is_that_of_the_incident() -> None:
    found = data_downtime(late(1, 2, None, tier=1), {0: 10, 1: 3, 2: 0})
    assert found is not None
    assert found.weighted == pytest.approx((4 + 2 / 3) * (3 + 0 + 3))


def test_exposed_data_was_not_down_and_what_a_failure_reached_was() -> None:
    affected = (
        AffectedDataset("a", harms=(Harm.EXPOSED,), tier=0),
        AffectedDataset("b", role=DatasetRole.IMPACTED, tier=2),
        AffectedDataset("c", tier=0),
    )
    found = data_downtime(the_worked_incident(details=Details(affected=affected)))
    assert found is not None
    assert (found.datasets, round(found.weighted, 2)) == (1, 4.67)


def test_data_that_is_not_verified_has_no_figure_yet() -> None:
    whole = late(0)
    stamps = dict(whole.stamps)
    del stamps[Stamp.DATA_VERIFIED]
    assert data_downtime(replace(whole, stamps=stamps)) is None


def test_the_hours_in_between_do_not_count_when_data_turned_bad_again() -> None:
    incident = late(0)
    again = Reopening(
        night("12:00"), "data", "wrong again", "U1", same_impact=False, verified_at=night("06:20")
    )
    details = replace(incident.details, reopened=(again,))
    stamps = {**incident.stamps, Stamp.DATA_VERIFIED: night("13:00")}
    found = data_downtime(replace(incident, details=details, stamps=stamps))
    assert found is not None
    assert (round(found.hours, 2), found.intervals) == (5.67, 2)
    assert "in 2 intervals" in found.words
    same = replace(details, reopened=(replace(again, same_impact=True),))
    through = data_downtime(replace(incident, details=same, stamps=stamps))
    assert through is not None
    assert through.hours == pytest.approx(11 + 1 / 3)


def test_a_tier_once_recorded_stays() -> None:
    incident = with_tiers(late(None, 1), {"raw_orders": 0, "stg_orders": 0})
    assert [d.tier for d in incident.details.affected] == [0, 1]


def test_it_is_written_down_at_the_end_and_a_later_tier_does_not_change_it(
    sqlite_store: RecordingStore,
) -> None:
    clock = FakeClock(night("02:10"))
    s = services(sqlite_store, clock=clock)

    def told(tier: int) -> None:
        nodes = {name: Node(name, name, NodeKind.MODEL, tier) for name in NAMES}
        take_graph(s, "dbt:demo", Graph(nodes))

    told(0)
    made = declare(s, Declare("orders are late", ANA)).incident
    for name in NAMES:
        facts.add_dataset(s, made.id, name, (Harm.LATE,), ANA)
    clock.set(night("02:48"))
    step(s, made.id, Ask(Verb.RESTORE, text="fixed"), ANA)
    told(2)
    clock.set(clock.now() + timedelta(hours=1))
    checked = RepairDecision(damaged=False, checked_by="ana", how="counts agree")
    done = step(s, made.id, Ask(Verb.RESOLVE, decision=checked), ANA)
    with s.store() as uow:
        texts = [entry.text for entry in uow.timeline.entries(made.id)]
        document = as_document(uow, done, timeline=False)
    assert "Data downtime: 4.9 dataset-hours (3 datasets), 19.6 weighted" in texts
    assert document["data_downtime"] == {"dataset_hours": 4.9, "datasets": 3}
