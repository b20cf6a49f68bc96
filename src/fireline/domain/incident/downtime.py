"""Data downtime: for how many dataset-hours data was late, missing or wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fireline.domain.incident.details import AffectedDataset
from fireline.domain.incident.durations import spell
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.incident.kinds import DatasetRole, Harm
from fireline.domain.incident.metrics import durations

DEFAULT_WEIGHTS: Mapping[int, float] = {0: 4, 1: 2, 2: 1}
LAST_TIER = 2
BAD = frozenset({Harm.LATE, Harm.MISSING, Harm.WRONG, Harm.DUPLICATED})
Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class DataDowntime:
    """Dataset-hours, plain and weighted by tier, of so many datasets; `intervals` are summed."""

    hours: float
    weighted: float
    datasets: int
    intervals: int = 1

    @property
    def words(self) -> str:
        """As it is shown everywhere."""
        count = f"{self.datasets} dataset{'' if self.datasets == 1 else 's'}"
        times = f" in {self.intervals} intervals" if self.intervals > 1 else ""
        return f"{self.hours:.1f} dataset-hours ({count}{times}), {self.weighted:.1f} weighted"


def data_downtime(
    incident: Incident, weights: Mapping[int, float] = DEFAULT_WEIGHTS
) -> DataDowntime | None:
    """From when the impact began until the data was verified, for each dataset that was bad.

    None while the data is not verified or no instant of its begin is recorded: it never ends at
    "now". Data that came right and was bad again later counts only while it was bad.
    """
    spans = _intervals(incident)
    if not spans:
        return None
    hours = sum((end - start for start, end in spans), timedelta()) / timedelta(hours=1)
    tiers = [_tier(dataset, incident) for dataset in incident.details.affected if _bad(dataset)]
    weighted = sum(hours * weights.get(tier, 1) for tier in tiers)
    return DataDowntime(hours * len(tiers), weighted, len(tiers), len(spans))


def recovered_words(incident: Incident) -> str:
    """How long until the data was right, to go on a sentence; empty where no data was bad."""
    known, downtime = durations(incident).ttdr, data_downtime(incident)
    if known is None or downtime is None or not downtime.datasets:
        return ""
    hours = f"{downtime.hours:.1f} dataset-hours"
    return f", its data recovered after {spell(known)} ({hours} of data downtime)"


def _intervals(incident: Incident) -> list[Interval]:
    """The stretches in which the data was bad; none while the last one has no end."""
    start = incident.at(Stamp.IMPACT_STARTED) or incident.at(Stamp.DETECTED)
    end = incident.at(Stamp.DATA_VERIFIED)
    if start is None or end is None:
        return []
    found: list[Interval] = []
    for again in incident.details.reopened:
        if again.verified_at is not None and not again.same_impact:
            found.append((start, again.verified_at))
            start = max(again.at, again.verified_at)
    return [*found, (start, max(start, end))]


def _bad(dataset: AffectedDataset) -> bool:
    """Late, missing, wrong or twice; what a failure reached was not refreshed, so it was late."""
    reached = dataset.role is DatasetRole.IMPACTED and not dataset.harms
    return reached or bool(BAD.intersection(dataset.harms))


def _tier(dataset: AffectedDataset, incident: Incident) -> int:
    """Its own as it was recorded, else the incident's."""
    return incident.tier if dataset.tier is None else min(dataset.tier, LAST_TIER)


def with_tiers(incident: Incident, tiers: Mapping[str, int]) -> Incident:
    """The incident that remembers its datasets' tiers; what is recorded does not change later."""
    affected = tuple(
        replace(dataset, tier=tiers[dataset.key])
        if dataset.tier is None and dataset.key in tiers
        else dataset
        for dataset in incident.details.affected
    )
    return replace(incident, details=replace(incident.details, affected=affected))
