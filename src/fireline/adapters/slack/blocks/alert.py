"""An alert: one message from open to recovered, with what people can do about it."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import alert_group, kit
from fireline.adapters.slack.blocks.alert_words import ENDED, headline
from fireline.adapters.slack.blocks.belonging import attach_button, belongs, may_belong
from fireline.adapters.slack.blocks.markup import (
    BUDGET_WORDS,
    between,
    mentions,
    one_line,
    percent,
    times,
    user,
    when,
    window,
)
from fireline.adapters.slack.blocks.particulars import left_words
from fireline.adapters.slack.blocks.slo import budget_words, burn_words, pace_words, runbook_line
from fireline.domain.slo.alerting.group import Mark
from fireline.domain.slo.status import AlertKind, DataState, PairReading
from fireline.usecases.views import AlertMessage, AlertReply

MARK_WORDS = {
    Mark.ACTIONABLE: "actionable",
    Mark.NOT_ACTIONABLE: "not actionable",
    Mark.DUPLICATE: "a duplicate",
}
SNOOZES = (("Snooze 1 hour", "1h"), ("Snooze until 09:00", "morning"))
COSTLY = (AlertKind.BURN,)


def alert(view: AlertMessage, chart_file: str | None = None) -> kit.Rendered:
    """The alert as it stands."""
    if len(view.members) > 1 or view.kind is AlertKind.SOURCE_DOWN:
        return _several(view)
    head = headline(view)
    blocks = [
        kit.header(head),
        kit.section(_lead(view)),
        kit.fields(_figures(view)),
        kit.section(f"*Burn* {burn_words(view.slo)}\n_1.0x spends exactly the budget_")
        if view.slo.burns and view.closed_at is None and view.kind is AlertKind.BURN
        else None,
        kit.image(chart_file, view.chart.alt) if chart_file and view.chart is not None else None,
        runbook_line(view.runbook) if view.runbook is not None else None,
        kit.context(*_marks(view)),
        _buttons(view),
    ]
    return kit.rendered(f"{head}. {_plain_lead(view)}", blocks)


def _several(view: AlertMessage) -> kit.Rendered:
    """An alert of several SLOs."""
    lonely = view.kind is AlertKind.SOURCE_DOWN and view.closed_at is not None
    blocks = [
        kit.header(headline(view)),
        kit.section(_called(view, alert_group.lead(view))),
        None if lonely else alert_group.members(view),
        runbook_line(view.runbook) if view.runbook is not None and not lonely else None,
        kit.context(*_marks(view)),
        _buttons(view),
    ]
    return kit.rendered(alert_group.plain_lead(view), blocks)


def reply(view: AlertReply) -> kit.Rendered:
    """A reminder or a step of the policy, in the alert's thread."""
    who = mentions(view.mention)
    name = one_line(view.title, 150)
    waited = between(view.since, view.now)
    if view.escalated:
        text = f":rotating_light: This is a page now: *{name}*."
        plain = f"This is a page now: {view.title}."
    else:
        text = f":bell: *{name}*: nobody acknowledged it for {waited}."
        plain = f"{view.title}: nobody acknowledged it for {waited}."
    if view.reminder is not None and view.reminders:
        text += f" _Reminder {view.reminder} of {view.reminders}._"
    return kit.rendered(plain, [kit.section(f"{text}\n{who}".strip())])


def _called(view: AlertMessage, text: str) -> str:
    """The text with those whom a page concerns, until somebody took it."""
    if not view.mention or view.closed_at is not None or view.acknowledged_by is not None:
        return text
    return f"{text}\n{mentions(view.mention)}"


def _plain_lead(view: AlertMessage) -> str:
    if view.closed_at is not None:
        took = between(view.opened_at, view.closed_at)
        cost = f"; it cost {percent(view.spent)} of the budget" if view.kind in COSTLY else ""
        return f"{ENDED[view.kind]} after {took}{cost}."
    return f"{percent(view.slo.remaining)} of the budget left. {view.slo.sentence}"


def _lead(view: AlertMessage) -> str:
    if view.closed_at is not None:
        return _ended(view)
    sentence = one_line(view.slo.sentence, 500)
    if view.kind is AlertKind.EXHAUSTED:
        text = f"The {window(view.slo.window_seconds)} budget is spent: {one_line(view.rule, 300)}."
    elif view.kind in (AlertKind.ABSENT, AlertKind.STALE):
        text = f"*{sentence}*. Until data comes nobody can say whether the objective is kept."
    elif view.kind is AlertKind.DEADLINE_AT_RISK:
        text = _deadline(view) or sentence
    else:
        doubts = "" if view.slo.data_state is DataState.OK else sentence
        spent = f":red_circle: *Budget spent*: {one_line(view.rule, 300)}" if view.exhausted else ""
        parts = [_pair(view.pair), doubts, spent]
        text = "\n".join(part for part in parts if part) or sentence
    return _called(view, text)


