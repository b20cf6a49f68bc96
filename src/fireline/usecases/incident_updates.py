"""Updates to those who wait."""

from dataclasses import replace
from datetime import datetime, timedelta

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.details import Update
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.timeline import EntryKind
from fireline.domain.incident.timers import update_due
from fireline.domain.people import Actor
from fireline.usecases.impact_views import UpdateMessage
from fireline.usecases.incident_facts import record
from fireline.usecases.incident_record import (
    Change,
    check_length,
    happened,
    load,
    refresh_homes,
    retried,
    save,
    show,
)
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.tell_subscribers import tell_subscribers

MOST_SNOOZES = 2


@retried
def post_update(s: Services, incident_id: int, said: Update, actor: Actor) -> Incident:
    """Tell those who wait; the next one is due a cadence later.

    Raises:
        InvalidInputError: nothing is said of what is true.
    """
    now = s.clock.now()
    words = {name: " ".join(getattr(said, name).split()) for name in TOLD}
    if not words["conditions"]:
        message = "Say what is true now: `/incident update c: orders are 2 h late a: ... n: ...`."
        raise InvalidInputError(message, "conditions")
    for name, text in words.items():
        check_length(text, name)
    with s.store() as uow:
        before = load(uow, incident_id)
        number = len(before.details.updates) + 1
        update = Update(number, now, actor.name, **words)
        details = replace(
            before.details,
            updates=(*before.details.updates, update),
            last_update_at=now,
            next_update_due=None,
            snoozed_updates=0,
        )
        line = f"Update {number}: {_in_words(update)}"
        entry = happened(actor, line, now, EntryKind.UPDATE)
        change = Change("incident.update", actor, now, {"number": number}, (entry,))
        saved = save(s, uow, replace(before, details=details), change)
        if saved.channel_id is not None:
            show(s, uow, "update", saved.channel_id, f"{saved.id}:{number}")
        tell_subscribers(s, uow, saved, f"update:{number}")
        refresh_homes(s, uow, saved.roles.values())
        uow.commit()
    return saved


TOLD = ("conditions", "actions", "needs", "executive")


def _in_words(update: Update) -> str:
    parts = [update.conditions]
    parts += [f"Actions: {update.actions}"] if update.actions else []
    parts += [f"Needs: {update.needs}"] if update.needs else []
    return ". ".join(parts)


def update_message(s: Services, uow: UnitOfWork, ref: str) -> UpdateMessage | None:
    """Projection of one update; `ref` is incident id and number."""
    incident_id, _, number = ref.partition(":")
    incident = uow.incidents.get(int(incident_id))
    if incident is None or int(number) > len(incident.details.updates):
        return None
    update = incident.details.updates[int(number) - 1]
    due = update_due(incident, s.policy.incidents)
    newest = int(number) == len(incident.details.updates)
    return UpdateMessage(incident.ref, incident.severity.label, update, due if newest else None)


def snooze(s: Services, incident_id: int, span: timedelta, actor: Actor) -> Incident:
    """Put the next update off by `span` from when it is due, at most twice in a row.

    Raises:
        InvalidInputError: it was put off twice already.
    """

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        if incident.details.snoozed_updates >= MOST_SNOOZES:
            message = "It was put off twice already; say in one line what is true instead."
            raise InvalidInputError(message, "text")
        due = max(now, update_due(incident, s.policy.incidents) or now) + span
        details = replace(
            incident.details,
            next_update_due=due,
            snoozed_updates=incident.details.snoozed_updates + 1,
        )
        line = f"The next update is put off until {due:%d %b %H:%M} UTC"
        return replace(incident, details=details), line

    return record(s, incident_id, "snooze", edit, actor)
