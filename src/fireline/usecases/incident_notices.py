"""Telling the data's consumers, each in its own channel, and hearing that they understood."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import InvalidInputError, RejectedError
from fireline.domain.incident import notices
from fireline.domain.incident.correlation import roots_of
from fireline.domain.incident.details import Notice
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import NoticeKind
from fireline.domain.incident.notices import Consumer
from fireline.domain.incident.timeline import EntryKind
from fireline.domain.people import SYSTEM, Actor
from fireline.usecases.impact_views import ConsumerNotice, IncidentNotice
from fireline.usecases.incident_facts import Follow, record
from fireline.usecases.incident_impact import blast_of
from fireline.usecases.incident_pages import undelivered
from fireline.usecases.incident_record import check_length, load, show
from fireline.usecases.page_telling import PAGE
from fireline.usecases.ports import PostedMessage, Services, UnitOfWork
from fireline.usecases.publish import Projections, publish

WORDS = {
    NoticeKind.DO_NOT_USE: "not to use it",
    NoticeKind.CORRECTION: "what was wrong",
    NoticeKind.ALL_CLEAR: "that it is safe again",
}
NAMED = 10
LONGEST_ADVICE = 600
NOTICE = "consumer_notice"


def consumers_of(s: Services, incident_id: int, kind: NoticeKind) -> tuple[Consumer, ...]:
    """Who is to be told by default: those downstream, or after a first notice those who got it."""
    now = s.clock.now()
    with s.store() as uow:
        incident = load(uow, incident_id)
        known = _known(uow, incident, now)
    told = {notice.consumer for notice in incident.details.notices}
    if kind is NoticeKind.DO_NOT_USE or not told:
        return known
    beyond = [Consumer(name) for name in sorted(told - {c.name for c in known})]
    return (*(c for c in known if c.name in told), *beyond)


def _known(uow: UnitOfWork, incident: Incident, now: datetime) -> tuple[Consumer, ...]:
    found = blast_of(uow, roots_of(incident), now)
    nodes = [one.node for one in found.consumers] if found is not None else []
    return tuple(
        Consumer(
            n.name,
            notices.LEAST_TIER if n.tier is None else n.tier,
            n.owner or None,
            f"#{n.channel.removeprefix('#')}" if n.channel else "",
            n.consumer_class.value,
        )
        for n in nodes
    )


def notify(
    s: Services,
    incident_id: int,
    kind: NoticeKind,
    names: Iterable[str],
    text: str,
    actor: Actor,
    advice: Mapping[str, str] | None = None,
) -> Incident:
    """Tell these consumers; each has one message that is edited, and an all-clear replies to it.

    `advice` by class stands below the text; the policy's where none is given.

    Raises:
        InvalidInputError: nobody or nothing is named, the data is not right yet, or the incident
            is restricted.
    """
    words = " ".join(text.split())
    check_length(words, "text")
    if not words:
        raise InvalidInputError("Say what they are to know.", "text")
    consumers = _named(s, incident_id, names)
    said = advice_for(s, incident_id, kind, consumers) if advice is None else advice
    told = tuple(c.name for c in consumers)

    def edit(before: Incident, at: datetime) -> tuple[Incident, str]:
        after = notices.told(before, kind, consumers, words, actor.name, at, said)
        more = f" and {len(told) - NAMED} more" if len(told) > NAMED else ""
        return after, f"Told {', '.join(told[:NAMED])}{more} {WORDS[kind]}: {words}"

    posts = _posts(s, told, clear=kind is NoticeKind.ALL_CLEAR)
    return record(s, incident_id, "notify", edit, actor, kind=EntryKind.UPDATE, then=posts)


def advice_for(
    s: Services, incident_id: int, kind: NoticeKind, consumers: Iterable[Consumer]
) -> dict[str, str]:
    """What the policy says to each class among these consumers."""
    with s.store() as uow:
        facts = notices.facts_of(load(uow, incident_id))
    found = {}
    for name in dict.fromkeys(one.used_by for one in consumers if one.used_by):
        template = s.policy.incidents.notices.get(name, {}).get(kind, "")
        words = s.documents.sentence(template, facts)[:LONGEST_ADVICE]
        if words:
            found[name] = words
    return found


def consumers_named(s: Services, incident_id: int, names: Iterable[str]) -> list[Consumer]:
    """The consumers of these names as lineage knows them, or as nothing but a name."""
    with s.store() as uow:
        known = {c.name.lower(): c for c in _known(uow, load(uow, incident_id), s.clock.now())}
    plain = dict.fromkeys(name.strip() for name in names if name.strip())
    return [known.get(name.lower(), Consumer(name)) for name in plain]


def _named(s: Services, incident_id: int, names: Iterable[str]) -> list[Consumer]:
    """The consumers of these names, if they may be told at all."""
    found = consumers_named(s, incident_id, names)
    if not found:
        message = "Nobody downstream is known; name who uses the data, one a line."
        raise InvalidInputError(message, "consumers")
    with s.store() as uow:
        incident = load(uow, incident_id)
    if incident.restricted:
        message = f"{incident.ref} is restricted: tell its consumers in person, with security."
        raise InvalidInputError(message, "consumers")
    if incident.drill:  # nobody outside the drill is told; the message stands in its channel
        return [replace(one, channel="") for one in found]
    return found


def confirm(s: Services, incident_id: int, consumer: str, actor: Actor) -> Incident:
    """A consumer understood."""

    def edit(incident: Incident, now: datetime) -> tuple[Incident, str]:
        after = notices.understood(incident, consumer, actor.name, now)
        return after, f"{consumer} understood (said by {actor.name})"

    posts = _posts(s, (consumer,), clear=False)
    return record(s, incident_id, "notice.confirmed", edit, actor, then=posts)


def _posts(s: Services, names: tuple[str, ...], *, clear: bool) -> Follow:
    """What brings the consumers' messages up to date."""

    def follow(uow: UnitOfWork, incident: Incident) -> None:
        for notice in incident.details.notices:
            channel = notice.channel or incident.channel_id
            if notice.consumer not in names or channel is None:
                continue
            ref = f"{incident.id}|{notice.consumer}|{notice.channel}"
            show(s, uow, NOTICE, channel, ref)
            if clear:
                show(s, uow, "all_clear", channel, ref)

    return follow


