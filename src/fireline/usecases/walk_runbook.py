"""Walking a runbook in an incident: each step on the timeline, one message that says how far."""

from datetime import datetime

from fireline.domain.incident import walking
from fireline.domain.incident.incident import Incident, Role
from fireline.domain.incident.runbook_run import RunbookRun, StepResult
from fireline.domain.incident.timeline import EntryKind, Provenance
from fireline.domain.incident.walking import Approval, Mark
from fireline.domain.people import Actor
from fireline.usecases.expose_incident import security_ids
from fireline.usecases.find_runbook import book_named
from fireline.usecases.incident_facts import Edit, record
from fireline.usecases.incident_record import load, show
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.runbook_views import RunMessage

RUN = "runbook_run"
SOURCE = Provenance(source="runbook")


def start(s: Services, incident_id: int, runbook_id: str, actor: Actor) -> Incident:
    """Begin to walk a runbook in the incident's channel.

    Raises:
        NotFoundError: there is no such runbook.
        InvalidInputError: another one is walked, it has no steps, or the incident is over.
    """
    book = book_named(s, runbook_id.strip().strip("`"))

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        after = walking.started(incident, book, actor, now)
        return after, f"Runbook {book.id} is walked: {book.title}"

    return _recorded(s, incident_id, "start", edit, actor)


def mark(s: Services, incident_id: int, which: str, said: Mark, actor: Actor) -> Incident:
    """Say what came of a step, with what was seen.

    Raises:
        NotFoundError: no runbook is walked, or it has no such step.
        ForbiddenError: it is dangerous and nobody else approved it.
    """

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        after, place = walking.marked(incident, which, said, actor, now)
        run = _latest(after)
        step = run.steps[place - 1]
        by = f", approved by {step.approved_name}" if step.approved_by else ""
        line = f"Runbook {run.runbook}, step {place} of {len(run.steps)} ({step.id})"
        line += f" {said.result.value}{by}: {step.title}"
        return after, f"{line}\n{said.note.strip()}".strip()

    return _recorded(s, incident_id, "step", edit, actor)


def approve(s: Services, incident_id: int, which: str, typed: str, actor: Actor) -> Incident:
    """Agree to a dangerous step; `typed` is its id, typed by hand.

    Raises:
        NotFoundError: no runbook is walked, or it has no such step.
        ForbiddenError: it is not theirs to approve.
        InvalidInputError: it needs no approval, or the id was typed wrongly.
    """
    given = Approval(which, typed, security_ids(s))

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        after, place = walking.approved(incident, given, actor, now)
        if after == incident:
            return incident, ""
        return after, f"Decision {len(after.details.decisions)}: {_words(after, place)}"

    return _recorded(s, incident_id, "approve", edit, actor, EntryKind.DECISION)


def _words(incident: Incident, place: int) -> str:
    run = _latest(incident)
    step = run.steps[place - 1]
    text = f"runbook {run.runbook}, step {place} ({step.id}) may be done: {step.title}"
    return f"{text}. Approved by {step.approved_name}"


def stop(s: Services, incident_id: int, actor: Actor) -> Incident:
    """Walk the runbook no further.

    Raises:
        NotFoundError: none is walked.
    """

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        after = walking.stopped(incident, actor, now)
        run = _latest(after)
        done = sum(step.result is StepResult.DONE for step in run.steps)
        return after, f"Runbook {run.runbook} stopped, {done} of {len(run.steps)} steps done"

    return _recorded(s, incident_id, "stop", edit, actor)


def _recorded(
    s: Services,
    incident_id: int,
    action: str,
    edit: Edit,
    actor: Actor,
    kind: EntryKind = EntryKind.ACTION,
) -> Incident:
    def then(uow: UnitOfWork, incident: Incident) -> None:
        if incident.channel_id is not None:
            ref = f"{incident.id}:{_latest(incident).number}"
            show(s, uow, RUN, incident.channel_id, ref)

    name = f"runbook.{action}"
    return record(s, incident_id, name, edit, actor, kind=kind, provenance=SOURCE, then=then)


def _latest(incident: Incident) -> RunbookRun:
    return incident.details.runbook_runs[-1]


def runbook_run(_s: Services, uow: UnitOfWork, ref: str) -> RunMessage | None:
    """Projection of a run; `ref` is incident id and run number."""
    incident_id, _, number = ref.partition(":")
    incident = uow.incidents.get(int(incident_id))
    runs = incident.details.runbook_runs if incident else ()
    if incident is None or int(number) > len(runs):
        return None
    return _message(incident, runs[int(number) - 1])


def run_of(s: Services, incident_id: int) -> RunMessage | None:
    """The run that goes on in an incident."""
    with s.store() as uow:
        incident = load(uow, incident_id)
    run = walking.running(incident)
    return _message(incident, run) if run is not None else None


def _message(incident: Incident, run: RunbookRun) -> RunMessage:
    step = run.steps[run.current - 1] if run.current is not None else None
    if step is None or not step.needs_approval:
        return RunMessage(incident.id, incident.ref, run)
    name, role = walking.approver_words(step), walking.approving_role(step)
    if name == walking.SECURITY:
        return RunMessage(incident.id, incident.ref, run, name)
    holder = incident.roles.get(role) or incident.roles.get(Role.COMMANDER)
    return RunMessage(incident.id, incident.ref, run, name, holder)
