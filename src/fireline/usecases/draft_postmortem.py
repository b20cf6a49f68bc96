"""The end of an incident: its cost is booked and its postmortem drafted from the record."""

import json
from datetime import UTC, datetime

from fireline.domain.audit import canonical_json
from fireline.domain.errors import IllegalTransitionError, RejectedError
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.people import SYSTEM
from fireline.domain.postmortem.action import Postmortem
from fireline.domain.postmortem.facts import Record, postmortem_facts
from fireline.domain.postmortem.summary import SloCost
from fireline.domain.slo.ledger import floor_edge
from fireline.domain.slo.status import SloStatus
from fireline.usecases import find_runbook
from fireline.usecases.incident_costs import book, book_again, claim_of
from fireline.usecases.incident_record import load, refresh, retried, show
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.views import FileMessage


def finish(s: Services, incident_id: int) -> Postmortem:
    """Book the budget cost, draft the postmortem and share it; a second time changes nothing."""
    with s.store() as uow:
        known = uow.postmortems.latest(incident_id)
    return known or draft(s, incident_id)


@retried
def draft(s: Services, incident_id: int) -> Postmortem:
    """A new version from record and ledger as they are now; the old one when no fact changed.

    Raises:
        NotFoundError: there is no such incident.
        IllegalTransitionError: service is not restored yet.
        EffectError: people's names could not be had.
    """
    _check_restored(s, incident_id)
    _book_cost(s, incident_id)
    names = _names(s, incident_id)
    now = s.clock.now()
    with s.store() as uow:
        incident = load(uow, incident_id)
        facts = postmortem_facts(_record(s, uow, incident, names))
        latest = uow.postmortems.latest(incident_id)
        text = canonical_json(facts)
        if latest is not None and latest.facts == text:
            return latest
        version = latest.version + 1 if latest else 1
        markdown = s.documents.postmortem({**facts, "version": version})
        made = Postmortem(incident_id, version, markdown, text, now)
        uow.postmortems.add(made)
        detail = {"version": version, "incident": incident.ref}
        uow.audit.append(now, SYSTEM.id, "postmortem.draft", incident.ref, detail)
        where = incident.channel_id or incident.details.place
        if where:
            show(s, uow, "postmortem", where, f"{incident.id}:{version}")
            refresh(s, uow, incident)
        uow.commit()
    return made


def _check_restored(s: Services, incident_id: int) -> None:
    """A postmortem of something that still goes on would only guess."""
    with s.store() as uow:
        incident = load(uow, incident_id)
    if incident.at(Stamp.RESTORED) is None:
        raise IllegalTransitionError(
            f"{incident.ref} is still {incident.state.value}; its postmortem can be drafted once"
            " service works again. Do this first: `/incident restore WHAT_FIXED_IT`.",
            ("NOT_RESTORED",),
        )


def postmortem_file(s: Services, uow: UnitOfWork, ref: str) -> FileMessage | None:
    """Projection of a drafted version as a file; `ref` is `<incident id>:<version>`.

    None once a newer version exists: that one is shared instead.
    """
    _ = s
    incident_id, _, version = ref.partition(":")
    incident = uow.incidents.get(int(incident_id))
    made = uow.postmortems.latest(int(incident_id))
    if incident is None or made is None or made.version != int(version):
        return None
    name = f"{incident.ref.lower()}-postmortem-v{made.version}.md"
    facts = json.loads(made.facts)
    sentence, waits = facts["summary"], facts.get("waiting", 0)
    waiting = f"{waits} timeline entries wait: `/incident accept`."
    if waits:
        sentence += f" {waiting}"
    head = f"Postmortem draft of {incident.ref} ({incident.title})"
    comment = (
        f"{head}. {sentence}\n"
        "The lines in italics wait for your words. Promise what will change with"
        " `/postmortem action TEXT @owner due:DATE`."
    )
    if made.version > 1:
        rest = waiting if waits else "The timeline is in it."
        comment = f"{head}, version {made.version}: use this one. {rest}"
    title = f"{incident.ref} postmortem, draft {made.version}"
    return FileMessage(name, title, made.markdown, comment)


@retried
def _book_cost(s: Services, incident_id: int) -> None:
    """Store what the incident took from each linked budget, and what that leaves for others."""
    now = s.clock.now()
    with s.store() as uow:
        before = load(uow, incident_id)
        after = book(s, uow, before, now)
        if after is before:
            return
        claim = claim_of(after, now)
        for slo in after.budget_cost:
            book_again(s, uow, slo, claim, now)
        uow.commit()


def _names(s: Services, incident_id: int) -> dict[str, str]:
    """People by id: as the timeline has them, else as Slack has them."""
    with s.store() as uow:
        incident = load(uow, incident_id)
        names = {e.actor_id: e.actor_name for e in uow.timeline.entries(incident_id)}
    for user in sorted({incident.declared_by, *incident.roles.values()} - names.keys()):
        try:
            names[user] = s.chat.user_name(user)
        except RejectedError as error:
            # A person who left the workspace keeps the id they had; the document says why.
            names[user] = f"{user} ({error.code or 'unknown to Slack'})"
    return names


def _record(s: Services, uow: UnitOfWork, incident: Incident, names: dict[str, str]) -> Record:
    """Everything the facts are computed from."""
    actions = [item for item in uow.actions.all() if item.incident_id == incident.id]
    return Record(
        incident=incident,
        costs=tuple(_cost(s, uow, incident, name) for name in incident.slos),
        entries=tuple(uow.timeline.entries(incident.id)),
        actions=tuple(sorted(actions, key=lambda item: item.id)),
        target_minutes=s.policy.mttr_target(incident.tier),
        names=names,
        runbooks=tuple(find_runbook.for_incident(s, incident)),
        weights=s.policy.incidents.downtime_weights,
    )


def _cost(s: Services, uow: UnitOfWork, incident: Incident, name: str) -> SloCost:
    """What the incident took from one budget, in the budget's own unit too."""
    slo = s.definitions.current().slos.get(name)
    status = uow.statuses.get(name)
    share = incident.budget_cost.get(name)
    whole = status.budget if status else None
    return SloCost(
        name=name,
        title=slo.title if slo else name,
        share=share,
        raw_share=incident.raw_budget_cost.get(name),
        amount=share * whole if share is not None and whole is not None else None,
        unit=slo.unit if slo else "events",
        window_seconds=slo.window_seconds if slo else None,
        remaining=status.remaining if status else None,
        counted_until=_ledger_end(incident, status) if share is not None else None,
    )


def _ledger_end(incident: Incident, status: SloStatus | None) -> datetime | None:
    """Where the ledger ends, if the harm went on after that."""
    restored = incident.at(Stamp.RESTORED)
    if status is None or restored is None:
        return None
    edge = datetime.fromtimestamp(floor_edge(int(status.at.timestamp())), UTC)
    return edge if edge < restored else None
