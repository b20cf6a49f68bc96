"""Alertmanager's groups and what was asked about silences, on every database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.domain.alertmanager.alerts import EndedBy, ExternalAlert, ExternalGroup
from fireline.domain.alertmanager.silences import Matcher
from fireline.domain.errors import ConflictError
from fireline.usecases.alertmanager_ports import (
    PollHealth,
    SilenceEnding,
    SilenceRequest,
    SilenceState,
)
from tests.contract.store_records import NOW
from tests.store_fixture import RecordingStore

KEY = '{}:{alertname="' + "x" * 5000 + '"}'


def a_group(group_id: str = "g1", **changes: object) -> ExternalGroup:
    alerts = (
        ExternalAlert("a", NOW, {"inst": "a"}, {"summary": "s"}, "http://p.test", absent=1),
        ExternalAlert(
            "a",
            NOW + timedelta(milliseconds=1),
            {"inst": "a"},
            ended_at=NOW + timedelta(minutes=1),
            ended_by=EndedBy.POLL,
            silenced_by=("s1", "s2"),
            inhibited=True,
        ),
    )
    group = ExternalGroup(
        group_id,
        KEY,
        "bot",
        "#alerts",
        NOW,
        {"alertname": "x"},
        {"slo": "o"},
        {"summary": "<!channel>"},
        "http://a.test",
        alerts,
        left_out=3,
        slo="o",
        alert_id="e1",
        incident_id=7,
        acknowledged_by="U1",
        acknowledged_at=NOW,
    )
    return replace(group, **changes)  # type: ignore[arg-type]  # tests change what they like


def a_request(request_id: str = "r1", **changes: object) -> SilenceRequest:
    matchers = (Matcher("slo", "o"), Matcher("env", "a|b", is_regex=True, is_equal=False))
    end = NOW + timedelta(hours=2)
    made = SilenceRequest(request_id, matchers, end, NOW, "U1", "Ana", "planned", "C1", 7)
    return replace(made, **changes)  # type: ignore[arg-type]  # tests change what they like


def saved(store: RecordingStore, *groups: ExternalGroup) -> None:
    with store() as uow:
        for group in groups:
            uow.external_groups.save(group)
        uow.commit()


def test_a_group_comes_back_as_it_was_and_loses_alerts_it_no_longer_has(
    any_store: RecordingStore,
) -> None:
    group = a_group()
    saved(any_store, group)
    with any_store() as uow:
        assert uow.external_groups.get("g1") == group
        assert uow.external_groups.of_alert("e1") == [group]
        assert uow.external_groups.heard() == ("bot", NOW)
    smaller = replace(group, alerts=group.alerts[:1], alert_id=None)
    saved(any_store, smaller)
    with any_store() as uow:
        assert uow.external_groups.get("g1") == smaller
        assert uow.external_groups.of_alert("e1") == []
        assert uow.external_groups.get("g2") is None


def test_one_group_of_a_key_is_open(any_store: RecordingStore) -> None:
    closed = a_group(closed_at=NOW, told_at=NOW - timedelta(hours=1))
    saved(any_store, closed, a_group("g2"))
    with any_store() as uow:
        assert [g.id for g in uow.external_groups.open()] == ["g2"]
        newest = uow.external_groups.latest(KEY)
        assert newest is not None
        assert newest.id == "g2"
        assert uow.external_groups.latest("other") is None
        watched = [g.id for g in uow.external_groups.watched(NOW - timedelta(minutes=1))]
        assert watched == ["g1", "g2"]
        assert [g.id for g in uow.external_groups.watched(NOW)] == ["g2"]
    with pytest.raises(ConflictError), any_store() as uow:
        uow.external_groups.save(a_group("g3"))


def test_only_groups_that_closed_earlier_are_forgotten(any_store: RecordingStore) -> None:
    saved(any_store, a_group(closed_at=NOW), a_group("g2"))
    with any_store() as uow:
        assert uow.external_groups.forget_before(NOW) == 0
        assert uow.external_groups.forget_before(NOW + timedelta(seconds=1)) == 1
        uow.commit()
    with any_store() as uow:
        assert [g.id for g in uow.external_groups.watched(NOW - timedelta(days=9))] == ["g2"]


def test_how_asking_goes_is_kept(any_store: RecordingStore) -> None:
    with any_store() as uow:
        assert uow.external_groups.health() == PollHealth()
        for health in (PollHealth(NOW), PollHealth(NOW, NOW, 2, "no answer")):
            uow.external_groups.save_health(health)
            assert uow.external_groups.health() == health


def test_what_was_asked_about_silences_comes_back(any_store: RecordingStore) -> None:
    first = a_request()
    done = replace(first, state=SilenceState.DONE, tried=True, silence_id="s1")
    ending = SilenceEnding("x1", "s1", NOW, "U1", "Ana", "over", "@U1")
    with any_store() as uow:
        for request in (first, done):
            uow.silences.save(request)
            assert uow.silences.get("r1") == request
        assert uow.silences.of_silence("s1") == done
        assert uow.silences.of_silence("s2") is None
        uow.silences.save_ending(ending)
        assert uow.silences.ending("x1") == ending
        assert uow.silences.ending("x2") is None


def test_an_incidents_silences_are_those_that_hold(any_store: RecordingStore) -> None:
    requests = [
        a_request("r1"),
        a_request("r2", incident_id=8),
        a_request("r3", state=SilenceState.FAILED),
        a_request("r4", ended_at=NOW),
        a_request("r5", ends_at=NOW),
        a_request("r6", state=SilenceState.DONE, silence_id="s6"),
    ]
    with any_store() as uow:
        for request in requests:
            uow.silences.save(request)
        assert [r.id for r in uow.silences.of_incident(7, NOW)] == ["r1", "r6"]
