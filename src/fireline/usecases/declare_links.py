"""What a declaration is about: the alert, the SLOs and data that were named, and its title."""

from dataclasses import dataclass
from datetime import datetime

from fireline.domain.alertmanager.alerts import ExternalGroup
from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.timeline import EntryKind, NewEntry, Provenance
from fireline.domain.people import SYSTEM
from fireline.domain.slo.alerting.group import DATASET, SOURCE, AlertGroup
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import AlertKind, BurnSeverity
from fireline.usecases.alert_messages import alert_key
from fireline.usecases.alert_projection import alert
from fireline.usecases.declaration import Declare
from fireline.usecases.external_messages import group_named
from fireline.usecases.incident_record import happened
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.stored_budgets import first_bad

TITLE_LIMIT = 150
MOST_DATASETS = 20
HAPPENS = {
    AlertKind.BURN: "error budget is burning",
    AlertKind.EXHAUSTED: "error budget is spent",
    AlertKind.ABSENT: "no data",
    AlertKind.STALE: "data stopped",
    AlertKind.SOURCE_DOWN: "queries fail",
    AlertKind.DEADLINE_AT_RISK: "deadline at risk",
}
ALERTS = {
    AlertKind.BURN: "burn",
    AlertKind.EXHAUSTED: "budget",
    AlertKind.ABSENT: "telemetry",
    AlertKind.STALE: "telemetry",
    AlertKind.SOURCE_DOWN: "telemetry",
    AlertKind.DEADLINE_AT_RISK: "deadline",
}


@dataclass(frozen=True, slots=True)
class Link:
    """What the incident is about, as far as it is known; `names` are all SLOs of the alert."""

    slo: Slo | None
    alert: AlertGroup | None
    burning: BurnSeverity | None
    impact: datetime | None
    names: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    group: ExternalGroup | None = None


def link_of(s: Services, uow: UnitOfWork, command: Declare) -> Link:
    """Find the alert and the SLOs that were named."""
    if command.episode_id:
        return _alert_link(s, uow, command.episode_id)
    slos = s.definitions.current().slos
    group = group_named(uow, command.external_group) if command.external_group else None
    wanted = tuple(dict.fromkeys(name for name in (command.slo, *command.slos) if name))
    for name in wanted:
        if name not in slos:
            raise NotFoundError(f"There is no SLO named {name}. `/slo` lists them.")
    if not wanted and group is not None and group.slo in slos:
        wanted = (str(group.slo),)
    levels = {name: _burning(uow, name) for name in wanted}
    # What burns worst is what the incident is about; among equals the first that was named.
    names = tuple(sorted(wanted, key=lambda n: (_rank(levels[n]), slos[n].tier)))
    if not names:
        return Link(None, None, None, None, group=group)
    slo = slos[names[0]]
    burning = levels[slo.name]
    impact = first_bad(s, uow, slo.name, s.clock.now()) if burning else None
    data = dict.fromkeys(dataset for name in names for dataset in slos[name].datasets)
    return Link(slo, None, burning, impact, names, tuple(data)[:MOST_DATASETS], group)


def _burning(uow: UnitOfWork, name: str) -> BurnSeverity | None:
    status = uow.statuses.get(name)
    return status.burning[0] if status and status.burning else None


def _rank(level: BurnSeverity | None) -> int:
    return len(BurnSeverity) if level is None else list(BurnSeverity).index(level)


def _alert_link(s: Services, uow: UnitOfWork, alert_id: str) -> Link:
    """Everything an alert tells of, the worst first; all its SLOs are the incident's."""
    group = uow.alerts.get(alert_id)
    shown = alert(s, uow, alert_id)
    if group is None or shown is None:
        raise NotFoundError("That alert is not known any more. Declare with words instead.")
    slos = s.definitions.current().slos
    names = tuple(m.slo.name for m in shown.members if not m.slo.name.startswith(SOURCE))
    known = [slos[name] for name in names if name in slos]
    shared = tuple(k.removeprefix(DATASET) for k in group.keys if k.startswith(DATASET))
    every = dict.fromkeys(dataset for slo in known for dataset in slo.datasets)
    burns = group.severity if group.kind is AlertKind.BURN else None
    return Link(
        slo=known[0] if known else None,
        alert=group,
        burning=burns,
        impact=shown.first_bad_at,
        names=names,
        datasets=(shared if len(known) > 1 and shared else tuple(every))[:MOST_DATASETS],
    )


def title_of(command: Declare, link: Link) -> str:
    """One line from the words; without words, from the alert or the SLO."""
    words = " ".join(command.text.split())
    if not words and link.alert is not None:
        words = f"{_subject(link)}: {HAPPENS[link.alert.kind]}"
    if not words and link.group is not None:
        words = link.group.title
    if not words and link.slo is not None:
        burns = link.burning is not None
        words = f"{link.slo.title}: {'error budget is burning' if burns else 'reported broken'}"
    if not words:
        message = "Say what is wrong, in your own words: `/incident declare orders are late`."
        raise InvalidInputError(message, field="title")
    return words if len(words) <= TITLE_LIMIT else words[: TITLE_LIMIT - 1].rstrip() + "…"


def _subject(link: Link) -> str:
    """What the alert is about: its SLO, or how many share what."""
    if link.alert is None or len(link.names) <= 1:
        return link.slo.title if link.slo else (link.names[0] if link.names else "Data source")
    upstream = link.alert.upstream
    shared = "" if upstream.startswith(SOURCE.rstrip(":")) else f" of {upstream}"
    return f"{len(link.names)} SLOs{shared}"


def alert_entry(uow: UnitOfWork, incident: Incident) -> list[NewEntry]:
    """The alert, at the time it fired."""
    group = uow.alerts.get(incident.episode_id) if incident.episode_id else None
    if group is None:
        return []
    posted = uow.messages.get(alert_key(group.id))
    where = Provenance(
        source="burn alert",
        channel=posted.channel_id if posted else None,
        ts=posted.ts if posted else None,
        detail=group.id,
    )
    level = group.severity.value.capitalize()
    names = incident.slos
    of = names[0] if len(names) == 1 else f"{len(names)} SLOs" if names else "a data source"
    text = f"{level}-level {ALERTS[group.kind]} alert of {of}"
    return [happened(SYSTEM, text, group.opened_at, EntryKind.ALERT, where)]
