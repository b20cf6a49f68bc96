"""Were the week's alerts worth it: the noise ratio against its target."""

from collections.abc import Sequence

from fireline.domain.postmortem.small_n import share
from fireline.domain.slo.alerting.group import AlertGroup
from fireline.domain.slo.alerting.noise import noise_of
from fireline.domain.slo.status import BurnSeverity

# Founding document, section 7: more than 70 % of alerts are actionable.
ACTIONABLE_TARGET = 0.70


def noise_facts(alerts: Sequence[AlertGroup]) -> dict[str, object]:
    """Counts and the ratio in words; duplicates and what nobody marked are counted apart."""
    noise = noise_of(alerts)
    actionable = share(noise.actionable, noise.judged, "no alert was marked")
    if noise.ratio is not None:
        met = "met" if noise.ratio > ACTIONABLE_TARGET else "missed"
        actionable += f"; target over {ACTIONABLE_TARGET * 100:.0f} %, {met}"
    return {
        "fired": noise.fired,
        "actionable": actionable,
        "duplicates": noise.duplicates,
        "unmarked": noise.unmarked,
        "marked": noise.fired - noise.unmarked,
        "pages": sum(alert.severity is BurnSeverity.PAGE for alert in alerts),
    }
