"""`/incident` and its verbs."""

from collections.abc import Callable, Mapping

from fireline.adapters.slack import declare_verbs
from fireline.adapters.slack.blocks import Rendered, answers, modals
from fireline.adapters.slack.blocks.markup import when
from fireline.adapters.slack.blocks.modals import NO_DAMAGE, REPAIRED, Prefill
from fireline.adapters.slack.desk import Asked, Desk, Modal, Reply, refused
from fireline.adapters.slack.grammar import Typed, incident_number, person, role, severity
from fireline.domain.errors import IllegalTransitionError, InvalidInputError, NotFoundError
from fireline.domain.incident.downtime import recovered_words
from fireline.domain.incident.exposure import is_inside, may_read
from fireline.domain.incident.incident import Incident, RepairDecision, Role
from fireline.domain.incident.roles import too_many
from fireline.usecases import incident_impact, manage_incident
from fireline.usecases.incident_card import card
from fireline.usecases.incident_views import overview
from fireline.usecases.outside import neutral

OPTIONS = ("sev", "slo", "service", "dataset", "at", "checked", "how", "override")
NOBODY = ("none", "nobody", "-")
DAMAGE = {
    "no-damage": NO_DAMAGE,
    "nodamage": NO_DAMAGE,
    "undamaged": NO_DAMAGE,
    "repaired": REPAIRED,
}
AUTO = "auto"

Verb = Callable[[Desk, Asked, Typed], Reply]

HELP: Mapping[str, str] = {
    "": "the status card here; elsewhere the open incidents",
    **declare_verbs.HELP,
    "list": "open incidents",
    "show INC-7": "one incident's card",
    "severity 1-4 REASON": "changes how bad it is; `severity auto` lets the rules decide",
    "impact": "who is downstream and when they need it next; `impact refresh` looks again",
    "role ROLE @person": "commander, operations, communications, scribe, data_owner; `none` clears",
    "claim ROLE": "takes a role yourself (commander when you name none)",
    "note TEXT": "writes on the timeline; `at:02:31` or `at:-15m` for earlier",
    "mitigate WHAT": "you are changing something to stop the harm",
    "restore WHAT": "service works again; the time to restore stops; `at:` for earlier",
    "resolve": "asks whether data is damaged, then closes the work; or typed:"
    ' `resolve no-damage checked:@who how:"..."`',
}


def bare(desk: Desk, asked: Asked) -> Reply:
    """The card in an incident's channel, the open incidents elsewhere."""
    incident = manage_incident.incident_in(desk.s, asked.channel)
    return _seen(desk, incident, asked) if incident else overview(desk.s, asked.user.id)


def _seen(desk: Desk, incident: Incident, asked: Asked) -> Reply:
    """The card, or what this person may see of a restricted incident in this place."""
    if may_read(incident, asked.user.id) or is_inside(incident, asked.channel):
        return _card(desk, incident)
    return neutral(incident)


def _card(desk: Desk, incident: Incident) -> Reply:
    with desk.s.store() as uow:
        shown = card(desk.s, uow, str(incident.id))
    if shown is None:
        raise NotFoundError(f"{incident.ref} has no card yet.")
    return shown


def show_list(desk: Desk, asked: Asked, _typed: Typed) -> Reply:
    """Open incidents."""
    return overview(desk.s, asked.user.id)


