"""Starting and stopping the durable flows; the only place that configures DBOS.

One per process. Our tables and those of DBOS live in one database behind one engine, so that a
flow is enqueued in the transaction of the change it follows.
"""

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event

from dbos import DBOS, DBOSClient, EnqueueOptions, ScheduleInput, WorkflowStatus
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from fireline.flows.alertmanager import POLL_SECONDS
from fireline.flows.attempts import Attempts, RetryPlan, not_said_already
from fireline.flows.cron import every
from fireline.flows.steps import Steps
from fireline.flows.stories import Clockwork, register_clockwork, register_incident_flows
from fireline.usecases.ports import FlowCall

NAME = "fireline"
# Unfinished flows of another version wait for ever: change it only when the order of a flow's
# steps changes so that old runs cannot end, never for a release.
VERSION = "1"
# One queue, since every queue polls the database; its partitions keep the callers' queues apart.
QUEUE = "fireline"

HISTORY_KEPT = timedelta(days=2)
FORGET_AT_ONCE = 200
FORGET_ROUNDS = 200
COUNTED = 1000

_FINISHED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_DEAD = ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_PENDING = ["ENQUEUED", "PENDING", "DELAYED"]


@dataclass(frozen=True, slots=True)
class RuntimeOptions:
    """How flows run.

    `executor_id` must stay the same over restarts of one replica: it takes up what it left
    unfinished. `drain_seconds` is how long stopping waits for steps that are at work.
    """

    executor_id: str = "local"
    polling_seconds: float = 0.1
    evaluate_every_seconds: int = 30
    remind_every_seconds: int = 15
    review_cron: str = "0 9 * * 1"
    timezone: str = "UTC"
    log_level: str = "WARNING"
    drain_seconds: int = 5
    scheduled: bool = True
    version: str = VERSION
    retry: RetryPlan = field(default_factory=RetryPlan)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A flow that gave up; `text` says at which step and why."""

    flow_id: str
    flow: str
    failed_at: datetime | None
    text: str


class Runtime:
    """The durable flows of this process.

    Args:
        engine: the one the store uses.
        options: how flows run.
    """

    def __init__(self, engine: Engine, options: RuntimeOptions | None = None) -> None:
        self._engine = engine
        self._options = options or RuntimeOptions()
        self._stopping = Event()
        self._launched = False
        self._client = DBOSClient(system_database_engine=engine, application_name=NAME, lazy=True)

    def enqueue(self, session: Session, call: FlowCall) -> None:
        """Write the call into the session's transaction; an id seen before attaches to the first.

        The flows' tables exist once some runtime was started on this database.
        """
        options: EnqueueOptions = {
            "workflow_name": call.flow,
            "queue_name": QUEUE,
            "workflow_id": call.id,
            "queue_partition_key": f"{call.queue}:{call.partition}",
        }
        self._client.enqueue_in_transaction(session, options, *call.args)

    def start(self, steps: Steps) -> None:
        """Take up what was left unfinished, and work from then on."""
        options = self._options
        _use_our_logging()
        attempts = Attempts(options.retry, self._stopping, steps.record_failure)
        DBOS(
            config={
                "name": NAME,
                "system_database_engine": self._engine,
                "application_version": options.version,
                "executor_id": options.executor_id,
                "log_level": options.log_level,
                # Our flows neither wait for messages nor for events of others.
                "use_listen_notify": False,
                # How long that unused listener takes to notice that it should stop.
                "notification_listener_polling_interval_sec": 0.2,
            }
        )
        register_incident_flows(steps, attempts)
        clockwork = register_clockwork(
            steps, attempts, options.evaluate_every_seconds, self.forget_finished
        )
        DBOS.launch()
        self._launched = True
        DBOS.register_queue(
            QUEUE,
            partition_concurrency=1,
            polling_interval_sec=options.polling_seconds,
            on_conflict="always_update",
        )
        self._schedule(clockwork)

    def stop(self) -> None:
        """Let steps at work end, and leave the rest for the next start, of any Runtime."""
        self._stopping.set()
        busy = self._launched and self._busy()
        DBOS.destroy(
            destroy_registry=True,
            workflow_completion_timeout_sec=self._options.drain_seconds if busy else 0,
        )

    def dead_letters(self, limit: int = 100) -> list[DeadLetter]:
        """Flows that gave up, newest first."""
        return [_dead_letter(flow) for flow in self._listed(_DEAD, limit)]

    def pending_count(self) -> int:
        """Flows waiting or running, at most 1000."""
        return len(self._listed(_PENDING, COUNTED, load_output=False))

    def forget_finished(self, kept: timedelta = HISTORY_KEPT) -> None:
        """Delete the history of flows that ended longer ago than `kept`, a bounded number."""
        before = (datetime.now(UTC) - kept).isoformat()  # noqa: TID251 - DBOS's own time, not ours
        for _ in range(FORGET_ROUNDS):
            flows = self._client.list_workflows(
                status=_FINISHED,
                completed_before=before,
                limit=FORGET_AT_ONCE,
                load_input=False,
                load_output=False,
            )
            if not flows:
                return
            self._client.delete_workflows([flow.workflow_id for flow in flows])

    def _busy(self) -> bool:
        """Whether flows of this process are at work."""
        return bool(
            self._client.list_workflows(
                status="PENDING",
                executor_id=self._options.executor_id,
                limit=1,
                load_input=False,
                load_output=False,
            )
        )

    def _listed(
        self, status: list[str], limit: int, *, load_output: bool = True
    ) -> list[WorkflowStatus]:
        return self._client.list_workflows(
            status=status, limit=limit, sort_desc=True, load_input=False, load_output=load_output
        )

    def _schedule(self, clockwork: Clockwork) -> None:
        """Put the recurring work on the clock; a changed rhythm replaces the old one."""
        if not self._options.scheduled:
            return
        zone = self._options.timezone
        steady = {
            "evaluate": (clockwork.evaluate, every(self._options.evaluate_every_seconds)),
            "mend_ledger": (clockwork.mend_ledger, "15 * * * * *"),
            "follow_alerts": (clockwork.follow_alerts, every(POLL_SECONDS)),
            "remind_alerts": (
                clockwork.remind_alerts,
                every(self._options.remind_every_seconds),
            ),
            "watch_incidents": (clockwork.watch_incidents, "40 * * * * *"),
            "retain": (clockwork.retain, "17 4 * * *"),
            "keep_ledger": (clockwork.keep_ledger, "41 * * * *"),
        }
        evenly: list[ScheduleInput] = [
            {"schedule_name": name, "workflow_fn": flow, "schedule": rhythm}
            for name, (flow, rhythm) in steady.items()
        ]
        DBOS.apply_schedules(
            [
                *evenly,
                {
                    "schedule_name": "remind",
                    "workflow_fn": clockwork.remind,
                    "schedule": "5 * * * *",
                    "cron_timezone": zone,
                },
                {
                    "schedule_name": "review",
                    "workflow_fn": clockwork.review,
                    "schedule": self._options.review_cron,
                    "cron_timezone": zone,
                    # A Monday on which nothing ran must not cost the team its review.
                    "automatic_backfill": True,
                },
            ]
        )


def _dead_letter(flow: WorkflowStatus) -> DeadLetter:
    ended = flow.completed_at or flow.updated_at
    return DeadLetter(
        flow_id=flow.workflow_id,
        flow=flow.name,
        failed_at=datetime.fromtimestamp(ended / 1000, UTC) if ended else None,
        text=str(flow.error or "interrupted too often"),
    )


def _use_our_logging() -> None:
    """Without a handler of its own DBOS prints past our logging."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.addFilter(not_said_already)  # the same filter is added once
