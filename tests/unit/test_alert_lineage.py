"""Alerts and lineage: what is made of broken data is told of with it, and never by its name."""

import pytest

from fireline.domain.lineage.graph import Graph, Node, NodeKind
from fireline.usecases.manage_incident import Declare, declare
from tests.builders import ANA, a_slo
from tests.store_fixture import RecordingStore
from tests.unit.alert_scene import NOW, AlertScene

WIDTH, LAYERS = 12, 4


def layered() -> tuple[Graph, list[str]]:
    """A source, four layers of twelve tables each made of one above, and another source."""
    children: dict[str, tuple[str, ...]] = {
        "raw_orders": tuple(f"l1_{n}" for n in range(WIDTH)),
        "raw_payments": ("pay_daily",),
    }
    for layer in range(1, LAYERS):
        children |= {f"l{layer}_{n}": (f"l{layer + 1}_{n}",) for n in range(WIDTH)}
    below = [f"l{layer}_{n}" for layer in range(1, LAYERS + 1) for n in range(WIDTH)]
    names = ["raw_orders", "raw_payments", "pay_daily", *below]
    return Graph({n: Node(n, n, NodeKind.MODEL) for n in names}, children, NOW), below


@pytest.fixture
def fleet(sqlite_store: RecordingStore) -> AlertScene:
    """Every table has an SLO and a service of its own, so that only lineage joins them."""
    graph, below = layered()
    slos = [
        a_slo(f"slo-{name}", service=f"svc-{name}", datasets=(name,))
        for name in ("raw_orders", "pay_daily", *below)
    ]
    with sqlite_store() as uow:
        uow.lineages.save("dbt:demo", graph, NOW)
        uow.commit()
    return AlertScene(sqlite_store, slos)


def test_fifty_alerts_of_five_layers_are_one_message_and_one_incident(fleet: AlertScene) -> None:
    _, below = layered()
    burning = {"slo-raw_orders": "page"}
    fleet.tick(burning)
    command = Declare("Orders late", ANA, slo="slo-raw_orders", episode_id=fleet.group().id)
    incident = declare(fleet.s, command).incident
    for layer in range(LAYERS):
        burning |= {f"slo-{name}": "page" for name in below[layer * WIDTH : (layer + 1) * WIDTH]}
        fleet.tick(burning, minutes=2)
    with fleet.store() as uow:
        known = uow.incidents.get(incident.id)
    assert known is not None
    assert len(known.slos) == 1 + len(below)
    assert fleet.group().keys == ("dataset:raw_orders",)
    assert fleet.posts() <= 1 + 1 + LAYERS  # one message, brought up to date


def test_what_begins_later_downstream_belongs_to_the_incident_at_once(fleet: AlertScene) -> None:
    fleet.tick({"slo-raw_orders": "page"})
    command = Declare("Orders late", ANA, slo="slo-raw_orders", episode_id=fleet.group().id)
    incident = declare(fleet.s, command).incident
    fleet.tick({"slo-raw_orders": "page", "slo-l4_3": "page"}, minutes=90)
    first, later = sorted(fleet.groups(), key=lambda g: g.opened_at)
    assert (first.incident_id, later.incident_id) == (incident.id, incident.id)
    with fleet.store() as uow:
        (why,) = (e.detail for e in uow.audit.all() if e.action == "alert.follows")
        known = uow.incidents.get(incident.id)
    assert why["why"] == "downstream of raw_orders"
    assert known is not None
    assert known.slos == ("slo-raw_orders", "slo-l4_3")


def test_what_is_made_of_something_else_stays_apart(fleet: AlertScene) -> None:
    fleet.tick({"slo-raw_orders": "page"})
    declare(fleet.s, Declare("Orders late", ANA, slo="slo-raw_orders"))
    fleet.tick({"slo-raw_orders": "page", "slo-pay_daily": "page"})
    apart = next(g for g in fleet.groups() if "dataset:pay_daily" in g.keys)
    assert apart.incident_id is None


def test_siblings_of_a_sound_source_have_nothing_in_common(fleet: AlertScene) -> None:
    fleet.tick({"slo-l1_1": "page", "slo-l1_2": "page"})
    assert len(fleet.groups()) == 2


def test_the_same_slo_follows_its_incident_without_any_lineage(
    sqlite_store: RecordingStore,
) -> None:
    scene = AlertScene(sqlite_store)
    incident = declare(scene.s, Declare("Orders late", ANA, slo="orders")).incident
    scene.tick("page")
    assert scene.group().incident_id == incident.id


def test_data_of_a_restricted_incident_names_no_alert(fleet: AlertScene) -> None:
    declare(fleet.s, Declare("A leak", ANA, datasets=("raw_orders",), restricted=True))
    fleet.tick({"slo-l1_3": "page", "slo-l2_4": "page"})
    assert not [key for group in fleet.groups() for key in group.keys if "raw_orders" in key]
