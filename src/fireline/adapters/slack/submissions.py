"""What happens when a modal is sent: read the fields, ask the use case, say what is done."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fireline.adapters.slack import (
    commands,
    declaring,
    drill_verbs,
    ids,
    incident_acts,
    incident_verbs,
    promise_verbs,
    run_acts,
    silence_verbs,
    timeline_acts,
    waiver_verbs,
)
from fireline.adapters.slack.blocks import answers, forms, modals, render
from fireline.adapters.slack.blocks.modals import REPAIRED
from fireline.adapters.slack.desk import Asked, Desk
from fireline.adapters.slack.interactions import Next, Outcome, Sent, Submission
from fireline.domain.errors import UserError
from fireline.domain.incident.downtime import recovered_words
from fireline.domain.incident.incident import RepairDecision, Role, Severity
from fireline.domain.incident.timeline import EntryKind
from fireline.usecases import chase_actions, find_runbook, manage_incident
from fireline.usecases.capture_timeline import add_message, whole
from fireline.usecases.ports import RawMessage

FIELDS = {"title": "text", "query": "text", "evidence": "url", "decision": "damage"}


def severity(desk: Desk, asked: Asked, sent: Sent) -> Outcome:
    """Change the severity."""
    incident = desk.incident(sent.incident(), asked)
    level = Severity(int(sent.need("severity")))
    reason = sent.need("reason")
    after = manage_incident.change_severity(desk.s, incident.id, level, reason, asked.user)
    return answers.told(f"{after.ref} is now {after.severity.label}.")


def role(desk: Desk, asked: Asked, sent: Sent) -> Outcome:
    """Give a role or clear it."""
    incident = desk.incident(sent.incident(), asked)
    who = sent.fields.get("person")
    return incident_verbs.give_role(desk, asked, incident, Role(sent.need("role")), who)


def note(desk: Desk, asked: Asked, sent: Sent) -> Outcome:
    """Write on the timeline."""
    incident = desk.incident(sent.incident(), asked)
    at = desk.moment(sent.fields.get("at"), asked.user.id)
    kind = EntryKind(sent.fields.get("kind", EntryKind.NOTE))
    text = sent.need("text")
    after = manage_incident.add_note(desk.s, incident.id, text, asked.user, at, kind)
    return answers.told(f"Noted on {after.ref}.")


def mitigate(desk: Desk, asked: Asked, sent: Sent) -> Outcome:
    """Somebody is changing something."""
    incident = desk.incident(sent.incident(), asked)
    at = desk.moment(sent.fields.get("at"), asked.user.id)
    text = sent.need("text")
    after = manage_incident.mitigate(desk.s, incident.id, text, asked.user, at)
    return answers.told(f"{after.ref} is being mitigated.")


def restore(desk: Desk, asked: Asked, sent: Sent) -> Outcome:
    """Service works again."""
    incident = desk.incident(sent.incident(), asked)
    at = desk.moment(sent.fields.get("at"), asked.user.id)
    override = sent.fields.get("override")
    text = sent.need("text")
    after = manage_incident.restore(desk.s, incident.id, text, asked.user, at, override)
    return answers.told(f"{after.ref} is restored. Next: is data damaged? `/incident resolve`")


def resolve(desk: Desk, asked: Asked, sent: Sent) -> Outcome:
    """The explicit decision about the data."""
    incident = desk.incident(sent.incident(), asked)
    damaged = sent.need("damage") == REPAIRED
    decision = RepairDecision(
        damaged, desk.member(sent.need("checked"), "checked"), sent.need("how")
    )
    after = manage_incident.resolve(desk.s, incident.id, decision, asked.user)
    done = f"{after.ref} is resolved{recovered_words(after)}."
    return answers.told(f"{done} The postmortem draft follows in its channel.")


def action(desk: Desk, asked: Asked, sent: Sent) -> Outcome:
    """Record a promise."""
    owner, due = sent.need("owner"), date.fromisoformat(sent.need("due"))
    named = sent.meta.get("incident") or sent.fields.get("incident")
    incident = desk.incident(int(named), asked).id if named else None
    item = chase_actions.add_action(
        desk.s, sent.need("text"), owner, desk.member(owner, "owner"), due, asked.user, incident
    )
    return promise_verbs.item_added(desk, asked, item)


def evidence(desk: Desk, asked: Asked, sent: Sent) -> Outcome:
    """Close an action item with its link."""
    number = int(sent.meta["action"])
    item = chase_actions.complete(desk.s, number, sent.need("url"), asked.user)
    return promise_verbs.item_added(desk, asked, item)


def timeline(desk: Desk, asked: Asked, sent: Sent) -> Outcome:
    """Put a message from elsewhere on the chosen incident's timeline."""
    meta = sent.meta
    incident = desk.incident(int(sent.need("incident")), asked)
    where, ts = str(meta["source_channel"]), str(meta["ts"])
    author = desk.actor(str(meta["author"]))
    carried = RawMessage(
        channel=where,
        ts=ts,
        user=author.id,
        user_name=author.name,
        text=str(meta["text"]),
        thread_ts=meta.get("thread_ts"),
    )
    kind = EntryKind(sent.need("kind"))
    message = whole(desk.s, carried)
    after = add_message(desk.s, message, asked.user, kind=kind, incident_id=incident.id)
    return answers.told(f"Added to the timeline of {after.ref}.")


def runbooks(desk: Desk, _asked: Asked, sent: Sent) -> Outcome:
    """Search and show the result in the same window."""
    found = render(find_runbook.search(desk.s, sent.need("text")))
    return Next(modals.told("Runbooks", found.blocks))


SUBMISSIONS: Mapping[str, Submission] = {
    ids.VIEW_DECLARE: declaring.declare,
    ids.VIEW_DETAILS: declaring.details,
    ids.VIEW_DRILL: drill_verbs.sent,
    ids.VIEW_SEVERITY: severity,
    ids.VIEW_ROLE: role,
    ids.VIEW_NOTE: note,
    ids.VIEW_MITIGATE: mitigate,
    ids.VIEW_RESTORE: restore,
    ids.VIEW_RESOLVE: resolve,
    ids.VIEW_ACTION: action,
    ids.VIEW_EVIDENCE: evidence,
    ids.VIEW_TIMELINE: timeline,
    ids.VIEW_RUNBOOK: runbooks,
    **silence_verbs.SUBMISSIONS,
    **timeline_acts.SUBMISSIONS,
    **waiver_verbs.SUBMISSIONS,
    **incident_acts.SUBMISSIONS,
    **run_acts.SUBMISSIONS,
    **commands.SUBMISSIONS,
}


def sent_from(view: Mapping[str, Any]) -> Sent:
    """Fields and metadata of a submitted view."""
    return Sent(forms.answers(view), forms.meta_of(view))


def at_field(view: Mapping[str, Any], error: UserError) -> dict[str, str]:
    """The refusal at the field it belongs to, else at the first one."""
    inputs = [b["block_id"] for b in view.get("blocks", []) if b.get("type") == "input"]
    named = getattr(error, "field", None) or ""
    field = named if named in inputs else FIELDS.get(named, "")
    chosen = field if field in inputs else (inputs[0] if inputs else "")
    return {chosen: str(error)[:2000]} if chosen else {}
