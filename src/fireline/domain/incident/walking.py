"""Walking a runbook: begun, each step marked, dangerous ones approved, stopped."""

from dataclasses import dataclass, replace
from datetime import datetime

from fireline.domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from fireline.domain.incident.details import Decision
from fireline.domain.incident.incident import Incident, Role
from fireline.domain.incident.logbook import decided
from fireline.domain.incident.runbook_run import RunbookRun, RunStep, StepResult
from fireline.domain.people import Actor
from fireline.domain.runbook.runbook import Runbook, Step

LONGEST_NOTE = 2000
LONGEST_TEXT = 2000
MOST_STEPS = 60
# No role of an incident: those whom the policy names as security.
SECURITY = "security"


@dataclass(frozen=True, slots=True)
class Mark:
    """What came of a step, as it is said; `first` only where nothing came of it yet."""

    result: StepResult
    note: str = ""
    first: bool = False


@dataclass(frozen=True, slots=True)
class Approval:
    """A step that may be done: its number or id, and the id typed by hand to confirm it.

    `security` are the Slack ids of those who approve what the runbook leaves to security.
    """

    which: str
    typed: str
    security: frozenset[str] = frozenset()


def latest(incident: Incident) -> RunbookRun | None:
    """The run that was begun last, whether or not it goes on."""
    runs = incident.details.runbook_runs
    return runs[-1] if runs else None


def running(incident: Incident) -> RunbookRun | None:
    """The run that goes on."""
    run = latest(incident)
    return run if run is not None and run.running else None


def step_words(incident: Incident) -> str:
    """`Runbook step 2 of 6`, with its title; empty when none is walked, or the incident is over."""
    run = running(incident)
    if run is None or run.current is None or not incident.open:
        return ""
    title = run.steps[run.current - 1].title
    return f"Runbook step {run.current} of {len(run.steps)}" + (f": {title}" if title else "")


def started(incident: Incident, book: Runbook, actor: Actor, now: datetime) -> Incident:
    """The incident in which the runbook is walked; unchanged when it is already.

    Raises:
        InvalidInputError: the incident is over, another runbook is walked, or this has no steps.
    """
    if not incident.open:
        raise InvalidInputError(f"{incident.ref} is over; nothing is left to walk.", "id")
    now_walked = running(incident)
    if now_walked is not None and now_walked.runbook == book.id:
        return incident
    if now_walked is not None:
        message = (
            f"{incident.ref} walks {now_walked.runbook} at the moment. One at a time:"
            " `/runbook stop` ends it."
        )
        raise InvalidInputError(message, "id")
    if not book.steps:
        message = f"{book.id} has no steps to walk. `/runbook show {book.id}` shows its text."
        raise InvalidInputError(message, "id")
    runs = incident.details.runbook_runs
    run = RunbookRun(
        number=len(runs) + 1,
        runbook=book.id,
        title=book.title,
        steps=tuple(_step(step) for step in book.steps[:MOST_STEPS]),
        started_by=actor.id,
        started_name=actor.name,
        started_at=now,
        verifies=bool(book.verify),
    )
    return _with_runs(incident, (*runs, run))


def marked(
    incident: Incident, which: str, mark: Mark, actor: Actor, now: datetime
) -> tuple[Incident, int]:
    """The incident with what came of a step, and the step's place; said twice it changes nothing.

    Raises:
        NotFoundError: no runbook is walked, or it has no such step.
        InvalidInputError: the note is too long, or somebody was first.
        ForbiddenError: it is dangerous and nobody approved it, or only whoever does it did.
    """
    run = _walked(incident)
    place = place_of(run, which)
    step = run.steps[place - 1]
    note = mark.note.strip()
    if len(note) > LONGEST_NOTE:
        message = f"A note holds {LONGEST_NOTE} characters; yours has {len(note)}. Paste less."
        raise InvalidInputError(message, "note")
    if step.result is mark.result and (mark.first or note in {"", step.note}):
        return incident, place
    if mark.first and step.result is not None:
        message = f"Step {place} is {step.result.value} already: {step.by_name} said so."
        raise InvalidInputError(message, "step")
    if mark.result is StepResult.DONE:
        _check_approved(incident, step, place, actor)
    after = replace(
        step, result=mark.result, by=actor.id, by_name=actor.name, at=now, note=note or step.note
    )
    if mark.result is StepResult.FAILED:
        after = replace(after, approved_by="", approved_name="", approved_at=None)
    return _with_step(incident, run, place, after), place


