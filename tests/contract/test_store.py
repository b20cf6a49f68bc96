"""What every database must do for the use cases."""

from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier

import numpy as np
import pytest

from fireline.domain.errors import ConflictError
from fireline.domain.incident.incident import (
    IncidentState,
    RepairDecision,
    Role,
    Severity,
    Stamp,
)
from fireline.domain.postmortem.action import ActionItem, ActionState, Postmortem
from fireline.domain.slo.status import AlertKind, BurnSeverity
from fireline.usecases.capture_ports import FileRef, KeptFile, RawVersion
from fireline.usecases.ports import FlowCall, PostedMessage, RawMessage, ReviewRecord
from tests.builders import keep_alert
from tests.contract.store_records import NOW, an_entry, an_episode, an_incident, kept, run_together
from tests.store_fixture import RecordingStore


def test_leaving_without_commit_keeps_nothing(any_store: RecordingStore) -> None:
    with any_store() as uow:
        assert uow.incidents.next_id() == 1
        uow.incidents.add(an_incident())
        uow.start(FlowCall("declare_incident", (1,), "declare:1", "incidents", "1"))
    with any_store() as uow:
        assert uow.incidents.all() == []
        assert uow.incidents.next_id() == 1
    assert any_store.calls == []


def test_committed_flow_calls_are_kept_once_per_id(any_store: RecordingStore) -> None:
    call = FlowCall("declare_incident", (1,), "declare:1", "incidents", "1")
    with any_store() as uow:
        uow.start(call)
        uow.start(call)
        uow.commit()
    assert any_store.calls == [call]


def test_an_incident_comes_back_as_it_was(any_store: RecordingStore) -> None:
    incident = an_incident(
        computed_severity=Severity.SEV1,
        service="orders",
        slos=("a", "b"),
        datasets=("marts.orders",),
        roles={Role.COMMANDER: "U2"},
        episode_id="e1",
        dedupe_key="k",
        channel_id="C9",
        channel_name="inc-1",
        repair=RepairDecision(damaged=True, checked_by="U1", how="backfilled"),
        budget_cost={"a": 0.31},
    )
    kept(any_store, incident)
    with any_store() as uow:
        assert uow.incidents.get(1) == incident
        assert uow.incidents.by_channel("C9") == incident
        assert uow.incidents.by_dedupe_key("k") == incident
        assert uow.incidents.get(2) is None


def test_a_stale_incident_is_refused(any_store: RecordingStore) -> None:
    kept(any_store, an_incident())
    with any_store() as uow:
        saved = uow.incidents.save(an_incident(title="first"))
        assert saved.version == 2
        assert uow.incidents.get(1) == saved
        uow.commit()
    with any_store() as uow, pytest.raises(ConflictError, match="INC-1 was changed"):
        uow.incidents.save(an_incident(title="second"))


def test_two_writers_at_once_make_one_conflict_and_lose_nothing(any_store: RecordingStore) -> None:
    kept(any_store, an_incident())
    barrier = Barrier(2)
    outcomes: list[str] = []

    def rename(title: str) -> None:
        with any_store() as uow:
            incident = uow.incidents.get(1)
            assert incident is not None
            barrier.wait(timeout=10)
            try:
                uow.incidents.save(replace(incident, title=title))
                uow.timeline.append(1, an_entry(title), NOW)
                uow.commit()
            except ConflictError:
                outcomes.append("conflict")
            else:
                outcomes.append(title)

    run_together(rename, "mine", "yours")
    (winner,) = set(outcomes) - {"conflict"}
    assert outcomes.count("conflict") == 1
    with any_store() as uow:
        incident = uow.incidents.get(1)
        assert incident is not None
        assert (incident.title, incident.version) == (winner, 2)
        assert [entry.text for entry in uow.timeline.chain(1)] == [winner]


