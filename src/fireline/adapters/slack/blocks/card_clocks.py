"""Where an incident stands on its way, and its clocks: time to restore, time to correct data."""

from datetime import datetime

from fireline.adapters.slack.blocks.incident_words import SEVERITY_WORDS
from fireline.adapters.slack.blocks.markup import MINUTE, between, duration, one_line, when
from fireline.domain.incident.incident import OPEN_STATES, IncidentState, Stamp
from fireline.usecases.views import IncidentCard

PATH = (
    IncidentState.INVESTIGATING,
    IncidentState.MITIGATING,
    IncidentState.RESTORED,
    IncidentState.RESOLVED,
)


def path(state: IncidentState) -> str:
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


def clocks(view: IncidentCard) -> list[tuple[str, str]]:
    """Severity with its reason, and every clock that runs or has stopped."""
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


def plain_clock(view: IncidentCard) -> str:
    """The time to restore as a plain sentence."""
    begin = _begin(view)
    restored = view.stamps.get(Stamp.RESTORED)
    if begin is None:
        return ""
    if restored:
        return f"Restored after {between(begin, restored)}."
    return f"Running for {between(begin, view.now)}."
