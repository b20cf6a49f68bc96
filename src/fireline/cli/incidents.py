"""`fireline incident`: the record, outside Slack."""

from typing import Annotated

import typer

from fireline.cli.loading import offline
from fireline.cli.output import plain_errors, print_json, print_text

app = typer.Typer(help="Incidents on record.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]
IncidentId = Annotated[str, typer.Argument(help="Such as INC-3 or 3.")]


@app.command("list")
def list_incidents(*, as_json: AsJson = False) -> None:
    """List all incidents, newest first.

    For example:

        fireline incident list

        fireline incident list --json | jq '.[] | select(.state != "resolved") | .id'
    """
    with plain_errors(), offline.open_store() as store:
        documents = offline.incident_documents(store)
    if as_json:
        print_json(documents)
        return
    for found in documents:
        state = "-" if found["restricted"] else found["state"]
        print_text(f"{found['id']:8} {found['severity']}  {state:14} {found['title']}")
    if not documents:
        print_text("No incidents on record.")


@app.command()
def show(incident_id: IncidentId, *, as_json: AsJson = False) -> None:
    """Show one incident with its timeline.

    For example:

        fireline incident show INC-3

        fireline incident show INC-3 --json
    """
    with plain_errors(), offline.open_store() as store:
        found = offline.incident_document(store, incident_id)
    if as_json:
        print_json(found)
        return
    print_text(f"{found['id']} {found['severity']} {found['title']}")
    if found["restricted"]:
        return
    print_text(f"state {found['state']}; {found['severity_reason']}")
    for entry in found["timeline"]:
        what = "(retracted) " if entry["retracted"] else ""
        head = f"{entry['occurred_at']}  {entry['kind']:10} {entry['actor']}"
        print_text(f"{head}: {what}{entry['text']}")


@app.command()
def export(incident_id: IncidentId) -> None:
    """Print the whole record as JSON: facts, timeline with hashes, postmortem, actions.

    For example:

        fireline incident export INC-3 > inc-3.json
    """
    with plain_errors(), offline.open_store() as store:
        print_json(offline.incident_document(store, incident_id))
