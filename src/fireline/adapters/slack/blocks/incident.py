"""An incident: the pinned status card and lists of incidents."""

from datetime import datetime

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import (
    MINUTE,
    and_raw,
    between,
    channel,
    duration,
    esc,
    one_line,
    percent,
    plural,
    some,
    user,
    when,
)
from fireline.adapters.slack.blocks.slo import budget_words, burn_words, runbook_line, state_words
from fireline.domain.incident.incident import OPEN_STATES, IncidentState, Role, Severity, Stamp
from fireline.usecases.views import IncidentCard, IncidentLine, IncidentOverview, SloLine

PATH = (
    IncidentState.INVESTIGATING,
    IncidentState.MITIGATING,
    IncidentState.RESTORED,
    IncidentState.RESOLVED,
)
STATE_WORDS = {
    IncidentState.TRIAGE: ":grey_question: Triage",
    IncidentState.INVESTIGATING: ":mag: Investigating",
    IncidentState.MITIGATING: ":wrench: Mitigating",
    IncidentState.RESTORED: ":large_blue_circle: Restored, data not confirmed",
    IncidentState.REPAIRING: ":hammer_and_wrench: Repairing data",
    IncidentState.RESOLVED: ":white_check_mark: Resolved",
    IncidentState.REVIEWING: ":memo: In review",
    IncidentState.CLOSED: ":lock: Closed",
    IncidentState.DECLINED: ":no_entry_sign: Declined",
    IncidentState.MERGED: ":twisted_rightwards_arrows: Merged",
    IncidentState.CANCELLED: ":no_entry_sign: Cancelled",
}
SEVERITY_WORDS = {
    Severity.SEV1: ":red_circle: SEV1",
    Severity.SEV2: ":large_orange_circle: SEV2",
    Severity.SEV3: ":large_yellow_circle: SEV3",
    Severity.SEV4: ":white_circle: SEV4",
}
EARLY = (IncidentState.TRIAGE, IncidentState.INVESTIGATING)
BEFORE_RESTORED = (*EARLY, IncidentState.MITIGATING)
LIST_LIMIT = 15
TITLE = 150


def card(view: IncidentCard) -> kit.Rendered:
    """The status card: what it is, where it stands, who leads, what to do next."""
    head = f"{view.ref} {view.severity.label} \u00b7 {view.title}"
    blocks: list[kit.Block | None] = [
        kit.header(head),
        kit.section(f"*{STATE_WORDS[view.state]}*\n{_path(view.state)}"),
        kit.fields(_clocks(view)),
        kit.section(f":busts_in_silhouette: {_roles(view)}"),
        *(kit.section(slo_line(line, _cost(view, line.name))) for line in view.slos[:4]),
        runbook_line(view.runbook) if view.runbook is not None else None,
        _listed(":memo: *Latest*", view.latest_notes, 3),
        _listed(":pushpin: *Action items*", view.actions, 5),
        kit.context(*_small_print(view)),
        _buttons(view),
    ]
    return kit.rendered(f"{head}: {view.state.value}. {_plain_clock(view)}", blocks)


def _path(state: IncidentState) -> str:
    """The way to resolved, with the present place marked."""
    place = {
        IncidentState.TRIAGE: -1,
        IncidentState.REPAIRING: 2,
        IncidentState.REVIEWING: 3,
        IncidentState.CLOSED: 3,
    }
    if state not in PATH and state not in place:
        return "No further steps."
    here = place[state] if state in place else PATH.index(state)
    done = state in (IncidentState.RESOLVED, IncidentState.REVIEWING, IncidentState.CLOSED)
    steps = []
    for index, step in enumerate(PATH):
        name = step.value.capitalize()
        if index < here or (done and index == here):
            steps.append(f"\u2713 {name}")
        else:
            steps.append(f"*\u25cf {name}*" if index == here else f"\u25cb {name}")
    return "  \u2192  ".join(steps)


