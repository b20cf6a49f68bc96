"""A quarter of an hour before the commander goes off call, the hand-over is proposed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from fireline.domain.incident.incident import Incident, Role
from fireline.domain.incident.timers import Timer
from fireline.domain.oncall.plan import OnCallPlan

AHEAD = timedelta(minutes=15)
SHIFT = "shift:"


def shift_timers(plan: OnCallPlan, incident: Incident, now: datetime) -> Iterator[Timer]:
    """One for each rotation that the commander is about to leave to somebody else."""
    commander = incident.roles.get(Role.COMMANDER)
    if commander is None or not incident.open:
        return
    for alias in plan.aliases:
        shift = plan.at(alias, now)
        if shift is None or shift.person.slack != commander:
            continue
        at, person = plan.next_change(alias, now, within=AHEAD) or (now, None)
        if person is None or person.slack == commander:
            continue
        text = (
            f"{alias} changes from {shift.person.name} to {person.name} at {at:%H:%M} UTC."
            " Hand command over with it?"
        )
        key = f"{SHIFT}{alias}:{int(at.timestamp())}:{person.slack}"
        yield Timer(key, text, at - AHEAD, (commander,))
