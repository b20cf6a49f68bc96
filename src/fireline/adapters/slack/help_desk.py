"""`help`: what a command can do, one verb in full, and the form of a verb."""

from collections.abc import Mapping

from fireline.adapters.slack.acts import Act
from fireline.adapters.slack.blocks import Rendered, modals, usage
from fireline.adapters.slack.blocks.modals import Prefill
from fireline.adapters.slack.desk import Asked, Desk, Modal, Reply
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.incident_acts import ACTS
from fireline.adapters.slack.line_forms import FORMS
from fireline.adapters.slack.manual import CHAPTERS, NO_FORM, example_of

OTHERS = "More"
_ACTS: Mapping[str, Act] = {act.verb: act for act in ACTS}


def overview(
    noun: str, command: str, verbs: Mapping[str, object], help_: Mapping[str, str]
) -> Rendered:
    """Every verb by chapter; one that stands in none comes last."""
    known = set(verbs)
    chapters = [
        (chapter.title, {verb: _about(verb, help_) for verb in chapter.examples if verb in known})
        for chapter in CHAPTERS[noun]
    ]
    placed = {verb for _, shown in chapters for verb in shown}
    rest = {verb: _about(verb, help_) for verb in verbs if verb not in placed}
    return usage.overview(
        command, help_.get("", ""), [c for c in [*chapters, (OTHERS, rest)] if c[1]]
    )


def of_verb(noun: str, command: str, verb: str, help_: Mapping[str, str]) -> Rendered:
    """One verb with its forms and an example."""
    forms = {form: text for form, text in help_.items() if form.split(" ")[0] == verb}
    no_form = NO_FORM[noun].get(verb, "")
    value = "" if no_form else f"{noun} {verb}"
    return usage.of_verb(command, verb, forms, example_of(noun, verb), value, no_form)


def _about(verb: str, help_: Mapping[str, str]) -> str:
    return next((text for form, text in help_.items() if form.split(" ")[0] == verb), "")


def form_of(desk: Desk, asked: Asked, noun: str, verb: str) -> Reply | None:
    """The empty form of a verb; None where typing the verb alone opens it."""
    line = FORMS[noun].get(verb)
    if line is not None:
        return Modal(line.view(noun, verb, desk, asked, None))
    if noun != "incident":
        return None
    if verb == "mitigate":
        given = Prefill(channel=asked.channel)
        return Modal(modals.mitigate(desk.incident_here(asked.channel), given))
    act = _ACTS.get(verb)
    return act.opened(desk, asked, Typed(verb, "", "")) if act is not None else None
