"""Calling people, and going on to the next ones while nobody answers.

Pages that the clock sends are one question, "who takes this?": whoever answers one answers them
all. A page that a person asks for is answered by itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.exposure import may_read
from fireline.domain.incident.incident import Incident, IncidentState, Role, Stamp
from fireline.domain.incident.page import Page, Target, Told, Way
from fireline.domain.incident.roles import with_role
from fireline.domain.people import Actor
from fireline.domain.policy.incident_rules import EscalationStep

MOST_UNANSWERED = 3
KEPT_PAGES = 300
ESCALATE, AGAIN, CLIMB, CHASE = "escalate:declared", "again:", "climb:", "commander:"
CHAIN = (ESCALATE, AGAIN, CLIMB)
WAITING = (IncidentState.TRIAGE, IncidentState.INVESTIGATING)


def asks(page: Page) -> bool:
    """Whether it is a part of the clock's question who takes the incident."""
    return page.firing.startswith(CHAIN)


def open_pages(incident: Incident) -> tuple[Page, ...]:
    """Those that nobody answered."""
    return tuple(p for p in incident.details.pages if p.acknowledged_at is None)


def asked(incident: Incident) -> tuple[Page, ...]:
    """The open pages of the clock's question; none where one of those called is here anyway."""
    here = [p.at for p in incident.details.pages if p.way is Way.HERE and asks(p)]
    since = max(here, default=None)
    waiting = (page for page in open_pages(incident) if asks(page))
    return tuple(page for page in waiting if since is None or page.at > since)


def is_acknowledged(incident: Incident) -> bool:
    """Whether a person takes care of it: somebody acted on it, and nobody is still asked to."""
    return incident.at(Stamp.ACKNOWLEDGED) is not None and not asked(incident)


def unanswered(incident: Incident, alias: str) -> int:
    """How often this target was called since it last answered."""
    count = 0
    for page in incident.details.pages:
        if page.alias == alias:
            count = 0 if page.acknowledged_at is not None else count + 1
    return count


def worn_out(incident: Incident, alias: str) -> bool:
    """Whether calling this target once more helps nobody."""
    return unanswered(incident, alias) >= MOST_UNANSWERED


def called(
    incident: Incident,
    targets: Sequence[Target],
    firing: str,
    text: str,
    by: Actor,
    at: datetime,
) -> Incident:
    """The incident with these called, each by a page of its own.

    Whoever holds a role or declared it is here already and has answered by that; the others are
    called all the same, once.
    """
    pages = incident.details.pages
    number = pages[-1].number if pages else 0
    there = {*incident.roles.values(), incident.declared_by}
    made = []
    for count, target in enumerate(targets, 1):
        here = target.slack in there
        made.append(
            Page(
                number=number + count,
                firing=firing,
                alias=target.alias,
                way=Way.HERE if here else target.way,
                name=target.name,
                at=at,
                by=by.name,
                text=text,
                slack=target.slack,
                acknowledged_at=at if here else None,
                acknowledged_by=target.name if here else "",
                told=Told.TAKEN if here else Told.NOTHING,
            )
        )
    return _with(incident, (*pages, *made)[-KEPT_PAGES:])


def acknowledged(incident: Incident, number: int, actor: Actor, at: datetime) -> Incident:
    """The incident once somebody has answered the page; a second answer changes nothing.

    Raises:
        NotFoundError: there is no such page.
    """
    page = next((p for p in incident.details.pages if p.number == number), None)
    if page is None:
        raise NotFoundError(f"That page of {incident.ref} is not known any more.")
    if page.acknowledged_at is not None:
        return incident
    after = _with(
        incident, tuple(_taken(p, actor.name, at, number) for p in incident.details.pages)
    )
    if asks(page):
        after = _answered_all(after, actor.name, at)
    if after.at(Stamp.ACKNOWLEDGED) is None:
        after = replace(after, stamps={**after.stamps, Stamp.ACKNOWLEDGED: at})
    return after


