"""The command line on real parts: a database with a record, Prometheus, a process of its own."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from fireline.adapters.store import SqlStore, migrate, open_engine
from fireline.cli.app import app
from fireline.demo.remote_write import Series
from fireline.domain.incident.incident import RepairDecision
from fireline.domain.people import Actor
from fireline.usecases import manage_incident as incidents
from fireline.usecases.declare_incident import Declare, declare
from fireline.usecases.draft_postmortem import draft
from tests.builders import services
from tests.servers import TestPrometheus

ROOT = Path(__file__).resolve().parents[2]
ANA = Actor("U0ANA", "ana")
SLO = """\
apiVersion: fireline/v1
kind: SLO
name: cli-rows
title: Rows of the command line
service: orders
tier: 1
owner: team-orders
objective: 99.9
window: 3h
sli:
  ratio:
    bad: sum(increase(cli_bad_total[$window]))
    total: sum(increase(cli_rows_total[$window]))
runbook: none
"""


def fireline(arguments: Sequence[str], **env: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env=env)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with one resolved incident and one open; gives its address."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runbooks").mkdir()
    url = f"sqlite:///{tmp_path / 'record.db'}"
    monkeypatch.setenv("FIRELINE_DATABASE_URL", url)
    engine = open_engine(url)
    migrate(engine)
    s = services(SqlStore(engine, lambda _session, _call: None))
    first = declare(s, Declare("orders are late [bold]&[/bold]", ANA)).incident.id
    incidents.add_note(s, first, "the producer was restarted", ANA)
    incidents.mitigate(s, first, "rolled back", ANA)
    incidents.restore(s, first, "rows pass again", ANA)
    incidents.resolve(s, first, RepairDecision(damaged=False, checked_by="ana", how="rows"), ANA)
    draft(s, first)
    declare(s, Declare("consumer lag grows", ANA))
    engine.dispose()
    return url


@pytest.mark.usefixtures("database")
def test_incidents_are_listed_newest_first() -> None:
    told = fireline(["incident", "list"])
    assert told.exit_code == 0, told.output
    lines = told.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["INC-2", "INC-1"]
    assert "orders are late [bold]&[/bold]" in lines[1]
    found = json.loads(fireline(["incident", "list", "--json"]).stdout)
    assert [(f["id"], f["state"], f["timeline"]) for f in found][1] == ("INC-1", "resolved", [])


@pytest.mark.parametrize("written", ["INC-1", "inc-1", "1"])
@pytest.mark.usefixtures("database")
def test_an_incident_is_shown_with_its_timeline(written: str) -> None:
    told = fireline(["incident", "show", written])
    assert told.exit_code == 0
    assert "the producer was restarted" in told.stdout
    found = json.loads(fireline(["incident", "show", written, "--json"]).stdout)
    assert "the producer was restarted" in [e["text"] for e in found["timeline"]]


@pytest.mark.usefixtures("database")
def test_the_export_holds_hashes_and_the_postmortem() -> None:
    found = json.loads(fireline(["incident", "export", "INC-1"]).stdout)
    assert all(len(e["hash"]) == 64 for e in found["timeline"])
    assert found["postmortem"]
    assert found["repair"] == {"damaged": False, "checked_by": "ana", "how": "rows"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["incident", "show", "9"],
        ["incident", "export", "INC-nine"],
        ["postmortem", "render", "INC-9"],
        ["postmortem", "render", "INC-2"],
        ["review", "render", "--week", "last"],
        ["review", "render", "--week", "2026-W60"],
    ],
)
@pytest.mark.usefixtures("database")
def test_what_is_not_there_is_one_sentence_and_code_2(arguments: list[str]) -> None:
    told = fireline(arguments)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert told.stderr.startswith("fireline: ")


@pytest.mark.usefixtures("database")
def test_documents_are_markdown() -> None:
    told = fireline(["postmortem", "render", "INC-1"])
    assert told.exit_code == 0
    assert "orders are late" in told.stdout
    review = fireline(["review", "render", "--week", "2026-W47"])
    assert review.exit_code == 0, review.output
    assert "2026-W47" in review.stdout


@pytest.mark.usefixtures("database")
def test_a_sound_record_is_verified_and_exported() -> None:
    told = fireline(["audit", "verify"])
    assert told.exit_code == 0
    assert "0 chains broken" in told.stderr
    entries = json.loads(fireline(["audit", "export"]).stdout)
    assert [e["seq"] for e in entries] == list(range(1, len(entries) + 1))


@pytest.mark.parametrize(
    ("table", "column", "said"),
    [
        ("audit_entry", "actor", "audit trail: entry 2 was changed"),
        ("timeline_entry", "actor_name", "INC-1 timeline: entry 2 was changed"),
    ],
)
def test_a_changed_entry_is_named_by_its_number(
    database: str, table: str, column: str, said: str
) -> None:
    engine = open_engine(database)
    with engine.begin() as connection:
        found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        for (name,) in found.all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text(f"UPDATE {table} SET {column} = 'mallory' WHERE seq = 2"))  # noqa: S608 - the test's own names
    engine.dispose()
    told = fireline(["audit", "verify"])
    assert told.exit_code == 1
    assert said in told.stdout


def test_upgrading_twice_is_harmless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        told = fireline(["db", "upgrade"])
        assert told.exit_code == 0, told.output
    assert (tmp_path / "var" / "fireline.db").exists()


@pytest.mark.real
def test_a_report_says_the_same_budget_for_the_same_instant(
    prometheus: TestPrometheus, tmp_path: Path
) -> None:
    end = int(time.time() - 30) // 300 * 300
    times = np.arange(end - 4 * 3600, end + 1, 15, dtype=np.float64)
    steps = np.arange(1, len(times) + 1, dtype=np.float64)
    prometheus.write_series(
        [
            Series({"__name__": "cli_bad_total", "job": "cli"}, times, steps * 0.05),
            Series({"__name__": "cli_rows_total", "job": "cli"}, times, steps * 100),
        ]
    )
    (tmp_path / "slo.yaml").write_text(SLO)
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end))
    line = ["slo", "report", "--definitions", str(tmp_path), "--prometheus", prometheus.url]
    told = fireline([*line, "--at", moment, "--json"])
    assert told.exit_code == 0, told.output
    (row,) = json.loads(told.stdout)
    assert row["evaluated_at"] == moment
    assert row["data_state"] == "ok"
    assert row["remaining"] == pytest.approx(0.5, abs=0.01)
    assert row["source"].endswith("slo.yaml:1")
    table = fireline([*line, "cli-rows", "--at", moment])
    assert table.exit_code == 0
    assert "cli-rows" in table.stdout
    early = fireline([*line, "--at", "2020-01-01T00:00:00Z", "--json"])
    assert early.exit_code == 1
    assert json.loads(early.stdout)[0]["data_state"] == "no_data"


def process(*arguments: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).with_name("fireline"))
    return subprocess.run(
        [program, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PATH": "/usr/bin:/bin", **env},
        cwd=ROOT,
        timeout=30,
        check=False,
    )


def test_help_comes_at_once_without_the_heavy_parts() -> None:
    heavy = "('sqlalchemy', 'slack_bolt', 'dbos', 'matplotlib', 'numpy', 'prometheus_api_client')"
    code = f"import sys, fireline.cli; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
    told = process("--help")
    assert told.returncode == 0
    assert told.stderr == ""


def test_the_program_keeps_json_alone_and_speaks_utf8_in_any_locale() -> None:
    told = process(
        *("runbook", "search", "--json", "--batch", "--dir", "runbooks"),
        stdin="conector lag\n\nverspätung\n",
        PYTHONIOENCODING="ascii",
    )
    assert told.returncode == 0, told.stderr
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert len(lines) == 3
    assert lines[1] == []
    assert lines[0]


def test_the_program_ends_with_the_code_of_what_it_found() -> None:
    assert process("check").returncode == 0
    assert process("check", "nowhere").returncode == 2
    wrong = process("runbook", "search", "--json")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "Traceback" not in wrong.stderr
