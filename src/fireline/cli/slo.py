"""`fireline slo`: budgets without a database."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from fireline.cli import slo_backtest, slo_import, slo_rules
from fireline.cli.loading import offline
from fireline.cli.output import FOUND_PROBLEMS, notes, plain_errors, print_json, results
from fireline.domain.slo.status import DataState, SloStatus

app = typer.Typer(help="Error budgets.", no_args_is_help=True)
app.command("import")(slo_import.import_files)
app.command()(slo_rules.rules)
app.command()(slo_backtest.backtest)


@app.callback()
def group() -> None:
    """Error budgets."""


@app.command()
def report(
    names: Annotated[list[str] | None, typer.Argument(help="SLO names; default: all.")] = None,
    *,
    definitions: Annotated[
        Path | None, typer.Option("--definitions", help="Folder or file of definitions.")
    ] = None,
    prometheus: Annotated[str | None, typer.Option("--prometheus", help="Address.")] = None,
    at: Annotated[str | None, typer.Option("--at", help="RFC 3339 time; default: now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Evaluate once against Prometheus, no database needed.

    Exit code 1 when any SLO has no figure (no data or a query error).

    For example:

        fireline slo report

        fireline slo report kafka-roundtrip --prometheus http://prom:9090 --json

        fireline slo report --at 2026-11-23T04:00:00Z
    """
    moment = _instant(at)
    with plain_errors(), notes.status("asking Prometheus"):
        rows = offline.report_rows(names or [], definitions, prometheus, moment)
    if as_json:
        print_json([row.as_json() for row in rows])
    else:
        results.print(_table([row.status for row in rows]))
    blind = {DataState.NO_DATA, DataState.QUERY_ERROR}
    if any(row.status.data_state in blind for row in rows):
        raise typer.Exit(FOUND_PROBLEMS)


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
