"""`POST /incidents`: where other programs declare, joined to what declares."""

from fireline.adapters.http.declarations import declaration
from fireline.adapters.http.doors import Answer, Door
from fireline.domain.incident.incident import Incident
from fireline.settings import Settings
from fireline.usecases.manage_incident import declare
from fireline.usecases.ports import Services

MOST_BYTES = 100_000
CREATED, KNOWN = 201, 200


def doors_of(settings: Settings, services: Services) -> list[Door]:
    """The door of the running bot; none without a token."""
    token = settings.incidents_token
    if token is None:
        return []

    def take(body: bytes) -> Answer:
        found = declare(services, declaration(body))
        return Answer(told(found.incident), CREATED if found.created else KNOWN)

    secret = token.get_secret_value()
    return [Door("/incidents", "incidents_token", secret, take, MOST_BYTES)]


def told(incident: Incident) -> dict[str, object]:
    """What a program is told of the incident; of a restricted one its number and severity."""
    shown: dict[str, object] = {"ref": incident.ref, "severity": incident.severity.label}
    if incident.restricted:
        return {**shown, "restricted": True}
    channel = None
    if incident.channel_id is not None:
        channel = {"id": incident.channel_id, "name": incident.channel_name}
    return {
        **shown,
        "state": incident.state.value,
        "severity_reason": incident.severity_reason,
        "drill": incident.drill,
        "channel": channel,
    }
