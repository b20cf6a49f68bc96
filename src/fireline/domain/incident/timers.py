"""What an incident's clock asks for: updates, a commander, escalation, expired decisions.

Everything is derived from the record at the instant it is judged, so that a changed severity or a
corrected time arms the timers anew; each fires once, by its key, and a late one at once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fireline.domain.incident.details import Reopening
from fireline.domain.incident.durations import spell
from fireline.domain.incident.incident import Incident, IncidentState, Role, Stamp
from fireline.domain.incident.kinds import Harm
from fireline.domain.incident.paging import (
    AGAIN,
    CLIMB,
    MOST_UNANSWERED,
    asked,
    is_acknowledged,
    ladder_of,
    next_up,
    repeats,
    unanswered,
    worn_out,
)
from fireline.domain.incident.roles import freed_at, missing
from fireline.domain.policy.expressions import holds
from fireline.domain.policy.incident_rules import EscalationStep, IncidentRules

LATE_AFTER = timedelta(minutes=10)
MOST_ASKED = 3
DECLARER = "declarer"
INJECT = "inject:"
WORST = 1
TOLD_OF = (
    IncidentState.INVESTIGATING,
    IncidentState.MITIGATING,
    IncidentState.RESTORED,
    IncidentState.REPAIRING,
)
EXPIRY_AGAIN = timedelta(hours=1)
LONGEST_LATE = timedelta(days=2)
ANSWERED_WITHIN = timedelta(minutes=5)
IMPACT, SERVICE = "impact", "service"


@dataclass(frozen=True, slots=True)
class Timer:
    """One that is due: its key, the sentence, and whom it concerns (`role:` or policy aliases).

    With `page` they are called wherever they are, not only mentioned in the channel.
    """

    key: str
    text: str
    at: datetime
    notify: tuple[str, ...] = ()
    restricted: bool = False
    page: bool = False


def cadence(incident: Incident, rules: IncidentRules, *, burning: bool = False) -> timedelta:
    """How often people are to be told; a page-level burn tells them as if it were one worse."""
    level = int(incident.severity)
    if burning and level > WORST and incident.at(Stamp.RESTORED) is None:
        level -= 1
    comms = rules.comms[level]
    calm = incident.state in {IncidentState.RESTORED, IncidentState.REPAIRING}
    return comms.repairing_every if calm else comms.update_every


def update_due(
    incident: Incident, rules: IncidentRules, *, burning: bool = False
) -> datetime | None:
    """When the next update is due; None where nobody waits for one."""
    only_recorded = incident.details.past and not incident.needs_channel
    if incident.state not in TOLD_OF or only_recorded:
        return None
    said = incident.details.last_update_at or incident.at(Stamp.DECLARED)
    if said is None:
        return None
    due = said + cadence(incident, rules, burning=burning)
    later = incident.details.next_update_due
    return max(due, later) if later is not None else due


def due_timers(
    incident: Incident,
    rules: IncidentRules,
    now: datetime,
    *,
    target_minutes: int,
    burning: bool = False,
    within: timedelta = ANSWERED_WITHIN,
) -> list[Timer]:
    """Every timer that should have fired by now; who fired which is the caller's to know.

    `within` is how long a page may wait for an answer.
    """
    if not incident.open or (incident.details.past and not incident.needs_channel):
        return []
    if incident.state is IncidentState.TRIAGE:
        return list(_triage(incident, rules, now))
    found = [
        *_updates(incident, rules, now, burning=burning),
        *_commander(incident, rules, now),
        *_laid_down(incident, rules, now),
        *_escalation(incident, rules, now),
        *_climb(incident, rules, now, within),
        *_countdown(incident, now, target_minutes),
        *_expired(incident, now),
        *_injects(incident, now),
    ]
    return sorted(found, key=lambda timer: timer.at)


def _triage(incident: Incident, rules: IncidentRules, now: datetime) -> Iterator[Timer]:
    """A signal that nobody judged; asked about a few times, since it is not known to be one."""
    since, every = incident.at(Stamp.DECLARED), rules.triage_timeout
    count = (now - since) // every if since is not None else 0
    if since is None or count < 1:
        return
    turn = min(count, MOST_ASKED)
    text = f"{incident.ref} waits for {spell(every * turn)}: is it an incident? Confirm or decline."
    yield Timer(f"triage:{turn}", text, since + every * turn, (DECLARER,))


def _injects(incident: Incident, now: datetime) -> Iterator[Timer]:
    """What a drill tells by now, also after service was restored: that is a part of it."""
    run, since = incident.details.drill_run, incident.at(Stamp.DECLARED)
    if run is None or since is None:
        return
    for number, inject in enumerate(run.injects, 1):
        if now >= since + inject.after:
            yield Timer(f"{INJECT}{number}", inject.text, since + inject.after)


def _updates(
    incident: Incident, rules: IncidentRules, now: datetime, *, burning: bool
) -> Iterator[Timer]:
    """The newest update that is due, and that nobody wrote it ten minutes later."""
    first = update_due(incident, rules, burning=burning)
    if first is None or now < first:
        return
    every = cadence(incident, rules, burning=burning)
    due = first + every * ((now - first) // every)
    stamp = int(due.timestamp())
    missed = f" (the last one was {spell(now - first + every)} ago)" if due > first else ""
    yield Timer(
        f"update:{stamp}",
        f"An update is due{missed}: `/incident update c: ... a: ... n: ...`",
        due,
        ("role:communications",),
    )
    if now >= due + LATE_AFTER:
        text = "The update is 10 min late; somebody waits for it: `/incident update`"
        yield Timer(f"update-late:{stamp}", text, due + LATE_AFTER, ("role:commander",))


def _commander(incident: Incident, rules: IncidentRules, now: datetime) -> Iterator[Timer]:
    """A severe incident without commander is asked about every few minutes."""
    needed = rules.roles[Role.COMMANDER.value].required_at(int(incident.severity))
    if not needed or Role.COMMANDER in incident.roles:
        return
    since, every = incident.at(Stamp.DECLARED), rules.commander_chase
    if since is None or incident.at(Stamp.RESTORED) is not None:
        return
    since = freed_at(incident, Role.COMMANDER) or since
    count = (now - since) // every
    if count >= 1:
        at = since + every * count
        text = f"{incident.severity.label} without a commander. `/incident claim commander`"
        # The channel is asked first, then whoever is on call, unless they are being called anyway.
        called = count > 1 and not asked(incident)
        ladder = _ladder(incident, rules) if called else ()
        first = tuple(alias for alias in ladder if not worn_out(incident, alias))[:1]
        yield Timer(f"commander:{int(at.timestamp())}", text, at, first, page=bool(first))


def _laid_down(incident: Incident, rules: IncidentRules, now: datetime) -> Iterator[Timer]:
    """A role that is needed, was held and has no successor; the commander is asked for it."""
    if incident.at(Stamp.RESTORED) is not None:
        return
    for role in missing(incident, rules.roles):
        since = freed_at(incident, role)
        if role is Role.COMMANDER or since is None:
            continue
        count = (now - since) // rules.commander_chase
        if count >= 1:
            at = since + rules.commander_chase * count
            about = f"{incident.severity.label} without {role.label.lower()}"
            text = f"{about}. `/incident claim {role.value}`"
            yield Timer(f"role:{role.value}:{int(at.timestamp())}", text, at, ("role:commander",))


def _escalation(incident: Incident, rules: IncidentRules, now: datetime) -> Iterator[Timer]:
    """The policy's steps for the tier, by the clock each counts from."""
    facts = escalation_facts(incident)
    for step in rules.escalation.get(incident.tier, ()):
        start = _clock(incident, step)
        if start is None or now < start + step.after:
            continue
        if step.when is not None and not holds(step.when, facts):
            continue
        # A step from before an old incident's reopening says nothing any more.
        key = _armed(incident, step, start)
        if key is None or now - (start + step.after) > LONGEST_LATE:
            continue
        text = step.message or incident.severity_reason
        at, page = start + step.after, not step.channel_only
        yield Timer(key, text, at, step.notify, step.restricted, page)


