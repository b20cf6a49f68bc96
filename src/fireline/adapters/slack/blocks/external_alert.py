"""Alertmanager's alerts: one message per group, from the first to the end of the last."""

from collections.abc import Sequence

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.belonging import attach_button, belongs, may_belong
from fireline.adapters.slack.blocks.markup import (
    between,
    link,
    one_line,
    plural,
    some,
    user,
    when,
)
from fireline.adapters.slack.blocks.slo import runbook_line
from fireline.domain.alertmanager.alerts import EndedBy
from fireline.usecases.external_alert_views import (
    ExternalAlertLine,
    ExternalAlertMessage,
    SilenceLine,
)

LISTED = 8
ROOM = 2400
TITLE = 140
MOST_LABELS = 6
CLOCK = "{time}"


def external_alert(view: ExternalAlertMessage) -> kit.Rendered:
    """The group as it stands."""
    urgency = ":rotating_light:" if view.page else ":bell:"
    state = urgency if view.closed_at is None else ":white_check_mark: Recovered:"
    head = f"{state} {view.title[:TITLE]}"
    told = [one_line(text, 600) for text in (view.summary, view.description) if text.strip()]
    told += _unknown(view)
    blocks = [
        kit.header(head),
        kit.section("\n".join([f"*{counts(view)}*", *told])),
        _alerts(view),
        kit.section(f"*SLO* `{one_line(view.slo, 150)}` \u00b7 {one_line(view.budget, 300)}")
        if view.slo
        else None,
        *(kit.section(_quiet(silence)) for silence in view.silences[:3]),
        runbook_line(view.runbook) if view.runbook is not None else None,
        kit.context(*_marks(view)),
        _buttons(view),
    ]
    return kit.rendered(f"{head}. {counts(view)}. {view.summary}".rstrip(". ") + ".", blocks)


def counts(view: ExternalAlertMessage) -> str:
    """`2 firing, 1 resolved after 12 min`; of a group that is over, how long it took."""
    if view.closed_at is not None:
        took = between(view.began, view.closed_at)
        return f"{plural(view.ended, 'alert')} resolved after {took}"
    quiet = sum(1 for one in view.alerts if one.ended_at is None and one.silenced)
    parts = [f"{view.firing} firing" + (f" ({quiet} silenced)" if quiet else "")]
    if view.ended:
        last = next((one for one in view.alerts if one.ended_at is not None), None)
        after = ""
        if last is not None and last.ended_at is not None:
            after = f" after {between(last.starts_at, last.ended_at)}"
        parts.append(f"{view.ended} resolved{after}")
    if view.unknown_since is not None:
        parts[0] = f"{view.firing} unknown, last known as firing"
    return ", ".join(parts)


def _unknown(view: ExternalAlertMessage) -> list[str]:
    """That nobody knows whether they still fire, and since when."""
    if view.unknown_since is None:
        return []
    since = when(view.unknown_since)
    last = f"; last answer {when(view.known_at)}" if view.known_at else ""
    rest = "Whether these alerts still fire is unknown."
    return [f":warning: Alertmanager cannot be reached since {since}{last}. {rest}"]


def _alerts(view: ExternalAlertMessage) -> kit.Block | None:
    """What tells each alert from the others; a single one says so in the context."""
    lines = [alert_line(one, known=view.unknown_since is None) for one in view.alerts]
    alone = len(lines) == 1 and not view.left_out
    if alone and not view.alerts[0].labels and not view.alerts[0].inhibited:
        return None
    if view.left_out:
        more = plural(view.left_out, "more alert")
        lines.append(f":scissors: {more} cut off by Alertmanager (`max_alerts`)")
        shown = some(lines[:-1], LISTED, ROOM, "more alerts")
        return kit.section(f"{shown}\n{lines[-1]}")
    return kit.section(some(lines, LISTED, ROOM, "more alerts"))


def alert_line(one: ExternalAlertLine, *, known: bool = True) -> str:
    """One alert with its state in an icon and in words; `known` is whether we could ask."""
    what = labels(one.labels) or one_line(one.summary, 150) or "this alert"
    if one.ended_at is not None:
        took = between(one.starts_at, one.ended_at)
        how = ", seen by polling" if one.ended_by is EndedBy.POLL else ""
        ended = f"resolved {when(one.ended_at, CLOCK)} after {took}{how}"
        return f":white_check_mark: {what} \u00b7 {ended}"
    if not known:
        return f":grey_question: {what} \u00b7 last known as firing, since {when(one.starts_at)}"
    if one.silenced:
        return f":no_bell: {what} \u00b7 firing since {when(one.starts_at)}, silenced"
    if one.inhibited:
        return f":no_bell: {what} \u00b7 firing since {when(one.starts_at)}, inhibited by another"
    return f":red_circle: {what} \u00b7 firing since {when(one.starts_at)}"


def labels(pairs: Sequence[tuple[str, str]]) -> str:
    """`inst=a, zone=b`, bounded."""
    shown = [f"{one_line(name, 60)}={one_line(value, 80)}" for name, value in pairs[:MOST_LABELS]]
    left = len(pairs) - len(shown)
    return ", ".join(shown) + (f" and {plural(left, 'more label')}" if left > 0 else "")


def _quiet(silence: SilenceLine) -> str:
    by = one_line(silence.created_by, 100)
    return (
        f":no_bell: Silenced by {by} until {when(silence.ends_at)}: {one_line(silence.reason, 300)}"
    )


def _marks(view: ExternalAlertMessage) -> list[str]:
    """Since when, who saw it, where it comes from."""
    marks = [f"Firing since {when(view.began)}"]
    if view.closed_at is not None:
        asked = any(one.ended_by is EndedBy.POLL for one in view.alerts)
        marks.append(f"Recovered {when(view.closed_at)}{', seen by polling' if asked else ''}")
    if view.acknowledged_by:
        at = f" {when(view.acknowledged_at)}" if view.acknowledged_at else ""
        marks.append(f":eyes: Acknowledged by {user(view.acknowledged_by)}{at}")
    marks.extend(belongs(view.incident_ref, view.incident_channel, view.follows))
    marks.extend(may_belong(view.proposed))
    if view.labels:
        marks.append(labels(view.labels))
    urls = (
        (view.source_url, "Source"),
        (view.alertmanager_url, "Alertmanager"),
        ("" if view.runbook else view.runbook_url, "Runbook"),
    )
    links = [shown for url, label in urls if url and (shown := link(url, label)) != label]
    return [*marks, " \u00b7 ".join(links)] if links else marks


def _buttons(view: ExternalAlertMessage) -> kit.Block | None:
    elements: list[kit.Block] = attach_button(view.proposed)
    if view.incident_ref is None:
        style = "danger" if view.closed_at is None else None
        elements.append(
            kit.button("Declare incident", ids.DECLARE_FROM_GROUP, view.group_id, style)
        )
    if view.closed_at is None:
        if view.acknowledged_by is None:
            elements.append(kit.button("Acknowledge", ids.ACKNOWLEDGE_GROUP, view.group_id))
        elements.append(kit.button("Silence\u2026", ids.SILENCE_GROUP, view.group_id))
    return kit.actions(elements)
