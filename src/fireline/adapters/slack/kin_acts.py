"""Verbs that take an incident apart, or make it a part of another: split, parent."""

from collections.abc import Mapping

from fireline.adapters.slack.acts import SEVERAL, Act, Field, Options, Values, names_in, target_word
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.blocks.markup import clip
from fireline.adapters.slack.desk import Asked, Desk
from fireline.adapters.slack.grammar import Typed, incident_number
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.splitting import Wanted
from fireline.usecases.split_incident import set_parent, split

NONE = "none"
COMMAS = "Several with commas between"


def _split_typed(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    """All words are the title; `slo:`, `dataset:`, `alert:` say what goes, with commas between."""
    return {
        "text": typed.text,
        "slos": typed.option("slo") or "",
        "datasets": typed.option("dataset") or "",
        "alerts": typed.option("alert") or "",
    }


def _split(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    wanted = Wanted(
        slos=names_in(values.get("slos", "")),
        datasets=names_in(values.get("datasets", "")),
        alerts=names_in(values.get("alerts", "")),
    )
    new = split(desk.s, incident.id, values["text"], wanted, asked.user)
    return answers.done(new.ref, f"split off from {incident.ref}; its channel is being opened")


def _parent(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    word = values["target"].strip()
    if word.lower() == NONE:
        after = set_parent(desk.s, incident.id, None, asked.user)
        return answers.done(after.ref, "not a part of another incident")
    parent = desk.incident(incident_number(word), asked)
    after = set_parent(desk.s, incident.id, parent.id, asked.user)
    return answers.done(after.ref, f"a part of {parent.ref}; both stay open")


def _slos(incident: Incident) -> Options:
    return [(name[:150], clip(name, 75)) for name in incident.slos]


def _datasets(incident: Incident) -> Options:
    return [(one.key[:150], clip(one.key, 75)) for one in incident.details.affected]


def _alerts(incident: Incident) -> Options:
    return [(one.key[:150], clip(one.title, 75)) for one in incident.details.alerts]


ACTS = (
    Act(
        "split",
        "Split",
        "Split off",
        (
            Field("text", "Title of the new incident"),
            Field("slos", "SLOs that go", SEVERAL, COMMAS, optional=True, listed=_slos),
            Field("datasets", "Data that goes", SEVERAL, COMMAS, optional=True, listed=_datasets),
            Field("alerts", "Alerts that go", SEVERAL, COMMAS, optional=True, listed=_alerts),
        ),
        _split_typed,
        _split,
        "It gets a channel of its own; an alert takes along what only it brought.",
    ),
    Act(
        "parent",
        "Parent of",
        "Record",
        (Field("target", "Of which incident is it a part?", hint="INC-7, or none"),),
        target_word,
        _parent,
        "Both stay incidents of their own, as a fix of the platform and a backfill after it.",
    ),
)
HELP: Mapping[str, str] = {
    "split TITLE slo:a,b dataset:c alert:2": "takes a part out into an incident of its own",
    "parent INC-7|none": "a part of a wider incident, and yet of its own",
}
OWN_OPTIONS: Mapping[str, tuple[str, ...]] = {"split": ("alert",)}
