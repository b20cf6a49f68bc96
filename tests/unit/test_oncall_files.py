"""Rotations from files: what is read, and what is wrong at which line."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator
from typer.testing import CliRunner

from fireline.adapters.files.check import check_paths
from fireline.adapters.files.oncall import OnCallFiles, read_plan
from fireline.adapters.files.policy import read_policy
from fireline.adapters.files.problems import Level
from fireline.adapters.files.schema.documents import schema
from fireline.cli.app import app
from tests.sandbox_fixture import Sandbox

ROOT = Path(__file__).parents[2]
GOOD = """\
apiVersion: fireline/v1
kind: OnCall
people: {ana: U012AB3CD, ben: U023BC4DE}
rotations:
  - alias: oncall-data-platform
    timezone: Europe/Berlin
    start: 2026-01-05T10:00
    every: 2w
    members: [ana, ben, U034CD5EF]
    services: [orders]
    overrides:
      - {person: ana, from: 2026-12-24T09:00, to: 2026-12-27T10:00, reason: ben is away}
pagerduty:
  - {alias: "@sre", escalation_policy: P7LLDMR}
"""
POLICY = """\
apiVersion: fireline/v1
kind: Policy
people: {a: U0AB}
alert_escalation:
  tier0:
    - {after: 5m, notify: ['@b', "@oncall-data-platform"]}
escalation:
  tier1:
    - {after: 0m, notify: ["@oncal-data-platform"]}
