"""`GET /gate/{service}` over real HTTP: who may ask, and what is answered."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from fireline.adapters.http.gate import Gate
from fireline.adapters.http.server import HttpServer, build_http
from fireline.bootstrap.gate import gate_of
from fireline.domain.errors import InvalidInputError
from fireline.settings import load
from tests.builders import a_slo, a_status, services
from tests.fakes import FakeDefinitions
from tests.store_fixture import RecordingStore

TOKEN = "made-up-token-of-ci-é"
RIGHT: dict[str, Any] = {"Authorization": f"Bearer {TOKEN}".encode()}


def served(gate: Gate | None) -> Iterator[HttpServer]:
    server = HttpServer(build_http(gate=gate))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(sqlite_store: RecordingStore) -> Iterator[HttpServer]:
    slo = a_slo(service="orders/late runs")
    with sqlite_store() as uow:
        uow.statuses.save([a_status(slo, -0.1)])
        uow.commit()
    known = FakeDefinitions({slo.name: slo})
    yield from served(gate_of(load(gate_token=TOKEN), services(sqlite_store, definitions=known)))


@pytest.fixture
def failing() -> Iterator[HttpServer]:
    def ask(_service: str) -> Mapping[str, object]:
        text = "the disk is gone"
        raise OSError(text)

    yield from served(Gate(TOKEN, ask))


@pytest.fixture
def closed(sqlite_store: RecordingStore) -> Iterator[HttpServer]:
    yield from served(gate_of(load(), services(sqlite_store)))


def get(server: HttpServer, path: str, headers: Mapping[str, Any] = RIGHT) -> httpx.Response:
    return httpx.get(f"{server.url}{path}", headers=dict(headers))


def test_the_verdict_is_the_json_of_the_command_line(server: HttpServer) -> None:
    answer = get(server, "/gate/orders%2Flate%20runs")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    shown = answer.json()
    assert (shown["service"], shown["decision"], shown["pass"]) == (
        "orders/late runs",
        "freeze",
        False,
    )
    assert list(shown) == ["service", "at", "decision", "pass", "reasons", "slos", "exceptions"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": TOKEN.encode()},
        {"Authorization": f"Basic {TOKEN}".encode()},
        {"Authorization": f"Bearer {TOKEN}x".encode()},
    ],
)
def test_without_the_token_nothing_is_told(server: HttpServer, headers: dict[str, Any]) -> None:
    for path in ("/gate/orders", "/gate/", f"/gate/{'x' * 300}"):
        answer = get(server, path, headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert "Authorization: Bearer TOKEN" in answer.json()["error"]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/gate/order", 404, "Did you mean orders/late runs?"),
        ("/gate/", 404, "GET /gate/SERVICE"),
        ("/gate/%20", 404, "GET /gate/SERVICE"),
        (f"/gate/{'x' * 201}", 414, "at most 200 characters"),
    ],
)
def test_a_wrong_service_is_told_in_json(
    server: HttpServer, path: str, status: int, words: str
) -> None:
    answer = get(server, path)
    assert answer.status_code == status
    assert words in answer.json()["error"]


def test_the_gate_can_only_be_read(server: HttpServer) -> None:
    assert httpx.post(f"{server.url}/gate/orders", headers=RIGHT).status_code == 405


def test_a_failure_is_no_verdict(failing: HttpServer) -> None:
    answer = get(failing, "/gate/orders")
    assert answer.status_code == 503
    assert answer.json() == {"error": "The record cannot be read now; try again in a minute."}


def test_without_a_token_set_there_is_no_such_address(closed: HttpServer) -> None:
    assert get(closed, "/gate/orders").status_code == 404
    assert "gate" not in get(closed, "/gate/orders").text.lower()


@pytest.mark.parametrize("token", ["", "short"])
def test_a_token_that_can_be_guessed_is_refused(token: str) -> None:
    with pytest.raises(InvalidInputError, match=r"FIRELINE_GATE_TOKEN.*at least 16"):
        load(gate_token=token)
    assert TOKEN not in repr(load(gate_token=TOKEN))
