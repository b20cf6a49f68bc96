"""The flows about Alertmanager: making and ending silences, and asking which alerts fire."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from dbos import DBOS

from fireline.flows.attempts import Attempts, GaveUpError, without_result
from fireline.usecases import external_alert_polling, silence_ending, silence_making
from fireline.usecases.ports import Services

POLL_SECONDS = 60


@dataclass(frozen=True, slots=True)
class AlertmanagerSteps:
    """One callable per step; a failed step's text goes to the `..._failed` one."""

    follow_alerts: Callable[[], object]
    make_silence: Callable[[str], object]
    silence_failed: Callable[[str, str], object]
    end_silence: Callable[[str], object]
    ending_failed: Callable[[str, str], object]


def alertmanager_steps(s: Services) -> AlertmanagerSteps:
    """The real steps."""
    return AlertmanagerSteps(
        follow_alerts=partial(external_alert_polling.follow_alerts, s),
        make_silence=partial(silence_making.make_silence, s),
        silence_failed=partial(silence_making.silence_failed, s),
        end_silence=partial(silence_ending.end_silence, s),
        ending_failed=partial(silence_ending.ending_failed, s),
    )


def register_alertmanager(
    steps: AlertmanagerSteps, attempts: Attempts, poll: Callable[[datetime], str]
) -> Callable[[datetime, Any], None]:
    """Tell DBOS about these flows; gives the one that follows the clock, which calls `poll`."""
    do = attempts.carry_out

    @DBOS.workflow(name=silence_making.MAKE)
    def make_silence(request_id: str) -> None:
        try:
            do("make the silence", without_result(steps.make_silence), request_id)
        except GaveUpError as error:
            do("tell who asked", without_result(steps.silence_failed), request_id, _why(error))
            raise
        DBOS.run_step({"name": "show what is silent"}, without_result(steps.follow_alerts))

    @DBOS.workflow(name=silence_ending.END)
    def end_silence(ending_id: str) -> None:
        try:
            do("end the silence", without_result(steps.end_silence), ending_id)
        except GaveUpError as error:
            do("tell who asked", without_result(steps.ending_failed), ending_id, _why(error))
            raise
        DBOS.run_step({"name": "show what is silent"}, without_result(steps.follow_alerts))

    @DBOS.workflow(name="follow_alerts")
    def follow_alerts(scheduled_at: datetime, _context: Any) -> None:
        # Tried once: the next minute is the next attempt.
        DBOS.run_step({"name": "ask which alerts fire"}, poll, scheduled_at)

    return follow_alerts


def _why(error: GaveUpError) -> str:
    """The step's own words, without its name."""
    return str(error).partition(": ")[2] or str(error)
