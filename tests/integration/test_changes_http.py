"""The door for changes over real HTTP, into both databases."""

from collections.abc import Iterator

import httpx
import pytest
from pydantic import SecretStr

from fireline.adapters.http.server import HttpServer, build_http
from fireline.bootstrap.changes import doors_of
from fireline.settings import Settings
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import Services
from tests.builders import ANA, services
from tests.fakes import FakeClock
from tests.store_fixture import RecordingStore

TOKEN = "0123456789abcdef0123"
DEPLOY = {
    "id": "deploy-7",
    "title": "orders 1.4",
    "service": "orders",
    "datasets": ["db.orders"],
    "at": "2026-11-22T02:00:00Z",
    "author": "ben",
    "url": "https://ci.example.com/7",
    "kind": "deploy",
}


@pytest.fixture
def s(any_store: RecordingStore) -> Services:
    return services(any_store, clock=FakeClock())


@pytest.fixture
def door(s: Services) -> Iterator[httpx.Client]:
    server = HttpServer(build_http(doors=doors_of(Settings(changes_token=SecretStr(TOKEN)), s)))
    server.start()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
        yield client
    server.stop()


def test_a_change_is_kept_once_and_told_to_its_incident(s: Services, door: httpx.Client) -> None:
    declare(s, Declare("Orders late", ANA, service="orders"))
    first = door.post("/changes", json=DEPLOY)
    assert first.json() == {"ok": True, "id": "deploy-7", "new": True, "incidents": 1}
    assert door.post("/changes", json=DEPLOY).json()["new"] is False
    with s.store() as uow:
        incident = uow.incidents.get(1)
        kept = uow.changes.get("deploy-7")
    assert incident is not None
    assert kept is not None
    assert (kept.datasets, kept.author) == (("db.orders",), "ben")
    assert [c.id for c in incident.details.changes] == ["deploy-7"]


def test_what_is_wrong_is_refused_and_nothing_is_kept(s: Services, door: httpx.Client) -> None:
    answer = door.post("/changes", json={**DEPLOY, "at": "yesterday"})
    assert answer.status_code == 400
    assert "`at`" in answer.json()["error"]
    assert door.post("/changes", content=b" " * 600_000).status_code == 413
    nobody = {"Authorization": "Bearer no"}
    assert door.post("/changes", json=DEPLOY, headers=nobody).status_code == 401
    with s.store() as uow:
        assert uow.changes.get("deploy-7") is None
