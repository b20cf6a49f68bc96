"""`fireline check`: lint what a team keeps in git."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from fireline.adapters.files.check import check_paths
from fireline.cli.output import FOUND_PROBLEMS, notes, plain_errors, print_json, print_text

DEFAULT_PATHS = (Path("slo_definitions"), Path("policies"))


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Files or folders; default: slo_definitions and policies."),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Problems as one JSON array.")] = False,
) -> None:
    """Lint SLO definitions: `file:line: level code message`, exit code 1 on errors.

    For example:

        fireline check

        fireline check team-a/slos --json
    """
    with plain_errors():
        chosen = paths or [path for path in DEFAULT_PATHS if path.exists()]
        problems = check_paths(chosen)
    if as_json:
        print_json([asdict(problem) for problem in problems])
    else:
        for problem in problems:
            print_text(str(problem))
    errors = sum(problem.level == "error" for problem in problems)
    notes.print(f"{errors} errors, {len(problems) - errors} warnings")
    if errors:
        raise typer.Exit(FOUND_PROBLEMS)