def test_only_one_open_incident_may_have_a_cause(any_store: RecordingStore) -> None:
    kept(any_store, an_incident(1, dedupe_key="k"))
    with any_store() as uow, pytest.raises(ConflictError, match="same cause"):
        uow.incidents.add(an_incident(2, dedupe_key="k"))
    with any_store() as uow:
        uow.incidents.save(an_incident(1, dedupe_key="k", state=IncidentState.RESOLVED))
        uow.incidents.add(an_incident(2, dedupe_key="k"))
        uow.commit()
    with any_store() as uow:
        assert [i.id for i in uow.incidents.open()] == [2]
        found = uow.incidents.by_dedupe_key("k")
        assert found is not None
        assert found.id == 2
        reopened = replace(an_incident(1, dedupe_key="k"), version=2)
        with pytest.raises(ConflictError, match="same cause"):
            uow.incidents.save(reopened)


def test_incidents_of_a_week_are_those_declared_or_still_open_in_it(
    any_store: RecordingStore,
) -> None:
    long_ago = NOW - timedelta(days=30)
    kept(
        any_store,
        an_incident(1, stamps={Stamp.DECLARED: long_ago}),
        an_incident(2, stamps={Stamp.DECLARED: long_ago}, state=IncidentState.CANCELLED),
        an_incident(
            3,
            stamps={Stamp.DECLARED: long_ago, Stamp.RESOLVED: NOW},
            state=IncidentState.RESOLVED,
        ),
        an_incident(4),
        an_incident(5, stamps={Stamp.DECLARED: NOW + timedelta(days=9)}),
    )
    with any_store() as uow:
        found = uow.incidents.between(NOW - timedelta(days=7), NOW + timedelta(days=1))
    assert [incident.id for incident in found] == [1, 3, 4]


def test_only_one_episode_is_open_per_slo_and_kind(any_store: RecordingStore) -> None:
    with any_store() as uow:
        uow.episodes.add(an_episode())
        uow.episodes.add(an_episode("e2", kind=AlertKind.EXHAUSTED))
        uow.commit()
    with any_store() as uow, pytest.raises(ConflictError, match="already has an open burn"):
        uow.episodes.add(an_episode("e3", severity=BurnSeverity.TICKET))
    with any_store() as uow:
        uow.episodes.save(an_episode(closed_at=NOW, spent=0.1))
        uow.episodes.add(an_episode("e3", opened_at=NOW + timedelta(hours=1)))
        uow.commit()
    with any_store() as uow:
        assert [e.id for e in uow.episodes.open()] == ["e2", "e3"]
        assert uow.episodes.get("e1") == an_episode(closed_at=NOW, spent=0.1)
        later = uow.episodes.between(NOW + timedelta(minutes=1), NOW + timedelta(days=1))
        assert [e.id for e in later] == ["e2", "e3"]


def test_an_evaluation_does_not_undo_an_acknowledgement_made_meanwhile(
    any_store: RecordingStore,
) -> None:
    with any_store() as uow:
        before = keep_alert(uow, an_episode())
        uow.commit()
    with any_store() as tick:
        (seen,) = tick.alerts.open()
        with any_store() as person:
            person.alerts.save(replace(before, acknowledged_by="U1", acknowledged_at=NOW))
            person.commit()
        tick.alerts.save(replace(seen, tier=1))
        tick.commit()
    with any_store() as uow:
        (group,) = uow.alerts.open()
    assert (group.tier, group.acknowledged_by) == (1, "U1")


def test_an_envelope_is_taken_once(any_store: RecordingStore) -> None:
    with any_store() as uow:
        assert uow.inbox.remember("Ev1", "command", NOW)
        assert not uow.inbox.remember("Ev1", "command", NOW)
        uow.commit()
    with any_store() as uow:
        assert not uow.inbox.remember("Ev1", "command", NOW)
        assert uow.inbox.remember("Ev2", "command", NOW + timedelta(days=1))
        assert uow.inbox.forget_before(NOW + timedelta(hours=1)) == 1
        assert uow.inbox.remember("Ev1", "command", NOW)


def test_messages_of_ours_are_found_by_key_and_place(any_store: RecordingStore) -> None:
    message = PostedMessage(key="card:1", channel="C1", kind="card", ref="1")
    posted = replace(message, ts="17.2", channel_id="C1", content_hash="h")
    with any_store() as uow:
        uow.messages.save(message)
        assert uow.messages.get("card:1") == message
        uow.messages.save(posted)
        uow.commit()
    with any_store() as uow:
        assert uow.messages.get("card:1") == posted


