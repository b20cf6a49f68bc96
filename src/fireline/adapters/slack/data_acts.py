"""Verbs that say which data is concerned: dataset, type, slo, window."""

from collections.abc import Mapping

from fireline.adapters.slack.acts import CHOICE, Act, Field, Options, Values
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.desk import Asked, Desk
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.spans import span
from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import Harm, IncidentType
from fireline.usecases import incident_facts as facts
from fireline.usecases.expose_incident import add_dataset, reassess, set_type

ADD, REMOVE = "add", "remove"
ADD_OR_REMOVE: Options = ((ADD, "Add"), (REMOVE, "Remove"))
TYPES: Options = tuple((kind.value, kind.value.replace("_", " ")) for kind in IncidentType)
ESTIMATE: Options = (("no", "Known"), ("yes", "An estimate"))
PUBLISHED: Options = (("no", "Not read by anybody"), ("yes", "Consumers have read it"))
# Whether a dataset is kept from its consumers, for as long as it is bad.
KEPT: Mapping[str, bool] = {"quarantined": True, "released": False}
WINDOW_FLAGS = ("estimate", "published")
CHANGE = Field("change", "Add or remove", CHOICE, options=ADD_OR_REMOVE)


def _add_or_remove(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    """`add X late wrong`, `remove X`; `add` is meant when neither is said."""
    words = list(typed.words)
    change = words.pop(0).lower() if words and words[0].lower() in {ADD, REMOVE} else ADD
    return {
        "change": change,
        "subject": words[0] if words else "",
        "harms": " ".join(words[1:]).lower(),
    }


def _dataset(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    name, who = values["subject"], asked.user
    if values.get("change") == REMOVE:
        after = facts.remove_dataset(desk.s, incident.id, name, who)
        reassess(desk.s, incident.id)
        return answers.done(after.ref, f"{name} is not concerned")
    said = values.get("harms", "").replace(",", " ").split()
    harms = tuple(_harm(word) for word in said if word not in KEPT)
    after = add_dataset(desk.s, incident.id, name, harms, who)
    words = [", ".join(harms)] if harms else []
    for word in said:
        if word in KEPT:
            facts.quarantine(desk.s, incident.id, name, who, kept_away=KEPT[word])
            words.append(word)
    reassess(desk.s, incident.id)
    return answers.done(after.ref, f"{name} is {' and '.join(words) or 'concerned'}")


def _harm(word: str) -> Harm:
    try:
        return Harm(word)
    except ValueError as error:
        known = ", ".join([*Harm, *KEPT])
        message = f"\u201c{word}\u201d is not what can be wrong with data: {known}."
        raise InvalidInputError(message, "harms") from error


def _type(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    wanted = values["subject"].lower().replace("-", "_")
    if wanted not in set(IncidentType):
        known = ", ".join(IncidentType)
        raise InvalidInputError(f"\u201c{wanted}\u201d is no type: {known}.", "subject")
    add = values.get("change") != REMOVE
    after = set_type(desk.s, incident.id, IncidentType(wanted), asked.user, add=add)
    kinds = ", ".join(after.details.types) or "none"
    return answers.done(after.ref, f"types: {kinds}")


def _slo(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    add = values.get("change") != REMOVE
    after = facts.link_slo(desk.s, incident.id, values["subject"].lower(), asked.user, add=add)
    return answers.done(after.ref, f"linked to {', '.join(after.slos) or 'no SLO'}")


def _window_typed(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    words = [word for word in typed.words if word.lower() not in WINDOW_FLAGS]
    said = {word.lower() for word in typed.words}
    flags = {flag: "yes" for flag in WINDOW_FLAGS if flag in said}
    return {"window": words[0] if words else "", **flags}


def _window(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    now, zone = desk.s.clock.now(), desk.zone(asked.user.id)
    start, end = span(values["window"], now, zone)
    estimate = values.get("estimate") == "yes"
    after = facts.set_window(desk.s, incident.id, start, end, asked.user, estimate=estimate)
    if values.get("published"):
        facts.publish_bad(desk.s, incident.id, asked.user, published=values["published"] == "yes")
        reassess(desk.s, incident.id)
    about = " (estimate)" if estimate else ""
    return answers.done(
        after.ref, f"damaged data is of {start:%d %b %H:%M} to {end:%d %b %H:%M} UTC{about}"
    )


ACTS = (
    Act(
        "dataset",
        "Data of",
        "Record",
        (
            CHANGE,
            Field("subject", "Dataset", hint="Such as warehouse.sales.orders"),
            Field(
                "harms",
                "What is wrong with it?",
                hint="late, missing, wrong, duplicated, exposed; quarantined",
                optional=True,
            ),
        ),
        _add_or_remove,
        _dataset,
    ),
    Act(
        "type",
        "Type of",
        "Record",
        (CHANGE, Field("subject", "Type", CHOICE, options=TYPES)),
        _add_or_remove,
        _type,
    ),
    Act(
        "slo",
        "SLOs of",
        "Record",
        (CHANGE, Field("subject", "SLO")),
        _add_or_remove,
        _slo,
    ),
    Act(
        "window",
        "Bad window of",
        "Record",
        (
            Field("window", "From..to, in event time of the data", hint="00:00..02:30, -6h..now"),
            Field("estimate", "How sure is that?", CHOICE, optional=True, options=ESTIMATE),
            Field("published", "Was bad data published?", CHOICE, optional=True, options=PUBLISHED),
        ),
        _window_typed,
        _window,
        "The time that the damaged data is about, not the time of the incident.",
    ),
)
HELP: Mapping[str, str] = {
    "dataset add|remove NAME late wrong": "which data is concerned; also `quarantined`, `released`",
    "type add|remove TYPE": "freshness, volume, schema, quality, access_exposure, ...",
    "slo add|remove NAME": "links an SLO, or unlinks it",
    "window FROM..TO estimate published": "the event time of the damaged data; was it read?",
}
