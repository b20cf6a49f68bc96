"""Drills: the same code, told on time, measured, and in no figure."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fireline.adapters.files.drills import DrillFiles, read_drills
from fireline.adapters.render.documents import JinjaDocuments
from fireline.adapters.slack.blocks import render
from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.details import BadWindow, Details, RepairUnit
from fireline.domain.incident.drill_measures import measures
from fireline.domain.incident.incident import Incident, RepairDecision, Stamp
from fireline.domain.incident.kinds import UnitStatus
from fireline.domain.lineage.graph import Graph, Node, NodeKind
from fireline.usecases.alert_history import alert_history
from fireline.usecases.alert_lineage import Upstreams
from fireline.usecases.draft_postmortem import finish
from fireline.usecases.drill import drill_card, drill_inject, start_drill
from fireline.usecases.incident_channel import open_channel, record_channel
from fireline.usecases.incident_clock import watch_incidents
from fireline.usecases.incident_views import announcement, overview
from fireline.usecases.manage_incident import Declare, declare, resolve, restore
from fireline.usecases.outside import marked
from fireline.usecases.ports import PostedMessage, Services
from fireline.usecases.post_review import digest
from fireline.usecases.recorded_incidents import recorded_incidents
from fireline.usecases.views import DrillMessage, Notice
from tests.builders import ANA, a_burning_status, a_lag_slo, a_ledger, an_incident, night, services
from tests.fakes import EPOCH, FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore

FOLDER = Path(__file__).parents[2] / "policies" / "drills"
SHIPPED = "pipeline-and-quality"
LAG = a_lag_slo()
TWO_LAYERS = Graph(
    {name: Node(name, name, NodeKind.MODEL) for name in ("raw_orders", "stg_orders")},
    {"raw_orders": ("stg_orders",)},
    EPOCH,
)
DRILLS = DrillFiles([FOLDER])
DONE = RepairDecision(damaged=True, checked_by="ana", how="counts agree")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def s(sqlite_store: RecordingStore, clock: FakeClock) -> Services:
    definitions = FakeDefinitions({LAG.name: LAG})
    made = services(
        sqlite_store,
        clock=clock,
        definitions=definitions,
        drills=DRILLS,
        documents=JinjaDocuments(),
    )
    with made.store() as uow:
        uow.statuses.save([a_burning_status(LAG)])
        uow.commit()
    return made


def begun(s: Services) -> Incident:
    """The shipped drill with its channel."""
    incident = start_drill(s, SHIPPED, ANA).incident
    return record_channel(s, incident.id, open_channel(s, incident.id))


def test_the_shipped_scenario_is_of_pipeline_failures_and_a_quality_regression(
    s: Services,
) -> None:
    scenario = s.drills.all()[SHIPPED]
    told = " ".join(inject.text for inject in scenario.injects)
    assert "load_orders failed" in told
    assert "duplicates" in told
    assert scenario.rto == timedelta(hours=1)
    assert scenario.questions


def test_a_drill_is_declared_like_any_incident_in_a_channel_of_its_own_name(s: Services) -> None:
    incident = begun(s)
    assert incident.drill
    assert incident.severity.label == "SEV2"
    assert incident.channel_name == "drill-1-the-orders-load-fails-and-the"


def test_an_unknown_scenario_names_those_there_are(s: Services) -> None:
    with pytest.raises(NotFoundError, match=f"Known: {SHIPPED}"):
        start_drill(s, "fire", ANA)


def test_what_is_told_comes_on_time_each_once_and_late_at_once(
    s: Services, sqlite_store: RecordingStore, clock: FakeClock
) -> None:
    incident = begun(s)

    def told() -> list[str]:
        calls = sqlite_store.started("publish")
        return [str(c.args[3]) for c in calls if c.args[2] == "drill_inject"]

    watch_incidents(s)
    assert told() == []
    clock.advance(minutes=1)
    watch_incidents(s)
    watch_incidents(s)
    assert told() == ["1|inject:1"]
    clock.advance(minutes=11)  # as after a restart: two are overdue
    watch_incidents(s)
    assert told() == ["1|inject:1", "1|inject:2", "1|inject:3"]
    with s.store() as uow:
        shown = drill_inject(s, uow, "1|inject:2")
        texts = [e.text for e in uow.timeline.entries(incident.id)]
    assert shown is not None
    assert shown.text in texts


def test_every_message_about_a_drill_says_so(s: Services) -> None:
    incident = begun(s)
    assert incident.channel_id is not None
    there = [
        PostedMessage("x", incident.channel_id, "runbook_suggestion", "1"),
        PostedMessage("x", "#incidents", "announcement", "1"),
        PostedMessage("x", "@U1", "handover", "1:1"),
        PostedMessage("x", "#finance", "consumer_notice", "1|daily revenue|#finance"),
    ]
    with s.store() as uow:
        for target in there:
            message = marked(uow, target, Notice("words"))
            assert isinstance(message, DrillMessage)
            assert render(message).text == "DRILL \u00b7 words"
        other = PostedMessage("x", "#incidents", "announcement", "7")
        assert marked(uow, other, Notice("words")) == Notice("words")
        public, card = announcement(s, uow, "1"), drill_card(s, uow, "1")
    assert public is not None
    assert card is not None
    assert render(card).text.startswith("DRILL")
    assert render(DrillMessage(card)).text.count("DRILL") == 1


@pytest.mark.parametrize("drill", [False, True])
def test_a_drill_is_in_no_figure_but_that_of_drills(
    s: Services, clock: FakeClock, *, drill: bool
) -> None:
    """The same incident for real shows that each of the figures would have counted it."""
    with s.store() as uow:
        uow.ledger.write(LAG.name, LAG.revision, a_ledger(night("02:10"), 30, night("07:00")))
        uow.commit()
    incident = declare(s, Declare("lag", ANA, slo=LAG.name, drill=drill)).incident
    clock.advance(minutes=30)
    restore(s, incident.id, "vacuum stopped", ANA, override="it is a drill")
    resolve(s, incident.id, DONE, ANA)
    clock.set(night("07:00"))
    finish(s, incident.id)
    week = digest(s)
    figures = week.markdown.partition("## Definitions")[0]
    history = alert_history(s, LAG.name)
    with s.store() as uow:
        known = uow.incidents.get(incident.id)
        on_record = recorded_incidents(uow, night("00:00"), night("12:00"))
    assert known is not None
    assert history.spent is not None
    told = [bool(known.budget_cost), bool(on_record), bool(history.spent.incidents)]
    told += [bool(week.incidents), "- MTTR" in figures, not week.drills]
    assert told == [not drill] * 6
    if drill:
        assert "INC-1 lag: RTO 30 min, target 60 min: met" in week.markdown


def test_lists_and_home_do_not_take_a_drill_for_the_real_thing(s: Services) -> None:
    declare(s, Declare("lag", ANA, datasets=("raw_orders",), drill=True))
    assert [line.title for line in overview(s, ANA.id).lines] == ["DRILL \u00b7 lag"]
    with s.store() as uow:
        uow.lineages.save("dbt:x", TWO_LAYERS, EPOCH)
        uow.commit()
    with s.store() as uow:
        assert Upstreams(uow, ()).keys(replace(LAG, datasets=("stg_orders",))) == ()
    declare(s, Declare("lag", ANA, datasets=("raw_orders",)))
    with s.store() as uow:
        keys = Upstreams(uow, ()).keys(replace(LAG, datasets=("stg_orders",)))
    assert keys == ("dataset:raw_orders",)


def test_what_a_drill_measures() -> None:
    stamps = {
        Stamp.DETECTED: night("02:00"),
        Stamp.DECLARED: night("02:00"),
        Stamp.RESTORED: night("02:42"),
    }
    drill = an_incident(drill=True, stamps=stamps)
    assert [m.words for m in measures(drill, 60)] == [
        "RTO 42 min, target 60 min: met",
        "RPO not recorded",
    ]


@pytest.mark.parametrize(
    ("status", "lost"), [(UnitStatus.VERIFIED, "0 s"), (UnitStatus.WAIVED, "2 h")]
)
def test_data_that_was_given_up_is_the_window_that_is_lost(status: UnitStatus, lost: str) -> None:
    incident = an_incident(drill=True)
    details = Details(
        bad_window=BadWindow(night("00:00"), night("02:00")),
        units=(RepairUnit(1, "a.b", "00:00..02:00", status=status),),
    )
    stamps = {**incident.stamps, Stamp.RESTORED: night("03:00"), Stamp.RESOLVED: night("04:00")}
    found = measures(an_incident(drill=True, details=details, stamps=stamps), 60)
    assert found[1].words == f"RPO {lost}"


def test_an_alert_cannot_be_a_drill(s: Services) -> None:
    with pytest.raises(InvalidInputError, match="An alert is real"):
        declare(s, Declare("", ANA, episode_id="x", drill=True))


def test_what_is_wrong_in_a_file_is_named_by_its_line() -> None:
    text = """apiVersion: fireline/v1
kind: Drill
name: Two Words
title: x
severity: bad
symptoms: [burnt]
injects:
  - {after: soon, tell: x}
"""
    found, problems = read_drills({"d.yaml": text})
    assert found == {}
    assert sorted(p.line for p in problems) == [3, 5, 6, 8]