def _clocks(view: IncidentCard) -> list[tuple[str, str]]:
    reason = one_line(view.severity_reason, 400)
    pairs = [
        ("Severity", f"{SEVERITY_WORDS[view.severity]}" + (f"\n{reason}" if reason else "")),
        ("Time to restore (MTTR)", _restore_clock(view)),
    ]
    started = view.stamps.get(Stamp.IMPACT_STARTED)
    if started:
        pairs.append(("Impact began", when(started)))
    verified = view.stamps.get(Stamp.DATA_VERIFIED) or view.stamps.get(Stamp.RESOLVED)
    begin = _begin(view)
    if verified and begin:
        pairs.append(("Time to correct data", between(begin, verified)))
    elif begin and view.state in OPEN_STATES:
        pairs.append(("Time to correct data", f"{between(begin, view.now)} so far"))
    return pairs


def _begin(view: IncidentCard) -> datetime | None:
    """Where the clocks start: first bad data, else when somebody or something noticed."""
    order = (Stamp.IMPACT_STARTED, Stamp.DETECTED, Stamp.DECLARED)
    return next((view.stamps[stamp] for stamp in order if stamp in view.stamps), None)


def _restore_clock(view: IncidentCard) -> str:
    begin = _begin(view)
    if begin is None:
        return "not started"
    restored = view.stamps.get(Stamp.RESTORED)
    end = restored or view.now
    minutes = (end - begin).total_seconds() / MINUTE
    shown = f"*{between(begin, end)}*" + ("" if restored else " so far")
    target = view.mttr_target_minutes
    if target is None:
        return shown
    gap = abs(minutes - target) * MINUTE
    if minutes > target:
        return f"{shown}\n:warning: {duration(gap)} over the {duration(target * MINUTE)} target"
    rest = f"{duration(gap)} {'within' if restored else 'left of'}"
    return f"{shown}\n{rest} the {duration(target * MINUTE)} target"


def _plain_clock(view: IncidentCard) -> str:
    begin = _begin(view)
    restored = view.stamps.get(Stamp.RESTORED)
    if begin is None:
        return ""
    if restored:
        return f"Restored after {between(begin, restored)}."
    return f"Running for {between(begin, view.now)}."


def _roles(view: IncidentCard) -> str:
    filled = [f"{r.label}: {user(who)}" for r in Role if (who := view.roles.get(r))]
    if not view.roles.get(Role.COMMANDER):
        filled.insert(0, "Commander: *nobody yet*")
    return "  \u00b7  ".join(filled)


def _cost(view: IncidentCard, slo: str) -> str | None:
    """What the incident took from this budget, raw too where maintenance was left out."""
    cost = view.budget_cost.get(slo)
    return None if cost is None else f"*{percent(cost)}*{and_raw(view.raw_budget_cost.get(slo))}"


def slo_line(line: SloLine, cost: str | None) -> str:
    """One touched SLO on the card; after resolve, what the incident cost it."""
    text = f"*{one_line(line.title or line.name, TITLE)}* \u00b7 {state_words(line)}"
    text += f"\n{budget_words(line)}" if line.remaining is not None else ""
    if line.burning and line.burns:
        text += f"\nBurn {burn_words(line)}"
    if cost is not None:
        text += f"\nThis incident cost {cost} of its budget"
    return text


def _listed(title: str, lines: tuple[str, ...], most: int) -> kit.Block | None:
    if not lines:
        return None
    shown = some((f"\u2022 {one_line(line, 300)}" for line in lines), most, 2500)
    return kit.section(f"{title}\n{shown}")


def _small_print(view: IncidentCard) -> list[str]:
    lines = [f"{view.ref} \u00b7 tier {view.tier}"]
    declared = view.stamps.get(Stamp.DECLARED)
    if declared:
        lines.append(f"Declared {when(declared)}")
    if len(view.slos) > 4:  # noqa: PLR2004 - the number drawn above
        lines.append(f"\u2026 and {plural(len(view.slos) - 4, 'more SLO')}")
    if view.postmortem_ready:
        lines.append(":page_facing_up: Postmortem draft: `/postmortem`")
    if view.state in OPEN_STATES:
        lines.append("Flag a message with :pushpin: to put it on the timeline")
    return lines


