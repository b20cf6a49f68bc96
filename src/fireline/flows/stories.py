"""The flows: what follows what. Each reads like the checklist a person would follow.

Arguments, results and step outcomes are plain values: they are kept pickled in the database and
must be readable by the next version.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from dbos import DBOS

from fireline.flows.alertmanager import POLL_SECONDS, register_alertmanager
from fireline.flows.attempts import Attempts, without_result
from fireline.flows.exposure import plain, recording, register_exposure
from fireline.flows.mending import register_mending
from fireline.flows.paging import register_paging
from fireline.flows.steps import Steps
from fireline.usecases.accept_timeline import REDRAFT
from fireline.usecases.capture_timeline import KEEP_FILES
from fireline.usecases.incident_record import TIDY
from fireline.usecases.ports import PostedMessage

Scheduled = Callable[[datetime, Any], None]

DECLARE, TOPIC, FINISH, PUBLISH = "declare_incident", "sync_topic", "finish_incident", "publish"


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The flows that run by schedule."""

    evaluate: Scheduled
    mend_ledger: Scheduled
    remind: Scheduled
    remind_alerts: Scheduled
    watch_incidents: Scheduled
    follow_alerts: Scheduled
    review: Scheduled
    retain: Scheduled
    keep_ledger: Scheduled


def register_incident_flows(steps: Steps, attempts: Attempts) -> None:
    """Tell DBOS about the flows that follow what people do."""
    do = attempts.carry_out
    register_paging(steps.paging, attempts)

    @DBOS.workflow(name=DECLARE)
    def declare_incident(incident_id: int) -> None:
        opened = do("open channel", plain(steps.open_channel), incident_id)
        do("record channel", recording(steps.record_channel, opened), incident_id)
        do("invite people", without_result(steps.invite_people), incident_id)

    register_exposure(steps.exposure, attempts)

    @DBOS.workflow(name=TOPIC)
    def sync_topic(incident_id: int) -> None:
        do("bring topic and members up to date", without_result(steps.sync_topic), incident_id)

    @DBOS.workflow(name=TIDY)
    def tidy_channel(incident_id: int) -> None:
        do("put the channel in order", without_result(steps.tidy_channel), incident_id)

    @DBOS.workflow(name=FINISH)
    def finish_incident(incident_id: int) -> None:
        do("book the cost and draft the postmortem", without_result(steps.finish), incident_id)

    @DBOS.workflow(name=REDRAFT)
    def draft_postmortem(incident_id: int) -> None:
        do("draft the postmortem anew", without_result(steps.redraft), incident_id)

    @DBOS.workflow(name=KEEP_FILES)
    def keep_files(incident_id: int, channel: str, ts: str) -> None:
        do("copy the message's files", without_result(steps.keep_files), incident_id, channel, ts)

    @DBOS.workflow(name=PUBLISH)
    def publish(key: str, channel: str, kind: str, ref: str) -> None:
        target = PostedMessage(key=key, channel=channel, kind=kind, ref=ref)
        do("post or edit the message", lambda: without_result(steps.publish)(target))


def register_clockwork(
    steps: Steps, attempts: Attempts, every_seconds: int, forget_flows: Callable[[], None]
) -> Clockwork:
    """Tell DBOS about the flows that follow the clock."""
    do = attempts.carry_out
    tick = Tick(steps.evaluate, every_seconds)
    mend_ledger = register_mending(steps, attempts)
    watch_incidents = _register_watch(steps, attempts)
    remind = _register_hourly(steps, attempts)

    @DBOS.workflow(name="evaluate")
    def evaluate(scheduled_at: datetime, _context: Any) -> None:
        # Tried once: the next tick is the next attempt.
        DBOS.run_step({"name": "evaluate"}, tick, scheduled_at)

    @DBOS.workflow(name="remind_alerts")
    def remind_alerts(_scheduled_at: datetime, _context: Any) -> None:
        do("remind of alerts that nobody took", without_result(steps.remind_alerts))

    @DBOS.workflow(name="review")
    def review(_scheduled_at: datetime, _context: Any) -> None:
        do("post the review", without_result(steps.review))

    retain, keep_ledger = _register_keeping(steps, attempts, forget_flows)
    poll = Tick(steps.alertmanager.follow_alerts, POLL_SECONDS)
    follow_alerts = register_alertmanager(steps.alertmanager, attempts, poll)
    return Clockwork(
        evaluate,
        mend_ledger,
        remind,
        remind_alerts,
        watch_incidents,
        follow_alerts,
        review,
        retain,
        keep_ledger,
    )


def _register_keeping(
    steps: Steps, attempts: Attempts, forget_flows: Callable[[], None]
) -> tuple[Scheduled, Scheduled]:
    """What keeps the database small."""
    do = attempts.carry_out

    @DBOS.workflow(name="retain")
    def retain(_scheduled_at: datetime, _context: Any) -> None:
        do("forget old envelopes", without_result(steps.prune))
        do("forget old flows", forget_flows)

    @DBOS.workflow(name="keep_ledger")
    def keep_ledger(_scheduled_at: datetime, _context: Any) -> None:
        do("fold, roll up and forget old buckets", without_result(steps.keep_ledger))

    return retain, keep_ledger


def _register_hourly(steps: Steps, attempts: Attempts) -> Scheduled:
    do = attempts.carry_out

    @DBOS.workflow(name="remind")
    def remind(_scheduled_at: datetime, _context: Any) -> None:
        do("remind owners", without_result(steps.remind))
        do("archive channels of what is over", without_result(steps.put_away))

    return remind


def _register_watch(steps: Steps, attempts: Attempts) -> Scheduled:
    do = attempts.carry_out

    @DBOS.workflow(name="watch_incidents")
    def watch_incidents(_scheduled_at: datetime, _context: Any) -> None:
        # Timers first: they need nothing but the database, and wait for no other program.
        do("fire the timers of open incidents", without_result(steps.watch_incidents))
        do("ask PagerDuty who acknowledged", without_result(steps.paging.poll_pager))
        do("verify what is being repaired", without_result(steps.verify_repairs))

    return watch_incidents


class Tick:
    """Evaluates unless the tick is late or the one before still runs: ticks never pile up."""

    def __init__(self, evaluate: Callable[[], object], every_seconds: int) -> None:
        self._evaluate = evaluate
        self._every = every_seconds
        self._running = Lock()

    def __call__(self, scheduled_at: datetime) -> str:
        """What was done, in one word."""
        if time.time() - scheduled_at.timestamp() >= self._every:
            return "late"
        if not self._running.acquire(blocking=False):
            return "busy"
        try:
            self._evaluate()
        finally:
            self._running.release()
        return "done"
