"""The declare form as it is opened, brought up to date while it is filled in, and sent."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import answers, declare_form, kit
from fireline.adapters.slack.blocks.declare_form import (
    DATA,
    DRILL,
    QUIET,
    RESTRICTED,
    SLO,
    DeclareForm,
)
from fireline.adapters.slack.desk import Asked, Desk, Later, Modal, Reply, declared
from fireline.adapters.slack.interactions import Button, Next, Outcome, Pressed, Redraw, Sent
from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Incident, Severity, Stamp
from fireline.domain.incident.symptoms import Symptom, symptoms_of
from fireline.domain.incident.timeline import Provenance
from fireline.usecases import manage_incident
from fireline.usecases.declaration import Declare, Past
from fireline.usecases.declare_preview import alike, preview
from fireline.usecases.incident_details import More, add_details
from fireline.usecases.subjects import Kind, Subject, subjects

SOURCE = ("source_channel", "ts", "thread_ts")
MOST_OFFERED = 50


def open_form(desk: Desk, asked: Asked, given: DeclareForm) -> Modal:
    """The form with what is known, what the rules say of it, and what is open already."""
    return Modal(declare_form.declare(_judged(desk, asked, given)))


def _judged(desk: Desk, asked: Asked, given: DeclareForm) -> DeclareForm:
    """The form with the severity by the rules; of a time that cannot be read it knows nothing."""
    command = _command(desk, asked, replace(given, at="", restored=""))
    found = preview(desk.s, command)
    return replace(given, computed=(found.severity, found.reason), similar=found.similar)


def _command(desk: Desk, asked: Asked, given: DeclareForm) -> Declare:
    """What the form says, as it would be declared."""
    slos, data = _named(given.about)
    restored = _moment(desk, asked, given.restored, "restored")
    return Declare(
        text=given.text,
        actor=asked.user,
        severity=Severity(int(given.severity)) if given.severity else None,
        service=given.service or None,
        slos=slos,
        datasets=data,
        provenance=_provenance(given),
        symptoms=tuple(Symptom(value) for value in given.symptoms),
        began_at=_moment(desk, asked, given.at, "at"),
        quiet=QUIET in given.how,
        restricted=RESTRICTED in given.how,
        drill=DRILL in given.how,
        past=Past(restored) if restored is not None else None,
    )


def _moment(desk: Desk, asked: Asked, text: str, field: str) -> datetime | None:
    """A time of the form; what is wrong with it is said at its field."""
    try:
        return desk.moment(text, asked.user.id)
    except InvalidInputError as error:
        raise InvalidInputError(str(error), field) from error


def _named(about: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The SLOs and the datasets that were chosen."""
    slos = tuple(v.removeprefix(SLO) for v in about if v.startswith(SLO))
    return slos, tuple(v.removeprefix(DATA) for v in about if v.startswith(DATA))


def _provenance(given: DeclareForm) -> Provenance | None:
    source = given.source
    if not source.get("ts"):
        return None
    where, ts, thread = source.get("source_channel"), source["ts"], source.get("thread_ts")
    return Provenance("slack", where, ts, thread, permalink=given.link or None)


def given_by(sent: Sent) -> DeclareForm:
    """What is filled in, as the form takes it back."""
    fields, meta = sent.fields, sent.meta
    return DeclareForm(
        text=fields.get("text", ""),
        channel=str(meta.get("channel") or ""),
        about=_lines(fields, "about"),
        symptoms=_lines(fields, "symptoms"),
        severity=fields.get("severity", ""),
        at=fields.get("at", ""),
        restored=fields.get("restored", ""),
        how=_lines(fields, "how"),
        service=str(meta.get("service") or ""),
        asked=bool(meta.get("asked")),
        link=str(meta.get("link") or ""),
        source={key: str(meta[key]) for key in SOURCE if meta.get(key)},
    )


