"""Verbs of `/runbook` that walk one in an incident: start, step, approve, stop."""

from collections.abc import Mapping
from dataclasses import replace

from fireline.adapters.slack import ids
from fireline.adapters.slack.acts import (
    CHOICE,
    LINES,
    Act,
    Field,
    Options,
    Values,
    submissions_of,
    verbs_of,
)
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.blocks.markup import clip
from fireline.adapters.slack.desk import Asked, Desk, Modal, Reply
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.interactions import Button, Pressed, Submission
from fireline.domain.errors import InvalidInputError
from fireline.domain.incident import walking
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.runbook_run import RunStep, StepResult
from fireline.domain.incident.walking import Mark
from fireline.usecases import find_runbook, walk_runbook
from fireline.usecases.manage_incident import incident_in
from fireline.usecases.runbook_upkeep import standing_of
from fireline.usecases.views import RunbookPage, RunbookSuggestion

RESULTS: Options = tuple((one.value, one.value.capitalize()) for one in StepResult)
SAID = {
    "ok": StepResult.DONE,
    "skip": StepResult.SKIPPED,
    "fail": StepResult.FAILED,
    **{one.value: one for one in StepResult},
}
WRITES = ("start", "step", "approve", "stop")


def found(desk: Desk, asked: Asked, words: str) -> RunbookSuggestion:
    """What a search finds, with a way to begin where an incident's channel is."""
    return replace(find_runbook.search(desk.s, words), startable=_startable(desk, asked))


def shown(desk: Desk, asked: Asked, runbook_id: str) -> RunbookPage:
    """One runbook, with a way to begin where an incident's channel is."""
    page = find_runbook.page(desk.s, runbook_id)
    standing = standing_of(desk.s, page.runbook)
    startable = _startable(desk, asked) and bool(page.runbook.steps)
    return replace(page, startable=startable, standing=standing)


def _startable(desk: Desk, asked: Asked) -> bool:
    """Whether a runbook may be walked here."""
    here = incident_in(desk.s, asked.channel)
    return here is not None and here.open and walking.running(here) is None


def _steps(incident: Incident) -> Options:
    """The steps of the run that goes on, the current one first."""
    run = walking.running(incident)
    if run is None:
        return ()
    placed = sorted(enumerate(run.steps, 1), key=lambda one: one[0] != run.current)
    return [_choice(place, step) for place, step in placed]


def _dangerous(incident: Incident) -> Options:
    """The steps that wait for approval."""
    run = walking.running(incident)
    steps = enumerate(run.steps, 1) if run is not None else ()
    return [_choice(place, step) for place, step in steps if step.needs_approval]


def _choice(place: int, step: RunStep) -> tuple[str, str]:
    state = f" ({step.result.value})" if step.result else ""
    return str(place), clip(f"{place}. {step.title}{state} [{step.id}]", 75)


