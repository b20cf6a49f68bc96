"""Verbs that say what an incident has to do with: alerts, changes, links."""

from collections.abc import Mapping

from fireline.adapters.slack.acts import Act, Field, Options, Values
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.blocks.markup import clip, plural
from fireline.adapters.slack.data_acts import ADD, CHANGE, REMOVE
from fireline.adapters.slack.desk import Asked, Desk
from fireline.adapters.slack.grammar import Typed
from fireline.domain.incident.incident import Incident
from fireline.usecases import attach_by_hand as by_hand
from fireline.usecases import take_change
from fireline.usecases.incident_links import change_link


def _rest(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    """`add ...` or `remove ...`; `add` is meant when neither is said."""
    first = typed.words[0].lower() if typed.words else ""
    if first in {ADD, REMOVE}:
        return {"change": first, "subject": typed.after(1)}
    return {"change": ADD, "subject": typed.text}


def _change(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    subject = values["subject"]
    if values.get("change") == REMOVE:
        after = take_change.remove_change(desk.s, incident.id, subject, asked.user)
        return answers.done(after.ref, f"change {subject} has nothing to do with it")
    after = take_change.add_change(desk.s, incident.id, subject, asked.user)
    return answers.done(
        after.ref, f"{_counted(len(after.details.changes), 'change')} may be behind it"
    )


def _link(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    add = values.get("change") != REMOVE
    after = change_link(desk.s, incident.id, values["subject"], asked.user, add=add)
    return answers.done(after.ref, _counted(len(after.details.links), "link"))


def _first(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    """The alert, and why."""
    first = typed.words[0] if typed.words else ""
    return {"alert": first, "reason": typed.after(1)}


def _attach(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    name, why = values["alert"], values.get("reason", "")
    after = by_hand.attach_by_hand(desk.s, incident.id, name, why, asked.user)
    return answers.done(after.ref, f"{name} belongs to it, {_count(after)}")


def _detach(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    name, why = values["alert"], values.get("reason", "")
    after = by_hand.detach(desk.s, incident.id, name, why, asked.user)
    return answers.done(after.ref, f"{name} does not belong to it, {_count(after)} left")


def _count(incident: Incident) -> str:
    return _counted(len(incident.details.alerts), "alert")


def _counted(count: int, what: str) -> str:
    return plural(count, what) if count else f"no {what}"


def _attached(incident: Incident) -> Options:
    """The incident's alerts with why each is there."""
    return [
        (alert.key[:150], clip(f"{alert.title}: {alert.why}", 75))
        for alert in incident.details.alerts
    ]


ACTS = (
    Act(
        "attach",
        "Attach to",
        "Attach",
        (
            Field("alert", "Which alert?", hint="Its SLO, name or id, or a dbt test"),
            Field("reason", "Why does it belong here?", optional=True),
        ),
        _first,
        _attach,
        "What is downstream of this incident's data attaches by itself. Another incident?"
        " `/incident merge`.",
    ),
    Act(
        "detach",
        "Detach from",
        "Detach",
        (
            Field("alert", "Which alert?", hint="Its SLO, name, id or number", listed=_attached),
            Field("reason", "Why does it not belong here?", optional=True),
        ),
        _first,
        _detach,
        "It takes along the SLOs and data that only it brought, and does not come back by itself.",
    ),
    Act(
        "change",
        "Changes of",
        "Record",
        (CHANGE, Field("subject", "Change", hint="Its id, its address, or words")),
        _rest,
        _change,
        "Changes of the last hours that touch its data or services are linked by themselves."
        " `/incident caused yes ID` says which one caused it.",
    ),
    Act(
        "link",
        "Links of",
        "Record",
        (CHANGE, Field("subject", "Address", hint="https://…")),
        _rest,
        _link,
    ),
)
HELP: Mapping[str, str] = {
    "attach ALERT WHY": "an alert belongs to this incident",
    "detach ALERT WHY": "an alert does not belong to it",
    "change add|remove ID, URL or WORDS": "what was changed in production and may be behind it",
    "link add|remove URL": "tickets, dashboards, pages that belong to it",
}