def _armed(incident: Incident, step: EscalationStep, start: datetime) -> str | None:
    """The step's key; None where it fired for a severity as bad.

    Another beginning of the harm arms the steps that count from it, a worse severity the others.
    """
    stem = f"escalate:{step.key}:{len(_back(incident))}"
    if step.clock == IMPACT:
        return f"{stem}:{int(start.timestamp())}"
    fired = (one.key for one in incident.details.fired if one.key.startswith(f"{stem}:s"))
    if any(int(key.rpartition(":s")[2]) < incident.severity for key in fired):
        return None
    return f"{stem}:s{int(incident.severity)}"


def _clock(incident: Incident, step: EscalationStep) -> datetime | None:
    if step.restricted and incident.at(Stamp.LEGAL_CLOCK) is not None:
        return incident.at(Stamp.LEGAL_CLOCK)
    if step.clock == IMPACT:
        return incident.at(Stamp.IMPACT_STARTED) or incident.at(Stamp.DETECTED)
    again = _back(incident)
    declared = again[-1].at if again else incident.at(Stamp.DECLARED)
    waits = step.when is not None and "acknowledged" in step.when
    if declared is None or not waits:
        return declared
    # How long nobody has answered counts from when somebody was asked.
    return max([declared, *(page.at for page in asked(incident)[:1])])


