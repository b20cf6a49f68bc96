"""Decisions and tasks of an incident, each told with its line on the timeline."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fireline.domain.errors import EffectError
from fireline.domain.incident import logbook
from fireline.domain.incident.details import Decision, Task
from fireline.domain.incident.incident import Incident, Role
from fireline.domain.incident.kinds import DecisionKind
from fireline.domain.incident.timeline import EntryKind, Provenance
from fireline.domain.people import Actor
from fireline.domain.postmortem.action import ActionItem, ActionState
from fireline.usecases.incident_facts import Follow, needed, record
from fireline.usecases.incident_record import involved, load, refresh_homes
from fireline.usecases.ports import Services, UnitOfWork

ACTION_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision as it is asked for: the choice in `text`, and what belongs to it."""

    text: str
    kind: DecisionKind = DecisionKind.OTHER
    question: str = ""
    options: str = ""
    why: str = ""
    known: str = ""
    approver: str | None = None
    expires_at: datetime | None = None
    reversible: bool | None = None
    adr: str = ""
    source: Provenance | None = None

    def draft(self, at: datetime, by: str) -> Decision:
        """The decision before it has a number."""
        return Decision(
            number=0,
            text=self.text.strip(),
            decided_by=by,
            decided_at=at,
            kind=self.kind,
            options=self.options,
            why=self.why,
            approver=self.approver,
            expires_at=self.expires_at,
            reversible=self.reversible,
            question=self.question,
            known=self.known,
            adr=self.adr,
            source=f"{self.source.channel}:{self.source.ts}" if self.source else "",
        )

    def line(self, number: int) -> str:
        """The decision on the timeline."""
        parts = [f"Decision {number}: {self.text}"]
        named = (
            ("Question", self.question),
            ("Considered", self.options),
            ("Why", self.why),
            ("Known then", self.known),
            ("Record", self.adr),
        )
        parts += [f"{name}: {value}" for name, value in named if value]
        if self.approver:
            parts.append(f"Approved by {self.approver}")
        if self.reversible is not None:
            parts.append("Can be undone" if self.reversible else "Cannot be undone")
        if self.expires_at is not None:
            parts.append(f"Until {self.expires_at:%Y-%m-%d %H:%M} UTC")
        return " ".join(part if part[-1] in ".?!" else f"{part}." for part in parts)


def decide(s: Services, incident_id: int, choice: Choice, actor: Actor) -> Incident:
    """Record a decision with what was weighed; what was given for a while has an end.

    Raises:
        InvalidInputError: nothing is decided, or temporary access has no end.
    """
    needed(choice.text, "`/incident decide WHAT`")

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        after = logbook.decided(incident, choice.draft(now, actor.name))
        return after, choice.line(after.details.decisions[-1].number)

    def flagged(uow: UnitOfWork, saved: Incident) -> None:
        """Whoever decides with a message flags it too: no reaction taken off withdraws it."""
        where = choice.source
        if where is None or where.channel is None or where.ts is None:
            return
        entry = uow.timeline.by_source(saved.id, where.channel, where.ts, EntryKind.DECISION)
        if entry is not None:
            uow.timeline.set_supporters(saved.id, entry.seq, (f"decided:{actor.id}",))

    return record(
        s,
        incident_id,
        "decide",
        edit,
        actor,
        kind=EntryKind.DECISION,
        provenance=choice.source,
        then=flagged,
    )


def revoke(s: Services, incident_id: int, number: int, actor: Actor) -> Incident:
    """Take back what was given for a while."""

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        after, decision = logbook.revoked(incident, number, now)
        return after, f"Revoked decision {number}: {decision.text}"

    return record(s, incident_id, "revoke", edit, actor, kind=EntryKind.DECISION)


def tell_outcome(s: Services, incident_id: int, number: int, text: str, actor: Actor) -> Incident:
    """Say what came of a decision.

    Raises:
        NotFoundError: there is no such decision.
    """
    words = needed(text, '`/incident decide outcome:3 "WHAT CAME OF IT"`')

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        after, decision = logbook.with_outcome(incident, number, words)
        return after, f"Outcome of decision {number} ({decision.text}): {words}"

    return record(s, incident_id, "outcome", edit, actor, kind=EntryKind.DECISION)


def _homes(s: Services) -> Follow:
    """What brings the Home of everybody who has a task up to date."""

    def follow(uow: UnitOfWork, incident: Incident) -> None:
        refresh_homes(s, uow, involved(incident))

    return follow


def add_task(
    s: Services,
    incident_id: int,
    text: str,
    actor: Actor,
    owner: str | None = None,
    due: datetime | None = None,
) -> Incident:
    """Something to do now; what is unfinished becomes an action item at the review."""
    words = needed(text, "`/incident task WHAT @owner`")

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        after, task = logbook.with_task(incident, words, owner, due)
        return after, f"Task {task.number}: {words}"

    return record(s, incident_id, "task", edit, actor, kind=EntryKind.ACTION, then=_homes(s))


def finish_task(s: Services, incident_id: int, number: int, actor: Actor) -> Incident:
    """A task is done."""

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        after, task = logbook.task_done(incident, number, actor.id, now)
        return after, f"Task {number} done: {task.text}"

    return record(s, incident_id, "task", edit, actor, kind=EntryKind.ACTION, then=_homes(s))


def owner_names(s: Services, incident_id: int) -> Mapping[str, str]:
    """The names of those who will own what is unfinished; an id where Slack does not say."""
    with s.store() as uow:
        incident = load(uow, incident_id)
    names = {}
    for task in incident.details.tasks:
        owner = _owner(task, incident)
        if not task.open or owner in names:
            continue
        try:
            names[owner] = s.chat.user_name(owner)
        except EffectError:
            names[owner] = owner
    return names


def promote_tasks(
    s: Services, uow: UnitOfWork, incident: Incident, names: Mapping[str, str], now: datetime
) -> tuple[Incident, list[str]]:
    """Unfinished tasks become action items, of their owner or the commander; gives their lines."""
    numbers, lines = {}, []
    for task in incident.details.tasks:
        if not task.open or task.action_id is not None:
            continue
        item = _item(s, uow, incident, task, names, now)
        uow.actions.add(item)
        numbers[task.number] = item.id
        lines.append(f"Task {task.number} becomes {item.ref}: {item.text}")
    return logbook.promoted(incident, numbers), lines


def _item(
    s: Services,
    uow: UnitOfWork,
    incident: Incident,
    task: Task,
    names: Mapping[str, str],
    now: datetime,
) -> ActionItem:
    """The action item; what a promise must be is asked of people, not of a task half done."""
    owner = _owner(task, incident)
    text = task.text if len(task.text) <= ACTION_LENGTH else f"{task.text[: ACTION_LENGTH - 1]}…"
    return ActionItem(
        id=uow.actions.next_id(),
        text=text,
        state=ActionState.OPEN,
        owner=owner,
        owner_name=names.get(owner, owner),
        due=_due(task, now.date(), s.policy.action_due_days),
        created_at=now,
        created_by=owner,
        incident_id=incident.id,
    )


def _owner(task: Task, incident: Incident) -> str:
    return task.owner or incident.roles.get(Role.COMMANDER) or incident.declared_by


def _due(task: Task, today: date, days: int) -> date:
    """The task's own day if it has one that is not over."""
    if task.due is not None and task.due.date() >= today:
        return task.due.date()
    return today + timedelta(days=days)
