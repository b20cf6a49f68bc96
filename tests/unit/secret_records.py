"""Records whose every text field says the same secret, whatever fields they have."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from tests.builders import night


def filled(kind: Any, secret: str) -> Any:
    """An instance of the type with the secret in each text, also of what it is made of."""
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return kind(**{f.name: filled(hints[f.name], secret) for f in fields(kind) if f.init})
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return filled(next(one for one in inner if one is not type(None)), secret)
    if origin is tuple:
        return (filled(inner[0], secret),)
    if origin is not None and issubclass(origin, Mapping):
        return {filled(inner[0], secret): filled(inner[1], secret)}
    return _plain(kind, secret)


def _plain(kind: Any, secret: str) -> Any:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    simple = {str: secret, bool: True, int: 1, float: 1.0}
    if kind in simple:
        return simple[kind]
    times = {datetime: night("02:10"), date: night("02:10").date(), timedelta: timedelta(hours=1)}
    return times[kind]
