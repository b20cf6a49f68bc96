"""Two people act at the same moment on one incident: nothing is lost, both are on record."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Barrier, local
from typing import Any

from fireline.domain.errors import ForbiddenError, UserError
from fireline.domain.incident.details import Update
from fireline.domain.incident.incident import (
    Incident,
    IncidentState,
    RepairDecision,
    Role,
    Severity,
)
from fireline.domain.incident.lifecycle import Verb
from fireline.domain.people import Actor
from fireline.usecases import manage_incident as work
from fireline.usecases.declare_incident import Declare, declare
from fireline.usecases.incident_access import decide_access
from fireline.usecases.incident_roles import release_role
from fireline.usecases.incident_steps import Ask, step
from fireline.usecases.incident_updates import post_update
from fireline.usecases.ports import Services, Store
from fireline.usecases.verify_chains import verify_chains
from tests.builders import services
from tests.integration.slack_bot import Bot
from tests.store_fixture import RecordingStore

ANA, BO, DIA = Actor("U1ANA", "Ana"), Actor("U2BO", "Bo"), Actor("U3DIA", "Dia")
PATIENCE = 2.0
Act = Callable[[Services, int], object]


class Meeting:
    """A store in which two people have both read the incident before either of them writes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._both = Barrier(2)
        self._each = local()

    @contextmanager
    def __call__(self) -> Iterator[Any]:
        with self._store() as uow:
            uow.incidents = _Met(uow.incidents, self._wait)
            yield uow

    def _wait(self) -> None:
        if not getattr(self._each, "met", False):
            self._each.met = True
            self._both.wait(PATIENCE)


class _Met:
    def __init__(self, incidents: Any, wait: Callable[[], None]) -> None:
        self._incidents, self._wait = incidents, wait

    def get(self, incident_id: int) -> Incident | None:
        found: Incident | None = self._incidents.get(incident_id)
        self._wait()
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._incidents, name)


@dataclass(frozen=True)
class Afterwards:
    """What is on record, and what each was told in place of an answer."""

    incident: Incident
    texts: list[str]
    refused: list[UserError]


class Room:
    """An incident that two people act on."""

    def __init__(self, store: RecordingStore, **declared: Any) -> None:
        self.s = services(store)
        made = declare(self.s, Declare(text="orders are late", actor=ANA, **declared)).incident
        self.id = made.id

    def at_once(self, first: Act, second: Act) -> Afterwards:
        meeting = replace(self.s, store=Meeting(self.s.store))  # type: ignore[arg-type]

        def act(one: Act) -> UserError | None:
            try:
                one(meeting, self.id)
            except UserError as error:
                return error
            return None

        with ThreadPoolExecutor(2) as people:
            refused = [error for error in people.map(act, (first, second)) if error]
        with self.s.store() as uow:
            assert verify_chains(uow).problems == ()
            found = uow.incidents.get(self.id)
            texts = [entry.text for entry in uow.timeline.entries(self.id)]
        assert found is not None
        return Afterwards(found, texts, refused)


def test_severity_and_role_are_both_kept(any_store: RecordingStore) -> None:
    room = Room(any_store)
    after = room.at_once(
        lambda s, i: work.change_severity(s, i, Severity.SEV1, "three dashboards are wrong", ANA),
        lambda s, i: work.assign_role(s, i, Role.SCRIBE, DIA.id, "Dia", BO),
    )
    assert after.refused == []
    assert after.incident.severity is Severity.SEV1
    assert after.incident.roles[Role.SCRIBE] == DIA.id
    assert any("-> SEV1" in text for text in after.texts)
    assert any("Dia" in text for text in after.texts)


def test_of_two_who_claim_command_one_has_it_and_the_other_is_told(
    any_store: RecordingStore,
) -> None:
    room = Room(any_store)
    release_role(room.s, room.id, Role.COMMANDER, ANA)

    def claim(who: Actor) -> Act:
        return lambda s, i: work.assign_role(
            s, i, Role.COMMANDER, who.id, who.name, who, if_free=True
        )

    after = room.at_once(claim(BO), claim(DIA))
    (told,) = after.refused
    assert isinstance(told, ForbiddenError)
    assert "first; the card shows who" in str(told)
    winner = {BO.id: "Bo", DIA.id: "Dia"}[after.incident.roles[Role.COMMANDER]]
    taken = [t for t in after.texts if "commander" in t.lower() and ("Bo" in t or "Dia" in t)]
    assert len(taken) == 1
    assert winner in taken[0]


def test_two_notes_are_both_on_the_timeline(any_store: RecordingStore) -> None:
    after = Room(any_store).at_once(
        lambda s, i: work.add_note(s, i, "the broker is full", ANA),
        lambda s, i: work.add_note(s, i, "the disk is full", BO),
    )
    assert after.refused == []
    assert {"the broker is full", "the disk is full"} <= set(after.texts)


def test_resolving_and_reopening_leave_the_state_that_came_last(any_store: RecordingStore) -> None:
    room = Room(any_store)
    work.restore(room.s, room.id, "rows pass", ANA)
    undamaged = RepairDecision(damaged=False, checked_by="Bo", how="counted rows")
    again = Ask(Verb.REOPEN, "the lag came back at once", choice="service")
    after = room.at_once(
        lambda s, i: work.resolve(s, i, undamaged, ANA), lambda s, i: step(s, i, again, BO)
    )
    assert after.incident.state is IncidentState.INVESTIGATING
    assert any("the lag came back at once" in text for text in after.texts)
    resolved = [text for text in after.texts if "-> resolved" in text]
    assert len(resolved) + len(after.refused) == 1, "resolved before, or told that it is open"


def test_two_who_are_let_in_may_both_read(any_store: RecordingStore) -> None:
    def grant(who: Actor) -> Act:
        return lambda s, i: decide_access(s, i, who.id, who.name, ANA, granted=True)

    after = Room(any_store, restricted=True).at_once(grant(BO), grant(DIA))
    assert after.refused == []
    assert {BO.id, DIA.id} <= {one.user for one in after.incident.details.access}
    for name in ("Bo", "Dia"):
        assert len([text for text in after.texts if f"{name} may read" in text]) == 1


def test_two_updates_are_both_posted_under_numbers_of_their_own(
    any_store: RecordingStore,
) -> None:
    room = Room(any_store)
    now = room.s.clock.now()

    def says(who: Actor, what: str) -> Act:
        said = Update(number=0, at=now, by=who.name, conditions=what)
        return lambda s, i: post_update(s, i, said, who)

    after = room.at_once(says(ANA, "orders are late"), says(BO, "payments are late too"))
    assert after.refused == []
    updates = after.incident.details.updates
    assert [update.number for update in updates] == [1, 2]
    assert {u.conditions for u in updates} == {"orders are late", "payments are late too"}


def test_through_slack_two_commands_at_once_are_both_done(bot: Bot) -> None:
    where = bot.declared().id
    bot.ask("/incident join INC-1", "bo", "general")
    bot.flows()
    before = len(bot.ephemerals())
    lines = [("severity 1 three dashboards are wrong", "ana"), ("note the disk is full", "bo")]
    with ThreadPoolExecutor(2) as people:
        list(people.map(lambda one: bot.command(f"/incident {one[0]}", one[1], where), lines))
    bot.until(lambda: len(bot.ephemerals()) >= before + len(lines))
    with bot.store() as uow:
        found = uow.incidents.get(1)
        texts = [entry.text for entry in uow.timeline.entries(1)]
        assert verify_chains(uow).problems == ()
    assert found is not None
    assert found.severity is Severity.SEV1
    assert "the disk is full" in texts