def _start_typed(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    return {"id": typed.words[0] if typed.words else ""}


def _start(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    before = walking.running(incident)
    after = walk_runbook.start(desk.s, incident.id, values["id"], asked.user)
    run = walking.running(after)
    if before is not None and run == before:
        return answers.done(after.ref, f"{run.runbook} is walked already, step {run.current}")
    return answers.done(after.ref, f"{values['id']} is walked; its steps are in the channel")


def _step_typed(desk: Desk, asked: Asked, typed: Typed) -> Values:
    """`2 done the lag falls`; the step by number or id, what came of it, and a note."""
    words = list(typed.words)
    which = _place(desk, asked, words[0]) if words else _current(desk, asked)
    said = SAID.get(words[1].lower()) if len(words) > 1 else None
    rest = typed.after(2) if said is not None else typed.after(1)
    return {"step": which, "result": said.value if said else "", "note": rest}


def _place(desk: Desk, asked: Asked, word: str) -> str:
    """The number of the step that is meant, so that a list can show it; else the word."""
    run = walking.running(desk.incident_here(asked.channel))
    return str(walking.place_of(run, word)) if run is not None else word


def _current(desk: Desk, asked: Asked) -> str:
    """The number of the step that comes next, so that its form has it filled in."""
    run = walking.running(desk.incident_here(asked.channel))
    return str(run.current) if run is not None else ""


def _step(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    result = SAID.get(values["result"].lower())
    if result is None:
        known = ", ".join(StepResult)
        raise InvalidInputError(
            f"\u201c{values['result'][:60]}\u201d is none of {known}.", "result"
        )
    said = Mark(result, values.get("note", ""))
    after = walk_runbook.mark(desk.s, incident.id, values["step"], said, asked.user)
    return answers.done(after.ref, f"step {values['step']} {result.value}. {_next(after)}")


def _next(after: Incident) -> str:
    return walking.step_words(after) or "All steps are settled"


def _approve_typed(desk: Desk, asked: Asked, typed: Typed) -> Values:
    """The step, then its id once more: the confirmation."""
    words = typed.words
    which = _place(desk, asked, words[0]) if words else _current(desk, asked)
    return {"step": which, "confirm": typed.after(1)}


def _approve(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    after = walk_runbook.approve(desk.s, incident.id, values["step"], values["confirm"], asked.user)
    return answers.done(after.ref, f"step {values['step']} may be done; somebody else does it")


def stop(desk: Desk, asked: Asked, _typed: Typed) -> Reply:
    """Walk it no further."""
    after = walk_runbook.stop(desk.s, desk.incident_here(asked.channel).id, asked.user)
    return answers.done(after.ref, f"{after.details.runbook_runs[-1].runbook} is stopped")


STEP = Act(
    "step",
    "Runbook step",
    "Record",
    (
        Field("step", "Which step?", listed=_steps),
        Field("result", "What came of it?", CHOICE, options=RESULTS),
        Field("note", "Output or note", LINES, optional=True, hint="Paste what you saw"),
    ),
    _step_typed,
    _step,
    "It goes on the timeline with your name and the time.",
)
APPROVE = Act(
    "approve",
    "Approve step",
    "Approve",
    (
        Field("step", "Which step?", listed=_dangerous),
        Field("confirm", "Type the step's id", hint="The word in brackets, such as a1"),
    ),
    _approve_typed,
    _approve,
    "You say that it may be done; somebody else does it. It is recorded as a decision.",
)
ACTS = (
    Act(
        "start",
        "Runbook in",
        "Start",
        (Field("id", "Which runbook?", hint="Its id, as /runbook shows it"),),
        _start_typed,
        _start,
        "Its steps come into the channel as one message that is kept up to date.",
    ),
    STEP,
    APPROVE,
)


def _pressed(desk: Desk, asked: Asked, pressed: Pressed) -> tuple[Incident, str]:
    """The incident and the step that a button is about.

    Raises:
        InvalidInputError: the button is of a run that is over.
    """
    number, run, place = pressed.value.split(":")
    incident = desk.incident(int(number), asked)
    now = walking.latest(incident)
    if now is None or str(now.number) != run:
        raise InvalidInputError("Another run has begun since. `/runbook` shows it.")
    return incident, place


def _mark(result: StepResult) -> Button:
    def press(desk: Desk, asked: Asked, pressed: Pressed) -> Reply | None:
        incident, place = _pressed(desk, asked, pressed)
        said = Mark(result, first=True)
        walk_runbook.mark(desk.s, incident.id, place, said, asked.user)
        return None

    return press


def _form(act: Act, values: Values) -> Button:
    def press(desk: Desk, asked: Asked, pressed: Pressed) -> Reply | None:
        incident, place = _pressed(desk, asked, pressed)
        return Modal(act.form(incident, asked.channel, {"step": place, **values}))

    return press


def start_pressed(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """A runbook's button: walk it in the incident of this channel."""
    return _start(desk, asked, desk.incident_here(asked.channel), {"id": pressed.value})


def stop_pressed(desk: Desk, asked: Asked, pressed: Pressed) -> Reply | None:
    """Walk it no further."""
    incident, _place = _pressed(desk, asked, pressed)
    walk_runbook.stop(desk.s, incident.id, asked.user)
    return None


VERBS = {**verbs_of(ACTS), "stop": stop}
HELP: Mapping[str, str] = {
    "start ID": "walks it in this incident: one message with its steps, each on the timeline",
    "step N|ID done|failed|skip NOTE": "what came of a step, with what you saw",
    "approve STEP": "a dangerous step may be done; its id is typed, somebody else does it",
    "stop": "walks it no further",
}
BUTTONS: Mapping[str, Button] = {
    ids.START_RUNBOOK: start_pressed,
    ids.STEP_DONE: _mark(StepResult.DONE),
    ids.STEP_SKIPPED: _mark(StepResult.SKIPPED),
    ids.STEP_FORM: _form(STEP, {"result": StepResult.DONE.value}),
    ids.STEP_FAILED: _form(STEP, {"result": StepResult.FAILED.value}),
    ids.STEP_APPROVE: _form(APPROVE, {}),
    ids.STOP_RUNBOOK: stop_pressed,
}
SUBMISSIONS: Mapping[str, Submission] = submissions_of(ACTS)
