"""What every `Pager` keeps to: PagerDuty's, over HTTP, and the one of the unit tests."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import respx

from fireline.adapters.paging.pagerduty import API_URL, EVENTS_URL, Access, PagerDuty
from fireline.domain.errors import (
    InvalidInputError,
    RateLimitedError,
    RejectedError,
    UnreachableError,
)
from fireline.domain.oncall.plan import PagerPlace
from fireline.usecases.oncall_ports import Pager, PagerPerson, PageText
from tests.pager_fake import FakePager

ALIAS, KEY = "@oncall-data-platform", "fireline-inc-142-page-1"
PAGE = PageText("INC-142 SEV1: orders are late", 1, "fireline", "https://slack.test/archives/C1")
PLACE = PagerPlace(escalation_policy="P7LLDMR")


@dataclass
class Served:
    """A PagerDuty as its documentation has it: one incident per dedup key."""

    incidents: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    acknowledged_by: str = "Ben Berg"

    def event(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        self.events.append(body)
        action, key = body["event_action"], body["dedup_key"]
        if action == "trigger" and self.incidents.get(key, "resolved") == "resolved":
            self.incidents[key] = "triggered"
        elif action in {"acknowledge", "resolve"} and key in self.incidents:
            self.incidents[key] = f"{action}d" if action == "resolve" else "acknowledged"
        answer = {"status": "success", "message": "Event processed", "dedup_key": key}
        return httpx.Response(202, json=answer)

    def asked(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "Token token=api-token"
        status = self.incidents.get(request.url.params["incident_key"])
        if status is None:
            return httpx.Response(200, json={"incidents": []})
        acknowledger = {"type": "user_reference", "summary": self.acknowledged_by}
        told = [{"at": "2026-11-22T02:14:00Z", "acknowledger": acknowledger}]
        shown = {"status": status, "acknowledgements": told if status == "acknowledged" else []}
        return httpx.Response(200, json={"incidents": [shown]})

    def on_call(self, request: httpx.Request) -> httpx.Response:
        assert request.url.params["escalation_policy_ids[]"] == PLACE.escalation_policy
        listed = [
            {"escalation_level": 2, "user": {"summary": "Chen"}, "end": None},
            {"escalation_level": 1, "user": {"summary": "Ben Berg"}, "end": "2026-11-23T09:00:00Z"},
        ]
        return httpx.Response(200, json={"oncalls": listed})


@dataclass
class Place:
    """A pager, and a person who takes a page there."""

    pager: Pager
    served: Served | None = None

    def take(self, key: str) -> None:
        if self.served is not None:
            self.served.incidents[key] = "acknowledged"
        else:
            assert isinstance(self.pager, FakePager)
            self.pager.take(key, "Ben Berg", datetime(2026, 11, 22, 2, 14, tzinfo=UTC))


@pytest.fixture
def web() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


def a_pagerduty(token: str = "api-token") -> PagerDuty:  # noqa: S107 - made up
    return PagerDuty(Access({ALIAS: "routing-key"}, token), "test")


@pytest.fixture(params=["fake", "pagerduty"])
def place(request: pytest.FixtureRequest, web: respx.MockRouter) -> Iterator[Place]:
    people = (PagerPerson("Ben Berg", datetime(2026, 11, 23, 9, tzinfo=UTC)), PagerPerson("Chen"))
    if request.param == "fake":
        yield Place(FakePager({ALIAS}, {PLACE: people}))
        return
    served = Served()
    web.post(f"{EVENTS_URL}/v2/enqueue").mock(side_effect=served.event)
    web.get(f"{API_URL}/incidents").mock(side_effect=served.asked)
    web.get(f"{API_URL}/oncalls").mock(side_effect=served.on_call)
    pager = a_pagerduty()
    yield Place(pager, served)
    pager.close()


def test_a_page_stands_open_until_it_is_taken_and_then_until_it_is_over(place: Place) -> None:
    pager = place.pager
    assert pager.state(KEY) is None
    pager.trigger(ALIAS, KEY, PAGE)
    pager.trigger(ALIAS, KEY, PAGE)
    state = pager.state(KEY)
    assert state is not None
    assert (state.acknowledged, state.resolved) == (False, False)
    place.take(KEY)
    taken = pager.state(KEY)
    assert taken is not None
    assert (taken.acknowledged, taken.by) == (True, "Ben Berg")
    assert taken.at == datetime(2026, 11, 22, 2, 14, tzinfo=UTC)
    pager.resolve(ALIAS, KEY)
    over = pager.state(KEY)
    assert over is not None
    assert over.resolved


def test_what_is_acknowledged_here_is_acknowledged_there(place: Place) -> None:
    place.pager.trigger(ALIAS, KEY, PAGE)
    place.pager.acknowledge(ALIAS, KEY)
    state = place.pager.state(KEY)
    assert state is not None
    assert state.acknowledged


def test_ending_what_never_was_is_fine(place: Place) -> None:
    place.pager.resolve(ALIAS, "never")
    place.pager.acknowledge(ALIAS, "never")
    assert place.pager.state("never") is None


def test_it_says_who_is_on_call_the_first_level_first(place: Place) -> None:
    first, second = place.pager.on_call(PLACE)
    assert (first.name, second.name) == ("Ben Berg", "Chen")
    assert first.until == datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_only_aliases_with_a_key_are_served(place: Place) -> None:
    assert place.pager.serves(ALIAS)
    assert not place.pager.serves("@vp-data")
    with pytest.raises(InvalidInputError, match="@vp-data"):
        place.pager.trigger("@vp-data", KEY, PAGE)


def test_the_event_is_as_events_v2_wants_it(web: respx.MockRouter) -> None:
    served = Served()
    web.post(f"{EVENTS_URL}/v2/enqueue").mock(side_effect=served.event)
    a_pagerduty().trigger(ALIAS, KEY, PageText("x" * 2000, 2, "fireline"))
    (event,) = served.events
    assert (event["routing_key"], event["dedup_key"]) == ("routing-key", KEY)
    assert len(event["payload"]["summary"]) == 1024
    assert event["payload"]["severity"] == "error"
    assert event["links"] == []


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (httpx.Response(429, headers={"Retry-After": "7"}), RateLimitedError, "slow down"),
        (httpx.Response(503, text="busy"), UnreachableError, "HTTP 503: busy"),
        (httpx.Response(302, headers={"Location": "https://a.test"}), RejectedError, "redirects"),
        (httpx.Response(202, text="<html>"), UnreachableError, "no JSON"),
        (
            httpx.Response(
                400, json={"message": "Event object is invalid", "errors": ["'routing_key' is bad"]}
            ),
            RejectedError,
            "Event object is invalid; 'routing_key' is bad",
        ),
    ],
)
def test_each_failure_says_whether_trying_again_can_help(
    web: respx.MockRouter, answer: httpx.Response, error: type[Exception], said: str
) -> None:
    web.post(f"{EVENTS_URL}/v2/enqueue").mock(return_value=answer)
    with pytest.raises(error, match=said) as caught:
        a_pagerduty().trigger(ALIAS, KEY, PAGE)
    assert "routing-key" not in str(caught.value)
    if isinstance(caught.value, RateLimitedError):
        assert caught.value.after == 7.0


def test_silence_and_floods_are_bounded(web: respx.MockRouter) -> None:
    route = web.get(f"{API_URL}/incidents")
    route.mock(side_effect=httpx.ReadTimeout("no"))
    with pytest.raises(UnreachableError, match="did not answer in time"):
        a_pagerduty().state(KEY)
    route.mock(side_effect=None, return_value=httpx.Response(200, content=b"x" * (1024 * 1024 + 1)))
    with pytest.raises(RejectedError, match="more than 1 MB"):
        a_pagerduty().state(KEY)


def test_without_a_token_it_pages_and_is_not_asked(web: respx.MockRouter) -> None:
    silent = a_pagerduty(token="")
    assert not silent.asks
    assert "not asked" in silent.check()
    with pytest.raises(InvalidInputError, match="API_TOKEN"):
        silent.state(KEY)
    web.get(f"{API_URL}/abilities").mock(return_value=httpx.Response(401, json={"error": {}}))
    with pytest.raises(RejectedError, match="HTTP 401"):
        a_pagerduty().check()
