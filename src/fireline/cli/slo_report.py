"""`fireline slo report`: all budgets now, as a table, JSON or a page with pictures."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from fireline.cli.loading import offline, reports
from fireline.cli.output import (
    FOUND_PROBLEMS,
    notes,
    plain_errors,
    print_json,
    print_text,
    results,
)
from fireline.domain.slo.status import DataState, SloStatus


class Format(StrEnum):
    """How the report is written."""

    TABLE = "table"
    JSON = "json"
    HTML = "html"


BLIND = (DataState.NO_DATA, DataState.QUERY_ERROR)
Names = Annotated[list[str] | None, typer.Argument(help="SLO names; default: all.")]
Folder = Annotated[
    Path | None, typer.Option("--definitions", help="Folder or file of definitions.")
]
Address = Annotated[str | None, typer.Option("--prometheus", help="Address.")]
At = Annotated[str | None, typer.Option("--at", help="RFC 3339 time; default: now.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]
As = Annotated[Format, typer.Option("--format", help="HTML is one file, without anything outside.")]
Out = Annotated[Path | None, typer.Option("--out", help="File to write; default: standard output.")]
Pictures = Annotated[
    int, typer.Option("--pictures", help="How many of the worst get pictures.", min=0, max=100)
]


def report(  # noqa: PLR0913 - one for each option
    names: Names = None,
    *,
    definitions: Folder = None,
    prometheus: Address = None,
    at: At = None,
    as_json: AsJson = False,
    form: As = Format.TABLE,
    out: Out = None,
    pictures: Pictures = 10,
) -> None:
    """Evaluate once against Prometheus, no database needed.

    Exit code 1 when any SLO has no figure (no data or a query error).

    For example:

        fireline slo report

        fireline slo report kafka-roundtrip --prometheus http://prom:9090 --json

        fireline slo report --at 2026-11-23T04:00:00Z

        fireline slo report --format html --out budgets.html
    """
    moment = _instant(at)
    wanted = Format.JSON if as_json else form
    if out is not None and wanted is not Format.HTML:
        raise typer.BadParameter("only --format html is written to a file", param_hint="--out")
    with plain_errors(), notes.status("asking Prometheus"):
        found = reports.budget_report(names or [], definitions, prometheus, moment)
        if wanted is Format.HTML:
            _write(found.page(pictures), out)
    if wanted is Format.JSON:
        print_json([row.as_json() for row in found.rows])
    elif wanted is Format.TABLE:
        results.print(_table([row.status for row in found.rows]))
    if any(row.status.data_state in BLIND for row in found.rows):
        raise typer.Exit(FOUND_PROBLEMS)


def _write(page: str, out: Path | None) -> None:
    if out is None:
        print_text(page)
        return
    offline.write_file(out, page.encode())
    notes.print(f"wrote {out}", markup=False)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{text!r} is no RFC 3339 time; write for instance 2026-11-23T04:00:00Z"
        raise typer.BadParameter(message) from error
    if value.tzinfo is None:
        message = f"{text!r} has no zone; write for instance {value.isoformat()}Z"
        raise typer.BadParameter(message)
    return value


def _table(statuses: list[SloStatus]) -> Table:
    table = Table(box=None, header_style="bold")
    for column in ("SLO", "objective", "budget left", "data", "what it says"):
        table.add_column(column, overflow="fold")
    for status in statuses:
        left = "unknown" if status.remaining is None else f"{status.remaining:.1%}"
        if status.remaining is None and status.has_figure:
            left = "exhausted"
        if status.raw_remaining is not None:
            left += f" (raw {status.raw_remaining:.1%})"
        table.add_row(
            status.slo,
            f"{status.objective} %",
            left,
            status.data_state.value,
            status.sentence,
        )
    return table
