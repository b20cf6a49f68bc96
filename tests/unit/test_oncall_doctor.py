"""What the doctor says of on call: an alias that calls nobody, and a PagerDuty that refuses."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import respx

from fireline.bootstrap.oncall import on_call_found, standing_at
from fireline.domain.errors import InvalidInputError, RejectedError
from fireline.settings import load

ROTATION = """\
apiVersion: fireline/v1
kind: OnCall
rotations:
  - {alias: a, timezone: UTC, start: 2026-01-05T10:00, every: 1w, members: [U012AB3CD]}
pagerduty:
  - {alias: b, schedule: P7LLDMR}
"""
POLICY = """\
apiVersion: fireline/v1
kind: Policy
alert_escalation: {tier0: [{after: 0m, notify: [a]}], tier1: [], tier2: []}
escalation: {tier0: [{after: 0m, notify: [b]}], tier1: [], tier2: []}
"""
API = "https://api.pagerduty.com"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "default.yaml").write_text(POLICY)
    (tmp_path / "keys.json").write_text(json.dumps({"b": "routing-key"}))
    (tmp_path / "token").write_text("api-token\n")
    return tmp_path


@pytest.fixture
def pagerduty(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[respx.MockRouter]:
    monkeypatch.setenv("FIRELINE_PAGERDUTY_ROUTING_KEYS_FILE", str(folder / "keys.json"))
    monkeypatch.setenv("FIRELINE_PAGERDUTY_API_TOKEN_FILE", str(folder / "token"))
    with respx.mock(assert_all_called=False) as router:
        router.get(f"{API}/abilities").mock(return_value=httpx.Response(200, json={}))
        person = {"user": {"summary": "Sam Ruiz"}, "escalation_level": 1, "end": None}
        router.get(f"{API}/oncalls").mock(
            return_value=httpx.Response(200, json={"oncalls": [person]})
        )
        yield router


def test_a_team_that_set_up_nothing_is_told_where_to_begin() -> None:
    assert on_call_found(load()) == "nobody is set up to be called; see docs/oncall.md"


@pytest.mark.usefixtures("pagerduty")
def test_everybody_is_found_and_pagerduty_answers(folder: Path) -> None:
    (folder / "policies" / "oncall.yaml").write_text(ROTATION)
    said = on_call_found(load())
    assert said.startswith("somebody stands behind each of 2 aliases; PagerDuty pages for 1 alias")
    assert [(one.alias, one.name) for one in standing_at(None)] == [
        ("@a", "U012AB3CD"),
        ("@b", "Sam Ruiz"),
    ]
    assert "routing-key" not in repr(load())


@pytest.mark.usefixtures("pagerduty")
def test_an_alias_that_calls_nobody_is_named() -> None:
    with pytest.raises(InvalidInputError, match="nobody stands behind @a: give each a rotation"):
        on_call_found(load())


def test_a_pagerduty_that_refuses_is_told(folder: Path, pagerduty: respx.MockRouter) -> None:
    (folder / "policies" / "oncall.yaml").write_text(ROTATION)
    pagerduty.get(f"{API}/abilities").mock(return_value=httpx.Response(401, json={}))
    with pytest.raises(RejectedError, match="HTTP 401"):
        on_call_found(load())


def test_a_rotation_file_that_is_wrong_is_told(folder: Path) -> None:
    (folder / "policies" / "oncall.yaml").write_text(ROTATION.replace("every: 1w", "every: 1x"))
    with pytest.raises(InvalidInputError, match=r"oncall.yaml:4: `1x` is no length of time"):
        on_call_found(load())
