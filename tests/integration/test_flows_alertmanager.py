"""The flows about Alertmanager, with the real use cases behind them, on every database."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from dbos import DBOS
from sqlalchemy import Engine

from fireline.domain.alertmanager.silences import Matcher
from fireline.domain.errors import RejectedError, UnreachableError
from fireline.flows.steps import steps_of
from fireline.usecases.alertmanager_ports import SilenceRequest, SilenceState
from fireline.usecases.external_alerts import take
from fireline.usecases.ports import Services
from fireline.usecases.projections import PROJECTIONS
from fireline.usecases.silence_ending import ask_end
from fireline.usecases.silence_making import SilenceAsk, ask_silence
from fireline.usecases.views import Notice
from tests.alertmanager_calls import an_alert, said
from tests.builders import ANA, services
from tests.fake_alertmanager import FakeAlertmanager
from tests.fakes import FakeChat
from tests.flow_fixture import Flows, StartFlows, until
from tests.store_fixture import RecordingStore

NO_ANSWER = UnreachableError("Alertmanager did not answer in time.")
REFUSED = RejectedError("Alertmanager refused (HTTP 400): no.", "400")
Begin = Callable[[], tuple[Flows, Services]]


@pytest.fixture
def alertmanager() -> FakeAlertmanager:
    return FakeAlertmanager()


@pytest.fixture
def chat() -> FakeChat:
    return FakeChat()


@pytest.fixture
def begin(
    any_engine: Engine, start_flows: StartFlows, alertmanager: FakeAlertmanager, chat: FakeChat
) -> Begin:
    def started() -> tuple[Flows, Services]:
        flows = start_flows(
            any_engine,
            steps=lambda store: steps_of(
                services(store, chat=chat, alertmanager=alertmanager), PROJECTIONS, lambda: None
            ),
        )
        return flows, services(flows.store, chat=chat, alertmanager=alertmanager)

    return started


def asked(s: Services) -> SilenceRequest:
    ask = SilenceAsk((Matcher("slo", "orders"),), timedelta(hours=2), "planned", ANA)
    return ask_silence(s, ask)


def state(s: Services, request: SilenceRequest) -> SilenceState:
    with s.store() as uow:
        found = uow.silences.get(request.id)
    assert found is not None
    return found.state


def test_a_silence_is_made_once_although_answers_are_lost(
    begin: Begin, alertmanager: FakeAlertmanager
) -> None:
    flows, s = begin()
    alertmanager.fail = [NO_ANSWER, NO_ANSWER]
    request = asked(s)
    flows.settled()
    assert state(s, request) is SilenceState.DONE
    assert len(alertmanager.made) == 1
    (silence,) = alertmanager.made
    ask_end(s, silence, "over", ANA)
    flows.settled()
    assert alertmanager.silences()[0].state == "expired"
    assert flows.runtime.dead_letters() == []


def test_who_asked_is_told_in_private_when_alertmanager_refuses(
    begin: Begin, alertmanager: FakeAlertmanager, chat: FakeChat
) -> None:
    flows, s = begin()
    alertmanager.fail = [REFUSED]
    request = asked(s)
    until(lambda: chat.posts)
    flows.settled()
    assert state(s, request) is SilenceState.FAILED
    alertmanager.fail = [NO_ANSWER] * 4
    ask_end(s, "s1", "over", ANA)
    until(lambda: len(chat.posts) == 2)
    flows.settled()
    assert [post.channel_id for post in chat.posts] == [f"@{ANA.id}"] * 2
    first, second = (post.message for post in chat.posts)
    assert isinstance(first, Notice)
    assert isinstance(second, Notice)
    assert first.text.endswith("so alerts still arrive. Alertmanager refused (HTTP 400): no.")
    assert "still holds" in second.text
    assert len(flows.runtime.dead_letters()) == 2


def test_asking_which_alerts_fire_is_on_the_clock(
    sqlite_engine: Engine, start_flows: StartFlows
) -> None:
    flows = start_flows(sqlite_engine, scheduled=True, evaluate_every_seconds=300)
    DBOS.trigger_schedule("follow_alerts")
    until(lambda: "follow_alerts" in flows.recorded.names())


def test_the_same_call_twice_at_once_has_one_effect(any_store: RecordingStore) -> None:
    s = services(any_store)
    together = Barrier(4)

    def tell() -> None:
        together.wait(10)
        take(s, said(an_alert("a"), an_alert("b")))

    threads = [Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(any_store.started("publish")) == 1
    with s.store() as uow:
        (group,) = uow.external_groups.open()
        assert len(group.firing) == 2
        assert [entry.action for entry in uow.audit.all()] == ["external_alert.told"]
