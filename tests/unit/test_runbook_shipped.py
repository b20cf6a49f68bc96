"""The shipped runbooks keep the rules that a lint would hold them to."""

import re
from pathlib import Path

import pytest
import yaml

from fireline.adapters.runbooks import RunbookFolder

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "runbooks").glob("*.md"))
SLOS = {
    document["name"]: document
    for folder in (ROOT / "slo_definitions", ROOT / "src/fireline/demo/definitions")
    for path in sorted(folder.glob("*.yaml"))
    for document in yaml.safe_load_all(path.read_text())
    if document and document.get("kind") == "SLO"
}
FIELDS = {
    "apiVersion", "kind", "id", "title", "owner", "tier", "severity_hint", "services", "slos",
    "alerts", "symptoms", "data_incident_types", "last_reviewed", "review_interval_days",
    "variables", "data_impact", "steps", "verify", "backfill", "escalate",
}  # fmt: skip
BOOKS = {path.stem: yaml.safe_load(path.read_text().split("---")[1]) for path in FILES}


def test_the_whole_list_is_there() -> None:
    assert len(FILES) == 26
    library = RunbookFolder(ROOT / "runbooks")
    assert [book.id for book in library.all()] == sorted(BOOKS)
    assert library.problems == ()
    library.close()


def test_every_slo_has_its_runbook_and_is_named_by_it() -> None:
    for name, slo in SLOS.items():
        assert name in BOOKS[slo["runbook"]]["slos"], name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_front_matter_is_complete(path: Path) -> None:
    meta = BOOKS[path.stem]
    assert set(meta) <= FIELDS
    assert meta["id"] == path.stem
    assert meta["owner"]
    assert meta["steps"]
    assert meta["verify"]
    assert meta["symptoms"]
    assert meta["escalate"]
    assert {"late", "wrong", "lost", "duplicate_on_replay"} == set(meta["data_impact"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_steps_keep_the_rules(path: Path) -> None:
    meta = BOOKS[path.stem]
    ids = [step["id"] for step in meta["steps"]]
    assert len(ids) == len(set(ids))
    for step in meta["steps"]:
        assert step["kind"] in {"check", "action", "decision"}
        if step.get("dangerous"):
            assert step["approver"]
            assert step["undo"]
            assert step["confirm"]
        for target in step.get("options", {}).values():
            book = target.removeprefix("runbook:")
            assert target in ids or (target.startswith("runbook:") and book in BOOKS), target
        text = " ".join(str(step.get(name, "")) for name in ("command", "sql", "title"))
        used = set(re.findall(r"\$([A-Z][A-Z_]+)\b", text))
        assert used <= set(meta.get("variables", {})), step["id"]
    backfill = meta.get("backfill", {}).get("required_when", [])
    assert set(backfill) <= set(ids)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_links_to_other_runbooks_resolve(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+\.md)\)", path.read_text()):
        assert (path.parent / target).exists(), target
