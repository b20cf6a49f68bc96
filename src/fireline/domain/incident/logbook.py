"""Decisions and tasks of an incident: numbered, never removed."""

from dataclasses import dataclass, replace
from datetime import datetime

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.details import Decision, Task
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.timeline import EntryKind
from fireline.domain.people import Actor

LONGEST = 500


@dataclass(frozen=True, slots=True)
class Said:
    """A flagged message: where it stands (`channel:ts`), what it says, who said it when."""

    source: str
    text: str
    author: Actor
    at: datetime


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
    found = _decision(incident, number)
    if found.revoked_at is not None:
        raise InvalidInputError(f"Decision {number} was revoked at {found.revoked_at:%H:%M} UTC.")
    after = replace(found, revoked_at=now)
    return _with_decision(incident, after), after


def with_outcome(incident: Incident, number: int, text: str) -> tuple[Incident, Decision]:
    """The incident with what came of a decision, said later; said again, the newer one stands.

    Raises:
        NotFoundError: there is no such decision.
    """
    after = replace(_decision(incident, number), outcome=_short(text))
    return _with_decision(incident, after), after


def with_flagged(incident: Incident, said: Said, kind: EntryKind) -> Incident:
    """The incident with the decision or task that a flagged message is; other kinds are neither.

    A message that was one before is so again; its number stays.
    """
    details = incident.details
    if kind is EntryKind.DECISION:
        if any(d.source == said.source for d in details.decisions):
            back = (_back(d, said.source) for d in details.decisions)
            return replace(incident, details=replace(details, decisions=tuple(back)))
        made = Decision(
            len(details.decisions) + 1,
            _short(said.text),
            said.author.name,
            said.at,
            source=said.source,
        )
        return replace(incident, details=replace(details, decisions=(*details.decisions, made)))
    if kind is EntryKind.ACTION:
        if any(t.source == said.source for t in details.tasks):
            tasks = tuple(
                replace(t, withdrawn_at=None) if t.source == said.source else t
                for t in details.tasks
            )
            return replace(incident, details=replace(details, tasks=tasks))
        task = Task(len(details.tasks) + 1, _short(said.text), source=said.source)
        return replace(incident, details=replace(details, tasks=(*details.tasks, task)))
    return incident


def without_flagged(incident: Incident, source: str, kind: EntryKind, now: datetime) -> Incident:
    """The incident once nobody flags the message any more: what it was is withdrawn."""
    details = incident.details
    if kind is EntryKind.DECISION:
        decisions = tuple(
            replace(d, withdrawn_at=now) if d.source == source else d for d in details.decisions
        )
        return replace(incident, details=replace(details, decisions=decisions))
    if kind is EntryKind.ACTION:
        tasks = tuple(
            replace(t, withdrawn_at=now) if t.source == source else t for t in details.tasks
        )
        return replace(incident, details=replace(details, tasks=tasks))
    return incident


def reworded(incident: Incident, source: str, text: str) -> Incident:
    """The incident with the new words of a message that was edited."""
    details, words = incident.details, _short(text)
    decisions = tuple(
        replace(d, text=words) if d.source == source else d for d in details.decisions
    )
    tasks = tuple(replace(t, text=words) if t.source == source else t for t in details.tasks)
    return replace(incident, details=replace(details, decisions=decisions, tasks=tasks))


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


def promoted(incident: Incident, numbers: dict[int, int]) -> Incident:
    """The incident whose tasks (by number) live on as these action items."""
    tasks = tuple(
        replace(t, action_id=numbers[t.number]) if t.number in numbers else t
        for t in incident.details.tasks
    )
    return replace(incident, details=replace(incident.details, tasks=tasks))


def _decision(incident: Incident, number: int) -> Decision:
    found = next((d for d in incident.details.decisions if d.number == number), None)
    if found is None:
        raise NotFoundError(f"{incident.ref} has no decision {number}.")
    return found


def _with_decision(incident: Incident, after: Decision) -> Incident:
    decisions = tuple(after if d.number == after.number else d for d in incident.details.decisions)
    return replace(incident, details=replace(incident.details, decisions=decisions))


def _back(decision: Decision, source: str) -> Decision:
    return replace(decision, withdrawn_at=None) if decision.source == source else decision


def _short(text: str) -> str:
    """On one line and of a length that a list can show; the timeline keeps the whole."""
    words = " ".join(text.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "\u2026"
