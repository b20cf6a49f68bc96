"""What every `ports.Alertmanager` keeps to: a real one, and the one of the unit tests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx
import pytest

from fireline.adapters.alertmanager.client import AlertmanagerClient
from fireline.adapters.alertmanager.session import Access
from fireline.demo.processes import RunningServer
from fireline.domain.alertmanager.silences import Matcher
from fireline.domain.errors import RejectedError
from fireline.usecases.alertmanager_ports import Alertmanager
from tests.fake_alertmanager import FakeAlertmanager

_numbers = count(1)


@dataclass
class Place:
    """An Alertmanager, and a way to let an alert fire; `now` is its time."""

    alertmanager: Alertmanager
    fire: Callable[[dict[str, str]], None]
    now: Callable[[], datetime]


def real_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a real server's time


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.real)])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    if request.param == "fake":
        fake = FakeAlertmanager()
        yield Place(fake, lambda labels: _fake_fires(fake, labels), fake.clock.now)
        return
    server: RunningServer = request.getfixturevalue("alertmanager")
    client = AlertmanagerClient(Access(server.url), "test")
    yield Place(client, lambda labels: fires(server.url, labels), real_now)
    client.close()


def _fake_fires(fake: FakeAlertmanager, labels: dict[str, str]) -> None:
    fake.fire(repr(sorted(labels.items())), **labels)


def fires(url: str, labels: dict[str, str], ends_at: datetime | None = None) -> None:
    """Tell a real Alertmanager of an alert."""
    alert: dict[str, object] = {"labels": labels, "generatorURL": "http://prometheus.test/graph"}
    if ends_at is not None:
        alert["endsAt"] = ends_at.isoformat()
    answer = httpx.post(f"{url}/api/v2/alerts", json=[alert], trust_env=False)
    answer.raise_for_status()


@pytest.fixture
def slo() -> str:
    """A label of this test's own: the server is shared."""
    return f"slo-{next(_numbers)}"


def of(slo: str) -> list[Matcher]:
    return [Matcher("slo", slo)]


def test_only_what_fits_all_matchers_is_listed(place: Place, slo: str) -> None:
    for inst in ("a", "b", "c"):
        place.fire({"alertname": "Late", "slo": slo, "inst": inst})
    found = place.alertmanager.alerts([*of(slo), Matcher("inst", "a|b", is_regex=True)])
    assert sorted(one.labels["inst"] for one in found) == ["a", "b"]
    (rest,) = place.alertmanager.alerts(
        [*of(slo), Matcher("inst", "a|b", is_regex=True, is_equal=False)]
    )
    assert rest.labels["inst"] == "c"
    (plain,) = place.alertmanager.alerts([*of(slo), Matcher("inst", "a", is_equal=True)])
    assert (plain.silenced_by, plain.inhibited) == ((), False)
    assert abs(plain.starts_at - place.now()) < timedelta(minutes=1)
    assert plain in place.alertmanager.alerts()


def test_a_value_with_quotes_and_backslashes_is_matched_as_it_is(place: Place, slo: str) -> None:
    value = 'C:\\temp "new"\nline'
    place.fire({"alertname": "Late", "slo": slo, "path": value})
    (found,) = place.alertmanager.alerts([*of(slo), Matcher("path", value)])
    assert found.labels["path"] == value


def test_a_silence_keeps_alerts_quiet_until_it_is_ended(place: Place, slo: str) -> None:
    place.fire({"alertname": "Late", "slo": slo})
    until = place.now() + timedelta(hours=1)
    made = place.alertmanager.silence(of(slo), until, "Ana", "planned (INC-7)")
    (quiet,) = place.alertmanager.alerts(of(slo))
    assert quiet.silenced_by == (made,)
    (listed,) = [one for one in place.alertmanager.silences() if one.id == made]
    assert (listed.created_by, listed.comment) == ("Ana", "planned (INC-7)")
    assert (listed.state, listed.matchers) == ("active", tuple(of(slo)))
    assert abs(listed.ends_at - until) < timedelta(seconds=1)
    place.alertmanager.end(made)
    (loud,) = place.alertmanager.alerts(of(slo))
    assert loud.silenced_by == ()
    (ended,) = [one for one in place.alertmanager.silences() if one.id == made]
    assert ended.state == "expired"


def test_ending_what_ended_or_never_was_is_fine(place: Place, slo: str) -> None:
    made = place.alertmanager.silence(of(slo), place.now() + timedelta(hours=1), "Ana", "why")
    place.alertmanager.end(made)
    place.alertmanager.end(made)
    place.alertmanager.end("5d4a36b4-5ae4-4f0c-9f80-2a0f5c6d0000")


def test_what_would_silence_everything_is_refused(place: Place) -> None:
    until = place.now() + timedelta(hours=1)
    with pytest.raises(RejectedError, match="must not match the empty string"):
        place.alertmanager.silence([Matcher("slo", ".*", is_regex=True)], until, "Ana", "all")


def test_a_broken_expression_is_refused_with_its_reason(place: Place, slo: str) -> None:
    broken = [*of(slo), Matcher("inst", "(", is_regex=True)]
    with pytest.raises(RejectedError, match="error parsing regexp"):
        place.alertmanager.alerts(broken)
    with pytest.raises(RejectedError, match="error parsing regexp"):
        place.alertmanager.silence(broken, place.now() + timedelta(hours=1), "Ana", "why")
