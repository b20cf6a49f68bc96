"""The clock of an incident: its card is redrawn in steps, its topic at 75 % and at the target."""

from datetime import timedelta

import pytest

from fireline.domain.incident.incident import Incident, Stamp
from fireline.usecases import incident_channel
from fireline.usecases import manage_incident as work
from fireline.usecases.incident_watch import draw_clocks, watch
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import Services
from tests.builders import ANA, a_lag_slo, a_status, services
from tests.fakes import FakeChat, FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore

LAG = a_lag_slo()  # tier 0: 60 minutes to restore


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def chat() -> FakeChat:
    return FakeChat(names={ANA.id: "ana"})


@pytest.fixture
def s(sqlite_store: RecordingStore, clock: FakeClock, chat: FakeChat) -> Services:
    definitions = FakeDefinitions({LAG.name: LAG})
    made = services(sqlite_store, clock=clock, chat=chat, definitions=definitions)
    with made.store() as uow:
        uow.statuses.save([a_status(LAG)])
        uow.commit()
    return made


@pytest.fixture
def incident(s: Services) -> Incident:
    made = declare(s, Declare("orders late", ANA, slo=LAG.name)).incident
    return incident_channel.record_channel(s, made.id, incident_channel.open_channel(s, made.id))


def steps(store: RecordingStore) -> int:
    return sum(1 for call in store.started("publish") if call.id.startswith("clock:"))


def test_a_running_clock_is_drawn_twenty_times_to_the_target_and_slower_after_it(
    s: Services, incident: Incident, clock: FakeClock, sqlite_store: RecordingStore
) -> None:
    assert incident.open
    draw_clocks(s)
    assert steps(sqlite_store) == 0
    for _ in range(59):
        clock.advance(minutes=1)
        draw_clocks(s)
    assert steps(sqlite_store) == 19
    for _ in range(60):
        clock.advance(minutes=1)
        draw_clocks(s)
    assert 19 + 4 <= steps(sqlite_store) <= 19 + 6


def test_two_who_watch_draw_a_step_once_and_a_missed_one_is_not_made_up_for(
    s: Services, incident: Incident, clock: FakeClock, sqlite_store: RecordingStore
) -> None:
    assert incident.open
    clock.advance(minutes=3)
    draw_clocks(s)
    draw_clocks(s)
    assert steps(sqlite_store) == 1
    clock.advance(minutes=20, seconds=55)  # a restart: the steps at 6 to 21 min went by
    draw_clocks(s)
    assert steps(sqlite_store) == 1


@pytest.mark.parametrize(
    ("minutes", "says"),
    [(0, "restore by 03:10 UTC"), (46, "over 75 % used, restore by"), (61, "of 60 min missed at")],
)
def test_the_topic_counts_down(
    s: Services, incident: Incident, clock: FakeClock, chat: FakeChat, minutes: int, says: str
) -> None:
    clock.advance(minutes=minutes)
    incident_channel.sync_topic(s, incident.id)
    assert incident.channel_id is not None
    assert says in chat.topics[incident.channel_id]


def test_the_topic_is_set_anew_when_a_threshold_is_crossed_and_not_between(
    s: Services, incident: Incident, clock: FakeClock, sqlite_store: RecordingStore
) -> None:
    before = len(sqlite_store.started("sync_topic"))
    turned = []
    began = clock.now()
    for minute in (1, 20, 44, 45, 46, 59, 60, 61, 69):
        clock.set(began + timedelta(minutes=minute))
        watch(s)
        if len(sqlite_store.started("sync_topic")) > before:
            before = len(sqlite_store.started("sync_topic"))
            turned.append(minute)
    assert turned == [45, 60]
    assert incident.open


def test_a_restored_incidents_topic_says_how_long_it_took(
    s: Services, incident: Incident, clock: FakeClock, chat: FakeChat
) -> None:
    clock.advance(minutes=54)
    after = work.restore(s, incident.id, "restarted", ANA)
    assert after.at(Stamp.RESTORED) == clock.now()
    clock.advance(hours=3)
    incident_channel.sync_topic(s, incident.id)
    assert incident.channel_id is not None
    assert "restored after 54 min, data not yet safe" in chat.topics[incident.channel_id]
