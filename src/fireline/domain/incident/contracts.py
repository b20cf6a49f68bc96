"""Which promises of data contracts an incident breaks, and since when."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from fireline.domain.incident.durations import spell
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.incident.kinds import Harm
from fireline.domain.lineage.blast import due_next
from fireline.domain.lineage.contract import (
    DUE,
    LATENCY,
    TIME_TO_DETECT,
    TIME_TO_NOTIFY,
    TIME_TO_REPAIR,
    Breach,
    Contract,
)

LATE = frozenset({Harm.LATE, Harm.MISSING})
MOST_BREACHES = 50


def breaches(
    incident: Incident,
    contracts: Mapping[str, Iterable[Contract]],
    loaded: Mapping[str, datetime],
    now: datetime,
) -> tuple[Breach, ...]:
    """Every promise that is broken by now, those that were known before included.

    Args:
        incident: open, with its data.
        contracts: of each dataset that is bad or downstream of bad data, by its name.
        loaded: when a dataset was last loaded, as far as an artifact says it.
        now: the time; what has come right before counts until then.
    """
    known = {(b.contract, b.dataset, b.term): b for b in incident.details.contract_breaches}
    for dataset, some in contracts.items():
        for contract in some:
            for breach in _broken(incident, contract, dataset, loaded.get(dataset), now):
                known.setdefault((breach.contract, breach.dataset, breach.term), breach)
    return tuple(known.values())[:MOST_BREACHES]


def _broken(
    incident: Incident, contract: Contract, dataset: str, loaded: datetime | None, now: datetime
) -> Iterator[Breach]:
    start = incident.at(Stamp.IMPACT_STARTED) or incident.at(Stamp.DETECTED) or now
    until = incident.at(Stamp.DATA_VERIFIED) or now
    found: list[tuple[str, str, datetime | None]] = []
    due = due_next(contract.due, start)
    if due is not None:
        found.append((DUE, f"was due at {due:%H:%M} UTC and is not right", due))
    if contract.latency is not None:
        since = _too_old(incident, dataset, contract.latency, loaded, start)
        found.append((LATENCY, f"is older than {spell(contract.latency)}", since))
    if contract.time_to_repair is not None:
        text = f"is not repaired within {spell(contract.time_to_repair)}"
        found.append((TIME_TO_REPAIR, text, start + contract.time_to_repair))
    found += _slow(incident, contract, start, now)
    for term, text, at in found:
        if at is not None and at <= until:
            yield Breach(contract.name, dataset, term, text, at)


def _slow(
    incident: Incident, contract: Contract, start: datetime, now: datetime
) -> Iterator[tuple[str, str, datetime]]:
    """Noticed, or told to consumers, too late."""
    detected = incident.at(Stamp.DETECTED)
    if detected is None:
        return
    promised = contract.time_to_detect
    if promised is not None and detected - start > promised:
        text = f"was noticed after {spell(detected - start)}, not {spell(promised)}"
        yield TIME_TO_DETECT, text, start + promised
    told = (n.warned_at for n in incident.details.notices if n.warned_at is not None)
    promised = contract.time_to_notify
    if promised is not None and min(told, default=now) - detected > promised:
        yield TIME_TO_NOTIFY, f"had no notice within {spell(promised)}", detected + promised


def _too_old(
    incident: Incident,
    dataset: str,
    latency: timedelta,
    loaded: datetime | None,
    start: datetime,
) -> datetime | None:
    """When the dataset became older than it may be; None where nothing says that it is late."""
    if loaded is not None:
        return loaded + latency
    late = any(d.key == dataset and LATE.intersection(d.harms) for d in incident.details.affected)
    return start + latency if late else None


def with_breaches(incident: Incident, found: tuple[Breach, ...]) -> Incident:
    """The incident with these broken promises."""
    return replace(incident, details=replace(incident.details, contract_breaches=found))
