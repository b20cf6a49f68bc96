"""When the channel of an incident that is over is put away."""

from datetime import datetime, timedelta

from fireline.domain.incident.incident import Incident, IncidentState, Stamp
from fireline.domain.policy.room_rules import ChannelRules

OVER = (
    IncidentState.CLOSED,
    IncidentState.DECLINED,
    IncidentState.CANCELLED,
    IncidentState.MERGED,
)
POINTED_FOR = timedelta(hours=24)


def put_away_at(incident: Incident, rules: ChannelRules) -> datetime | None:
    """When its channel is archived; None while it is not over, or where the policy keeps it.

    A merged one goes after a day: all that is left to say is where it lives on.
    """
    ended = incident.at(Stamp.CLOSED) or incident.details.over_since
    if rules.archive_after is None or incident.state not in OVER or ended is None:
        return None
    merged = incident.state is IncidentState.MERGED
    return ended + (POINTED_FOR if merged else rules.archive_after)
