"""`fireline check`: lint what a team keeps in git."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from fireline.cli.loading import lint
from fireline.cli.output import FOUND_PROBLEMS, notes, plain_errors, print_json, print_text


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Files or folders; default: slo_definitions and policies."),
    ] = None,
    *,
    runbooks: Annotated[
        Path, typer.Option("--runbooks", help="Folder in which named runbooks must exist.")
    ] = Path("runbooks"),
    as_json: Annotated[bool, typer.Option("--json", help="Problems as one JSON array.")] = False,
) -> None:
    """Lint SLO definitions and policies: `file:line: level code message`.

    Exit code 1 when there is an error; warnings alone give 0.

    For example:

        fireline check

        fireline check team-a/slos --json
    """
    with plain_errors():
        problems = lint.problems_of(paths or [], runbooks)
    if as_json:
        print_json([asdict(problem) for problem in problems])
    else:
        for problem in problems:
            print_text(str(problem))
    errors = sum(problem.level == "error" for problem in problems)
    notes.print(f"{_count(errors, 'error')}, {_count(len(problems) - errors, 'warning')}")
    if errors:
        raise typer.Exit(FOUND_PROBLEMS)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
