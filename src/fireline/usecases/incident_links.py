"""Addresses that belong to an incident, added and removed by people."""

from datetime import datetime

from fireline.domain.incident.incident import Incident
from fireline.domain.incident.links import web_address, with_link, without_link
from fireline.domain.people import Actor
from fireline.usecases.incident_facts import record
from fireline.usecases.ports import Services


def change_link(s: Services, incident_id: int, text: str, actor: Actor, *, add: bool) -> Incident:
    """Add an address, or remove it.

    Raises:
        InvalidInputError: it is no web address, or there are too many.
        NotFoundError: it is to be removed and is not there.
    """
    url = web_address(text)

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        if add:
            return with_link(incident, url), f"Link {url}"
        return without_link(incident, url), f"Link {url} removed"

    return record(s, incident_id, "link", edit, actor)
