"""The record of an incident as Markdown."""

from datetime import timedelta

from fireline.adapters.render.documents import JinjaDocuments
from fireline.usecases.incident_export import ExportFormat, as_document, written
from fireline.usecases.incident_log import Choice, add_task, decide
from fireline.usecases.manage_incident import Declare, declare
from tests.builders import ANA, services
from tests.fakes import EPOCH
from tests.store_fixture import RecordingStore


def test_the_markdown_of_an_incident_shows_its_decisions_and_tasks_with_nothing_else_said(
    sqlite_store: RecordingStore,
) -> None:
    s = services(sqlite_store)
    made = declare(s, Declare("orders late", ANA)).incident
    decide(s, made.id, Choice("roll back"), ANA)
    decide(
        s,
        made.id,
        Choice("stop the load", why="quicker", expires_at=EPOCH + timedelta(hours=2)),
        ANA,
    )
    add_task(s, made.id, "tell finance", ANA, due=EPOCH + timedelta(hours=1))
    with s.store() as uow:
        held = uow.incidents.get(made.id)
        assert held is not None
        document = as_document(uow, held, timeline=True)
    text = written(document, ExportFormat.MARKDOWN, JinjaDocuments())
    assert "1. roll back (" in text
    assert "Why: quicker" in text
    assert "tell finance: open" in text
