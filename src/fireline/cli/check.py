"""`fireline check`: lint what a team keeps in git."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from fireline.cli.loading import lint
from fireline.cli.output import FOUND_PROBLEMS, counted, notes, plain_errors, print_json, print_text

if TYPE_CHECKING:
    from fireline.adapters.files.problems import Problem


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Files or folders; default: slo_definitions and policies."),
    ] = None,
    *,
    runbooks: Annotated[
        Path, typer.Option("--runbooks", help="Folder in which named runbooks must exist.")
    ] = Path("runbooks"),
    prometheus: Annotated[
        str | None,
        typer.Option("--prometheus", help="Ask this Prometheus whether the queries work there."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Problems as one JSON array.")] = False,
) -> None:
    """Lint SLO definitions and policies: `file:line: level code message`.

    Exit code 1 when there is an error; warnings alone give 0.

    For example:

        fireline check

        fireline check team-a/slos --json

        fireline check --prometheus http://prom:9090
    """
    with plain_errors():
        problems = _problems(paths or [], runbooks, prometheus)
    if as_json:
        print_json([asdict(problem) for problem in problems])
    else:
        for problem in problems:
            print_text(str(problem))
    errors = sum(problem.level == "error" for problem in problems)
    notes.print(f"{counted(errors, 'error')}, {counted(len(problems) - errors, 'warning')}")
    if errors:
        raise typer.Exit(FOUND_PROBLEMS)


def _problems(paths: list[Path], runbooks: Path, prometheus: str | None) -> list["Problem"]:
    if prometheus is None:
        return lint.problems_of(paths, runbooks)
    with Progress(console=notes, transient=True) as shown:
        task = shown.add_task("asking Prometheus", total=None)
        return lint.problems_of(
            paths,
            runbooks,
            prometheus,
            lambda done, total: shown.update(task, completed=done, total=total),
        )
