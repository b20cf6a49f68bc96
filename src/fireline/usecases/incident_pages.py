"""Calling somebody into an incident, and hearing that they have it."""

from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import EffectError, InvalidInputError, UserError
from fireline.domain.incident import paging
from fireline.domain.incident.exposure import outside_words
from fireline.domain.incident.incident import Incident, Role, Stamp
from fireline.domain.incident.page import Page, Told, Way
from fireline.domain.people import SYSTEM, Actor
from fireline.usecases.incident_clock import WAYS, target_of
from fireline.usecases.incident_facts import record
from fireline.usecases.incident_record import check_length, load, sync_topic
from fireline.usecases.incident_roles import tell
from fireline.usecases.on_call_alias import on_call_alias
from fireline.usecases.oncall_ports import PageText
from fireline.usecases.page_telling import show_paging
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.who_is_on_call import alias_of, somebody

MOST_POLLED = 20
LONGEST_WHY = 500
BY_HAND = "by:"


def page(s: Services, incident_id: int, name: str, text: str, actor: Actor) -> Incident:
    """Call whoever stands behind the alias, wherever they are.

    Raises:
        NotFoundError: nobody stands behind it.
        InvalidInputError: the work is over, they did not answer three times, or it is a drill that
            may not call them.
    """
    check_length(text, "text")
    alias, words = alias_of(name), " ".join(text.split())
    refuse_page(s, incident_id, alias)
    target = target_of(s, somebody(s, alias, s.clock.now()))
    if target is None:
        raise InvalidInputError(f"{alias} cannot be called.", "alias")

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        paging.check_again(incident, alias)
        last = incident.details.pages[-1].number if incident.details.pages else 0
        firing = f"{BY_HAND}{actor.id}:{last + 1}"
        after = paging.called(incident, [target], firing, words, actor, now)
        if target.slack and target.way is not Way.MENTION and not incident.restricted:
            after = _joined(after, target.slack)
        said = f": {words}" if words else ""
        return after, f"Called {alias} ({target.name}, {WAYS[target.way]}){said}"

    return record(s, incident_id, "page", edit, actor, then=sync_topic)


def refuse_page(s: Services, incident_id: int, alias: str) -> None:
    """Say what keeps the alias from being called, before anybody is asked to confirm it.

    Raises:
        InvalidInputError: something does.
    """
    with s.store() as uow:
        incident = load(uow, incident_id)
    if not incident.open:
        raise InvalidInputError(f"The work on {incident.ref} is over; nobody is called any more.")
    allowed = s.policy.incidents.drill_page
    if incident.drill and alias not in allowed:
        there = f"may call {', '.join(allowed)}" if allowed else "calls nobody"
        message = (
            f"{incident.ref} is a drill, which {there} (`incidents.drill.page` of the policy)."
        )
        raise InvalidInputError(message, "alias")
    paging.check_again(incident, alias)


def acknowledge(s: Services, incident_id: int, number: int, actor: Actor) -> Incident:
    """Answer a page. Who is on call for the service is its operations from then on.

    Raises:
        NotFoundError: there is no such page.
    """

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        after = paging.acknowledged(incident, number, actor, now)
        if after == incident:
            return incident, ""
        page = next(p for p in after.details.pages if p.number == number)
        led = paging.with_operations(after, page, actor, on_call_alias(s, incident), now)
        more = " and is operations" if led != after else ""
        if not incident.restricted and actor.id != PAGER.id:
            led = _joined(led, actor.id)
        return led, f"{actor.name} acknowledged the page to {page.alias}{more}"

    return record(s, incident_id, "page.acknowledged", edit, actor, then=tell(s))


def _joined(incident: Incident, user: str) -> Incident:
    details = incident.details
    joined = tuple(dict.fromkeys((*details.joined, user)))
    gone = tuple(one for one in details.gone if one != user)
    return replace(incident, details=replace(details, joined=joined, gone=gone))


PAGER = Actor("pagerduty", "PagerDuty")


