"""The modals, each prefilled with what was already typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import forms, kit
from fireline.adapters.slack.blocks.incident_words import SEVERITY_WORDS, STATE_WORDS
from fireline.adapters.slack.blocks.markup import clip, esc, named, one_line
from fireline.domain.incident.incident import Incident, IncidentState, Role, Severity
from fireline.domain.incident.timeline import EntryKind

SEVERITY_HELP = {
    Severity.SEV1: "Tier-0 data down or wrong; wake people",
    Severity.SEV2: "Important data late or wrong; act now",
    Severity.SEV3: "Limited harm; act today",
    Severity.SEV4: "Little harm; watch it",
}
AT_HINT = "Your time: 02:31, -15m, or a full date and time. Empty means now."
NO_DAMAGE, REPAIRED = "no-damage", "repaired"
KINDS = (
    (EntryKind.EVENT, "Event"),
    (EntryKind.DECISION, "Decision"),
    (EntryKind.ACTION, "Action taken"),
    (EntryKind.HYPOTHESIS, "Hypothesis"),
    (EntryKind.NOTE, "Note"),
)


@dataclass(frozen=True, slots=True)
class Prefill:
    """What is known when a modal opens; `channel` is where the answer goes."""

    text: str = ""
    channel: str = ""
    severity: str = ""
    slo: str = ""
    service: str = ""
    dataset: str = ""
    at: str = ""
    role: str = ""
    person: str | None = None
    choice: str = ""
    due: date | None = None
    source: Mapping[str, str] = field(default_factory=dict)


def severity_options() -> list[kit.Block]:
    """SEV1 to SEV4, each with what it means."""
    return [kit.option(SEVERITY_WORDS[s], str(int(s)), SEVERITY_HELP[s]) for s in Severity]


def severity(incident: Incident, given: Prefill) -> kit.Block:
    """Change the severity, with a reason."""
    return forms.modal(
        ids.VIEW_SEVERITY,
        f"Severity of {incident.ref}",
        "Change",
        [
            head(incident),
            forms.labelled(
                "severity",
                "Severity",
                forms.choice(
                    "Choose", severity_options(), given.severity or str(int(incident.severity))
                ),
            ),
            forms.labelled("reason", "Why?", forms.line_input(given.text)),
        ],
        _meta(incident, given),
    )


def role(incident: Incident, given: Prefill) -> kit.Block:
    """Give a role to somebody, or take it back."""
    roles = [kit.option(r.label, r.value) for r in Role]
    return forms.modal(
        ids.VIEW_ROLE,
        f"Role in {incident.ref}",
        "Assign",
        [
            head(incident),
            forms.labelled("role", "Role", forms.choice("Choose a role", roles, given.role)),
            forms.labelled(
                "person",
                "Person",
                forms.person_input(given.person),
                "Leave empty to clear the role.",
                optional=True,
            ),
        ],
        _meta(incident, given),
    )


def note(incident: Incident, given: Prefill) -> kit.Block:
    """Write something on the timeline."""
    kinds = [kit.option(label, kind.value) for kind, label in KINDS]
    return forms.modal(
        ids.VIEW_NOTE,
        f"Note on {incident.ref}",
        "Add",
        [
            head(incident),
            forms.labelled("text", "What happened?", forms.line_input(given.text, multiline=True)),
            forms.labelled("kind", "Kind", forms.choice("Kind", kinds, EntryKind.NOTE.value)),
            _at(given),
        ],
        _meta(incident, given),
    )


def mitigate(incident: Incident, given: Prefill) -> kit.Block:
    """Say what is being changed to stop the harm."""
    return forms.modal(
        ids.VIEW_MITIGATE,
        f"Mitigating {incident.ref}",
        "Record",
        [
            head(incident),
            forms.labelled(
                "text", "What are you doing about it?", forms.line_input(given.text, multiline=True)
            ),
            _at(given),
        ],
        _meta(incident, given),
    )


def restore(incident: Incident, given: Prefill, refusal: str = "") -> kit.Block:
    """Say that the service works again; the time to restore stops here."""
    warning = kit.section(f":warning: {named(clip(refusal, 1500))}") if refusal else None
    return forms.modal(
        ids.VIEW_RESTORE,
        f"Restore {incident.ref}",
        "Restored",
        [
            head(incident),
            warning,
            forms.labelled(
                "text", "What restored it?", forms.line_input(given.text, multiline=True)
            ),
            _at(given),
            forms.labelled(
                "override",
                "Reason to say so although it still burns",
                forms.line_input(),
                "Needed only while a linked SLO still burns; kept as a decision.",
                optional=True,
            ),
            kit.context("The time to restore stops here. Whether data is damaged is asked next."),
        ],
        _meta(incident, given),
    )


def resolve(incident: Incident, given: Prefill) -> kit.Block:
    """The explicit question about damaged data, without which nothing is resolved."""
    options = [
        kit.option("No, checked", NO_DAMAGE, "All affected data was looked at and is right"),
        kit.option(
            "Yes, and repaired", REPAIRED, "Wrong or missing data was repaired and verified"
        ),
    ]
    return forms.modal(
        ids.VIEW_RESOLVE,
        f"Resolve {incident.ref}",
        "Resolve",
        [
            head(incident),
            forms.labelled("damage", "Is data damaged?", forms.radio(options, given.choice)),
            forms.labelled("checked", "Checked by", forms.person_input(given.person)),
            forms.labelled(
                "how",
                "How was it checked?",
                forms.line_input(given.text, multiline=True),
                "A sentence or a link, such as the query and its result.",
            ),
            kit.context("The postmortem draft follows, with what this cost of each error budget."),
        ],
        _meta(incident, given),
    )


def labelled_incident(known: Sequence[Incident], *, optional: bool = False) -> kit.Block:
    """The question which incident is meant; the only one is chosen already."""
    options = [kit.option(f"{i.ref} {i.title}", str(i.id)) for i in known]
    only = str(known[0].id) if len(known) == 1 else ""
    which = forms.choice("Choose an incident", options, only)
    return forms.labelled("incident", "Incident", which, optional=optional)


def action(
    given: Prefill, incident: Incident | None = None, known: Sequence[Incident] = ()
) -> kit.Block:
    """A promise with an owner and a date; of one of the known incidents when none is given."""
    return forms.modal(
        ids.VIEW_ACTION,
        "New action item",
        "Add",
        [
            head(incident) if incident else None,
            labelled_incident(known, optional=True) if known and not incident else None,
            forms.labelled("text", "What will be done?", forms.line_input(given.text)),
            forms.labelled("owner", "Owner", forms.person_input(given.person)),
            forms.labelled("due", "Due", forms.date_input(given.due)),
        ],
        {"incident": incident.id if incident else None, "channel": given.channel},
    )


def evidence(action_id: int, ref: str, text: str, channel: str) -> kit.Block:
    """Close an action item with the link that shows it is done."""
    return forms.modal(
        ids.VIEW_EVIDENCE,
        f"{ref} is done",
        "Done",
        [
            kit.section(one_line(text, 1500)),
            forms.labelled(
                "url",
                "Link that shows it",
                forms.link_input(),
                "A merged change, a dashboard, a document.",
            ),
        ],
        {"action": action_id, "channel": channel},
    )


def timeline(given: Prefill, incidents: Sequence[Incident]) -> kit.Block:
    """Put a message on an incident's timeline."""
    kinds = [kit.option(label, kind.value) for kind, label in KINDS]
    return forms.modal(
        ids.VIEW_TIMELINE,
        "Add to timeline",
        "Add",
        [
            kit.section(f">{one_line(given.text, 600)}"),
            labelled_incident(incidents),
            forms.labelled(
                "kind", "Kind", forms.choice("Kind", kinds, given.choice or EntryKind.EVENT.value)
            ),
        ],
        {"channel": given.channel, **given.source},
    )


def runbook_search(channel: str) -> kit.Block:
    """Look for a runbook by words."""
    return forms.modal(
        ids.VIEW_RUNBOOK,
        "Search runbooks",
        "Search",
        [
            forms.labelled(
                "text",
                "What do you see?",
                forms.line_input(placeholder="consumer lag grows on orders"),
            )
        ],
        {"channel": channel},
    )


def told(title: str, blocks: Sequence[kit.Block]) -> kit.Block:
    """A modal that only shows something."""
    return forms.modal("told", title, None, blocks)


def head(incident: Incident) -> kit.Block:
    """Which incident a form is about."""
    state = STATE_WORDS[IncidentState(incident.state)]
    return kit.context(f"*{esc(incident.ref)}* {one_line(incident.title, 200)} \u00b7 {state}")


def _at(given: Prefill) -> kit.Block:
    return forms.labelled("at", "When", forms.line_input(given.at), AT_HINT, optional=True)


def _meta(incident: Incident, given: Prefill) -> dict[str, object]:
    return {"incident": incident.id, "version": incident.version, "channel": given.channel}
