"""Signals as parts of an incident: attached with why, counted while they flap, detached again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.correlation import Match, Relation, Signal
from fireline.domain.incident.details import AffectedDataset, LinkedAlert
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import DatasetRole
from fireline.domain.incident.knowledge import MOST_DATASETS
from fireline.domain.incident.proposals import Proposal, ProposalKind
from fireline.domain.policy.correlation_rules import SignalRules

MOST_ALERTS = 300
MOST_PROPOSALS = 50
MOST_TIMES = 20
BY_HAND = "attached by hand"


def attached(incident: Incident, signal: Signal, match: Match) -> Incident:
    """The incident with the signal, its SLOs, and the data that it reached.

    One that is attached already grows by what it brings; beyond the limits nothing is added.
    """
    known = alert_of(incident, signal.key)
    if known is None and len(incident.details.alerts) >= MOST_ALERTS:
        return incident
    alerts = incident.details.alerts
    own_slos = set(incident.slos) - {name for one in alerts for name in one.slos}
    own_data = {d.key for d in incident.details.affected}
    own_data -= {key for one in alerts for key in one.datasets}
    incident = _with_data(incident, match)
    held = {one.key for one in incident.details.affected}
    alert = known or LinkedAlert(
        signal.source, signal.ref, signal.title, signal.at, outage=signal.outage, why=match.why
    )
    alert = replace(
        alert,
        title=signal.title,
        ended_at=None,
        slos=_joined(alert.slos, (n for n in signal.slos if n not in own_slos)),
        datasets=_joined(
            alert.datasets, (k for k in match.keys if k in held and k not in own_data)
        ),
    )
    kept = tuple(key for key in incident.details.detached if key != signal.key)
    details = replace(incident.details, detached=kept)
    slos = _joined(incident.slos, signal.slos)
    return _with(replace(incident, slos=slos, details=details), alert)


def _joined(held: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*held, *more)))


def _with_data(incident: Incident, match: Match) -> Incident:
    """The incident with the data that a signal is about as impacted; not what is upstream."""
    if match.relation is Relation.UPSTREAM:
        return incident
    affected = incident.details.affected
    held = {one.key for one in affected}
    room = MOST_DATASETS - len(affected)
    new = tuple(key for key in match.keys if key not in held)[:room]
    more = tuple(AffectedDataset(key, DatasetRole.IMPACTED, why=match.why) for key in new)
    return _of_data(incident, (*affected, *more)) if more else incident


def _of_data(incident: Incident, affected: Iterable[AffectedDataset]) -> Incident:
    every = tuple(affected)
    details = replace(incident.details, affected=every)
    return replace(incident, datasets=tuple(one.key for one in every), details=details)


def turned(
    incident: Incident, key: str, at: datetime, rules: SignalRules, *, firing: bool
) -> tuple[Incident, bool]:
    """The incident once an attached signal ended or came back; whether that is worth a line.

    One that changes too often flaps: that is said once, and from then on it is only counted.
    """
    alert = alert_of(incident, key)
    if alert is None or firing == (alert.ended_at is None):
        return incident, False
    times = (*alert.times, at)[-MOST_TIMES:]
    lately = [one for one in times if at - one <= rules.flap_within]
    flapping = len(lately) >= rules.flap_transitions
    told = not (flapping and alert.flapping)
    ended = None if firing else at
    after = replace(alert, ended_at=ended, times=times, flapping=flapping)
    return _with(incident, after), told


def detached(incident: Incident, key: str) -> tuple[Incident, LinkedAlert]:
    """The incident without a signal and what only that brought; it is not attached by itself again.

    Raises:
        NotFoundError: it is not attached.
    """
    alert = alert_of(incident, key)
    if alert is None:
        raise NotFoundError(f"{incident.ref} has no alert {key}.")
    left = tuple(one for one in incident.details.alerts if one.key != key)
    others_slos = {name for one in left for name in one.slos}
    others_data = {name for one in left for name in one.datasets}
    gone_slos = set(alert.slos) - others_slos
    gone_data = set(alert.datasets) - others_data
    details = replace(
        incident.details, alerts=left, detached=(*incident.details.detached, key)[-MOST_ALERTS:]
    )
    after = replace(
        incident,
        slos=tuple(name for name in incident.slos if name not in gone_slos),
        details=details,
    )
    data = tuple(
        one for one in details.affected if one.key not in gone_data or one.role is DatasetRole.ROOT
    )
    return _of_data(after, data) if gone_data else after, alert


def alert_of(incident: Incident, key: str) -> LinkedAlert | None:
    """The attached signal of that key."""
    return next((one for one in incident.details.alerts if one.key == key), None)


def alert_named(incident: Incident, name: str) -> LinkedAlert:
    """The attached signal by its number, key, ref, title, or an SLO that it brought.

    Raises:
        NotFoundError: none or several are called so; names those that there are.
    """
    wanted = name.strip().strip("`").lower()
    alerts = incident.details.alerts
    if wanted.isdecimal() and 1 <= int(wanted) <= len(alerts):
        return alerts[int(wanted) - 1]
    found = [one for one in alerts if wanted and wanted in _names(one)]
    if len(found) == 1:
        return found[0]
    known = "; ".join(f"{n} {one.title}" for n, one in enumerate(alerts[:10], 1)) or "none"
    what = "has several alerts" if found else "has no alert"
    raise NotFoundError(f"{incident.ref} {what} called {name.strip()}. Attached: {known}.")


def _names(alert: LinkedAlert) -> set[str]:
    names = {alert.key, alert.ref, alert.title, *alert.slos}
    return {one.lower() for one in names}


def _with(incident: Incident, alert: LinkedAlert) -> Incident:
    """The incident with the signal in its place, or as its last."""
    held = incident.details.alerts
    if all(one.key != alert.key for one in held):
        alerts = (*held, alert)
    else:
        alerts = tuple(alert if one.key == alert.key else one for one in held)
    return replace(incident, details=replace(incident.details, alerts=alerts))


def rooted(incident: Incident, key: str, below: Iterable[str]) -> Incident:
    """The incident with another root; roots that are made of it become what it reached."""
    under = set(below)
    held = {one.key: one for one in incident.details.affected}
    first = held.pop(key, None) or AffectedDataset(key)
    rest = (
        replace(one, role=DatasetRole.IMPACTED) if one.key in under else one
        for one in held.values()
    )
    return _of_data(incident, (replace(first, role=DatasetRole.ROOT), *rest))


def proposed(
    incident: Incident, kind: ProposalKind, text: str, at: datetime, **about: object
) -> tuple[Incident, Proposal | None]:
    """The incident with one more open proposal; None for one that was made before.

    `about` are fields of the proposal that name what it is about.
    """
    held = incident.details.proposals
    fresh = Proposal(len(held) + 1, kind, text, at, **about)  # type: ignore[arg-type]  # by name
    subject = (kind, fresh.source, fresh.ref, fresh.dataset)
    if len(held) >= MOST_PROPOSALS or any(
        (one.kind, one.source, one.ref, one.dataset) == subject for one in held
    ):
        return incident, None
    details = replace(incident.details, proposals=(*held, fresh))
    return replace(incident, details=details), fresh


def decided(
    incident: Incident, number: int, who: str, at: datetime, *, accepted: bool
) -> tuple[Incident, Proposal]:
    """The incident with a proposal taken up or turned down.

    Raises:
        NotFoundError: there is no such proposal.
        InvalidInputError: somebody else decided before.
    """
    one = next((p for p in incident.details.proposals if p.number == number), None)
    if one is None:
        raise NotFoundError(f"{incident.ref} has no such proposal any more.")
    if one.accepted is not None:
        how = "took it up" if one.accepted else "turned it down"
        raise InvalidInputError(f"{one.decided_by} {how} already.")
    done = replace(one, accepted=accepted, decided_by=who, decided_at=at)
    proposals = tuple(done if p.number == number else p for p in incident.details.proposals)
    return replace(incident, details=replace(incident.details, proposals=proposals)), done