"""
AT = datetime(2026, 12, 24, 12, tzinfo=UTC)


def test_a_file_says_who_is_on_call() -> None:
    plan, problems = read_plan({"oncall.yaml": GOOD})
    assert problems == []
    shift = plan.at("@oncall-data-platform", AT)
    assert shift is not None
    assert (shift.person.name, shift.person.slack, shift.stands_in) == ("ana", "U012AB3CD", True)
    assert plan.of_service("Orders") == "@oncall-data-platform"
    assert plan.aliases == ("@oncall-data-platform", "@sre")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[ana, ben, U034CD5EF]", "[ana, bem]", "9: nobody is called `bem` in this file; did you"),
        ("members: [ana, ben, U034CD5EF]", "members: []", "9: `members` must name 1 to 100"),
        ("Europe/Berlin", "Europe/Bonn", "6: there is no time zone `Europe/Bonn`"),
        ("every: 2w", "every: 90m", "8: `90m` must be whole days or weeks"),
        ("every: 2w", "every: 2w\n    rrule: FREQ=DAILY", "5: give either `every`"),
        ("every: 2w", "rrule: FREQ=HOURLY", "8: FREQ must be one of"),
        ("start: 2026-01-05T10:00", "start: monday", "7: `monday` is no local time"),
        ("from: 2026-12-24T09:00", "from: 2026-12-28T09:00", "12: `to` must be after `from`"),
        ("U023BC4DE", "ben@example.com", "3: `ben@example.com` is no Slack id"),
        ("timezone: Europe/Berlin\n", "timezone: UTC\n    until: 2025-01-01T00:00\n", "5: `until`"),
        ("escalation_policy: P7LLDMR", "schedule: sre", "14: `sre` is no id of PagerDuty's"),
        ("    every: 2w\n", "    every: 2w\n    rota: x\n", "9: rotations has no `rota`"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(old: str, new: str, problem: str) -> None:
    _, problems = read_plan({"oncall.yaml": GOOD.replace(old, new)})
    told = [p.short.removeprefix("oncall.yaml:") for p in problems]
    assert any(text.startswith(problem) for text in told), told


def test_two_who_stand_in_at_once_leave_open_whom_to_call() -> None:
    more = "      - {person: ben, from: 2026-12-26T09:00, to: 2026-12-28T10:00}\npagerduty:"
    _, problems = read_plan({"oncall.yaml": GOOD.replace("pagerduty:", more)})
    assert [(p.line, p.code) for p in problems] == [(13, "overlap")]


def test_a_time_without_anybody_is_a_gap_and_two_at_a_time_an_error() -> None:
    """A team changes its rhythm: the old rotation ends, the new one begins too late or early."""
    old = GOOD.replace("    every: 2w\n", "    every: 2w\n    until: 2026-06-01T10:00\n")
    new = GOOD.replace("2026-01-05T10:00", "2026-06-08T10:00")
    _, late = read_plan({"a.yaml": old, "b.yaml": new})
    assert [str(p) for p in late] == [
        (
            "a.yaml:5: warning gap nobody is on call as `@oncall-data-platform` from 2026-06-01"
            " 08:00 UTC until 2026-06-08 08:00."
        )
    ]
    _, ended = read_plan({"a.yaml": old})
    assert "and nobody after" in ended[0].message
    _, early = read_plan({"a.yaml": old, "b.yaml": GOOD})
    assert [(p.file, p.level, p.code) for p in early] == [("b.yaml", Level.ERROR, "overlap")]


def test_an_alias_that_nobody_is_behind_is_named_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "oncall.yaml").write_text(GOOD)
    told = [p.short.removeprefix(f"{tmp_path}/") for p in check_paths([tmp_path])]
    assert told == [
        "policy.yaml:6: `@b` calls nobody; it has no Slack id, rotation or schedule.",
        "policy.yaml:9: `@oncal-data-platform` calls nobody; did you mean `@oncall-data-platform`?",
    ]
    (tmp_path / "policy.yaml").write_text(POLICY.replace("people: {a: U0AB}\n", ""))
    (tmp_path / "oncall.yaml").unlink()
    assert check_paths([tmp_path]) == []


def test_a_file_that_became_wrong_leaves_on_call_who_was(tmp_path: Path) -> None:
    file = tmp_path / "oncall.yaml"
    file.write_text(GOOD)
    files = OnCallFiles([tmp_path])
    assert files.current().aliases
    file.write_text(GOOD.replace("Berlin", "Nowhere"))
    broken = files.current()
    assert broken.at("@oncall-data-platform", AT) is not None
    assert "no time zone" in broken.problems[0]
    file.write_text(GOOD.replace("oncall-data-platform", "oncall-orders"))
    assert files.current().aliases[0] == "@oncall-orders"


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "oncall.yaml").write_text(GOOD)


@pytest.mark.usefixtures("team")
def test_the_command_line_says_who_is_on_call_then() -> None:
    line = ["oncall", "--at", "2026-12-24T12:00:00Z"]
    told = CliRunner().invoke(app, line)
    assert told.exit_code == 0
    first = told.stdout.splitlines()[0].split(maxsplit=1)
    assert first[0] == "@oncall-data-platform"
    assert first[1].startswith("ana (U012AB3CD), standing in, until 2026-12-27 09:00 UTC, then ben")
    found = json.loads(CliRunner().invoke(app, [*line, "--json"]).stdout)
    assert found[0]["name"] == "ana"
    assert {one["alias"]: one["path"] for one in found}["@vp-data"] == "nobody"
    wrong = CliRunner().invoke(app, ["oncall", "--at", "tomorrow"])
    assert wrong.exit_code == 2


def test_the_example_of_the_page_is_sound_and_what_the_schema_allows() -> None:
    page = (ROOT / "docs" / "oncall.md").read_text(encoding="utf-8")
    text = page.split("```yaml\n")[1].split("```")[0]
    plan, problems = read_plan({"oncall.md": text})
    assert problems == []
    assert len(plan.rotations) == 2
    told = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - scalars stay as written
    Draft7Validator(schema()).validate(told)


def test_the_shipped_file_is_sound_and_calls_nobody() -> None:
    file = ROOT / "policies" / "oncall.yaml"
    plan, problems = read_plan({str(file): file.read_text(encoding="utf-8")})
    assert (plan.aliases, problems) == ((), [])


def test_a_policy_says_who_is_let_in_by_severity_and_whom_a_drill_calls() -> None:
    head = "apiVersion: fireline/v1\nkind: Policy\nincidents:\n"
    text = head + "  invite: {sev1: [head-of-data, '@vp-data']}\n  drill: {page: [drill-team]}\n"
    policy, problems = read_policy("policy.yaml", text)
    assert problems == []
    rules = policy.incidents
    assert (rules.invite[1], rules.invite[2]) == (("@head-of-data", "@vp-data"), ())
    assert rules.drill_page == ("@drill-team",)
    _, wrong = read_policy("policy.yaml", head + "  invite: {sev5: [a]}\n  drill: {call: [a]}\n")
    assert [p.short.split(";")[0] for p in wrong] == [
        "policy.yaml:4: invite has no `sev5`",
        "policy.yaml:5: drill has no `call`",
    ]


def test_the_demo_calls_people_of_its_own_slack(sandbox: Sandbox) -> None:
    file = ROOT / "src" / "fireline" / "demo" / "definitions" / "oncall.yaml"
    plan, problems = read_plan({str(file): file.read_text(encoding="utf-8")})
    assert problems == []
    people = {one.name: one.slack for rotation in plan.rotations for one in rotation.members}
    assert people == {name: sandbox.user(name) for name in ("bo", "chen", "dia")}
