"""`fireline runbook`: the right page from a few messy words."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fireline.adapters.runbooks.contract import RunbookSearch
from fireline.cli.output import WRONG_USE, notes, plain_errors, print_text, results

app = typer.Typer(help="Runbooks.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Runbooks."""


@app.command()
def search(
    query: Annotated[str | None, typer.Argument(help="Alert name or a few words.")] = None,
    *,
    folder: Annotated[Path, typer.Option("--dir", help="Folder of Markdown.")] = Path("runbooks"),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array, best first.")] = False,
    batch: Annotated[
        bool, typer.Option("--batch", help="Queries on standard input, one a line.")
    ] = False,
) -> None:
    """Find the best runbooks, with the section, a score and why.

    For example:

        fireline runbook search consumer lag

        echo "orders late" | fireline runbook search --json --batch --dir runbooks
    """
    if (query is None) == (not batch):
        notes.print("fireline: give a query, or --batch and queries on standard input")
        raise SystemExit(WRONG_USE)
    with plain_errors():
        index = RunbookSearch(folder)
    if batch:
        for line in sys.stdin:
            print_text(index.json_line(line.strip()))
            sys.stdout.flush()
    elif as_json:
        print_text(index.json_line(query or ""))
    else:
        _print(index, query or "")


def _print(index: RunbookSearch, query: str) -> None:
    hits = index.search(query)
    if not hits:
        results.print("No good match.")
    for hit in hits:
        section = f" > {hit.section}" if hit.section else ""
        results.print(f"{hit.score:.2f}  {hit.title}{section}", markup=False)
        results.print(f"      {hit.path}  ({hit.why})", markup=False, style="dim")
