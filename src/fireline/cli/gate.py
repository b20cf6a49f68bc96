"""`fireline gate`: may a service be changed now? For CI."""

from typing import Annotated

import typer

from fireline.cli import loading
from fireline.cli.output import FOUND_PROBLEMS, notes, plain_errors, print_json, print_text
from fireline.domain.policy.verdict import Decision, GateVerdict
from fireline.domain.slo.wording import ago_words

WORDS = {
    Decision.ALLOW: "changes pass",
    Decision.APPROVE: "changes need approval",
    Decision.FREEZE: "changes are frozen",
    Decision.UNKNOWN: "unknown, as budgets have no figure",
}


def gate(
    *,
    service: Annotated[str, typer.Option("--service", help="As the SLOs name it.")],
    allow_approval: Annotated[
        bool,
        typer.Option("--allow-approval", help="Let pass what somebody has approved elsewhere."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Ask the budget policy whether a service may be changed now.

    Reads the newest evaluations from the bot's database. Exit code 1 when changes are frozen or
    need approval, 0 when they pass, 2 for wrong use.

    For example:

        fireline gate --service orders

        fireline gate --service orders --allow-approval --json
    """
    with plain_errors():
        verdict = loading.gate.verdict_on(service)
    passes = verdict.passes(approved=allow_approval)
    if as_json:
        print_json(loading.gate.as_json(verdict, approved=allow_approval))
    else:
        _print(verdict)
    notes.print(_last_words(verdict, passes=passes), markup=False)
    if not passes:
        raise typer.Exit(FOUND_PROBLEMS)


def _print(verdict: GateVerdict) -> None:
    print_text(f"{verdict.service}: {WORDS[verdict.decision]}")
    for reason in verdict.reasons:
        print_text(f"- {reason}")
    for slo in verdict.slos:
        age = "no figures"
        if slo.figures_at is not None:
            age = f"figures of {ago_words(slo.figures_at, verdict.at)}"
        print_text(f"  {slo.name}: {slo.budget_state.replace('_', ' ')}, {age}")


def _last_words(verdict: GateVerdict, *, passes: bool) -> str:
    if passes:
        return "the change may go on"
    if verdict.decision is Decision.APPROVE:
        return "stopped: have the change approved, then run this again with --allow-approval"
    if verdict.decision is Decision.UNKNOWN:
        return "stopped: the policy blocks changes while a budget is unknown"
    return "stopped: wait, or agree on an exception in git (docs/budget-policy.md)"