def _back(incident: Incident) -> tuple[Reopening, ...]:
    """When service broke again; people are called anew then, as at a declaration."""
    return tuple(one for one in incident.details.reopened if one.kind == SERVICE)


def _ladder(incident: Incident, rules: IncidentRules) -> tuple[str, ...]:
    steps = rules.escalation.get(incident.tier, ())
    return ladder_of(steps, restricted=incident.restricted)


def _climb(
    incident: Incident, rules: IncidentRules, now: datetime, within: timedelta
) -> Iterator[Timer]:
    """Who is called again since they did not answer, and whom then."""
    if is_acknowledged(incident) or incident.at(Stamp.RESTORED) is not None:
        return
    for alias, due in repeats(incident, now, within):
        count = unanswered(incident, alias) + 1
        text = f"Not answered for {spell(within)}, call {count} of {MOST_UNANSWERED}"
        yield Timer(f"{AGAIN}{alias}:{int(due.timestamp())}", text, due, (alias,), page=True)
    found = next_up(incident, _ladder(incident, rules), now, within)
    if found is not None:
        alias, due = found
        silent = ", ".join(dict.fromkeys(page.alias for page in asked(incident)))
        text = f"Nobody answered ({silent})"
        yield Timer(f"{CLIMB}{alias}:{int(due.timestamp())}", text, due, (alias,), page=True)


def escalation_facts(incident: Incident) -> Mapping[str, object]:
    """What the `when:` of a step may ask for."""
    details = incident.details
    return {
        "tier": incident.tier,
        "severity": int(incident.severity),
        "acknowledged": is_acknowledged(incident),
        "restored": incident.at(Stamp.RESTORED) is not None,
        "commander": Role.COMMANDER in incident.roles,
        "restricted": incident.restricted,
        "drill": incident.drill,
        "data_exposure_suspected": incident.restricted or details.harmed(Harm.EXPOSED),
        "wrong_data_published": details.published_bad and details.harmed(Harm.WRONG),
    }


def _countdown(incident: Incident, now: datetime, target_minutes: int) -> Iterator[Timer]:
    """Three quarters of the time to restore, or all of it: then nothing is left to warn of."""
    start = incident.at(Stamp.IMPACT_STARTED) or incident.at(Stamp.DETECTED)
    if start is None or incident.at(Stamp.RESTORED) is not None:
        return
    target = timedelta(minutes=target_minutes)
    again = len(incident.details.reopened)
    for share, words in ((0.75, "75 % of the time to restore is used"), (1.0, "is breached")):
        at = start + target * share
        warned = share < 1 and now >= start + target
        if now >= at and now - at <= LONGEST_LATE and not warned:
            left = target - target * share
            about = f"{words}, {spell(left)} left"
            if not left:
                about = f"The target of {spell(target)} to restore {words}"
            yield Timer(f"mttr:{share}:{int(start.timestamp())}:{again}", about, at)


def _expired(incident: Incident, now: datetime) -> Iterator[Timer]:
    """Temporary access that ended and was not taken back, asked about every hour."""
    for decision in incident.details.decisions:
        end = decision.expires_at
        if end is None or now < end or not decision.open_at(now):
            continue
        at = end + EXPIRY_AGAIN * ((now - end) // EXPIRY_AGAIN)
        text = (
            f"Decision {decision.number} ended {spell(now - end)} ago and is not revoked: "
            f"{decision.text}. Then: `/incident decide revoked:{decision.number}`"
        )
        key = f"expired:{decision.number}:{int(at.timestamp())}"
        yield Timer(key, text, at, ("role:commander",))
