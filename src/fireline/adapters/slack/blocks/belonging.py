"""Which incident an alert belongs to, or may belong to, as its message says it."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import channel, esc, one_line
from fireline.usecases.relation_views import Proposed


def belongs(ref: str | None, where: str | None, why: str) -> list[str]:
    """`Follows INC-142 #channel: downstream of raw_orders`; nothing while it has no incident."""
    if not ref:
        return []
    word = "Follows" if why else "Incident"
    place = f" {channel(where)}" if where else ""
    reason = f": {one_line(why, 200)}" if why else ""
    return [f":fire_engine: {word} {esc(ref)}{place}{reason}"]


def may_belong(proposed: Proposed | None) -> list[str]:
    """`May belong to INC-142: the same service orders`."""
    if proposed is None:
        return []
    return [f":bulb: May belong to {esc(proposed.ref)}: {one_line(proposed.why, 200)}"]


def attach_button(proposed: Proposed | None) -> list[kit.Block]:
    """One press that attaches the alert to the incident it may belong to."""
    if proposed is None:
        return []
    value = f"{proposed.incident_id}:{proposed.number}"
    return [kit.button(f"Attach to {proposed.ref}", ids.PROPOSAL_YES, value)]