def tell_pager(s: Services, incident_id: int, number: int, told: str) -> None:
    """Tell PagerDuty of a page what it is to know; a second time changes nothing.

    Raises:
        EffectError: it cannot be reached; one that is refused for good is told in the channel.
    """
    with s.store() as uow:
        incident = load(uow, incident_id)
        page = next((p for p in incident.details.pages if p.number == number), None)
        card = uow.messages.get(f"card:{incident_id}")
    if page is None:
        return
    key = pager_key(incident, page)
    link = ""
    if card is not None and card.ts and card.channel_id and not incident.restricted:
        link = _link(s, card.channel_id, card.ts)
    try:
        if told == Told.CALLED:
            s.pager.trigger(page.alias, key, _words(s, incident, page, link))
        elif told == Told.TAKEN:
            s.pager.acknowledge(page.alias, key)
        else:
            s.pager.resolve(page.alias, key)
    except (EffectError, UserError) as error:
        if isinstance(error, EffectError) and error.retry:
            raise
        undelivered(s, incident_id, number, str(error))


def _link(s: Services, channel: str, ts: str) -> str:
    """The way to the incident; a page without it is better than none."""
    try:
        return s.chat.permalink(channel, ts) or ""
    except EffectError:
        return ""


def pager_key(incident: Incident, page: Page) -> str:
    """What names this page at the pager for good, also beside another Fireline's."""
    declared = int(incident.stamps[Stamp.DECLARED].timestamp())
    return f"fireline-{incident.ref}-{declared}-{page.number}"


def _words(s: Services, incident: Incident, page: Page, link: str) -> PageText:
    severity = incident.severity
    if incident.restricted:
        words = outside_words(incident, _name_of(s, incident.roles.get(Role.COMMANDER)))
        return PageText(words, int(severity), "fireline")
    drill = "DRILL " if incident.drill else ""
    said = f" ({page.text})" if page.text else ""
    words = f"{drill}{incident.ref} {severity.label}: {incident.title}{said}"
    return PageText(words, int(severity), incident.service or "fireline", link)


def _name_of(s: Services, user: str | None) -> str:
    """The commander's name, or the id where Slack cannot say it."""
    try:
        return s.chat.user_name(user) if user else ""
    except EffectError:
        return user or ""


def undelivered(s: Services, incident_id: int, number: int, why: str) -> None:
    """Record that a page did not reach them, and say so in the channel."""
    why = why if len(why) <= LONGEST_WHY else why[: LONGEST_WHY - 1] + "…"
    found: list[Page] = []

    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        pages = tuple(
            replace(p, trouble=why) if p.number == number else p for p in incident.details.pages
        )
        found[:] = [p for p in pages if p.number == number]
        after = replace(incident, details=replace(incident.details, pages=pages))
        return after, f"{found[0].alias if found else 'A page'} was not reached: {why}"

    def then(uow: UnitOfWork, incident: Incident) -> None:
        show_paging(s, uow, incident, [p.firing for p in found])

    record(s, incident_id, "page.undelivered", edit, SYSTEM, then=then)


def poll_pager(s: Services) -> int:
    """Ask PagerDuty who acknowledged there; gives how many pages were."""
    if not s.pager.asks:
        return 0
    with s.store() as uow:
        waiting = [
            (incident, page)
            for incident in uow.incidents.open()
            for page in paging.open_pages(incident)
            if page.way is Way.PAGERDUTY and page.told is Told.CALLED and not page.trouble
        ]
    return sum(_polled(s, incident, page) for incident, page in waiting[:MOST_POLLED])


def _polled(s: Services, incident: Incident, page: Page) -> bool:
    try:
        state = s.pager.state(pager_key(incident, page))
    except (EffectError, UserError) as error:
        if isinstance(error, EffectError) and error.retry:
            return False  # the next look comes in a minute, and nobody answering climbs meanwhile
        undelivered(s, incident.id, page.number, f"who acknowledged is not known: {error}")
        return False
    if state is None or not state.acknowledged:
        return False
    acknowledge(s, incident.id, page.number, replace(PAGER, name=state.by or PAGER.name))
    return True
