"""A runbook with a dangerous step, and an incident whose channel it is walked in."""

from typing import Any

from fireline.domain.incident.incident import Incident
from fireline.domain.people import Actor
from fireline.domain.runbook.runbook import Runbook, Step, VerifyStep
from fireline.usecases.declare_incident import Declare, declare
from fireline.usecases.incident_channel import record_channel
from fireline.usecases.ports import ChannelRef, Services, Store
from tests.builders import services
from tests.fakes import FakeRunbooks

ANA, BO, DIA = Actor("U1ANA", "Ana"), Actor("U2BO", "Bo"), Actor("U3DIA", "Dia")
RESET = "kafka-consumer-groups --group orders --reset-offsets --to-datetime 2026-11-23T02:00"
LAG = Runbook(
    id="kafka-consumer-lag",
    title="A consumer group falls behind",
    path="kafka-consumer-lag.md",
    owner="team-streaming",
    steps=(
        Step("c1", "check", "Which partitions lag?", "kafka-consumer-groups --describe", "one"),
        Step("d1", "decision", "Slow consumer or broken broker?", "slow: a1; broker: c2"),
        Step(
            "a1",
            "action",
            "Reset the offsets",
            RESET,
            dangerous=True,
            approver="commander",
            undo="set the old offsets",
        ),
        Step("c2", "check", "Does the lag fall?"),
    ),
    verify=(VerifyStep(promql="max(lag)", good="< 100"),),
)
BARE = Runbook(id="bare", title="Words only", path="bare.md", body="Read the logs.")


def scene(store: Store, **parts: Any) -> tuple[Services, Incident]:
    """INC-1 of which Ana is commander, with its channel."""
    s = services(store, **{"runbooks": FakeRunbooks([LAG, BARE]), **parts})
    made = declare(s, Declare(text="orders lag", actor=ANA)).incident
    record_channel(s, made.id, ChannelRef("C1ROOM", "inc-1"))
    with s.store() as uow:
        found = uow.incidents.get(made.id)
    assert found is not None
    return s, found
