"""The words for an incident's states and severities; every icon has one beside it."""

from fireline.domain.incident.incident import IncidentState, Severity

STATE_WORDS = {
    IncidentState.TRIAGE: ":grey_question: Triage",
    IncidentState.INVESTIGATING: ":mag: Investigating",
    IncidentState.MITIGATING: ":wrench: Mitigating",
    IncidentState.RESTORED: ":large_blue_circle: Restored, data not confirmed",
    IncidentState.REPAIRING: ":hammer_and_wrench: Repairing data",
    IncidentState.RESOLVED: ":white_check_mark: Resolved",
    IncidentState.REVIEWING: ":memo: In review",
    IncidentState.CLOSED: ":lock: Closed",
    IncidentState.DECLINED: ":no_entry_sign: Declined",
    IncidentState.MERGED: ":twisted_rightwards_arrows: Merged",
    IncidentState.CANCELLED: ":no_entry_sign: Cancelled",
}
SEVERITY_WORDS = {
    Severity.SEV1: ":red_circle: SEV1",
    Severity.SEV2: ":large_orange_circle: SEV2",
    Severity.SEV3: ":large_yellow_circle: SEV3",
    Severity.SEV4: ":white_circle: SEV4",
}
TITLE = 150
