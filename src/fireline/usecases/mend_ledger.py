"""Keeping the ledgers true beside the evaluation: fill the past, then check what is there."""

from datetime import datetime

from fireline.usecases.audit_ledger import LedgerAudit
from fireline.usecases.fill_past import PastFiller
from fireline.usecases.ledger_ports import PastSource
from fireline.usecases.ports import Services

FLOW = "mend_ledger"
QUEUE = "ledger"
WINDOWS_AT_ONCE = 2


class LedgerMender:
    """Does one bounded piece of work at a time; not to be used by two threads at once.

    Args:
        services: everything a use case may use.
        source: asked for the past.
    """

    def __init__(self, services: Services, source: PastSource) -> None:
        self._filler = PastFiller(services, source)
        self._audit = LedgerAudit(services, source)

    def mend(self, now: datetime) -> bool:
        """The next piece; says whether there is more to do at once.

        While the past is not filled nothing is checked. With nothing else to do, two whole windows
        are checked.
        """
        lacking = self._filler.lacking(now)
        if lacking:
            return self._filler.fill(lacking, now)
        if self._audit.check_hours(now):
            return True
        for _ in range(WINDOWS_AT_ONCE):
            self._audit.check_window(now)
        return False
