"""The vocabulary of the specification: small rules that check one JSON value each."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fireline.sandbox.blockkit.problems import Json, Problem, Problems, kind_of, step

WEB_URL = r"https?://[^\s/]\S*"
ANY_URL = r"[a-zA-Z][a-zA-Z0-9+.-]*:\S+"
DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
TIME = r"([01]\d|2[0-3]):[0-5]\d"


class Rule(Protocol):
    """Something one JSON value must satisfy."""

    def check(self, value: Json, at: str) -> Problems:
        """Yield what is wrong with the value found at this pointer."""
        ...


def wrong_type(wanted: str, value: Json, at: str) -> Problem:
    """Return the problem of a value of another JSON type."""
    return Problem("invalid_type", f"must be {wanted}, got {kind_of(value)}", at, wanted)


def length_problems(size: int, bounds: tuple[int, int | None], unit: str, at: str) -> Problems:
    """Yield a problem when a size lies outside its bounds."""
    least, most = bounds
    if most is not None and size > most:
        yield Problem(f"too_many_{unit}", f"{size} {unit}, at most {most}", at, f"max={most}")
    if size < least:
        yield Problem(f"too_few_{unit}", f"{size} {unit}, at least {least}", at, f"min={least}")


@dataclass(frozen=True)
class Str:
    """A string with a length, a pattern or a set of choices."""

    most: int | None = None
    least: int = 1
    pattern: str = ""
    choices: Sequence[str] = ()

    def check(self, value: Json, at: str) -> Problems:
        """Yield what is wrong with the string."""
        if not isinstance(value, str):
            yield wrong_type("string", value, at)
            return
        yield from length_problems(len(value), (self.least, self.most), "characters", at)
        if self.choices and value not in self.choices:
            wanted = ", ".join(self.choices)
            yield Problem("invalid_value", f"must be one of: {wanted}", at, wanted)
        if self.pattern and value and not re.fullmatch(self.pattern, value):
            yield Problem("invalid_format", "is not in the right format", at, self.pattern)


@dataclass(frozen=True)
class Number:
    """A number, whole unless told otherwise, within bounds."""

    least: float | None = None
    most: float | None = None
    whole: bool = True

    def check(self, value: Json, at: str) -> Problems:
        """Yield what is wrong with the number."""
        wanted = int if self.whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, wanted):
            yield wrong_type("integer" if self.whole else "number", value, at)
            return
        if self.least is not None and value < self.least:
            yield Problem("too_small", f"must be >= {self.least}", at, f"min={self.least}")
        if self.most is not None and value > self.most:
            yield Problem("too_large", f"must be <= {self.most}", at, f"max={self.most}")


@dataclass(frozen=True)
class Bool:
    """A boolean."""

    def check(self, value: Json, at: str) -> Problems:
        """Yield a problem unless the value is true or false."""
        if not isinstance(value, bool):
            yield wrong_type("boolean", value, at)


@dataclass(frozen=True)
class Anything:
    """A value nobody limits, such as metadata."""

    def check(self, value: Json, at: str) -> Problems:
        """Yield nothing."""
        del value, at
        yield from ()


@dataclass(frozen=True)
class Array:
    """A list whose items follow one rule."""

    item: Rule
    least: int = 0
    most: int | None = None

    def check(self, value: Json, at: str) -> Problems:
        """Yield what is wrong with the list and its items."""
        if not isinstance(value, list):
            yield wrong_type("array", value, at)
            return
        yield from length_problems(len(value), (self.least, self.most), "items", at)
        for number, entry in enumerate(value):
            yield from self.item.check(entry, step(at, number))


@dataclass(frozen=True)
class Object:
    """An object with known keys, some required, some groups of which one must be there."""

    fields: Mapping[str, Rule]
    required: Sequence[str] = ()
    one_of: Sequence[str] = ()
    any_of: Sequence[str] = ()
    also: Sequence[Callable[[Json, str], Problems]] = field(default=())

    def check(self, value: Json, at: str) -> Problems:
        """Yield what is wrong with the object and its fields."""
        if not isinstance(value, dict):
            yield wrong_type("object", value, at)
            return
        yield from self._keys(value, at)
        for key, entry in value.items():
            if key in self.fields:
                yield from self.fields[key].check(entry, step(at, key))
        for extra in self.also:
            yield from extra(value, at)

    def _keys(self, value: Mapping[str, Json], at: str) -> Problems:
        for key in value:
            if key not in self.fields:
                yield Problem("unknown_field", f"unknown key {key!r}", step(at, key), "known keys")
        for key in self.required:
            if key not in value:
                yield Problem("missing_field", f"{key} is required", at, f"required={key}")
        names = ", ".join(self.one_of or self.any_of)
        present = sum(key in value for key in (self.one_of or self.any_of))
        if self.one_of and present != 1:
            yield Problem("invalid_fields", f"needs exactly one of {names}", at, f"one of {names}")
        if self.any_of and present == 0:
            yield Problem("missing_field", f"needs one of {names}", at, f"any of {names}")


@dataclass(frozen=True)
class Typed:
    """An object whose `type` names its rule in a table."""

    table: Mapping[str, Rule]
    names: Sequence[str] = ()

    def check(self, value: Json, at: str) -> Problems:
        """Yield what is wrong with the object, by the rule of its type."""
        if not isinstance(value, dict):
            yield wrong_type("object", value, at)
            return
        name = value.get("type")
        allowed = self.names or tuple(self.table)
        if not isinstance(name, str):
            yield Problem("missing_field", "type is required", step(at, "type"), "required=type")
        elif name not in self.table:
            yield Problem("unknown_type", f"unknown type {name!r}", step(at, "type"), "known types")
        elif name not in allowed:
            yield Problem(
                "unsupported_type", f"{name} is not allowed here", step(at, "type"), str(allowed)
            )
        else:
            yield from self.table[name].check(value, at)


TYPE = Str()


def typed(required: str = "", /, **fields: Rule) -> Object:
    """Return the rule of an object with a type; required keys are given separated by spaces."""
    return Object({"type": TYPE, **fields}, ("type", *required.split()))