def _lines(fields: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(fields.get(name, "").split("\n")) if fields.get(name) else ()


def declare(desk: Desk, asked: Asked, sent: Sent) -> Outcome:
    """Open the incident; what is open already is shown once before that."""
    sent.need("text")
    given = given_by(sent)
    command = _command(desk, asked, given)
    command.check(desk.s.clock.now())
    if not given.asked and alike(desk.s, command):
        return Next(declare_form.declare(_judged(desk, asked, given)))
    result = manage_incident.declare(desk.s, command)
    return Later(lambda: declared(desk.settled(result.incident), result))


def redraw(desk: Desk, asked: Asked, pressed: Pressed) -> Reply | Redraw:
    """What is wrong, or with what, was chosen: the rules may say something else now."""
    sent = pressed.sent
    if sent is None:
        return answers.told("That form is closed. Open it again.")
    given = given_by(sent)
    if sent.meta.get("incident"):
        incident = desk.incident(sent.incident(), asked)
        return Redraw(declare_form.details(incident, _judged_anew(desk, asked, incident, given)))
    return Redraw(declare_form.declare(_judged(desk, asked, given)))


def _judged_anew(desk: Desk, asked: Asked, incident: Incident, given: DeclareForm) -> DeclareForm:
    """The same for an incident that is there, which keeps what it was declared with."""
    slos, data = _named(given.about)
    about = [SLO + name for name in dict.fromkeys((*incident.slos, *slos))]
    about += [DATA + name for name in dict.fromkeys((*incident.datasets, *data))]
    known = replace(given, about=tuple(about), service=incident.service or "")
    return replace(given, computed=_judged(desk, asked, known).computed)


def open_details(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """The form in which more is said of an incident."""
    incident = desk.incident(int(pressed.value), asked)
    slos = [SLO + name for name in incident.slos]
    data = [DATA + name for name in incident.datasets]
    shown = [value for value in (*slos, *data) if declare_form.offered(value)]
    began = incident.at(Stamp.IMPACT_STARTED)
    zone = desk.zone(asked.user.id)
    given = DeclareForm(
        channel=incident.channel_id or asked.channel,
        about=tuple(shown[: declare_form.MOST_SUBJECTS]),
        symptoms=symptoms_of(incident.details),
        severity=str(int(incident.severity)) if incident.details.severity_override else "",
        at=f"{began.astimezone(zone):%Y-%m-%d %H:%M}" if began else "",
    )
    return Modal(declare_form.details(incident, _judged_anew(desk, asked, incident, given)))


def details(desk: Desk, asked: Asked, sent: Sent) -> Outcome:
    """Record what was added."""
    given = given_by(sent)
    incident = desk.incident(sent.incident(), asked)
    slos, data = _named(given.about)
    more = More(
        symptoms=tuple(Symptom(v) for v in given.symptoms if v != Symptom.UNSURE),
        slos=slos,
        datasets=data,
        severity=Severity(int(given.severity)) if given.severity else None,
        began_at=_moment(desk, asked, given.at, "at"),
    )
    after = add_details(desk.s, incident.id, more, asked.user)
    return answers.done(after.ref, f"{after.severity_reason}")


def options(desk: Desk, query: str) -> dict[str, Any]:
    """SLOs and data that fit what was typed, the likeliest first."""
    found = [one for one in subjects(desk.s, query, MOST_OFFERED) if declare_form.offered(_v(one))]
    groups = [
        ("SLOs", [_option(one) for one in found if one.kind is Kind.SLO]),
        ("Data", [_option(one) for one in found if one.kind is Kind.DATA]),
    ]
    shown = [
        {"label": kit.plain(label, 75), "options": choices} for label, choices in groups if choices
    ]
    return {"option_groups": shown} if shown else {"options": []}


def _v(one: Subject) -> str:
    return (SLO if one.kind is Kind.SLO else DATA) + one.name


def _option(one: Subject) -> kit.Block:
    tier = f"tier {one.tier}" if one.tier is not None else ""
    burns = f"{one.burning.value}-level burn now" if one.burning else ""
    about = " \u00b7 ".join(part for part in (burns, tier, one.owner) if part)
    return declare_form.subject_option(_v(one), about)


BUTTONS: Mapping[str, Button] = {
    ids.ADD_DETAILS: open_details,
    ids.DECLARE_ABOUT: redraw,
    ids.DECLARE_SYMPTOMS: redraw,
}