def test_raw_messages_keep_their_versions(any_store: RecordingStore) -> None:
    message = RawMessage(
        "C1",
        "17.3",
        "U1",
        "Ana",
        "new",
        versions=(RawVersion("old", NOW, "U2"),),
        deleted=True,
        files=(FileRef("F1", "error.png", "image/png", 12, "https://files.slack.com/x"),),
        deleted_at=NOW,
    )
    with any_store() as uow:
        uow.raw_messages.save(replace(message, versions=(), deleted=False))
        uow.raw_messages.save(message)
        uow.commit()
    with any_store() as uow:
        assert uow.raw_messages.get("C1", "17.3") == message
        assert uow.raw_messages.get("C1", "17.30") is None


def test_what_follows_an_incident_is_kept(any_store: RecordingStore) -> None:
    kept(any_store, an_incident())
    paper = Postmortem(1, 1, "# INC-1", "{}", NOW)
    item = ActionItem(
        id=1,
        text="alert on lag",
        state=ActionState.OPEN,
        owner="U1",
        owner_name="Ana",
        due=date(2026, 12, 1),
        created_at=NOW,
        created_by="U2",
        incident_id=1,
    )
    with any_store() as uow:
        uow.postmortems.add(paper)
        uow.postmortems.add(replace(paper, version=2))
        assert uow.actions.next_id() == 1
        uow.actions.add(item)
        uow.actions.save(replace(item, reminded=("2026-11-30",)))
        uow.reviews.save(ReviewRecord("2026-W47", "old", NOW))
        uow.reviews.save(ReviewRecord("2026-W47", "# Week", NOW))
        uow.commit()
    with any_store() as uow:
        assert uow.postmortems.latest(1) == replace(paper, version=2)
        assert uow.postmortems.latest(2) is None
        assert uow.actions.open() == [replace(item, reminded=("2026-11-30",))]
        done = replace(item, state=ActionState.DONE, evidence="https://x", done_at=NOW)
        uow.actions.save(done)
        assert uow.actions.open() == []
        assert uow.actions.all() == [uow.actions.get(1)] == [done]
        assert uow.reviews.get("2026-W47") == ReviewRecord("2026-W47", "# Week", NOW)
        assert uow.reviews.get("2026-W48") is None


def test_times_without_a_zone_are_refused(any_store: RecordingStore) -> None:
    with any_store() as uow, pytest.raises(Exception, match="no time zone"):
        uow.inbox.remember("Ev1", "command", NOW.replace(tzinfo=None))


def test_numpy_figures_are_kept_like_others(any_store: RecordingStore) -> None:
    with any_store() as uow:
        uow.episodes.add(an_episode(peak_burn=np.float64(3.5)))
        uow.commit()
    with any_store() as uow:
        assert uow.episodes.open()[0].peak_burn == 3.5


def test_files_are_kept_once_with_their_bytes_and_erased_by_message(
    any_store: RecordingStore,
) -> None:
    kept(any_store, an_incident())
    file = KeptFile(1, "F1", "C1", "17.1", "a.png", "image/png", 4, "https://x/1", NOW, "ab" * 32)
    link = replace(file, file_id="F2", ts="17.2", size=9, sha256=None, why_not="too large")
    with any_store() as uow:
        assert uow.kept_files.add(file, b"boom")
        assert not uow.kept_files.add(file, b"again")
        assert uow.kept_files.add(link, None)
        uow.commit()
    with any_store() as uow:
        assert uow.kept_files.of(1) == [file, link]
        assert (uow.kept_files.data(1, "F1"), uow.kept_files.data(1, "F2")) == (b"boom", None)
        assert uow.kept_files.size(1) == 4
        uow.kept_files.erase(1, "C1", "17.1")
        uow.commit()
    with any_store() as uow:
        assert uow.kept_files.data(1, "F1") is None
