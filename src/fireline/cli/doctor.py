"""`fireline doctor`: what the bot needs, and which definitions fit a Prometheus."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import Progress

from fireline.cli import loading
from fireline.cli.output import FOUND_PROBLEMS, notes, plain_errors, print_json, print_text

if TYPE_CHECKING:
    from fireline.usecases.fitting import Fit

MARKS = {"ok": "ok  ", "warning": "warn", "error": "FAIL"}


def doctor(
    *,
    prometheus: Annotated[
        str | None,
        typer.Option("--prometheus", help="Say which definitions fit this Prometheus instead."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Findings as one JSON array.")] = False,
) -> None:
    """Check settings, database, files, Prometheus and Slack; say what to do about each.

    With --prometheus, for each definition: the profile it is read with, whether each metric has
    samples, what its variables match, and whether units and kinds of metrics look right.

    Exit code 1 when anything has to be put right; with --prometheus when an SLO of tier 0 has no
    data or a variable matches nothing.

    For example:

        fireline doctor

        fireline doctor --prometheus http://prometheus:9090
    """
    if prometheus is not None:
        _fits(prometheus, as_json=as_json)
        return
    with plain_errors():
        findings = loading.doctor.diagnose()
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            print_text(f"{'ok  ' if finding.good else 'FAIL'} {finding.subject}: {finding.text}")
    if not all(finding.good for finding in findings):
        raise typer.Exit(FOUND_PROBLEMS)


def _fits(prometheus: str, *, as_json: bool) -> None:
    with plain_errors(), Progress(console=notes, transient=True) as bar:
        task = bar.add_task("Asking Prometheus", total=None)
        found = loading.doctor_fitting.fits(
            prometheus, lambda done, every: bar.update(task, completed=done, total=every)
        )
    if as_json:
        print_json([asdict(fit) | {"level": str(fit.level)} for fit in found])
    else:
        for fit in found:
            _show(fit)
    counts = {level: sum(fit.level == level for fit in found) for level in MARKS}
    notes.print(
        f"{counts['ok']} of {len(found)} SLOs fit, {counts['warning']} to look at, "
        f"{counts['error']} to put right"
    )
    if counts["error"]:
        raise typer.Exit(FOUND_PROBLEMS)


def _show(fit: "Fit") -> None:
    profiles = ", ".join(sorted(fit.profiles.values()))
    read = f"; read with {profiles}" if profiles else ""
    print_text(f"{MARKS[fit.level]} {fit.slo} (tier {fit.tier}): {fit.headline}{read}")
    for line in fit.lines:
        print_text(f"       {line}")
