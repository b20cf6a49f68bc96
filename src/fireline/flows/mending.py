"""Keeping the ledgers true: piece after piece, until there is nothing more to do at once."""

from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Any

from dbos import DBOS

from fireline.flows.attempts import Attempts
from fireline.flows.steps import Steps
from fireline.usecases.mend_ledger import FLOW


def register_mending(steps: Steps, attempts: Attempts) -> Callable[[datetime, Any], None]:
    """Tell DBOS about the flow that the evaluation starts; gives that which runs by schedule."""
    mend = OneAtATime(steps.mend_ledger)

    def mend_all() -> None:
        while attempts.carry_out("mend the ledger", mend):
            pass

    @DBOS.workflow(name=FLOW)
    def mend_ledger() -> None:
        mend_all()

    @DBOS.workflow(name="mend_ledger_regularly")
    def mend_ledger_regularly(_scheduled_at: datetime, _context: Any) -> None:
        mend_all()

    return mend_ledger_regularly


class OneAtATime:
    """A piece of work that one thread does; who comes meanwhile is told that there is no more."""

    def __init__(self, work: Callable[[], bool]) -> None:
        self._work = work
        self._running = Lock()

    def __call__(self) -> bool:
        """Whether there is more to do."""
        if not self._running.acquire(blocking=False):
            return False
        try:
            return self._work()
        finally:
            self._running.release()
