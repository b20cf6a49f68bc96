"""Where words go: results to standard output, everything else to standard error."""

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

from fireline.domain.errors import FirelineError

FOUND_PROBLEMS = 1
WRONG_USE = 2

results = Console(soft_wrap=True, highlight=False)
notes = Console(stderr=True, soft_wrap=True, highlight=False)


def print_json(value: Any) -> None:
    """One JSON document on standard output, alone; NaN is refused."""
    print_text(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


def print_text(text: str) -> None:
    """Plain text on standard output, as it is."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()


def speak_utf8() -> None:
    """Results, questions and complaints are UTF-8, whatever the terminal's language says."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")


@contextmanager
def plain_errors() -> Iterator[None]:
    """A user's mistake ends with one sentence and exit code 2, never with a traceback."""
    try:
        yield
    except FirelineError as error:
        notes.print(f"fireline: {error}", style="red", markup=False)
        raise SystemExit(WRONG_USE) from error


def counted(number: int, what: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
