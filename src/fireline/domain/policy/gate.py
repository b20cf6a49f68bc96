"""Whether a service may be changed now: the worst consequence among its budgets."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import inf

from fireline.domain.policy.consequences import Consequence, OnUnknown, StateRule
from fireline.domain.policy.evaluation import budget_state
from fireline.domain.policy.policy import Policy
from fireline.domain.policy.verdict import (
    Decision,
    GateException,
    GateSlo,
    GateVerdict,
    Granted,
)
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import BudgetState, DataState, SloStatus
from fireline.domain.slo.wording import ago_words, clock_words, span_words

MAX_AGE = timedelta(minutes=15)
WITHOUT_NEW_DATA = (DataState.STALE, DataState.QUERY_ERROR)
GENERIC = {
    Consequence.NONE: "changes are free",
    Consequence.NOTIFY: "tell the team before the change",
    Consequence.REQUIRE_APPROVAL: "a change needs approval",
    Consequence.FREEZE: "changes are frozen",
}


def gate_slo(slo: Slo, status: SloStatus | None, policy: Policy, now: datetime) -> GateSlo:
    """How one SLO stands, by the policy of now; figures that cannot be trusted are no figures."""
    if status is None:
        return _unknown(slo, None, "it was not evaluated yet")
    known_at = _figures_at(status)
    if not status.has_figure:
        return _unknown(slo, known_at, status.sentence.rstrip("."))
    if abs(now - status.at) > MAX_AGE:
        return _unknown(slo, known_at, f"its figures {_off(status.at, now)}; is the bot running?")
    state = budget_state(status.remaining, policy)
    rule = policy.rule_of(state)
    old = status.data_state in WITHOUT_NEW_DATA and now - known_at > MAX_AGE
    # Missing data never betters a budget: a limit that was reached holds, good figures do not.
    if old and rule.consequence.rank < Consequence.REQUIRE_APPROVAL.rank:
        return _unknown(slo, known_at, status.sentence.rstrip("."))
    sentence = _sentence(status, rule)
    if old:
        sentence += f" (newest data {ago_words(known_at, now)})"
    consequence = rule.consequence
    return GateSlo(
        name=slo.name,
        tier=slo.tier,
        budget_state=state,
        consequence=consequence,
        remaining=status.remaining,
        figures_at=known_at,
        sentence=sentence,
        raw_remaining=status.raw_remaining,
    )


def _figures_at(status: SloStatus) -> datetime:
    """What time the figures speak of: without new data that of the newest there is."""
    if status.data_state in WITHOUT_NEW_DATA and status.newest_sample is not None:
        return status.newest_sample
    return status.at


def _unknown(slo: Slo, at: datetime | None, why: str) -> GateSlo:
    return GateSlo(slo.name, slo.tier, BudgetState.UNKNOWN, None, None, at, f"unknown: {why}")


def _off(at: datetime, now: datetime) -> str:
    if at > now:
        return f"are of {clock_words(at, now)}, {span_words((at - now).total_seconds())} ahead"
    return f"are of {clock_words(at, now)}, {ago_words(at, now)}"


def _left_words(remaining: float, raw: float | None) -> str:
    words = f"{100 * remaining:z.1f} % of the budget left"
    if raw is None:
        return words
    return f"{words} without maintenance ({100 * raw:z.1f} % with it)"


def _sentence(status: SloStatus, rule: StateRule) -> str:
    words = rule.rule or GENERIC[rule.consequence]
    state = rule.state.replace("_", " ")
    left = "there is no budget to spend"
    if status.remaining is not None:
        left = _left_words(status.remaining, status.raw_remaining)
    said = f"{state}, {left}: {words}"
    if rule.approver is None or rule.consequence.rank < Consequence.REQUIRE_APPROVAL.rank:
        return said
    what = "exceptions" if rule.consequence is Consequence.FREEZE else "approval"
    return f"{said}; {what} by {rule.approver}"


def judge(
    service: str,
    slos: Sequence[GateSlo],
    granted: Granted,
    policy: Policy,
    now: datetime,
    left_out: Sequence[str] = (),
) -> GateVerdict:
    """The verdict on a service.

    Args:
        service: its name.
        slos: all its SLOs as they stand.
        granted: exceptions, of this service and others.
        policy: what unknown budgets mean.
        now: when.
        left_out: definitions that could not be read, so that SLOs of the service may lack.
    """
    unknown_passes = policy.on_unknown is OnUnknown.ALLOW
    ranked = sorted(slos, key=_worst_first)
    blind = bool(left_out) or any(slo.consequence is None for slo in slos)
    exceptions = _exceptions(service, granted, now)
    reasons = _limits(ranked)
    reasons += [f"A definition is left out, {problem}" for problem in left_out]
    reasons += [_unknown_words(unknown_passes=unknown_passes)] if blind else []
    reasons += [f"An exception is left out, {problem}" for problem in granted.problems]
    reasons += [_exception_words(given, now) for given in exceptions]
    verdict = GateVerdict(
        service=service,
        at=now,
        decision=_decision(slos, blind=blind, unknown_passes=unknown_passes),
        reasons=tuple(reasons) or ("No budget of the service limits changes.",),
        slos=tuple(ranked),
        exceptions=exceptions,
        unknown_passes=unknown_passes,
    )
    return _let_through(verdict)


def _exceptions(service: str, granted: Granted, now: datetime) -> tuple[GateException, ...]:
    """Those of the service, the one that holds longest first."""
    found = [given for given in granted.exceptions if given.covers(service)]
    found.sort(key=lambda given: given.until, reverse=True)
    return tuple(GateException(given, given.active(now)) for given in found)


def _limits(slos: Sequence[GateSlo]) -> list[str]:
    """What each SLO that is not simply fine says."""
    limits = [slo for slo in slos if slo.consequence is not Consequence.NONE]
    return [f"{slo.name} is {slo.sentence}." for slo in limits]


def _let_through(verdict: GateVerdict) -> GateVerdict:
    """Allowed all the same while an exception holds."""
    if verdict.passes() or not any(given.active for given in verdict.exceptions):
        return verdict
    return replace(verdict, decision=Decision.ALLOW)


def _worst_first(slo: GateSlo) -> tuple[int, float, int, str]:
    """Sorts by consequence, unknown ones beside those of which somebody is told."""
    known = slo.consequence or Consequence.NOTIFY
    return -known.rank, inf if slo.remaining is None else slo.remaining, slo.tier, slo.name


def _decision(slos: Sequence[GateSlo], *, blind: bool, unknown_passes: bool) -> Decision:
    """Freeze, then what blocks for being unknown, then approval, then what is merely unknown."""
    found = {slo.consequence for slo in slos}
    if Consequence.FREEZE in found:
        return Decision.FREEZE
    if blind and not unknown_passes:
        return Decision.UNKNOWN
    if Consequence.REQUIRE_APPROVAL in found:
        return Decision.APPROVE
    return Decision.UNKNOWN if blind else Decision.ALLOW


def _unknown_words(*, unknown_passes: bool) -> str:
    if unknown_passes:
        return "Warning: budgets without a figure let changes pass (`on_unknown: allow`)."
    return "Budgets without a figure block changes (`on_unknown: block`)."


def _exception_words(given: GateException, now: datetime) -> str:
    granted = given.granted
    when = f"{granted.until:%Y-%m-%d %H:%M} UTC"
    source = str(granted.source)
    if given.active:
        return f"An exception of {granted.approver} holds until {when}: {granted.reason} ({source})"
    ago = ago_words(granted.until, now)
    return f"An exception of {granted.approver} ended at {when}, {ago}: {granted.reason} ({source})"
