"""Instants of an incident and the order they must keep; a broken order is refused, never mended."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Incident, Stamp

CHAIN = (
    Stamp.MITIGATED,
    Stamp.RESTORED,
    Stamp.DATA_VERIFIED,
    Stamp.RESOLVED,
    Stamp.CLOSED,
)
EDITABLE = (
    Stamp.IMPACT_STARTED,
    Stamp.DETECTED,
    Stamp.IDENTIFIED,
    Stamp.MITIGATED,
    Stamp.RESTORED,
    Stamp.DATA_REPAIR_STARTED,
    Stamp.LEGAL_CLOCK,
)


def check_order(stamps: Mapping[Stamp, datetime]) -> None:
    """Accept the instants only if they can all be true.

    Raises:
        InvalidInputError: names the two values that contradict each other.
    """
    for stamp, at in stamps.items():
        if at.utcoffset() is None:
            raise InvalidInputError(f"{stamp.value} needs a time zone.", field="at")
    for earlier, later in _ordered_pairs(stamps):
        if stamps[later] < stamps[earlier]:
            raise InvalidInputError(_contradiction(stamps, later, earlier), field="at")


def with_stamp(incident: Incident, stamp: Stamp, at: datetime) -> Incident:
    """The incident with this instant set, if the order still holds.

    Raises:
        InvalidInputError: the order would break; names both values.
    """
    stamps = {**incident.stamps, stamp: at}
    check_order(stamps)
    return replace(incident, stamps=stamps)


def _ordered_pairs(stamps: Mapping[Stamp, datetime]) -> Iterator[tuple[Stamp, Stamp]]:
    """Pairs (earlier, later) of recorded instants whose order is fixed."""
    if Stamp.IMPACT_STARTED in stamps:
        yield from ((Stamp.IMPACT_STARTED, other) for other in reversed(Stamp) if other in stamps)
    elif Stamp.DETECTED in stamps:  # the clocks start there, so nothing may end before it
        yield from ((Stamp.DETECTED, other) for other in reversed(CHAIN) if other in stamps)
    known = [stamp for stamp in CHAIN if stamp in stamps]
    yield from itertools.pairwise(known)
    signals = [s for s in (Stamp.ALERT_FIRED, Stamp.DECLARED) if s in stamps]
    if signals and Stamp.ACKNOWLEDGED in stamps:
        yield min(signals, key=lambda s: stamps[s]), Stamp.ACKNOWLEDGED


def _contradiction(stamps: Mapping[Stamp, datetime], later: Stamp, earlier: Stamp) -> str:
    """The sentence that names both values, with dates when they differ."""
    first, second = (stamps[s].astimezone(UTC) for s in (later, earlier))
    form = "%H:%M" if first.date() == second.date() else "%Y-%m-%d %H:%M"
    if first.strftime(form) == second.strftime(form):
        form += ":%S"
    return (
        f"{later.value} {first.strftime(form)} is before {earlier.value} {second.strftime(form)}"
        " (UTC). Give a later time, or correct the other one first."
    )
