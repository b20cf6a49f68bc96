"""Verbs that say what an incident has to do with: changes, links."""

from collections.abc import Mapping

from fireline.adapters.slack.acts import Act, Field, Values
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.data_acts import ADD, CHANGE, REMOVE
from fireline.adapters.slack.desk import Asked, Desk
from fireline.adapters.slack.grammar import Typed
from fireline.domain.incident.incident import Incident
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
    return answers.done(after.ref, f"{len(after.details.changes)} changes may be behind it")


def _link(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    add = values.get("change") != REMOVE
    after = change_link(desk.s, incident.id, values["subject"], asked.user, add=add)
    return answers.done(after.ref, f"{len(after.details.links)} links")


ACTS = (
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
    "change add|remove ID, URL or WORDS": "what was changed in production and may be behind it",
    "link add|remove URL": "tickets, dashboards, pages that belong to it",
}
