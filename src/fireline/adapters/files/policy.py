"""The team's policy from its file."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from yaml.nodes import MappingNode

from fireline.adapters.files.alert_policy import KEYS as ALERT_KEYS
from fireline.adapters.files.alert_policy import alert_rules
from fireline.adapters.files.incident_policy import KEYS as INCIDENT_KEYS
from fireline.adapters.files.incident_policy import incident_rules
from fireline.adapters.files.policy_fields import items, span
from fireline.adapters.files.problems import Findings, Level, Problem
from fireline.adapters.files.yaml_fields import Fields, Text, compose, line_of
from fireline.domain.errors import InvalidDefinitionError
from fireline.domain.policy.consequences import Consequence, OnUnknown, StateRule
from fireline.domain.policy.policy import BurnPair, Policy
from fireline.domain.slo.status import BudgetState, BurnSeverity

KEYS = (
    "apiVersion",
    "kind",
    "version",
    "mttr_targets",
    "burn_alerts",
    "budget_states",
    "on_unknown",
    "reactions",
    "action_due",
    *ALERT_KEYS,
    *INCIDENT_KEYS,
)
PAIR_KEYS = ("severity", "long", "short", "share")
STATE_KEYS = ("above", "state", "consequence", "rule", "approver")
STATES = (BudgetState.EXHAUSTED, BudgetState.HEALTHY, BudgetState.CAUTION, BudgetState.AT_RISK)
REACTION_KINDS = ("event", "decision", "action", "hypothesis", "note")
TIERS = (0, 1, 2)
DAY = 86400
MINUTE = 60
Choice = TypeVar("Choice", bound=StrEnum)


def load_policy(path: Path | str) -> Policy:
    """The policy of the file; what it does not say stays as shipped.

    Raises:
        InvalidDefinitionError: the first thing that is wrong in it.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidDefinitionError(
            str(path), 1, f"the policy cannot be read: {error.strerror}."
        ) from error
    policy, problems = read_policy(str(path), text)
    for problem in problems:
        if problem.level is Level.ERROR:
            raise InvalidDefinitionError(problem.file, problem.line, problem.message)
    return policy


