"""A runbook that is being walked in an incident, as it was when that began."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StepResult(StrEnum):
    """What came of a step."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class RunStep:
    """One step and what came of it; later changes of the runbook's file do not count.

    `approver` is the role the runbook names, `undo` how it is taken back. `note` is what was
    pasted or said. A failed try spends the approval.
    """

    id: str
    kind: str
    title: str
    text: str = ""
    expect: str = ""
    dangerous: bool = False
    approver: str = ""
    undo: str = ""
    result: StepResult | None = None
    by: str = ""
    by_name: str = ""
    at: datetime | None = None
    note: str = ""
    approved_by: str = ""
    approved_name: str = ""
    approved_at: datetime | None = None

    @property
    def needs_approval(self) -> bool:
        """Whether somebody has to agree before it may be done."""
        return self.dangerous and not self.approved_by


@dataclass(frozen=True, slots=True)
class RunbookRun:
    """One walk through a runbook; `number` counts those of the incident, from 1."""

    number: int
    runbook: str
    title: str
    steps: tuple[RunStep, ...]
    started_by: str
    started_name: str
    started_at: datetime
    verifies: bool = False
    stopped_name: str = ""
    stopped_at: datetime | None = None

    @property
    def current(self) -> int | None:
        """The place, from 1, of the first step that nothing came of yet."""
        open_ones = (place for place, one in enumerate(self.steps, 1) if one.result is None)
        return next(open_ones, None)

    @property
    def running(self) -> bool:
        """Whether there is a step left, and nobody has stopped it."""
        return self.stopped_at is None and self.current is not None