def settled(incident: Incident, actor: Actor, at: datetime) -> tuple[Incident, tuple[Page, ...]]:
    """The incident with everything told to those who were called, and the pages to tell it of.

    Whoever acts on the incident has answered their pages; moving it on answers the clock's
    question; ending it ends every page.
    """
    if not incident.details.pages:
        return incident, ()
    mine = [page for page in open_pages(incident) if page.slack == actor.id]
    changed: list[Page] = []
    pages = []
    for page in incident.details.pages:
        acted = page in mine or (asks(page) and any(asks(one) for one in mine))
        told = _to_tell(incident, page, acted=acted)
        after = replace(page, told=told)
        if told in {Told.TAKEN, Told.OVER} and page.acknowledged_at is None:
            after = replace(after, acknowledged_at=at, acknowledged_by=actor.name)
        pages.append(after)
        if told is not page.told:
            changed.append(after)
    return (_with(incident, tuple(pages)) if changed else incident), tuple(changed)


def _to_tell(incident: Incident, page: Page, *, acted: bool) -> Told:
    if not incident.open:
        return Told.OVER
    if page.told is Told.OVER:  # an incident that was reopened calls anew
        return Told.OVER
    first = incident.at(Stamp.ACKNOWLEDGED)
    moved = incident.state not in WAITING or (first is not None and first > page.at)
    if page.acknowledged_at is not None or acted or (asks(page) and moved):
        return Told.TAKEN
    return Told.CALLED


def repeats(incident: Incident, now: datetime, within: timedelta) -> Iterator[tuple[str, datetime]]:
    """Targets that did not answer within this time and are called again, and when that was due.

    Where PagerDuty was told, it calls again by its own rules.
    """
    latest = {page.alias: page for page in asked(incident)}
    for alias, page in latest.items():
        due = page.at + within
        if page.way is Way.MESSAGE and not worn_out(incident, alias) and now >= due:
            yield alias, due


def next_up(
    incident: Incident, ladder: Sequence[str], now: datetime, within: timedelta
) -> tuple[str, datetime] | None:
    """The first of the ladder who was not called, once nobody else answers; and since when."""
    by_alias: dict[str, list[Page]] = {}
    for page in asked(incident):
        by_alias.setdefault(page.alias, []).append(page)
    given_up = [_given_up(incident, pages, within) for pages in by_alias.values()]
    known = [at for at in given_up if at is not None]
    rest = [alias for alias in ladder if alias not in by_alias]
    if not rest or not known or len(known) < len(given_up) or now < max(known):
        return None
    return rest[0], max(known)


def _given_up(incident: Incident, pages: Sequence[Page], within: timedelta) -> datetime | None:
    """When a target counts as not answering; None while it is still to be called again."""
    if pages[-1].way is not Way.MESSAGE:
        return pages[0].at + MOST_UNANSWERED * within
    return pages[-1].at + within if worn_out(incident, pages[-1].alias) else None


def ladder_of(steps: Sequence[EscalationStep], *, restricted: bool) -> tuple[str, ...]:
    """Everybody whom the steps of a tier call, in their order."""
    fit = (step for step in steps if restricted or not step.restricted)
    return tuple(dict.fromkeys(name for step in fit for name in step.notify))


def check_again(incident: Incident, alias: str) -> None:
    """Refuse to call somebody a fourth time who did not answer three times.

    Raises:
        InvalidInputError: so it is.
    """
    if worn_out(incident, alias):
        message = (
            f"{alias} did not answer {MOST_UNANSWERED} pages of {incident.ref}; page somebody else."
        )
        raise InvalidInputError(message, "alias")


def with_operations(
    incident: Incident, page: Page, actor: Actor, on_call: str, at: datetime
) -> Incident:
    """The incident with whoever is on call for its service in operations, once they answered.

    A role lets its holder read a restricted incident, so that answering a page gives none there.
    """
    free = Role.OPERATIONS not in incident.roles and may_read(incident, actor.id)
    if not free or page.alias != on_call or actor.id != page.slack:
        return incident
    return with_role(incident, Role.OPERATIONS, actor.id, actor, at)


def _answered_all(incident: Incident, name: str, at: datetime) -> Incident:
    pages = tuple(_taken(p, name, at) if asks(p) else p for p in incident.details.pages)
    return _with(incident, pages)


def _taken(page: Page, name: str, at: datetime, number: int | None = None) -> Page:
    if page.acknowledged_at is not None or number not in {None, page.number}:
        return page
    return replace(page, acknowledged_at=at, acknowledged_by=name)


def _with(incident: Incident, pages: tuple[Page, ...]) -> Incident:
    return replace(incident, details=replace(incident.details, pages=pages))
