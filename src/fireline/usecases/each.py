"""Doing the same for several, so that one that fails keeps none of the others waiting."""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def each(do: Callable[[T], R], those: Iterable[T]) -> list[R]:
    """What comes of each.

    Raises:
        Exception: the first that failed, once all were tried; the other failures are noted on it.
    """
    done: list[R] = []
    failed: list[Exception] = []
    for one in those:
        try:
            done.append(do(one))
        except Exception as error:  # noqa: BLE001 - raised below
            failed.append(error)
    if failed:
        first, *others = failed
        for other in others:
            first.add_note(f"also: {type(other).__name__}: {other}")
        raise first
    return done
