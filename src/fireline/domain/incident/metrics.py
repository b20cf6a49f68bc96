"""Durations of an incident, by the definitions printed under every report."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fireline.domain.incident.durations import spell
from fireline.domain.incident.incident import Incident, Stamp

DEFINITIONS = (
    ("TTD", "time to detect: detected - impact started"),
    ("TTA", "time to acknowledge: acknowledged - alert fired (declared if there was no alert)"),
    ("TTM", "time to mitigate: mitigated - impact started"),
    ("MTTR", "time to restore service: restored - impact started (detected if not recorded)"),
    ("TTDR", "time to data recovered: data verified - impact started (same rule)"),
    (
        "Data downtime",
        "hours from impact started to data verified, of every dataset late, missing or wrong",
    ),
    ("Budget cost", "bad events or minutes of the incident / budget of the SLO's window"),
)


@dataclass(frozen=True, slots=True)
class Durations:
    """What is known; None where a needed instant is not recorded."""

    ttd: timedelta | None
    tta: timedelta | None
    ttm: timedelta | None
    mttr: timedelta | None
    ttdr: timedelta | None


def durations(incident: Incident) -> Durations:
    """All durations from the recorded instants alone; nothing ever ends at "now"."""
    impact = incident.at(Stamp.IMPACT_STARTED)
    start = impact or incident.at(Stamp.DETECTED)
    signal = incident.at(Stamp.ALERT_FIRED) or incident.at(Stamp.DECLARED)
    return Durations(
        ttd=_between(impact, incident.at(Stamp.DETECTED)),
        tta=_between(signal, incident.at(Stamp.ACKNOWLEDGED)),
        ttm=_between(impact, incident.at(Stamp.MITIGATED)),
        mttr=_between(start, incident.at(Stamp.RESTORED)),
        ttdr=_between(start, incident.at(Stamp.DATA_VERIFIED)),
    )


def elapsed(incident: Incident, now: datetime) -> timedelta:
    """How long it lasted until service came back, or lasts so far."""
    known = durations(incident).mttr
    if known is not None:
        return known
    start = incident.at(Stamp.IMPACT_STARTED) or incident.at(Stamp.DETECTED) or now
    return now - start


def against_target(mttr: timedelta, target_minutes: int) -> str:
    """The comparison: `target 60 min, missed by 8 min` or `target 60 min, met`."""
    target = timedelta(minutes=target_minutes)
    verdict = "met" if mttr <= target else f"missed by {spell(mttr - target)}"
    return f"target {spell(target)}, {verdict}"


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    return None if start is None or end is None else end - start
