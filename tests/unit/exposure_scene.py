"""An incident that becomes restricted: services on fakes, flows run by hand, people with roles."""

from collections.abc import Sequence

import pytest

from fireline.domain.incident.incident import Incident
from fireline.domain.people import Actor
from fireline.domain.policy.alert_rules import AlertRules
from fireline.domain.policy.policy import Policy
from fireline.usecases import private_channel
from fireline.usecases.incident_channel import (
    invite_people,
    open_channel,
    record_channel,
)
from fireline.usecases.incident_notices import deliver
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import PostedMessage, Services
from fireline.usecases.projections import PROJECTIONS
from tests.builders import ANA, BEN, a_lag_slo, a_status, services
from tests.fakes import FakeChat, FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore

SEC, PRIV, HEAD = Actor("U0SEC", "sec"), Actor("U0PRIV", "priv"), Actor("U0HEAD", "head")
EVE = Actor("U0EVE", "eve")
PEOPLE = {"@security-oncall": SEC.id, "@privacy": PRIV.id, "@head-of-data-platform": HEAD.id}
WHY = "a share was readable by everybody"
LAG = a_lag_slo()


class Scene:
    """Services on fakes, and the flows run by hand."""

    def __init__(self, store: RecordingStore, chat: FakeChat, s: Services) -> None:
        self.store, self.chat, self.s, self.done = store, chat, s, set[str]()

    def flows(self, skip: Sequence[str] = ()) -> None:
        for _ in range(20):
            waiting = [c for c in self.store.calls if c.id not in self.done]
            if not waiting:
                return
            for call in waiting:
                self.done.add(call.id)
                if call.flow not in skip:
                    self.flow(call.flow, *call.args)

    def flow(self, name: str, *args: object) -> None:
        s, number = self.s, args[0]
        if name == "publish":
            deliver(s, PROJECTIONS, PostedMessage(*map(str, args)))
            return
        assert isinstance(number, int)
        if name == "declare_incident":
            record_channel(s, number, open_channel(s, number))
            invite_people(s, number)
        elif name == "sync_topic":
            private_channel.sync_room(s, number)
        elif name == "expose_incident":
            self.moved(number)

    def moved(self, number: int) -> None:
        private_channel.note_readers(self.s, number)
        private_channel.move_in(self.s, number, private_channel.open_private(self.s, number))
        invite_people(self.s, number)
        private_channel.shut_left(self.s, PROJECTIONS, number)
        private_channel.report_strangers(self.s, number)

    def get(self, number: int = 1) -> Incident:
        with self.store() as uow:
            found = uow.incidents.get(number)
        assert found is not None
        return found

    def timeline(self, number: int = 1) -> list[str]:
        with self.store() as uow:
            return [entry.text for entry in uow.timeline.entries(number)]

    def declared(self, words: str = "orders leak everywhere", **more: object) -> Incident:
        made = declare(self.s, Declare(words, ANA, **more)).incident  # type: ignore[arg-type]
        self.flows()
        return self.get(made.id)


def clock_of(scene: Scene) -> FakeClock:
    assert isinstance(scene.s.clock, FakeClock)
    return scene.s.clock


@pytest.fixture
def scene(sqlite_store: RecordingStore) -> Scene:
    chat = FakeChat(names={a.id: a.name for a in (ANA, BEN, SEC, PRIV, HEAD, EVE)})
    s = services(
        sqlite_store,
        chat=chat,
        clock=FakeClock(),
        definitions=FakeDefinitions({LAG.name: LAG}),
        policy=Policy(alerts=AlertRules(people=PEOPLE)),
    )
    with s.store() as uow:
        uow.statuses.save([a_status(LAG, 0.4)])
        uow.commit()
    return Scene(sqlite_store, chat, s)
