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
from fireline.adapters.slack.blocks.markup import clip
from fireline.adapters.slack.desk import Asked, Desk
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.spans import until
from fireline.domain.errors import EffectError, InvalidInputError
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import DecisionKind
from fireline.domain.incident.timeline import EntryKind, Provenance
from fireline.usecases import incident_facts as facts
from fireline.usecases import incident_log as log
from fireline.usecases.manage_incident import add_note

OWN_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "decide": (
        "expires",
        "approver",
        "why",
        "kind",
        "options",
        "question",
        "known",
        "reversible",
        "adr",
        "revoked",
        "outcome",
    ),
    "task": ("due",),
}
RULED_OUT = "ruled-out"
HYPOTHESES: Options = (("open", "It may be that"), (RULED_OUT, "It is not that"))
KINDS: Options = tuple((kind.value, kind.value.replace("_", " ")) for kind in DecisionKind)
YES, NO = ("yes", "true"), ("no", "false")
UNDONE: Options = (("yes", "Yes, it can be undone"), ("no", "No, it cannot"))
MOST_DIGITS = 9
LISTED = 10
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
    given = {name: typed.option(name) or "" for name in OWN_OPTIONS["decide"]}
    people = [person.id for person in typed.people]
    text = typed.bare
    if given["revoked"]:
        text = f"revoke {given['revoked']}"
    return {"text": text, **{k: v for k, v in given.items() if v}} | (
        {"approver": people[0]} if people and not given["approver"] else {}
    )


def _decide(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    if number := values.get("revoked", ""):
        after = log.revoke(desk.s, incident.id, _number(number, "revoked"), asked.user)
        return answers.done(after.ref, f"decision {number} is revoked")
    if number := values.get("outcome", ""):
        which = _number(number, "outcome")
        after = log.tell_outcome(desk.s, incident.id, which, values["text"], asked.user)
        return answers.done(after.ref, f"outcome of decision {number} recorded")
    after = log.decide(desk.s, incident.id, _choice(desk, asked, values), asked.user)
    return answers.done(after.ref, f"decision {after.details.decisions[-1].number} recorded")


def _number(text: str, name: str) -> int:
    if not text.isdecimal() or len(text) > MOST_DIGITS:
        raise InvalidInputError(f"Write `{name}:2` with the decision's number.", name)
    return int(text)


def _choice(desk: Desk, asked: Asked, values: Values) -> log.Choice:
    """The decision as it was asked for."""
    kind = values.get("kind", DecisionKind.OTHER.value).replace("-", "_")
    if kind not in set(DecisionKind):
        known = ", ".join(DecisionKind)
        raise InvalidInputError(f"\u201c{kind}\u201d is no kind of decision: {known}.", "kind")
    undone = values.get("reversible", "").lower()
    if undone not in ("", *YES, *NO):
        raise InvalidInputError("Write `reversible:yes` or `reversible:no`.", "reversible")
    now, zone = desk.s.clock.now(), desk.zone(asked.user.id)
    approver = values.get("approver", "").removeprefix("<@").split("|")[0].removesuffix(">")
    return log.Choice(
        text=values["text"],
        kind=DecisionKind(kind),
        question=values.get("question", ""),
        options=values.get("options", ""),
        why=values.get("why", ""),
        known=values.get("known", ""),
        approver=desk.member(approver, "approver") if approver else None,
        expires_at=until(values["expires"], now, zone) if values.get("expires") else None,
        reversible=undone in YES if undone else None,
        adr=values.get("adr", ""),
        source=_source(desk, values),
    )


def _source(desk: Desk, values: Values) -> Provenance | None:
    """The message that was decided with, when the form was opened for one."""
    channel, ts = values.get("source_channel"), values.get("ts")
    if not channel or not ts:
        return None
    try:
        permalink = desk.s.chat.permalink(channel, ts)
    except EffectError:
        permalink = None
    return Provenance("slack", channel, ts, values.get("thread_ts"), permalink)


def _task_typed(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    first = typed.words[0].lower() if typed.words else ""
    if first == "done" and len(typed.words) == 2:  # noqa: PLR2004 - `done` and the number
        return {"text": "done", "done": typed.words[1]}
    owner = typed.people[0].id if typed.people else ""
    return {"text": typed.bare, "owner": owner, "due": typed.option("due") or ""}


def _task(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    if number := values.get("done", ""):
        if not number.isdecimal() or len(number) > MOST_DIGITS:
            raise InvalidInputError("Write `/incident task done 2`.", "text")
        after = log.finish_task(desk.s, incident.id, int(number), asked.user)
        return answers.told(f"{after.ref}: task {number} is done.\n{_tasks(after)}")
    owner = values.get("owner") or None
    if owner:
        desk.member(owner, "owner")
    now, zone = desk.s.clock.now(), desk.zone(asked.user.id)
    due = until(values["due"], now, zone) if values.get("due") else None
    after = log.add_task(desk.s, incident.id, values["text"], asked.user, owner, due)
    number = str(after.details.tasks[-1].number)
    return answers.told(f"{after.ref}: task {number} recorded.\n{_tasks(after)}")


def _tasks(incident: Incident) -> str:
    """What is still to be done, by number."""
    left = [task for task in incident.details.tasks if task.open]
    if not left:
        return "No task is left."
    shown = "; ".join(f"{task.number} {clip(task.text, 80)}" for task in left[:LISTED])
    more = f" and {len(left) - LISTED} more" if len(left) > LISTED else ""
    return f"Still to do: {shown}{more}. `/incident task done {left[0].number}` when one is."


DECIDE = Act(
    "decide",
    "Decision in",
    "Record",
    (
        Field("text", "What is decided?", LINES),
        Field("question", "What was the question?", optional=True),
        Field("options", "What else was considered?", optional=True),
        Field("why", "Why?", optional=True),
        Field("known", "What was known then?", LINES, optional=True),
        Field("kind", "Kind", CHOICE, optional=True, options=KINDS),
        Field("approver", "Approved by", PERSON, optional=True),
        Field("expires", "Until when?", hint=MULTI_HINT, optional=True),
        Field("reversible", "Can it be undone?", CHOICE, optional=True, options=UNDONE),
        Field("adr", "Link to a decision record", optional=True),
    ),
    _decide_typed,
    _decide,
    "Temporary access and freeze exceptions need an end, and block closing until revoked.",
)
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
    DECIDE,
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
    'decide WHAT why:"..." expires:+2h @approver': "a decision; `decide revoked:2` takes one back,"
    ' `decide outcome:2 "..."` says what came of it; also `question:` `options:` `known:` `kind:`'
    " `reversible:` `adr:`",
    "task WHAT @owner due:+1h": "something to do now; `task done 2` when it is",
}
