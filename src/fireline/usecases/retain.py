"""Forgetting what is no longer needed."""

from datetime import datetime, timedelta

from fireline.usecases.ports import Services

# Slack delivers again for some minutes; a day is beyond any doubt.
INBOX_KEPT = timedelta(hours=24)
# As long as any budget window, and then some: what the audit trail says of them stays for ever.
ALERTS_KEPT = timedelta(days=120)


def prune(s: Services, now: datetime) -> int:
    """Delete ids of envelopes older than a day, and alerts of others that ended long ago.

    Returns:
        How many ids.
    """
    with s.store() as uow:
        forgotten = uow.inbox.forget_before(now - INBOX_KEPT)
        uow.external_groups.forget_before(now - ALERTS_KEPT)
        uow.commit()
    return forgotten
