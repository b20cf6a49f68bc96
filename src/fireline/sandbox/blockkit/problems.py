"""What the validator found wrong, in the shape of blocks.validate."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One reason to refuse a payload, with the place and the broken constraint."""

    code: str
    message: str
    pointer: str
    constraint: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return the entry as blocks.validate lists it under `errors`."""
        return asdict(self)


Problems = Iterator[Problem]
Json = Any


def kind_of(value: Json) -> str:
    """Return the JSON name of a value's type."""
    names = {bool: "boolean", int: "number", float: "number", str: "string", type(None): "null"}
    if isinstance(value, dict):
        return "object"
    if isinstance(value, list):
        return "array"
    return names.get(type(value), type(value).__name__)


def step(pointer: str, key: str | int) -> str:
    """Return the JSON pointer one level below."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
