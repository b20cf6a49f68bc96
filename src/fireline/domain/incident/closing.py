"""The gates before an incident is closed: nothing promised is left open."""

from collections.abc import Iterator
from datetime import datetime

from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import NoticeKind
from fireline.domain.incident.moves import Closing, Refusal


def gates(incident: Incident, closing: Closing, now: datetime) -> Iterator[Refusal]:
    """Every gate that is still shut.

    Args:
        incident: to be closed.
        closing: what is known outside its own record.
        now: for decisions that must have been revoked.
    """
    yield from _postmortem(incident, closing)
    if closing.actions_unowned:
        yield Refusal(
            "ACTIONS_UNOWNED",
            f"without owner, due date or verifier: {', '.join(closing.actions_unowned[:5])}",
            "`/postmortem action` with `@owner` and `due:`",
        )
    if incident.details.runbook_answer is None:
        yield Refusal(
            "RUNBOOK_UNASKED",
            "nobody said whether the runbook was right",
            "`/incident runbook right`, `updated` or `missing`",
        )
    yield from _left_open(incident, now)
    if incident.restricted and incident.details.security_signoff_by is None:
        yield Refusal(
            "NO_SECURITY_SIGNOFF",
            "security has not signed off",
            "ask them for `/incident signoff`",
        )
    yield from _answers(incident)


def _postmortem(incident: Incident, closing: Closing) -> Iterator[Refusal]:
    waived = incident.details.postmortem_waived_because
    if closing.postmortem_required and not closing.postmortem_published and not waived:
        yield Refusal(
            "PM_UNPUBLISHED",
            "the postmortem is not published",
            "`/postmortem publish`, or let somebody waive it: `/postmortem waive WHY`",
        )


def _left_open(incident: Incident, now: datetime) -> Iterator[Refusal]:
    """Access that was given for a while, and people who still hold back."""
    details = incident.details
    open_ones = [d for d in details.decisions if d.open_at(now)]
    if open_ones:
        first = open_ones[0]
        yield Refusal(
            "TEMP_ACCESS_OPEN",
            f"not revoked: {', '.join(f'decision {d.number} ({d.text})' for d in open_ones[:3])}",
            f"`/incident decide revoked:{first.number}`",
        )
    warned = [n.consumer for n in details.notices if _waits(n.kind, cleared=n.cleared_at)]
    if warned:
        yield Refusal(
            "NOTICES_OPEN",
            f"told not to use it and not told since: {', '.join(warned[:5])}",
            "`/incident notify all-clear`",
        )


def _waits(kind: NoticeKind, *, cleared: datetime | None) -> bool:
    return kind is not NoticeKind.ALL_CLEAR and cleared is None


def _answers(incident: Incident) -> Iterator[Refusal]:
    details, lacking = incident.details, []
    if details.caused_by_change is None:
        lacking.append("whether a change caused it (`/incident caused yes|no|unknown`)")
    if details.detected_by is None:
        lacking.append("who noticed first (`/incident detected alert|consumer|chance`)")
    if lacking:
        yield Refusal("CHANGE_UNANSWERED", f"nobody said {'; '.join(lacking)}", "answer it")
