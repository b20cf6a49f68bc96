"""The alert as it is shown: its SLOs with their figures, the worst one's runbook, the incident."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import inf

from fireline.domain.incident.exposure import outside_ref, public_view
from fireline.domain.policy.alert_steps import first_notified
from fireline.domain.slo.alerting.group import SOURCE, AlertGroup
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.episodes import fastest
from fireline.domain.slo.status import (
    AlertKind,
    BudgetState,
    BurnSeverity,
    DataState,
    Episode,
    PairReading,
    SloStatus,
)
from fireline.usecases.alert_book import source_subject
from fireline.usecases.alert_messages import alert_key
from fireline.usecases.budget_charts import chart_for
from fireline.usecases.external_alerts import alertmanager_lines
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.show_relations import follows, proposed_to
from fireline.usecases.signals import BURN
from fireline.usecases.slo_views import objective_words, slo_line
from fireline.usecases.views import AlertMember, AlertMembers, AlertMessage, AlertReply, SloLine
from fireline.usecases.who_is_on_call import mentioned

GONE = "This SLO was removed from the definitions."


def alert(s: Services, uow: UnitOfWork, ref: str) -> AlertMessage | None:
    """The message of the alert `ref`; None when there is no such alert."""
    group = uow.alerts.get(ref)
    episodes = uow.episodes.in_group(ref)
    if group is None or not episodes:
        return None
    slos = s.definitions.current().slos
    statuses = _statuses(s, uow, group, episodes)
    members = _members(slos, statuses, episodes)
    first = members[0].slo.name
    slo = slos.get(first)
    lead = _newest(episodes).get(first, episodes[-1])
    drawn = len(members) == 1 and lead.kind in (AlertKind.BURN, AlertKind.EXHAUSTED)
    burns = group.kind is AlertKind.BURN
    message = AlertMessage(
        alert_id=group.id,
        slo=members[0].slo,
        service=slo.service if slo else "unknown",
        objective=objective_words(slo) if slo else "removed",
        severity=group.severity,
        opened_at=group.opened_at,
        first_bad_at=min(e.first_bad_at for e in episodes),
        pair=_deciding_pair(statuses.get(first), group.severity) if burns else None,
        kind=group.kind,
        members=members,
        exhausted=members[0].exhausted,
        spent=members[0].spent,
        rule=s.policy.rule_of(BudgetState.EXHAUSTED).rule,
        error=_error(statuses.values()) if group.kind is AlertKind.SOURCE_DOWN else "",
        runbook=s.runbooks.for_slo(slo) if slo else None,
        chart=chart_for(s, uow, slo, lead) if slo and drawn else None,
    )
    return _handled(s, uow, message, group)


def _handled(
    s: Services, uow: UnitOfWork, message: AlertMessage, group: AlertGroup
) -> AlertMessage:
    """The message with what people did with the alert, and whom it concerns."""
    incident = uow.incidents.get(group.incident_id) if group.incident_id is not None else None
    wakes = group.open and group.severity is BurnSeverity.PAGE
    told = first_notified(group, s.policy.alerts) if wakes else ()
    return replace(
        message,
        upstream=group.upstream,
        closed_at=group.closed_at,
        acknowledged_by=group.acknowledged_by,
        acknowledged_at=group.acknowledged_at,
        snoozed_until=group.snoozed_until,
        mark=group.mark,
        marked_by=group.marked_by,
        mention=mentioned(s, told, group.paged_at or group.opened_at),
        incident_ref=outside_ref(incident) if incident else None,
        incident_channel=public_view(incident).channel_id if incident else None,
        alertmanager=alertmanager_lines(uow, group.id),
        follows=follows(incident, f"{BURN}:{group.id}"),
        proposed=None if incident else proposed_to(uow, f"{BURN}:{group.id}"),
        flaps=group.flaps,
    )


def reply(s: Services, uow: UnitOfWork, ref: str) -> AlertReply | None:
    """What a step says in the alert's thread; None when there is nothing to remind of any more.

    `ref` is `<alert> <step>`.
    """
    group_id, _, key = ref.partition(" ")
    group = uow.alerts.get(group_id)
    step = uow.alerts.steps(group_id).get(key)
    message = alert(s, uow, group_id) if group is not None and group.open else None
    if group is None or step is None or message is None or group.paged_at is None:
        return None
    if step.reminder is not None and group.acknowledged_by is not None:
        return None
    return AlertReply(
        thread=alert_key(group_id),
        title=title_of(message),
        since=group.paged_at,
        now=step.at,
        mention=step.notified,
        reminder=step.reminder,
        reminders=s.policy.alerts.max_reminders,
        escalated=key.endswith(":escalated"),
    )


def all_members(s: Services, group_id: str) -> AlertMembers | None:
    """All SLOs of an alert, worst first; None when there is no such alert."""
    with s.store() as uow:
        message = alert(s, uow, group_id)
    return AlertMembers(title_of(message), message.members) if message else None


def title_of(message: AlertMessage) -> str:
    """What an alert is about, in a few words."""
    if message.kind is AlertKind.SOURCE_DOWN:
        return f"data source {message.upstream.removeprefix('source ')}"
    if len(message.members) == 1:
        return message.slo.title or message.slo.name
    shared = message.upstream if not message.upstream.startswith("source ") else ""
    count = f"{len(message.members)} SLOs"
    return f"{count} of {shared}" if shared else count


def _statuses(
    s: Services, uow: UnitOfWork, group: AlertGroup, episodes: Sequence[Episode]
) -> Mapping[str, SloStatus]:
    """The evaluations of its SLOs; of a source, of all that it cannot be asked for."""
    if group.kind is not AlertKind.SOURCE_DOWN:
        return uow.statuses.some({e.slo for e in episodes})
    slos, subject = s.definitions.current().slos, episodes[0].slo
    blind = [st for st in uow.statuses.all() if st.data_state is DataState.QUERY_ERROR]
    return {st.slo: st for st in blind if source_subject(s, slos.get(st.slo)) == subject}


def _members(
    slos: Mapping[str, Slo], statuses: Mapping[str, SloStatus], episodes: Sequence[Episode]
) -> tuple[AlertMember, ...]:
    """One per SLO: its newest episode, with a mark when its budget is spent besides."""
    newest = _newest(episodes)
    spent = {e.slo for e in episodes if e.kind is AlertKind.EXHAUSTED and e.open}
    first = episodes[0]
    if first.kind is AlertKind.SOURCE_DOWN and statuses:
        newest = dict.fromkeys(statuses, first)
    found = [
        AlertMember(
            slo=_line(name, slos.get(name), statuses.get(name)),
            kind=episode.kind,
            severity=episode.severity,
            opened_at=episode.opened_at,
            closed_at=episode.closed_at,
            spent=episode.spent,
            exhausted=name in spent and episode.kind is not AlertKind.EXHAUSTED,
        )
        for name, episode in newest.items()
    ]
    return tuple(sorted(found, key=_badness))


def _newest(episodes: Sequence[Episode]) -> dict[str, Episode]:
    """What each SLO's part of the alert is about: the newest, a burn before a spent budget."""
    newest: dict[str, Episode] = {}
    for episode in episodes:
        if episode.slo not in newest or episode.kind is not AlertKind.EXHAUSTED:
            newest[episode.slo] = episode
    return newest


