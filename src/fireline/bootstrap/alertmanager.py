"""Alertmanager, joined to what it needs: its webhook, and what the doctor says of it."""

from contextlib import closing

from fireline.adapters.alertmanager.payload import notification
from fireline.adapters.alertmanager.receivers import Receiver, receivers_of
from fireline.adapters.http.doors import Answer, Door
from fireline.bootstrap import offline
from fireline.bootstrap.alertmanager_client import alertmanager_of
from fireline.domain.errors import InvalidInputError
from fireline.settings import Settings
from fireline.usecases.declare_by_rule import declare_from_group
from fireline.usecases.external_alerts import take
from fireline.usecases.ports import Services

GUIDE = "docs/alertmanager.md"
# A thousand alerts with long links are about two megabytes.
MOST_BYTES = 8_000_000


def door_of(settings: Settings, services: Services) -> list[Door]:
    """The webhook of the running bot; none without a token."""
    token = settings.alertmanager_webhook_token
    if token is None:
        return []

    def record(body: bytes) -> Answer:
        take(services, notification(body), declare_from_group)
        return Answer()

    return [
        Door(
            "/alertmanager",
            "alertmanager_webhook_token (http_config.authorization in Alertmanager)",
            token.get_secret_value(),
            record,
            MOST_BYTES,
            "Set max_alerts, or group by more labels.",
        )
    ]


def alertmanager_found(settings: Settings) -> str:
    """What there is of Alertmanager, for the doctor; having none at all is fine.

    Raises:
        InvalidInputError: half of it is set up, or its receiver would lose alerts.
        EffectError: it cannot be reached.
    """
    hooked = settings.alertmanager_webhook_token is not None
    client = alertmanager_of(settings)
    if client is None:
        if not hooked:
            return f"not used; its alerts can be shown too, see {GUIDE}"
        message = (
            "its webhook is taken, but it is not asked: alerts that end while silenced stay open."
            f" Set FIRELINE_ALERTMANAGER_URL; see {GUIDE}"
        )
        raise InvalidInputError(message)
    with closing(client):
        about = client.about()
    said = f"version {about.version} at {settings.alertmanager_url}"
    if not hooked:
        message = (
            f"{said}; POST /alertmanager is closed, since FIRELINE_ALERTMANAGER_WEBHOOK_TOKEN_FILE"
            f" is not set; see {GUIDE}"
        )
        raise InvalidInputError(message)
    return f"{said}; {receiver_found(receivers_of(about.config))}; {_heard(settings)}"


def receiver_found(found: list[Receiver]) -> str:
    """Whether one of its receivers leads here, and tells all it should.

    Raises:
        InvalidInputError: none does, or it keeps the ends of alerts to itself.
    """
    ours = [one for one in found if one.leads_here]
    if not ours:
        hidden = [one.name for one in found if one.hidden]
        if hidden:
            return f"webhook receivers with hidden addresses: {', '.join(hidden)}"
        message = f"none of its receivers leads to /alertmanager; see {GUIDE}"
        raise InvalidInputError(message)
    one = ours[0]
    if not one.send_resolved:
        message = f"its receiver {one.name} has send_resolved: false; ends come only by asking"
        raise InvalidInputError(message)
    limit = f", max_alerts {one.max_alerts}: longer groups are cut" if one.max_alerts else ""
    return f"its receiver {one.name} leads here{limit}"


def _heard(settings: Settings) -> str:
    with offline.open_store(settings) as store, store() as uow:
        heard = uow.external_groups.heard()
    if heard is None:
        return "no call came yet"
    receiver, at = heard
    return f"last new group by {receiver or 'a receiver'} at {at:%Y-%m-%d %H:%M} UTC"
