"""Requests as they are shown: to whoever decides, to whoever asked, and as lists."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fireline.domain.errors import NotFoundError
from fireline.domain.policy.verdict import Decision, GateVerdict
from fireline.domain.policy.waivers import Waiver, WaiverKind, WaiverState, as_maintenance
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.exclusions import ExclusionEffect
from fireline.domain.slo.maintenance import Maintenance, exclusions_of
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.recurrence import Recurring
from fireline.usecases.gate_changes import gate, gates
from fireline.usecases.policy_views import (
    Audience,
    Effect,
    FreezeLine,
    FreezeList,
    MaintenanceList,
    PlannedLine,
    WaiverMessage,
)
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.stored_budgets import stored_reading

SHOWN_FOR = timedelta(days=7)
AHEAD = timedelta(days=31)
_STRICTEST = (Decision.FREEZE, Decision.UNKNOWN, Decision.APPROVE, Decision.ALLOW)


def request(s: Services, uow: UnitOfWork, ref: str) -> WaiverMessage | None:
    """Projection for the approver; `ref` is the number."""
    return _message(s, uow, ref, Audience.APPROVER)


def answer(s: Services, uow: UnitOfWork, ref: str) -> WaiverMessage | None:
    """Projection for whoever asked."""
    return _message(s, uow, ref, Audience.HOLDER)


def expiry(s: Services, uow: UnitOfWork, ref: str) -> WaiverMessage | None:
    """Projection of the reminder that it ends."""
    return _message(s, uow, ref, Audience.REMINDED)


def _message(s: Services, uow: UnitOfWork, ref: str, audience: Audience) -> WaiverMessage | None:
    waiver = uow.waivers.get(int(ref))
    if waiver is None:
        return None
    now = s.clock.now()
    slo = s.definitions.current().slos.get(waiver.subject)
    if waiver.kind is WaiverKind.EXCEPTION or slo is None:
        limits = _limits(s, waiver, now) if waiver.state is WaiverState.ASKED else ()
        return WaiverMessage(waiver, audience, waiver.subject, now, limits=limits)
    waits = waiver.state is WaiverState.ASKED and waiver.start < now
    effect = effect_of(s, uow, slo, waiver, now) if waits else None
    return WaiverMessage(waiver, audience, slo.title, now, effect)


def _limits(s: Services, waiver: Waiver, now: datetime) -> tuple[str, ...]:
    """Why changes do not simply pass now."""
    try:
        return gate(s, waiver.subject, now).reasons
    except NotFoundError:
        return ("No SLO is of this service any more.",)


def effect_of(
    s: Services, uow: UnitOfWork, slo: Slo, waiver: Waiver, now: datetime
) -> Effect | None:
    """What agreeing would change, by the ledger; None where nothing was counted then."""
    before = stored_reading(s, uow, slo, now)
    start, end = int(waiver.start.timestamp()), int(waiver.end.timestamp())
    added = exclusions_of(as_maintenance(waiver), start, end)
    after = replace(before, exclusions=(*before.exclusions, *added))
    (good, total), (kept_good, kept_total) = before.budget_counts, after.budget_counts
    bad = (total - good) - (kept_total - kept_good)
    touched = total - kept_total if waiver.effect is ExclusionEffect.EXCLUDE else bad
    if touched <= 0:
        return None
    unit = slo.unit_size
    return Effect(bad * unit, touched * unit, slo.unit, _left(before), _left(after))


def _left(reading: Reading) -> float | None:
    good, total = reading.budget_counts
    return 1 - (total - good) / reading.budget if reading.budget > 0 else None


def maintenance_list(s: Services) -> MaintenanceList:
    """What waits, runs, is planned, or ended in the last days."""
    now = s.clock.now()
    planned = s.maintenance.current()
    with s.store() as uow:
        asked = uow.waivers.since(WaiverKind.EXCLUSION, now - SHOWN_FOR)
    lines = [line for entry in planned.entries if (line := _planned(entry, now)) is not None]
    return MaintenanceList(
        asked=tuple(asked),
        planned=tuple(sorted(lines, key=lambda line: (line.start, line.name))),
        problems=planned.problems,
        now=now,
    )


def _planned(entry: Maintenance, now: datetime) -> PlannedLine | None:
    """The stretch that runs now or comes next, within a month."""
    epoch = int(now.timestamp())
    spans = entry.spans(epoch, epoch + int(AHEAD.total_seconds()))
    if not spans:
        return None
    start, end = (datetime.fromtimestamp(at, UTC) for at in spans[0])
    again = isinstance(entry.when, Recurring)
    return PlannedLine(entry.name, start, end, again, entry.reason, entry.approver, entry.source)


def freeze_list(s: Services) -> FreezeList:
    """Services that are frozen or need approval, and those that an exception lets through."""
    now = s.clock.now()
    verdicts = gates(s, now)
    lines = [_freeze_line(v) for v in verdicts if _is_limited(v)]
    with s.store() as uow:
        asked = uow.waivers.since(WaiverKind.EXCEPTION, now)
    order = {decision: rank for rank, decision in enumerate(_STRICTEST)}
    return FreezeList(
        lines=tuple(sorted(lines, key=lambda line: (order[line.decision], line.service))),
        free=len(verdicts) - len(lines),
        exceptions=tuple(waiver for waiver in asked if waiver.open(now)),
        problems=s.exceptions.current().problems,
        now=now,
    )


def _is_limited(verdict: GateVerdict) -> bool:
    return not verdict.passes() or any(given.active for given in verdict.exceptions)


def _freeze_line(verdict: GateVerdict) -> FreezeLine:
    return FreezeLine(verdict.service, verdict.decision, verdict.passes(), verdict.reasons)
