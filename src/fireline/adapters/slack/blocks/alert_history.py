"""The alerts of one SLO, newest first."""

from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.alert import MARK_WORDS
from fireline.adapters.slack.blocks.alert_words import HAPPENS, URGENCY
from fireline.adapters.slack.blocks.markup import (
    and_raw,
    between,
    one_line,
    percent,
    plural,
    some,
    when,
)
from fireline.domain.slo.alerting.noise import Noise
from fireline.usecases.alert_views import AlertHistory, AlertLine, SpentByIncidents, Touched

SHOWN = 15
ROOM = 2700


def history(view: AlertHistory) -> kit.Rendered:
    """What burned when, at what cost, and what people made of it."""
    head = f"Alerts of {view.title}"
    if not view.lines:
        text = f"No alert of `{one_line(view.slo, 150)}` since {when(view.since)}."
        blocks = [kit.header(head), kit.section(text), _touched(view.touched), _spent(view.spent)]
        return kit.rendered(f"No alert of {view.slo}.", blocks)
    lines = [f"\u2022 {_line(line)}" for line in view.lines]
    blocks = [
        kit.header(head),
        kit.section(some(lines, SHOWN, ROOM)),
        _touched(view.touched),
        _spent(view.spent),
        kit.context(f"Since {when(view.since)} \u00b7 {noise_words(view.noise)}"),
    ]
    return kit.rendered(f"{plural(len(view.lines), 'alert')} of {view.slo}", blocks)


def _touched(touched: tuple[Touched, ...] | None) -> kit.Block | None:
    """The incidents of the time that was asked for, with what each cost."""
    if touched is None:
        return None
    lines = [f"\u2022 {_incident(one)}" for one in touched]
    return kit.section(f"*Incidents*\n{some(lines, SHOWN, ROOM) or 'none'}")


def _incident(one: Touched) -> str:
    named = f"*{one_line(one.ref, 40)}* {one_line(one.title, 150)}".rstrip()
    text = f"{when(one.at)} \u00b7 {named}"
    if one.cost is None:
        return text
    return f"{text}: {percent(one.cost)}{and_raw(one.raw_cost)} of the budget"


def _spent(spent: SpentByIncidents | None) -> kit.Block | None:
    """Who took what of the budget as it is now."""
    if spent is None:
        return None
    lines = [
        f"\u2022 {percent(line.share)}{and_raw(line.raw_share)} \u00b7 *{one_line(line.ref, 40)}*"
        f" {one_line(line.title, 150)}".rstrip()
        for line in spent.incidents
    ]
    rest = f"{percent(spent.unattributed)}{and_raw(spent.raw_unattributed)}"
    lines.append(f"\u2022 {rest} \u00b7 no incident on record")
    return kit.section(f"*What took this budget*\n{some(lines, SHOWN, ROOM)}")


def noise_words(noise: Noise) -> str:
    """`5 of 7 marked ones actionable (71 %)`, with what was not marked."""
    if not noise.fired:
        return "no alert"
    if noise.ratio is None:
        return f"{plural(noise.fired, 'alert')}, none marked yet"
    text = f"{noise.actionable} of {noise.judged} actionable ({percent(noise.ratio)})"
    if noise.duplicates:
        text += f", {plural(noise.duplicates, 'duplicate')}"
    return text + (f", {noise.unmarked} not marked" if noise.unmarked else "")


def _line(line: AlertLine) -> str:
    text = f"{URGENCY[line.severity]}: {HAPPENS[line.kind]} {when(line.opened_at)}"
    if line.closed_at is None:
        text += ", goes on"
    else:
        text += f", {between(line.opened_at, line.closed_at)}"
    if line.spent is not None:
        text += f", {percent(line.spent)} of the budget"
    if line.incident_ref:
        text += f" \u00b7 {one_line(line.incident_ref, 40)}"
    return text + (f" \u00b7 {MARK_WORDS[line.mark]}" if line.mark is not None else "")