def approved(
    incident: Incident, given: Approval, actor: Actor, now: datetime
) -> tuple[Incident, int]:
    """The incident with a dangerous step approved and that on record as a decision.

    Raises:
        NotFoundError: no runbook is walked, or it has no such step.
        ForbiddenError: it is not theirs to approve.
        InvalidInputError: it needs no approval, or the id was typed wrongly.
    """
    run = _walked(incident)
    place = place_of(run, given.which)
    step = run.steps[place - 1]
    if not step.dangerous:
        raise InvalidInputError(f"Step {place} is not dangerous: it needs no approval.", "step")
    if step.approver == SECURITY and given.security:
        _check_security(place, given.security, actor)
    else:
        _check_role(incident, step, place, actor)
    if step.by == actor.id:
        message = f"You worked on step {place} yourself; somebody else approves it."
        raise ForbiddenError(message)
    if given.typed.strip().strip("`").casefold() != step.id.casefold():
        message = f"Type `{step.id}`, the id of step {place}, to approve it."
        raise InvalidInputError(message, "confirm")
    if step.approved_by == actor.id:
        return incident, place
    after = replace(step, approved_by=actor.id, approved_name=actor.name, approved_at=now)
    text = f"Step {place} ({step.id}) of runbook {run.runbook} may be done: {step.title}"
    draft = Decision(0, text, actor.name, now, why="dangerous step", approver=actor.name)
    return decided(_with_step(incident, run, place, after), draft), place


def stopped(incident: Incident, actor: Actor, now: datetime) -> Incident:
    """The incident whose runbook is not walked any further.

    Raises:
        NotFoundError: none is walked.
    """
    run = _walked(incident)
    after = replace(run, stopped_name=actor.name, stopped_at=now)
    return _with_runs(incident, (*incident.details.runbook_runs[:-1], after))


def place_of(run: RunbookRun, which: str) -> int:
    """The place, from 1, of the step with this number or id.

    Raises:
        NotFoundError: there is none; names those there are.
    """
    word = which.strip().strip("`").casefold()
    for place, step in enumerate(run.steps, 1):
        if word in {step.id.casefold(), str(place)}:
            return place
    known = ", ".join(step.id for step in run.steps[:20])
    raise NotFoundError(
        f"{run.runbook} has no step “{which[:60]}”. Give a number from 1 to {len(run.steps)}"
        f" or one of {known}."
    )


def approving_role(step: RunStep) -> Role:
    """The role that the runbook names, else the commander."""
    return Role(step.approver) if step.approver in set(Role) else Role.COMMANDER


def approver_words(step: RunStep) -> str:
    """Who approves it, such as `data owner`."""
    return SECURITY if step.approver == SECURITY else approving_role(step).label.lower()


def _check_approved(incident: Incident, step: RunStep, place: int, actor: Actor) -> None:
    if not step.dangerous:
        return
    role = approver_words(step)
    if not step.approved_by:
        message = (
            f"Step {place} of {incident.ref} is dangerous: the {role} approves it first,"
            f" with `/runbook approve {step.id}`."
        )
        raise ForbiddenError(message)
    if step.approved_by == actor.id:
        message = (
            f"You approved step {place} ({step.id}), so somebody else does it:"
            " a second pair of eyes is what the approval is for."
        )
        raise ForbiddenError(message)


def _check_role(incident: Incident, step: RunStep, place: int, actor: Actor) -> None:
    role = approving_role(step)
    holder = incident.roles.get(role)
    if holder is None and role is not Role.COMMANDER:
        holder = incident.roles.get(Role.COMMANDER)
    if holder is None:
        message = (
            f"The {role.label.lower()} approves step {place}, and nobody has that role:"
            f" `/incident claim {role.value}`."
        )
        raise ForbiddenError(message)
    if holder != actor.id or actor.guest:
        message = f"The {role.label.lower()} (<@{holder}>) approves step {place}; ask them."
        raise ForbiddenError(message)


def _check_security(place: int, security: frozenset[str], actor: Actor) -> None:
    if actor.id not in security:
        raise ForbiddenError(f"Security approves step {place}; `/incident page` calls them.")


def _walked(incident: Incident) -> RunbookRun:
    """The run of which steps may be marked; the last step's word may still be put right."""
    run = latest(incident)
    if run is None or run.stopped_at is not None:
        raise NotFoundError(
            f"{incident.ref} walks no runbook. `/runbook start ID` begins one;"
            " `/runbook` shows what fits."
        )
    return run


def _step(step: Step) -> RunStep:
    text = step.text if len(step.text) <= LONGEST_TEXT else f"{step.text[: LONGEST_TEXT - 1]}…"
    return RunStep(
        id=step.id[:60],
        kind=step.kind,
        title=step.title[:300],
        text=text,
        expect=step.expect[:500],
        dangerous=step.dangerous,
        approver=step.approver,
        undo=step.undo[:300],
    )


def _with_step(incident: Incident, run: RunbookRun, place: int, step: RunStep) -> Incident:
    steps = (*run.steps[: place - 1], step, *run.steps[place:])
    return _with_runs(incident, (*incident.details.runbook_runs[:-1], replace(run, steps=steps)))


def _with_runs(incident: Incident, runs: tuple[RunbookRun, ...]) -> Incident:
    return replace(incident, details=replace(incident.details, runbook_runs=runs))