def read_policy(path: str, text: str) -> tuple[Policy, list[Problem]]:
    """The policy in the text, with everything that is wrong in it."""
    findings = Findings(path)
    documents = compose(text, findings)
    if not documents:
        return Policy(), findings.problems
    document = documents[0]
    if not isinstance(document, MappingNode) or len(documents) > 1:
        findings.error(
            line_of(documents[-1]), "type", "a policy file holds one `kind: Policy` document."
        )
        return Policy(), findings.problems
    fields = Fields(document, findings, "Policy", KEYS)
    kind = fields.text("kind", example="Policy")
    if kind is not None and kind.value != "Policy":
        findings.error(kind.line, "kind", f"`kind` is `{kind.value}`; write `kind: Policy`.")
    policy = _with_pairs(Policy(), fields, findings)
    policy = _with_states(policy, fields, findings)
    policy = replace(
        policy,
        mttr_target_minutes=_targets(fields, findings),
        reactions=_reactions(fields, findings),
        alerts=alert_rules(fields, findings),
        incidents=incident_rules(fields, findings),
    )
    unknown = _choice(fields.optional("on_unknown"), OnUnknown, findings)
    if unknown is not None:
        policy = replace(policy, on_unknown=unknown)
    due = span(fields.optional("action_due"), findings)
    if due is not None:
        policy = replace(policy, action_due_days=max(1, due // DAY))
    return policy, findings.problems


def _with_pairs(policy: Policy, fields: Fields, findings: Findings) -> Policy:
    pairs = []
    for item in items(fields, "burn_alerts", PAIR_KEYS, findings):
        severity = item.text("severity", example="page")
        long = span(item.text("long", example="1h"), findings)
        short = span(item.text("short", example="5m"), findings)
        share = _share(item.text("share", example="2%"), findings)
        if severity is None or long is None or short is None or share is None:
            continue
        if severity.value not in set(BurnSeverity):
            findings.error(
                severity.line,
                "severity",
                f"`severity` is `{severity.value}`; it must be page or ticket.",
            )
        elif short >= long:
            findings.error(item.line, "window", "`short` must be shorter than `long`.")
        else:
            pairs.append(BurnPair(BurnSeverity(severity.value), long, short, share))
    return replace(policy, pairs=tuple(pairs)) if pairs else policy


def _with_states(policy: Policy, fields: Fields, findings: Findings) -> Policy:
    """Thresholds and consequences; a state that is not named keeps its shipped consequence."""
    thresholds = []
    rules: dict[BudgetState, StateRule] = {}
    for item in items(fields, "budget_states", STATE_KEYS, findings):
        state = _state(item, rules, findings)
        above = _above(item, state, findings)
        if state is None:
            continue
        rules[state] = _rule(item, policy.rule_of(state), findings)
        if above is not None:
            thresholds.append((above, state))
    ordered = sorted(thresholds, key=lambda t: t[0], reverse=True)
    return replace(
        policy,
        budget_thresholds=tuple(ordered) or policy.budget_thresholds,
        state_rules=tuple(rules.get(rule.state, rule) for rule in policy.state_rules),
    )


def _state(
    item: Fields, known: Mapping[BudgetState, StateRule], findings: Findings
) -> BudgetState | None:
    state = item.text("state", example="caution")
    if state is None:
        return None
    if state.value not in STATES:
        findings.error(
            state.line,
            "state",
            f"`state` is `{state.value}`; it must be exhausted, healthy, caution or at_risk.",
        )
        return None
    if state.value in known:
        findings.error(state.line, "duplicate", f"`{state.value}` is given twice; keep one.")
        return None
    return BudgetState(state.value)


def _above(item: Fields, state: BudgetState | None, findings: Findings) -> float | None:
    """Where the state ends; the budget is exhausted below all others, so that has no such line."""
    if state is not BudgetState.EXHAUSTED:
        return _share(item.text("above", example="25%"), findings)
    if "above" in item:
        findings.error(
            item.key_lines["above"],
            "state",
            "`exhausted` has no `above`: it begins where the last of the others ends.",
        )
    return None


def _rule(item: Fields, shipped: StateRule, findings: Findings) -> StateRule:
    """The shipped words go with the shipped consequence only."""
    consequence = _choice(item.optional("consequence"), Consequence, findings)
    rule, approver = item.optional("rule"), item.optional("approver")
    chosen = consequence or shipped.consequence
    words = shipped.rule if chosen is shipped.consequence else ""
    return StateRule(
        shipped.state,
        chosen,
        rule.value if rule else words,
        approver.value if approver else None,
    )


def _choice(text: Text | None, choices: type[Choice], findings: Findings) -> Choice | None:
    """One of a few words."""
    if text is None:
        return None
    if text.value not in set(choices):
        known = ", ".join(choices)
        findings.error(text.line, "choice", f"`{text.value}` is none of {known}; write one.")
        return None
    return choices(text.value)


def _targets(fields: Fields, findings: Findings) -> Mapping[int, int] | None:
    given = fields.pairs("mttr_targets")
    if not given:
        return None
    targets = {}
    for tier, text in given.items():
        seconds = span(text, findings)
        if tier not in map(str, TIERS):
            findings.error(text.line, "tier", f"the tier `{tier}` must be 0, 1 or 2.")
        elif seconds is not None:
            targets[int(tier)] = seconds // MINUTE
    lacking = [str(t) for t in TIERS if t not in targets]
    if lacking:
        line = fields.key_lines["mttr_targets"]
        findings.error(line, "missing", f"`mttr_targets` lacks tier {', '.join(lacking)}.")
        return None
    return targets


def _reactions(fields: Fields, findings: Findings) -> Mapping[str, str] | None:
    given = fields.pairs("reactions")
    for emoji, text in given.items():
        if text.value not in REACTION_KINDS:
            findings.error(
                text.line,
                "reaction",
                f"`{emoji}` is `{text.value}`; it must be one of {', '.join(REACTION_KINDS)}.",
            )
    return {emoji.strip(":"): text.value for emoji, text in given.items()} or None


def _share(text: Text | None, findings: Findings) -> float | None:
    """A share such as `2%`; the sign is required, so that 2 is never read as 200 %."""
    if text is None:
        return None
    digits = text.value.removesuffix("%").strip()
    try:
        share = float(digits) / 100
    except ValueError:
        share = -1.0
    if not text.value.endswith("%") or not 0 <= share <= 1:
        findings.error(
            text.line, "share", f"`{text.value}` is no share; write a percentage such as 2%."
        )
        return None
    return share
