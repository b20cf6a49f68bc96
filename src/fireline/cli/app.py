"""The `fireline` command and its groups."""

from importlib.metadata import version
from typing import Annotated

import typer

from fireline.cli import (
    check,
    doctor,
    documents,
    gate,
    incidents,
    ledger,
    oncall,
    runbooks,
    schema,
    serve,
    slo,
)
from fireline.cli.output import print_text, speak_utf8

app = typer.Typer(
    name="fireline",
    help="Incidents and error budgets for data platforms, in Slack.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.add_typer(slo.app, name="slo")
app.add_typer(runbooks.app, name="runbook")
app.add_typer(incidents.app, name="incident")
app.add_typer(documents.postmortem, name="postmortem")
app.add_typer(documents.review, name="review")
app.add_typer(ledger.audit, name="audit")
app.add_typer(ledger.db, name="db")
app.command()(check.check)
app.command()(gate.gate)
app.command()(serve.run)
app.command()(serve.demo)
app.command()(serve.sandbox)
app.command()(serve.manifest)
app.command()(doctor.doctor)
app.command()(schema.schema)
app.command()(oncall.oncall)


def _version(*, wanted: bool) -> None:
    if wanted:
        print_text(f"fireline {version('fireline')}")
        raise typer.Exit


@app.callback()
def options(
    *,
    show_version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda wanted: _version(wanted=wanted),
            is_eager=True,
            help="Print the version and exit.",
        ),
    ] = False,
) -> None:
    """Incidents and error budgets for data platforms, in Slack."""


def main() -> None:
    """Run the command line."""
    speak_utf8()
    app()
