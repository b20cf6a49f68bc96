"""Decisions and tasks of an incident: numbered, never removed."""

from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.details import Decision, Task
from fireline.domain.incident.incident import Incident


def decided(incident: Incident, draft: Decision) -> Incident:
    """The incident with one more decision; its number is given here.

    Raises:
        InvalidInputError: it ends before it begins, or temporary access has no end.
    """
    if draft.expires_at is not None and draft.expires_at <= draft.decided_at:
        raise InvalidInputError("A decision ends in the future; give `expires:+2h`.", "expires")
    if draft.kind.revocable and draft.expires_at is None:
        message = "Temporary access and freeze exceptions need an end; add `expires:+2h`."
        raise InvalidInputError(message, "expires")
    number = len(incident.details.decisions) + 1
    entry = replace(draft, number=number, text=" ".join(draft.text.split()))
    decisions = (*incident.details.decisions, entry)
    return replace(incident, details=replace(incident.details, decisions=decisions))


def revoked(incident: Incident, number: int, now: datetime) -> tuple[Incident, Decision]:
    """The incident with a decision taken back.

    Raises:
        NotFoundError: there is no such decision.
        InvalidInputError: it was taken back already.
    """
    found = next((d for d in incident.details.decisions if d.number == number), None)
    if found is None:
        raise NotFoundError(f"{incident.ref} has no decision {number}.")
    if found.revoked_at is not None:
        raise InvalidInputError(f"Decision {number} was revoked at {found.revoked_at:%H:%M} UTC.")
    after = replace(found, revoked_at=now)
    decisions = tuple(after if d.number == number else d for d in incident.details.decisions)
    return replace(incident, details=replace(incident.details, decisions=decisions)), after


def with_task(
    incident: Incident, text: str, owner: str | None = None, due: datetime | None = None
) -> tuple[Incident, Task]:
    """The incident with one more task."""
    task = Task(len(incident.details.tasks) + 1, " ".join(text.split()), owner, due)
    tasks = (*incident.details.tasks, task)
    return replace(incident, details=replace(incident.details, tasks=tasks)), task


def task_done(incident: Incident, number: int, by: str, now: datetime) -> tuple[Incident, Task]:
    """The incident with a task done; done twice changes nothing.

    Raises:
        NotFoundError: there is no such task.
    """
    found = next((t for t in incident.details.tasks if t.number == number), None)
    if found is None:
        raise NotFoundError(f"{incident.ref} has no task {number}.")
    if found.done_at is not None:
        return incident, found
    after = replace(found, done_at=now, done_by=by)
    tasks = tuple(after if t.number == number else t for t in incident.details.tasks)
    return replace(incident, details=replace(incident.details, tasks=tasks)), after
