"""What consumers of the data are told: not to use it, what was wrong, that it is safe again."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.details import Notice
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import NoticeKind

MOST_NOTICES = 100
LONGEST_NAME = 120
LEAST_TIER = 2


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who is told; without a channel of its own somebody has to pass it on."""

    name: str
    tier: int = LEAST_TIER
    owner: str | None = None
    channel: str = ""


def told(
    incident: Incident,
    kind: NoticeKind,
    consumers: Iterable[Consumer],
    text: str,
    by: str,
    now: datetime,
) -> Incident:
    """The incident after its consumers were told; each keeps one notice with its times.

    Raises:
        InvalidInputError: the data is not right yet, or there are too many consumers.
    """
    if kind is NoticeKind.ALL_CLEAR:
        _safe(incident)
    consumers = tuple(consumers)
    if odd := next(
        (c.name for c in consumers if "|" in c.name or len(c.name) > LONGEST_NAME), None
    ):
        message = f"A name holds at most {LONGEST_NAME} characters and no |: {odd[:60]}"
        raise InvalidInputError(message, "consumers")
    known = {notice.consumer: notice for notice in incident.details.notices}
    for consumer in consumers:
        before = known.get(consumer.name) or Notice(consumer.name, kind, now, by)
        known[consumer.name] = replace(
            before,
            kind=kind,
            sent_at=now,
            sent_by=by,
            owner=consumer.owner or before.owner,
            tier=min(consumer.tier, before.tier),
            channel=before.channel or consumer.channel,
            text=text,
            **{STAMPS[kind]: now},  # type: ignore[arg-type]  # a field of that name
        )
    if len(known) > MOST_NOTICES:
        message = f"An incident tells at most {MOST_NOTICES} consumers; name the ones that matter."
        raise InvalidInputError(message, "consumers")
    return replace(incident, details=replace(incident.details, notices=tuple(known.values())))


STAMPS = {
    NoticeKind.DO_NOT_USE: "warned_at",
    NoticeKind.CORRECTION: "corrected_at",
    NoticeKind.ALL_CLEAR: "cleared_at",
}


def _safe(incident: Incident) -> None:
    """Nothing is called safe while something is known to be wrong with it."""
    details = incident.details
    open_units = [unit.number for unit in details.units if not unit.status.settled]
    red = [check.name for check in details.checks if not check.green]
    if open_units or red:
        seen = [f"repair unit {number} is open" for number in open_units[:3]]
        seen += [f"{name} is red" for name in red[:3]]
        message = f"It is not safe yet: {'; '.join(seen)}. Put it right, then `/incident verify`."
        raise InvalidInputError(message, "kind")


def understood(incident: Incident, consumer: str, by: str, now: datetime) -> Incident:
    """The incident after a consumer confirmed; the first confirmation counts.

    Raises:
        NotFoundError: that consumer was told nothing.
    """
    found = next((n for n in incident.details.notices if n.consumer == consumer), None)
    if found is None:
        raise NotFoundError(f"{incident.ref} has told {consumer} nothing.")
    if found.confirmed_at is not None:
        return incident
    confirmed = replace(found, confirmed_at=now, confirmed_by=by)
    notices = tuple(confirmed if n is found else n for n in incident.details.notices)
    return replace(incident, details=replace(incident.details, notices=notices))


def without_channel(incident: Incident, consumer: str) -> Incident:
    """The incident once a consumer's channel turned out not to take messages."""
    changed = tuple(
        replace(n, channel="") if n.consumer == consumer else n for n in incident.details.notices
    )
    return replace(incident, details=replace(incident.details, notices=changed))


def draft(incident: Incident, kind: NoticeKind) -> str:
    """A first wording out of what is recorded, for a person to read before it is sent."""
    details = incident.details
    data = ", ".join(incident.datasets[:5]) or incident.title
    harms = ", ".join(dict.fromkeys(harm for d in details.affected for harm in d.harms))
    window = details.bad_window
    span = ""
    if window is not None:
        about = ", an estimate" if window.estimate else ""
        span = f" for {window.start:%d %b %H:%M} to {window.end:%d %b %H:%M} UTC{about}"
    if kind is NoticeKind.DO_NOT_USE:
        last = f" What is older than {window.start:%d %b %H:%M} UTC is good." if window else ""
        is_so = f" It is {harms}." if harms else ""
        rest = f"{is_so}{last} We tell you when it is safe."
        return f"Please do not use this data: {data}{span}.{rest}"
    was = "Safe to use again"
    if kind is NoticeKind.CORRECTION:
        was = f"This data was {harms or 'damaged'} and is put right"
    return f"{was}: {data}{span}.{_counted(incident)}"


def _counted(incident: Incident) -> str:
    """Rows as they were reconciled."""
    units = [u for u in incident.details.units if u.rows_actual is not None]
    rows = "; ".join(
        f"{u.dataset} {u.rows_actual:,.0f} rows"
        + (f" of {u.rows_expected:,.0f} expected" if u.rows_expected is not None else "")
        for u in units[:5]
    )
    return f" Reconciled: {rows}." if rows else ""
