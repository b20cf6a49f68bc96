"""How an alert is called, by its kind and whether it goes on."""

from fireline.adapters.slack.blocks.markup import (
    DATA_WORDS,
    between,
    budget_left,
    one_line,
    percent,
    plural,
)
from fireline.adapters.slack.blocks.particulars import left_words
from fireline.domain.slo.status import AlertKind, BurnSeverity
from fireline.usecases.views import AlertMember, AlertMessage

URGENCY = {BurnSeverity.PAGE: ":rotating_light: Page", BurnSeverity.TICKET: ":ticket: Ticket"}
HAPPENS = {
    AlertKind.BURN: "budget burning",
    AlertKind.EXHAUSTED: "budget spent",
    AlertKind.ABSENT: "no data",
    AlertKind.STALE: "data stopped",
    AlertKind.SOURCE_DOWN: "queries fail",
    AlertKind.DEADLINE_AT_RISK: "deadline at risk",
}
ENDED = {
    AlertKind.BURN: "Recovered",
    AlertKind.EXHAUSTED: "Budget regained",
    AlertKind.ABSENT: "Data is there",
    AlertKind.STALE: "Data is back",
    AlertKind.SOURCE_DOWN: "Queries answered again",
    AlertKind.DEADLINE_AT_RISK: "Landed, or the deadline is over",
}
NAME = 110


def headline(view: AlertMessage) -> str:
    """The alert in one line of plain text."""
    what = subject(view)
    if view.closed_at is not None:
        return f":white_check_mark: {ENDED[view.kind]}: {what}"
    return f"{URGENCY[view.severity]}: {HAPPENS[view.kind]} \u00b7 {what}"


def subject(view: AlertMessage) -> str:
    """What it is about."""
    if view.kind is AlertKind.SOURCE_DOWN:
        return f"data source {view.upstream.removeprefix('source ')}"
    if len(view.members) <= 1:
        return view.slo.title or view.slo.name
    count = plural(len(view.members), "SLO")
    return f"{count}, {shared}" if (shared := upstream(view)) else count


def upstream(view: AlertMessage) -> str:
    """What the SLOs share, when that says anything."""
    return "" if view.upstream.startswith("source ") else view.upstream


def member_line(member: AlertMember, *, alike: bool = False) -> str:
    """One SLO of several: what happens, how bad, how important; recovered ones at what cost.

    When all are `alike` in urgency, the headline says it.
    """
    slo = member.slo
    name = f"*{one_line(slo.title or slo.name, NAME)}*"
    tier = f"tier {slo.tier} \u00b7 `{one_line(slo.name, NAME)}`"
    if member.closed_at is not None:
        took = between(member.opened_at, member.closed_at)
        cost = f", {percent(member.spent)} of its budget" if member.spent is not None else ""
        return f":white_check_mark: {name} \u00b7 {ENDED[member.kind].lower()} after {took}{cost}"
    urgency = "" if alike else f"{URGENCY[member.severity].lower()} "
    return f"{urgency}{name} \u00b7 {_figure(member)} \u00b7 {tier}"


def _figure(member: AlertMember) -> str:
    slo = member.slo
    if member.kind in (AlertKind.BURN, AlertKind.EXHAUSTED, AlertKind.DEADLINE_AT_RISK):
        spent = ":red_circle: spent, " if member.exhausted else ""
        return f"{spent}{left_words(slo)}"
    if slo.remaining is not None:
        return f"{DATA_WORDS[slo.data_state].lower()}, last known {budget_left(slo.remaining)}"
    return DATA_WORDS[slo.data_state].lower()
