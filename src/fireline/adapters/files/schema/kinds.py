"""The kinds of SLI in the schema."""

from fireline.adapters.files.kinds.deadline import DAYS
from fireline.adapters.files.kinds.ratio import SLICED
from fireline.adapters.files.schema.shapes import (
    CLOCK,
    LENGTH,
    NAME,
    Shape,
    expression,
    mapping,
    one_of_keys,
    percent,
    switch,
    text,
    word,
)
from fireline.adapters.files.sli_document import KINDS
from fireline.domain.slo.definition import Absent, Method, Newborn, OnNoTraffic

DAY = f"({'|'.join(DAYS)})"
METHOD = word(
    "How budget is spent: per event, per good slice, or by the mean of slice ratios.",
    list(Method),
    Method.OCCURRENCES,
)
SLICE = text("Length of a slice; divides 5m or is a multiple of it.", LENGTH, examples=["1m", "5m"])
NEWBORN = word(
    "Whether a counter that appears brings its first value as events.",
    list(Newborn),
    Newborn.IGNORE,
)


def sli() -> Shape:
    """What is counted: exactly one kind."""
    shapes = {
        "ratio": ratio(),
        "latency": latency(),
        "time_slice": time_slice(),
        "deadline": deadline(),
        "entity_ratio": entity_ratio(),
        "composite": composite(),
    }
    absent = word("What a stretch without samples means.", list(Absent))
    properties = {**shapes, "absent": absent}
    return mapping("What is counted: exactly one kind.", properties, **one_of_keys(list(KINDS)))


def ratio() -> Shape:
    """`ratio`, by events or by slices."""
    sliced = {"required": ["method"], "properties": {"method": {"not": {"const": "occurrences"}}}}
    by_slices = {"required": ["method"], "properties": {"method": {"const": "timeslices"}}}
    counted = {"oneOf": [{"required": ["total", "good"]}, {"required": ["total", "bad"]}]}
    raw = one_of_keys(["error_ratio", "success_ratio"])
    no_total = {"not": {"required": ["total"]}}
    return mapping(
        "Good or bad of all events; with `method`, slices of them.",
        {
            "good": expression("good events over [$window]"),
            "bad": expression("bad events over [$window]"),
            "total": expression("all events over [$window]"),
            "error_ratio": expression("a ratio of errors without totals; needs `method`"),
            "success_ratio": expression("a ratio of good without totals; needs `method`"),
            "method": METHOD,
            "slice": SLICE,
            "slice_target": percent("Percent of good events from which on a slice is good."),
            "on_no_traffic": word(
                "How a slice without any event counts.", list(OnNoTraffic), OnNoTraffic.IGNORE
            ),
            "newborn": NEWBORN,
        },
        allOf=[
            {"if": sliced, "then": _without("newborn"), "else": _without(*SLICED)},
            {"if": by_slices, "then": {"required": ["slice_target"]}},
            {"if": sliced, "then": {"oneOf": [counted, {"allOf": [raw, no_total]}]}},
            {"if": sliced, "else": {"allOf": [counted, _without("error_ratio", "success_ratio")]}},
        ],
    )


def _without(*keys: str) -> Shape:
    return {"allOf": [{"not": {"required": [key]}} for key in keys]}


def latency() -> Shape:
    """`latency`."""
    number = {"type": "number", "exclusiveMinimum": 0}
    length = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?\s*(us|ms|s|m|h)?$"}
    threshold = {
        "description": "A bucket's bound: 500ms, or a number in the histogram's own unit.",
        "anyOf": [number, length],
    }
    return mapping(
        "Requests at or below a threshold, from a histogram.",
        {
            "histogram": text("Selector of the histogram, without _bucket."),
            "threshold": threshold,
            "native": switch("Whether it is a native histogram."),
            "newborn": NEWBORN,
        },
        ["histogram", "threshold"],
    )


def time_slice() -> Shape:
    """`time_slice`."""
    number = r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?"
    form = rf"^(<=|>=|==|!=|<|>)\s*{number}$"
    return mapping(
        "Slices in which a gauge was good.",
        {
            "value": expression("the gauge, without a comparison"),
            "good": text("A comparison with a number, in quotes.", form, examples=["<= 120"]),
            "slice": SLICE,
        },
        ["value", "good"],
    )


def deadline() -> Shape:
    """`deadline`."""
    days = {"type": "string", "pattern": rf"^{DAY}(\s*-\s*{DAY})?$"}
    calendar = mapping(
        "When it must have landed.",
        {
            "by": text("Time of day, in quotes.", CLOCK, examples=["07:00"]),
            "zone": text("IANA time zone.", examples=["Europe/Berlin"], default="UTC"),
            "days": {
                "description": "mon-sun, mon-fri, or a list of days.",
                "anyOf": [days, {"type": "array", "items": days, "minItems": 1}],
            },
        },
        ["by"],
    )
    return mapping(
        "Days on which something landed in time.",
        {
            "landed_when": expression("whether it landed since $slot_start; 0 means not"),
            "calendar": calendar,
            "since": text("From when on a landing counts.", CLOCK, default="00:00"),
            "at_risk_before": text("How long before to warn.", LENGTH, default="30m"),
        },
        ["landed_when", "calendar"],
    )


def entity_ratio() -> Shape:
    """`entity_ratio`."""
    return mapping(
        "Entities that are fine, of all.",
        {"good": expression("how many are fine"), "total": expression("how many there are")},
        ["good", "total"],
    )


def composite() -> Shape:
    """`composite`."""
    part = mapping(
        "A part and its weight.",
        {
            "slo": text("Name of the SLO.", NAME),
            "weight": {"type": "number", "exclusiveMinimum": 0, "default": 1},
        },
        ["slo"],
    )
    parts = {
        "type": "array",
        "minItems": 2,
        "uniqueItems": True,
        "items": {"anyOf": [text("Name of the SLO.", NAME), part]},
    }
    return mapping("Other SLOs, weighed.", {"parts": parts, "method": METHOD}, ["parts"])
