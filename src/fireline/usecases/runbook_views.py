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
