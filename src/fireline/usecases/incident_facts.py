"""What people tell an incident, each in one transaction with its line on the timeline."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident import knowledge
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.incident.kinds import Answer, DetectedBy, Harm, IncidentType
from fireline.domain.incident.stamps import check_order
from fireline.domain.incident.timeline import EntryKind, Provenance
from fireline.domain.people import Actor
from fireline.usecases.incident_record import (
    COMMAND,
    TIDY,
    Change,
    check_length,
    follow,
    happened,
    load,
    retried,
    save,
    sync_topic,
)
from fireline.usecases.outside import refuse_outside
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.tell_subscribers import tell_subscribers

Follow = Callable[[UnitOfWork, Incident], None]
Edit = Callable[[Incident, datetime], tuple[Incident, str]]
RUNBOOK_ANSWERS = ("right", "updated", "missing")
TITLE_LIMIT = 150


@retried
def record(  # noqa: PLR0913 - one change with its names, and where it is told
    s: Services,
    incident_id: int,
    action: str,
    edit: Edit,
    actor: Actor,
    *,
    kind: EntryKind = EntryKind.EVENT,
    occurred_at: datetime | None = None,
    provenance: Provenance | None = None,
    then: Follow | None = None,
) -> Incident:
    """Apply a pure edit, write its line on timeline and audit, and bring Slack up to date.

    `then` starts what else follows, in the same transaction.

    `edit` gives the changed incident with the line; an unchanged incident writes nothing.
    """
    now = s.clock.now()
    with s.store() as uow:
        before = load(uow, incident_id)
        after, line = edit(before, now)
        if after == before:
            return before
        check_length(line, "text")
        entry = happened(actor, line, occurred_at or now, kind, provenance or COMMAND)
        detail: Mapping[str, object] = {"text": line}
        saved = save(s, uow, after, Change(f"incident.{action}", actor, now, detail, (entry,)))
        if then is not None:
            then(uow, saved)
        uow.commit()
    return saved


def add_dataset(
    s: Services,
    incident_id: int,
    name: str,
    harms: tuple[Harm, ...],
    actor: Actor,
    then: Follow | None = None,
) -> Incident:
    """Name a dataset, and what is wrong with it."""
    key = knowledge.dataset_key(name)
    words = f" ({', '.join(harms)})" if harms else ""

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        return knowledge.with_dataset(incident, key, harms), f"Dataset {key}{words}"

    return record(s, incident_id, "dataset", edit, actor, then=then)


def quarantine(
    s: Services, incident_id: int, name: str, actor: Actor, *, kept_away: bool
) -> Incident:
    """Note that a dataset of the incident is kept from its consumers, or is not any more."""
    key = knowledge.dataset_key(name)
    words = "kept from its consumers" if kept_away else "released to its consumers"

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        after = knowledge.with_quarantine(incident, key, kept_away=kept_away)
        return after, f"Dataset {key} is {words}"

    return record(s, incident_id, "dataset", edit, actor)


def remove_dataset(s: Services, incident_id: int, name: str, actor: Actor) -> Incident:
    """Take a dataset out again."""
    key = knowledge.dataset_key(name)

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        return knowledge.without_dataset(incident, key), f"Dataset {key} is not concerned"

    return record(s, incident_id, "dataset", edit, actor)


def set_type(
    s: Services,
    incident_id: int,
    kind: IncidentType,
    actor: Actor,
    *,
    add: bool,
    then: Follow | None = None,
) -> Incident:
    """Say what kind of trouble it is, or that it is not."""

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        if add:
            return knowledge.with_type(incident, kind), f"Type {kind.value}"
        return knowledge.without_type(incident, kind), f"Not of type {kind.value}"

    return record(s, incident_id, "type", edit, actor, then=then)


def link_slo(s: Services, incident_id: int, name: str, actor: Actor, *, add: bool) -> Incident:
    """Link an SLO, or unlink it.

    Raises:
        NotFoundError: it does not exist, or was not linked.
    """
    if add and name not in s.definitions.current().slos:
        raise NotFoundError(f"There is no SLO named {name}. `/slo` lists them.")

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        if add:
            return knowledge.with_slo(incident, name), f"Linked SLO {name}"
        return knowledge.without_slo(incident, name), f"Unlinked SLO {name}"

    return record(s, incident_id, "slo", edit, actor)


def set_window(
    s: Services, incident_id: int, start: datetime, end: datetime, actor: Actor, *, estimate: bool
) -> Incident:
    """Say for what event time data is damaged."""

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        words = " (estimate)" if estimate else ""
        line = f"Bad window {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC{words}"
        return knowledge.with_window(incident, start, end, estimate=estimate), line

    return record(s, incident_id, "window", edit, actor)


def publish_bad(s: Services, incident_id: int, actor: Actor, *, published: bool) -> Incident:
    """Say whether consumers have read the bad data, who then need a correction."""

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        details = replace(incident.details, published_bad=published)
        words = "Bad data was published" if published else "No bad data was published"
        return replace(incident, details=details), words

    return record(s, incident_id, "published", edit, actor)


def name_cause(
    s: Services, incident_id: int, text: str, actor: Actor, at: datetime | None = None
) -> Incident:
    """Say what caused it; the cause counts as identified from then.

    Raises:
        InvalidInputError: nothing is said, or the time contradicts a recorded one.
    """
    words = needed(text, "`/incident cause WHAT_IT_WAS`")

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        stamps = {**incident.stamps, Stamp.IDENTIFIED: at or now}
        check_order(stamps)
        return replace(incident, stamps=stamps), f"Cause: {words}"

    return record(s, incident_id, "cause", edit, actor, occurred_at=at)


def answer(s: Services, incident_id: int, question: str, given: str, actor: Actor) -> Incident:
    """Answer what closing asks for: `detected`, `caused` or `runbook`.

    Raises:
        InvalidInputError: the answer is none of those that are meant.
    """
    choices: dict[str, tuple[str, ...]] = {
        "detected": tuple(DetectedBy),
        "caused": tuple(Answer),
        "runbook": RUNBOOK_ANSWERS,
    }
    value = given.strip().lower()
    if value not in choices[question]:
        known = ", ".join(choices[question])
        raise InvalidInputError(f"“{given}” is no answer; it is one of {known}.", question)

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        details = incident.details
        if question == "detected":
            details = replace(details, detected_by=DetectedBy(value))
            return replace(incident, details=details), f"First noticed by {value}"
        if question == "caused":
            cause = details.cause_change if value == Answer.YES else ""
            details = replace(details, caused_by_change=Answer(value), cause_change=cause)
            return replace(incident, details=details), f"Caused by a change: {value}"
        details = replace(details, runbook_answer=value)
        return replace(incident, details=details), f"The runbook was {value}"

    return record(s, incident_id, "answer", edit, actor)


def rename(s: Services, incident_id: int, title: str, actor: Actor) -> Incident:
    """Give it another title; the channel keeps its name unless the policy lets it follow."""
    words = " ".join(needed(title, "`/incident rename A_BETTER_TITLE`").split())
    if len(words) > TITLE_LIMIT:
        message = f"A title holds {TITLE_LIMIT} characters; yours has {len(words)}."
        raise InvalidInputError(message, "title")

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        return replace(incident, title=words), f"Renamed: {incident.title} -> {words}"

    def then(uow: UnitOfWork, incident: Incident) -> None:
        sync_topic(uow, incident)
        tell_subscribers(s, uow, incident)
        if incident.channel_id is not None and s.policy.incidents.channels.follow_title:
            follow(uow, TIDY, incident, f"tidy:{incident.id}:title:{incident.version}")

    return record(s, incident_id, "rename", edit, actor, then=then)


def join(s: Services, incident_id: int, actor: Actor) -> Incident:
    """Be invited to its channel.

    Raises:
        ForbiddenError: it is restricted.
    """

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        refuse_outside(incident, actor.id)
        people = tuple(dict.fromkeys((*incident.details.joined, actor.id)))
        details = replace(incident.details, joined=people)
        return replace(incident, details=details), f"{actor.name} joined"

    return record(s, incident_id, "join", edit, actor, then=sync_topic)


def needed(text: str, form: str) -> str:
    """The words.

    Raises:
        InvalidInputError: there are none; `form` says how it is written.
    """
    words = text.strip()
    if not words:
        raise InvalidInputError(f"Say it in words: {form}.", "text")
    return words
