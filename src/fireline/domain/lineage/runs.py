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
    `stale_since` is when a source became older than it may be; it is told and not kept. `repair`
    is the tag of a run that repairs, such as `INC-3/1`: its failures are part of the work.
    """

    id: str
    dataset: str | None
    status: RunStatus
    at: datetime | None = None
    message: str = ""
    failures: int | None = None
    loaded_at: datetime | None = None
    failed: int = 0
    repair: str = ""
    stale_since: datetime | None = None

    @property
    def bad(self) -> bool:
        """Whether its dataset is not what it should be."""
        return self.status in {RunStatus.FAIL, RunStatus.SKIPPED}

    @property
    def name(self) -> str:
        """What people call it: without dbt's kind and project, or the job without its output."""
        if self.id.startswith("openlineage:"):
            return self.id.removeprefix("openlineage:").partition("|")[0]
        parts = self.id.split(".")
        return parts[2] if len(parts) > 2 and parts[0] != "source" else parts[-1]  # noqa: PLR2004 - kind.project.name
