"""All budgets evaluated once, for the command line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fireline.adapters.charts.drawing import MatplotlibCharts
from fireline.adapters.render.documents import JinjaDocuments
from fireline.bootstrap import parts
from fireline.bootstrap.offline import has_record, open_store
from fireline.bootstrap.system import SystemClock
from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import SloStatus
from fireline.settings import Settings, load
from fireline.usecases.budget_page import page_facts
from fireline.usecases.ports import Catalogue, UnitOfWork
from fireline.usecases.report_budgets import Read, read_all, status_json

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
    settings: Settings

    @property
    def rows(self) -> list[ReportRow]:
        """One row for each."""
        return [ReportRow(read.slo, read.status) for read in self.reads]

    def page(self, pictured: int) -> str:
        """The same as an HTML page with pictures of the worst.

        When there is a database, alerts and incidents are marked in them.
        """
        charts = MatplotlibCharts(PAGE_DPI)
        if not has_record(self.settings):
            return self._page(charts, None, pictured)
        with open_store(self.settings) as store, store() as uow:
            return self._page(charts, uow, pictured)

    def _page(self, charts: MatplotlibCharts, uow: UnitOfWork | None, pictured: int) -> str:
        facts = page_facts(self.reads, self.policy, charts, self.at, pictured, uow)
        return JinjaDocuments().budgets(facts)


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
    return Report(tuple(reads), moment, policy, settings)


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
