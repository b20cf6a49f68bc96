"""Verbs that move an incident: repair, review, close, reopen, decline, merge, cancel."""

from collections.abc import Mapping

from fireline.adapters.slack.acts import (
    CHOICE,
    LINE,
    LINES,
    WHEN,
    Act,
    Doer,
    Field,
    Values,
    first_word,
    target_word,
    words_and_time,
)
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.desk import Asked, Desk
from fireline.adapters.slack.grammar import incident_number
from fireline.domain.incident.exposure import outside_ref
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.lifecycle import Verb
from fireline.domain.incident.moves import DeclineCode, ReopenKind
from fireline.usecases.incident_steps import Ask, step

REOPEN_KINDS = (
    (ReopenKind.SERVICE.value, "Service is down again"),
    (ReopenKind.DATA.value, "Data is wrong again"),
)
DECLINE_CODES = (
    (DeclineCode.FALSE_ALARM.value, "False alarm: nothing was wrong"),
    (DeclineCode.EXPECTED.value, "Expected: planned or known"),
    (DeclineCode.NO_ACTION.value, "No action needed"),
)
DONE: Mapping[Verb, str] = {
    Verb.REPAIR: "is being repaired. The data clock runs on; `/incident unit add` plans the work",
    Verb.REVIEW: "is in review",
    Verb.CLOSE: "is closed",
    Verb.REOPEN: "is open again",
    Verb.DECLINE: "is declined",
    Verb.MERGE: "is merged",
    Verb.CANCEL: "is cancelled",
}


def _moved(desk: Desk, asked: Asked, incident: Incident, ask: Ask) -> Rendered:
    after = step(desk.s, incident.id, ask, asked.user)
    return answers.told(f"{after.ref} {DONE[ask.verb]}.")


def _plain(verb: Verb) -> Doer:
    """A step of which only words and time are asked."""

    def do(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
        at = desk.moment(values.get("at"), asked.user.id)
        ask = Ask(verb, values.get("text", ""), at, values.get("override"))
        return _moved(desk, asked, incident, ask)

    return do


def _chosen(verb: Verb) -> Doer:
    """A step that names its kind."""

    def do(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
        ask = Ask(verb, values["text"], choice=values["choice"])
        return _moved(desk, asked, incident, ask)

    return do


def _merge(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    target = desk.incident(incident_number(values["target"]), asked)
    there = target.ref if incident.restricted else outside_ref(target)
    ask = Ask(Verb.MERGE, f"into {there}", target_id=target.id)
    after = step(desk.s, incident.id, ask, asked.user)
    return answers.told(f"{after.ref} lives on in {target.ref}.")


REASON = Field("text", "Why?", LINES)

ACTS = (
    Act(
        "repair",
        "Repair data of",
        "Start the repair",
        (Field("text", "What will be done?", LINES, optional=True), WHEN),
        words_and_time,
        _plain(Verb.REPAIR),
        "Needs the datasets (`/incident dataset add`) and the bad window (`/incident window`).",
    ),
    Act(
        "review",
        "Review",
        "Start the review",
        (Field("text", "Anything to say first?", LINES, optional=True),),
        words_and_time,
        _plain(Verb.REVIEW),
        "Needs an accepted timeline: `/incident accept all`.",
    ),
    Act(
        "close",
        "Close",
        "Close",
        (Field("text", "Last words", LINES, optional=True),),
        words_and_time,
        _plain(Verb.CLOSE),
        "Everything that was promised must be settled; what is not is named.",
    ),
    Act(
        "reopen",
        "Reopen",
        "Reopen",
        (Field("choice", "What is bad again?", CHOICE, options=REOPEN_KINDS), REASON),
        first_word("choice", REOPEN_KINDS),
        _chosen(Verb.REOPEN),
        "Within an hour of the restore it counts as the same impact.",
    ),
    Act(
        "decline",
        "Decline",
        "Decline",
        (Field("choice", "What was it?", CHOICE, options=DECLINE_CODES), REASON),
        first_word("choice", DECLINE_CODES),
        _chosen(Verb.DECLINE),
        "It stays on record and counts in no figure; the alert learns from it.",
    ),
    Act(
        "cancel",
        "Cancel",
        "Cancel the incident",
        (REASON,),
        words_and_time,
        _plain(Verb.CANCEL),
        "For what was declared in error. It stays on record and counts in no figure.",
    ),
    Act(
        "merge",
        "Merge",
        "Merge",
        (Field("target", "Into which incident?", LINE, "Such as INC-142"),),
        target_word,
        _merge,
        "The other one keeps its channel and takes over SLOs, data, alerts and timeline.",
    ),
)
HELP: Mapping[str, str] = {
    "repair": "data is being put right; the time to restore has stopped, the data clock runs",
    "review": "begins the review, once the timeline is accepted",
    "close": "closes it, once everything promised is settled",
    "reopen service|data WHY": "back to work, with what was restored taken back",
    "decline false_alarm|expected|no_action WHY": "the signal was no incident",
    "cancel WHY": "declared in error",
    "merge INC-7": "lives on in another incident",
}
