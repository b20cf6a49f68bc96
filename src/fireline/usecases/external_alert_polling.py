"""Asking Alertmanager which alerts fire: a silence hides its own word that one has ended."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from fireline.domain.alertmanager.alerts import (
    DOUBTED,
    EndedBy,
    ExternalGroup,
    SeenAlert,
    seen,
    unanswered,
)
from fireline.domain.errors import EffectError
from fireline.usecases.alertmanager_ports import PollHealth
from fireline.usecases.external_alerts import TOLD_AFTER, alert_over, changed
from fireline.usecases.external_messages import post_group
from fireline.usecases.ports import Services, UnitOfWork

MOST_ERROR = 500


def follow_alerts(s: Services) -> str:
    """Bring every open group to what Alertmanager says now; gives what was done, in one word.

    Nothing is asked while nothing is open. Who cannot be reached knows nothing: no alert ends.
    """
    now = s.clock.now()
    _stand_alone(s)
    with s.store() as uow:
        waiting = bool(_watched(uow, now))
    if not waiting or not s.alertmanager.configured:
        return "idle"
    try:
        listed = s.alertmanager.alerts()
    except EffectError as error:
        _failed(s, now, error)
        return "failed"
    _answered(s, now, listed)
    return "done"


def _watched(uow: UnitOfWork, now: datetime) -> list[ExternalGroup]:
    """Groups of which an alert fires, or ended a moment ago only because it was not named."""
    found = uow.external_groups.watched(now - DOUBTED)
    return [group for group in found if group.open or _doubtful(uow, group)]


def _doubtful(uow: UnitOfWork, group: ExternalGroup) -> bool:
    if all(alert.ended_by is not EndedBy.POLL for alert in group.alerts):
        return False
    newest = uow.external_groups.latest(group.key)
    return newest is not None and newest.id == group.id


def _answered(s: Services, now: datetime, listed: Sequence[SeenAlert]) -> None:
    by_fingerprint = {one.fingerprint: one for one in listed}
    with s.store() as uow:
        uow.lock()
        health = uow.external_groups.health()
        back = health.failures >= TOLD_AFTER
        uow.external_groups.save_health(PollHealth(answered_at=now))
        for group in _watched(uow, now):
            after = seen(group, by_fingerprint, now)
            if after != group:
                changed(s, uow, group, after, EndedBy.POLL)
            elif back:
                post_group(s, uow, group)
        uow.commit()


def _failed(s: Services, now: datetime, error: EffectError) -> None:
    with s.store() as uow:
        uow.lock()
        before = uow.external_groups.health()
        after = PollHealth(
            answered_at=before.answered_at,
            failing_since=before.failing_since or now,
            failures=before.failures + 1,
            error=str(error)[:MOST_ERROR],
        )
        uow.external_groups.save_health(after)
        for group in uow.external_groups.open():
            fresh = unanswered(group)
            if fresh != group:
                uow.external_groups.save(fresh)
            if after.failures == TOLD_AFTER:
                post_group(s, uow, group)
        uow.commit()


def _stand_alone(s: Services) -> None:
    """Groups whose burn alert closed before they did get a message of their own."""
    with s.store() as uow:
        groups = [
            g for g in uow.external_groups.open() if g.alert_id and alert_over(uow, g.alert_id)
        ]
        if not groups:
            return
        uow.lock()
        for group in groups:
            alone = replace(group, alert_id=None)
            uow.external_groups.save(alone)
            post_group(s, uow, alone)
        uow.commit()
