"""What the silence verbs and the buttons of Alertmanager's groups answer, without Slack."""

from dataclasses import replace
from typing import Any

import pytest

from fireline.adapters.alertmanager.receivers import Receiver
from fireline.adapters.slack import silence_verbs
from fireline.adapters.slack.blocks import Rendered
from fireline.adapters.slack.desk import Asked, Desk, Later, Modal, Reply
from fireline.adapters.slack.grammar import typed
from fireline.adapters.slack.interactions import Next, Pressed, Sent
from fireline.bootstrap.alertmanager import receiver_found
from fireline.domain.alertmanager.silences import Matcher
from fireline.domain.errors import InvalidInputError, UnreachableError
from fireline.usecases.alertmanager_ports import SilenceState
from fireline.usecases.external_alerts import take
from fireline.usecases.ports import FlowCall, Services
from fireline.usecases.silence_making import make_silence
from fireline.usecases.views import Message
from tests.alertmanager_calls import an_alert, said
from tests.builders import ANA, BEN, a_slo, an_incident, services
from tests.fake_alertmanager import FakeAlertmanager
from tests.fakes import FakeDefinitions
from tests.store_fixture import RecordingStore

HERE = Asked(ANA, "C7", "trigger")
NO_ANSWER = UnreachableError("Alertmanager did not answer in time.")


@pytest.fixture
def alertmanager() -> FakeAlertmanager:
    return FakeAlertmanager()


@pytest.fixture
def s(sqlite_store: RecordingStore, alertmanager: FakeAlertmanager) -> Services:
    slo = a_slo("orders-landed")
    return services(
        sqlite_store,
        clock=alertmanager.clock,
        alertmanager=alertmanager,
        definitions=FakeDefinitions({slo.name: slo}),
    )


@pytest.fixture
def desk(s: Services) -> Desk:
    return Desk(s, looks=1)


def ask(desk: Desk, line: str) -> Reply:
    return silence_verbs.silence(desk, HERE, typed(line))


def prefilled(reply: object) -> dict[str, str]:
    """What stands in a form's fields."""
    view = reply.view if isinstance(reply, Modal | Next) else {}
    inputs = (b for b in view["blocks"] if b["type"] == "input")
    return {b["block_id"]: b["element"].get("initial_value", "") for b in inputs}


def words(reply: Reply | Message | Rendered | None) -> str:
    assert isinstance(reply, Rendered)
    return str(reply.blocks)


def sent(**fields: str) -> Sent:
    return Sent({"matchers": 'slo="orders-landed"', "span": "2h", "reason": "why", **fields}, {})


def made(desk: Desk, given: Sent) -> Later:
    """The answer to a form whose preview was seen."""
    shown = silence_verbs.silence_sent(desk, HERE, given)
    assert isinstance(shown, Next)
    again = replace(given, meta={"seen": silence_verbs.digest((Matcher("slo", "orders-landed"),))})
    answer = silence_verbs.silence_sent(desk, HERE, again)
    assert isinstance(answer, Later)
    return answer


def started(s: Services) -> list[FlowCall]:
    assert isinstance(s.store, RecordingStore)
    return s.store.calls


def test_the_command_fills_the_form_and_silences_nothing(
    desk: Desk, alertmanager: FakeAlertmanager
) -> None:
    assert prefilled(ask(desk, "silence orders-landed for:90m the reload")) == {
        "matchers": 'slo="orders-landed"',
        "span": "1h30m",
        "reason": "the reload",
    }
    assert alertmanager.made == {}


def test_a_name_that_nobody_knows_is_refused_with_those_that_are(desk: Desk) -> None:
    unknown = ask(desk, "silence order-landed why")
    assert isinstance(unknown, Modal)
    assert "neither an SLO nor" in unknown.because
    assert "SLOs: orders-landed" in unknown.because
    too_long = ask(desk, "silence orders-landed for:9d why")
    assert isinstance(too_long, Modal)
    assert "7 days" in too_long.because


@pytest.mark.parametrize(
    ("slos", "matchers"),
    [((), ""), (("orders-landed",), 'slo="orders-landed"'), (("a", "b"), 'slo=~"a|b"')],
)
def test_in_an_incidents_channel_its_own_alerts_are_proposed(
    desk: Desk, slos: tuple[str, ...], matchers: str
) -> None:
    with desk.s.store() as uow:
        uow.incidents.add(an_incident(channel_id="C7", slos=slos))
        uow.commit()
    assert prefilled(ask(desk, "silence"))["matchers"] == matchers


