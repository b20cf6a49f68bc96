"""At its declaration an incident is judged by everything that is known of it then."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from fireline.domain.incident.incident import Severity
from fireline.domain.incident.symptoms import Symptom
from fireline.domain.lineage.graph import Graph, Node, NodeKind
from fireline.usecases.declare_preview import preview
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import Services
from fireline.usecases.subjects import Kind, subjects
from tests.builders import ANA, a_burning_status, a_lag_slo, a_slo, services
from tests.fakes import EPOCH, FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore

LAG, QUIET = a_lag_slo(), a_slo()
SOON = f"{EPOCH + timedelta(minutes=90):%H:%M}"


def consumers(*nodes: Node) -> Graph:
    """A dataset `demo.main.orders` with these consumers, and one of nobody."""
    data = [
        Node("demo.main.orders", "orders", NodeKind.MODEL),
        Node("demo.main.lonely", "lonely", NodeKind.MODEL),
    ]
    known = {node.key: node for node in (*data, *nodes)}
    return Graph(known, {"demo.main.orders": tuple(n.key for n in nodes)}, EPOCH)


def dashboards(count: int) -> Sequence[Node]:
    return [Node(f"d{n}", f"d{n}", NodeKind.DASHBOARD, tier=2) for n in range(count)]


@pytest.fixture
def s(sqlite_store: RecordingStore) -> Services:
    definitions = FakeDefinitions({LAG.name: LAG, QUIET.name: QUIET})
    made = services(sqlite_store, clock=FakeClock(EPOCH), definitions=definitions)
    with made.store() as uow:
        uow.statuses.save([a_burning_status(LAG)])
        uow.commit()
    return made


def know(s: Services, graph: Graph) -> None:
    with s.store() as uow:
        uow.lineages.save("dbt:demo", graph, EPOCH)
        uow.commit()


DATA = ("demo.main.orders",)
DUE = Node("board", "board", NodeKind.DASHBOARD, tier=0, due=SOON)
OUTSIDE = Node("api", "api", NodeKind.APPLICATION, tier=2, external=True)


@pytest.mark.parametrize(
    ("graph", "command", "level", "because"),
    [
        (Graph(), Declare("x", ANA), 3, "no SLO linked"),
        (Graph(), Declare("x", ANA, symptoms=(Symptom.DOWN,)), 2, "full outage"),
        (Graph(), Declare("x", ANA, slo=LAG.name), 1, "tier-0 page-level burn"),
        (Graph(), Declare("x", ANA, slo=QUIET.name, slos=(LAG.name,)), 1, f"burn of {LAG.name}"),
        (Graph(), Declare("x", ANA, restricted=True), 1, "exposure"),
        (Graph(), Declare("x", ANA, symptoms=(Symptom.EXPOSED,)), 1, "exposure"),
        (Graph(), Declare("x", ANA, symptoms=(Symptom.PUBLISHED,)), 2, "seen by a consumer"),
        (consumers(DUE), Declare("x", ANA, datasets=DATA), 2, "due within 2 h"),
        (consumers(*dashboards(10)), Declare("x", ANA, datasets=DATA), 2, "10 or more"),
        (consumers(OUTSIDE), Declare("x", ANA, datasets=DATA), 2, "external"),
        (consumers(), Declare("x", ANA, datasets=("demo.main.lonely",)), 4, "no known consumer"),
        (
            consumers(DUE, OUTSIDE),
            Declare("x", ANA, datasets=DATA, symptoms=(Symptom.PUBLISHED, Symptom.DOWN)),
            1,
            "external",
        ),
    ],
)
def test_every_modifier_is_known_at_once(
    s: Services, graph: Graph, command: Declare, level: int, because: str
) -> None:
    know(s, graph)
    seen = preview(s, command)
    incident = declare(s, command).incident
    assert incident.severity == level
    assert because in incident.severity_reason
    assert (seen.severity, seen.reason) == (incident.severity, incident.severity_reason)


def test_an_exposure_is_never_declared_as_less(s: Services) -> None:
    command = Declare("x", ANA, severity=Severity.SEV4, symptoms=(Symptom.EXPOSED,))
    incident = declare(s, command).incident
    assert incident.severity is Severity.SEV1
    assert "SEV4 was asked for" in incident.severity_reason


def test_what_burns_is_offered_first_then_what_begins_with_the_words(s: Services) -> None:
    know(s, consumers())
    assert subjects(s, "")[0].name == LAG.name
    found = [(one.kind, one.name) for one in subjects(s, "orders")]
    assert found[0] == (Kind.SLO, QUIET.name)
    assert (Kind.DATA, "demo.main.orders") in found
    assert all("orders" in name for _, name in found)
    assert subjects(s, "no such thing") == ()
