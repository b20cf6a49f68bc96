"""A month replayed from a real Prometheus: five incidents found, each false alert named."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from fireline.adapters.store import SqlStore, migrate, open_engine
from fireline.cli.app import app
from fireline.domain.incident.incident import IncidentState, Stamp
from tests.builders import an_incident
from tests.integration.seeded_month import (
    END,
    INCIDENTS,
    NOISE,
    SLO_OF,
    START,
    definitions,
    known,
    month,
)
from tests.servers import TestPrometheus

# Much arithmetic that faster tests cover too: tracing it would double its time.
pytestmark = [pytest.mark.real, pytest.mark.no_cover]

SHORT = [
    "--from",
    (START + timedelta(days=6)).isoformat(),
    "--to",
    (START + timedelta(days=9)).isoformat(),
]
RANGE = ["--from", START.isoformat(), "--to", END.isoformat()]


def day(number: int) -> str:
    """The date so many days after START."""
    return f"{START + timedelta(days=number):%Y-%m-%d}"


def fireline(arguments: Sequence[str], **env: str) -> Result:
    return CliRunner().invoke(app, ["slo", "backtest", *arguments], env=env)


@pytest.fixture(scope="module")
def url(prometheus: TestPrometheus) -> str:
    """A Prometheus that holds the month."""
    prometheus.write_series(month())
    return prometheus.url


@pytest.fixture
def given(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Definitions, incidents and the server, as options."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "slos"
    folder.mkdir()
    written = [
        {
            "ref": one.ref,
            "start": one.start.isoformat(),
            "end": one.end.isoformat() if one.end else None,
            "slo": one.slos[0],
        }
        for one in known()
    ]
    file = tmp_path / "incidents.json"
    file.write_text(json.dumps(written), encoding="utf-8")
    options = ["--definitions", str(definitions(folder)), "--prometheus", url]
    return [*options, "--incidents", str(file)]


def keeps_every_incident(suggested: dict[str, Any]) -> None:
    """The suggestion was tried on the range and loses nothing."""
    assert suggested["best"] == "raise page 1h/5m from 2 % to 4 % of the budget"
    tried = {one["change"]: one for one in suggested["trials"]}
    best = tried[suggested["best"]]
    assert (best["false_alerts"], best["found"], best["missed"]) == (1, 5, 0)
    assert "remove page 1h/5m" in tried


def test_thirty_days_give_five_true_positives_and_name_each_false_alert(given: list[str]) -> None:
    told = fireline([*RANGE, *given, "--json"])
    assert told.exit_code == 0, told.stderr
    found = json.loads(told.stdout)
    keeps_every_incident(found["suggestion"])
    score = found["policies"][0]["score"]
    assert [one["ref"] for one in score["found"]] == ["INC-1", "INC-4", "INC-2", "INC-3", "INC-5"]
    assert score["missed"] == []
    assert score["recall"] == 1.0
    assert [ref.split("T")[0] for ref in score["false_alerts"]] == [
        f"{SLO_OF[one.metric]} {one.start:%Y-%m-%d}" for one in reversed(NOISE)
    ]
    assert score["precision"] == pytest.approx(5 / 7, abs=1e-6)
    named = {ref: one["false"] for one in found["policies"][0]["alerts"] if (ref := one["ref"])}
    assert sorted(ref for ref, false in named.items() if false) == sorted(score["false_alerts"])
    delays = {one["ref"]: one["delay_seconds"] for one in score["found"]}
    assert all(0 <= delay <= 900 for delay in delays.values())
    assert score["median_delay_seconds"] <= 300


def test_two_policies_stand_side_by_side_and_the_picture_is_drawn(
    given: list[str], tmp_path: Path
) -> None:
    calm = tmp_path / "calm.yaml"
    calm.write_text(
        "apiVersion: fireline/v1\nkind: Policy\n"
        "burn_alerts: [{severity: page, long: 1h, short: 5m, share: 40%}]\n",
        encoding="utf-8",
    )
    png = tmp_path / "month.png"
    told = fireline([*RANGE, *given, "--compare", str(calm), "--png", str(png), "--no-suggest"])
    assert told.exit_code == 0, told.stderr
    words = " ".join(told.stdout.split())
    assert "false alerts 2 1" in words
    assert "recall 100.0 % (5 of 5) 80.0 % (4 of 5)" in words
    assert "MISSED INC-3" in words
    assert png.read_bytes().startswith(b"\x89PNG")
    assert "evaluations replayed in" in told.stderr


def test_without_a_record_alerts_are_listed_and_not_called_false(
    given: list[str], tmp_path: Path
) -> None:
    told = fireline(["--from", day(2), "--to", day(13), "bt-orders", *given[:4]], COLUMNS="200")
    assert told.exit_code == 0, told.stderr
    assert "no database here" in told.stdout
    assert "FALSE" not in told.stdout
    assert told.stdout.count("bt-orders") >= 2
    assert not (tmp_path / "var").exists()


@pytest.fixture
def database(tmp_path: Path) -> dict[str, str]:
    """A record of the five incidents, the fourth restricted, as a setting."""
    url = f"sqlite:///{tmp_path / 'record.db'}"
    engine = open_engine(url)
    migrate(engine)
    with SqlStore(engine, lambda _session, _call: None)() as uow:
        for number, one in enumerate(INCIDENTS, 1):
            hidden = number == 4
            uow.incidents.add(
                an_incident(
                    number,
                    slos=(SLO_OF[one.metric],),
                    stamps={Stamp.DECLARED: one.start, Stamp.RESTORED: one.end},
                    state=IncidentState.RESOLVED,
                    restricted=hidden,
                    title="payroll rows read" if hidden else "late",
                )
            )
        uow.commit()
    engine.dispose()
    return {"FIRELINE_DATABASE_URL": url}


def test_incidents_come_from_the_bots_record_when_there_is_one(
    given: list[str], database: dict[str, str]
) -> None:
    told = fireline([*RANGE, *given[:4], "--json", "--no-suggest"], **database)
    assert told.exit_code == 0, told.stderr
    found = json.loads(told.stdout)
    assert found["incidents_from"] == "the bot's record"
    assert found["policies"][0]["score"]["recall"] == 1.0
    names = [one["ref"] for one in found["policies"][0]["score"]["found"]]
    assert sorted(names) == ["INC-1", "INC-2", "INC-3", "INC-5", "restricted"]
    shown = fireline([*SHORT, *given[:4], "--no-suggest"], **database).stdout
    assert "found   restricted" in shown
    assert "payroll" not in told.stdout + shown
    assert "INC-4" not in told.stdout + shown


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["bt-order", *RANGE], "Did you mean bt-orders"),
        (["--from", day(12), "--to", day(11)], "must begin 5 minutes or more before"),
        (["--from", "yesterday"], "is no time; write 2026-11-23T04:00:00Z"),
        (["--from", "2026-11-02T10:00:00"], "has no zone"),
        (["--from", day(-50), "--to", day(-30)], "; there is data since 20"),
        (["--from", "2024-01-01", "--to", "2026-01-01"], "731 days; replay at most 400"),
        (["--from", "1d", "--to", "2999-01-01"], "only the past can be replayed"),
    ],
)
def test_what_cannot_be_replayed_is_one_sentence_that_says_what_would_do(
    given: list[str], options: list[str], said: str
) -> None:
    told = fireline([*options, *given])
    assert told.exit_code == 2
    assert told.stdout == ""
    assert said in " ".join(told.stderr.split())


def test_a_range_that_begins_before_the_data_says_so(given: list[str]) -> None:
    told = fireline(["--from", day(-5), "--to", day(5), *given, "--json"])
    notes = json.loads(told.stdout)["notes"]
    assert len(notes) == 2
    assert f"data since {day(-8)}" in notes[0] or f"data since {day(-7)}" in notes[0]


def test_the_report_is_also_a_page(given: list[str], tmp_path: Path) -> None:
    out = tmp_path / "budgets.html"
    line = ["slo", "report", *given[:4], "--at", END.isoformat(), "--format", "html"]
    told = CliRunner().invoke(app, [*line, "--out", str(out), "--pictures", "1"])
    assert told.exit_code == 0, told.stderr
    text = out.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert text.count("<img") == 2
    assert "Bt-Orders" in text
    assert "Within it" not in text
    wrong = CliRunner().invoke(app, ["slo", "report", *given[:4], "--out", str(out)])
    assert wrong.exit_code == 2
    assert "only --format html is written to a file" in " ".join(wrong.stderr.split())


def test_the_page_marks_incidents_when_there_is_a_record(
    given: list[str], database: dict[str, str]
) -> None:
    line = ["slo", "report", *given[:4], "--at", f"{day(23)}T00:00:00Z", "--format", "html"]
    told = CliRunner().invoke(app, [*line, "bt-orders", "--pictures", "1"], env=database)
    assert told.exit_code == 0, told.stderr
    assert "Within it: 1 incident." in told.stdout