def _buttons(view: IncidentCard) -> kit.Block | None:
    """At most four buttons and a menu: the next best steps of this state."""
    value = str(view.incident_id)
    if view.state not in OPEN_STATES:
        return kit.actions([kit.button("Add action item", ids.ADD_ACTION, value)])
    elements: list[kit.Block] = []
    if not view.roles.get(Role.COMMANDER):
        elements.append(kit.button("I take command", ids.CLAIM_COMMANDER, value, "primary"))
    if view.state in EARLY:
        elements.append(kit.button("Mitigating", ids.MITIGATE, value))
    if view.state in BEFORE_RESTORED:
        elements.append(kit.button("Service restored", ids.RESTORE, value))
    else:
        elements.append(kit.button("Resolve", ids.RESOLVE, value, "primary"))
    elements.append(kit.button("Add note", ids.ADD_NOTE, value))
    choices = (
        ("Change severity", f"{ids.CHANGE_SEVERITY}:{value}"),
        ("Assign a role", f"{ids.ASSIGN_ROLE}:{value}"),
        ("Add action item", f"{ids.ADD_ACTION}:{value}"),
    )
    return kit.actions([*elements, kit.overflow(ids.CARD_MENU, choices)])


def line(view: IncidentLine) -> str:
    """One incident of a list, in two lines."""
    where = channel(view.channel_id) or esc(view.ref)
    head = f"{SEVERITY_WORDS[view.severity]} \u00b7 *{esc(view.ref)}* {one_line(view.title, TITLE)}"
    lead = f"Commander {user(view.commander)}"
    return f"{head}\n{STATE_WORDS[view.state]} \u00b7 {_time(view)}\n{lead} \u00b7 {where}"


def _time(view: IncidentLine) -> str:
    """How long, against the target; until data was right; what it cost."""
    if view.restored_minutes is None:
        return f"{duration(view.elapsed_minutes * MINUTE)} so far{_target(view)}"
    parts = [f"restored after {duration(view.restored_minutes * MINUTE)}{_target(view)}"]
    if view.verified_minutes is not None:
        parts.append(f"data right after {duration(view.verified_minutes * MINUTE)}")
    if view.cost:
        worst = max(view.cost, key=lambda name: view.cost[name])
        others = len(view.cost) - 1
        more = f" and {plural(others, 'more SLO')}" if others else ""
        share = f"{percent(view.cost[worst])}{and_raw(view.raw_cost.get(worst))}"
        cost = f"{share} of the budget of `{one_line(worst, 100)}`"
        parts.append(f"cost {cost}{more}")
    return " \u00b7 ".join(parts)


def _target(view: IncidentLine) -> str:
    """The target beside the time, with the word for a miss."""
    target = view.target_minutes
    if target is None:
        return ""
    words = f" (target {duration(target * MINUTE)}"
    if view.restored_minutes is None:
        return f"{words})"
    if view.restored_minutes <= target:
        return f"{words}, met)"
    return f"{words}, missed by {duration((view.restored_minutes - target) * MINUTE)})"


def overview(view: IncidentOverview) -> kit.Rendered:
    """Incidents that are open, and the way to declare one."""
    count = len(view.lines)
    head = plural(count, "open incident") if count else "No open incident"
    text = (
        "Nothing is on fire. If something looks wrong, declare: it costs nothing to close it again."
    )
    blocks: list[kit.Block | None] = [kit.header(head)]
    if not count:
        blocks.append(kit.section(text))
    blocks.extend(kit.section(line(item)) for item in view.lines[:LIST_LIMIT])
    if count > LIST_LIMIT:
        blocks.append(kit.context(f"\u2026 and {count - LIST_LIMIT} more: `/incident list`"))
    style = None if count else "danger"
    blocks.append(kit.actions([kit.button("Declare incident", ids.OPEN_DECLARE, "new", style)]))
    return kit.rendered(head, blocks)
