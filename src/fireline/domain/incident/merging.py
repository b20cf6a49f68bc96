"""What an incident takes over from one that is merged into it."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from typing import TypeVar

from fireline.domain.incident.incident import Incident

T = TypeVar("T")


def united(target: Incident, source: Incident) -> Incident:
    """The target with the SLOs, data, alerts, changes and repair units of both.

    A merge with a restricted incident makes the target restricted.
    """
    mine, theirs = target.details, source.details
    units = (replace(u, number=len(mine.units) + n) for n, u in enumerate(theirs.units, 1))
    details = replace(
        mine,
        affected=_joined(mine.affected, theirs.affected, lambda dataset: dataset.key),
        alerts=_joined(mine.alerts, theirs.alerts, lambda alert: (alert.source, alert.ref)),
        changes=_joined(mine.changes, theirs.changes, lambda change: change.id),
        units=(*mine.units, *units),
    )
    return replace(
        target,
        slos=_joined(target.slos, source.slos, str),
        datasets=_joined(target.datasets, source.datasets, str),
        restricted=target.restricted or source.restricted,
        details=details,
    )


def _joined(mine: Iterable[T], theirs: Iterable[T], key: Callable[[T], Hashable]) -> tuple[T, ...]:
    """Mine, then those of theirs that I do not have."""
    kept = tuple(mine)
    known = {key(one) for one in kept}
    return (*kept, *(one for one in theirs if key(one) not in known))