def show(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """One incident's card, by its number; of a restricted one what this person may see."""
    if not typed.words:
        return bare(desk, asked)
    return _seen(desk, desk.incident(incident_number(typed.words[0])), asked)


def change_severity(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Change the severity; a form when level or reason is missing."""
    incident = desk.incident_here(asked.channel)
    if typed.text.strip().lower() == AUTO:
        after = incident_impact.take_computed(desk.s, incident.id, asked.user)
        return _told(after, f"is {after.severity_reason}")
    try:
        level = severity(typed.words[0]) if typed.words else None
    except InvalidInputError as error:
        given = Prefill(text=typed.text, channel=asked.channel)
        return refused(modals.severity(incident, given), error)
    reason = typed.after(1)
    if level is None or not reason:
        chosen = str(int(level)) if level else ""
        given = Prefill(text=reason, channel=asked.channel, severity=chosen)
        return Modal(modals.severity(incident, given))
    after = manage_incident.change_severity(desk.s, incident.id, level, reason, asked.user)
    return _told(after, f"is now {after.severity.label}")


def impact(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Who is affected; `refresh` brings the channel's message up to date too."""
    incident = desk.incident_here(asked.channel)
    words = {word.lower() for word in typed.words}
    if words - {"refresh"}:
        raise InvalidInputError("Write `/incident impact`, or `/incident impact refresh`.")
    if words:
        return incident_impact.refresh(desk.s, incident.id)
    return incident_impact.impact(desk.s, incident.id)


def assign_role(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Give a role to a person or clear it; a form when either is missing."""
    incident = desk.incident_here(asked.channel)
    try:
        wanted = role(typed.words[0]) if typed.words else None
    except InvalidInputError as error:
        person_id = typed.people[0].id if typed.people else None
        given = Prefill(channel=asked.channel, person=person_id)
        return refused(modals.role(incident, given), error)
    clear = typed.after(1).lower() in NOBODY
    if wanted is None or not (clear or typed.people):
        person_id = typed.people[0].id if typed.people else None
        held = wanted.value if wanted else ""
        given = Prefill(channel=asked.channel, role=held, person=person_id)
        return Modal(modals.role(incident, given))
    return give_role(desk, asked, incident, wanted, None if clear else typed.people[0].id)


def claim(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Take a role oneself."""
    incident = desk.incident_here(asked.channel)
    wanted = role(typed.text) if typed.text else Role.COMMANDER
    return give_role(desk, asked, incident, wanted, asked.user.id)


def give_role(
    desk: Desk,
    asked: Asked,
    incident: Incident,
    wanted: Role,
    person_id: str | None,
    *,
    if_free: bool = False,
) -> Rendered:
    """Record who holds the role."""
    name = desk.member(person_id, "person") if person_id else ""
    after = manage_incident.assign_role(
        desk.s, incident.id, wanted, person_id, name, asked.user, if_free=if_free
    )
    hint = too_many(after, person_id) if person_id == asked.user.id else ""
    return answers.told(f"{after.ref} {wanted.label}: {name or 'nobody'}. {hint}".rstrip())


def note(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Write on the timeline; a form when there are no words."""
    incident = desk.incident_here(asked.channel)
    if not typed.text:
        given = Prefill(channel=asked.channel, at=typed.option("at") or "")
        return Modal(modals.note(incident, given))
    try:
        at = desk.moment(typed.option("at"), asked.user.id)
    except InvalidInputError as error:
        given = Prefill(text=typed.text, channel=asked.channel, at=typed.option("at") or "")
        return refused(modals.note(incident, given), error)
    manage_incident.add_note(desk.s, incident.id, typed.text, asked.user, at)
    moment = f" at {when(at)}" if at else ""
    return answers.said(f"Noted on {incident.ref}{moment}.", f"Noted on {incident.ref}.")


def investigate(desk: Desk, asked: Asked, _typed: Typed) -> Reply:
    """Confirm that a signal is an incident."""
    incident = desk.incident_here(asked.channel)
    return _told(
        manage_incident.investigate(desk.s, incident.id, asked.user), "is being investigated"
    )


def mitigate(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Somebody is changing something to stop the harm."""
    incident = desk.incident_here(asked.channel)
    try:
        at = desk.moment(typed.option("at"), asked.user.id)
        after = manage_incident.mitigate(desk.s, incident.id, typed.text, asked.user, at)
    except InvalidInputError as error:
        given = Prefill(text=typed.text, channel=asked.channel, at=typed.option("at") or "")
        return refused(modals.mitigate(incident, given), error)
    return _told(after, "is being mitigated")


def restore(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Service works again; a form when nothing is said or when it still burns."""
    incident = desk.incident_here(asked.channel)
    given = Prefill(text=typed.text, channel=asked.channel, at=typed.option("at") or "")
    if not typed.text:
        return Modal(modals.restore(incident, given))
    override = typed.option("override")
    try:
        at = desk.moment(typed.option("at"), asked.user.id)
        after = manage_incident.restore(desk.s, incident.id, typed.text, asked.user, at, override)
    except InvalidInputError as error:
        return refused(modals.restore(incident, given), error)
    except IllegalTransitionError as error:
        if "STILL_BURNING" not in error.codes:
            raise
        return Modal(modals.restore(incident, given, str(error)))
    return _told(after, "is restored. Next: is data damaged? `/incident resolve`")


def resolve(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """The answer to "is data damaged?"; a form while any part of it is missing."""
    incident = desk.incident_here(asked.channel)
    choice = DAMAGE.get(typed.words[0].lower(), "") if typed.words else ""
    checked, how = person(typed.option("checked") or ""), typed.option("how") or ""
    if not (choice and checked and how):
        by = checked.id if checked else asked.user.id
        given = Prefill(text=how, channel=asked.channel, person=by, choice=choice)
        return Modal(modals.resolve(incident, given))
    decision = RepairDecision(
        choice == REPAIRED, desk.member(checked.id, "checked", checked.name), how
    )
    after = manage_incident.resolve(desk.s, incident.id, decision, asked.user)
    return _told(after, f"is resolved{recovered_words(after)}. The postmortem draft follows here")


def _told(incident: Incident, what: str) -> Rendered:
    return answers.told(f"{incident.ref} {what}.")


VERBS: Mapping[str, Verb] = {
    "declare": declare_verbs.declare,
    "list": show_list,
    "show": show,
    "severity": change_severity,
    "impact": impact,
    "role": assign_role,
    "claim": claim,
    "note": note,
    "investigate": investigate,
    "mitigate": mitigate,
    "restore": restore,
    "resolve": resolve,
}
