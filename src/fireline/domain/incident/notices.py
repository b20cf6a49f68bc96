"""What consumers of the data are told: not to use it, what was wrong, that it is safe again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.details import Notice
from fireline.domain.incident.incident import Incident, Stamp
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
    used_by: str = ""


def told(
    incident: Incident,
    kind: NoticeKind,
    consumers: Iterable[Consumer],
    text: str,
    by: str,
    now: datetime,
    advice: Mapping[str, str] | None = None,
) -> Incident:
    """The incident after its consumers were told; each keeps one notice with its times.

    `advice` is what a class of consumers hears besides the text.

    Raises:
        InvalidInputError: the data is not right yet, or there are too many consumers.
    """
    if kind is NoticeKind.ALL_CLEAR:
        _safe(incident)
    consumers = _named(consumers)
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
            used_by=consumer.used_by or before.used_by,
            advice=(advice or {}).get(consumer.used_by or before.used_by, ""),
            **{STAMPS[kind]: now},  # type: ignore[arg-type]  # a field of that name
        )
    if len(known) > MOST_NOTICES:
        message = f"An incident tells at most {MOST_NOTICES} consumers; name the ones that matter."
        raise InvalidInputError(message, "consumers")
    return replace(incident, details=replace(incident.details, notices=tuple(known.values())))


def _named(consumers: Iterable[Consumer]) -> tuple[Consumer, ...]:
    """The consumers, none of which has a name that could not be kept."""
    found = tuple(consumers)
    odd = next((c.name for c in found if "|" in c.name or len(c.name) > LONGEST_NAME), None)
    if odd is not None:
        message = f"A name holds at most {LONGEST_NAME} characters and no |: {odd[:60]}"
        raise InvalidInputError(message, "consumers")
    return found


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
    known = facts_of(incident)
    span = f" for {known['window']}" if known["window"] else ""
    if kind is NoticeKind.DO_NOT_USE:
        is_so = f" It is {known['harms']}." if known["harms"] else ""
        since = f" Since {known['since']}." if known["since"] and not span else ""
        last = f" What is older than {known['last_good']} is good." if known["last_good"] else ""
        then = " We tell you when it is safe."
        if known["next_update"]:
            then = f" Next word by {known['next_update']}, and when it is safe."
        return f"Please do not use this data: {known['data']}{span}.{is_so}{since}{last}{then}"
    was = "Safe to use again"
    if kind is NoticeKind.CORRECTION:
        was = f"This data was {known['harms'] or 'damaged'} and is put right"
    rows = f" Reconciled: {known['rows']}." if known["rows"] else ""
    return f"{was}: {known['data']}{span}.{rows}"


def facts_of(incident: Incident) -> dict[str, str]:
    """What notices may speak of, each as text; empty where nothing is known."""
    details = incident.details
    window, start = details.bad_window, incident.at(Stamp.IMPACT_STARTED)
    about = " (estimate)" if window is not None and window.estimate else ""
    due = details.next_update_due
    return {
        "data": ", ".join(incident.datasets[:5]) or incident.title,
        "harms": ", ".join(dict.fromkeys(harm for d in details.affected for harm in d.harms)),
        "window": f"{_utc(window.start)[:-4]} to {_utc(window.end)}{about}" if window else "",
        "since": _utc(start) if start is not None else "",
        "last_good": _utc(window.start) if window is not None else "",
        "next_update": _utc(due) if due is not None and incident.open else "",
        "incident": incident.ref,
        "rows": _counted(incident),
    }


def _utc(at: datetime) -> str:
    return f"{at:%d %b %H:%M} UTC"


def _counted(incident: Incident) -> str:
    """Rows as they were reconciled."""
    units = [u for u in incident.details.units if u.rows_actual is not None]
    return "; ".join(
        f"{u.dataset} {u.rows_actual:,.0f} rows"
        + (f" of {u.rows_expected:,.0f} expected" if u.rows_expected is not None else "")
        for u in units[:5]
    )
