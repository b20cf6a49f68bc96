"""Pieces that the schema is put together from."""

from collections.abc import Mapping, Sequence
from typing import Any

Shape = dict[str, Any]
API = "fireline/v1"
LENGTH = "^([0-9]+[wdhms])+$"
CLOCK = "^([01]?[0-9]|2[0-3]):[0-5][0-9]$"
NAME = "^[a-z0-9][a-z0-9-]{0,62}$"
WORD = "^[A-Za-z_][A-Za-z0-9_]*$"
SCALAR = ["string", "number", "boolean"]


def text(said: str, pattern: str | None = None, **more: Any) -> Shape:
    """A text that is not empty, or of this form."""
    form: Shape = {"pattern": pattern} if pattern else {"minLength": 1}
    return {"type": "string", "description": said, **form, **more}


def expression(said: str) -> Shape:
    """PromQL."""
    return text(f"PromQL: {said}")


def word(said: str, words: Sequence[str], default: str | None = None) -> Shape:
    """One of a few words."""
    more = {"default": default} if default else {}
    return {"enum": [str(one) for one in words], "description": said, **more}


def switch(said: str) -> Shape:
    """True or false."""
    return {"type": "boolean", "description": said, "default": False}


def percent(said: str) -> Shape:
    """A percentage; what looks like a fraction is refused."""
    number = {"type": "number", "exclusiveMinimum": 1, "maximum": 100}
    written = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?\s*%?$"}
    return {"description": said, "anyOf": [number, written]}


def names(said: str) -> Shape:
    """A list of names, or one name."""
    one = {"type": "string", "minLength": 1}
    return {"description": said, "anyOf": [{"type": "array", "items": one}, one]}


def mapping(
    said: str, properties: Mapping[str, Shape], required: Sequence[str] = (), **more: Any
) -> Shape:
    """A mapping with exactly these keys."""
    return {
        "type": "object",
        "description": said,
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


def one_of_keys(keys: Sequence[str]) -> Shape:
    """Exactly one of these keys must be there."""
    return {"oneOf": [{"required": [key]} for key in keys]}


def refer(name: str) -> Shape:
    """A definition of the schema by its name."""
    return {"$ref": f"#/definitions/{name}"}


def head(kind: str) -> dict[str, Shape]:
    """What every document begins with."""
    return {"apiVersion": {"const": API}, "kind": {"const": kind}}
