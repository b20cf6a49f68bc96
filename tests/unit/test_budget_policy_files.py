"""Consequences and exceptions in git: every mistake has its line, none of them opens the gate."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fireline.adapters.files.check import check_paths
from fireline.adapters.files.exceptions import ExceptionsFile, read_exceptions
from fireline.adapters.files.policy import load_policy, read_policy
from fireline.domain.policy.consequences import Consequence, OnUnknown
from fireline.domain.policy.policy import Policy
from fireline.domain.policy.verdict import Granted
from fireline.domain.slo.status import BudgetState

ROOT = Path(__file__).parents[2]
POLICY = "apiVersion: fireline/v1\nkind: Policy\n"
HEAD = "apiVersion: fireline/v1\nkind: Exceptions\n"
ENTRY = """\
exceptions:
  - service: orders
    until: 2026-12-01T18:00:00+01:00
    reason: the fix itself
    approver: ana
"""


def said(text: str) -> list[str]:
    return [p.short for p in read_exceptions("e.yaml", text)[1]]


def test_the_shipped_consequences_are_the_default_ones() -> None:
    shipped = load_policy(ROOT / "policies" / "default.yaml")
    assert shipped.state_rules == Policy().state_rules
    assert shipped.on_unknown is OnUnknown.ALLOW
    assert [rule.consequence for rule in shipped.state_rules] == list(Consequence)
    assert ExceptionsFile(ROOT / "policies" / "exceptions.yaml").current() == Granted()


def test_a_policy_changes_only_the_consequences_it_says() -> None:
    text = f"""{POLICY}on_unknown: block
budget_states:
  - {{above: 40%, state: healthy}}
  - {{above: 0%, state: caution, consequence: freeze}}
  - {{state: exhausted, rule: fixes only, approver: head-of-data}}
"""
    policy, problems = read_policy("p.yaml", text)
    assert problems == []
    assert policy.budget_thresholds == ((0.4, BudgetState.HEALTHY), (0.0, BudgetState.CAUTION))
    assert policy.on_unknown is OnUnknown.BLOCK
    healthy, caution, at_risk, exhausted = policy.state_rules
    assert (healthy, at_risk) == (Policy().state_rules[0], Policy().state_rules[2])
    assert (caution.consequence, caution.rule) == (Consequence.FREEZE, "")
    assert (exhausted.consequence, exhausted.rule) == (Consequence.FREEZE, "fixes only")
    assert exhausted.approver == "head-of-data"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "budget_states: [{above: 1%, state: caution, consequence: shout}]",
            "p.yaml:3: `shout` is none of none, notify, require_approval, freeze",
        ),
        ("budget_states: [{above: 1%, state: exhausted}]", "`exhausted` has no `above`"),
        ("budget_states:\n  - {state: exhausted}\n  - {state: exhausted}", "p.yaml:5: `exhausted`"),
        ("budget_states: [{above: 1%, state: unknown}]", "it must be exhausted, healthy"),
        ("budget_states: [{state: exhausted, consequense: none}]", "did you mean `consequence`?"),
        ("on_unknown: maybe", "p.yaml:3: `maybe` is none of allow, block"),
    ],
)
def test_a_mistake_in_the_consequences_has_its_line(text: str, words: str) -> None:
    found = [p.short for p in read_policy("p.yaml", f"{POLICY}{text}\n")[1]]
    assert any(words in p for p in found), found


def test_exceptions_are_entries_of_a_list_or_documents_of_their_own() -> None:
    single = """---
apiVersion: fireline/v1
kind: Exception
service: payments
until: 2026-12-02T00:00:00Z
reason: the yearly close
approver: ben
"""
    found, problems = read_exceptions("e.yaml", HEAD + ENTRY + single)
    assert problems == []
    assert [(e.service, e.approver, e.source.line) for e in found] == [
        ("orders", "ana", 4),
        ("payments", "ben", 9),
    ]
    assert found[0].until == datetime(2026, 12, 1, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + ENTRY.replace("    approver: ana\n", ""), "e.yaml:4: `approver` is missing"),
        (HEAD + ENTRY.replace("the fix itself", ""), "e.yaml:6: `reason` is empty"),
        (HEAD + ENTRY.replace("+01:00", ""), "e.yaml:5: `2026-12-01T18:00:00` is no RFC 3339"),
        (HEAD + ENTRY.replace("12-01", "13-01"), "is no RFC 3339 time"),
        (HEAD + ENTRY.replace("2026-12-01T18:00:00+01:00", "forever"), "`forever` is no RFC 3339"),
        (
            HEAD + ENTRY.replace("2026-12-01T18:00:00+01:00", "9999-12-31T23:59:59-12:00"),
            "is no RFC 3339 time",
        ),
        (HEAD + ENTRY + "    only: staging\n", "e.yaml:8: exception has no `only`"),
        (HEAD, "e.yaml:1: `exceptions` must be a list"),
        (HEAD + "exceptions: [orders]", "e.yaml:3: an exception has service, until"),
        (HEAD + "exceptions: []\nservice: x", "Exceptions has no `service`"),
        ("kind: Exceptions\nexceptions: []", "`apiVersion` is missing"),
        (POLICY, "e.yaml:1: this is no `kind: Exceptions`"),
        ("- orders", "this is no `kind: Exceptions`"),
        (HEAD + "exceptions: [", "not valid YAML"),
    ],
)
def test_a_broken_exception_is_left_out_with_its_line(text: str, words: str) -> None:
    assert any(words in p for p in said(text)), said(text)
    assert read_exceptions("e.yaml", text)[0] == []


def test_one_broken_exception_leaves_the_others(tmp_path: Path) -> None:
    file = tmp_path / "exceptions.yaml"
    assert ExceptionsFile(file).current() == Granted()
    file.write_text(HEAD + ENTRY + "  - {service: payments}\n")
    granted = ExceptionsFile(file).current()
    assert [e.service for e in granted.exceptions] == ["orders"]
    assert all(p.startswith(f"{file}:8: ") for p in granted.problems)
    assert len(granted.problems) == 3
    file.write_bytes(b"\xff")
    assert ExceptionsFile(file).current().problems == (
        f"{file}:1: the file cannot be read: it is not UTF-8 text.",
    )


def test_check_reads_exceptions_and_knows_services(tmp_path: Path) -> None:
    file = tmp_path / "exceptions.yaml"
    file.write_text(HEAD + ENTRY.replace("orders", "debezum"))
    assert check_paths([tmp_path]) == []
    found = [p for p in check_paths([tmp_path, ROOT / "slo_definitions"]) if p.file == str(file)]
    assert [(p.line, p.level.value, p.code) for p in found] == [(4, "warning", "unknown-service")]
    file.write_text("kind: Exceptions\nexceptions: []\n")
    assert [(p.line, p.code) for p in check_paths([tmp_path])] == [(1, "apiVersion")]
