"""What became of a run: a test, a model, a source's freshness."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RunStatus(StrEnum):
    """How it ended; `skipped` means that something above it failed."""

    PASS = "pass"  # noqa: S105 - a test that passed, not a password
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class RunResult:
    """One result; `dataset` is None where it belongs to none that is known.

    `failed` is how often in a row it failed, this time included.
    """

    id: str
    dataset: str | None
    status: RunStatus
    at: datetime | None = None
    message: str = ""
    failures: int | None = None
    loaded_at: datetime | None = None
    failed: int = 0
