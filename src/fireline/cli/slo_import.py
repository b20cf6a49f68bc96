"""`fireline slo import`: SLO files of other tools as native ones."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fireline.cli.loading import WhenUsed
from fireline.cli.output import FOUND_PROBLEMS, counted, notes, plain_errors, print_text

if TYPE_CHECKING:
    from fireline.adapters.files.imports import writing
else:
    writing = WhenUsed("fireline.adapters.files.imports.writing")


def import_files(
    inputs: Annotated[
        list[Path],
        typer.Argument(help="Files or folders of Sloth, OpenSLO, Pyrra, slo-generator, ODCS."),
    ],
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder for the native files.")],
    window: Annotated[
        str, typer.Option("--window", help="For files that say no window, such as Sloth's.")
    ] = "30d",
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Write SLO files of other tools as native YAML, one file for each input.

    What cannot be carried over is printed as `file:line: level code message` and stands as a
    comment in the written file. Exit code 1 when something could not be imported.

    For example:

        fireline slo import sloth/ --out slo_definitions

        fireline slo import openslo.yaml pyrra.yaml --out slo_definitions --force
    """
    with plain_errors():
        found = writing.import_files(inputs, out, window=window, force=force)
    for one in found:
        for problem in one.problems:
            print_text(str(problem))
    for one in found:
        where = f"-> {one.target}" if one.target else "-> nothing to write"
        notes.print(f"{one.source}: {counted(len(one.slos), 'SLO')} {where}", markup=False)
    slos, errors = sum(len(one.slos) for one in found), sum(one.errors for one in found)
    warnings = sum(len(one.problems) for one in found) - errors
    found_wrong = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}"
    notes.print(f"{counted(slos, 'SLO')} imported, {found_wrong}")
    if errors:
        raise typer.Exit(FOUND_PROBLEMS)
