"""Valid records with sensible values; a test names only what it is about."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from fireline.domain.incident.details import AffectedDataset, Details
from fireline.domain.incident.incident import Incident, IncidentState, Role, Severity, Stamp
from fireline.domain.incident.kinds import Harm
from fireline.domain.incident.timeline import EntryKind, Provenance, TimelineEntry
from fireline.domain.people import Actor
from fireline.domain.policy.policy import Policy
from fireline.domain.postmortem.action import ActionItem, ActionState
from fireline.domain.runbook.runbook import Runbook, Step
from fireline.domain.slo.alerting.group import AlertGroup
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.definition import RatioSli, Slo, SourceRef, TimeSliceSli
from fireline.domain.slo.status import (
    BudgetState,
    BurnSeverity,
    DataState,
    Episode,
    PairReading,
    SloStatus,
    WindowBurn,
)
from fireline.usecases.ports import ChannelPlan, Services, Store, UnitOfWork
from tests.fakes import (
    EPOCH,
    FakeCharts,
    FakeChat,
    FakeClock,
    FakeDefinitions,
    FakeDocuments,
    FakeIds,
    FakeRunbooks,
    FakeSource,
)

ANA = Actor("U0ANA", "ana")
BEN = Actor("U0BEN", "ben")
NIGHT = datetime(2026, 11, 22, tzinfo=UTC)


def night(clock: str) -> datetime:
    """A time such as `02:48` of the worked example's night."""
    hours, minutes = clock.split(":")
    return NIGHT + timedelta(hours=int(hours), minutes=int(minutes))


def services(store: Store, **parts: Any) -> Services:
    """Services with fakes for everything that is not given."""
    given: dict[str, Any] = {
        "store": store,
        "clock": FakeClock(),
        "ids": FakeIds(),
        "chat": FakeChat(),
        "definitions": FakeDefinitions(),
        "source": FakeSource(),
        "runbooks": FakeRunbooks(),
        "charts": FakeCharts(),
        "documents": FakeDocuments(),
        "policy": Policy(),
        "channels": ChannelPlan(),
    }
    return Services(**{**given, **parts})


def a_slo(name: str = "orders-api-availability", **changes: Any) -> Slo:
    """A ratio SLO of 99.9 % over 30 days, tier 1."""
    given: dict[str, Any] = {
        "name": name,
        "title": name.replace("-", " ").capitalize(),
        "service": "orders",
        "tier": 1,
        "objective": Decimal("99.9"),
        "window": timedelta(days=30),
        "sli": RatioSli(total="sum(rate(total[$window]))", bad="sum(rate(bad[$window]))"),
        "source": SourceRef(f"{name}.yaml", 1),
    }
    return Slo(**{**given, **changes})


def a_lag_slo(name: str = "debezium-cdc-lag", **changes: Any) -> Slo:
    """A time-slice SLO of 99 % over 30 days, tier 0: 432 minutes of budget."""
    given: dict[str, Any] = {
        "tier": 0,
        "objective": Decimal(99),
        "service": "orders-cdc",
        "datasets": ("raw_orders", "stg_orders", "fct_revenue_daily"),
        "sli": TimeSliceSli("max(lag_seconds)", "<=", 300.0),
    }
    return a_slo(name, **{**given, **changes})


def a_status(slo: Slo, remaining: float | None = 0.8, **changes: Any) -> SloStatus:
    """A believable evaluation with this share of the budget left; None means no data."""
    known = remaining is not None
    given: dict[str, Any] = {
        "slo": slo.name,
        "at": EPOCH,
        "data_state": DataState.OK if known else DataState.NO_DATA,
        "sentence": "All good." if known else "No samples in the last 30 d.",
        "budget_state": BudgetState.HEALTHY if known else BudgetState.UNKNOWN,
        "objective": slo.objective,
        "window_seconds": slo.window_seconds,
        "unit": slo.unit,
        "good": 999.0 if known else None,
        "total": 1000.0 if known else None,
        "remaining": remaining,
        "budget": 432.0 if known else None,
        "burns": (),
        "pairs": (),
        "exhaustion_hours": None,
        "coverage": 1.0 if known else 0.0,
        "newest_sample": EPOCH if known else None,
    }
    return SloStatus(**{**given, **changes})


def a_ledger(first_bad: datetime, bad_minutes: int, until: datetime) -> BucketSeries:
    """30 days of one-minute slices up to `until`, all good but the bad ones from `first_bad` on."""
    count = 30 * 86400 // BUCKET_SECONDS
    start = int(until.timestamp()) - count * BUCKET_SECONDS
    slices = np.full(count * 5, 1.0)
    at = (int(first_bad.timestamp()) - start) // 60
    slices[at : at + bad_minutes] = 0.0
    good = slices.reshape(count, 5).sum(axis=1)
    return BucketSeries(start, good, np.full(count, 5.0), np.zeros(count, np.uint8))


def a_burning_status(slo: Slo, fast: float = 20.0, slow: float = 15.0) -> SloStatus:
    """An evaluation that pages: these burn rates over 5 minutes and 1 hour."""
    burns = (WindowBurn(300, fast, 5, 5), WindowBurn(3600, slow, 50, 60))
    pair = PairReading(BurnSeverity.PAGE, 3600, 300, 14.4, slow, fast, firing=True)
    return a_status(slo, 0.4, burns=burns, pairs=(pair,), sentence="Burning.")