def _ended(view: AlertMessage) -> str:
    if view.closed_at is None:
        return ""
    took = between(view.opened_at, view.closed_at)
    text = f"*{ENDED[view.kind]} after {took}*"
    if view.kind not in COSTLY:
        return f"{text}."
    cost = f"*{percent(view.spent)}* of the {window(view.slo.window_seconds)} budget"
    if view.spent is None:
        cost = "a part of the budget not known yet"
    spent = "\n:red_circle: The budget stays spent." if view.exhausted else ""
    return f"{text}; the burn cost {cost}.{spent}"


def _deadline(view: AlertMessage) -> str:
    """What is due soon and has not landed."""
    said = view.slo.particulars
    if said is None or said.next_deadline is None:
        return ""
    left = "" if said.misses_left is None else f" {left_words(view.slo).capitalize()}."
    return f"*Due {when(said.next_deadline)}* and nothing has landed yet.{left}"


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
    name = "First bad" if view.kind in COSTLY else "Since"
    first = (name, f"{when(view.first_bad_at)}\n{lead} before the alert")
    objective = (
        "Objective",
        f"{one_line(view.objective, 200)} over {window(view.slo.window_seconds)}",
    )
    service = ("Service", f"{one_line(view.service, 200)}, tier {view.slo.tier}")
    if view.closed_at is not None:
        return [("Budget now", budget), first, objective, service]
    if view.kind in (AlertKind.EXHAUSTED, AlertKind.DEADLINE_AT_RISK):
        return [("Budget", budget), objective, service]
    if view.kind is not AlertKind.BURN:
        return [("Last known budget", budget), first, objective, service]
    runs_out = ("Runs out", pace_words(view.slo.exhaustion_hours))
    return [("Budget", budget), runs_out, first, objective, service]


def _marks(view: AlertMessage) -> list[str]:
    """Who saw it, until when it is quiet, what it was worth, which incident works on it."""
    marks = [f"Opened {when(view.opened_at)}"]
    if view.closed_at is not None:
        marks.append(f"Recovered {when(view.closed_at)}")
    if view.acknowledged_by:
        at = f" {when(view.acknowledged_at)}" if view.acknowledged_at else ""
        marks.append(f":eyes: Acknowledged by {user(view.acknowledged_by)}{at}")
    if view.snoozed_until and view.closed_at is None:
        marks.append(f":zzz: Snoozed until {when(view.snoozed_until)}")
    if view.mark is not None:
        said = f":label: Marked {MARK_WORDS[view.mark]} by {user(view.marked_by)}"
        marks.append(said)
    marks.extend(belongs(view.incident_ref, view.incident_channel, view.follows))
    marks.extend(may_belong(view.proposed))
    if view.flaps:
        marks.append(f":repeat: Flapping: {view.flaps} changes of state lately")
    marks.extend(f":bell: {one_line(text, 300)}" for text in view.alertmanager[:2])
    if len(view.members) <= 1 and view.kind is not AlertKind.SOURCE_DOWN:
        marks.append(f"`{one_line(view.slo.name, 200)}`")
    return marks


def _buttons(view: AlertMessage) -> kit.Block | None:
    elements: list[kit.Block] = attach_button(view.proposed)
    if view.incident_ref is None:
        style = "danger" if view.closed_at is None else None
        elements.append(
            kit.button("Declare incident", ids.DECLARE_FROM_ALERT, view.alert_id, style)
        )
    if view.closed_at is None and view.acknowledged_by is None:
        elements.append(kit.button("Acknowledge", ids.ACKNOWLEDGE, view.alert_id))
    if len(view.members) > alert_group.SHOWN:
        label = f"Show all {len(view.members)}"
        elements.append(kit.button(label, ids.SHOW_MEMBERS, view.alert_id))
    choices = [(label, f"{code}:{view.alert_id}") for label, code in SNOOZES]
    if view.closed_at is not None:
        choices = []
    choices += [
        (f"Mark as {words}", f"{what.value}:{view.alert_id}") for what, words in MARK_WORDS.items()
    ]
    elements.append(kit.overflow(ids.ALERT_MENU, choices))
    return kit.actions(elements)
