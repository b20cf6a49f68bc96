"""The rules of an action item: what is a promise, what is evidence, when its owner is reminded."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from fireline.domain.errors import ConflictError, InvalidInputError
from fireline.domain.incident.exposure import may_read
from fireline.domain.incident.incident import Incident
from fireline.domain.postmortem.action import ActionItem, ActionState

SHORTEST, LONGEST = 10, 200
WORKDAY_STARTS = 9
FARTHEST = timedelta(days=2 * 366)
WEEKEND = 5
NEUTRAL = "Action item of a restricted incident"
LADDER = (("before", -3), ("due", 0), ("late2", 2), ("late7", 7))


def checked_text(text: str) -> str:
    """The promise on one line.

    Raises:
        InvalidInputError: too short to mean anything, or too long to be one thing.
    """
    words = " ".join(text.split())
    if not SHORTEST <= len(words) <= LONGEST:
        raise InvalidInputError(
            f"An action item is one sentence of {SHORTEST} to {LONGEST} characters that says what"
            f" will be different; this has {len(words)}.",
            field="text",
        )
    return words


def checked_due(due: date, today: date) -> date:
    """The day by which it is kept.

    Raises:
        InvalidInputError: it has passed, or is too far away to be a promise.
    """
    if due < today:
        raise InvalidInputError(f"{due} has passed; give today or a later day.", field="due")
    if due > today + FARTHEST:
        raise InvalidInputError(f"{due} is more than two years away; give a nearer day.", "due")
    return due


def checked_evidence(url: str) -> str:
    """The link that shows the work is done.

    Raises:
        InvalidInputError: it is no web link.
    """
    link = url.strip().strip("<>").split("|")[0]
    parts = urlsplit(link) if not any(c.isspace() for c in link) else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidInputError(
            "Done needs evidence: a link that starts with https://, such as the merged change.",
            field="url",
        )
    return link


def completed(item: ActionItem, url: str, by: str, at: datetime) -> ActionItem:
    """The item, done with evidence.

    Raises:
        ConflictError: it is done already; says with what.
        InvalidInputError: the evidence is no link.
    """
    if item.state is ActionState.DONE:
        raise ConflictError(f"{item.ref} is done already, with {item.evidence}.")
    return replace(
        item, state=ActionState.DONE, evidence=checked_evidence(url), done_at=at, done_by=by
    )


def working_time(local: datetime) -> bool:
    """Whether people may be reminded: a working day, 09:00 or later."""
    return local.weekday() < WEEKEND and local.hour >= WORKDAY_STARTS


def due_steps(item: ActionItem, today: date) -> tuple[str, ...]:
    """Steps of the ladder that have come and were not taken; a done item has none."""
    if item.state is not ActionState.OPEN:
        return ()
    taken = {mark.split("@")[0] for mark in item.reminded}
    return tuple(
        name
        for name, days in LADDER
        if name not in taken and item.due + timedelta(days=days) <= today
    )


def reminded(item: ActionItem, steps: Iterable[str], today: date) -> ActionItem:
    """The item with these steps marked as taken today."""
    marks = tuple(f"{step}@{today.isoformat()}" for step in steps)
    return replace(item, reminded=(*item.reminded, *marks))


def reminded_on(item: ActionItem, day: str) -> bool:
    """Whether the owner was reminded of it on that day."""
    return any(mark.endswith(f"@{day}") for mark in item.reminded)


def last_reminded(item: ActionItem) -> str | None:
    """The newest day its owner was reminded of it."""
    return max((mark.split("@")[1] for mark in item.reminded), default=None)


def public_action(
    item: ActionItem, incident: Incident | None, reader: str | None = None
) -> ActionItem:
    """The action item as this reader may see it, given the incident it came from."""
    if incident is None or may_read(incident, reader):
        return item
    return replace(item, text=NEUTRAL, evidence=None)
