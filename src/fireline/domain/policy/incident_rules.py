"""The team's rules for incidents: severity, cadence, escalation, closing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from fireline.domain.policy.correlation_rules import CorrelationRules
from fireline.domain.policy.declare_rules import DeclareRule
from fireline.domain.policy.notice_rules import DEFAULT_NOTICES
from fireline.domain.policy.room_rules import DEFAULT_ROLES, ChannelRules, RoleRule
from fireline.domain.policy.verify_rules import VerifyRule

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

# What the rules of each kind may ask for.
SEVERITY_FACTS = (
    "tier",
    "outage",
    "slo_burn",
    "data_exposure_suspected",
    "wrong_data_published",
    "external_or_regulatory_consumer",
    "blast.exposures",
    "blast.tier0_exposures",
    "minutes_to_nearest_deadline",
)
ESCALATION_FACTS = (
    "tier",
    "severity",
    "acknowledged",
    "restored",
    "commander",
    "restricted",
    "drill",
    "data_exposure_suspected",
    "wrong_data_published",
)
POSTMORTEM_FACTS = (
    "tier",
    "severity",
    "budget_cost_pct",
    "data_exposure_suspected",
    "wrong_data_published",
)


@dataclass(frozen=True, slots=True)
class SeverityRule:
    """One modifier: `by` levels up (or down), or `to` a severity outright."""

    when: str
    because: str
    by: int = 0
    to: int | None = None


@dataclass(frozen=True, slots=True)
class Comms:
    """How often people are told, and whether somebody must lead."""

    update_every: timedelta
    repairing_every: timedelta
    postmortem_due: timedelta | None
    commander_required: bool


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """A timer; `clock` is `declared` or `impact`, `when` is judged when it fires."""

    after: timedelta
    notify: tuple[str, ...]
    clock: str = "declared"
    when: str | None = None
    message: str = ""
    restricted: bool = False
    channel_only: bool = False

    @property
    def key(self) -> str:
        """What tells it apart within its tier."""
        seconds = int(self.after.total_seconds())
        return f"{self.clock}+{seconds}:{','.join(self.notify)}:{self.when or ''}"


DEFAULT_RAISES = (
    SeverityRule("data_exposure_suspected", "data exposure suspected", to=1),
    SeverityRule(
        "tier == 0 and (outage or slo_burn == 'page')", "tier-0 outage or page-level burn", to=1
    ),
    SeverityRule("tier >= 1 and (outage or slo_burn == 'page')", "outage or page-level burn", 1),
    SeverityRule(
        "blast.tier0_exposures >= 1 and minutes_to_nearest_deadline < 120",
        "tier-0 consumer due within 2 h",
        1,
    ),
    SeverityRule("blast.exposures >= 10", "10 or more consumers downstream", 1),
    SeverityRule("wrong_data_published", "wrong numbers were seen by a consumer", 1),
    SeverityRule("external_or_regulatory_consumer", "external or regulatory consumer", 1),
)
DEFAULT_LOWERS = (
    SeverityRule("blast.exposures == 0 and tier >= 1", "no known consumer downstream", 1),
)
DEFAULT_COMMS: Mapping[int, Comms] = {
    1: Comms(30 * MINUTE, 2 * HOUR, 5 * DAY, commander_required=True),
    2: Comms(60 * MINUTE, 4 * HOUR, 5 * DAY, commander_required=True),
    3: Comms(4 * HOUR, DAY, 10 * DAY, commander_required=False),
    4: Comms(DAY, DAY, None, commander_required=False),
}
EXPOSED = "data_exposure_suspected"
SECURITY = "@security-oncall"
DEFAULT_ESCALATION: Mapping[int, tuple[EscalationStep, ...]] = {
    0: (
        EscalationStep(timedelta(0), ("@oncall-data-platform", "@incident-commander-sre")),
        EscalationStep(timedelta(0), ("@head-of-data-platform",)),
        EscalationStep(
            timedelta(0), ("@security-oncall", "@privacy"), when=EXPOSED, restricted=True
        ),
        EscalationStep(5 * MINUTE, ("@oncall-data-platform-secondary",), when="not acknowledged"),
        EscalationStep(
            45 * MINUTE,
            ("@head-of-data-platform", "@vp-data"),
            "impact",
            "not restored",
            "75 % of the tier-0 MTTR target used",
        ),
        EscalationStep(
            60 * MINUTE, ("@vp-data",), "impact", "not restored", "tier-0 MTTR target breached"
        ),
    ),
    1: (
        EscalationStep(timedelta(0), ("@oncall-data-platform",)),
        EscalationStep(
            timedelta(0),
            ("@security-oncall", "@privacy", "@head-of-data-platform"),
            when=EXPOSED,
            restricted=True,
        ),
        EscalationStep(15 * MINUTE, ("@oncall-data-platform-secondary",), when="not acknowledged"),
        EscalationStep(
            3 * HOUR,
            ("@head-of-data-platform",),
            "impact",
            "not restored",
            "75 % of the tier-1 MTTR target used",
        ),
        EscalationStep(
            4 * HOUR,
            ("@head-of-data-platform",),
            "impact",
            "not restored",
            "tier-1 MTTR target breached",
        ),
    ),
    2: (
        EscalationStep(timedelta(0), ("@oncall-data-platform",), channel_only=True),
        EscalationStep(
            timedelta(0),
            ("@security-oncall", "@privacy", "@head-of-data-platform"),
            when=EXPOSED,
            restricted=True,
        ),
        EscalationStep(4 * HOUR, ("@oncall-data-platform",), when="not acknowledged"),
    ),
}


@dataclass(frozen=True, slots=True)
class IncidentRules:
    """All of them; the defaults are the shipped policy.

    `invite` are the aliases that are invited into the channel, by severity; `drill_page` those
    that a drill may call, and nobody else.
    `restricted_when` are conditions of severity facts under which an incident becomes restricted,
    `security` the aliases of those who end that and sign off, `exposure_readers` of those who may
    read it from the start.
    """

    base_by_tier: Mapping[int, int] = field(default_factory=lambda: {0: 2, 1: 3, 2: 4})
    raises: tuple[SeverityRule, ...] = DEFAULT_RAISES
    lowers: tuple[SeverityRule, ...] = DEFAULT_LOWERS
    comms: Mapping[int, Comms] = field(default_factory=lambda: DEFAULT_COMMS)
    escalation: Mapping[int, tuple[EscalationStep, ...]] = field(
        default_factory=lambda: DEFAULT_ESCALATION
    )
    restricted_when: tuple[str, ...] = (EXPOSED,)
    security: tuple[str, ...] = (SECURITY,)
    exposure_readers: tuple[str, ...] = (SECURITY, "@privacy", "@head-of-data-platform")
    reopen_cooldown: timedelta = 60 * MINUTE
    sustain: timedelta = 15 * MINUTE
    reopen_reason_min_chars: int = 10
    reopen_closed_within: timedelta = 30 * DAY
    commander_chase: timedelta = 5 * MINUTE
    invite: Mapping[int, tuple[str, ...]] = field(
        default_factory=lambda: dict.fromkeys((1, 2, 3, 4), ())
    )
    drill_page: tuple[str, ...] = ()
    downtime_weights: Mapping[int, float] = field(default_factory=lambda: {0: 4, 1: 2, 2: 1})
    correlation: CorrelationRules = field(default_factory=CorrelationRules)
    triage_timeout: timedelta = 15 * MINUTE
    declare_from_alerts: bool = False
    declares: tuple[DeclareRule, ...] = ()
    postmortem_severities: tuple[int, ...] = (1, 2)
    postmortem_any_of: tuple[str, ...] = (
        "budget_cost_pct >= 20",
        EXPOSED,
        "wrong_data_published",
    )
    roles: Mapping[str, RoleRule] = field(default_factory=lambda: DEFAULT_ROLES)
    channels: ChannelRules = field(default_factory=ChannelRules)
    verify: tuple[VerifyRule, ...] = ()
    notices: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: DEFAULT_NOTICES)
