"""`POST /incidents` over real HTTP; what it keeps unique is so in both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from fireline.adapters.http.server import HttpServer, build_http
from fireline.bootstrap.declarations import doors_of
from fireline.settings import Settings
from fireline.usecases.incident_channel import record_channel
from fireline.usecases.ports import ChannelRef, Services
from tests.builders import a_slo, services
from tests.fakes import FakeDefinitions
from tests.store_fixture import RecordingStore

TOKEN = "0123456789abcdef0123"


def made(store: RecordingStore) -> Services:
    slo = a_slo()
    return services(store, definitions=FakeDefinitions({slo.name: slo}))


@pytest.fixture
def s(sqlite_store: RecordingStore) -> Services:
    return made(sqlite_store)


@pytest.fixture
def door(s: Services) -> Iterator[httpx.Client]:
    with opened(s) as client:
        yield client


@contextmanager
def opened(s: Services) -> Iterator[httpx.Client]:
    settings = Settings(incidents_token=SecretStr(TOKEN))
    server = HttpServer(build_http(doors=doors_of(settings, s)))
    server.start()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
        yield client
    server.stop()


def test_a_new_one_is_201_and_the_same_key_gives_the_open_one_with_its_channel(
    s: Services, door: httpx.Client
) -> None:
    body = {
        "title": "orders load failed",
        "source": "airflow",
        "dedupe_key": "airflow/load_orders",
        "datasets": ["raw_orders"],
        "symptoms": ["late"],
        "slos": ["orders-api-availability"],
        "url": "https://airflow.example/dags/load_orders",
    }
    first = door.post("/incidents", json=body)
    assert first.status_code == 201
    assert first.json() == {
        "ok": True,
        "ref": "INC-1",
        "severity": "SEV3",
        "severity_reason": "SEV3: tier-1 no burn",
        "state": "investigating",
        "drill": False,
        "channel": None,
    }
    record_channel(s, 1, ChannelRef("C1", "inc-1-orders"))
    again = door.post("/incidents", json={**body, "title": "it failed again"})
    assert again.status_code == 200
    assert again.json()["channel"] == {"id": "C1", "name": "inc-1-orders"}
    with s.store() as uow:
        (said,) = [e for e in uow.timeline.entries(1) if e.text.startswith("Declared")]
    assert said.actor_name == "airflow (API)"
    assert said.provenance.permalink == body["url"]


def test_many_at_once_with_one_key_are_one_incident(any_store: RecordingStore) -> None:
    s = made(any_store)

    def post(client: httpx.Client) -> int:
        return client.post("/incidents", json={"title": "late", "dedupe_key": "k"}).status_code

    with opened(s) as client, ThreadPoolExecutor(6) as people:
        codes = sorted(people.map(post, [client] * 6))
    assert codes == [200] * 5 + [201]
    with s.store() as uow:
        assert len(uow.incidents.open()) == 1


WRONG: list[tuple[dict[str, Any], int, str | None]] = [
    ({}, 400, "title"),
    ({"title": "x", "severity": 7}, 400, "severity"),
    ({"title": "x", "symptoms": ["burnt"]}, 400, "symptoms.0"),
    ({"title": "x", "colour": "red"}, 400, "colour"),
    ({"title": "x", "began_at": "2026-11-22T01:00:00"}, 400, "began_at"),
    ({"title": "x", "restored_at": "2026-11-22T01:00:00Z"}, 400, "at"),
    ({"title": "x", "began_at": "2099-11-22T01:00:00Z"}, 400, "at"),
    ({"title": "x", "slos": ["nope"]}, 404, None),
]


def test_what_is_wrong_is_said_with_where(door: httpx.Client) -> None:
    answers = [door.post("/incidents", json=body) for body, _, _ in WRONG]
    assert [(a.status_code, a.json().get("field")) for a in answers] == [w[1:] for w in WRONG]
    assert all(answer.json()["error"] for answer in answers)


def test_without_the_token_or_with_too_long_a_body_nothing_is_taken(
    s: Services, door: httpx.Client
) -> None:
    wrong = {"Authorization": "Bearer no"}
    assert door.post("/incidents", json={"title": "x"}, headers=wrong).status_code == 401
    assert door.post("/incidents", content=b" " * 100_001).status_code == 413
    assert door.post("/incidents", content=b"{").json()["error"].startswith("The body is no JSON")
    with s.store() as uow:
        assert uow.incidents.open() == []


def test_of_a_restricted_one_only_number_and_severity_are_told(door: httpx.Client) -> None:
    answer = door.post("/incidents", json={"title": "leak of salaries", "restricted": True})
    assert answer.json() == {"ok": True, "ref": "INC-1", "severity": "SEV1", "restricted": True}


def test_a_quiet_one_is_judged_where_alerts_are(s: Services, door: httpx.Client) -> None:
    answer = door.post("/incidents", json={"title": "odd", "quiet": True})
    assert answer.json()["state"] == "triage"
    with s.store() as uow:
        incident = uow.incidents.get(1)
    assert incident is not None
    assert incident.details.place == s.channels.alerts
