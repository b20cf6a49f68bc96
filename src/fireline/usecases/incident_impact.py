"""Who is affected by an incident's data, and what that means for its severity."""

from dataclasses import replace
from datetime import datetime

from fireline.domain.incident.correlation import roots_of
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import Harm
from fireline.domain.incident.severity import (
    Assessment,
    Burn,
    SeverityFacts,
    automatic,
    burn_of,
    judge,
    recomputed,
)
from fireline.domain.incident.timeline import NewEntry
from fireline.domain.lineage.blast import Blast, blast_radius, counted_words
from fireline.domain.people import SYSTEM, Actor
from fireline.domain.slo.status import BurnSeverity
from fireline.usecases.impact_views import BlastLine, BlastMessage
from fireline.usecases.incident_contracts import contract_lines
from fireline.usecases.incident_record import (
    Change,
    happened,
    load,
    retried,
    save,
    show,
    sync_topic,
)
from fireline.usecases.ports import Services, UnitOfWork

MOST_SHOWN = 25


def blast_of(uow: UnitOfWork, names: tuple[str, ...], at: datetime) -> Blast | None:
    """What is downstream of these datasets; None where none is named."""
    return blast_radius(uow.lineages.graph(), names, at) if names else None


def blast(s: Services, uow: UnitOfWork, ref: str) -> BlastMessage | None:
    """Projection of who is affected; `ref` is the incident's id. None while nothing is known."""
    incident = uow.incidents.get(int(ref))
    if incident is None:
        return None
    now = s.clock.now()
    found = blast_of(uow, roots_of(incident), now)
    if found is None or (not found.roots and not found.affected):
        return None
    shown = message_of(s, uow, incident, found)
    return replace(shown, thread=f"card:{incident.id}")


def message_of(s: Services, uow: UnitOfWork, incident: Incident, found: Blast) -> BlastMessage:
    """The blast radius as it is shown, worst first."""
    now = s.clock.now()
    lines = tuple(
        BlastLine(
            name=one.node.name,
            kind=one.node.kind.words,
            tier=one.node.tier,
            owner=one.node.owner,
            channel=one.node.channel,
            due_at=one.due_at,
            distance=one.distance,
        )
        for one in found.affected[:MOST_SHOWN]
    )
    return BlastMessage(
        ref=incident.ref,
        roots=found.roots,
        summary=counted_words(found.consumers, now),
        lines=lines,
        more=len(found.affected) - len(lines) + found.more,
        unresolved=found.unresolved,
        age=found.age,
        old=found.old,
        border=found.border,
        several=found.several,
        contracts=contract_lines(s, uow.lineages.graph(), incident),
        quarantined=tuple(d.key for d in incident.details.affected if d.quarantined),
    )


def impact(s: Services, incident_id: int) -> BlastMessage:
    """The blast radius now; a message without lines when nothing downstream is known."""
    now = s.clock.now()
    with s.store() as uow:
        incident = load(uow, incident_id)
        found = blast_of(uow, roots_of(incident), now)
        shown = message_of(s, uow, incident, found or Blast((), ()))
    return replace(shown, whole=True)


def refresh(s: Services, incident_id: int) -> BlastMessage:
    """The blast radius now, the channel's message and the severity brought up to it too."""
    reassess(s, incident_id)
    return impact(s, incident_id)


def severity_facts(s: Services, uow: UnitOfWork, incident: Incident) -> SeverityFacts:
    """What the severity rules are judged by."""
    now = s.clock.now()
    details = incident.details
    facts = SeverityFacts(
        tier=incident.tier,
        burn=Burn.OUTAGE if details.outage else burn_of(_worst_burn(uow, incident)),
        slo=incident.slos[0] if incident.slos else None,
        exposure_suspected=incident.restricted or details.harmed(Harm.EXPOSED),
        wrong_published=details.published_bad and details.harmed(Harm.WRONG),
    )
    return with_blast(facts, blast_of(uow, roots_of(incident), now), now)


def _worst_burn(uow: UnitOfWork, incident: Incident) -> BurnSeverity | None:
    """The worst level at which any of its SLOs burns now."""
    statuses = (uow.statuses.get(name) for name in incident.slos)
    levels = {level for status in statuses if status for level in status.burning}
    return next((level for level in BurnSeverity if level in levels), None)


def with_blast(facts: SeverityFacts, found: Blast | None, now: datetime) -> SeverityFacts:
    """The facts with what lineage knows; without any lineage nothing is known of consumers."""
    if found is None or not found.roots:
        return facts
    nearest = found.nearest()
    due = nearest.due_at if nearest is not None else None
    return replace(
        facts,
        external_consumer=any(one.node.external for one in found.consumers),
        exposures=len(found.consumers),
        tier0_exposures=sum(one.node.tier == 0 for one in found.consumers),
        minutes_to_deadline=(due - now).total_seconds() / 60 if due is not None else None,
    )


@retried
def reassess(s: Services, incident_id: int) -> Incident:
    """Judge the severity by what is known now; a change is proposed, exposure alone raises it."""
    now = s.clock.now()
    with s.store() as uow:
        before = load(uow, incident_id)
        facts = severity_facts(s, uow, before)
        found = judge(facts, s.policy.incidents)
        after, line = _judged(before, found, exposure=facts.exposure_suspected)
        if before.channel_id is not None:
            show(s, uow, "blast", before.channel_id, str(before.id))
        if line is None:
            uow.commit()
            return before
        detail = {"computed": found.severity.label, "reason": found.reason}
        entry = happened(SYSTEM, line, now)
        change = Change("incident.severity.computed", SYSTEM, now, detail, (entry,))
        saved = save(s, uow, after, change)
        sync_topic(uow, saved)
        uow.commit()
    return saved


def _judged(before: Incident, found: Assessment, *, exposure: bool) -> tuple[Incident, str | None]:
    """The incident after the judgement, and the line that says so; no line when nothing is new."""
    if found.severity == before.computed_severity:
        return before, None
    if exposure and found.severity < before.severity:
        raised = recomputed(before, found, exposure=True)
        return raised, f"Severity raised to {found.reason}"
    proposed = replace(before, computed_severity=found.severity)
    if found.severity == before.severity:
        return proposed, f"The rules agree again: {found.reason}"
    return proposed, f"The rules now say {found.reason}. `/incident severity auto` takes it over"


@retried
def take_computed(s: Services, incident_id: int, actor: Actor) -> Incident:
    """Let the rules set the severity, any override dropped."""
    now = s.clock.now()
    with s.store() as uow:
        before = load(uow, incident_id)
        found = judge(severity_facts(s, uow, before), s.policy.incidents)
        after = automatic(before, found)
        if after == before:
            return before
        text = f"Severity {before.severity.label} -> {found.reason} (by the rules)"
        detail = {"from": before.severity.label, "to": found.severity.label, "reason": "auto"}
        entries: tuple[NewEntry, ...] = (happened(actor, text, now),)
        saved = save(s, uow, after, Change("incident.severity", actor, now, detail, entries))
        sync_topic(uow, saved)
        uow.commit()
    return saved
