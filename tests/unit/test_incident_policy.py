"""The policy's chapters on incidents: read whole, and refused with the place and the remedy."""

from datetime import timedelta
from pathlib import Path

import pytest

from fireline.adapters.files.policy import load_policy, read_policy
from fireline.domain.incident.severity import SeverityFacts, judge
from fireline.domain.policy.incident_rules import EscalationStep, IncidentRules
from fireline.domain.policy.policy import Policy

SHIPPED = Path(__file__).parents[2] / "policies" / "default.yaml"
HEAD = "apiVersion: fireline/v1\nkind: Policy\nversion: 1\n"
MINUTE = timedelta(minutes=1)


def rules(text: str) -> tuple[IncidentRules, list[str]]:
    policy, problems = read_policy("policy.yaml", HEAD + text)
    return policy.incidents, [f"{p.line}: {p.message}" for p in problems]


def test_the_shipped_file_says_what_is_built_in() -> None:
    assert load_policy(SHIPPED).incidents == Policy().incidents


def test_a_team_judges_severity_by_its_own_rules() -> None:
    found, problems = rules(
        """\
severity:
  base_by_tier: {1: sev4}
  raise:
    - {when: blast.exposures >= 2, by: 2, because: two teams wait}
  lower: []
"""
    )
    assert problems == []
    judged = judge(SeverityFacts(tier=1, exposures=3), found)
    assert judged.severity.label == "SEV2"
    assert "two teams wait" in judged.reason
    assert found.base_by_tier[0] == IncidentRules().base_by_tier[0]


def test_cadence_escalation_closing_and_postmortems_can_be_said() -> None:
    found, problems = rules(
        """\
severity:
  comms: {sev1: {update_every: 15m, postmortem_due: never, commander_required: false}}
escalation:
  tier2:
    - {after: 5m, from: impact, when: not restored, notify: boss, message: Call, restricted: true}
incidents: {sustain: 30m, reopen_reason_min_chars: 20}
postmortem: {severities: [SEV1], any_of: [tier == 0]}
"""
    )
    assert problems == []
    assert found.comms[1].update_every == 15 * MINUTE
    assert found.comms[1].postmortem_due is None
    assert not found.comms[1].commander_required
    assert found.comms[2] == IncidentRules().comms[2]
    step = EscalationStep(5 * MINUTE, ("@boss",), "impact", "not restored", "Call", restricted=True)
    assert found.escalation[2] == (step,)
    assert found.escalation[0] == IncidentRules().escalation[0]
    assert (found.sustain, found.reopen_reason_min_chars) == (30 * MINUTE, 20)
    assert (found.postmortem_severities, found.postmortem_any_of) == ((1,), ("tier == 0",))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("severity: {base_by_tier: {7: sev1}}\n", "4: the tier `7` must be 0, 1 or 2"),
        ("severity: {base_by_tier: {0: worst}}\n", "4: `worst` is no severity; write sev1 to sev4"),
        (
            "severity:\n  raise:\n    - {when: teir == 0, by: 1, because: x}\n",
            "6: `teir` is no fact here; known are tier",
        ),
        (
            "severity:\n  raise:\n    - {when: __import__('os'), by: 1, because: x}\n",
            "6: `__import__('os')`: only names, numbers, texts, comparisons",
        ),
        (
            "severity:\n  raise:\n    - {when: outage, because: x}\n",
            "6: give either `by`, how many levels, or `to`, a level",
        ),
        (
            "severity:\n  raise:\n    - {when: outage, by: 9, because: x}\n",
            "6: `9` must be a whole number from 1 to 3",
        ),
        ("severity: {comms: {sev9: {}}}\n", "4: comms has no `sev9`"),
        (
            "severity: {comms: {sev1: {commander_required: yes}}}\n",
            "4: `commander_required` is `yes`; it must be true or false",
        ),
        ("escalation:\n  tier0:\n    - {after: 5m}\n", "6: `notify` names nobody"),
        (
            "escalation:\n  tier0:\n    - {after: 5m, from: birth, notify: a}\n",
            "6: `from` is `birth`; it must be declared or impact",
        ),
        (
            "escalation:\n  tier0:\n    - {after: 5m, when: blast.exposures > 1, notify: a}\n",
            "6: `blast.exposures` is no fact here",
        ),
        ("incidents: {sustain: long}\n", "4: `long` is no length of time"),
        ("incidents: {archive: 7d}\n", "4: incidents has no `archive`"),
        ("postmortem: {any_of: [1 +]}\n", "4: `1 +` is no condition"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, problem: str) -> None:
    found, problems = rules(text)
    assert any(p.startswith(problem) for p in problems), problems
    assert isinstance(found, IncidentRules)


def test_what_belongs_together_can_be_said_also_for_single_alerts() -> None:
    found, problems = rules(
        """\
incidents:
  recent_changes: 4h
  correlation:
    window: 1h
    max_depth: 3
    min_occurrences: 2
    flap: {transitions: 6, within: 1h}
    alerts:
      orders-lag: {min_occurrences: 1}
"""
    )
    assert problems == []
    rule = found.correlation
    assert (rule.window, rule.max_depth, rule.recent_changes) == (60 * MINUTE, 3, 240 * MINUTE)
    assert rule.of("other").min_occurrences == 2
    assert rule.of("other", "orders-lag").min_occurrences == 1
    assert rule.of("orders-lag").flap_transitions == 6
    assert IncidentRules().correlation.of("x").flap_within == 30 * MINUTE


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("correlation: {max_depth: 99}", "5: `99` must be a whole number from 1 to 20."),
        ("correlation: {window: soon}", "5: `soon` is no length of time; write 5m, 1h or 3d."),
        ("correlation: {flap: {transitions: 1}}", "5: `1` must be a whole number from 2 to 100."),
        ("correlation: {windw: 1h}", "did you mean `window`"),
    ],
)
def test_a_mistake_in_what_belongs_together_is_named_with_its_line(line: str, said: str) -> None:
    _, problems = rules(f"incidents:\n  {line}\n")
    assert any(said in problem for problem in problems), problems