def _badness(member: AlertMember) -> tuple[bool, int, bool, float, str]:
    """A sort key: what goes on first, then by tier, pages before tickets, least budget first."""
    left = member.slo.remaining if member.slo.remaining is not None else inf
    page = member.severity is BurnSeverity.PAGE
    return member.closed_at is not None, member.slo.tier, not page, left, member.slo.name


def _line(name: str, slo: Slo | None, status: SloStatus | None) -> SloLine:
    if slo is not None:
        return slo_line(slo, status)
    return SloLine(
        name=name,
        title=name,
        tier=2,
        data_state=DataState.NO_DATA,
        budget_state=BudgetState.UNKNOWN,
        remaining=None,
        budget=None,
        unit="events",
        window_seconds=0,
        sentence="All queries are answered." if name.startswith(SOURCE) else GONE,
    )


def _error(statuses: Iterable[SloStatus]) -> str:
    """What most of them say."""
    texts = [status.error or "" for status in statuses]
    return max(sorted(set(texts)), key=texts.count, default="")


def _deciding_pair(status: SloStatus | None, severity: BurnSeverity) -> PairReading | None:
    """The pair that fires, or the one nearest to it."""
    if status is None:
        return None
    firing = fastest(status, severity)
    if firing is not None:
        return firing
    same = [p for p in status.pairs if p.severity is severity and p.burn_long is not None]
    return max(same, key=lambda p: (p.burn_long or 0.0) / (p.factor or 1.0), default=None)
