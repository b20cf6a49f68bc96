"""Failed tests, models and stale sources as signals that find their incident."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from fireline.domain.incident.attachments import alert_of
from fireline.domain.lineage.runs import RunResult, RunStatus
from fireline.usecases.attach_signal import place, signal_turned
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.signals import RUN, of_run

MOST_FAILED = 200  # of one report


def counted(run: RunResult, before: RunResult | None) -> RunResult:
    """The result with how often in a row it failed; the same one told again counts once."""
    if run.status is not RunStatus.FAIL:
        return run
    if before is None or before.status is not RunStatus.FAIL:
        return replace(run, failed=1)
    return replace(run, failed=max(1, before.failed) + (before.at != run.at))


def place_runs(
    s: Services, uow: UnitOfWork, runs: Sequence[RunResult], before: Mapping[str, RunResult]
) -> None:
    """What failed finds its incident, and an incident hears of what passes again.

    A run that repairs is part of the work, whatever becomes of it.
    """
    now = s.clock.now()
    failed = [run for run in runs if run.status is RunStatus.FAIL and not run.repair]
    for run in failed[:MOST_FAILED]:
        place(s, uow, of_run(uow, run, now), run.failed)
        if run.failed == 1 and run.id in before:
            _turned(s, uow, run, now, firing=True)
    for run in runs:
        was = before.get(run.id)
        if was is not None and was.status is RunStatus.FAIL and run.status is not RunStatus.FAIL:
            _turned(s, uow, run, now, firing=False)


def _turned(s: Services, uow: UnitOfWork, run: RunResult, now: datetime, *, firing: bool) -> None:
    """The timeline has its own line of each run; here only that it flaps is said."""
    key = f"{RUN}:{run.id}"
    for incident in uow.incidents.open():
        if alert_of(incident, key) is not None:
            at = min(run.at or now, now)
            signal_turned(s, uow, incident.id, key, at, firing=firing, quiet=True)
