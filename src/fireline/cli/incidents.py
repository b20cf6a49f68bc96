"""`fireline incident`: the record, outside Slack."""

from typing import Annotated

import typer

from fireline.bootstrap import offline
from fireline.cli.output import plain_errors, print_json, results
from fireline.usecases.incident_export import as_document, find_incident

app = typer.Typer(help="Incidents on record.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@app.command("list")
def list_incidents(*, as_json: AsJson = False) -> None:
    """List all incidents, newest first."""
    with plain_errors(), offline.open_store() as store, store() as uow:
        found = sorted(uow.incidents.all(), key=lambda i: i.id, reverse=True)
        documents = [as_document(uow, incident, timeline=False) for incident in found]
    if as_json:
        print_json(documents)
        return
    for incident in found:
        results.print(
            f"{incident.ref:8} {incident.severity.label}  {incident.state.value:14} "
            f"{incident.title}",
            markup=False,
        )
    if not found:
        results.print("No incidents on record.")


@app.command()
def show(
    incident_id: Annotated[str, typer.Argument(help="Such as INC-3 or 3.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show one incident with its timeline.

    For example:

        fireline incident show INC-3 --json
    """
    with plain_errors(), offline.open_store() as store, store() as uow:
        incident = find_incident(uow, incident_id)
        document = as_document(uow, incident, timeline=True)
    if as_json:
        print_json(document)
        return
    results.print(f"{incident.ref} {incident.severity.label} {incident.title}", markup=False)
    results.print(f"state {incident.state.value}; {incident.severity_reason}", markup=False)
    for entry in document["timeline"]:
        results.print(
            f"{entry['occurred_at']}  {entry['kind']:10} {entry['actor']}: {entry['text']}",
            markup=False,
        )


@app.command()
def export(incident_id: Annotated[str, typer.Argument(help="Such as INC-3 or 3.")]) -> None:
    """Print the whole record as JSON: facts, timeline with hashes, postmortem, actions."""
    with plain_errors(), offline.open_store() as store, store() as uow:
        incident = find_incident(uow, incident_id)
        print_json(as_document(uow, incident, timeline=True))
