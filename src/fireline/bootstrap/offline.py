"""What the command line builds without running the bot."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from fireline.adapters.render.documents import JinjaDocuments
from fireline.adapters.slack.manifest import manifest
from fireline.adapters.store import SqlStore
from fireline.bootstrap import parts
from fireline.bootstrap.system import SystemClock
from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.settings import Settings, load
from fireline.usecases.erase_entry import erase
from fireline.usecases.incident_export import (
    ExportFormat,
    IncidentDocument,
    as_document,
    find_incident,
)
from fireline.usecases.incident_export import written as as_text
from fireline.usecases.outside import refuse_outside
from fireline.usecases.ports import FlowCall, Services, Store
from fireline.usecases.post_review import digest
from fireline.usecases.public_audit import public_audit
from fireline.usecases.verify_chains import Verification, verify_chains


def has_record(settings: Settings) -> bool:
    """Whether there is a database; one that is only a setting is not made by looking at it."""
    try:
        url = make_url(settings.database_url)
    except ArgumentError:
        return True  # opening it says what is wrong
    if url.get_backend_name() != "sqlite":
        return True
    return bool(url.database) and Path(str(url.database)).exists()


@contextmanager
def open_store(settings: Settings | None = None) -> Iterator[Store]:
    """The database of these settings, else the process's, brought up to date.

    Flows cannot be started through it.

    Raises:
        InvalidInputError: it cannot be reached.
    """
    chosen = settings or load()
    with parts.upgraded(chosen) as engine:
        yield SqlStore(engine, _no_flows, parts.git_lineage_of(chosen))


@contextmanager
def open_services() -> Iterator[Services]:
    """Everything that reads, without Slack: names of people stay ids."""
    settings = load()
    with open_store() as store, parts.source_of(settings) as source:
        chat = parts.chat_of(parts.offline_client())
        yield parts.services_of(settings, store, chat, source)


def _no_flows(_session: Session, call: FlowCall) -> None:
    raise InvalidInputError(f"{call.flow} needs the running bot: do this in Slack")


def upgrade_database() -> None:
    """Bring the schema up to date.

    Raises:
        InvalidInputError: the database cannot be reached.
    """
    with parts.upgraded(load()):
        pass


def incident_documents(store: Store) -> list[IncidentDocument]:
    """All incidents without their timelines, newest first."""
    with store() as uow:
        found = sorted(uow.incidents.all(), key=lambda i: i.id, reverse=True)
        return [as_document(uow, incident, timeline=False) for incident in found]


def incident_document(store: Store, written: str) -> IncidentDocument:
    """One incident whole.

    Raises:
        NotFoundError: there is none of this id.
    """
    with store() as uow:
        return as_document(uow, find_incident(uow, written), timeline=True)


def incident_export(store: Store, written: str, form: str) -> str:
    """The whole record as `json` or `md`; the same text that Slack gets.

    Raises:
        NotFoundError: there is none of this id.
    """
    document = incident_document(store, written)
    return as_text(document, ExportFormat(form), JinjaDocuments())


def kept_files(store: Store, written: str) -> dict[str, bytes]:
    """The copies of flagged files by name; equal names are told apart by their Slack id.

    Raises:
        NotFoundError: there is no such incident.
        ForbiddenError: it is restricted.
    """
    with store() as uow:
        incident = find_incident(uow, written)
        refuse_outside(incident)
        found: dict[str, bytes] = {}
        for file in uow.kept_files.of(incident.id):
            data = uow.kept_files.data(incident.id, file.file_id)
            name = Path(file.name).name or file.file_id
            if data is not None:
                found[f"{file.file_id}-{name}" if name in found else name] = data
    return found


def erase_entry(store: Store, written: str, seq: int, reason: str) -> tuple[int, ...]:
    """Take an entry's text out by law, in every version; gives the numbers of the entries.

    Raises:
        NotFoundError: there is no such incident or entry.
        InvalidInputError: no reason is given.
    """
    with store() as uow:
        incident = find_incident(uow, written)
        return erase(uow, incident, seq, reason, SystemClock().now())


def audit_entries(store: Store) -> list[dict[str, object]]:
    """The whole audit trail with its hashes, oldest first."""
    with store() as uow:
        told = public_audit(uow)
    return [{**e.content(), "prev_hash": e.prev_hash, "hash": e.hash} for e in told]


def verify(store: Store) -> Verification:
    """Check every chain."""
    with store() as uow:
        return verify_chains(uow)


def postmortem_markdown(store: Store, written: str) -> str:
    """The newest draft of an incident.

    Raises:
        NotFoundError: there is no such incident, or no draft yet.
        ForbiddenError: it is restricted.
    """
    with store() as uow:
        incident = find_incident(uow, written)
        refuse_outside(incident)
        latest = uow.postmortems.latest(incident.id)
    if latest is None:
        text = f"{incident.ref} has no postmortem yet; it is drafted when the incident is resolved"
        raise NotFoundError(text)
    return latest.markdown


def review_markdown(services: Services, week: str | None) -> str:
    """The review of a week, from the record as it is now."""
    return digest(services, week).markdown


def app_manifest(name: str, request_url: str | None) -> dict[str, Any]:
    """The Slack app manifest."""
    return manifest(name, socket_mode=request_url is None, request_url=request_url)


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    """Write files into a folder, which is made if need be.

    Raises:
        InvalidInputError: that cannot be done.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInputError(f"cannot make {folder}: {error.strerror}") from error
    for name, data in files.items():
        write_file(folder / name, data)


def write_file(file: Path, content: bytes) -> None:
    """Write a file.

    Raises:
        InvalidInputError: it cannot be written.
    """
    try:
        file.write_bytes(content)
    except OSError as error:
        raise InvalidInputError(f"cannot write {file}: {error.strerror}") from error
