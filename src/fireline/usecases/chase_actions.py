"""Action items: promised, reminded of, done with a link as evidence."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from fireline.domain.errors import NotFoundError
from fireline.domain.incident.timeline import EntryKind
from fireline.domain.people import SYSTEM, Actor
from fireline.domain.postmortem.action import ActionItem, ActionState
from fireline.domain.postmortem.promise import (
    checked_due,
    checked_text,
    completed,
    due_steps,
    last_reminded,
    public_action,
    reminded,
    reminded_on,
    working_time,
)
from fireline.usecases.incident_record import (
    Change,
    happened,
    load,
    refresh,
    refresh_homes,
    write_down,
)
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.publish import posting
from fireline.usecases.views import ActionLine, ActionReminder


def add_action(
    s: Services,
    text: str,
    owner: str,
    owner_name: str,
    due: date | None,
    actor: Actor,
    incident_id: int | None = None,
) -> ActionItem:
    """Record a promise; without a date it is due after the policy's number of days.

    Raises:
        InvalidInputError: the text is no promise, or the date has passed or is too far away.
    """
    now = s.clock.now()
    today = local(s, now).date()
    words = checked_text(text)
    by = checked_due(due or today + timedelta(days=s.policy.action_due_days), today)
    with s.store() as uow:
        item = ActionItem(
            id=uow.actions.next_id(),
            text=words,
            state=ActionState.OPEN,
            owner=owner,
            owner_name=owner_name,
            due=by,
            created_at=now,
            created_by=actor.id,
            incident_id=incident_id,
        )
        uow.actions.add(item)
        promise = f"{item.ref} for {owner_name}, due {item.due}: {words}"
        _record(s, uow, item, "action.add", actor, promise)
        uow.commit()
    return item


def complete(s: Services, action_id: int, url: str, actor: Actor) -> ActionItem:
    """Close the item with the link that shows it.

    Raises:
        NotFoundError: there is no such item.
        ConflictError: it is done already.
        InvalidInputError: the evidence is no link.
    """
    with s.store() as uow:
        item = uow.actions.get(action_id)
        if item is None:
            raise NotFoundError(f"There is no ACT-{action_id}. App Home lists yours.")
        done = completed(item, url, actor.id, s.clock.now())
        uow.actions.save(done)
        _record(s, uow, done, "action.done", actor, f"{done.ref} done: {done.evidence}")
        day = last_reminded(done)
        if day is not None:
            _start_reminder(s, uow, done.owner, day)
        uow.commit()
    return done


def remind_due(s: Services, now: datetime) -> int:
    """Remind owners of what is due, grouped to one message each; gives the number of owners.

    Nobody is reminded at night, on a weekend, or twice of the same step.
    """
    here = local(s, now)
    if not working_time(here):
        return 0
    day = here.date()
    with s.store() as uow:
        owners: set[str] = set()
        for item in uow.actions.open():
            steps = due_steps(item, day)
            if not steps:
                continue
            uow.actions.save(reminded(item, steps, day))
            detail = {"steps": list(steps), "owner": item.owner}
            uow.audit.append(now, SYSTEM.id, "action.remind", item.ref, detail)
            owners.add(item.owner)
        for owner in sorted(owners):
            _start_reminder(s, uow, owner, day.isoformat())
        uow.commit()
    return len(owners)


def remind_again(s: Services, uow: UnitOfWork, incident_id: int) -> None:
    """Bring the reminders that tell of an incident's items up to date."""
    items = [item for item in uow.actions.all() if item.incident_id == incident_id]
    days = {(item.owner, mark.partition("@")[2]) for item in items for mark in item.reminded}
    for owner, day in sorted(days):
        _start_reminder(s, uow, owner, day)


def my_actions(s: Services, user: str) -> tuple[ActionLine, ...]:
    """The person's open items, the most urgent first."""
    with s.store() as uow:
        mine = [item for item in uow.actions.open() if item.owner == user]
        return lines(s, uow, mine, user)


def lines(
    s: Services, uow: UnitOfWork, items: Sequence[ActionItem], reader: str | None = None
) -> tuple[ActionLine, ...]:
    """Items as this reader may see them: by due date, then number."""
    today = local(s, s.clock.now()).date()
    ordered = sorted(items, key=lambda item: (item.due, item.id))
    return tuple(line(item, today) for item in told(uow, ordered, reader))


def told(
    uow: UnitOfWork, items: Sequence[ActionItem], reader: str | None = None
) -> list[ActionItem]:
    """The items without what restricted incidents keep from this reader."""
    ids = {item.incident_id for item in items if item.incident_id is not None}
    known = {number: uow.incidents.get(number) for number in ids}
    return [public_action(item, known.get(item.incident_id or 0), reader) for item in items]


def line(item: ActionItem, today: date) -> ActionLine:
    """One item as it is listed."""
    late = (today - item.due).days if item.overdue(today) else 0
    return ActionLine(
        ref=item.ref,
        id=item.id,
        text=item.text,
        owner=item.owner,
        owner_name=item.owner_name,
        due=item.due,
        overdue_days=late,
        incident_ref=f"INC-{item.incident_id}" if item.incident_id else None,
        done=item.state is ActionState.DONE,
        evidence=item.evidence,
    )


def reminder(s: Services, uow: UnitOfWork, ref: str) -> ActionReminder | None:
    """Projection of one owner's reminder of one day; `ref` is `<user>:<day>`."""
    owner, _, day = ref.partition(":")
    items = [i for i in uow.actions.all() if i.owner == owner and reminded_on(i, day)]
    return ActionReminder(owner, lines(s, uow, items, owner)) if items else None


def local(s: Services, at: datetime) -> datetime:
    """The instant in the team's timezone."""
    return at.astimezone(ZoneInfo(s.timezone))


def _start_reminder(s: Services, uow: UnitOfWork, owner: str, day: str) -> None:
    ref = f"{owner}:{day}"
    channel = f"@{owner}"
    call = posting(s.ids, key=f"remind:{ref}", channel=channel, kind="action_reminder", ref=ref)
    uow.start(call)


def _record(
    s: Services, uow: UnitOfWork, item: ActionItem, action: str, actor: Actor, text: str
) -> None:
    """Audit the change; an incident's item is in its timeline too."""
    now = s.clock.now()
    detail: dict[str, object] = {
        "text": item.text,
        "owner": item.owner,
        "due": item.due.isoformat(),
        "state": item.state.value,
        "evidence": item.evidence,
    }
    refresh_homes(s, uow, (item.owner, actor.id))
    if item.incident_id is None:
        uow.audit.append(now, actor.id, action, item.ref, detail)
        return
    incident = load(uow, item.incident_id)
    entry = happened(actor, text, now, EntryKind.ACTION)
    write_down(uow, incident, Change(action, actor, now, {**detail, "action": item.ref}, (entry,)))
    refresh(s, uow, incident)
