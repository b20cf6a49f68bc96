"""Verbs of `/runbook` that keep runbooks right: feedback, reviewed, stale, missing."""

from collections.abc import Callable, Mapping

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import Rendered, answers, runbook_upkeep
from fireline.adapters.slack.desk import Asked, Desk, Reply
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.interactions import Button, Pressed
from fireline.domain.errors import InvalidInputError
from fireline.usecases import runbook_upkeep as upkeep
from fireline.usecases.manage_incident import incident_in

HELPED = {"yes": True, "no": False}
WRITES = ("feedback", "reviewed")
HELP: Mapping[str, str] = {
    "feedback ID yes|no NOTE": "whether it helped; its page counts the answers",
    "reviewed ID": "you read it and it is right as it stands",
    "stale": "runbooks that may not be trusted, and why",
    "missing": "SLOs, and alerts that fire, without a runbook",
}


def feedback(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Whether a runbook helped."""
    words = typed.words
    answer = HELPED.get(words[1].lower()) if len(words) > 1 else None
    if answer is None:
        raise InvalidInputError("Say which and whether it helped: `/runbook feedback ID yes|no`.")
    return _heard(desk, asked, words[0].strip("`"), typed.after(2), helped=answer)


def _heard(desk: Desk, asked: Asked, runbook_id: str, note: str, *, helped: bool) -> Rendered:
    here = incident_in(desk.s, asked.channel)
    said = upkeep.Told(helped, note, here.ref if here is not None else "")
    found = upkeep.feedback(desk.s, runbook_id, asked.user, said)
    text = f"Noted: {runbook_id} helped {found.helped} of {found.voices}."
    if not helped:
        text += " Put its file right, or promise to: `/postmortem action TEXT @owner due:friday`."
    return answers.told(text)


def reviewed(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """A runbook was read and is right."""
    if not typed.words:
        raise InvalidInputError("Name the runbook: `/runbook reviewed ID`.")
    runbook_id = typed.words[0].strip("`")
    found = upkeep.reviewed(desk.s, runbook_id, asked.user)
    return answers.told(
        f"{runbook_id} counts as reviewed on {found.reviewed_on} by {found.reviewed_by}. Set"
        f" `last_reviewed: {found.reviewed_on}` in its file too, so that git says the same."
    )


def stale(desk: Desk, _asked: Asked, _typed: Typed) -> Reply:
    """Which may not be trusted."""
    return runbook_upkeep.stale(upkeep.stale(desk.s))


def missing(desk: Desk, _asked: Asked, _typed: Typed) -> Reply:
    """What has none."""
    return runbook_upkeep.missing(upkeep.missing(desk.s))


def _press(*, helped: bool) -> Button:
    def press(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
        return _heard(desk, asked, pressed.value, "", helped=helped)

    return press


VERBS: Mapping[str, Callable[[Desk, Asked, Typed], Reply]] = {
    "feedback": feedback,
    "reviewed": reviewed,
    "stale": stale,
    "missing": missing,
}
BUTTONS: Mapping[str, Button] = {
    ids.RUNBOOK_HELPED: _press(helped=True),
    ids.RUNBOOK_USELESS: _press(helped=False),
}
