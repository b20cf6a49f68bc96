"""What the clock brings up to date: timers that are due, and the clocks on status cards.

A running clock is drawn in steps, since each drawing is a call to Slack and a card that changes
under one's eyes helps nobody: twenty steps to the target, then every quarter of an hour. The
moments that matter, 75 % and 100 %, are timers and redraw card and topic by themselves.
"""

from datetime import datetime, timedelta

from fireline.domain.incident.incident import Incident, Stamp
from fireline.usecases.each import each
from fireline.usecases.incident_clock import watch_incidents as fire_timers
from fireline.usecases.note_budgets import note_budgets
from fireline.usecases.ports import FlowCall, Services, UnitOfWork
from fireline.usecases.room_care import look_round

STEPS = 20
SLOW = timedelta(minutes=15)
LEAST = timedelta(minutes=1)
# The watch comes every minute; a step is drawn when it begins, once or, after a restart, not.
NEW = timedelta(minutes=2)


def watch(s: Services) -> None:
    """Everything that open incidents need as time goes by; what calls people comes first."""
    each(lambda look: look(s), (fire_timers, note_budgets, draw_clocks, look_round))


def draw_clocks(s: Services) -> int:
    """Start redrawing the cards on which a clock has taken a step; gives how many."""
    now = s.clock.now()
    with s.store() as uow:
        drawn = [_draw(s, uow, incident, now) for incident in uow.incidents.open()]
        uow.commit()
    return sum(drawn)


def _draw(s: Services, uow: UnitOfWork, incident: Incident, now: datetime) -> bool:
    """The step's own id starts it once, whoever else watches."""
    begun = incident.at(Stamp.IMPACT_STARTED) or incident.at(Stamp.DETECTED)
    if incident.channel_id is None or begun is None:
        return False
    length = _step(incident, timedelta(minutes=s.policy.mttr_target(incident.tier)), now - begun)
    number, into = divmod(now - begun, length)
    if number < 1 or into >= NEW:
        return False
    ref = str(incident.id)
    at = int((begun + number * length).timestamp())
    call_id = f"clock:{ref}:{at}"
    args = (f"card:{ref}", incident.channel_id, "card", ref)
    uow.start(FlowCall("publish", args, call_id, "posting", incident.channel_id))
    return True


def _step(incident: Incident, target: timedelta, used: timedelta) -> timedelta:
    """How long the card may be behind."""
    if incident.at(Stamp.RESTORED) is not None or used > target:
        return SLOW
    return max(LEAST, target / STEPS)
