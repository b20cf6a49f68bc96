"""The message that shows a group of Alertmanager's alerts: its key, and bringing it up to date."""

import hashlib

from fireline.domain.alertmanager.alerts import ExternalGroup
from fireline.domain.errors import NotFoundError
from fireline.usecases.alert_messages import post_alert
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.publish import posting

KIND = "external_alert"
SHORT = 32  # characters of a digest


def group_key(key: str) -> str:
    """The dedupe key of incidents of Alertmanager's group of this key."""
    return f"alertmanager:{hashlib.sha256(key.encode()).hexdigest()[:SHORT]}"


def group_message_key(group_id: str) -> str:
    """The key of a group's message."""
    return f"external:{group_id}"


def post_group(s: Services, uow: UnitOfWork, group: ExternalGroup) -> None:
    """Bring the message that shows the group up to date once this transaction commits."""
    alert = uow.alerts.get(group.alert_id) if group.alert_id else None
    if alert is not None:
        post_alert(s, uow, alert)
        return
    key = group_message_key(group.id)
    uow.start(posting(s.ids, key=key, channel=group.channel, kind=KIND, ref=group.id))


def show_group(s: Services, uow: UnitOfWork, group_id: str) -> None:
    """Bring the message of the group of this id up to date, where it is still known."""
    group = uow.external_groups.get(group_id)
    if group is not None:
        post_group(s, uow, group)


def group_named(uow: UnitOfWork, group_id: str) -> ExternalGroup:
    """The group.

    Raises:
        NotFoundError: there is none of this id.
    """
    group = uow.external_groups.get(group_id)
    if group is None:
        raise NotFoundError("These alerts are not known any more. `/slo` shows what is burning.")
    return group
