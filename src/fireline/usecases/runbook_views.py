"""What is shown of a runbook that is walked, and of the state of the runbooks."""

from dataclasses import dataclass

from fireline.domain.incident.runbook_run import RunbookRun


@dataclass(frozen=True, slots=True)
class RunMessage:
    """A run in its incident's channel.

    `approver` is whom the current step waits for: a role's name and, where somebody has it, their
    Slack id.
    """

    incident_id: int
    ref: str
    run: RunbookRun
    role: str = ""
    approver: str | None = None


@dataclass(frozen=True, slots=True)
class Stale:
    """A runbook that may not be trusted, and why."""

    id: str
    title: str
    owner: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaleList:
    """Those that may not be trusted, of all there are."""

    lines: tuple[Stale, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that no runbook is for."""

    name: str
    about: str


@dataclass(frozen=True, slots=True)
class Gaps:
    """SLOs (of so many) and alerts without a runbook."""

    slos: tuple[Gap, ...]
    alerts: tuple[Gap, ...]
    total_slos: int
