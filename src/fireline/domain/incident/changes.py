"""What people changed in production, and which incidents a change may have to do with."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.details import LinkedChange
from fireline.domain.incident.incident import Incident, Stamp

MOST_LINKED = 50


class ChangeKind(StrEnum):
    """What was changed."""

    DEPLOY = "deploy"
    MIGRATION = "migration"
    CONFIG = "config"
    DBT = "dbt"


@dataclass(frozen=True, slots=True)
class ProductionChange:
    """One change as it was told; its id names it for whoever made it."""

    id: str
    title: str
    at: datetime
    kind: ChangeKind = ChangeKind.DEPLOY
    service: str = ""
    datasets: tuple[str, ...] = ()
    author: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """What an incident is about, as far as a change could be behind it.

    `upstream` are the keys of its root datasets and of all that they are made of.
    """

    services: frozenset[str]
    roots: frozenset[str]
    upstream: frozenset[str]

    def touched_by(self, change: ProductionChange, keys: Iterable[str]) -> str | None:
        """Why the change may have to do with it, or None; `keys` are the change's datasets."""
        for key in keys:
            if key in self.roots:
                return f"changes {key}"
            if key in self.upstream:
                return f"changes {key}, upstream"
        if change.service and change.service in self.services:
            return f"same service {change.service}"
        return None


def began(incident: Incident) -> datetime | None:
    """When the harm began, as far as that is known: a change after it did not cause it."""
    order = (Stamp.IMPACT_STARTED, Stamp.DETECTED, Stamp.DECLARED)
    return next((at for stamp in order if (at := incident.at(stamp)) is not None), None)


def considered(incident: Incident, span: timedelta, now: datetime) -> tuple[datetime, datetime]:
    """From when to when changes are looked at: `span` before the harm, until service is back."""
    known = (incident.at(Stamp.DECLARED), began(incident), now)
    start = min(at for at in known if at is not None)
    return start - span, incident.at(Stamp.RESTORED) or now


def linked(change: ProductionChange, why: str) -> LinkedChange:
    """The change as the incident remembers it."""
    return LinkedChange(
        change.id,
        change.title,
        change.at,
        change.service,
        change.url,
        change.author,
        change.kind.value,
        why,
    )


def with_change(incident: Incident, change: LinkedChange) -> Incident:
    """The incident with one more change, the newest last; one it has already stays as it is."""
    held = incident.details.changes
    if any(one.id == change.id for one in held):
        return incident
    if len(held) >= MOST_LINKED:
        message = f"An incident names at most {MOST_LINKED} changes; remove one first."
        raise InvalidInputError(message, "subject")
    changes = tuple(sorted((*held, change), key=lambda one: (one.at, one.id)))
    return replace(incident, details=replace(incident.details, changes=changes))


def without_change(incident: Incident, change_id: str) -> tuple[Incident, LinkedChange]:
    """The incident without the change; what caused it is asked anew if it was that one.

    Raises:
        NotFoundError: it does not name it.
    """
    details = incident.details
    gone = found(incident, change_id)
    left = tuple(one for one in details.changes if one.id != gone.id)
    details = replace(details, changes=left)
    if details.cause_change == gone.id:
        details = replace(details, cause_change="", caused_by_change=None)
    return replace(incident, details=details), gone


def found(incident: Incident, change_id: str) -> LinkedChange:
    """The incident's change of that id or address.

    Raises:
        NotFoundError: it names none.
    """
    wanted = change_id.strip()
    for one in incident.details.changes:
        if wanted and wanted in {one.id, one.url}:
            return one
    known = ", ".join(one.id for one in incident.details.changes[:10]) or "none"
    message = f"{incident.ref} names no change {wanted}; it names {known}."
    raise NotFoundError(message)


def in_words(change: LinkedChange) -> str:
    """Such as `Deploy api 1.4 (orders, by ana)`."""
    about = ", ".join(
        filter(None, (change.service, f"by {change.author}" if change.author else ""))
    )
    kind = f"{change.kind.capitalize()} " if change.kind else ""
    return f"{kind}{change.title}{f' ({about})' if about else ''}"
