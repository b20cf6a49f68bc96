"""Restricted incidents: what others may know of them, and who is no other.

Everything that shows an incident outside its own channel shows its `public_view`.
"""

from fireline.domain.incident.details import Access, Details
from fireline.domain.incident.incident import Incident, Role, Stamp
from fireline.domain.incident.kinds import AccessState

NEUTRAL_TITLE = "Restricted incident"
WITHHELD = "(restricted)"


def public_view(incident: Incident, reader: str | None = None) -> Incident:
    """The incident as this reader may see it; without a reader, as everybody may.

    Of a restricted one that is its number, severity and commander, for those not on its access
    list. The state stays, so that it is counted right; nothing shows it.
    """
    if not incident.restricted or may_read(incident, reader):
        return incident
    commander = incident.roles.get(Role.COMMANDER)
    return Incident(
        id=incident.id,
        title=NEUTRAL_TITLE,
        state=incident.state,
        severity=incident.severity,
        severity_reason="",
        tier=0,
        declared_by=commander or "",
        stamps={Stamp.DECLARED: incident.stamps[Stamp.DECLARED]},
        roles={Role.COMMANDER: commander} if commander else {},
        version=incident.version,
        restricted=True,
        drill=incident.drill,
        details=Details(),
    )


def may_read(incident: Incident, reader: str | None) -> bool:
    """Whether the person may read it: everybody, or who is granted access or holds a role."""
    if not incident.restricted:
        return True
    if reader is None:
        return False
    if reader in incident.roles.values():
        return True
    found = access_of(incident, reader)
    return found is not None and found.state is AccessState.GRANTED


def is_inside(incident: Incident, channel: str) -> bool:
    """Whether what is said of it in this channel stays among those who work on it.

    The channel of one that became restricted is outside from then on, also while no private
    one could be made yet.
    """
    return channel == incident.channel_id and (
        not incident.restricted or channel not in {one.id for one in incident.details.left_channels}
    )


def access_of(incident: Incident, user: str) -> Access | None:
    """What was decided about this person, or asked."""
    return next((one for one in incident.details.access if one.user == user), None)


def outside_ref(incident: Incident) -> str:
    """The number where the place itself would tell what a restricted incident is about."""
    return WITHHELD if incident.restricted else incident.ref


def outside_words(incident: Incident, commander: str) -> str:
    """All that is said of a restricted incident outside its channel; `commander` as written."""
    ask = f"Ask {commander}." if commander else "Ask security."
    return f"{NEUTRAL_TITLE} {incident.ref}, {incident.severity.label}. {ask}"
