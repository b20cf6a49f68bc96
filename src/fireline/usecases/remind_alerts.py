"""Reminders and escalation of pages that nobody took; every step is recorded before it is said.

A schedule asks what is due, from the database alone: whatever a stopped or killed bot missed is
due at its next start, and what it said is not said again.
"""

from collections.abc import Collection
from datetime import datetime

from fireline.domain.people import SYSTEM
from fireline.domain.policy.alert_steps import DueStep, due_steps
from fireline.domain.slo.alerting.group import AlertGroup
from fireline.domain.slo.status import BurnSeverity
from fireline.usecases.alert_messages import post_step
from fireline.usecases.ports import AlertStep, Services, UnitOfWork
from fireline.usecases.who_is_on_call import mentioned


def remind_alerts(s: Services, now: datetime) -> int:
    """Take every step that is due; gives how many replies that makes."""
    with s.store() as uow:
        if not any(g.severity is BurnSeverity.PAGE for g in uow.alerts.open()):
            return 0
        uow.lock()
        count = 0
        muted = uow.mutes.active(now).keys()
        for group in uow.alerts.open():
            done = uow.alerts.steps(group.id)
            steps = due_steps(group, s.policy.alerts, done, now)
            if not steps or _silent(uow, group, muted):
                continue
            for step in steps:
                _take(s, uow, group, step, now)
            count += len(steps)
        uow.commit()
    return count


def _silent(uow: UnitOfWork, group: AlertGroup, muted: Collection[str]) -> bool:
    """Whether all that goes on of it is muted."""
    names = {e.slo for e in uow.episodes.in_group(group.id) if e.open}
    return not names.difference(muted)


def _take(s: Services, uow: UnitOfWork, group: AlertGroup, step: DueStep, now: datetime) -> None:
    """Record the step with all that it stands for, and say it."""
    told = mentioned(s, step.notify, now)
    for key in step.covers:
        mine = key == step.key
        uow.alerts.take(
            AlertStep(group.id, key, now, told if mine else (), step.reminder if mine else None)
        )
    detail = {
        "alert": group.id,
        "step": step.key,
        "notified": list(told),
        "reminder": step.reminder,
    }
    uow.audit.append(now, SYSTEM.id, "alert.reminded", f"alert:{group.id}", detail)
    post_step(s, uow, group, step.key)
