"""Changes to production: told once, linked to the incidents they may be behind, named as cause."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.adapters.changes.payload import read_change
from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.changes import ChangeKind, ProductionChange
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.incident.kinds import Answer
from fireline.domain.incident.timeline import EntryKind, TimelineEntry
from fireline.domain.lineage.graph import Graph, Node, NodeKind
from fireline.domain.postmortem.facts import Record, postmortem_facts
from fireline.usecases.incident_facts import answer
from fireline.usecases.incident_links import change_link
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import Services
from fireline.usecases.recent_changes import change_lines
from fireline.usecases.retain import prune
from fireline.usecases.show_relations import changes
from fireline.usecases.take_change import add_change, caused_by, remove_change, take_change
from tests.builders import ANA, services
from tests.fakes import EPOCH, FakeClock
from tests.store_fixture import RecordingStore

DEPLOY = ProductionChange(
    "deploy-7", "ingest 1.4", EPOCH - timedelta(minutes=20), service="ingest", author="ben"
)
GRAPH = Graph(
    {
        "db.raw_orders": Node("db.raw_orders", "raw_orders", NodeKind.SOURCE, service="ingest"),
        "db.stg_orders": Node("db.stg_orders", "stg_orders", NodeKind.MODEL),
        "db.payments": Node("db.payments", "payments", NodeKind.SOURCE, service="pay"),
    },
    {"db.raw_orders": ("db.stg_orders",)},
    EPOCH,
)


@pytest.fixture
def s(sqlite_store: RecordingStore) -> Services:
    with sqlite_store() as uow:
        uow.lineages.save("dbt:demo", GRAPH, EPOCH)
        uow.commit()
    return services(sqlite_store, clock=FakeClock())


def declared(s: Services, **said: object) -> Incident:
    return declare(s, Declare("Orders late", ANA, **said)).incident  # type: ignore[arg-type]


def known(s: Services, incident_id: int = 1) -> Incident:
    with s.store() as uow:
        found = uow.incidents.get(incident_id)
    assert found is not None
    return found


def change_entries(s: Services) -> list[TimelineEntry]:
    with s.store() as uow:
        return [e for e in uow.timeline.entries(1) if e.kind is EntryKind.CHANGE]


def test_a_change_upstream_of_the_data_before_the_incident_stands_on_its_timeline(
    s: Services,
) -> None:
    take_change(s, DEPLOY)
    incident = declared(s, datasets=("stg_orders",))
    (change,) = incident.details.changes
    assert (change.id, change.why) == ("deploy-7", "same service ingest")
    (entry,) = change_entries(s)
    assert entry.occurred_at == DEPLOY.at
    assert entry.provenance.detail == "deploy-7"
    assert change_lines(incident) == (
        "01:50 UTC Deploy ingest 1.4 (ingest, by ben), same service ingest",
    )


@pytest.mark.parametrize(
    "change",
    [
        replace(DEPLOY, service="pay"),
        replace(DEPLOY, service="", datasets=("payments",)),
        replace(DEPLOY, at=EPOCH - timedelta(hours=3)),
        replace(DEPLOY, service="", datasets=()),
    ],
)
def test_a_change_of_something_else_or_of_long_before_is_not_linked(
    s: Services, change: ProductionChange
) -> None:
    take_change(s, change)
    assert declared(s, datasets=("stg_orders",)).details.changes == ()


def test_a_change_during_the_incident_is_told_to_it_once(s: Services) -> None:
    declared(s, datasets=("stg_orders",))
    late = replace(DEPLOY, at=EPOCH, service="", datasets=("DB.RAW_ORDERS",))
    first = take_change(s, late)
    again = take_change(s, late)
    assert (first.new, first.incidents) == (True, 1)
    assert (again.new, again.incidents) == (False, 0)
    (change,) = known(s).details.changes
    assert change.why == "changes db.raw_orders, upstream"
    assert len(change_entries(s)) == 1


def test_a_change_told_again_with_other_words_replaces_the_first(s: Services) -> None:
    take_change(s, DEPLOY)
    assert take_change(s, replace(DEPLOY, title="ingest 1.5")).new
    with s.store() as uow:
        assert uow.changes.get("deploy-7") == replace(DEPLOY, title="ingest 1.5")


def test_after_service_is_back_changes_are_not_linked_any_more(s: Services) -> None:
    incident = declared(s, service="ingest")
    with s.store() as uow:
        stamps = {**incident.stamps, Stamp.RESTORED: EPOCH}
        uow.incidents.save(replace(incident, stamps=stamps))
        uow.commit()
    assert take_change(s, replace(DEPLOY, at=EPOCH + timedelta(minutes=5))).incidents == 0


def test_people_link_changes_by_id_address_or_words_and_take_them_out(s: Services) -> None:
    take_change(s, replace(DEPLOY, at=EPOCH - timedelta(days=2)))
    declared(s)
    add_change(s, 1, "deploy-7", ANA)
    add_change(s, 1, "https://ci.example.com/9", ANA)
    add_change(s, 1, "somebody restarted the broker", ANA)
    held = known(s).details.changes
    assert [c.id for c in held] == [
        "deploy-7",
        "https://ci.example.com/9",
        "somebody restarted the broker",
    ]
    assert held[0].service == "ingest"
    remove_change(s, 1, "https://ci.example.com/9", ANA)
    assert len(known(s).details.changes) == 2
    with pytest.raises(NotFoundError, match="deploy-7"):
        remove_change(s, 1, "nothing", ANA)


def test_the_cause_names_its_change_and_the_card_says_so(s: Services) -> None:
    take_change(s, DEPLOY)
    declared(s, service="ingest")
    caused_by(s, 1, "", ANA)
    incident = known(s)
    assert incident.details.caused_by_change is Answer.YES
    assert incident.details.cause_change == "deploy-7"
    assert change_lines(incident) == ("01:50 UTC Deploy ingest 1.4 (ingest, by ben): caused it",)
    answer(s, 1, "caused", "no", ANA)
    assert known(s).details.cause_change == ""


def test_the_thread_of_the_card_lists_them_and_the_postmortem_names_the_cause(s: Services) -> None:
    take_change(s, DEPLOY)
    declared(s, service="ingest")
    caused_by(s, 1, "deploy-7", ANA)
    with s.store() as uow:
        view = changes(s, uow, "1")
        nothing = changes(s, uow, "2")
        facts = Record(known(s), (), tuple(uow.timeline.entries(1)), (), 60)
    assert nothing is None
    assert view is not None
    assert [(line.text, line.cause) for line in view.lines] == [
        ("Deploy ingest 1.4 (ingest, by ben)", True)
    ]
    found = postmortem_facts(facts)
    assert found["caused"] == "yes, deploy-7"
    assert "ingest 1.4" in str(found["changes"])


def test_taking_out_the_cause_asks_anew_what_it_was(s: Services) -> None:
    take_change(s, DEPLOY)
    declared(s)
    caused_by(s, 1, "deploy-7", ANA)
    remove_change(s, 1, "deploy-7", ANA)
    assert known(s).details.caused_by_change is None


def test_changes_are_forgotten_after_a_while_and_incidents_keep_theirs(s: Services) -> None:
    take_change(s, DEPLOY)
    declared(s, service="ingest")
    prune(s, EPOCH + timedelta(days=91))
    with s.store() as uow:
        assert uow.changes.get("deploy-7") is None
    assert known(s).details.changes[0].id == "deploy-7"


def test_links_are_a_set(s: Services) -> None:
    declared(s)
    for url in ("https://wiki.example.com/a", "<https://wiki.example.com/a>", "https://b.example"):
        change_link(s, 1, url, ANA, add=True)
    assert known(s).details.links == ("https://wiki.example.com/a", "https://b.example")
    change_link(s, 1, "https://b.example", ANA, add=False)
    assert known(s).details.links == ("https://wiki.example.com/a",)
    with pytest.raises(NotFoundError):
        change_link(s, 1, "https://c.example", ANA, add=False)
    with pytest.raises(InvalidInputError, match="web address"):
        change_link(s, 1, "javascript:alert(1)", ANA, add=True)


def test_our_own_form_and_githubs_event_are_read() -> None:
    ours = {"id": "m-1", "title": "add column", "at": "2026-11-22T02:00:00Z", "kind": "migration"}
    read = read_change(json.dumps({**ours, "datasets": ["orders"]}).encode())
    assert (read.kind, read.datasets) == (ChangeKind.MIGRATION, ("orders",))
    event = {
        "deployment": {
            "id": 42,
            "ref": "v1.4",
            "environment": "production",
            "created_at": "2026-11-22T02:00:00Z",
            "creator": {"login": "ben"},
        },
        "repository": {
            "name": "ingest",
            "full_name": "acme/ingest",
            "html_url": "https://github.com/acme/ingest",
        },
    }
    read = read_change(json.dumps(event).encode())
    assert (read.id, read.service) == ("github:acme/ingest:42", "ingest")
    assert (read.title, read.author) == ("ingest v1.4 to production", "ben")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "no JSON"),
        (b"[]", "one JSON object"),
        (b"{}", "`id`: Field required; `title`: Field required; `at`"),
        (b'{"id": "1", "title": "x", "at": "2026-11-22T02:00:00"}', "`at`"),
        (b'{"id": "1", "title": "x", "at": "2026-11-22T02:00:00Z", "servise": "a"}', "`servise`"),
        (b'{"id": "1", "title": "x", "at": "2026-11-22T02:00:00Z", "url": "ftp://a"}', "`url`"),
        (b'{"id": "1", "title": "x", "at": "2026-11-22T02:00:00Z", "kind": "party"}', "`kind`"),
    ],
)
def test_what_is_no_change_is_refused_with_the_field(body: bytes, words: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_change(body)
    assert words in str(refused.value)
