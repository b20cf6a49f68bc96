"""`/incident export`: the whole record as a file in the incident's own channel."""

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Incident
from fireline.domain.people import Actor
from fireline.usecases.incident_export import ExportFormat, as_document, written
from fireline.usecases.incident_record import Change, load, show, write_down
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.views import FileMessage

KIND = "incident_export"


def share_export(s: Services, incident_id: int, form: ExportFormat, actor: Actor) -> Incident:
    """Start sharing the record in the incident's channel.

    Raises:
        InvalidInputError: its channel is not there yet.
    """
    now = s.clock.now()
    with s.store() as uow:
        incident = load(uow, incident_id)
        if incident.channel_id is None:
            message = f"The channel of {incident.ref} is being opened. Try again in a moment."
            raise InvalidInputError(message)
        detail: dict[str, object] = {"format": form.value}
        write_down(uow, incident, Change("incident.export", actor, now, detail))
        ref = f"{incident.id}:{form.value}:{s.ids.sortable()}"
        show(s, uow, KIND, incident.channel_id, ref)
        uow.commit()
    return incident


def exported(s: Services, uow: UnitOfWork, ref: str) -> FileMessage | None:
    """Projection of the record as a file; `ref` is `<incident id>:<format>:<number>`."""
    number, form, _ = ref.split(":")
    incident = uow.incidents.get(int(number))
    if incident is None:
        return None
    document = as_document(uow, incident, timeline=True, inside=True)
    waits = sum(e["stands"] and e["review"] == "pending" for e in document["timeline"])
    kept = sum("sha256" in file for file in document["files"])
    parts = [f"{len(document['timeline'])} timeline entries"]
    parts += [f"{waits} of them wait to be accepted"] if waits else []
    parts += [f"{kept} kept files named with their sha256"] if kept else []
    name = f"{incident.ref.lower()}.{form}"
    comment = f"The record of {incident.ref}: {', '.join(parts)}."
    text = written(document, ExportFormat(form), s.documents)
    return FileMessage(name, f"{incident.ref} record ({form})", text, comment)
