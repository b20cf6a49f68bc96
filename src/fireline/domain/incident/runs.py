"""What runs of jobs and tests mean for an incident: what they hit, and what is worth a line."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.details import RunWatch
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.incident.kinds import DatasetRole
from fireline.domain.incident.knowledge import with_dataset
from fireline.domain.lineage.runs import RunResult, RunStatus

# A run that went to and fro so often is said to flap and then not listed any more.
MOST_FLIPS = 4
MOST_WATCHED = 300
NAMED = 5
MESSAGE = 160


def turned(runs: Iterable[RunResult], before: Iterable[RunResult]) -> tuple[RunResult, ...]:
    """The results that went from good to bad or back; a first good one is no news, a late one old.

    Args:
        runs: as they came.
        before: what was known of the same runs.
    """
    known = {run.id: run for run in before}
    found = []
    for run in runs:
        last = known.get(run.id)
        if last is not None and last.at is not None and run.at is not None and run.at < last.at:
            continue
        if run.bad != (last is not None and last.bad):
            found.append(run)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Reach:
    """Keys that an incident has to do with: its own data, all below it, and the data among that.

    `excused` is what is below something that failed within it, so that being skipped is its doing.
    """

    own: Collection[str]
    below: Collection[str]
    data: Collection[str]
    excused: Collection[str]

    def holds(self, run: RunResult) -> bool:
        """Whether the run is of something within reach, and not skipped for another reason."""
        if run.status is RunStatus.SKIPPED:
            return run.dataset in self.excused
        return run.dataset in self.own or run.dataset in self.below


def with_runs(incident: Incident, runs: Iterable[RunResult], reach: Reach) -> tuple[Incident, str]:
    """The incident after these results turned, and the line for its timeline; none when empty.

    A dataset downstream of where the incident began is impacted once its run failed or was skipped.
    A run that repairs says how the repair goes, and impacts nothing.

    Args:
        incident: open, of data that the runs may have to do with.
        runs: that turned.
        reach: what it has to do with.
    """
    ours = [run for run in runs if reach.holds(run)]
    after, told = _watched(incident, ours)
    for run in ours:
        new = run.dataset in reach.data and run.dataset not in reach.own
        if run.bad and not run.repair and run.dataset is not None and new:
            after = _impacted(after, run.dataset, run)
    return after, _line(told, reach.data) + _since(incident, told)


def _impacted(incident: Incident, key: str, run: RunResult) -> Incident:
    at = f" at {run.at:%H:%M} UTC" if run.at is not None else ""
    why = f"{run.name} {'was skipped' if run.status is RunStatus.SKIPPED else 'failed'}{at}"
    try:
        return with_dataset(incident, key, role=DatasetRole.IMPACTED, why=why)
    except InvalidInputError:
        return incident  # it names as many as it may; its lineage still shows them all


def _watched(
    incident: Incident, runs: Iterable[RunResult]
) -> tuple[Incident, list[tuple[RunResult, int]]]:
    """The incident with how often each run turned, and the ones that are worth a word."""
    watched = {one.id: one for one in incident.details.run_watches}
    told = []
    for run in runs:
        if run.id not in watched and len(watched) >= MOST_WATCHED:
            continue
        flips = watched[run.id].flips + 1 if run.id in watched else 1
        watched[run.id] = RunWatch(run.id, flips)
        if flips <= MOST_FLIPS:
            told.append((run, flips))
    details = replace(incident.details, run_watches=tuple(watched.values()))
    return replace(incident, details=details), told


def _line(told: list[tuple[RunResult, int]], data: Collection[str]) -> str:
    """One line for all of them: what failed with its message, what was skipped, what is good."""
    failed = [run for run, _ in told if run.status is RunStatus.FAIL]
    skipped = [run for run, _ in told if run.status is RunStatus.SKIPPED]
    good = [run for run, _ in told if not run.bad]
    parts = []
    if failed:
        parts.append(f"failed: {_names(failed, data, messages=True)}")
    if skipped:
        parts.append(f"skipped, so impacted: {_names(skipped, data)}")
    if good:
        parts.append(f"good again: {_names(good, data)}")
    flapping = [run.name for run, flips in told if flips == MOST_FLIPS]
    if flapping:
        parts.append(f"turns to and fro and is not listed any more: {', '.join(flapping[:NAMED])}")
    tags = sorted({run.repair for run, _ in told if run.repair})
    head = f"Repair run {', '.join(tags[:NAMED])}" if tags else "Run"
    return f"{head}: {'; '.join(parts)}" if parts else ""


def _since(incident: Incident, told: list[tuple[RunResult, int]]) -> str:
    """When dbt says the data became too old, if that is earlier than what is recorded."""
    stale = [run.stale_since for run, _ in told if run.bad and run.stale_since is not None]
    known = incident.at(Stamp.IMPACT_STARTED)
    if not stale or (known is not None and known <= min(stale)):
        return ""
    at = min(stale)
    return (
        f". Too old since {at:%Y-%m-%d %H:%M} UTC: "
        f'`/incident time impact_started {at:%Y-%m-%dT%H:%MZ} "as dbt says"` takes it over'
    )


def _names(runs: list[RunResult], data: Collection[str], *, messages: bool = False) -> str:
    """Their names, data before what uses it; a job with several outputs once."""
    named = {run.name: run for run in sorted(runs, key=lambda run: run.dataset not in data)}
    shown = [
        f"{name} ({run.message[:MESSAGE]})" if messages and run.message else name
        for name, run in list(named.items())[:NAMED]
    ]
    more = len(named) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
