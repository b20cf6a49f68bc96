"""A burn alert: one message per episode, from open to recovered."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import (
    BUDGET_WORDS,
    between,
    channel,
    esc,
    one_line,
    percent,
    times,
    user,
    when,
    window,
)
from fireline.adapters.slack.blocks.slo import budget_words, burn_words, pace_words, runbook_line
from fireline.domain.slo.status import BurnSeverity, DataState, PairReading
from fireline.usecases.views import AlertMessage

SNOOZES = (("30 minutes", "30m"), ("2 hours", "2h"), ("Until tomorrow 09:00", "morning"))
URGENCY = {BurnSeverity.PAGE: ":rotating_light: Page", BurnSeverity.TICKET: ":ticket: Ticket"}


def alert(view: AlertMessage, chart_file: str | None = None) -> kit.Rendered:
    """The alert as it stands."""
    title = view.slo.title or view.slo.name
    if view.closed_at is None:
        head = f"{URGENCY[view.severity]}: budget burning \u00b7 {title}"
    else:
        head = f":white_check_mark: Recovered: {title}"
    blocks = [
        kit.header(head),
        kit.section(_lead(view)),
        kit.fields(_figures(view)),
        kit.section(f"*Burn* {burn_words(view.slo)}\n_1.0x spends exactly the budget_")
        if view.slo.burns and view.closed_at is None
        else None,
        kit.image(chart_file, view.chart.alt) if chart_file and view.chart is not None else None,
        runbook_line(view.runbook) if view.runbook is not None else None,
        kit.context(*_marks(view)),
        _buttons(view),
    ]
    return kit.rendered(f"{head}. {_plain_lead(view)}", blocks)


def _plain_lead(view: AlertMessage) -> str:
    if view.closed_at is not None:
        took = between(view.opened_at, view.closed_at)
        return f"Recovered after {took}; it cost {percent(view.spent)} of the budget."
    return f"{percent(view.slo.remaining)} of the budget left. {view.slo.sentence}"


def _lead(view: AlertMessage) -> str:
    if view.closed_at is not None:
        took = between(view.opened_at, view.closed_at)
        cost = f"*{percent(view.spent)}* of the {window(view.slo.window_seconds)} budget"
        if view.spent is None:
            cost = "a part of the budget not known yet"
        return f"*Recovered after {took}*; the burn cost {cost}."
    doubts = "" if view.slo.data_state is DataState.OK else one_line(view.slo.sentence, 500)
    return f"{_pair(view.pair)}\n{doubts}".strip() or one_line(view.slo.sentence, 500)


def _pair(pair: PairReading | None) -> str:
    if pair is None:
        return ""
    return (
        f"*{times(pair.burn_long)}* over {window(pair.long_seconds)} and"
        f" *{times(pair.burn_short)}* over {window(pair.short_seconds)};"
        f" the limit is {times(pair.factor)}."
    )


def _figures(view: AlertMessage) -> list[tuple[str, str]]:
    budget = f"{BUDGET_WORDS[view.slo.budget_state]}\n{budget_words(view.slo, break_line=True)}"
    lead = between(view.first_bad_at, view.opened_at)
    first = ("First bad", f"{when(view.first_bad_at)}\n{lead} before the alert")
    objective = (
        "Objective",
        f"{one_line(view.objective, 200)} over {window(view.slo.window_seconds)}",
    )
    service = ("Service", f"{one_line(view.service, 200)}, tier {view.slo.tier}")
    if view.closed_at is not None:
        return [("Budget now", budget), first, objective, service]
    return [
        ("Budget", budget),
        ("Runs out", pace_words(view.slo.exhaustion_hours)),
        first,
        objective,
        service,
    ]


def _marks(view: AlertMessage) -> list[str]:
    """Who saw it, until when it is quiet, which incident works on it."""
    marks = [f"Opened {when(view.opened_at)}"]
    if view.closed_at is not None:
        marks.append(f"Recovered {when(view.closed_at)}")
    if view.acknowledged_by:
        at = f" {when(view.acknowledged_at)}" if view.acknowledged_at else ""
        marks.append(f":eyes: Acknowledged by {user(view.acknowledged_by)}{at}")
    if view.snoozed_until and view.closed_at is None:
        marks.append(f":zzz: Snoozed until {when(view.snoozed_until)}")
    if view.incident_ref:
        where = channel(view.incident_channel) if view.incident_channel else ""
        marks.append(f":fire_engine: Incident {esc(view.incident_ref)} {where}".strip())
    marks.append(f"`{one_line(view.slo.name, 200)}`")
    return marks


def _buttons(view: AlertMessage) -> kit.Block | None:
    elements: list[kit.Block] = []
    if view.incident_ref is None:
        style = "danger" if view.closed_at is None else None
        elements.append(
            kit.button("Declare incident", ids.DECLARE_FROM_ALERT, view.episode_id, style)
        )
    if view.closed_at is None:
        if view.acknowledged_by is None:
            elements.append(kit.button("Acknowledge", ids.ACKNOWLEDGE, view.episode_id))
        choices = [kit.option(label, f"{code}:{view.episode_id}") for label, code in SNOOZES]
        elements.append(kit.menu("Snooze", ids.SNOOZE, choices))
    return kit.actions(elements)
