"""`fireline incident`: the record, outside Slack."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fireline.cli.loading import offline
from fireline.cli.output import plain_errors, print_json, print_text

app = typer.Typer(help="Incidents on record.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]
IncidentId = Annotated[str, typer.Argument(help="Such as INC-3 or 3.")]


class Form(StrEnum):
    """How a record is printed."""

    json = "json"
    md = "md"


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
def export(
    incident_id: IncidentId,
    *,
    form: Annotated[Form, typer.Option("--format", help="For programs or for people.")] = Form.json,
    as_json: AsJson = False,
    files: Annotated[
        Path | None, typer.Option(help="Write the kept files into this folder too.")
    ] = None,
) -> None:
    """Print the whole record: facts, timeline with hashes, decisions, tasks, postmortem, actions.

    For example:

        fireline incident export INC-3 > inc-3.json

        fireline incident export INC-3 --format md --files inc-3-files
    """
    with plain_errors(), offline.open_store() as store:
        text = offline.incident_export(store, incident_id, Form.json if as_json else form)
        kept = offline.kept_files(store, incident_id) if files is not None else {}
        if files is not None:
            offline.write_files(files, kept)
    print_text(text.rstrip("\n"))


@app.command("erase-entry")
def erase_entry(
    incident_id: IncidentId,
    seq: Annotated[int, typer.Argument(help="The entry's number.", min=1)],
    reason: Annotated[str, typer.Option(help="Why the law asks for it; kept in the audit trail.")],
) -> None:
    """Take the text of a timeline entry out for good, in every version; its hash stays.

    The chain still verifies afterwards, and everybody sees that a text was erased.

    For example:

        fireline incident erase-entry INC-3 12 --reason "GDPR request 2026-114"
    """
    with plain_errors(), offline.open_store() as store:
        erased = offline.erase_entry(store, incident_id, seq, reason)
    print_text(f"erased the text of {', '.join(f'entry {number}' for number in erased)}")
