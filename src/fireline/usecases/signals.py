"""What alerts and failed runs say, as signals that can be compared with incidents."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from fireline.domain.alertmanager.alerts import ExternalGroup
from fireline.domain.incident.correlation import Signal
from fireline.domain.incident.kinds import IncidentType
from fireline.domain.lineage.runs import RunResult
from fireline.domain.slo.alerting.group import DATASET, SOURCE, AlertGroup
from fireline.domain.slo.definition import Family, Slo
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.recent_changes import reach, touching

BURN, ALERTMANAGER, RUN = "burn", "alertmanager", "run"
DATA_LABELS = ("dataset", "table", "model")
SERVICE_LABELS = ("service", "sloth_service")
TRUE = "true"
RUN_KINDS: Mapping[str, tuple[str, IncidentType]] = {
    "test": ("Test", IncidentType.QUALITY),
    "source": ("Freshness of", IncidentType.FRESHNESS),
}


def of_alert(
    s: Services, uow: UnitOfWork, group: AlertGroup, names: Iterable[str], at: datetime
) -> Signal:
    """The signal of an alert of ours that tells of these SLOs."""
    slos = s.definitions.current().slos
    told = tuple(name for name in dict.fromkeys(names) if not name.startswith(SOURCE))
    known = [slos[name] for name in told if name in slos]
    every = tuple(dict.fromkeys(key for slo in known for key in slo.datasets))
    shared = tuple(k.removeprefix(DATASET) for k in group.keys if k.startswith(DATASET))
    datasets = shared if shared and len(known) > 1 else every
    services = frozenset(slo.service for slo in known)
    return Signal(
        source=BURN,
        ref=group.id,
        title=called(group, told, known),
        at=group.opened_at,
        slos=told,
        services=services,
        types=frozenset(kind for slo in known for kind in _types(slo)),
        datasets=datasets,
        changes=_changes(s, uow, datasets, told, at),
        carried=every,
    )


def called(group: AlertGroup, told: tuple[str, ...], known: Sequence[Slo]) -> str:
    """The SLO, or how many."""
    level = f"{group.severity.value.capitalize()}-level alert of"
    if len(told) == 1:
        return f"{level} {known[0].title if known else told[0]}"
    return f"{level} {len(told)} SLOs" if told else f"{level} {group.upstream or 'a data source'}"


def _types(slo: Slo) -> set[IncidentType]:
    """What kind of trouble the SLO is about: what its label `type` says, or a missed deadline."""
    said = slo.labels.get("type", "")
    found = {IncidentType(said)} if said in set(IncidentType) else set()
    return found | ({IncidentType.FRESHNESS} if slo.family is Family.DEADLINES else set())


def of_group(s: Services, uow: UnitOfWork, group: ExternalGroup, at: datetime) -> Signal:
    """The signal of a group of Alertmanager's, by its SLO and its common labels."""
    slo = s.definitions.current().slos.get(group.slo) if group.slo else None
    labels = {**group.labels, **group.common_labels}
    named = tuple(labels[name] for name in DATA_LABELS if labels.get(name))
    datasets = tuple(dict.fromkeys((*named, *(slo.datasets if slo else ()))))
    services = {labels[name] for name in SERVICE_LABELS if labels.get(name)}
    said = labels.get("type", "")
    types = {IncidentType(said)} if said in set(IncidentType) else set()
    slos = (slo.name,) if slo else ()
    return Signal(
        source=ALERTMANAGER,
        ref=group.id,
        title=group.title,
        at=min(group.began, at),
        slos=slos,
        services=frozenset(services | ({slo.service} if slo else set())),
        types=frozenset(types | (_types(slo) if slo else set())),
        datasets=datasets,
        changes=_changes(s, uow, datasets, slos, at),
        outage=labels.get("outage", "").lower() == TRUE,
    )


def of_run(uow: UnitOfWork, run: RunResult, now: datetime) -> Signal:
    """The signal of a failed test, model or freshness of a source."""
    kind = run.id.partition(".")[0]
    words, trouble = RUN_KINDS.get(kind, ("Run of", IncidentType.AVAILABILITY))
    node = uow.lineages.graph().nodes.get(run.dataset or "")
    services = frozenset({node.service} if node and node.service else ())
    return Signal(
        source=RUN,
        ref=run.id,
        title=f"{words} {run.name} failed",
        at=min(run.at or now, now),
        services=services,
        types=frozenset({trouble}),
        datasets=(run.dataset,) if run.dataset else (),
    )


def _changes(
    s: Services,
    uow: UnitOfWork,
    datasets: tuple[str, ...],
    slos: tuple[str, ...],
    at: datetime,
) -> frozenset[str]:
    """The changes shortly before that may be behind it."""
    told = uow.changes.between(at - s.policy.incidents.correlation.recent_changes, at)
    if not told:
        return frozenset()
    where = reach(s, uow, datasets, None, slos)
    return frozenset(one.id for one in told if touching(uow, where, one) is not None)
