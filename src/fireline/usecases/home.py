"""App Home of one person: what needs them, what is theirs, and how the budgets stand."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from fireline.domain.incident.exposure import may_read, outside_words
from fireline.domain.incident.incident import Incident, IncidentState, Role, Stamp
from fireline.domain.incident.kinds import AccessState
from fireline.domain.incident.paging import open_pages
from fireline.domain.incident.postmortem_rule import postmortem_required
from fireline.domain.incident.roles import held_by
from fireline.domain.incident.timers import update_due
from fireline.usecases.chase_actions import lines
from fireline.usecases.home_views import DuePostmortem, Home, MyIncident, MyTask, Need, NeedKind
from fireline.usecases.incident_views import incident_line, involves
from fireline.usecases.ports import PostedMessage, Services, UnitOfWork
from fireline.usecases.slo_views import slo_list

KIND = "home"
SOON = timedelta(minutes=5)
LOOK_BACK = timedelta(days=60)
REVIEWED = (IncidentState.RESOLVED, IncidentState.REVIEWING)
MOST_BUDGETS = 40
LATEST = date.max


def home(s: Services, user: str, page: int = 0) -> Home:
    """What waits for me, my incidents and tasks, my promises, budgets, postmortems."""
    now = s.clock.now()
    with s.store() as uow:
        incidents = sorted(uow.incidents.open(), key=lambda i: (i.severity, i.id))
        promised = [item for item in uow.actions.open() if item.owner == user]
        actions = lines(s, uow, promised, user)
        approvals = tuple(uow.waivers.waiting(user))
        done = uow.incidents.between(now - LOOK_BACK, now)
    mine = [i for i in incidents if involves(i, user)]
    budgets = slo_list(s)
    return Home(
        user=user,
        incidents=tuple(MyIncident(incident_line(s, i, user), held_by(i, user)) for i in mine),
        other_incidents=tuple(incident_line(s, i, user) for i in incidents if i not in mine),
        actions=actions,
        budgets=budgets.lines[:MOST_BUDGETS],
        problems=budgets.problems,
        now=now,
        approvals=approvals,
        needs=tuple(_needs(s, incidents, user, now)),
        tasks=tuple(_tasks(incidents, user)),
        postmortems=tuple(_postmortems(s, done, user)),
        owned=_owned(s, user),
        page=page,
    )


def _needs(s: Services, incidents: Iterable[Incident], user: str, now: datetime) -> Iterator[Need]:
    """Command that is offered to me; what I have to say, decide or take back as its leader."""
    for incident in incidents:
        yield from _called(incident, user)
        offers = incident.details.handovers
        mine = offers and offers[-1].to == user and may_read(incident, user)
        if mine and offers[-1].taken_at is None:
            offer = offers[-1]
            words = f"{offer.by_name} offers you command"
            yield _need(NeedKind.HANDOVER, incident, words, offer.at, offer.number)
        speaker = incident.roles.get(Role.COMMUNICATIONS) or incident.roles.get(Role.COMMANDER)
        due = update_due(incident, s.policy.incidents)
        if speaker == user and due is not None and due <= now + SOON:
            yield _need(NeedKind.UPDATE, incident, "An update is due", due)
        if incident.roles.get(Role.COMMANDER) == user:
            yield from _led(incident, now)


def _called(incident: Incident, user: str) -> Iterator[Need]:
    """Pages that I did not answer; of a restricted incident only that there is one."""
    mine = [page for page in open_pages(incident) if page.slack == user]
    for page in mine[-1:]:
        hidden = not may_read(incident, user)
        words = _marked(incident, f"You are called as {page.alias}: {incident.title}")
        text = outside_words(incident, "its commander") if hidden else words
        where = None if hidden else incident.channel_id
        yield Need(NeedKind.PAGE, incident.id, incident.ref, text, page.at, page.number, where)


def _led(incident: Incident, now: datetime) -> Iterator[Need]:
    for one in incident.details.access:
        if one.state is AccessState.ASKED:
            yield _need(NeedKind.ACCESS, incident, f"{one.name} asks to be let in", one.at)
    for decision in incident.details.decisions:
        end = decision.expires_at
        if end is not None and end <= now and decision.open_at(now):
            words = f"Decision {decision.number} has ended and is not revoked: {decision.text}"
            yield _need(NeedKind.EXPIRED, incident, words, end, decision.number)


def _need(kind: NeedKind, incident: Incident, text: str, since: datetime, number: int = 0) -> Need:
    words = _marked(incident, text)
    return Need(kind, incident.id, incident.ref, words, since, number, incident.channel_id)


def _marked(incident: Incident, words: str) -> str:
    """Nobody takes a drill for the real thing."""
    return f"DRILL \u00b7 {words}" if incident.drill else words


def _tasks(incidents: Iterable[Incident], user: str) -> list[MyTask]:
    """My open tasks, the most pressing first."""
    found = [
        MyTask(incident.id, incident.ref, task)
        for incident in incidents
        for task in incident.details.tasks
        if task.owner == user and task.open and may_read(incident, user)
    ]
    return sorted(found, key=lambda one: (one.task.due is None, str(one.task.due), one.ref))


def _postmortems(s: Services, incidents: Iterable[Incident], user: str) -> list[DuePostmortem]:
    """Those that are needed and not published: mine first, then by when they are due."""
    found = []
    for incident in incidents:
        waived = incident.details.postmortem_waived_because is not None
        if incident.state not in REVIEWED or waived or not may_read(incident, user):
            continue
        published = incident.at(Stamp.PM_PUBLISHED) is not None
        if published or not postmortem_required(incident, s.policy.incidents):
            continue
        mine = involves(incident, user)
        due = _pm_due(s, incident)
        found.append(DuePostmortem(incident.id, incident.ref, incident.title, due, mine))
    return sorted(found, key=lambda one: (not one.mine, one.due or LATEST, one.incident_id))


def _pm_due(s: Services, incident: Incident) -> date | None:
    known, resolved = incident.at(Stamp.PM_DUE), incident.at(Stamp.RESOLVED)
    length = s.policy.incidents.comms[int(incident.severity)].postmortem_due
    if known is None and resolved is not None and length is not None:
        known = resolved + length
    return known.date() if known is not None else None


def _owned(s: Services, user: str) -> frozenset[str]:
    """Names of the SLOs whose owner is this person, by the policy's list of people."""
    people = s.policy.alerts.people

    def is_mine(owner: str) -> bool:
        bare = owner.removeprefix("@")
        return user in {people.get(f"@{bare}"), people.get(bare), owner}

    slos = s.definitions.current().slos
    return frozenset(name for name, slo in slos.items() if slo.owner and is_mine(slo.owner))


def opened(s: Services, user: str) -> None:
    """Remember that this person looks at their Home, so that it is kept up to date."""
    with s.store() as uow:
        if uow.messages.get(f"{KIND}:{user}") is None:
            uow.messages.save(PostedMessage(f"{KIND}:{user}", f"@{user}", KIND, user, KIND, user))
            uow.commit()


def home_message(s: Services, _uow: UnitOfWork, ref: str) -> Home | None:
    """Projection of a Home; `ref` is the person."""
    return home(s, ref) if not ref.isdecimal() else None
