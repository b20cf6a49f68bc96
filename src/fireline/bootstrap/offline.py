"""What the command line builds without running the bot."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from fireline.adapters.charts.drawing import MatplotlibCharts
from fireline.adapters.render.documents import JinjaDocuments
from fireline.adapters.slack.manifest import manifest
from fireline.adapters.store import SqlStore
from fireline.bootstrap import parts
from fireline.bootstrap.system import SystemClock
from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import SloStatus
from fireline.settings import Settings, load
from fireline.usecases.budget_page import page_facts
from fireline.usecases.incident_export import IncidentDocument, as_document, find_incident
from fireline.usecases.ports import Catalogue, FlowCall, Services, Store
from fireline.usecases.post_review import digest
from fireline.usecases.report_budgets import Read, read_all, status_json
from fireline.usecases.verify_chains import Verification, verify_chains

# Enough for a phone: twelve pictures in two themes make the page two megabytes.
PAGE_DPI = 130


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One SLO and its evaluation."""

    slo: Slo
    status: SloStatus

    def as_json(self) -> dict[str, object]:
        """Plain JSON values."""
        return status_json(self.slo, self.status)


@dataclass(frozen=True, slots=True)
class Report:
    """All SLOs evaluated at one instant, and the policy that judged them."""

    reads: tuple[Read, ...]
    at: datetime
    policy: Policy

    @property
    def rows(self) -> list[ReportRow]:
        """One row for each."""
        return [ReportRow(read.slo, read.status) for read in self.reads]

    def page(self, pictured: int) -> str:
        """The same as an HTML page with pictures of the worst."""
        charts = MatplotlibCharts(PAGE_DPI)
        return JinjaDocuments().budgets(
            page_facts(self.reads, self.policy, charts, self.at, pictured)
        )


def budget_report(
    names: Sequence[str], definitions: Path | None, prometheus: str | None, at: datetime | None
) -> Report:
    """Evaluate once; all SLOs when none is named.

    Raises:
        NotFoundError: a name is unknown, or there are no definitions at all.
        InvalidInputError: an address or path cannot be used.
    """
    given: dict[str, Any] = {}
    if definitions is not None:
        given["definitions"] = [definitions]
    if prometheus is not None:
        given["prometheus_url"] = prometheus
        given["default_data_source"] = None
    settings = load(**given)
    catalogue = parts.definitions_of(settings).current()
    slos = _chosen(catalogue, names)
    with parts.source_of(settings) as source:
        moment = at or SystemClock().now()
        plan = parts.maintenance_of(settings).current()
        if plan.problems:
            raise InvalidInputError("\n".join(plan.problems))
        policy = parts.policy_of(settings)
        reads = read_all(slos, source, moment, policy, plan, catalogue.slos)
    return Report(tuple(reads), moment, policy)


def _chosen(catalogue: Catalogue, names: Sequence[str]) -> list[Slo]:
    if catalogue.problems:
        raise InvalidInputError("\n".join(catalogue.problems))
    unknown = [name for name in names if name not in catalogue.slos]
    if unknown:
        known = ", ".join(sorted(catalogue.slos)) or "none"
        raise NotFoundError(f"no SLO named {', '.join(unknown)}; there are: {known}")
    if not catalogue.slos:
        raise NotFoundError("no SLO definitions found; name a folder with --definitions")
    return [catalogue.slos[name] for name in names] if names else list(catalogue.slos.values())


@contextmanager
def open_store(settings: Settings | None = None) -> Iterator[Store]:
    """The database of these settings, else the process's, brought up to date.

    Flows cannot be started through it.

    Raises:
        InvalidInputError: it cannot be reached.
    """
    with parts.upgraded(settings or load()) as engine:
        yield SqlStore(engine, _no_flows)


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


def audit_entries(store: Store) -> list[dict[str, object]]:
    """The whole audit trail with its hashes, oldest first."""
    with store() as uow:
        return [{**e.content(), "prev_hash": e.prev_hash, "hash": e.hash} for e in uow.audit.all()]


def verify(store: Store) -> Verification:
    """Check every chain."""
    with store() as uow:
        return verify_chains(uow)


def postmortem_markdown(store: Store, written: str) -> str:
    """The newest draft of an incident.

    Raises:
        NotFoundError: there is no such incident, or no draft yet.
    """
    with store() as uow:
        incident = find_incident(uow, written)
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


def write_file(file: Path, content: bytes) -> None:
    """Write a file.

    Raises:
        InvalidInputError: it cannot be written.
    """
    try:
        file.write_bytes(content)
    except OSError as error:
        raise InvalidInputError(f"cannot write {file}: {error.strerror}") from error
