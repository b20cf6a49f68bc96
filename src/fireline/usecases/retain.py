"""Forgetting what is no longer needed, and keeping the ledger small."""

from collections.abc import Callable
from datetime import datetime, timedelta

from fireline.usecases.forget_restricted import forget_restricted
from fireline.usecases.ingest_lineage import JOBS
from fireline.usecases.ports import Services, UnitOfWork

# Slack delivers again for some minutes; a day is beyond any doubt.
INBOX_KEPT = timedelta(hours=24)
# As long as any budget window, and then some: what the audit trail says of them stays for ever.
ALERTS_KEPT = timedelta(days=120)
# Late data of a day that ended lately is written where new buckets are, which is cheaper.
SETTLED = timedelta(hours=1)
# Each round is a transaction of its own; what is left over waits for the next time.
ROUNDS = 2_000
# Who keeps ledgers in memory reads their changes at every evaluation.
CHANGES_KEPT = timedelta(days=2)
# A job that has not reported for so long is no part of the lineage any more.
JOBS_KEPT = timedelta(days=30)
# An incident keeps the changes that it names; of the others nobody asks after so long.
PRODUCTION_CHANGES_KEPT = timedelta(days=90)


def prune(s: Services, now: datetime) -> int:
    """Delete old ids of envelopes, alerts of others that ended, jobs that report no more.

    Returns:
        How many ids.
    """
    with s.store() as uow:
        forgotten = uow.inbox.forget_before(now - INBOX_KEPT)
        uow.external_groups.forget_before(now - ALERTS_KEPT)
        uow.books.forget_before(now - CHANGES_KEPT)
        uow.lineages.forget_before(now - JOBS_KEPT, JOBS)
        uow.changes.forget_before(now - PRODUCTION_CHANGES_KEPT)
        uow.commit()
    forget_restricted(s, now)
    return forgotten


def keep_ledger(s: Services, now: datetime) -> int:
    """Fold whole days, roll up old ones, forget very old ones; gives how many parts were done."""
    slos = list(s.definitions.current().slos.values())
    epoch = int(now.timestamp())
    settled = int((now - SETTLED).timestamp())
    detail, kept = s.retention.detail_from(epoch, slos), s.retention.kept_from(epoch, slos)
    folded = _until_done(s, lambda uow: uow.ledger_keeping.fold(settled))
    rolled = _rolled_up(s, detail)
    return folded + rolled + _until_done(s, lambda uow: uow.ledger_keeping.forget(kept))


def _rolled_up(s: Services, before: int) -> int:
    """Roll up ledger after ledger; an interrupted one begins anew with what is left."""
    after: tuple[str, str] | None = None
    for done in range(ROUNDS):
        with s.store() as uow:
            after = uow.ledger_keeping.roll_up(before, after)
            uow.commit()
        if after is None:
            return done
    return ROUNDS


def _until_done(s: Services, part: Callable[[UnitOfWork], bool]) -> int:
    """Do a part again and again, each time in a transaction of its own."""
    for done in range(ROUNDS):
        with s.store() as uow:
            if not part(uow):
                return done
            uow.commit()
    return ROUNDS
