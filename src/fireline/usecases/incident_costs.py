"""What incidents cost in error budget: booked at their end, again when that is no longer so."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.people import SYSTEM
from fireline.domain.postmortem.summary import share_words
from fireline.domain.slo.attribution import Claim, attribute
from fireline.domain.slo.buckets import BUCKET_SECONDS
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.reading import Reading
from fireline.usecases.alert_views import IncidentShare, SpentByIncidents
from fireline.usecases.incident_record import Change, happened, save, show_alert
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.recorded_incidents import WITHHELD, counts
from fireline.usecases.stored_budgets import stored_reading

COST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Cost:
    """Share of the budget, without maintenance; `raw` with it, where some was left out."""

    share: float
    raw: float | None = None


def claim_of(incident: Incident, now: datetime) -> Claim:
    """From the first harm to the verified data, or to now, in epoch seconds.

    One that was resolved without any data to verify ends with that.
    """
    start = incident.at(Stamp.IMPACT_STARTED) or incident.at(Stamp.DETECTED)
    start = start or incident.stamps[Stamp.DECLARED]
    end = incident.at(Stamp.DATA_VERIFIED) or incident.at(Stamp.RESOLVED) or now
    return int(start.timestamp()), max(int(start.timestamp()), int(end.timestamp()))


def sharing(uow: UnitOfWork, incident: Incident, slo: str, now: datetime) -> list[Incident]:
    """Other incidents that touch the same SLO at the same time."""
    start, end = claim_of(incident, now)
    listed = uow.incidents.between(at(start), now + timedelta(seconds=1))
    real = [i for i in listed if i.id != incident.id and counts(i)]
    found = [(other, claim_of(other, now)) for other in real if slo in other.slos]
    return [other for other, (first, last) in found if first <= end and last >= start]


def cost_on(
    s: Services, uow: UnitOfWork, incident: Incident, slo_name: str, now: datetime
) -> Cost | None:
    """What the incident took from one budget; None where the SLO or its budget is not known."""
    slo = s.definitions.current().slos.get(slo_name)
    if slo is None:
        return None
    others = sharing(uow, incident, slo_name, now)
    claims = [claim_of(i, now) for i in (incident, *others)]
    # Up to the end of the last bucket that is touched.
    until = -(-claims[0][1] // BUCKET_SECONDS) * BUCKET_SECONDS
    reading = stored_reading(s, uow, slo, at(until))
    share = attribute(reading, claims).share(0)
    if share is None or not (reading.exclusions and reading.masked):
        return Cost(share) if share is not None else None
    raw = attribute(replace(reading, exclusions=()), claims).share(0)
    return Cost(share, raw)


def book(s: Services, uow: UnitOfWork, incident: Incident, now: datetime) -> Incident:
    """Write down what the incident cost by now; nothing when that is known already, or a drill."""
    if incident.drill:
        return incident
    found = {name: cost_on(s, uow, incident, name, now) for name in incident.slos}
    known = {name: cost for name, cost in found.items() if cost is not None}
    costs = {name: round(cost.share, COST_DIGITS) for name, cost in known.items()}
    raws = {n: round(c.raw, COST_DIGITS) for n, c in known.items() if c.raw is not None}
    if not costs or (costs, raws) == (incident.budget_cost, incident.raw_budget_cost):
        return incident
    entry = happened(SYSTEM, f"This incident cost {cost_words(costs, raws)}", now)
    detail: dict[str, object] = {"costs": costs, "raw": raws}
    change = Change("incident.cost", SYSTEM, now, detail, (entry,))
    booked = replace(incident, budget_cost=costs, raw_budget_cost=raws)
    saved = save(s, uow, booked, change)
    show_alert(s, uow, saved)
    return saved


def book_again(s: Services, uow: UnitOfWork, slo: str, claim: Claim, now: datetime) -> None:
    """Bring what was booked for incidents of this time up to date."""
    start, end = claim
    for incident in uow.incidents.between(at(start), now + timedelta(seconds=1)):
        first, last = claim_of(incident, now)
        booked = slo in incident.budget_cost and counts(incident)
        if booked and first <= end and last >= start:
            book(s, uow, incident, now)


def spent_by_incidents(
    s: Services, uow: UnitOfWork, slo: Slo, now: datetime
) -> SpentByIncidents | None:
    """Who took what from the budget as it is now; the parts sum to all that is spent.

    None where there is no budget. Of restricted incidents nothing is told but their share.
    """
    reading = stored_reading(s, uow, slo, now)
    listed = uow.incidents.between(at(reading.left), now + timedelta(seconds=1))
    involved = [i for i in listed if counts(i) and slo.name in i.slos]
    claims = [claim_of(incident, now) for incident in involved]
    shares = _shares(reading, claims)
    if shares is None:
        return None
    raws = None
    if reading.exclusions and reading.masked:
        raws = _shares(replace(reading, exclusions=()), claims)
    lines = [
        IncidentShare(
            ref=WITHHELD if incident.restricted else incident.ref,
            title="" if incident.restricted else incident.title,
            share=shares[index],
            raw_share=raws[index] if raws else None,
        )
        for index, incident in enumerate(involved)
    ]
    return SpentByIncidents(
        incidents=tuple(sorted(lines, key=lambda line: -line.share)),
        unattributed=shares[-1],
        raw_unattributed=raws[-1] if raws else None,
    )


def _shares(reading: Reading, claims: list[Claim]) -> list[float] | None:
    """Each claim's share of the budget, then that of nobody."""
    found = attribute(reading, claims)
    if found.budget <= 0:
        return None
    return [bad / found.budget for bad in (*found.bad, found.unattributed)]


def cost_words(costs: Mapping[str, float], raws: Mapping[str, float]) -> str:
    """`35 % (69 % with maintenance) of orders's budget`."""
    return ", ".join(
        f"{share_words(cost, raws.get(name))} of {name}'s budget" for name, cost in costs.items()
    )


def at(epoch: int) -> datetime:
    """An epoch second as UTC."""
    return datetime.fromtimestamp(epoch, UTC)
