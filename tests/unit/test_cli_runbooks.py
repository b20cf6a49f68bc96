"""`fireline runbook search`: any folder of Markdown, JSON alone on standard output."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fireline.cli.app import app

FIELDS = {"id", "title", "path", "section", "score", "why"}


def search(*arguments: str, stdin: str | None = None, **env: str) -> Result:
    return CliRunner().invoke(app, ["runbook", "search", *arguments], input=stdin, env=env)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A team's Markdown, with and without front matter, nested."""
    books = tmp_path / "books"
    (books / "billing").mkdir(parents=True)
    (books / "billing" / "invoice-export.md").write_text(
        "# Invoice export fails\n\n## Rejected rows\n\nLook at the rows that were rejected.\n"
    )
    (books / "lag.md").write_text(
        "---\nid: consumer-lag\ntitle: Consumer lag grows\n---\n# Lag\n\n## Replay\n\nReplay it.\n"
    )
    (books / "only-title.md").write_text("# Nothing else\n")
    monkeypatch.chdir(tmp_path)
    return books


def test_json_is_one_array_best_first_with_the_agreed_fields(folder: Path) -> None:
    told = search("--json", "--dir", str(folder), "invoice export rejected")
    assert told.exit_code == 0
    assert told.stdout.count("\n") == 1
    hits = json.loads(told.stdout)
    assert set(hits[0]) == FIELDS
    assert (hits[0]["id"], hits[0]["path"], hits[0]["section"]) == (
        "billing/invoice-export",
        "billing/invoice-export.md",
        "Rejected rows",
    )
    assert [h["score"] for h in hits] == sorted((h["score"] for h in hits), reverse=True)


def test_batch_answers_each_line_in_order_and_an_empty_one_with_nothing(folder: Path) -> None:
    queries = "invoice export\n\nconsumer lag\n?!...\n"
    told = search("--json", "--batch", "--dir", str(folder), stdin=queries)
    assert told.exit_code == 0
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert len(lines) == 4
    assert [line[0]["id"] if line else None for line in lines] == [
        "billing/invoice-export",
        None,
        "consumer-lag",
        None,
    ]


@pytest.mark.parametrize("query", ["", "   ", "?!,.", "zebra xylophone"])
def test_no_good_match_is_an_empty_array_and_no_error(folder: Path, query: str) -> None:
    told = search("--json", "--dir", str(folder), query)
    assert (told.exit_code, told.stdout) == (0, "[]\n")


def test_a_long_alert_text_is_searched(folder: Path) -> None:
    told = search("--json", "--dir", str(folder), "consumer lag " + "x" * 400)
    assert told.exit_code == 0
    json.loads(told.stdout)


def test_a_folder_that_is_not_there_is_wrong_use(folder: Path) -> None:
    told = search("--json", "--dir", str(folder / "nope"), "lag")
    assert told.exit_code == 2
    assert told.stdout == ""
    assert "There is no runbook folder at" in told.stderr


@pytest.mark.parametrize("arguments", [["--json"], ["--json", "--batch", "words"]])
def test_either_a_query_or_a_batch(folder: Path, arguments: list[str]) -> None:
    told = search("--dir", str(folder), *arguments)
    assert told.exit_code == 2
    assert "give a query, or --batch" in told.stderr


def test_without_dir_the_configured_folder_is_searched(folder: Path) -> None:
    told = search("--json", "consumer lag", FIRELINE_RUNBOOKS=str(folder))
    assert json.loads(told.stdout)[0]["id"] == "consumer-lag"


def test_with_dir_no_setting_is_looked_at(folder: Path) -> None:
    told = search("--json", "--dir", str(folder), "consumer lag", FIRELINE_NONSENSE="1")
    assert told.exit_code == 0


def test_people_see_titles_paths_and_reasons(folder: Path) -> None:
    told = search("--dir", str(folder), "consumer lag")
    assert "Consumer lag grows" in told.stdout
    assert "lag.md" in told.stdout
    assert search("--dir", str(folder), "zebra").stdout == "No good match.\n"
