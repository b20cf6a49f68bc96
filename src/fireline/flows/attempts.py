"""Carrying out one step of a flow: trying again when it can help, and saying so when it cannot.

A step's outcome is kept as plain values. Waiting is durable: the deadline is kept, so that a
restart waits for the rest of it only, and a flow that waits stops at once with the program.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any, TypeVar

from dbos import DBOS

from fireline.domain.errors import ConflictError, EffectError, UserError

log = logging.getLogger(__name__)

T = TypeVar("T")

DONE, AGAIN, FAILED = "done", "again", "failed"
Outcome = tuple[str, Any, float | None]


@dataclass(frozen=True, slots=True)
class RetryPlan:
    """How often and how long; all waits in seconds.

    `longest` bounds also what the other side asks for; `surprises` is how often an error that
    nobody foresaw is tried again, in case the database or the network had a moment.
    """

    attempts: int = 12
    surprises: int = 3
    first: float = 1.0
    cap: float = 60.0
    longest: float = 900.0

    def wait(self, attempt: int, asked: float | None) -> float:
        """Before the next attempt; `attempt` counts from 1."""
        backoff: float = min(self.cap, self.first * 2 ** (attempt - 1))
        return min(self.longest, max(asked or 0.0, backoff))


class Stopping(BaseException):
    """Not an error: leaves a flow unfinished, to be taken up at the next start."""


class GaveUpError(RuntimeError):
    """A step failed for good; it was logged and audited when that happened."""


def not_said_already(record: logging.LogRecord) -> bool:
    """Filter for the engine's log: whether a record is not the echo of a flow that gave up."""
    return not (record.exc_info and isinstance(record.exc_info[1], GaveUpError))


class Attempts:
    """Carries out steps for all flows of one runtime.

    Args:
        plan: how often to try.
        stopping: set when the program stops.
        record: called with flow id, step and text when a step failed for good.
    """

    def __init__(
        self, plan: RetryPlan, stopping: Event, record: Callable[[str, str, str], None]
    ) -> None:
        self._plan = plan
        self._stopping = stopping
        self._record = record

    def carry_out(self, step: str, call: Callable[..., T], *args: object) -> T:
        """The step's result, which must be plain values.

        Raises:
            GaveUpError: it failed for good; the flow ends as a dead letter and is audited.
        """
        value: Any = None
        for attempt in range(1, self._plan.attempts + 1):
            verdict, value, after = DBOS.run_step({"name": step}, self._try, attempt, call, args)
            if verdict == DONE:
                result: T = value
                return result
            if verdict == FAILED or attempt == self._plan.attempts:
                break
            self._pause(self._plan.wait(attempt, after))
        flow_id = DBOS.workflow_id or ""
        DBOS.run_step({"name": "record failure"}, self._record_failure, flow_id, step, str(value))
        raise GaveUpError(f"{step}: {value}")

    def _try(self, attempt: int, call: Callable[..., Any], args: tuple[object, ...]) -> Outcome:
        try:
            return DONE, call(*args), None
        except EffectError as error:
            return (AGAIN if error.retry else FAILED), str(error), error.after
        except ConflictError as error:
            return AGAIN, str(error), None
        except UserError as error:
            return FAILED, str(error), None
        except Exception as error:  # recorded: as the flow's outcome, in the audit trail and here
            log.exception("a step failed unexpectedly, attempt %s", attempt)
            verdict = AGAIN if attempt < self._plan.surprises else FAILED
            return verdict, f"{type(error).__name__}: {error}", None

    def _record_failure(self, flow_id: str, step: str, text: str) -> None:
        log.error("flow %s gave up at %r: %s", flow_id, step, text)
        self._record(flow_id, step, text)

    def _pause(self, seconds: float) -> None:
        until = DBOS.run_step({"name": "wait"}, _deadline, seconds)
        if self._stopping.wait(max(0.0, until - time.time())):
            raise Stopping


def _deadline(seconds: float) -> float:
    return time.time() + seconds


def without_result(call: Callable[..., object]) -> Callable[..., None]:
    """The same without its result, which nobody needs in the flow's history."""

    def called(*args: object) -> None:
        call(*args)

    return called
