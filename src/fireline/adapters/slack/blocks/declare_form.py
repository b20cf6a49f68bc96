"""The forms in which an incident is declared, and in which more is said of one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import forms, kit
from fireline.adapters.slack.blocks.incident_words import SEVERITY_WORDS
from fireline.adapters.slack.blocks.markup import link, one_line, when
from fireline.adapters.slack.blocks.modals import head, severity_options
from fireline.domain.incident.incident import Incident, Severity, Stamp
from fireline.domain.incident.symptoms import Symptom
from fireline.usecases.similar_incidents import Similar

QUIET, RESTRICTED, DRILL = "quiet", "restricted", "drill"
SLO, DATA = "slo:", "data:"
SIMILAR_SHOWN = 3
BEGAN_HINT = "Your time: 02:31, -15m, or a full date and time. Empty: not known yet."
MOST_SUBJECTS = 20
LONGEST_NAME = 70
SYMPTOMS: Mapping[Symptom, tuple[str, str]] = {
    Symptom.LATE: ("Late", "not there when it is needed"),
    Symptom.MISSING: ("Missing", "rows, files or partitions are not there"),
    Symptom.WRONG: ("Wrong", "values that cannot be right"),
    Symptom.PUBLISHED: ("Wrong, and already read", "consumers have seen the numbers"),
    Symptom.DUPLICATED: ("Duplicated", "the same more than once"),
    Symptom.EXPOSED: ("Exposed", "seen by the wrong people: restricted at once"),
    Symptom.DOWN: ("Down", "nothing works at all"),
    Symptom.UNSURE: ("Not sure yet", ""),
}
HOW: Mapping[str, tuple[str, str]] = {
    QUIET: ("Quiet", "a signal to be judged: no channel, no announcement"),
    RESTRICTED: ("Restricted", "private channel; nothing of it leaves that"),
    DRILL: ("Drill", "practice: counts in no figure, calls nobody else"),
}


@dataclass(frozen=True, slots=True)
class DeclareForm:
    """What is known when the form opens, by field; `channel` is where the answer goes.

    `about` holds the values of SLOs and data, such as `slo:orders-freshness`. `computed` is what
    the rules say so far; `asked` says that the similar ones were shown already.
    """

    text: str = ""
    channel: str = ""
    about: tuple[str, ...] = ()
    symptoms: tuple[str, ...] = ()
    severity: str = ""
    at: str = ""
    restored: str = ""
    how: tuple[str, ...] = ()
    service: str = ""
    computed: tuple[Severity, str] | None = None
    similar: tuple[Similar, ...] = ()
    asked: bool = False
    link: str = ""
    source: Mapping[str, str] = field(default_factory=dict)


def declare(given: DeclareForm) -> kit.Block:
    """Declare an incident: one required line, everything else may wait."""
    fields = [
        *_similar(given),
        forms.labelled(
            "text",
            "Title, in your words",
            forms.line_input(given.text, placeholder="Orders are three hours late"),
        ),
        kit.context(f"From {link(given.link, 'this message')}") if given.link else None,
        *_facts(given),
        forms.labelled(
            "restored",
            "Restored at, if it is over already",
            forms.line_input(given.restored),
            "Then it is recorded with its own times: no channel, nobody is called.",
            optional=True,
        ),
        forms.labelled("how", "How", _boxes(HOW, given.how), optional=True),
    ]
    meta = {
        "channel": given.channel,
        "service": given.service or None,
        "asked": "yes" if given.similar else None,
        "link": given.link or None,
        **given.source,
    }
    send = "Declare anyway" if given.similar else "Declare"
    return forms.modal(ids.VIEW_DECLARE, "Declare incident", send, fields, meta)


def details(incident: Incident, given: DeclareForm) -> kit.Block:
    """Say more of an incident that was declared with words alone."""
    meta = {"incident": incident.id, "version": incident.version, "channel": given.channel}
    fields = [head(incident), *_facts(given)]
    return forms.modal(ids.VIEW_DETAILS, f"Details of {incident.ref}", "Save", fields, meta)


def _facts(given: DeclareForm) -> list[kit.Block]:
    """What is wrong, with what, how bad, since when; the first two bring the third up to date."""
    subjects = [subject_option(value) for value in given.about]
    preset = f"{given.computed[0].label}, by the rules" if given.computed else "By the rules"
    level = forms.choice(preset, severity_options(), given.severity)
    return [
        forms.labelled(
            "symptoms",
            "What is wrong?",
            _boxes({s.value: words for s, words in SYMPTOMS.items()}, given.symptoms, _SYMPTOMS),
            optional=True,
            dispatch=True,
        ),
        forms.labelled(
            "about",
            "SLO or data",
            forms.search_many("Type to search", ids.DECLARE_ABOUT, subjects, MOST_SUBJECTS),
            "What burns now comes first.",
            optional=True,
            dispatch=True,
        ),
        forms.labelled("severity", "Severity", level, _by_the_rules(given), optional=True),
        forms.labelled("at", "Since when?", forms.line_input(given.at), BEGAN_HINT, optional=True),
    ]


_SYMPTOMS = ids.DECLARE_SYMPTOMS


def _by_the_rules(given: DeclareForm) -> str:
    if given.computed is None:
        return "Leave it empty and the rules decide."
    severity, reason = given.computed
    why = reason.removeprefix(f"{severity.label}: ")
    return f"By the rules {severity.label} ({why}). Leave it empty to take that."


def _similar(given: DeclareForm) -> list[kit.Block]:
    """Open incidents that may be meant, each with a way in."""
    if not given.similar:
        return []
    return [kit.section("*Is it one of these?*"), *similar_rows(given.similar)]


def similar_rows(similar: Sequence[Similar]) -> list[kit.Block]:
    """Open incidents with what they share, each with a button to join it."""
    rows: list[kit.Block] = []
    for one in similar[:SIMILAR_SHOWN]:
        incident = one.incident
        declared = incident.at(Stamp.DECLARED)
        since = f", declared {when(declared)}" if declared else ""
        head = f"*{incident.ref}* {SEVERITY_WORDS[incident.severity]}"
        text = f"{head} {one_line(incident.title, 120)}\n{one_line(one.why, 200)}{since}"
        join = kit.button(f"Join {incident.ref} instead", ids.JOIN_INSTEAD, str(incident.id))
        rows += [kit.section(text), *filter(None, [kit.actions([join])])]
    more = len(similar) - SIMILAR_SHOWN
    return [*rows, kit.context(f"and {more} more")] if more > 0 else rows


def subject_option(value: str, about: str = "") -> kit.Block:
    """An SLO or dataset as a choice; the value says which of both."""
    return kit.option(value.partition(":")[2], value, about)


def offered(value: str) -> bool:
    """Whether Slack takes it as a choice; a longer name is typed with the command."""
    return len(value) <= LONGEST_NAME


def _boxes(
    choices: Mapping[str, tuple[str, str]], chosen: Collection[str], action_id: str = ids.INPUT
) -> kit.Block:
    options: Sequence[kit.Block] = [
        kit.option(label, value, about) for value, (label, about) in choices.items()
    ]
    return forms.checkboxes(options, chosen, action_id)
