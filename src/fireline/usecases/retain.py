"""Forgetting what is no longer needed."""

from datetime import datetime, timedelta

from fireline.usecases.ports import Services

# Slack delivers again for some minutes; a day is beyond any doubt.
INBOX_KEPT = timedelta(hours=24)


def prune(s: Services, now: datetime) -> int:
    """Delete the ids of envelopes older than a day; gives how many."""
    with s.store() as uow:
        forgotten = uow.inbox.forget_before(now - INBOX_KEPT)
        uow.commit()
    return forgotten
