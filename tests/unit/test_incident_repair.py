"""Data repair: units in the order of lineage, checks that stay green, and what turns red again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fireline.adapters.files.policy import read_policy
from fireline.adapters.lineage.dbt import read_manifest
from fireline.adapters.runbooks.parsing import parse
from fireline.adapters.slack.blocks import render
from fireline.domain.errors import IllegalTransitionError, InvalidInputError
from fireline.domain.incident.checking import Query, Samples, comparison, instants, judged
from fireline.domain.incident.incident import Incident, IncidentState, Stamp
from fireline.domain.incident.kinds import Harm, RepairMethod, UnitStatus
from fireline.domain.incident.lifecycle import Verb
from fireline.domain.incident.repair import Progress, UnitPlan
from fireline.domain.lineage.ordering import parents_first
from fireline.domain.lineage.runs import RunResult, RunStatus
from fireline.domain.people import SYSTEM
from fireline.domain.runbook.runbook import Backfill, Runbook, VerifyStep
from fireline.usecases import incident_facts as facts
from fireline.usecases import incident_repair as repair
from fireline.usecases.incident_repair_view import message_of
from fireline.usecases.incident_steps import Ask, step
from fireline.usecases.ingest_lineage import take_graph, take_runs
from fireline.usecases.look_after_data import DataWatch
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import Services
from tests.builders import ANA, a_lag_slo, services
from tests.fakes import FakeClock, FakeDefinitions, FakeRunbooks
from tests.store_fixture import RecordingStore

MANIFEST = Path(__file__).parents[1] / "data" / "dbt" / "manifest.json"
GRAPH = read_manifest(json.loads(MANIFEST.read_text("utf-8")))
LAG = a_lag_slo()
BOOK = Runbook(
    "debezium-lag",
    "CDC is behind",
    "debezium-lag.md",
    slos=(LAG.name,),
    verify=(
        VerifyStep(promql="max(lag)", good="<= 60", seconds=600),
        VerifyStep(sql="select max(loaded_at) from raw_orders", good="within 10 minutes"),
    ),
    backfill=Backfill(("a3",), "table", "only if the sink upserts on the primary key"),
)


@dataclass
class Lag:
    """Answers every minute with the same value; None is no sample, a text is a failure."""

    value: float | str | None = 0.0
    asked: list[str] = field(default_factory=list)

    def samples(self, query: Query, at: Sequence[datetime]) -> Samples:
        self.asked.append(query.promql)
        if isinstance(self.value, str):
            return Samples({}, self.value)
        return Samples({one: [self.value] for one in at} if self.value is not None else {})


@pytest.fixture
def lag() -> Lag:
    return Lag()


@pytest.fixture
def s(sqlite_store: RecordingStore, lag: Lag) -> Services:
    definitions = FakeDefinitions({LAG.name: LAG})
    made = services(
        sqlite_store, clock=FakeClock(), definitions=definitions, runbooks=FakeRunbooks([BOOK])
    )
    made = replace(made, readings=lag)
    take_graph(made, "dbt:demo", GRAPH)
    return made


@pytest.fixture
def incident(s: Services) -> Incident:
    made = declare(s, Declare("orders are wrong", ANA)).incident
    facts.add_dataset(s, made.id, "raw_orders", (Harm.WRONG,), ANA)
    now = s.clock.now()
    hour = timedelta(hours=1)
    facts.set_window(s, made.id, now - 6 * hour, now - hour, ANA, estimate=True)
    step(s, made.id, Ask(Verb.RESTORE, text="fixed"), ANA)
    return step(s, made.id, Ask(Verb.REPAIR), ANA)


def advance(s: Services, **span: float) -> datetime:
    assert isinstance(s.clock, FakeClock)
    return s.clock.advance(**span)


def now(s: Services, incident: Incident) -> Incident:
    with s.store() as uow:
        found = uow.incidents.get(incident.id)
    assert found is not None
    return found


def settle(s: Services, incident: Incident) -> Incident:
    """Repaired, verified, resolved."""
    repair.plan_unit(s, incident.id, UnitPlan("raw_orders", "today", idempotent=True), ANA)
    repair.move_unit(s, incident.id, 1, Progress(UnitStatus.DONE), ANA)
    repair.verify(s, incident.id, ANA, attested="rows agree")
    advance(s, minutes=16)
    repair.verify(s, incident.id, SYSTEM)
    return step(s, incident.id, Ask(Verb.RESOLVE), ANA)


def test_units_stand_in_the_order_of_lineage_parents_first(s: Services, incident: Incident) -> None:
    for name in ("fct_revenue_daily", "raw_orders", "nowhere", "stg_orders"):
        repair.plan_unit(s, incident.id, UnitPlan(name, "today"), ANA)
    shown = message_of(s, now(s, incident)).units
    assert [(line.unit.order, line.unit.dataset) for line in shown] == [
        (1, "raw_orders"),
        (2, "stg_orders"),
        (3, "fct_revenue_daily"),
        (0, "nowhere"),
    ]
    assert [line.waits_for for line in shown] == [(), (2,), (2, 4), ()]
    assert shown[0].tag == "INC-1/2"


def test_a_plan_has_a_unit_for_every_dataset_once(s: Services, incident: Incident) -> None:
    facts.add_dataset(s, incident.id, "stg_orders", (), ANA)
    done = repair.draft_units(s, incident.id, "today", RepairMethod.RECOMPUTE, ANA)
    assert [u.dataset for u in done.details.units] == ["raw_orders", "stg_orders"]
    with pytest.raises(InvalidInputError, match="Every dataset of the incident has a unit"):
        repair.draft_units(s, incident.id, "today", RepairMethod.RECOMPUTE, ANA)


def test_parents_come_first_even_around_a_cycle() -> None:
    places = parents_first(GRAPH, ["dim_customers", "raw_orders", "ml_churn_features", "x"])
    assert places == {"raw_orders": 1, "dim_customers": 2, "ml_churn_features": 3}
    looped = replace(
        GRAPH, children={**GRAPH.children, "demo.main.dim_customers": ("demo.main.raw_orders",)}
    )
    assert set(parents_first(looped, ["dim_customers", "raw_orders"]).values()) == {1, 2}


def test_work_that_may_not_run_twice_is_asked_for_duplicates_before_it_counts(
    s: Services, incident: Incident, lag: Lag
) -> None:
    facts.link_slo(s, incident.id, LAG.name, ANA, add=True)
    unit = repair.plan_unit(s, incident.id, UnitPlan("raw_orders", "today"), ANA).details.units[0]
    assert unit.idempotent is False
    facts.link_slo(s, incident.id, LAG.name, ANA, add=False)
    repair.move_unit(s, incident.id, 1, Progress(UnitStatus.DONE), ANA)
    red = [c for c in repair.verify(s, incident.id, ANA).details.checks if not c.green]
    assert [c.name for c in red] == ["duplicates of unit 1"]
    done = Progress(UnitStatus.DONE, duplicates="counted keys twice: none", tolerance=0)
    repair.move_unit(s, incident.id, 1, done, ANA)
    after = repair.verify(s, incident.id, ANA)
    assert after.details.units[0].status is UnitStatus.VERIFIED
    assert lag.asked == []


def test_rows_may_differ_within_the_tolerance(s: Services, incident: Incident) -> None:
    repair.plan_unit(s, incident.id, UnitPlan("raw_orders", "today", idempotent=True), ANA)
    rows = Progress(UnitStatus.DONE, 1200, 1198)
    unit = repair.move_unit(s, incident.id, 1, rows, ANA).details.units[0]
    assert not unit.reconciled
    repair.move_unit(s, incident.id, 1, Progress(UnitStatus.FAILED), ANA)
    fine = replace(rows, tolerance=5)
    assert repair.move_unit(s, incident.id, 1, fine, ANA).details.units[0].reconciled


def test_the_runbooks_query_must_be_good_all_the_time_and_silence_is_bad(
    s: Services, incident: Incident, lag: Lag
) -> None:
    facts.link_slo(s, incident.id, LAG.name, ANA, add=True)

    def seen(value: float | str | None) -> tuple[bool, bool, str]:
        lag.value = value
        checks = repair.verify(s, incident.id, ANA).details.checks
        check = next(c for c in checks if c.kind == "promql")
        return check.green, check.known, check.detail

    assert seen(12.0) == (True, True, "12, <= 60 over 10 min")
    assert seen(90.0) == (False, True, "90 is not <= 60, 11 of 11 samples over 10 min")
    assert seen(None) == (False, True, "no sample at 11 of 11 minutes over 10 min")
    assert seen("Prometheus is away") == (False, False, "not known: Prometheus is away")
    assert message_of(s, now(s, incident)).by_hand == (
        ("select max(loaded_at) from raw_orders", "within 10 minutes"),
    )


def test_the_policy_may_ask_a_query_for_datasets_of_a_name(
    s: Services, incident: Incident, lag: Lag
) -> None:
    text = "apiVersion: fireline/v1\nkind: Policy\nverify:\n"
    text += '  - {datasets: [raw_*], promql: max(rows), good: ">= 5", for: 5m, absent: ignore}\n'
    text += '  - {datasets: [payments], promql: max(paid), good: "> 0"}\n'
    policy, problems = read_policy("policy.yaml", text)
    assert problems == []
    lag.value = 7.0
    checks = repair.verify(replace(s, policy=policy), incident.id, ANA).details.checks
    assert [(c.name, c.detail) for c in checks] == [("policy check 1", "7, >= 5 over 5 min")]
    assert lag.asked == ["max(rows)"]


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ('{promql: max(x), good: "> 0"}', "`datasets` names none"),
        ('{datasets: [x], promql: "max(", good: "> 0"}', ""),
        ("{datasets: [x], promql: max(x), good: fine}", "`good` is `fine`"),
        ('{datasets: [x], promql: max(x), good: "> 0", absent: fine}', "`absent` is `fine`"),
    ],
)
def test_a_query_of_the_policy_that_cannot_be_asked_is_refused(item: str, said: str) -> None:
    text = f"apiVersion: fireline/v1\nkind: Policy\nverify:\n  - {item}\n"
    _, problems = read_policy("policy.yaml", text)
    assert [(p.line, said in p.message) for p in problems] == [(4, True)]


def test_a_hole_in_the_samples_is_red_unless_absence_is_ignored() -> None:
    at = datetime(2026, 11, 22, 6)  # noqa: DTZ001 - compared with itself
    query = Query("q", "x", "<=", 5, timedelta(minutes=3))
    looked = instants(query, at)
    hole = Samples({one: [1.0] for one in looked[1:]})
    assert judged(query, hole, at).detail == "no sample at 1 of 4 minutes over 3 min"
    assert judged(replace(query, absent_bad=False), hole, at).green
    assert comparison("== 0") == ("==", 0.0)
    assert comparison("within 10 minutes") is None
    assert len(instants(replace(query, lasts=timedelta(days=7)), at)) == 121


def test_data_that_turns_red_after_the_end_is_repaired_again(
    s: Services, incident: Incident
) -> None:
    resolved = settle(s, incident)
    assert resolved.state is IncidentState.RESOLVED
    at = advance(s, hours=5)
    take_runs(s, [RunResult("test.a", "raw_orders", RunStatus.PASS, at)])
    repair.verify_all(s)
    assert now(s, incident).state is IncidentState.RESOLVED
    at = advance(s, hours=1)
    take_runs(s, [RunResult("test.a", "raw_orders", RunStatus.FAIL, at, "7 rows")])
    repair.verify_all(s)
    again = now(s, incident)
    assert again.state is IncidentState.REPAIRING
    assert again.at(Stamp.RESTORED) == incident.at(Stamp.RESTORED)
    assert again.at(Stamp.DATA_VERIFIED) is None
    assert again.details.reopened[-1].reason.startswith("a is red again: fail at")


def test_a_server_that_cannot_be_asked_reopens_nothing(
    s: Services, incident: Incident, lag: Lag
) -> None:
    facts.link_slo(s, incident.id, LAG.name, ANA, add=True)
    repair.plan_unit(s, incident.id, UnitPlan("raw_orders", "today", idempotent=True), ANA)
    with pytest.raises(IllegalTransitionError, match="units are open"):
        step(s, incident.id, Ask(Verb.RESOLVE), ANA)
    facts.link_slo(s, incident.id, LAG.name, ANA, add=False)
    repair.move_unit(s, incident.id, 1, Progress(UnitStatus.DONE), ANA)
    repair.verify(s, incident.id, ANA, attested="rows agree")
    advance(s, minutes=16)
    step(s, incident.id, Ask(Verb.RESOLVE), ANA)
    facts.link_slo(s, incident.id, LAG.name, ANA, add=True)
    lag.value = "away"
    repair.verify_all(s)
    assert now(s, incident).state is IncidentState.RESOLVED


def test_after_the_end_only_what_the_data_says_is_news(
    s: Services, incident: Incident, lag: Lag
) -> None:
    settle(s, incident)
    facts.link_slo(s, incident.id, LAG.name, ANA, add=True)
    watch = DataWatch(s)
    lag.value = "away"
    watch()
    with s.store() as uow:
        before = len(uow.timeline.entries(incident.id))
    asked = len(lag.asked)
    watch()
    assert len(lag.asked) == asked
    advance(s, minutes=6)
    watch()
    assert len(lag.asked) == asked + 1
    with s.store() as uow:
        assert len(uow.timeline.entries(incident.id)) == before
    assert now(s, incident).state is IncidentState.RESOLVED


def test_units_and_checks_are_shown_red_first_with_what_comes_next(
    s: Services, incident: Incident
) -> None:
    facts.link_slo(s, incident.id, LAG.name, ANA, add=True)
    repair.draft_units(s, incident.id, "2026-11-21", RepairMethod.BACKFILL, ANA)
    repair.move_unit(s, incident.id, 1, Progress(UnitStatus.RUNNING), ANA)
    repair.verify(s, incident.id, ANA)
    drawn = json.dumps(render(message_of(s, now(s, incident))).blocks)
    assert "data repair: 0 of 1 unit settled, 1 of 2 checks red" in drawn
    assert "unit 1 running" in drawn
    assert drawn.index(":x: red") < drawn.index(":white_check_mark: green")
    assert "select max(loaded_at) from raw_orders` should be within 10 minutes" in drawn


def test_a_runbooks_verify_and_backfill_parts_are_read() -> None:
    text = (Path(__file__).parents[2] / "runbooks" / "debezium-lag.md").read_text("utf-8")
    book = parse("debezium-lag.md", text).runbook
    query = book.verify[0]
    assert (query.good, query.seconds, query.absent_bad) == ("== 0", 900, True)
    assert book.backfill is not None
    assert book.backfill.required_when
    assert Backfill(idempotent="yes").runs_twice is True
    assert Backfill().runs_twice is None