def test_the_group_an_incident_was_declared_from_is_proposed(desk: Desk) -> None:
    group = take(desk.s, said(an_alert("a")))
    assert group is not None
    with desk.s.store() as uow:
        uow.incidents.add(an_incident(channel_id="C7"))
        uow.external_groups.save(replace(group, incident_id=142))
        uow.commit()
    proposed = 'alertname="ErrorBudgetBurn" slo="dbt-freshness"'
    assert prefilled(ask(desk, "silence"))["matchers"] == proposed
    by_button = silence_verbs.silence_group(desk, HERE, group.id)
    assert prefilled(by_button)["matchers"] == proposed


def test_what_came_of_it_is_answered(desk: Desk, s: Services) -> None:
    later = made(desk, sent())
    assert "has not confirmed yet" in words(later.make())
    (request_id,) = (str(call.args[0]) for call in started(s))
    make_silence(s, request_id)
    assert "Silent until" in words(later.make())
    with s.store() as uow:
        kept = uow.silences.get(request_id)
        assert kept is not None
        uow.silences.save(replace(kept, state=SilenceState.FAILED, error="It said no."))
        uow.commit()
    assert "was not silenced, alerts still arrive. It said no." in words(later.make())


def test_nothing_is_silenced_unseen(desk: Desk, alertmanager: FakeAlertmanager) -> None:
    alertmanager.fail = [NO_ANSWER]
    with pytest.raises(InvalidInputError, match="what it covers is not known") as refused:
        silence_verbs.silence_sent(desk, HERE, sent())
    assert refused.value.field == "matchers"
    changed = Sent(sent().fields, {"seen": silence_verbs.digest((Matcher("slo", "other"),))})
    assert isinstance(silence_verbs.silence_sent(desk, HERE, changed), Next)
    assert alertmanager.made == {}


def test_the_list_says_it_when_alertmanager_does_not_answer(
    desk: Desk, alertmanager: FakeAlertmanager
) -> None:
    alertmanager.fail = [NO_ANSWER]
    listed = silence_verbs.silences(desk, HERE, typed("silences"))
    assert isinstance(listed, Later)
    assert "did not answer" in words(listed.make())


def test_ending_asks_why_and_shows_what(desk: Desk, s: Services) -> None:
    button = silence_verbs.BUTTONS["silence_end"]
    form: Any = button(desk, HERE, Pressed('s1 slo="x" env="y"', {}))
    assert 'slo="x" env="y"' in str(form.view["blocks"])
    answer = silence_verbs.end_sent(desk, HERE, Sent({"reason": "over"}, {"silence": "s1"}))
    assert isinstance(answer, Rendered)
    assert [call.flow for call in started(s)] == ["end_silence"]


def test_the_second_to_acknowledge_learns_who_was_first(desk: Desk) -> None:
    group = take(desk.s, said(an_alert("a")))
    assert group is not None
    assert silence_verbs.acknowledge(desk, HERE, group.id) is None
    second = silence_verbs.acknowledge(desk, Asked(BEN, "C7"), group.id)
    assert f"<@{ANA.id}> already looks into these alerts" in words(second)


def a_receiver(**changes: Any) -> Receiver:
    usual = Receiver("bot", leads_here=True, hidden=False, send_resolved=True, max_alerts=0)
    return replace(usual, **changes)


def test_the_doctor_names_a_receiver_that_would_lose_alerts() -> None:
    assert receiver_found([a_receiver()]) == "its receiver bot leads here"
    assert "max_alerts 5" in receiver_found([a_receiver(max_alerts=5)])
    hidden = [a_receiver(leads_here=False, hidden=True)]
    assert receiver_found(hidden) == "webhook receivers with hidden addresses: bot"
    with pytest.raises(InvalidInputError, match="send_resolved: false"):
        receiver_found([a_receiver(send_resolved=False)])
    with pytest.raises(InvalidInputError, match="none of its receivers"):
        receiver_found([a_receiver(leads_here=False)])
