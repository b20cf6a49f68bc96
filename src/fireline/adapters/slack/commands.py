"""The five slash commands: from what was typed to what is answered."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from fireline.adapters.slack import (
    alert_verbs,
    help_desk,
    ids,
    incident_acts,
    incident_verbs,
    promise_verbs,
    run_acts,
    slo_pictures,
    slo_verbs,
    upkeep_verbs,
    waiver_verbs,
)
from fireline.adapters.slack.blocks import answers
from fireline.adapters.slack.desk import Asked, Desk, HomeTab, Modal, Reply, refused
from fireline.adapters.slack.grammar import Typed, incident_number, names_incident, nearest, typed
from fireline.adapters.slack.interactions import (
    Button,
    Next,
    Outcome,
    Pressed,
    Sent,
    Submission,
)
from fireline.adapters.slack.line_forms import FORMS
from fireline.domain.errors import InvalidInputError, NotFoundError, UserError

IN = "in"
Handler = Callable[[Desk, Asked, Typed], Reply]


@dataclass(frozen=True, slots=True)
class Noun:
    """One slash command.

    `otherwise` takes text that begins with no known verb, where that makes sense; it gives None
    for a verb that was mistyped. `only_reads` says that nothing is lost when it is not answered,
    and `reads` names the verbs that are so where not all are; `writes` the others where most are.
    `own_options` are of one verb only, so that a note may hold words such as `why:`. `about_one`
    says that it is about the incident of the channel, or the one named with `in:INC-7`.
    """

    name: str
    bare: Callable[[Desk, Asked], Reply]
    verbs: Mapping[str, Handler]
    help: Mapping[str, str]
    options: tuple[str, ...] = ()
    otherwise: Callable[[Desk, Asked, str], Reply | None] | None = None
    only_reads: bool = False
    reads: Collection[str] = ()
    writes: Collection[str] = ()
    own_options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    about_one: bool = False

    def options_of(self, line: str) -> tuple[str, ...]:
        """The options that are taken as such after the verb which the line begins with."""
        verb = line.split(maxsplit=1)[0].lower() if line.strip() else ""
        return (*self.options, *self.own_options.get(verb, ()), *((IN,) if self.about_one else ()))


NOUNS: Mapping[str, Noun] = {
    noun.name: noun
    for noun in (
        Noun(
            "incident",
            incident_verbs.bare,
            incident_acts.VERBS,
            incident_acts.HELP,
            incident_verbs.OPTIONS,
            reads=("list", "show"),
            own_options=incident_acts.OWN_OPTIONS,
            about_one=True,
        ),
        Noun(
            "slo",
            slo_verbs.slo_bare,
            slo_verbs.SLO_VERBS,
            slo_verbs.SLO_HELP,
            (*slo_pictures.OPTIONS, *alert_verbs.OPTIONS, *waiver_verbs.OPTIONS),
            otherwise=slo_verbs.slo_by_name,
            only_reads=True,
            writes=(*alert_verbs.WRITES, *waiver_verbs.WRITES),
        ),
        Noun(
            "runbook",
            slo_verbs.runbook_bare,
            slo_verbs.RUNBOOK_VERBS,
            slo_verbs.RUNBOOK_HELP,
            otherwise=slo_verbs.runbook_by_words,
            only_reads=True,
            writes=(*run_acts.WRITES, *upkeep_verbs.WRITES),
        ),
        Noun(
            "postmortem",
            promise_verbs.postmortem_bare,
            promise_verbs.POSTMORTEM_VERBS,
            promise_verbs.POSTMORTEM_HELP,
            promise_verbs.OPTIONS,
            reads=("show",),
        ),
        Noun(
            "review",
            promise_verbs.review_bare,
            promise_verbs.REVIEW_VERBS,
            promise_verbs.REVIEW_HELP,
            reads=("show",),
        ),
    )
}
ASKING_HELP = ("help", "?", "--help", "-h")


def command_names(prefix: str = "") -> dict[str, str]:
    """The slash command of each noun, such as `/incident`; the prefix tells two bots apart."""
    return {noun: f"/{prefix}{noun}" for noun in NOUNS}


def only_reads(noun: Noun, line: str) -> bool:
    """Whether answering changes nothing, so that it need not be done before it is acknowledged."""
    verb = line.split(maxsplit=1)[0].lower() if line.strip() else ""
    if noun.only_reads:
        return verb not in noun.writes
    return not verb or verb in ASKING_HELP or verb in noun.reads


def run(desk: Desk, asked: Asked, noun: Noun, command: str, line: str) -> Reply:
    """The answer to a command line.

    Raises:
        UserError: it was understood and refused; the text says why.
    """
    said = typed(line, noun.options_of(line), desk.names(line))
    named = said.option(IN)
    if named is not None and names_incident(named):
        desk = replace(desk, about=incident_number(named))
    elif named is not None:  # words such as "broke in:orders" are text
        said = typed(line, set(noun.options_of(line)) - {IN}, desk.names(line))
    if not said.verb:
        return noun.bare(desk, asked)
    if said.verb in ASKING_HELP:
        return _help(noun, command, said)
    handler = noun.verbs.get(said.verb)
    if handler is not None:
        if said.raw.strip().lower() in ASKING_HELP:
            return help_desk.of_verb(noun.name, command, said.verb, noun.help)
        return _answered(desk, asked, noun, said)
    other = noun.otherwise(desk, asked, line.strip()) if noun.otherwise else None
    if other is not None:
        return other
    meant = nearest(said.verb, (*noun.verbs, "help"))
    return answers.unknown_verb(command, line, line.split(maxsplit=1)[0], meant)


def _help(noun: Noun, command: str, said: Typed) -> Reply:
    """All verbs, or the one that is named; of a mistyped one the nearest."""
    verb = said.words[0].lower() if said.words else ""
    if not verb:
        return help_desk.overview(noun.name, command, noun.verbs, noun.help)
    if verb in noun.verbs:
        return help_desk.of_verb(noun.name, command, verb, noun.help)
    meant = nearest(verb, noun.verbs)
    return answers.unknown_verb(f"{command} help", verb, verb, meant)


def _answered(desk: Desk, asked: Asked, noun: Noun, said: Typed) -> Reply:
    """What the verb answers; its form where something is missing or cannot be understood."""
    handler = noun.verbs[said.verb]
    form = FORMS[noun.name].get(said.verb)
    if form is None:
        return handler(desk, asked, said)
    because: UserError | None = None
    try:
        return handler(desk, asked, said)
    except InvalidInputError as error:
        because = error
    except NotFoundError:
        if said.words or not form.asks_incident or not desk.open_incidents(asked):
            raise
    view = form.view(noun.name, said.verb, desk, asked, said)
    return refused(view, because) if because and said.raw else Modal(view)


def sent_line(desk: Desk, asked: Asked, sent: Sent) -> Outcome:
    """A form of `line_forms` was sent: do what typing it would have done."""
    noun, verb = NOUNS[str(sent.meta["noun"])], str(sent.meta["verb"])
    line = FORMS[noun.name][verb].line(verb, sent)
    reply = noun.verbs[verb](desk, asked, typed(line, noun.options_of(line), desk.names(line)))
    return Next(reply.view) if isinstance(reply, Modal | HomeTab) else reply


def open_form(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """Help's button: the form of a verb."""
    name, _, verb = pressed.value.partition(" ")
    if name not in NOUNS or verb not in NOUNS[name].verbs:
        raise InvalidInputError(f"{pressed.value[:80]} is no command any more. Ask for help again.")
    opened = help_desk.form_of(desk, asked, name, verb)
    return opened or run(desk, asked, NOUNS[name], pressed.commands[name], verb)


BUTTONS: Mapping[str, Button] = {ids.HELP_FORM: open_form}
SUBMISSIONS: Mapping[str, Submission] = {ids.VIEW_LINE: sent_line}