def an_episode(slo: Slo, **changes: Any) -> Episode:
    """The worked example's page: bad since 01:40, fired 02:05."""
    given: dict[str, Any] = {
        "id": f"{slo.name}-page-1",
        "slo": slo.name,
        "severity": BurnSeverity.PAGE,
        "opened_at": night("02:05"),
        "channel": "#data-platform-alerts",
        "first_bad_at": night("01:40"),
        "last_firing_at": night("02:10"),
        "peak_burn": 100.0,
    }
    return Episode(**{**given, **changes})


def an_alert_group(episode: Episode, **changes: Any) -> AlertGroup:
    """The alert of one episode alone, with the episode's id."""
    page = episode.severity is BurnSeverity.PAGE
    given: dict[str, Any] = {
        "id": episode.id,
        "channel": episode.channel,
        "kind": episode.kind,
        "severity": episode.severity,
        "tier": 0,
        "keys": ("service:orders",),
        "opened_at": episode.opened_at,
        "newest_at": episode.opened_at,
        "paged_at": episode.opened_at if page else None,
    }
    return AlertGroup(**{**given, **changes})


def keep_alert(uow: UnitOfWork, *episodes: Episode, **changes: Any) -> AlertGroup:
    """Store the episodes and the one alert that tells of them."""
    group = an_alert_group(episodes[0], **changes)
    for episode in episodes:
        uow.episodes.save(replace(episode, group_id=group.id))
    uow.alerts.save(group)
    return group


def an_incident(incident_id: int = 142, **changes: Any) -> Incident:
    """An open incident, declared at 02:10, being investigated by ana."""
    at = night("02:10")
    given: dict[str, Any] = {
        "id": incident_id,
        "title": "Orders CDC 3 h behind",
        "state": IncidentState.INVESTIGATING,
        "severity": Severity.SEV1,
        "severity_reason": "SEV1: tier-0 page-level burn of debezium-cdc-lag",
        "tier": 0,
        "declared_by": ANA.id,
        "stamps": {Stamp.DETECTED: at, Stamp.DECLARED: at, Stamp.ACKNOWLEDGED: at},
        "computed_severity": Severity.SEV1,
        "roles": {Role.COMMANDER: ANA.id},
    }
    return Incident(**{**given, **changes})


WORKED_STAMPS = {
    Stamp.IMPACT_STARTED: night("01:40"),
    Stamp.ALERT_FIRED: night("02:05"),
    Stamp.DETECTED: night("02:05"),
    Stamp.ACKNOWLEDGED: night("02:09"),
    Stamp.DECLARED: night("02:10"),
    Stamp.MITIGATED: night("02:34"),
    Stamp.RESTORED: night("02:48"),
    Stamp.DATA_VERIFIED: night("06:20"),
    Stamp.RESOLVED: night("06:35"),
}


LATE = tuple(
    AffectedDataset(name, harms=(Harm.LATE,), tier=0)
    for name in ("raw_orders", "stg_orders", "fct_revenue_daily")
)


def the_worked_incident(**changes: Any) -> Incident:
    """The incident of the guide's worked example, resolved."""
    given: dict[str, Any] = {
        "state": IncidentState.RESOLVED,
        "stamps": WORKED_STAMPS,
        "slos": ("debezium-cdc-lag",),
        "datasets": ("raw_orders", "stg_orders", "fct_revenue_daily"),
        "service": "orders-cdc",
        "budget_cost": {"debezium-cdc-lag": 68 / 432},
        "details": Details(affected=LATE),
    }
    return an_incident(**{**given, **changes})


def an_entry(seq: int = 1, text: str = "Lag is growing", **changes: Any) -> TimelineEntry:
    """A note of ana's at 02:12."""
    given: dict[str, Any] = {
        "incident_id": 142,
        "seq": seq,
        "kind": EntryKind.NOTE,
        "text": text,
        "occurred_at": night("02:12"),
        "recorded_at": night("02:12"),
        "actor_id": ANA.id,
        "actor_name": ANA.name,
        "provenance": Provenance(source="command"),
        "content_hash": f"{seq:064x}",
        "prev_hash": f"{seq - 1:064x}",
        "hash": f"{seq:064x}",
    }
    return TimelineEntry(**{**given, **changes})


def an_action(item_id: int = 87, **changes: Any) -> ActionItem:
    """An open item of ben's, due 1 December 2026."""
    given: dict[str, Any] = {
        "id": item_id,
        "text": "Alert when the connector restarts twice in an hour",
        "state": ActionState.OPEN,
        "owner": BEN.id,
        "owner_name": BEN.name,
        "due": date(2026, 12, 1),
        "created_at": night("07:00"),
        "created_by": ANA.id,
        "incident_id": 142,
    }
    return ActionItem(**{**given, **changes})


def a_runbook(runbook_id: str = "debezium-lag", **changes: Any) -> Runbook:
    """A runbook with one check."""
    given: dict[str, Any] = {
        "id": runbook_id,
        "title": runbook_id.replace("-", " ").capitalize(),
        "path": f"{runbook_id}.md",
        "steps": (Step("1", "check", "Look at the connector's state"),),
    }
    return Runbook(**{**given, **changes})
