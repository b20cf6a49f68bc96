"""The documents of the schema, and the schema as a whole."""

import json

from fireline.adapters.files import profiles, windows
from fireline.adapters.files.schema.kinds import sli
from fireline.adapters.files.schema.oncall import on_call
from fireline.adapters.files.schema.shapes import (
    API,
    LENGTH,
    NAME,
    SCALAR,
    WORD,
    Shape,
    expression,
    head,
    mapping,
    names,
    one_of_keys,
    percent,
    refer,
    switch,
    text,
    word,
)
from fireline.domain.slo.calendar import CalendarUnit

DRAFT = "http://json-schema.org/draft-07/schema#"
NAME_OF_FILE = "fireline-v1.schema.json"
WRITTEN = {
    "SLO": "slo",
    "Variables": "variables",
    "Profile": "profile",
    "OnCall": "on_call",
}
# Known by kind only; `fireline check` knows the rest of them.
BY_KIND = ("Policy", "Exception", "Exceptions", "Maintenance", "Aliases", "Drill")


def schema() -> Shape:
    """The whole schema: the kind of a document decides what it may hold."""
    kinds = [*WRITTEN, *BY_KIND]
    return {
        "$schema": DRAFT,
        "$id": NAME_OF_FILE,
        "title": "Fireline definitions",
        "type": "object",
        "required": ["apiVersion", "kind"],
        "properties": {"apiVersion": {"const": API}, "kind": {"enum": kinds}},
        "allOf": [
            {"if": {"properties": {"kind": {"const": kind}}}, "then": refer(name)}
            for kind, name in WRITTEN.items()
        ],
        "definitions": {
            "slo": slo(),
            "objective": objective(),
            "tier": {"enum": [0, 1, 2], "description": "0 is what everything depends on."},
            "percent": percent("Percent of good, above 1 and below 100."),
            "window": window(),
            "sli": sli(),
            "variables": variables(),
            "profile": profile(),
            "on_call": on_call(),
        },
    }


def as_text() -> str:
    """The schema as the published file holds it."""
    return json.dumps(schema(), indent=2) + "\n"


def slo() -> Shape:
    """An SLO, with one objective or several."""
    whole = {"required": ["objective"], "properties": {"objective": {"const": 100}}}
    allowed = {
        "required": ["zero_tolerance"],
        "properties": {"zero_tolerance": {"const": True}},
    }
    return mapping(
        "A service level objective.",
        {**head("SLO"), **_promise(), **_people()},
        ["apiVersion", "kind", "name", "title", "service", "sli"],
        **one_of_keys(["objective", "objectives"]),
        allOf=[
            {"if": {"required": ["objective"]}, "then": {"required": ["tier", "window"]}},
            {"if": whole, "then": allowed},
        ],
    )


def _promise() -> dict[str, Shape]:
    """What is promised, and how it is measured."""
    return {
        "name": text("Unique, in lower case.", NAME),
        "title": text("What is promised, in one line."),
        "service": text("What it is about."),
        "tier": refer("tier"),
        "objective": refer("percent"),
        "objectives": {"type": "array", "minItems": 1, "items": refer("objective")},
        "window": refer("window"),
        "sli": refer("sli"),
        "min_events": {
            "type": "integer",
            "minimum": 0,
            "default": 200,
            "description": "With fewer events in the window, single misses are counted.",
        },
        "zero_tolerance": switch("With objective 100: every single miss alerts."),
        "data_source": text("Name of another Prometheus than the usual one."),
        "profile": text("The metric profile to read it with, instead of the one that fits."),
    }


def _people() -> dict[str, Shape]:
    """Whom it concerns, and what they know of it."""
    channel = "^(#[\\w-]{1,80}|C[A-Z0-9]{6,})$"
    reserved = {"not": {"pattern": "^(slo$|severity$|sloth_(?!slo$))"}}
    labels = {
        "type": "object",
        "propertyNames": reserved,
        "additionalProperties": {"type": SCALAR},
    }
    return {
        "owner": text("The team that looks after it."),
        "channel": text("Slack channel for its alerts, in quotes.", channel),
        "datasets": names("What is damaged when it fails."),
        "runbook": text("Id of a runbook."),
        "labels": labels,
        "description": text("What it means, for people."),
    }


def objective() -> Shape:
    """One of several objectives over one SLI."""
    return mapping(
        "One objective of several over the same SLI.",
        {
            "objective": refer("percent"),
            "suffix": text("Follows the name of the SLO.", "^[a-z0-9][a-z0-9-]{0,30}$"),
            "title": text("Instead of the title above."),
            "tier": refer("tier"),
            "window": refer("window"),
            "zero_tolerance": switch("With objective 100: every single miss alerts."),
        },
        ["objective"],
    )


def window() -> Shape:
    """A length that rolls, or a stretch of the calendar."""
    units = [*CalendarUnit, *windows.SHORT]
    calendar = mapping(
        "A budget that starts anew with each period.",
        {
            "calendar": word("Each of which has a budget of its own.", units),
            "zone": text("IANA time zone.", examples=["Europe/Berlin"], default="UTC"),
        },
        ["calendar"],
    )
    rolling = text("A length that rolls, 1h to 92d.", LENGTH, examples=["30d", "28d", "7d"])
    return {"description": "How long the budget lasts.", "anyOf": [rolling, calendar]}


def variables() -> Shape:
    """Names for parts of expressions."""
    value = {"anyOf": [{"type": SCALAR}, {"type": "array", "items": {"type": SCALAR}}]}
    values = {
        "type": "object",
        "propertyNames": {"pattern": WORD, "not": {"enum": ["window", "slot_start"]}},
        "additionalProperties": value,
    }
    return mapping(
        "Names for the parts of expressions that differ between teams.",
        {**head("Variables"), "values": values, "description": text("What they are for.")},
        ["apiVersion", "kind", "values"],
    )


def profile() -> Shape:
    """What a system's metrics are called by one way of exporting them."""
    word_for = {"propertyNames": {"pattern": WORD}, "type": "object"}
    return mapping(
        "What a system's metrics are called by one way of exporting them.",
        {
            **head("Profile"),
            "name": text("Unique, in lower case.", NAME),
            "system": text("The word before the dot in `$system.name`.", WORD),
            "description": text("Which exporter, which mapping."),
            "requires": names("Metric names (regular expressions) that exist where it fits."),
            "units": {**word_for, "additionalProperties": {"enum": list(profiles.UNITS)}},
            "metrics": {**word_for, "additionalProperties": text("A selector.")},
            "labels": {**word_for, "additionalProperties": text("A label.", WORD)},
            "expressions": {**word_for, "additionalProperties": expression("any")},
        },
        ["apiVersion", "kind", "name", "system", "requires"],
    )
