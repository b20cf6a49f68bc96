"""The gate: the worst budget decides, what is unknown is said, exceptions end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.domain.errors import NotFoundError
from fireline.domain.people import Actor
from fireline.domain.policy.consequences import (
    BudgetException,
    Consequence,
    OnUnknown,
    StateRule,
)
from fireline.domain.policy.gate import gate_slo, judge
from fireline.domain.policy.policy import Policy
from fireline.domain.policy.verdict import Decision, GateSlo, GateVerdict, Granted
from fireline.domain.policy.waivers import WaiverKind
from fireline.domain.slo.definition import Slo, SourceRef
from fireline.domain.slo.status import BudgetState, DataState, SloStatus
from fireline.usecases.gate_changes import gate, gates, verdict_json
from fireline.usecases.waive import Ask, ask, decide, withdraw
from tests.builders import a_slo, a_status, services
from tests.fakes import FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
POLICY = Policy()
BLOCKING = replace(POLICY, on_unknown=OnUnknown.BLOCK)


def stands(
    remaining: float | None, name: str = "landed", policy: Policy = POLICY, **changes: Any
) -> GateSlo:
    slo = a_slo(name)
    return gate_slo(slo, a_status(slo, remaining, **{"at": NOW, **changes}), policy, NOW)


def verdict(*remaining: float | None, policy: Policy = POLICY, **parts: Any) -> GateVerdict:
    slos = [stands(left, f"slo-{n}", policy) for n, left in enumerate(remaining)]
    return judge("orders", slos, parts.get("granted", Granted()), policy, NOW)


def exception(until: datetime, service: str = "orders") -> BudgetException:
    return BudgetException(service, until, "the fix itself", "ana", SourceRef("e.yaml", 4))


@pytest.mark.parametrize(
    ("remaining", "decision"),
    [
        ((0.9, 0.8), Decision.ALLOW),
        ((0.9, 0.4), Decision.ALLOW),
        ((0.9, 0.2, 0.4), Decision.APPROVE),
        ((0.2, 0.0, 0.9), Decision.FREEZE),
        ((-3.0,), Decision.FREEZE),
        ((0.9, None), Decision.UNKNOWN),
        ((0.2, None), Decision.APPROVE),
        ((None, 0.0), Decision.FREEZE),
    ],
)
def test_the_worst_budget_decides(remaining: tuple[float | None, ...], decision: Decision) -> None:
    assert verdict(*remaining).decision is decision


def test_slos_come_worst_first() -> None:
    found = verdict(0.9, 0.4, -0.2, None, -0.3, 0.1)
    assert [slo.remaining for slo in found.slos] == [-0.3, -0.2, 0.1, 0.4, None, 0.9]


@given(st.lists(st.one_of(st.none(), st.floats(-2, 1)), min_size=1, max_size=6))
def test_no_further_slo_ever_makes_a_verdict_milder(remaining: list[float | None]) -> None:
    order = [Decision.ALLOW, Decision.UNKNOWN, Decision.APPROVE, Decision.FREEZE]
    whole = verdict(*remaining)
    assert order.index(whole.decision) >= order.index(verdict(*remaining[1:]).decision)
    assert whole.decision is verdict(*reversed(remaining)).decision
    assert not whole.passes() or whole.passes(approved=True)


def test_approval_opens_only_what_asks_for_it() -> None:
    asks, frozen = verdict(0.2), verdict(-0.1)
    assert (asks.passes(), asks.passes(approved=True)) == (False, True)
    assert (frozen.passes(), frozen.passes(approved=True)) == (False, False)


def test_a_reason_says_state_figure_rule_and_who_may_decide() -> None:
    rule = StateRule(BudgetState.EXHAUSTED, Consequence.FREEZE, "only fixes", "head-of-data")
    strict = replace(POLICY, state_rules=(*POLICY.state_rules[:3], rule))
    (reason,) = verdict(-0.123, policy=strict).reasons
    assert reason == (
        "slo-0 is exhausted, -12.3 % of the budget left: only fixes; exceptions by head-of-data."
    )
    assert verdict(0.9).reasons == ("No budget of the service limits changes.",)
    assert "tell the people on call" in verdict(0.4).reasons[0]


def test_unknown_passes_with_a_warning_or_blocks_as_the_policy_says() -> None:
    warned, blocked = verdict(0.9, None), verdict(0.2, None, policy=BLOCKING)
    assert warned.passes()
    assert warned.reasons == (
        "slo-1 is unknown: No samples in the last 30 d.",
        "Warning: budgets without a figure let changes pass (`on_unknown: allow`).",
    )
    assert blocked.decision is Decision.UNKNOWN
    assert not blocked.passes(approved=True)
    assert verdict(-1.0, None, policy=BLOCKING).decision is Decision.FREEZE


def test_a_definition_that_is_left_out_is_unknown_too() -> None:
    found = judge("orders", [stands(0.9)], Granted(), BLOCKING, NOW, ["x.yaml:3: broken."])
    assert (found.decision, found.passes()) == (Decision.UNKNOWN, False)
    assert "A definition is left out, x.yaml:3: broken." in found.reasons


@pytest.mark.parametrize("minutes", [16, -16])
def test_figures_of_another_time_are_no_figures(minutes: int) -> None:
    found = stands(-1.0, at=NOW - timedelta(minutes=minutes))
    assert (found.consequence, found.remaining) == (None, None)
    assert "16 min" in found.sentence
    assert "is the bot running?" in found.sentence
    assert found.figures_at == NOW - timedelta(minutes=minutes)
    assert stands(-1.0, at=NOW - timedelta(minutes=15)).consequence is Consequence.FREEZE


def test_an_slo_that_was_never_evaluated_is_unknown() -> None:
    found = gate_slo(a_slo(), None, POLICY, NOW)
    assert (found.consequence, found.figures_at) == (None, None)
    assert found.sentence == "unknown: it was not evaluated yet"


@pytest.mark.parametrize("state", [DataState.STALE, DataState.QUERY_ERROR])
def test_missing_data_never_betters_a_budget(state: DataState) -> None:
    old: dict[str, Any] = {"data_state": state, "newest_sample": NOW - timedelta(minutes=38)}
    good, spent = stands(0.9, **old), stands(-1.0, **old)
    assert good.consequence is None
    assert spent.consequence is Consequence.FREEZE
    assert spent.sentence.endswith("(newest data 38 min ago)")
    fresh = stands(0.9, data_state=state, newest_sample=NOW - timedelta(minutes=8))
    assert (fresh.consequence, fresh.figures_at) == (Consequence.NONE, NOW - timedelta(minutes=8))


def test_the_policy_of_now_judges_not_that_of_the_evaluation() -> None:
    tight = replace(POLICY, budget_thresholds=((0.95, BudgetState.HEALTHY),))
    assert stands(0.9, policy=tight).budget_state is BudgetState.EXHAUSTED


@pytest.mark.parametrize(("remaining", "policy"), [(-1.0, POLICY), (0.2, POLICY), (None, BLOCKING)])
def test_an_active_exception_lets_changes_pass_and_is_shown(
    remaining: float | None, policy: Policy
) -> None:
    granted = Granted((exception(NOW + timedelta(hours=2), "Orders"),))
    found = verdict(remaining, policy=policy, granted=granted)
    assert (found.decision, found.passes()) == (Decision.ALLOW, True)
    assert found.exceptions[0].active
    assert found.reasons[-1] == (
        "An exception of ana holds until 2026-11-23 06:00 UTC: the fix itself (e.yaml:4)"
    )


def test_an_exception_that_ended_or_is_for_others_changes_nothing() -> None:
    granted = Granted((exception(NOW), exception(NOW + timedelta(days=1), "payments")))
    found = verdict(-1.0, granted=granted)
    assert found.decision is Decision.FREEZE
    assert [e.active for e in found.exceptions] == [False]
    assert "ended at 2026-11-23 04:00 UTC, 0 s ago" in found.reasons[-1]


def test_a_broken_exception_is_said() -> None:
    found = verdict(-1.0, granted=Granted((), ("e.yaml:3: no time.",)))
    assert "An exception is left out, e.yaml:3: no time." in found.reasons
    assert not found.passes()


def asked(store: RecordingStore, service: str, *slos: tuple[Slo, SloStatus | None]) -> GateVerdict:
    with store() as uow:
        uow.statuses.save(status for _, status in slos if status is not None)
        uow.commit()
    known = FakeDefinitions({slo.name: slo for slo, _ in slos})
    return gate(services(store, definitions=known), service, NOW)


def test_the_gate_reads_the_newest_evaluations_of_the_service(sqlite_store: RecordingStore) -> None:
    mine, late = a_slo("mine"), a_slo("late")
    other = a_slo("other", service="payments")
    slos = [(slo, a_status(slo, left, at=NOW)) for slo, left in ((mine, 0.2), (other, -1.0))]
    found = asked(sqlite_store, " ORDERS", *slos, (late, None))
    assert (found.service, found.decision) == ("orders", Decision.APPROVE)
    assert [slo.name for slo in found.slos] == ["mine", "late"]


@pytest.mark.parametrize(
    ("service", "hint"),
    [("ordres", "Did you mean orders?"), ("zzz", "There are: orders."), ("", "There are: orders.")],
)
def test_an_unknown_service_names_the_nearest(
    sqlite_store: RecordingStore, service: str, hint: str
) -> None:
    with pytest.raises(NotFoundError) as told:
        asked(sqlite_store, service, (a_slo(), None))
    assert hint in str(told.value)


def test_without_any_slo_the_broken_files_are_named(sqlite_store: RecordingStore) -> None:
    broken = FakeDefinitions(problems=("x.yaml:1: bad.",))
    with pytest.raises(NotFoundError, match=r"no SLOs at all.*x\.yaml:1: bad"):
        gate(services(sqlite_store, definitions=broken), "orders", NOW)


def test_as_json_times_have_zones_and_unknown_is_null() -> None:
    granted = Granted((exception(NOW + timedelta(hours=2)),))
    shown = verdict_json(verdict(0.2, None, granted=granted))
    assert (shown["decision"], shown["pass"], shown["at"]) == (
        "allow",
        True,
        "2026-11-23T04:00:00Z",
    )
    assert shown["slos"] == [
        {
            "name": "slo-0",
            "tier": 1,
            "budget_state": "at_risk",
            "consequence": "require_approval",
            "remaining": 0.2,
            "raw_remaining": None,
            "figures_at": "2026-11-23T04:00:00Z",
            "age_seconds": 0,
            "sentence": "at risk, 20.0 % of the budget left: "
            "only reliability work and low-risk changes",
        },
        {
            "name": "slo-1",
            "tier": 1,
            "budget_state": "unknown",
            "consequence": None,
            "remaining": None,
            "raw_remaining": None,
            "figures_at": "2026-11-23T04:00:00Z",
            "age_seconds": 0,
            "sentence": "unknown: No samples in the last 30 d",
        },
    ]
    assert shown["exceptions"] == [
        {
            "active": True,
            "until": "2026-11-23T06:00:00Z",
            "approver": "ana",
            "reason": "the fix itself",
            "source": "e.yaml:4",
        }
    ]


def test_what_was_agreed_to_in_slack_opens_the_gate_until_it_ends(
    any_store: RecordingStore,
) -> None:
    slo = a_slo("landed")
    s = services(any_store, definitions=FakeDefinitions({"landed": slo}), clock=FakeClock(NOW))
    ana, bo = Actor("U1", "ana"), Actor("U2", "bo")
    with any_store() as uow:
        uow.statuses.save([a_status(slo, -0.2, at=NOW)])
        uow.commit()
    until = NOW + timedelta(hours=2)
    asked = ask(s, Ask(WaiverKind.EXCEPTION, "Orders", NOW, until, "the fix", ana, bo))
    assert gate(s, "orders", NOW).decision is Decision.FREEZE
    decide(s, asked.id, bo, approve=True)
    opened = gate(s, "orders", NOW)
    assert opened.decision is Decision.ALLOW
    given = verdict_json(opened)["exceptions"]
    assert isinstance(given, list)
    assert (given[0]["source"], given[0]["approver"]) == ("Slack, EXC-1", "bo")
    assert [verdict.service for verdict in gates(s, NOW)] == ["orders"]
    assert gate(s, "orders", until).decision is not Decision.ALLOW
    withdraw(s, asked.id, ana)
    assert gate(s, "orders", NOW).decision is Decision.FREEZE
