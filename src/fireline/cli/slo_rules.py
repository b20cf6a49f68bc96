"""`fireline slo rules`: budgets and alerts for Prometheus itself."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from fireline.cli.loading import rules as rule_files
from fireline.cli.output import notes, plain_errors, print_text


class Format(StrEnum):
    """Whose names the rules have; written here too, so that `--help` loads nothing heavy."""

    FIRELINE = "fireline"
    SLOTH = "sloth"


def rules(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="INPUT...", help="Files or folders of definitions.")
    ],
    *,
    form: Annotated[
        Format, typer.Option("--format", help="Our series, or those that Sloth writes.")
    ] = Format.FIRELINE,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; default: standard output.")
    ] = None,
) -> None:
    """Write Prometheus recording and alerting rules.

    The same definitions give the same text, so the file can stand in git.

    For example:

        fireline slo rules slo_definitions --out fireline-rules.yml

        fireline slo rules --format sloth slo_definitions/kafka.yaml
    """
    with plain_errors():
        text = rule_files.rules_of(inputs, form.value)
        if out is None:
            print_text(text)
            return
        rule_files.save(text, out)
    notes.print(f"wrote {out}; check it with: promtool check rules {out}", markup=False)
