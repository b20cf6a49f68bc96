"""What may not keep an incident's clock from firing, and what may not make it fire twice."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from dbos import DBOS
from sqlalchemy import Engine

from fireline.domain.errors import RejectedError
from fireline.domain.incident.details import Fired
from fireline.domain.oncall.plan import OnCallPlan
from fireline.usecases import incident_watch
from fireline.usecases.each import each
from fireline.usecases.incident_clock import KEPT_FIRED
from fireline.usecases.incident_pages import LONGEST_WHY, undelivered
from tests.flow_fixture import StartFlows, until
from tests.store_fixture import RecordingStore
from tests.unit.paging_scene import Scene, scene


@pytest.fixture
def team(sqlite_store: RecordingStore) -> Scene:
    return scene(sqlite_store)


def remembered(team: Scene, fired: Iterator[Fired]) -> None:
    with team.s.store() as uow:
        before = uow.incidents.get(1)
        assert before is not None
        details = replace(before.details, fired=(*before.details.fired, *fired))
        uow.incidents.save(replace(before, details=details))
        uow.commit()


def test_who_was_called_once_is_not_called_again_after_many_reminders(team: Scene) -> None:
    """Asked for a commander every five minutes for a day and a half, as policies may have it."""
    team.declared()
    called, now = team.called(), team.clock.now()
    firings = {page.firing for page in team.pages()}
    remembered(team, (Fired(f"commander:{n}", now, "no commander") for n in range(KEPT_FIRED)))
    for _ in range(2):
        team.after(31)
    again = [page.alias for page in team.pages() if page.firing in firings]
    assert again == called
    assert len(team.incident().details.fired) == KEPT_FIRED


class Broken:
    """Rotations that cannot be read, once."""

    def __init__(self, plan: OnCallPlan) -> None:
        self.plan, self.asked = plan, 0

    def current(self) -> OnCallPlan:
        self.asked += 1
        if self.asked == 1:
            raise RuntimeError("torn file")
        return self.plan


def test_an_incident_that_cannot_be_looked_at_keeps_no_other_waiting(team: Scene) -> None:
    team.declared()
    team.declared(text="another", slo=None)
    team.clock.advance(minutes=46)
    plan = team.s.oncall.current()
    s = replace(team.s, oncall=Broken(plan))
    with pytest.raises(RuntimeError, match="torn file"):
        incident_watch.watch(s)
    assert team.incident(2).details.fired


def test_each_is_tried_and_all_failures_are_told() -> None:
    def half(number: int) -> int:
        if number % 2:
            raise ValueError(number)
        return number

    assert each(half, (2, 4)) == [2, 4]
    with pytest.raises(ValueError, match="1") as told:
        each(half, (1, 2, 3))
    assert told.value.__notes__ == ["also: ValueError: 3"]


def test_timers_wait_for_no_other_program(sqlite_engine: Engine, start_flows: StartFlows) -> None:
    """Repairs are verified in Prometheus and a warehouse, which may be what is down."""
    flows = start_flows(sqlite_engine, scheduled=True, evaluate_every_seconds=300)

    def down(_: object) -> None:
        raise RejectedError("the warehouse is down")

    flows.recorded.before["verify_repairs"] = down
    DBOS.trigger_schedule("watch_incidents")
    until(lambda: {"watch_incidents", "poll_pager"} <= set(flows.recorded.names()))


def test_a_long_refusal_of_a_page_is_cut(team: Scene) -> None:
    team.declared()
    undelivered(team.s, 1, 2, "word " * 2000)
    assert len(team.pages()[1].trouble) == LONGEST_WHY
