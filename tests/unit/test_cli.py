"""The command line, called in this process: help, files, wrong use."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fireline.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [
    "check",
    "run",
    "demo",
    "sandbox",
    "manifest",
    "doctor",
    "slo report",
    "slo import",
    "runbook search",
    "incident list",
    "incident show",
    "incident export",
    "postmortem render",
    "review render",
    "audit verify",
    "audit export",
    "db upgrade",
]
SLO = """\
apiVersion: fireline/v1
kind: SLO
name: orders-rows-valid
title: Order rows pass their contract
service: orders
tier: 0
owner: team-orders
objective: 99.9
window: 30d
sli:
  ratio:
    bad: sum(increase(orders_rows_rejected_total[$window]))
    total: sum(increase(orders_rows_total[$window]))
runbook: rows-rejected
"""


def fireline(line: str, stdin: str | None = None, **env: str) -> Result:
    return CliRunner().invoke(app, line.split(), input=stdin, env=env)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder: nothing is found by accident, nothing is left behind."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    told = fireline(f"{command} --help")
    assert told.exit_code == 0
    assert "For example" in told.stdout
    assert f"fireline {command.split(maxsplit=1)[0]}" in told.stdout


@pytest.mark.parametrize("group", ["", "slo", "runbook", "incident", "postmortem", "audit", "db"])
def test_a_group_alone_shows_what_it_holds(group: str) -> None:
    told = fireline(group)
    assert "Usage: " in told.output
    assert "Traceback" not in told.output


def test_version_is_one_line() -> None:
    told = fireline("--version")
    assert told.exit_code == 0
    assert told.stdout.startswith("fireline ")
    assert told.stdout.count("\n") == 1


@pytest.mark.parametrize(
    "line", ["nonsense", "check --nope", "slo report --at", "db downgrade", "demo --port many"]
)
def test_wrong_use_is_code_2_without_a_traceback(line: str) -> None:
    told = fireline(line)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert "Traceback" not in told.stderr


def test_the_shipped_files_are_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    told = fireline("check")
    assert told.exit_code == 0, told.stdout
    assert " error " not in told.stdout
    assert told.stderr.startswith("0 errors")


def test_check_where_nothing_is_says_so() -> None:
    told = fireline("check")
    assert told.exit_code == 2
    assert "nothing to check" in told.stderr


def test_check_of_a_path_that_is_not_there_is_wrong_use() -> None:
    told = fireline("check slos policies")
    assert told.exit_code == 2
    assert "no such file or folder: slos, policies" in told.stderr


def test_check_names_file_line_and_what_would_be_right(elsewhere: Path) -> None:
    (elsewhere / "slo.yaml").write_text(SLO.replace("objective:", "objektive:"))
    told = fireline("check slo.yaml")
    assert told.exit_code == 1
    assert (
        "slo.yaml:8: error unknown-key SLO has no `objektive`; did you mean `objective`?"
        in told.stdout
    )
    found = json.loads(fireline("check slo.yaml --json").stdout)
    assert {(f["file"], f["line"], f["code"]) for f in found} >= {("slo.yaml", 8, "unknown-key")}


def test_check_finds_runbooks_that_do_not_exist(elsewhere: Path) -> None:
    (elsewhere / "slo.yaml").write_text(SLO)
    assert fireline("check slo.yaml").exit_code == 0, "without a folder nothing is known of them"
    books = elsewhere / "runbooks"
    books.mkdir()
    (books / "other.md").write_text("# Other\n")
    told = fireline("check slo.yaml")
    assert told.exit_code == 1
    assert "slo.yaml:14: error no-runbook the runbook `rows-rejected` does not exist" in told.stdout
    (books / "rows-rejected.md").write_text("# Rows rejected\n")
    assert fireline("check slo.yaml").exit_code == 0


def test_check_lints_policies_too_and_judges_by_them(elsewhere: Path) -> None:
    policy = "apiVersion: fireline/v1\nkind: Policy\nversion: 1\n"
    (elsewhere / "p.yaml").write_text(policy + "burn_alrts: []\n")
    told = fireline("check p.yaml")
    assert told.exit_code == 1
    assert "p.yaml:4: error unknown-key Policy has no `burn_alrts`" in told.stdout
    # A page at half the budget within the hour can never fire at 99 %: 360x of 1 % is over 100 %.
    (elsewhere / "p.yaml").write_text(
        f"{policy}burn_alerts:\n  - {{severity: page, long: 1h, short: 5m, share: 50%}}\n"
    )
    (elsewhere / "slo.yaml").write_text(SLO.replace("99.9", "99"))
    told = fireline("check p.yaml slo.yaml")
    assert "dead-alert" in told.stdout
    assert "dead-alert" not in fireline("check slo.yaml").stdout


def test_a_broken_yaml_policy_is_told_once(elsewhere: Path) -> None:
    (elsewhere / "p.yaml").write_text("kind: Policy\nversion: [\n")
    told = fireline("check p.yaml")
    assert told.exit_code == 1
    assert told.stdout.count("not valid YAML") == 1


def test_manifest_is_json_alone() -> None:
    by_socket = fireline("manifest --name Blaze")
    assert by_socket.exit_code == 0
    made = json.loads(by_socket.stdout)
    assert made["display_information"]["name"] == "Blaze"
    assert made["settings"]["socket_mode_enabled"] is True
    by_http = json.loads(fireline("manifest --request-url https://bot.example.com").stdout)
    assert by_http["settings"]["socket_mode_enabled"] is False
    assert "https://bot.example.com" in json.dumps(by_http)


@pytest.mark.parametrize(
    ("at", "hint"),
    [
        ("yesterday", "is no RFC 3339 time"),
        ("2026-11-23T04:00:00", "write for instance 2026-11-23T04:00:00Z"),
        ("2026-11-23", "write for instance 2026-11-23T00:00:00Z"),
    ],
)
def test_a_time_that_is_none_is_wrong_use(at: str, hint: str) -> None:
    told = fireline(f"slo report --at {at}")
    assert told.exit_code == 2
    words = " ".join(told.stderr.replace("│", " ").split())
    assert hint in words


def test_an_unknown_slo_names_those_there_are(elsewhere: Path) -> None:
    (elsewhere / "slo.yaml").write_text(SLO)
    told = fireline("slo report nosuch --definitions slo.yaml")
    assert told.exit_code == 2
    assert "no SLO named nosuch; there are: orders-rows-valid" in told.stderr


def test_a_broken_definition_is_told_instead_of_reported(elsewhere: Path) -> None:
    (elsewhere / "slo.yaml").write_text(SLO.replace("99.9", "101"))
    told = fireline("slo report --definitions slo.yaml")
    assert told.exit_code == 2
    assert "slo.yaml:8: " in told.stderr
    assert told.stdout == ""


def test_an_address_that_is_none_is_named_with_its_setting(elsewhere: Path) -> None:
    (elsewhere / "slo.yaml").write_text(SLO)
    told = fireline("slo report --definitions slo.yaml --prometheus nonsense")
    assert told.exit_code == 2
    assert "FIRELINE_PROMETHEUS_URL" in told.stderr


def test_a_report_without_prometheus_has_the_reason_no_number_and_code_1(elsewhere: Path) -> None:
    (elsewhere / "slo.yaml").write_text(SLO)
    line = "slo report --definitions slo.yaml --prometheus http://127.0.0.1:9"
    told = fireline(f"{line} --json")
    assert told.exit_code == 1
    (row,) = json.loads(told.stdout)
    assert row["data_state"] == "query_error"
    assert "cannot be reached" in row["sentence"]
    assert (row["remaining"], row["good"], row["burns"]) == (None, None, [])
    table = fireline(line)
    assert table.exit_code == 1
    assert "unknown" in table.stdout


def test_an_unknown_setting_names_the_nearest() -> None:
    told = fireline("db upgrade", FIRELINE_DATABASE_URI="sqlite:///x.db")
    assert told.exit_code == 2
    assert "unknown setting FIRELINE_DATABASE_URI; did you mean FIRELINE_DATABASE_URL?" in (
        told.stderr.replace("\n", " ")
    )


@pytest.mark.parametrize("command", ["incident list", "audit verify", "db upgrade", "run"])
def test_a_database_that_cannot_be_reached_is_one_sentence(command: str) -> None:
    told = fireline(
        command,
        FIRELINE_DATABASE_URL="postgresql+psycopg://bot:hush@127.0.0.1:1/fireline",
        FIRELINE_RUNBOOKS=".",
        FIRELINE_SLACK_BOT_TOKEN="xoxb-1",
        FIRELINE_SLACK_APP_TOKEN="xapp-1",
    )
    assert told.exit_code == 2
    assert "the database postgresql+psycopg://bot:***@127.0.0.1:1/fireline cannot be used" in (
        told.stderr
    )
    assert "hush" not in told.output


@pytest.mark.parametrize("url", ["nonsense", "sqlite://"])
def test_an_address_that_is_no_database_is_one_sentence(url: str) -> None:
    told = fireline("incident list", FIRELINE_DATABASE_URL=url)
    assert told.exit_code == 2
    assert "sqlite:///var/fireline.db" in told.stderr


def test_run_without_a_token_says_where_to_get_one() -> None:
    told = fireline("run")
    assert told.exit_code == 2
    assert "FIRELINE_SLACK_BOT_TOKEN_FILE" in told.stderr


def test_the_doctor_names_everything_that_is_wrong() -> None:
    told = fireline("doctor", FIRELINE_PROMETHEUS_URL="http://127.0.0.1:9")
    assert told.exit_code == 1
    assert "ok   database" in told.stdout
    for ill in ("definitions", "runbooks", "prometheus", "slack"):
        assert f"FAIL {ill}: " in told.stdout
    found = json.loads(fireline("doctor --json").stdout)
    assert {f["subject"] for f in found if not f["good"]} >= {"definitions", "slack"}
