"""Cursors: opaque, checked, and empty at the end."""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import TypeVar

from fireline.sandbox.errors import SlackError

Item = TypeVar("Item")
_TS = re.compile(r"\d{1,10}(\.\d{1,6})?")


def encode_cursor(value: str) -> str:
    """A cursor that stands for a place in a list."""
    return base64.b64encode(f"next:{value}".encode()).decode()


def decode_cursor(cursor: str) -> str:
    """The place behind a cursor; raises `invalid_cursor` on anything not made here."""
    try:
        text = base64.b64decode(cursor, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise SlackError("invalid_cursor") from error
    if not text.startswith("next:"):
        raise SlackError("invalid_cursor")
    return text.removeprefix("next:")


def page(items: Sequence[Item], cursor: str, size: int) -> tuple[list[Item], str]:
    """One page by position, and the cursor of the next one."""
    start = 0
    if cursor:
        place = decode_cursor(cursor)
        if not place.isdigit() or int(place) > len(items):
            raise SlackError("invalid_cursor")
        start = int(place)
    end = start + size
    return list(items[start:end]), encode_cursor(str(end)) if end < len(items) else ""


def checked_limit(value: object, default: int, most: int) -> int:
    """A `limit` argument within its bounds, or `invalid_limit`."""
    if value is None or value == "":
        return default
    if not isinstance(value, int) or not 0 <= value <= most:
        raise SlackError("invalid_limit")
    return value or default


def micros(ts: str, error: str) -> int:
    """A timestamp as microseconds, or the given error."""
    if not _TS.fullmatch(ts):
        raise SlackError(error)
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int(fraction.ljust(6, "0") or 0)
