"""Flows with the real use cases behind them."""

from datetime import timedelta

from dbos import DBOS
from sqlalchemy import Engine

from fireline.domain.errors import RejectedError
from fireline.flows.steps import steps_of
from fireline.usecases.declare_incident import Declare, declare
from fireline.usecases.ports import FlowCall
from fireline.usecases.projections import PROJECTIONS
from fireline.usecases.retain import prune
from tests.builders import ANA, services
from tests.fakes import EPOCH, FakeChat
from tests.flow_fixture import StartFlows, until
from tests.store_fixture import RecordingStore


def test_a_channel_that_cannot_be_made_is_audited(
    sqlite_engine: Engine, start_flows: StartFlows
) -> None:
    chat = FakeChat(fail={"create_channel": [RejectedError("not allowed", "restricted_action")]})
    flows = start_flows(
        sqlite_engine,
        steps=lambda store: steps_of(services(store, chat=chat), PROJECTIONS, lambda: None),
    )
    declared = declare(services(flows.store), Declare("Orders stand still", ANA))
    flows.settled()
    with flows.store() as uow:
        (failure,) = [entry for entry in uow.audit.all() if entry.action == "effect_failed"]
    assert failure.subject == f"flow:declare:{declared.incident.id}"
    assert failure.detail["step"] == "open channel"
    assert "not allowed" in str(failure.detail["text"])


def test_recurring_work_reaches_its_use_case(
    sqlite_engine: Engine, start_flows: StartFlows
) -> None:
    flows = start_flows(sqlite_engine, scheduled=True, evaluate_every_seconds=300)
    for name in ("remind", "review", "retain", "keep_ledger"):
        DBOS.trigger_schedule(name)
    until(lambda: {"remind", "review", "prune", "keep_ledger"} <= set(flows.recorded.names()))
    flows.settled()
    assert flows.runtime.dead_letters() == []


def test_envelopes_older_than_a_day_are_forgotten(sqlite_store: RecordingStore) -> None:
    with sqlite_store() as uow:
        uow.inbox.remember("old", "command", EPOCH - timedelta(hours=25))
        uow.inbox.remember("young", "command", EPOCH - timedelta(hours=23))
        uow.commit()
    assert prune(services(sqlite_store), EPOCH) == 1
    with sqlite_store() as uow:
        assert not uow.inbox.remember("young", "command", EPOCH)


def test_an_incident_becomes_private_whoever_could_read_it_is_not_known(
    sqlite_engine: Engine, start_flows: StartFlows
) -> None:
    flows = start_flows(sqlite_engine)

    def refused(_: object) -> None:
        raise RejectedError("not allowed", "missing_scope")

    flows.recorded.before["readers"] = refused
    flows.start(FlowCall("expose_incident", (1,), "expose:1:1", "incidents", "1"))
    flows.settled()
    assert flows.recorded.names() == ["private", "move", "invite", "shut", "strangers"]
    assert [step for _, step, _ in flows.recorded.failures] == ["note who could read it"]
