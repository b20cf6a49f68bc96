"""Silences: asked for with a reason, made once, ended by hand or with their incident."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.domain.alertmanager.silences import Matcher, breadth, written
from fireline.domain.errors import InvalidInputError, RejectedError, UnreachableError
from fireline.domain.incident.incident import Incident, IncidentState, RepairDecision, Stamp
from fireline.usecases.alertmanager_ports import SilenceRequest, SilenceState
from fireline.usecases.manage_incident import resolve
from fireline.usecases.ports import NO_ALERTMANAGER, Services
from fireline.usecases.silence_ending import ask_end, end_silence, ending_failed
from fireline.usecases.silence_listing import list_silences, preview
from fireline.usecases.silence_making import SilenceAsk, ask_silence, make_silence, silence_failed
from fireline.usecases.silence_record import trouble
from fireline.usecases.views import Notice
from tests.builders import ANA, BEN, an_incident, night, services
from tests.fake_alertmanager import FakeAlertmanager
from tests.fakes import FakeClock
from tests.store_fixture import RecordingStore

ORDERS = (Matcher("slo", "orders"),)
NO_ANSWER = UnreachableError("Alertmanager did not answer in time.")


@pytest.fixture
def alertmanager() -> FakeAlertmanager:
    return FakeAlertmanager(FakeClock(night("03:00")))


@pytest.fixture
def s(sqlite_store: RecordingStore, alertmanager: FakeAlertmanager) -> Services:
    return services(sqlite_store, clock=alertmanager.clock, alertmanager=alertmanager)


def asked(s: Services, **changes: object) -> SilenceRequest:
    ask = SilenceAsk(ORDERS, timedelta(hours=2), "planned reload", ANA)
    return ask_silence(s, replace(ask, **changes))  # type: ignore[arg-type]  # tests change what they like


def request_of(s: Services, request: SilenceRequest) -> SilenceRequest:
    with s.store() as uow:
        found = uow.silences.get(request.id)
    assert found is not None
    return found


def started(s: Services, flow: str) -> list[str]:
    assert isinstance(s.store, RecordingStore)
    return [str(call.args[0]) for call in s.store.started(flow)]


def an_open_incident(s: Services, *, restricted: bool = False) -> Incident:
    at = night("02:48")
    stamps = {**an_incident().stamps, Stamp.MITIGATED: at, Stamp.RESTORED: at}
    incident = an_incident(
        channel_id="C7", state=IncidentState.RESTORED, stamps=stamps, restricted=restricted
    )
    with s.store() as uow:
        uow.incidents.add(incident)
        uow.commit()
    return incident


def texts(s: Services, incident: Incident) -> list[str]:
    with s.store() as uow:
        return [entry.text for entry in uow.timeline.entries(incident.id)]


def audited(s: Services) -> list[tuple[str, str]]:
    with s.store() as uow:
        return [(entry.action, entry.actor) for entry in uow.audit.all()]


def test_a_silence_is_recorded_first_and_made_by_a_flow(
    s: Services, alertmanager: FakeAlertmanager
) -> None:
    request = asked(s)
    assert alertmanager.made == {}
    assert started(s, "make_silence") == [request.id]
    make_silence(s, request.id)
    (made,) = alertmanager.made.values()
    assert (made.matchers, made.created_by) == (ORDERS, ANA.name)
    assert made.comment == f"planned reload [fireline {request.id}]"
    assert made.ends_at == night("05:00")
    assert request_of(s, request).silence_id == made.id
    assert audited(s) == [("silence.asked", ANA.id), ("silence.made", ANA.id)]


def test_a_lost_answer_makes_no_second_silence(s: Services, alertmanager: FakeAlertmanager) -> None:
    request = asked(s)
    lost = alertmanager.silence(ORDERS, request.ends_at, "Ana", f"x [fireline {request.id}]")
    alertmanager.fail = [NO_ANSWER]
    with pytest.raises(UnreachableError):
        make_silence(s, request.id)
    make_silence(s, request.id)
    make_silence(s, request.id)
    assert list(alertmanager.made) == [lost]
    assert request_of(s, request).silence_id == lost


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"reason": "  "}, "reason", "Say why"),
        ({"reason": "x" * 501}, "reason", "at most 500"),
        ({"span": timedelta(days=8)}, "span", "7 days"),
        ({"span": timedelta(seconds=30)}, "span", "1 minute"),
        ({"matchers": ()}, "matchers", "name a value"),
        ({"matchers": (Matcher("slo", "", is_equal=False),)}, "matchers", "name a value"),
        ({"matchers": (Matcher("slo", ".*", is_regex=True),)}, "matchers", "name a value"),
        ({"matchers": ORDERS * 21}, "matchers", "at most 20"),
    ],
)
def test_what_nobody_should_silence_is_refused(
    s: Services, changes: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(InvalidInputError, match=words) as refused:
        asked(s, **changes)
    assert refused.value.field == field
    assert audited(s) == []


def test_a_failure_is_told_to_whoever_asked(s: Services) -> None:
    request = asked(s)
    silence_failed(s, request.id, "Alertmanager refused (HTTP 400): no.")
    assert request_of(s, request).state is SilenceState.FAILED
    with s.store() as uow:
        said = trouble(s, uow, f"make:{request.id}")
    assert isinstance(said, Notice)
    assert "alerts still arrive. Alertmanager refused" in said.text
    assert isinstance(s.store, RecordingStore)
    (post,) = s.store.started("publish")
    assert post.args[1] == f"@{ANA.id}"
    make_silence(s, request.id)  # a failed one is not made later


def test_a_silence_asked_for_in_an_incident_ends_with_it(
    s: Services, alertmanager: FakeAlertmanager
) -> None:
    incident = an_open_incident(s)
    request = asked(s, channel="C7")
    make_silence(s, request.id)
    (made,) = alertmanager.made.values()
    assert made.comment == f"planned reload (INC-142) [fireline {request.id}]"
    assert texts(s, incident)[-1] == (
        'Silenced slo="orders" until 2026-11-22 05:00 UTC: planned reload'
    )
    resolve(s, incident.id, RepairDecision(damaged=False, checked_by="Ben", how="rows"), ANA)
    (ending,) = started(s, "end_silence")
    end_silence(s, ending)
    assert alertmanager.silences()[0].state == "expired"
    assert texts(s, incident)[-1] == 'Ended the silence of slo="orders": INC-142 is resolved'
    assert audited(s)[-2:] == [("silence.end_asked", "system"), ("silence.ended", "system")]


def test_a_silence_not_yet_made_when_its_incident_ends_is_not_made(
    s: Services, alertmanager: FakeAlertmanager
) -> None:
    incident = an_open_incident(s)
    request = asked(s, channel="C7")
    resolve(s, incident.id, RepairDecision(damaged=False, checked_by="Ben", how="rows"), ANA)
    with pytest.raises(RejectedError, match="INC-142 ended before"):
        make_silence(s, request.id)
    assert alertmanager.made == {}


def test_a_silence_whose_time_passed_meanwhile_is_not_made(
    s: Services, alertmanager: FakeAlertmanager
) -> None:
    request = asked(s, span=timedelta(minutes=1))
    alertmanager.clock.advance(minutes=1)
    with pytest.raises(RejectedError, match="Its end came before"):
        make_silence(s, request.id)


def test_a_silence_of_others_is_ended_with_a_reason(
    s: Services, alertmanager: FakeAlertmanager
) -> None:
    theirs = alertmanager.silence(ORDERS, night("09:00"), "cleo", "by hand")
    with pytest.raises(InvalidInputError, match="Say why"):
        ask_end(s, theirs, "", BEN)
    ending = ask_end(s, theirs, "the reload is done", BEN)
    alertmanager.fail = [NO_ANSWER]
    with pytest.raises(UnreachableError):
        end_silence(s, ending.id)
    for _ in range(2):
        end_silence(s, ending.id)
    assert alertmanager.silences()[0].state == "expired"
    assert audited(s) == [("silence.end_asked", BEN.id), ("silence.ended", BEN.id)]


def test_an_end_that_fails_is_told(s: Services) -> None:
    ending = ask_end(s, "s9", "over", BEN)
    ending_failed(s, ending.id, "Alertmanager did not answer in time.")
    with s.store() as uow:
        said = trouble(s, uow, f"end:{ending.id}")
    assert isinstance(said, Notice)
    assert "still holds. Alertmanager did not answer" in said.text
    end_silence(s, ending.id)
    with s.store() as uow:
        assert trouble(s, uow, "end:nothing") is None
        assert trouble(s, uow, "make:nothing") is None


def test_the_list_has_those_of_others_and_leaves_out_what_ended(
    s: Services, alertmanager: FakeAlertmanager
) -> None:
    incident = an_open_incident(s)
    theirs = alertmanager.silence(ORDERS, night("09:00"), "cleo", "by hand")
    over = alertmanager.silence(ORDERS, night("08:00"), "cleo", "over")
    alertmanager.end(over)
    request = asked(s, channel="C7")
    make_silence(s, request.id)
    ours, other = list_silences(s).lines
    assert (ours.created_by, ours.reason, ours.incident_ref) == (
        ANA.name,
        "planned reload",
        incident.ref,
    )
    assert (other.id, other.created_by, other.reason) == (theirs, "cleo", "by hand")


def test_what_a_silence_would_cover_is_shown_with_a_warning_when_broad(
    s: Services, alertmanager: FakeAlertmanager
) -> None:
    alertmanager.fire("a", alertname="Late", slo="orders", service="shop")
    alertmanager.fire("b", alertname="Late", slo="billing", service="shop")
    one = preview(s, ORDERS)
    assert (one.names, one.broad) == (("Late",), None)
    assert one.firing is not None
    assert len(one.firing) == 1
    both = preview(s, [Matcher("alertname", "Late")])
    assert both.broad == "it covers 2 SLOs: billing, orders"
    assert preview(s, [Matcher("service", "shop")]).broad is None
    alertmanager.fail = [NO_ANSWER]
    blind = preview(s, [Matcher("env", "prod")])
    assert (blind.firing, blind.trouble) == (None, str(NO_ANSWER))
    assert blind.broad is not None
    with pytest.raises(InvalidInputError, match="parsing regexp"):
        preview(s, [*ORDERS, Matcher("env", "(", is_regex=True)])


@pytest.mark.parametrize(
    ("matcher", "hit", "broad"),
    [
        (Matcher("slo", "a"), [{"slo": "a", "service": "x"}, {"slo": "a", "service": "y"}], "serv"),
        (Matcher("slo", "a|b", is_regex=True), [], "not limited"),
        (Matcher("slo", "a", is_equal=False), [], "not limited"),
        (Matcher("sloth_id", "a"), [], None),
        (Matcher("env", "prod"), [{"slo": "a"}], "not limited"),
        (
            Matcher("alertname", "x"),
            [{"slo": str(n)} for n in range(7)],
            "7 SLOs: 0, 1, 2, 3, 4 and more",
        ),
    ],
)
def test_broader_than_one_slo_or_service_is_said(
    matcher: Matcher, hit: list[dict[str, str]], broad: str | None
) -> None:
    found = breadth([matcher], hit)
    assert (broad is None) == (found is None)
    assert (broad or "") in (found or "")


def test_matchers_are_written_as_alertmanager_writes_them() -> None:
    matchers = [
        Matcher("a", 'x"y\\z'),
        Matcher("b", "", is_equal=False),
        Matcher("c", "d|e", is_regex=True),
        Matcher("f", "g.*", is_regex=True, is_equal=False),
    ]
    assert written(matchers) == r'a="x\"y\\z" b!="" c=~"d|e" f!~"g.*"'


def test_without_an_alertmanager_it_is_said_how_to_get_one(sqlite_store: RecordingStore) -> None:
    s = services(sqlite_store)
    for use in (
        lambda: asked(s),
        lambda: list_silences(s),
        lambda: preview(s, ORDERS),
        lambda: NO_ALERTMANAGER.end("x"),
        lambda: NO_ALERTMANAGER.silence(ORDERS, night("05:00"), "Ana", "x"),
    ):
        with pytest.raises(InvalidInputError, match="FIRELINE_ALERTMANAGER_URL"):
            use()


def test_of_a_restricted_incident_nothing_leaves_its_channel(
    s: Services, alertmanager: FakeAlertmanager
) -> None:
    incident = an_open_incident(s, restricted=True)
    request = asked(s, channel="C7", reason="the leak of customer mails")
    make_silence(s, request.id)
    (made,) = alertmanager.made.values()
    assert made.comment == f"for a reason that is not told here [fireline {request.id}]"
    (line,) = list_silences(s).lines
    assert (line.reason, line.incident_ref) == ("for a reason that is not told here", None)
    assert "the leak of customer mails" in texts(s, incident)[-1]
