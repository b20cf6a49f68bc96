"""`fireline slo backtest`: which alerts would have fired, against which incidents."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from fireline.cli.loading import backtest as backtests
from fireline.cli.loading import offline
from fireline.cli.output import notes, plain_errors, print_json

if TYPE_CHECKING:
    from fireline.cli import backtest_tables as tables
else:
    from fireline.cli.loading import WhenUsed

    tables = WhenUsed("fireline.cli.backtest_tables")

BUCKET = 300
MINUTE = 60
Told = Callable[[str, int, int], None]


Names = Annotated[list[str] | None, typer.Argument(help="SLO names; default: all.")]
From = Annotated[
    str | None, typer.Option("--from", help="RFC 3339, a date, or 30d; default: 30d before.")
]
To = Annotated[str | None, typer.Option("--to", help="The same; default: now.")]
First = Annotated[Path | None, typer.Option("--policy", help="Policy file; default: the team's.")]
Second = Annotated[
    Path | None, typer.Option("--compare", help="A second policy, set beside the first.")
]
Incidents = Annotated[
    Path | None,
    typer.Option("--incidents", help="YAML or JSON; default: the bot's record, if any."),
]
Folder = Annotated[
    Path | None, typer.Option("--definitions", help="Folder or file of definitions.")
]
Address = Annotated[str | None, typer.Option("--prometheus", help="Address.")]
Step = Annotated[
    int,
    typer.Option("--step", help="Minutes between evaluations; a multiple of 5.", min=5, max=1440),
]
Suggest = Annotated[
    bool, typer.Option("--suggest/--no-suggest", help="Try small changes of the policy.")
]
Picture = Annotated[Path | None, typer.Option("--png", help="Draw budgets and alerts here.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document.")]


def backtest(  # noqa: PLR0913 - one for each option
    names: Names = None,
    *,
    start: From = None,
    end: To = None,
    policy: First = None,
    compare: Second = None,
    incidents: Incidents = None,
    definitions: Folder = None,
    prometheus: Address = None,
    step: Step = 5,
    suggest: Suggest = True,
    png: Picture = None,
    as_json: AsJson = False,
) -> None:
    """Replay a past range from Prometheus: each alert that would have fired, and whether rightly.

    Incidents come from the bot's database, or from a file with `start`, `end` and `slo` of each.

    For example:

        fireline slo backtest --from 2026-11-01 --to 2026-12-01

        fireline slo backtest orders-api --from 30d --compare policies/stricter.yaml

        fireline slo backtest --from 30d --incidents incidents.yaml --png backtest.png --json
    """
    if step * MINUTE % BUCKET:
        raise typer.BadParameter(f"{step} is no multiple of 5 minutes", param_hint="--step")
    chosen = {"policy": policy, "compare": compare, "incidents": incidents}
    where = {"definitions": definitions, "prometheus": prometheus}
    times = {"start": start, "end": end, "step": step * MINUTE, "suggests": suggest}
    _answer({"names": tuple(names or ()), **chosen, **where, **times}, png, as_json=as_json)


def _answer(asked: dict[str, Any], png: Path | None, *, as_json: bool) -> None:
    begun = monotonic()
    with plain_errors():
        with _progress() as told:
            answered = backtests.run_backtest(backtests.Asked(**asked), told)
        if png is not None:
            picture, alt = backtests.picture(answered)
            offline.write_file(png, picture)
            notes.print(f"wrote {png}: {alt}", markup=False)
    if as_json:
        print_json(tables.document(answered))
    else:
        tables.show(answered)
    took = monotonic() - begun
    notes.print(f"{answered.found.steps:,} evaluations replayed in {took:.1f} s")


@contextmanager
def _progress() -> Iterator[Told]:
    """A bar on standard error, gone when the work is done."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=notes, transient=True) as bar:
        task = bar.add_task("reading definitions", total=None)

        def told(words: str, done: int, whole: int) -> None:
            bar.update(task, description=words, completed=done, total=whole)

        yield told
