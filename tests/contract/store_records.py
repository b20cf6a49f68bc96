"""Records for the tests of the store, and writers that run at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

from fireline.domain.incident.incident import (
    Incident,
    IncidentState,
    Severity,
    Stamp,
)
from fireline.domain.incident.timeline import EntryKind, NewEntry, Provenance
from fireline.domain.slo.status import BurnSeverity, Episode
from tests.store_fixture import RecordingStore

NOW = datetime(2026, 11, 23, 3, 4, 5, 678901, tzinfo=UTC)


def an_incident(number: int = 1, **changes: object) -> Incident:
    incident = Incident(
        id=number,
        title="Orders stand still",
        state=IncidentState.INVESTIGATING,
        severity=Severity.SEV2,
        severity_reason="tier 1 burns fast",
        tier=1,
        declared_by="U1",
        stamps={Stamp.DECLARED: NOW, Stamp.DETECTED: NOW - timedelta(minutes=3)},
    )
    return replace(incident, **changes)  # type: ignore[arg-type]  # tests change what they like


def an_entry(said: str = "restarted the scheduler", **changes: object) -> NewEntry:
    entry = NewEntry(
        kind=EntryKind.EVENT,
        text=said,
        occurred_at=NOW,
        actor_id="U1",
        actor_name="Ana",
        provenance=Provenance(source="slack", channel="C1", ts="17.1"),
    )
    return replace(entry, **changes)  # type: ignore[arg-type]  # tests change what they like


def an_episode(episode_id: str = "e1", **changes: object) -> Episode:
    episode = Episode(
        id=episode_id,
        slo="orders-freshness",
        severity=BurnSeverity.PAGE,
        opened_at=NOW,
        channel="#alerts",
        first_bad_at=NOW - timedelta(minutes=5),
        last_firing_at=NOW,
        peak_burn=14.4,
    )
    return replace(episode, **changes)  # type: ignore[arg-type]  # tests change what they like


def kept(store: RecordingStore, *incidents: Incident) -> None:
    with store() as uow:
        for incident in incidents:
            uow.incidents.add(incident)
        uow.commit()


def run_together(work: Callable[[str], None], *names: str) -> None:
    errors: list[BaseException] = []

    def guarded(name: str) -> None:
        try:
            work(name)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)

    threads = [Thread(target=guarded, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert errors == []
