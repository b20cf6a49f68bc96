"""Incidents in lists: one in two lines, and those that are open."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.incident_words import SEVERITY_WORDS, STATE_WORDS, TITLE
from fireline.adapters.slack.blocks.markup import (
    MINUTE,
    and_raw,
    channel,
    duration,
    esc,
    one_line,
    percent,
    plural,
    user,
)
from fireline.domain.incident.incident import Severity
from fireline.usecases.views import IncidentLine, IncidentOverview

LIST_LIMIT = 15


def restricted_words(ref: str, severity: Severity, commander: str | None) -> str:
    """All that is said of a restricted incident outside its channel."""
    ask = f"Ask {user(commander)}." if commander else "Ask security."
    return f":lock: Restricted incident *{esc(ref)}*, {severity.label}. {ask}"


def line(view: IncidentLine) -> str:
    """One incident of a list, in two lines; a restricted one in its sentence."""
    if view.restricted:
        return restricted_words(view.ref, view.severity, view.commander)
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
