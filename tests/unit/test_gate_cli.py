"""`fireline gate` in this process, over a real database: exit codes, words, JSON."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fireline.adapters.files.slos import load_file
from fireline.bootstrap.system import SystemClock
from fireline.cli.app import app
from tests.builders import a_status
from tests.store_fixture import RecordingStore

SLO = """\
apiVersion: fireline/v1
kind: SLO
name: orders-landed
title: Orders land
service: orders
tier: 0
owner: team-orders
objective: 99
window: 30d
sli:
  ratio:
    bad: sum(increase(bad_total[$window]))
    total: sum(increase(all_total[$window]))
"""
EXCEPTION = """\
apiVersion: fireline/v1
kind: Exceptions
exceptions:
  - {service: orders, until: 2999-01-01T00:00:00Z, reason: the fix itself, approver: ana}
"""


@pytest.fixture(autouse=True)
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A team's folder with one SLO, and the database of its bot."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "slo_definitions").mkdir()
    (tmp_path / "policies").mkdir()
    (tmp_path / "slo_definitions" / "orders.yaml").write_text(SLO)
    return tmp_path


def left(store: RecordingStore, remaining: float | None, minutes: float = 0.5) -> None:
    """What the bot wrote that long ago."""
    (slo,) = load_file("orders.yaml", SLO)
    at = SystemClock().now() - timedelta(minutes=minutes)
    with store() as uow:
        uow.statuses.save([a_status(slo, remaining, at=at)])
        uow.commit()


def gate(line: str = "--service orders", **env: str) -> Result:
    given = {"FIRELINE_DATABASE_URL": "sqlite:///fireline.db", **env}
    return CliRunner().invoke(app, ["gate", *line.split()], env=given)


@pytest.mark.parametrize(
    ("remaining", "code", "words", "why"),
    [
        (0.9, 0, "orders: changes pass", "the change may go on"),
        (0.4, 0, "orders: changes pass", "the change may go on"),
        (0.2, 1, "orders: changes need approval", "run this again with --allow-approval"),
        (0.0, 1, "orders: changes are frozen", "agree on an exception in git"),
        (None, 0, "orders: unknown", "the change may go on"),
    ],
)
def test_the_exit_code_is_the_answer(
    sqlite_store: RecordingStore, remaining: float | None, code: int, words: str, why: str
) -> None:
    left(sqlite_store, remaining)
    told = gate()
    assert told.exit_code == code, told.output
    assert told.stdout.startswith(words)
    assert why in told.stderr
    assert "figures of 30 s ago" in told.stdout


def test_approval_is_said_with_an_option(sqlite_store: RecordingStore) -> None:
    left(sqlite_store, 0.2)
    assert gate("--service orders --allow-approval").exit_code == 0
    left(sqlite_store, -0.2)
    assert gate("--service orders --allow-approval").exit_code == 1


def test_json_stands_alone_and_says_how_old_the_figures_are(sqlite_store: RecordingStore) -> None:
    left(sqlite_store, 0.2, minutes=2)
    told = gate("--service orders --json")
    shown = json.loads(told.stdout)
    assert (told.exit_code, shown["decision"], shown["pass"]) == (1, "approve", False)
    (slo,) = shown["slos"]
    assert 120 <= slo["age_seconds"] < 180
    assert json.loads(gate("--service orders --json --allow-approval").stdout)["pass"] is True


def test_old_figures_are_unknown_and_block_where_the_policy_says_so(
    sqlite_store: RecordingStore, team: Path
) -> None:
    left(sqlite_store, -1.0, minutes=20)
    told = gate()
    assert told.exit_code == 0
    assert "20 min ago; is the bot running?" in told.stdout
    assert "Warning: budgets without a figure let changes pass" in told.stdout
    policy = "apiVersion: fireline/v1\nkind: Policy\non_unknown: block\n"
    (team / "policies" / "default.yaml").write_text(policy)
    told = gate()
    assert told.exit_code == 1
    assert "the policy blocks changes while a budget is unknown" in told.stderr


def test_an_exception_in_git_opens_the_gate(sqlite_store: RecordingStore, team: Path) -> None:
    left(sqlite_store, -1.0)
    file = team / "policies" / "exceptions.yaml"
    file.write_text(EXCEPTION)
    told = gate()
    assert told.exit_code == 0
    assert "An exception of ana holds until 2999-01-01 00:00 UTC: the fix itself" in told.stdout
    file.write_text(EXCEPTION.replace("2999", "2020"))
    told = gate()
    assert told.exit_code == 1
    assert "An exception of ana ended at" in told.stdout
    file.write_text(EXCEPTION.replace(", approver: ana", ""))
    told = gate()
    assert told.exit_code == 1
    assert "policies/exceptions.yaml:4: `approver` is missing" in told.stdout


def test_wrong_use_is_code_2(sqlite_store: RecordingStore, team: Path) -> None:
    left(sqlite_store, 0.9)
    assert gate("").exit_code == 2
    told = gate("--service ordres")
    assert told.exit_code == 2
    assert "Did you mean orders?" in told.stderr
    assert told.stdout == ""
    (team / "policies" / "default.yaml").write_text("kind: Policy\non_unknown: maybe\n")
    told = gate()
    assert told.exit_code == 2
    assert "policies/default.yaml:2: `maybe` is none of allow, block" in told.stderr


def test_gate_explains_itself_with_an_example() -> None:
    told = gate("--help")
    assert told.exit_code == 0
    assert "fireline gate --service orders" in told.stdout
