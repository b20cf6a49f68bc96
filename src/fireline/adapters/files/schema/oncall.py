"""`kind: OnCall`: rotations, people, and where PagerDuty knows who is on call."""

from fireline.adapters.files.schema.shapes import (
    LENGTH,
    Shape,
    head,
    mapping,
    names,
    one_of_keys,
    text,
)

PERSON = "The name of a person under `people`, or a Slack id."
ALIAS = "As policies call it, in quotes."


def on_call() -> Shape:
    """Who is on call when."""
    slack = {"type": "object", "additionalProperties": {"type": "string", "pattern": "^[UW]"}}
    return mapping(
        "Who is on call when.",
        {
            **head("OnCall"),
            "people": {**slack, "description": "The Slack id of each person."},
            "rotations": {"type": "array", "items": _rotation()},
            "pagerduty": {"type": "array", "items": _place()},
        },
        ["apiVersion", "kind"],
    )


def _rotation() -> Shape:
    return mapping(
        "People who take turns.",
        {
            "alias": text(ALIAS, examples=["@oncall-data-platform"]),
            "timezone": text("IANA time zone.", examples=["Europe/Berlin"]),
            "start": text("Local time at which the first member begins."),
            "every": text("How long a turn lasts, in whole days.", LENGTH, examples=["1w", "1d"]),
            "rrule": text("When turns change (RFC 5545), instead of `every`."),
            "members": names(PERSON),
            "until": text("When the rotation ends."),
            "services": names("Services whose production they look after."),
            "overrides": {"type": "array", "items": _override()},
        },
        ["alias", "timezone", "start", "members"],
        **one_of_keys(["every", "rrule"]),
    )


def _override() -> Shape:
    return mapping(
        "Somebody who stands in.",
        {
            "person": text(PERSON),
            "from": text("Local time such as 2026-12-24T09:00, or RFC 3339."),
            "to": text("When it ends."),
            "reason": text("Why."),
        },
        ["person", "from", "to"],
    )


def _place() -> Shape:
    one_id = "^P[A-Z0-9]{3,20}$"
    return mapping(
        "Where PagerDuty knows who is on call.",
        {
            "alias": text(ALIAS),
            "schedule": text("Id of a schedule.", one_id),
            "escalation_policy": text("Id of an escalation policy.", one_id),
        },
        ["alias"],
        **one_of_keys(["schedule", "escalation_policy"]),
    )
