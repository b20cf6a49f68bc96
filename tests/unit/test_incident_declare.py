"""Declaring: words are enough, and one episode gives one incident."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.incident import IncidentState, Role, Severity, Stamp
from fireline.domain.incident.timeline import EntryKind
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import PostedMessage, Services
from tests.builders import (
    ANA,
    BEN,
    a_burning_status,
    a_lag_slo,
    a_slo,
    an_alert_group,
    an_episode,
    keep_alert,
    night,
    services,
)
from tests.fakes import FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore

LAG = a_lag_slo()
EPISODE = an_episode(LAG)


@pytest.fixture
def s(sqlite_store: RecordingStore) -> Services:
    definitions = FakeDefinitions({LAG.name: LAG, "orders-api-availability": a_slo()})
    made = services(sqlite_store, definitions=definitions)
    with made.store() as uow:
        keep_alert(uow, EPISODE)
        uow.statuses.save([a_burning_status(LAG)])
        uow.commit()
    return made


def test_words_alone_declare_an_incident(s: Services, sqlite_store: RecordingStore) -> None:
    found = declare(s, Declare("  orders   are late ", ANA))
    assert found.created
    incident = found.incident
    assert incident.title == "orders are late"
    assert incident.state is IncidentState.INVESTIGATING
    assert incident.severity is Severity.SEV3
    assert incident.severity_reason == "SEV3: no SLO linked, taken as tier 1"
    assert incident.roles == {Role.COMMANDER: ANA.id}
    assert incident.at(Stamp.DECLARED) == incident.at(Stamp.ACKNOWLEDGED) == s.clock.now()
    assert incident.at(Stamp.IMPACT_STARTED) is None
    (call,) = sqlite_store.started("declare_incident")
    assert call.args == (incident.id,)
    assert (call.id, call.queue, call.partition) == (f"declare:{incident.id}", "incidents", "1")


def test_a_declaration_is_written_in_timeline_and_audit(s: Services) -> None:
    incident = declare(s, Declare("orders are late", ANA)).incident
    with s.store() as uow:
        texts = [e.text for e in uow.timeline.entries(incident.id)]
        audited = [(e.actor, e.action, e.subject) for e in uow.audit.all()]
    assert texts == [
        "Declared INC-1: orders are late",
        "Severity SEV3: no SLO linked, taken as tier 1",
        "ana is commander until somebody else claims it",
    ]
    assert audited == [(ANA.id, "incident.declare", "INC-1")]


def test_an_episode_brings_slo_tier_severity_datasets_and_times(s: Services) -> None:
    incident = declare(s, Declare("", ANA, episode_id=EPISODE.id)).incident
    assert incident.title == "Debezium cdc lag: error budget is burning"
    assert incident.severity is Severity.SEV1
    assert incident.severity_reason == "SEV1: tier-0 page-level burn of debezium-cdc-lag"
    assert (incident.slos, incident.service, incident.tier) == ((LAG.name,), "orders-cdc", 0)
    assert incident.datasets == LAG.datasets
    assert incident.dedupe_key == f"episode:{EPISODE.id}"
    assert incident.at(Stamp.IMPACT_STARTED) == night("01:40")
    assert incident.at(Stamp.ALERT_FIRED) == incident.at(Stamp.DETECTED) == night("02:05")
    assert incident.at(Stamp.ACKNOWLEDGED) == night("02:10")


def test_an_acknowledged_alert_keeps_its_time(s: Services) -> None:
    with s.store() as uow:
        taken = an_alert_group(EPISODE, acknowledged_by=BEN.id, acknowledged_at=night("02:09"))
        uow.alerts.save(taken)
        uow.commit()
    incident = declare(s, Declare("lag", ANA, episode_id=EPISODE.id)).incident
    assert incident.at(Stamp.ACKNOWLEDGED) == night("02:09")


def test_the_alert_knows_its_incident_and_is_refreshed(
    s: Services, sqlite_store: RecordingStore
) -> None:
    with s.store() as uow:
        posted = PostedMessage(
            f"alert:{EPISODE.id}", EPISODE.channel, "alert", EPISODE.id, "17.5", "C1"
        )
        uow.messages.save(posted)
        uow.commit()
    incident = declare(s, Declare("lag", ANA, episode_id=EPISODE.id)).incident
    with s.store() as uow:
        group = uow.alerts.get(EPISODE.id)
        first = uow.timeline.entries(incident.id)[0]
    assert group is not None
    assert group.incident_id == incident.id
    assert (first.kind, first.occurred_at) == (EntryKind.ALERT, night("02:05"))
    assert (first.provenance.channel, first.provenance.ts) == ("C1", "17.5")
    (call,) = sqlite_store.started("publish")
    assert call.args == (f"alert:{EPISODE.id}", EPISODE.channel, "alert", EPISODE.id)


def test_the_same_alert_gives_the_open_incident(s: Services, sqlite_store: RecordingStore) -> None:
    first = declare(s, Declare("lag", ANA, episode_id=EPISODE.id))
    second = declare(s, Declare("lag again", BEN, episode_id=EPISODE.id))
    assert not second.created
    assert second.incident == first.incident
    assert len(sqlite_store.started("declare_incident")) == 1


def test_a_named_slo_that_burns_sets_tier_and_severity(s: Services) -> None:
    incident = declare(s, Declare("lag", ANA, slo=LAG.name)).incident
    assert incident.severity is Severity.SEV1
    assert incident.dedupe_key is None


def test_a_named_slo_that_is_quiet_counts_as_no_burn(s: Services) -> None:
    incident = declare(s, Declare("odd", ANA, slo="orders-api-availability")).incident
    assert incident.severity is Severity.SEV3
    assert incident.severity_reason == "SEV3: tier-1 no burn"


def test_a_title_made_from_a_quiet_slo_does_not_say_that_it_burns(s: Services) -> None:
    quiet = declare(s, Declare("", ANA, slo="orders-api-availability")).incident
    burning = declare(s, Declare("", ANA, slo=LAG.name)).incident
    assert quiet.title.endswith(": reported broken")
    assert burning.title.endswith(": error budget is burning")


def test_a_severity_that_is_asked_for_is_kept_beside_the_computed_one(s: Services) -> None:
    incident = declare(s, Declare("late", ANA, severity=Severity.SEV1)).incident
    assert incident.severity is Severity.SEV1
    assert incident.severity_reason == "computed SEV3, set SEV1 by ana: set when declared"
    assert incident.computed_severity is Severity.SEV3


def test_nothing_said_is_refused_with_the_right_form(s: Services) -> None:
    with pytest.raises(InvalidInputError, match="/incident declare orders are late"):
        declare(s, Declare(" ", ANA))


def test_an_unknown_slo_or_alert_is_refused(s: Services) -> None:
    with pytest.raises(NotFoundError, match="no SLO named nope"):
        declare(s, Declare("x", ANA, slo="nope"))
    with pytest.raises(NotFoundError, match="Declare with words"):
        declare(s, Declare("x", ANA, episode_id="gone"))


def test_a_long_text_becomes_a_title_with_a_visible_cut(s: Services) -> None:
    incident = declare(s, Declare("late " * 60, ANA)).incident
    assert len(incident.title) <= 150
    assert incident.title.endswith("…")


def test_ids_count_up(s: Services) -> None:
    clock = s.clock
    assert isinstance(clock, FakeClock)
    ids = [declare(s, Declare(f"thing {n}", ANA)).incident.ref for n in range(3)]
    assert ids == ["INC-1", "INC-2", "INC-3"]


def test_people_who_press_the_button_at_once_get_one_incident(s: Services) -> None:
    def press(who: int) -> bool:
        return declare(s, Declare(f"press {who}", ANA, episode_id=EPISODE.id)).created

    with ThreadPoolExecutor(6) as people:
        created = list(people.map(press, range(6)))
    assert created.count(True) == 1
    with s.store() as uow:
        assert len(uow.incidents.open()) == 1
