"""Verbs that keep what is thought, decided and to be done: cause, hypothesis, decide, task."""

from collections.abc import Mapping

from fireline.adapters.slack.acts import (
    CHOICE,
    LINES,
    PERSON,
    WHEN,
    Act,
    Field,
    Options,
    Values,
    words_and_time,
)
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.desk import Asked, Desk
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.spans import until
from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import DecisionKind
from fireline.domain.incident.timeline import EntryKind
from fireline.usecases import incident_facts as facts
from fireline.usecases.manage_incident import add_note

OWN_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "decide": ("expires", "approver", "why", "kind", "options", "revoked"),
    "task": ("due",),
}
RULED_OUT = "ruled-out"
HYPOTHESES: Options = (("open", "It may be that"), (RULED_OUT, "It is not that"))
KINDS: Options = tuple((kind.value, kind.value.replace("_", " ")) for kind in DecisionKind)
MULTI_HINT = "+2h, 18:00 or a full date and time"


def _cause(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    at = desk.moment(values.get("at"), asked.user.id)
    return answers.done(
        facts.name_cause(desk.s, incident.id, values["text"], asked.user, at).ref, "cause recorded"
    )


def _hypothesis_typed(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    words = [word for word in typed.words if word.lower() != RULED_OUT]
    gone = RULED_OUT if len(words) < len(typed.words) else "open"
    return {"text": " ".join(words), "choice": gone}


def _hypothesis(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    gone = values.get("choice") == RULED_OUT
    text = f"{'Ruled out' if gone else 'Hypothesis'}: {values['text']}"
    after = add_note(desk.s, incident.id, text, asked.user, kind=EntryKind.HYPOTHESIS)
    return answers.done(after.ref, "hypothesis ruled out" if gone else "hypothesis recorded")


def _decide_typed(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    names = ("expires", "why", "kind", "options", "revoked", "approver")
    given = {name: typed.option(name) or "" for name in names}
    people = [person.id for person in typed.people]
    if given["revoked"]:
        given["text"] = f"revoke {given['revoked']}"
    return {"text": typed.bare, **{k: v for k, v in given.items() if v}} | (
        {"approver": people[0]} if people and not given["approver"] else {}
    )


def _decide(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    if number := values.get("revoked", ""):
        if not number.isdecimal():
            raise InvalidInputError("Write `revoked:2` with the decision's number.", "revoked")
        after = facts.revoke(desk.s, incident.id, int(number), asked.user)
        return answers.done(after.ref, f"decision {number} is revoked")
    kind = values.get("kind", DecisionKind.OTHER.value).replace("-", "_")
    if kind not in set(DecisionKind):
        known = ", ".join(DecisionKind)
        raise InvalidInputError(f"\u201c{kind}\u201d is no kind of decision: {known}.", "kind")
    now, zone = desk.s.clock.now(), desk.zone(asked.user.id)
    approver = values.get("approver", "").removeprefix("<@").split("|")[0].removesuffix(">")
    after = facts.decide(
        desk.s,
        incident.id,
        values["text"],
        asked.user,
        kind=DecisionKind(kind),
        options=values.get("options", ""),
        why=values.get("why", ""),
        approver=desk.member(approver, "approver") if approver else None,
        expires_at=until(values["expires"], now, zone) if values.get("expires") else None,
    )
    number = str(after.details.decisions[-1].number)
    return answers.done(after.ref, f"decision {number} recorded")


def _task_typed(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    first = typed.words[0].lower() if typed.words else ""
    if first == "done" and len(typed.words) == 2:  # noqa: PLR2004 - `done` and the number
        return {"text": "done", "done": typed.words[1]}
    owner = typed.people[0].id if typed.people else ""
    return {"text": typed.bare, "owner": owner, "due": typed.option("due") or ""}


def _task(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    if number := values.get("done", ""):
        if not number.isdecimal():
            raise InvalidInputError("Write `/incident task done 2`.", "text")
        after = facts.finish_task(desk.s, incident.id, int(number), asked.user)
        return answers.done(after.ref, f"task {number} is done")
    owner = values.get("owner") or None
    if owner:
        desk.member(owner, "owner")
    now, zone = desk.s.clock.now(), desk.zone(asked.user.id)
    due = until(values["due"], now, zone) if values.get("due") else None
    after = facts.add_task(desk.s, incident.id, values["text"], asked.user, owner, due)
    return answers.done(after.ref, f"task {after.details.tasks[-1].number} recorded")


ACTS = (
    Act(
        "cause",
        "Cause of",
        "Record",
        (Field("text", "What was it?", LINES), WHEN),
        words_and_time,
        _cause,
    ),
    Act(
        "hypothesis",
        "Hypothesis on",
        "Record",
        (
            Field("text", "What may it be?", LINES),
            Field("choice", "Still open?", CHOICE, optional=True, options=HYPOTHESES),
        ),
        _hypothesis_typed,
        _hypothesis,
    ),
    Act(
        "decide",
        "Decision in",
        "Record",
        (
            Field("text", "What is decided?", LINES),
            Field("options", "What else was considered?", optional=True),
            Field("why", "Why?", optional=True),
            Field("kind", "Kind", CHOICE, optional=True, options=KINDS),
            Field("approver", "Approved by", PERSON, optional=True),
            Field("expires", "Until when?", hint=MULTI_HINT, optional=True),
        ),
        _decide_typed,
        _decide,
        "Temporary access and freeze exceptions need an end, and block closing until revoked.",
    ),
    Act(
        "task",
        "Task in",
        "Record",
        (
            Field("text", "What is to be done?"),
            Field("owner", "Who?", PERSON, optional=True),
            Field("due", "By when?", hint=MULTI_HINT, optional=True),
        ),
        _task_typed,
        _task,
    ),
)
HELP: Mapping[str, str] = {
    "cause WHAT": "what it was; `at:` for when it was found",
    "hypothesis WHAT": "what it may be; `ruled-out` when it is not",
    'decide WHAT why:"..." expires:+2h @approver': "a decision; `decide revoked:2` takes one back",
    "task WHAT @owner due:+1h": "something to do now; `task done 2` when it is",
}
