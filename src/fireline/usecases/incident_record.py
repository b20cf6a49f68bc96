"""What every change of an incident has in common: one transaction that saves, tells and follows up.

The record, its timeline and audit entries and the flows that bring Slack up to date commit
together or not at all.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import ParamSpec, TypeVar

from fireline.domain.errors import ConflictError, InvalidInputError, NotFoundError
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.paging import settled
from fireline.domain.incident.timeline import EntryKind, NewEntry, Provenance
from fireline.domain.people import Actor
from fireline.usecases.alert_messages import post_alert
from fireline.usecases.page_telling import tell_pages, watch_soon
from fireline.usecases.ports import FlowCall, Services, UnitOfWork
from fireline.usecases.publish import posting
from fireline.usecases.silence_ending import end_of_incident
from fireline.usecases.triage import show_in_place

COMMAND = Provenance(source="command")
INCIDENTS = "incidents"
TIDY = "tidy_channel"
# Changes after which timers may be due that were not before.
ARMING = frozenset(
    {
        "incident.severity",
        "incident.severity.computed",
        "incident.time",
        "incident.investigate",
        "incident.reopen",
        "incident.expose",
        "incident.type",
    }
)
EXPOSE = "expose_incident"
TRIES = 8
NOTE_LIMIT = 3000

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """One change as it is written down. `detail` holds plain JSON values."""

    action: str
    actor: Actor
    at: datetime
    detail: Mapping[str, object] = field(default_factory=dict)
    entries: tuple[NewEntry, ...] = ()


def retried(change: Callable[P, T]) -> Callable[P, T]:
    """The change, made again on the fresh record when somebody else's came first.

    Only for changes that read what they change in their own transaction.
    """

    @wraps(change)
    def again(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(TRIES - 1):
            try:
                return change(*args, **kwargs)
            except ConflictError:
                continue
        return change(*args, **kwargs)

    return again


def load(uow: UnitOfWork, incident_id: int) -> Incident:
    """The incident.

    Raises:
        NotFoundError: there is none with this id.
    """
    incident = uow.incidents.get(incident_id)
    if incident is None:
        raise NotFoundError(f"There is no INC-{incident_id}. `/incident list` shows the open ones.")
    return incident


def check_length(words: str, field: str) -> None:
    """Refuse what is too long to be read on a timeline; a cut would lose the rest.

    Raises:
        InvalidInputError: it is.
    """
    if len(words) > NOTE_LIMIT:
        message = f"This holds {NOTE_LIMIT} characters; yours has {len(words)}. Write it shorter."
        raise InvalidInputError(message, field)


def happened(
    actor: Actor,
    text: str,
    at: datetime,
    kind: EntryKind = EntryKind.EVENT,
    provenance: Provenance = COMMAND,
) -> NewEntry:
    """A timeline entry of something a person or Fireline did."""
    return NewEntry(kind, text, at, actor.id, actor.name, provenance)


def write_down(uow: UnitOfWork, incident: Incident, change: Change) -> None:
    """Append the change to timeline and audit."""
    for entry in change.entries:
        uow.timeline.append(incident.id, entry, change.at)
    detail = {**change.detail, "incident": incident.ref}
    uow.audit.append(change.at, change.actor.id, change.action, incident.ref, detail)


def save(
    s: Services, uow: UnitOfWork, incident: Incident, change: Change, *, announce: bool = True
) -> Incident:
    """Store the changed incident, write it down, and start what brings Slack up to date.

    What only those who work on it need to know at once waits in the public line for its next edit:
    `announce` False.

    Raises:
        ConflictError: somebody else changed it first.
    """
    answered, pages = settled(incident, change.actor, change.at)
    saved = uow.incidents.save(answered)
    write_down(uow, saved, change)
    refresh(s, uow, saved, announce=announce)
    tell_pages(s, uow, saved, pages)
    refresh_homes(s, uow, (page.slack for page in pages))
    if change.action in ARMING:
        watch_soon(s, uow, saved)
    if not saved.open:
        end_of_incident(s, uow, saved)
    return saved


def refresh(s: Services, uow: UnitOfWork, incident: Incident, *, announce: bool = True) -> None:
    """Start bringing card and announcement up to date; without a channel, what stands for them."""
    if incident.channel_id is None:
        show_in_place(s, uow, incident)
        return
    ref = str(incident.id)
    show(s, uow, "card", incident.channel_id, ref)
    if announce:
        show(s, uow, "announcement", s.channels.incidents, ref)
    if incident.drill:
        show(s, uow, "drill", incident.channel_id, ref)


def show(s: Services, uow: UnitOfWork, kind: str, channel: str, ref: str) -> None:
    """Start bringing one message up to date, named by its kind and what it shows."""
    names = {"runbook_suggestion": "runbooks"}
    key = f"{names.get(kind, kind)}:{ref}"
    uow.start(posting(s.ids, key=key, channel=channel, kind=kind, ref=ref))


def refresh_homes(s: Services, uow: UnitOfWork, people: Iterable[str | None]) -> None:
    """Start bringing App Home up to date for those of these people who have ever opened it."""
    for user in dict.fromkeys(user for user in people if user):
        key = f"home:{user}"
        if uow.messages.get(key) is not None:
            uow.start(posting(s.ids, key=key, channel=f"@{user}", kind="home", ref=user))


def involved(incident: Incident) -> tuple[str, ...]:
    """Whoever declared it, has a role or a task in it, or is offered command."""
    tasks = [task.owner for task in incident.details.tasks if task.owner]
    offers = [offer.to for offer in incident.details.handovers[-1:]]
    return tuple(dict.fromkeys((incident.declared_by, *incident.roles.values(), *tasks, *offers)))


def show_alert(s: Services, uow: UnitOfWork, incident: Incident) -> None:
    """Start bringing the alert that the incident was born from up to date."""
    group = uow.alerts.get(incident.episode_id) if incident.episode_id else None
    if group is not None:
        post_alert(s, uow, group)


def follow(uow: UnitOfWork, flow: str, incident: Incident, call_id: str) -> None:
    """Start a durable flow about the incident, in order with its others."""
    uow.start(FlowCall(flow, (incident.id,), call_id, INCIDENTS, str(incident.id)))


def sync_topic(uow: UnitOfWork, incident: Incident) -> None:
    """Start bringing the channel topic up to date."""
    if incident.channel_id is not None:
        follow(uow, "sync_topic", incident, f"topic:{incident.id}:{incident.version}")
