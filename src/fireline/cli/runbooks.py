"""`fireline runbook`: the right page from a few messy words."""

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fireline.cli import loading
from fireline.cli.output import WRONG_USE, notes, plain_errors, print_text, results

if TYPE_CHECKING:
    from fireline.adapters.runbooks.contract import RunbookSearch

app = typer.Typer(help="Runbooks.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Runbooks."""


@app.command()
def search(
    query: Annotated[str | None, typer.Argument(help="Alert name or a few words.")] = None,
    *,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Folder of Markdown; default: the configured one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array, best first.")] = False,
    batch: Annotated[
        bool, typer.Option("--batch", help="Queries on standard input, one a line.")
    ] = False,
) -> None:
    """Find the best runbooks, with the section, a score and why.

    Needs no database, no Slack and no network; no good match is no error.

    For example:

        fireline runbook search "consumer lag"

        echo "orders late" | fireline runbook search --json --batch --dir runbooks
    """
    if (query is None) == (not batch):
        notes.print("fireline: give a query, or --batch and queries on standard input")
        raise typer.Exit(WRONG_USE)
    with plain_errors(), closing(_index(folder)) as index:
        if batch:
            for line in sys.stdin:
                print_text(index.json_line(line.strip()))
        elif as_json:
            print_text(index.json_line(query or ""))
        else:
            _print(index, query or "")


def _index(folder: Path | None) -> "RunbookSearch":
    """The folder, read; with a folder named, no setting is looked at."""
    return loading.runbooks.RunbookSearch(folder or loading.settings.load().runbooks)


def _print(index: "RunbookSearch", query: str) -> None:
    hits = index.search(query)
    if not hits:
        results.print("No good match.")
    for hit in hits:
        section = f" > {hit.section}" if hit.section else ""
        results.print(f"{hit.score:.2f}  {hit.title}{section}", markup=False)
        results.print(f"      {hit.path}  ({hit.why})", markup=False, style="dim")
