"""Incidents that become one, become two again, are parts of others, or come back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.details import LinkedAlert, RepairUnit
from fireline.domain.incident.incident import Incident, IncidentState, Role, Stamp
from fireline.domain.incident.kinds import DatasetRole, UnitStatus
from fireline.domain.incident.lifecycle import Verb
from fireline.domain.incident.merging import parted, united
from fireline.domain.incident.repair import UnitPlan
from fireline.domain.incident.splitting import Wanted
from fireline.usecases.attach_by_hand import decide_proposal
from fireline.usecases.external_alerts import take
from fireline.usecases.incident_card import card
from fireline.usecases.incident_clock import incident_notice
from fireline.usecases.incident_facts import add_dataset
from fireline.usecases.incident_repair import plan_unit
from fireline.usecases.incident_steps import Ask, step
from fireline.usecases.manage_incident import Declare, add_note, declare
from fireline.usecases.ports import Services
from fireline.usecases.split_incident import set_parent, split
from tests.alertmanager_calls import an_alert, said
from tests.builders import ANA, BEN, a_slo, an_incident, services
from tests.fakes import EPOCH, FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def s(sqlite_store: RecordingStore, clock: FakeClock) -> Services:
    slos = {name: a_slo(name) for name in ("lag", "rows", "pay")}
    return services(sqlite_store, clock=clock, definitions=FakeDefinitions(slos))


def known(s: Services, incident_id: int) -> Incident:
    with s.store() as uow:
        found = uow.incidents.get(incident_id)
    assert found is not None
    return found


def lines(s: Services, incident_id: int) -> list[str]:
    with s.store() as uow:
        return [entry.text for entry in uow.timeline.entries(incident_id)]


def changed(s: Services, incident_id: int, **changes: object) -> None:
    with s.store() as uow:
        uow.incidents.save(replace(known(s, incident_id), **changes))  # type: ignore[arg-type]
        uow.commit()


def two(s: Services) -> None:
    """INC-1 of `lag`, and INC-2 of `rows` and its data, which began earlier."""
    declare(s, Declare("Orders late", ANA, slo="lag"))
    declare(s, Declare("Rows odd", BEN, slo="rows", datasets=("orders",)))
    began = {**known(s, 2).stamps, Stamp.IMPACT_STARTED: EPOCH - timedelta(minutes=30)}
    changed(s, 2, stamps=began, channel_id="C2", channel_name="inc-2-rows-odd")
    changed(s, 1, channel_id="C1", channel_name="inc-1-orders-late")
    add_note(s, 2, "somebody saw duplicates", BEN)


def merged(s: Services) -> None:
    two(s)
    step(s, 2, Ask(Verb.MERGE, "into INC-1", target_id=1), BEN)


def test_a_merge_unites_both_and_tells_where_each_entry_is_from(s: Services) -> None:
    merged(s)
    source, target = known(s, 2), known(s, 1)
    assert (source.state, source.merged_into, dict(source.roles)) == (IncidentState.MERGED, 1, {})
    assert target.slos == ("lag", "rows")
    assert "orders" in target.datasets
    assert target.roles[Role.COMMANDER] == ANA.id
    with s.store() as uow:
        copied = [e for e in uow.timeline.entries(1) if "INC-2 entry" in str(e.provenance.detail)]
    assert "somebody saw duplicates" in [entry.text for entry in copied]


def test_the_earlier_impact_is_proposed_and_taken_with_one_press(s: Services) -> None:
    merged(s)
    (one,) = known(s, 1).details.proposals
    assert one.moment == EPOCH - timedelta(minutes=30)
    assert known(s, 1).at(Stamp.IMPACT_STARTED) is None
    decide_proposal(s, 1, 1, ANA, accepted=True)
    assert known(s, 1).at(Stamp.IMPACT_STARTED) == one.moment


def test_the_channel_of_the_merged_one_points_to_where_it_lives_on(s: Services) -> None:
    merged(s)
    with s.store() as uow:
        notice = incident_notice(s, uow, "2|merge:1")
        shown = card(s, uow, "2")
    assert notice is not None
    assert "INC-2 lives on in INC-1: go on there in #inc-1-orders-late" in notice.text
    assert notice.thread == ""
    assert shown is not None
    assert shown.lives_on_in == "INC-1"


def test_reopening_the_merged_one_parts_them_again(s: Services) -> None:
    merged(s)
    step(s, 2, Ask(Verb.REOPEN, "they are two things", choice="service"), BEN)
    source, target = known(s, 2), known(s, 1)
    assert (source.state, source.merged_into) == (IncidentState.INVESTIGATING, None)
    assert source.details.reopened == ()
    assert (target.slos, target.datasets) == (("lag",), ())
    assert any("stands alone again" in line for line in lines(s, 1))


def test_what_was_worked_on_since_stays_with_the_target() -> None:
    begun = RepairUnit(1, "orders", "2026-11-21", status=UnitStatus.RUNNING)
    planned = RepairUnit(2, "pay", "2026-11-21")
    details = replace(an_incident().details, units=(begun, planned))
    source = an_incident(2, slos=("rows",), details=details)
    target = united(an_incident(1, slos=("lag",)), source)
    left = parted(target, 2)
    assert [unit.dataset for unit in left.details.units] == ["orders"]
    assert left.slos == ("lag",)
    assert parted(left, 2) == left


def splittable(s: Services) -> None:
    two_slos = ("lag", "pay")
    declare(s, Declare("All odd", ANA, slos=two_slos))
    for name in ("orders", "payments"):
        add_dataset(s, 1, name, (), ANA)
    alert = LinkedAlert("run", "test.p", "Test p failed", EPOCH, slos=("pay",), why="downstream")
    details = replace(known(s, 1).details, alerts=(alert,))
    changed(s, 1, details=details)


def test_a_part_becomes_an_incident_of_its_own_with_its_parent(s: Services) -> None:
    splittable(s)
    wanted = Wanted(datasets=("payments",), alerts=("1",))
    new = split(s, 1, "Payments are wrong", wanted, BEN)
    left = known(s, 1)
    assert (new.ref, new.parent_id, new.title) == ("INC-2", 1, "Payments are wrong")
    assert (new.slos, new.datasets) == (("pay",), ("payments",))
    assert new.details.affected[0].role is DatasetRole.ROOT
    assert (left.slos, left.datasets, left.details.alerts) == (("lag",), ("orders",), ())
    assert any("INC-2 was split off" in line for line in lines(s, 1))
    assert any("Split off from INC-1" in line for line in lines(s, 2))
    store = s.store
    assert isinstance(store, RecordingStore)
    assert [call.args for call in store.started("declare_incident")] == [(1,), (2,)]
    with s.store() as uow:
        shown = card(s, uow, "2")
    assert shown is not None
    assert shown.part_of == "INC-1"


@pytest.mark.parametrize(
    ("title", "wanted", "error", "words"),
    [
        ("x", Wanted(), InvalidInputError, "Say what goes"),
        ("", Wanted(slos=("lag",)), InvalidInputError, "title"),
        ("x", Wanted(slos=("rows",)), NotFoundError, "it is linked to"),
        ("x", Wanted(datasets=("other",)), NotFoundError, "it names orders"),
        ("x", Wanted(alerts=("7",)), NotFoundError, "1 Test p failed"),
        (
            "x",
            Wanted(slos=("lag", "pay"), datasets=("orders", "payments"), alerts=("1",)),
            InvalidInputError,
            "nothing is left",
        ),
    ],
)
def test_a_split_that_cannot_be_meant_is_refused(
    s: Services, title: str, wanted: Wanted, error: type[Exception], words: str
) -> None:
    splittable(s)
    with pytest.raises(error, match=words):
        split(s, 1, title, wanted, ANA)


def test_a_part_of_a_restricted_incident_is_restricted(s: Services) -> None:
    splittable(s)
    changed(s, 1, restricted=True)
    assert split(s, 1, "Part", Wanted(slos=("pay",)), ANA).restricted


def test_a_part_of_a_wider_incident_stays_its_own_and_never_of_itself(s: Services) -> None:
    two(s)
    set_parent(s, 2, 1, ANA)
    assert known(s, 2).parent_id == 1
    assert "Part of INC-1" in lines(s, 2)
    assert "INC-2 is a part of this one" in lines(s, 1)
    with pytest.raises(InvalidInputError, match="part of itself"):
        set_parent(s, 1, 2, ANA)
    with pytest.raises(InvalidInputError, match="part of itself"):
        set_parent(s, 1, 1, ANA)
    set_parent(s, 2, None, ANA)
    assert known(s, 2).parent_id is None


def group(s: Services) -> str:
    found = take(s, said(an_alert("a"), slo="unknown"))
    assert found is not None
    return found.id


def resolved(s: Services, state: IncidentState, at: object) -> None:
    incident = known(s, 1)
    ends = {Stamp.RESTORED: at, Stamp.MITIGATED: at, Stamp.DATA_VERIFIED: at, Stamp.RESOLVED: at}
    stamps = {**incident.stamps, **ends}
    if state is IncidentState.CLOSED:
        stamps[Stamp.CLOSED] = at
    changed(s, 1, state=state, stamps=stamps)


@pytest.mark.parametrize(
    ("state", "minutes", "expected"),
    [
        (IncidentState.RESOLVED, 59, "reopened"),
        (IncidentState.REVIEWING, 59, "reopened"),
        (IncidentState.RESOLVED, 61, "recurrence"),
        (IncidentState.CLOSED, 5, "recurrence"),
        (IncidentState.DECLINED, 5, "new"),
    ],
)
def test_the_same_alert_declared_again_goes_on_or_recurs(
    s: Services, clock: FakeClock, state: IncidentState, minutes: int, expected: str
) -> None:
    name = group(s)
    declare(s, Declare("", ANA, external_group=name))
    resolved(s, state, clock.now())
    clock.advance(minutes=minutes)
    again = declare(s, Declare("", BEN, external_group=name))
    if expected == "reopened":
        assert (again.created, again.reopened, again.incident.id) == (False, True, 1)
        (entry,) = known(s, 1).details.reopened
        assert (entry.by, entry.same_impact) == ("system", True)
        return
    assert (again.created, again.incident.id) == (True, 2)
    assert again.incident.recurrence_of == (1 if expected == "recurrence" else None)


def test_the_alert_of_a_merged_incident_leads_to_where_it_lives_on(s: Services) -> None:
    name = group(s)
    declare(s, Declare("", ANA, external_group=name))
    declare(s, Declare("Orders late", ANA, slo="lag"))
    step(s, 1, Ask(Verb.MERGE, "into INC-2", target_id=2), ANA)
    again = declare(s, Declare("", BEN, external_group=name))
    assert (again.created, again.incident.id) == (False, 2)
    with s.store() as uow:
        found = uow.external_groups.get(name)
    assert found is not None
    assert found.incident_id == 2


def test_repair_units_keep_numbers_of_their_own_when_some_went_elsewhere(s: Services) -> None:
    """Two of one number, and the second could never be settled."""
    declare(s, Declare("Orders late", ANA, slo="lag"))
    for name in ("a", "b"):
        add_dataset(s, 1, name, (), ANA)
        plan_unit(s, 1, UnitPlan(name, "today"), ANA)
    split(s, 1, "Only a", Wanted(datasets=("a",)), ANA)
    plan_unit(s, 1, UnitPlan("b", "yesterday"), ANA)
    assert [unit.number for unit in known(s, 1).details.units] == [2, 3]
    step(s, 2, Ask(Verb.MERGE, "into INC-1", target_id=1), ANA)
    assert [unit.number for unit in known(s, 1).details.units] == [2, 3, 4]
