"""The timeline as it is listed: a page of entries with what the accept step says of each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fireline.domain.errors import ForbiddenError
from fireline.domain.incident.accepting import Standing, check_judge, standing, waiting
from fireline.domain.incident.incident import Incident, Role
from fireline.domain.incident.timeline import EntryKind, Review, TimelineEntry
from fireline.domain.incident.timeline_text import (
    ERASED,
    current,
    many_days,
    noted_later,
    standing_remarks,
)
from fireline.domain.people import Actor
from fireline.usecases.ports import UnitOfWork

PAGE = 10


class Listing(StrEnum):
    """Which entries are listed: those that stand, those that wait, or all ever written."""

    CURRENT = "current"
    PENDING = "pending"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One entry as it is listed; `replaced` and `retracted` ones are shown among all only.

    `noted_at` is set when it was written down clearly later than it happened. Of a deleted message
    `text` is empty for all but the commander.
    """

    seq: int
    kind: EntryKind
    at: datetime
    actor: str
    text: str
    remarks: tuple[str, ...]
    review: Review
    reason: str | None
    permalink: str | None
    replaced: bool = False
    retracted: bool = False
    noted_at: datetime | None = None
    deleted: bool = False
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Some entries of an incident's timeline; `page` counts from 0."""

    incident_id: int
    ref: str
    title: str
    listing: Listing
    page: int
    pages: int
    lines: tuple[TimelineLine, ...]
    standing: Standing
    dated: bool
    may_judge: bool


def timeline_page(
    uow: UnitOfWork,
    incident: Incident,
    viewer: Actor,
    listing: Listing = Listing.CURRENT,
    page: int | None = None,
) -> TimelinePage:
    """One page; the newest when none is named, the oldest of what waits.

    A deleted message's text is shown to the commander alone, a hidden one's to who may judge.
    """
    entries = uow.timeline.entries(incident.id)
    stand = {e.seq for e in current(entries)}
    listed = {
        Listing.CURRENT: lambda: current(entries),
        Listing.PENDING: lambda: waiting(entries),
        Listing.ALL: lambda: entries,
    }[listing]()
    pages = max(1, -(-len(listed) // PAGE))
    newest = 0 if listing is Listing.PENDING else pages - 1
    at = newest if page is None else min(max(page, 0), pages - 1)
    judges = _may_judge(incident, viewer)
    leads = incident.roles.get(Role.COMMANDER) == viewer.id
    some = listed[at * PAGE : (at + 1) * PAGE]
    lines = [_line(e, leads=leads, judges=judges, stands=e.seq in stand) for e in some]
    return TimelinePage(
        incident.id,
        incident.ref,
        incident.title,
        listing,
        at,
        pages,
        tuple(lines),
        standing(entries),
        many_days(listed),
        judges,
    )


def _may_judge(incident: Incident, viewer: Actor) -> bool:
    try:
        check_judge(incident, viewer)
    except ForbiddenError:
        return False
    return True


def _line(entry: TimelineEntry, *, leads: bool, judges: bool, stands: bool) -> TimelineLine:
    return TimelineLine(
        seq=entry.seq,
        kind=entry.kind,
        at=entry.occurred_at,
        actor=entry.actor_name,
        text=_text(entry, leads=leads, judges=judges),
        remarks=tuple(standing_remarks(entry)),
        review=entry.review,
        reason=entry.review_reason,
        permalink=entry.provenance.permalink,
        replaced=not stands and not entry.retracted,
        retracted=entry.retracted,
        noted_at=entry.recorded_at if noted_later(entry) else None,
        deleted=entry.deleted,
        deleted_at=entry.deleted_at,
    )


def _text(entry: TimelineEntry, *, leads: bool, judges: bool) -> str:
    said = " ".join(entry.text.split()) or ERASED
    if entry.deleted:
        return said if leads else ""
    if entry.review is Review.HIDDEN and not judges:
        return "(hidden)"
    return said