def deliver(s: Services, projections: Projections, target: PostedMessage) -> bool:
    """`publish`; a consumer whose channel refuses is told in the incident's, to be passed on."""
    try:
        return publish(s, projections, target)
    except RejectedError as error:
        if target.kind == PAGE:
            incident_id, _, number = target.ref.partition(":")
            undelivered(s, int(incident_id), int(number), error.code or str(error))
            return False
        incident_id, _, rest = target.ref.partition("|")
        consumer, _, channel = rest.partition("|")
        if target.kind != NOTICE or not channel:
            raise
        _pass_on(s, int(incident_id), consumer, f"{channel}: {error.code or error}")
        return False


def _pass_on(s: Services, incident_id: int, consumer: str, why: str) -> None:
    def edit(incident: Incident, _now: datetime) -> tuple[Incident, str]:
        after = notices.without_channel(incident, consumer)
        return after, f"{consumer} could not be told ({why}); somebody has to pass it on"

    posts = _posts(s, (consumer,), clear=False)
    record(s, incident_id, "notice.undelivered", edit, SYSTEM, then=posts)


def consumer_notice(_s: Services, uow: UnitOfWork, ref: str) -> ConsumerNotice | None:
    """Projection of what one consumer was told; `ref` is incident id, consumer and channel."""
    incident, notice = _find(uow, ref)
    if incident is None or notice is None:
        return None
    return ConsumerNotice(incident.id, incident.ref, notice, pass_on=not notice.channel)


def all_clear(_s: Services, uow: UnitOfWork, ref: str) -> IncidentNotice | None:
    """Projection of the reply that says the data is safe again."""
    incident, notice = _find(uow, ref)
    if incident is None or notice is None or notice.cleared_at is None:
        return None
    text = f"{notice.text} {notice.advice}".strip()
    return IncidentNotice(f"consumer_notice:{ref}", incident.ref, text, sign="white_check_mark")


def _find(uow: UnitOfWork, ref: str) -> tuple[Incident | None, Notice | None]:
    incident_id, consumer, _channel = ref.split("|")
    incident = uow.incidents.get(int(incident_id))
    found = incident.details.notices if incident is not None else ()
    return incident, next((n for n in found if n.consumer == consumer), None)
