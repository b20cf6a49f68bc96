"""Verbs that answer what the review and closing ask for: detected, caused, runbook."""

from collections.abc import Mapping

from fireline.adapters.slack.acts import (
    CHOICE,
    Act,
    Doer,
    Field,
    Options,
    Values,
    first_word,
    words_and_time,
)
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.blocks.markup import clip
from fireline.adapters.slack.desk import Asked, Desk
from fireline.adapters.slack.grammar import Typed
from fireline.domain.incident.changes import in_words
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import Answer, DetectedBy
from fireline.usecases import incident_facts as facts
from fireline.usecases.take_change import caused_by

DETECTED: Options = tuple((one.value, one.value.capitalize()) for one in DetectedBy)
CAUSED: Options = tuple((one.value, one.value.capitalize()) for one in Answer)
RUNBOOK: Options = tuple((one, one.capitalize()) for one in facts.RUNBOOK_ANSWERS)


def _answer(question: str) -> Doer:
    def do(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
        which = values.get("text", "")
        if question == "caused" and values["choice"] == Answer.YES and _named(incident, which):
            after = caused_by(desk.s, incident.id, which, asked.user)
            return answers.done(after.ref, f"caused by change {after.details.cause_change}")
        after = facts.answer(desk.s, incident.id, question, values["choice"], asked.user)
        return answers.done(after.ref, f"{question}: {values['choice']}")

    return do


def _changes(incident: Incident) -> Options:
    """The incident's changes, the newest first."""
    held = reversed(incident.details.changes)
    return [(one.id[:150], clip(in_words(one), 75)) for one in held]


def _named(incident: Incident, which: str) -> bool:
    """Whether it is said, or clear, which change it was."""
    return bool(which.strip()) or len(incident.details.changes) == 1


def _rename(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    after = facts.rename(desk.s, incident.id, values["text"], asked.user)
    return answers.done(after.ref, f"now called {after.title}")


def _nothing(_desk: Desk, _asked: Asked, _typed: Typed) -> Values:
    return {}


def _question(verb: str, title: str, label: str, options: Options, *more: Field) -> Act:
    fields = (Field("choice", label, CHOICE, options=options), *more)
    return Act(verb, title, "Answer", fields, first_word("choice", options), _answer(verb))


WHICH = Field("text", "Which change?", optional=True, listed=_changes)
ACTS = (
    _question("detected", "Who noticed", "Who noticed first?", DETECTED),
    _question("caused", "Change behind", "Did a change cause it?", CAUSED, WHICH),
    _question("runbook", "Runbook of", "Was the runbook right?", RUNBOOK),
    Act("rename", "Rename", "Rename", (Field("text", "Title"),), words_and_time, _rename),
)
HELP: Mapping[str, str] = {
    "detected alert|consumer|chance": "who noticed first",
    "caused yes|no|unknown ID": "whether a change caused it, and which",
    "runbook right|updated|missing": "whether the runbook helped",
    "rename TITLE": "gives it a better title",
}
