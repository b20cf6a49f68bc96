"""The state of all budgets straight from the source, without a database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from fireline.domain.policy.evaluation import evaluate, failed
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.buckets import BucketSeries
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.exclusions import Exclusion
from fireline.domain.slo.ledger import first_known
from fireline.domain.slo.maintenance import MaintenancePlan
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.status import PairReading, SloStatus, WindowBurn
from fireline.usecases.budget_cache import window_start
from fireline.usecases.composites import (
    asked_for,
    composite_reading,
    lacking_parts,
    with_parts,
)
from fireline.usecases.ports import FetchRequest, FetchResult, SliSource


@dataclass(frozen=True, slots=True)
class Read:
    """One SLO with its evaluation; no reading where the source could not be asked."""

    slo: Slo
    status: SloStatus
    reading: Reading | None


def report(
    slos: Iterable[Slo],
    source: SliSource,
    at: datetime,
    policy: Policy | None = None,
    maintenance: MaintenancePlan | None = None,
    catalogue: Mapping[str, Slo] | None = None,
) -> list[SloStatus]:
    """One status per SLO, in order, each from its whole window."""
    return [read.status for read in read_all(slos, source, at, policy, maintenance, catalogue)]


def read_all(
    slos: Iterable[Slo],
    source: SliSource,
    at: datetime,
    policy: Policy | None = None,
    maintenance: MaintenancePlan | None = None,
    catalogue: Mapping[str, Slo] | None = None,
) -> list[Read]:
    """The same with what each was evaluated from.

    Args:
        slos: which.
        source: who is asked.
        at: the instant.
        policy: thresholds and burn pairs.
        maintenance: what is taken out.
        catalogue: where parts of composites are found that are not among `slos`.
    """
    wanted = list(slos)
    asked = asked_for(with_parts(wanted, catalogue or {}))
    results = source.fetch([FetchRequest(slo, window_start(slo, at)) for slo in asked], at)
    plan = maintenance or MaintenancePlan()
    errors = {r.slo: r.error or "no answer" for r in results if r.error or r.series is None}
    readings = {
        slo.name: _reading(slo, result, at, plan)
        for slo, result in zip(asked, results, strict=True)
        if slo.name not in errors
    }
    rules = policy or Policy()
    return [_read(slo, readings, errors, at, rules, plan) for slo in wanted]


def _read(
    slo: Slo,
    readings: Mapping[str, Reading],
    errors: Mapping[str, str],
    at: datetime,
    policy: Policy,
    plan: MaintenancePlan,
) -> Read:
    error = errors.get(slo.name) or lacking_parts(slo, readings, errors)
    if error is not None:
        return Read(slo, failed(slo, at, error, None), None)
    reading = composite_reading(slo, readings, at, _excluded(slo, at, plan))
    return Read(slo, evaluate(reading, policy), reading)


def _reading(slo: Slo, result: FetchResult, at: datetime, plan: MaintenancePlan) -> Reading:
    series = result.series if result.series is not None else BucketSeries.empty(0)
    return Reading(
        slo=slo,
        series=series,
        at=at,
        open_part=result.open_part,
        history_start=first_known(series),
        newest_sample=result.newest_sample,
        warnings=result.warnings,
        landed=result.landed,
        exclusions=_excluded(slo, at, plan),
    )


def _excluded(slo: Slo, at: datetime, plan: MaintenancePlan) -> tuple[Exclusion, ...]:
    """The maintenance that the SLO's windows reach."""
    return plan.exclusions(slo, window_start(slo, at), int(at.timestamp()))


def status_json(slo: Slo, status: SloStatus) -> dict[str, object]:
    """A status as plain JSON values: RFC 3339 times, null instead of NaN."""
    return {
        "name": slo.name,
        "title": slo.title,
        "service": slo.service,
        "tier": slo.tier,
        "owner": slo.owner,
        "objective": float(slo.objective),
        "window_seconds": slo.window_seconds,
        "unit": slo.unit,
        "evaluated_at": _time(status.at),
        "data_state": status.data_state.value,
        "sentence": status.sentence,
        "budget_state": status.budget_state.value,
        "burning": [b.value for b in status.burning],
        "good": _number(status.good),
        "total": _number(status.total),
        "remaining": _number(status.remaining),
        "budget": _number(status.budget),
        "exhaustion_hours": _number(status.exhaustion_hours),
        "coverage": _number(status.coverage),
        "newest_sample": _time(status.newest_sample),
        "error": status.error,
        "raw_remaining": _number(status.raw_remaining),
        "period": [_time(edge) for edge in status.period] if status.period else None,
        "projected_remaining": _number(status.projected_remaining),
        "attainment": _number(status.attainment),
        "misses_left": status.misses_left,
        "next_deadline": _time(status.next_deadline),
        "landed": status.landed,
        "deadline_at_risk": status.at_risk,
        "burns": [_burn(b) for b in status.burns],
        "alerts": [_pair(p) for p in status.pairs],
        "source": f"{slo.source.file}:{slo.source.line}",
    }


def _burn(burn: WindowBurn) -> dict[str, object]:
    return {
        "window_seconds": burn.seconds,
        "burn": _number(burn.burn),
        "bad": _number(burn.bad),
        "total": _number(burn.total),
    }


def _pair(pair: PairReading) -> dict[str, object]:
    return {
        "severity": pair.severity.value,
        "long_seconds": pair.long_seconds,
        "short_seconds": pair.short_seconds,
        "factor": _number(pair.factor),
        "burn_long": _number(pair.burn_long),
        "burn_short": _number(pair.burn_short),
        "firing": pair.firing,
        "held": pair.held,
    }


def _number(value: float | None) -> float | None:
    if value is None or not isfinite(value):
        return None
    return round(value, 6)


def _time(value: datetime | None) -> str | None:
    return value.isoformat().replace("+00:00", "Z") if value is not None else None
