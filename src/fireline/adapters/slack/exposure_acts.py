"""Restricted incidents: expose, unexpose, access, signoff; the buttons that ask and let in."""

from collections.abc import Mapping

from fireline.adapters.slack import ids
from fireline.adapters.slack.acts import (
    CHOICE,
    LINES,
    PERSON,
    Act,
    Field,
    Options,
    Values,
    words_and_time,
)
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.blocks.markup import channel, esc
from fireline.adapters.slack.desk import Asked, Desk, Reply
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.interactions import Button, Pressed
from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.exposure import may_read
from fireline.domain.incident.incident import Incident
from fireline.usecases import expose_incident
from fireline.usecases.incident_access import decide_access, request_access

GRANT, DENY = "grant", "deny"
DECISIONS: Options = ((GRANT, "Let them in"), (DENY, "Do not let them in"))
CONSEQUENCES = (
    "The incident moves to a private channel, and elsewhere only its number, severity and commander"
    " are told. Security, privacy and the head are called, severity is SEV1, the legal clock"
    " starts. Only security ends it."
)


def _expose(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    after = expose_incident.expose(desk.s, incident.id, values["text"], asked.user)
    return answers.done(
        after.ref, f"restricted, {after.severity.label}; it moves to a private channel"
    )


def _unexpose(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    after = expose_incident.unexpose(desk.s, incident.id, values["text"], asked.user)
    return answers.done(after.ref, "not restricted any more; its channel stays private")


def _sign_off(desk: Desk, asked: Asked, incident: Incident, _values: Values) -> Rendered:
    after = expose_incident.sign_off(desk.s, incident.id, asked.user)
    return answers.done(after.ref, "security signed off; it may be closed")


def _access(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    if values["decision"] not in (GRANT, DENY):
        raise InvalidInputError("Write `/incident access grant @person`, or `deny`.", "decision")
    return _decided(desk, asked, incident, values["person"], granted=values["decision"] == GRANT)


def _decided(
    desk: Desk, asked: Asked, incident: Incident, person: str, *, granted: bool
) -> Rendered:
    name = desk.member(person, "person") if granted else desk.name(person)
    after = decide_access(desk.s, incident.id, person, name, asked.user, granted=granted)
    return answers.done(after.ref, f"{name} {'is let in' if granted else 'is not let in'}")


def _access_typed(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    first = typed.words[0].lower() if typed.words else ""
    return {
        "decision": first if first in (GRANT, DENY) else "",
        "person": typed.people[0].id if typed.people else "",
    }


def _nothing(_desk: Desk, _asked: Asked, _typed: Typed) -> Values:
    return {}


def ask_access(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """Ask to be let in; who may read it already is shown the way."""
    incident = desk.incident(int(pressed.value))
    if may_read(incident, asked.user.id):
        link = channel(incident.channel_id) or esc(incident.ref)
        return answers.said(
            f"You may read {esc(incident.ref)}: {link}", f"You may read {incident.ref}"
        )
    after = request_access(desk.s, incident.id, asked.user)
    return answers.told(f"Asked. The commander of {after.ref} or security decides; you are told.")


def decide(*, granted: bool) -> Button:
    """The button that lets somebody in, or not; the message itself then says so."""

    def press(desk: Desk, asked: Asked, pressed: Pressed) -> Reply | None:
        number, _, person = pressed.value.partition(":")
        incident = desk.incident(int(number), asked)
        _decided(desk, asked, incident, person, granted=granted)
        return None

    return press


BUTTONS: Mapping[str, Button] = {
    ids.REQUEST_ACCESS: ask_access,
    ids.GRANT_ACCESS: decide(granted=True),
    ids.DENY_ACCESS: decide(granted=False),
}

ACTS = (
    Act(
        "expose",
        "Restrict",
        "Restrict",
        (Field("text", "Who may have seen what?", LINES),),
        words_and_time,
        _expose,
        CONSEQUENCES,
    ),
    Act(
        "unexpose",
        "Open again",
        "End the restriction",
        (Field("text", "Why was nothing exposed?", LINES),),
        words_and_time,
        _unexpose,
        "Only security can. Everybody sees the incident again; its channel stays private.",
    ),
    Act(
        "access",
        "Access to",
        "Decide",
        (
            Field("decision", "Decision", CHOICE, options=DECISIONS),
            Field("person", "Who?", PERSON),
        ),
        _access_typed,
        _access,
        "The commander or security decides. Who is let in is invited to the channel.",
    ),
    Act("signoff", "Sign off", "Sign off", (), _nothing, _sign_off),
)
HELP: Mapping[str, str] = {
    "expose WHO_MAY_HAVE_SEEN_WHAT": "makes it restricted: private channel, nothing told outside",
    "unexpose WHY": "ends that; security only",
    "access grant|deny @person": "who may read a restricted incident",
    "signoff": "security agrees that a restricted incident may be closed",
}
