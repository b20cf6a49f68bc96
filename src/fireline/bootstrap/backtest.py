"""A backtest outside the bot: files, Prometheus, and the record when there is one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fireline.adapters.charts.drawing import MatplotlibCharts
from fireline.adapters.files.known_incidents import load_incidents
from fireline.adapters.files.policy import load_policy
from fireline.bootstrap import parts
from fireline.bootstrap.offline import has_record, open_store
from fireline.bootstrap.system import SystemClock
from fireline.domain.backtest.scoring import KnownIncident
from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.slo.maintenance import MaintenancePlan
from fireline.domain.slo.wording import parse_range
from fireline.settings import Settings, load
from fireline.usecases.backtest import (
    Backtest,
    NamedPolicy,
    Wanted,
    backtest,
    check_range,
    chosen,
)
from fireline.usecases.backtest_views import backtest_chart
from fireline.usecases.maintenance import with_approved
from fireline.usecases.past_budgets import Progress
from fireline.usecases.recorded_incidents import recorded_incidents

USUAL = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line was asked for."""

    names: tuple[str, ...]
    start: str | None
    end: str | None
    policy: Path | None = None
    compare: Path | None = None
    definitions: Path | None = None
    prometheus: str | None = None
    incidents: Path | None = None
    step: int = 300
    suggests: bool = True


@dataclass(frozen=True, slots=True)
class Answered:
    """The backtest with where its incidents came from, and the policy that came first."""

    found: Backtest
    incidents_from: str
    first: NamedPolicy


def run_backtest(asked: Asked, progress: Progress) -> Answered:
    """Replay what was asked for.

    Raises:
        UserError: an SLO, a time, a file or an address is wrong; says what would be right.
    """
    given: dict[str, Any] = {}
    if asked.definitions is not None:
        given["definitions"] = [asked.definitions]
    if asked.prometheus is not None:
        given["prometheus_url"] = asked.prometheus
        given["default_data_source"] = None
    settings = load(**given)
    now = SystemClock().now()
    end = moment(asked.end, now, "--to") if asked.end else now
    start = moment(asked.start, now, "--from") if asked.start else end - USUAL
    check_range(start, end, now)
    catalogue = parts.definitions_of(settings).current()
    if catalogue.problems:
        raise InvalidInputError("\n".join(catalogue.problems))
    if not catalogue.slos:
        raise NotFoundError("no SLO definitions found; name a folder with --definitions")
    policies = _policies(asked, settings)
    known = _known(asked.incidents, settings, start, end)
    wanted = Wanted(
        slos=chosen(catalogue.slos, asked.names),
        start=start,
        end=end,
        policies=policies,
        incidents=known.incidents,
        step=asked.step,
        suggests=asked.suggests,
        scrape_interval=parts.scrape_interval(settings),
        maintenance=known.maintenance,
        catalogue=catalogue.slos,
    )
    with parts.source_of(settings) as source:
        found = backtest(source, wanted, now, progress)
    return Answered(found, known.whence, policies[0])


def picture(answered: Answered) -> tuple[bytes, str]:
    """The backtest as a PNG, and in words what it shows."""
    chart = backtest_chart(answered.found, answered.first.policy)
    return MatplotlibCharts().backtest(chart), chart.alt


def moment(text: str, now: datetime, option: str) -> datetime:
    """RFC 3339, a date (its first instant in UTC), or how long ago, such as `30d`.

    Raises:
        InvalidInputError: it is none of them.
    """
    ago = parse_range(text.strip().removeprefix("-"))
    try:
        if ago is not None:
            return now - timedelta(seconds=ago)
        found = datetime.fromisoformat(text.strip())
        if found.tzinfo is not None:
            return found.astimezone(UTC)
        if len(text.strip()) == len("2026-11-23"):
            return found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        found = None
    zone = " has no zone; write" if found else " is no time; write"
    text = f"{option} {text!r}{zone} 2026-11-23T04:00:00Z, 2026-11-23, or 30d for 30 days ago"
    raise InvalidInputError(text)


def _maintenance(settings: Settings) -> MaintenancePlan:
    plan = parts.maintenance_of(settings).current()
    if plan.problems:
        raise InvalidInputError("\n".join(plan.problems))
    return plan


def _policies(asked: Asked, settings: Settings) -> tuple[NamedPolicy, ...]:
    if asked.policy is not None:
        first = NamedPolicy(str(asked.policy), load_policy(asked.policy))
    else:
        there = settings.policy is not None and settings.policy.exists()
        name = str(settings.policy) if there else "shipped policy"
        first = NamedPolicy(name, parts.policy_of(settings))
    if asked.compare is None:
        return (first,)
    return (first, NamedPolicy(str(asked.compare), load_policy(asked.compare)))


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the range: incidents, whence, and maintenance of files and record."""

    incidents: tuple[KnownIncident, ...] | None
    whence: str
    maintenance: MaintenancePlan


def _known(file: Path | None, settings: Settings, start: datetime, end: datetime) -> _Known:
    """Incidents of the file, else of the record, else None: nobody knows."""
    planned = _maintenance(settings)
    given = load_incidents(file) if file is not None else None
    if not has_record(settings):
        whence = "nowhere: there is no database here, and no --incidents file was named"
        return _Known(given, str(file) if file is not None else whence, planned)
    with open_store(settings) as store, store() as uow:
        plan = with_approved(planned, uow)
        if given is not None:
            return _Known(given, str(file), plan)
        return _Known(recorded_incidents(uow, start, end), "the bot's record", plan)
