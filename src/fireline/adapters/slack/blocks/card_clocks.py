"""Where an incident stands on its way, and its clocks: time to restore, time to correct data."""

from datetime import datetime, timedelta

from fireline.adapters.slack.blocks.incident_words import SEVERITY_WORDS
from fireline.adapters.slack.blocks.markup import MINUTE, between, duration, one_line, when
from fireline.domain.incident.durations import spell
from fireline.domain.incident.incident import OPEN_STATES, IncidentState, Stamp
from fireline.usecases.card_views import IncidentCard

PATH = (
    IncidentState.INVESTIGATING,
    IncidentState.MITIGATING,
    IncidentState.RESTORED,
    IncidentState.REPAIRING,
    IncidentState.RESOLVED,
)
AFTER = (IncidentState.RESOLVED, IncidentState.REVIEWING, IncidentState.CLOSED)
NEARLY = 0.75
SHORT_TARGET = 120  # minutes that are read as minutes


def path(view: IncidentCard) -> str:
    """The way to resolved, with the present place marked."""
    state = view.state
    if state is IncidentState.MERGED:
        return f"It lives on in {view.lives_on_in}." if view.lives_on_in else "No further steps."
    if state not in {*PATH, IncidentState.TRIAGE, *AFTER}:
        return "No further steps."
    done = state in AFTER
    here = len(PATH) if done else PATH.index(state) if state in PATH else -1
    steps = []
    for index, step in enumerate(PATH):
        if step is IncidentState.REPAIRING and _needed_no_repair(view, here):
            continue
        name = step.value.capitalize()
        mark = f"\u2713 {name}" if index < here else f"\u25cb {name}"
        steps.append(f"*\u25cf {name}*" if index == here else mark)
    return " \u2192 ".join(steps)


def _needed_no_repair(view: IncidentCard, here: int) -> bool:
    """Whether the way went past repairing: resolved without anything having been repaired."""
    return here == len(PATH) and Stamp.DATA_REPAIR_STARTED not in view.stamps


def clocks(view: IncidentCard) -> str:
    """Severity with its reason, and every clock that runs or has stopped, a line each."""
    lines = (_severity(view), *_waiting(view), _restore_clock(view), _data_clock(view))
    return "\n".join(line for line in (*lines, _next_update(view)) if line)


def _severity(view: IncidentCard) -> str:
    label = view.severity.label
    reason = one_line(view.severity_reason.removeprefix(f"{label}:"), 400)
    words = f"*{SEVERITY_WORDS[view.severity]}*" + (f": {reason}" if reason else "")
    if view.proposed_severity is not None and view.state in OPEN_STATES:
        words += f"\n_The rules say {view.proposed_severity.label}:_ `/incident severity auto`"
    return words


def _waiting(view: IncidentCard) -> list[str]:
    """A signal that nobody has judged yet."""
    since = view.stamps.get(Stamp.ALERT_FIRED) or view.stamps.get(Stamp.DECLARED)
    if view.state is not IncidentState.TRIAGE or since is None:
        return []
    return [f":grey_question: *Not yet judged* for {between(since, view.now)}: is it an incident?"]


def begin(view: IncidentCard) -> datetime | None:
    """Where the clocks start: first bad data, else when somebody or something noticed."""
    order = (Stamp.IMPACT_STARTED, Stamp.DETECTED, Stamp.DECLARED)
    return next((view.stamps[stamp] for stamp in order if stamp in view.stamps), None)


def _restore_clock(view: IncidentCard) -> str:
    """`41 of 60 min`, with what is left; past the target, by how much it is missed."""
    start, restored = begin(view), view.stamps.get(Stamp.RESTORED)
    if start is None or (restored is None and view.state not in OPEN_STATES):
        return ""
    used = (restored or view.now) - start
    target = view.mttr_target_minutes
    if target is None:
        return f":stopwatch: *Restore: {duration(used.total_seconds())}*"
    limit = timedelta(minutes=target)
    shown = f"*Restore: {used_of(used, target)}*"
    gap = duration(abs(limit - used).total_seconds())
    if restored is not None:
        verdict = "target met" if used <= limit else f"target missed by {gap}"
        return f":stopwatch: {shown} \u00b7 {verdict} \u00b7 back {when(restored)}"
    if used > limit:
        return f":rotating_light: {shown} \u00b7 *target missed* by {gap}"
    left = f"{gap} left, until {when(start + limit)}"
    if used >= limit * NEARLY:
        return f":hourglass: {shown} \u00b7 *over 75 % used*, {left}"
    return f":stopwatch: {shown} \u00b7 {left}"


def used_of(used: timedelta, target: int) -> str:
    """Time used of the target, in one unit while that is easy to read."""
    minutes = int(used.total_seconds() // MINUTE)
    if target <= SHORT_TARGET and minutes <= 2 * SHORT_TARGET:
        return f"{minutes} of {target} min"
    return f"{spell(used)} of {duration(target * MINUTE)}"


def _data_clock(view: IncidentCard) -> str:
    """How long data has been wrong or late; it stops when data is verified, not when restored."""
    start = begin(view)
    verified = view.stamps.get(Stamp.DATA_VERIFIED) or view.stamps.get(Stamp.RESOLVED)
    if start is None:
        return ""
    if verified is not None:
        return (
            f":floppy_disk: *Data: {between(start, verified)}* \u00b7 safe since {when(verified)}"
        )
    if view.state not in OPEN_STATES or view.state is IncidentState.TRIAGE:
        return ""
    since = f"not safe yet, since {when(start)}"
    return f":floppy_disk: *Data: {between(start, view.now)}* \u00b7 {since}"


def _next_update(view: IncidentCard) -> str:
    if view.next_update is None:
        return ""
    if view.next_update <= view.now:
        return f":alarm_clock: *Update overdue* since {when(view.next_update)}"
    return f":mega: *Next update* due {when(view.next_update)}"


def plain_clock(view: IncidentCard) -> str:
    """The time to restore as a plain sentence."""
    start = begin(view)
    restored = view.stamps.get(Stamp.RESTORED)
    if start is None or (restored is None and view.state not in OPEN_STATES):
        return ""
    if restored:
        return f"Restored after {spell(restored - start)}."
    return f"Running for {between(start, view.now)}."
