"""What every handler works with: the services, who asks, and how an answer travels back."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from threading import Event, Timer
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import Rendered, answers, forms, kit, modals, render
from fireline.adapters.slack.blocks.incident_words import SEVERITY_WORDS
from fireline.adapters.slack.blocks.kit import Block
from fireline.adapters.slack.blocks.markup import channel as channel_link
from fireline.adapters.slack.blocks.markup import esc, one_line
from fireline.adapters.slack.grammar import mentioned
from fireline.adapters.slack.moments import due_date, past_moment, zone
from fireline.domain.errors import (
    EffectError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UserError,
)
from fireline.domain.incident.exposure import is_inside, may_read
from fireline.domain.incident.incident import Incident, IncidentState
from fireline.domain.people import Actor
from fireline.usecases.declaration import Declared
from fireline.usecases.manage_incident import incident_in
from fireline.usecases.outside import neutral, refuse_outside
from fireline.usecases.ports import Services
from fireline.usecases.views import Message

log = structlog.get_logger(__name__)

LOOKS = 25
LOOK_SECONDS = 0.15
ACK_AFTER_SECONDS = 2.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked, where, and the ticket with which a modal may be opened."""

    user: Actor
    channel: str
    trigger_id: str = ""


@dataclass(frozen=True, slots=True)
class Modal:
    """An answer that is a form; `because` is what was wrong with what was typed."""

    view: Block
    because: str = ""


def refused(view: Block, error: UserError) -> Modal:
    """The form with what was wrong with what was typed."""
    return Modal(forms.refused(view, str(error)), str(error))


@dataclass(frozen=True, slots=True)
class HomeTab:
    """An answer that is the person's App Home."""

    view: Block


@dataclass(frozen=True, slots=True)
class Later:
    """An answer that is made once the request is acknowledged, since it waits for something."""

    make: Callable[[], Message | Rendered]


Answer = Message | Rendered | Modal | HomeTab
Reply = Answer | Later


class Respond(Protocol):
    """Sends an answer to whoever acted; bolt's `respond` is one."""

    def __call__(self, *, text: str, blocks: list[Block], replace_original: bool) -> object:
        """Send it, seen by that person alone."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """The services as handlers use them; `looks` bounds the wait for a new channel.

    `about` is the incident that was named with `in:INC-7`, wherever that was typed.
    """

    s: Services
    looks: int = LOOKS
    about: int | None = None

    def name(self, user: str, given: str = "") -> str:
        """The person's name; what Slack sent along, or the id, when it cannot be had."""
        try:
            return self.s.chat.user_name(user)
        except EffectError:
            return given or user

    def member(self, user: str, field: str, given: str = "") -> str:
        """The name of a person who can be asked for something; `field` is where they were named.

        Raises:
            InvalidInputError: Slack knows nobody of that id, or it is a bot or deactivated.
        """
        try:
            works_here = self.s.chat.is_member(user)
        except EffectError as error:
            log.warning("member_not_checked", user=user, error=str(error))
            return self.name(user, given)
        if works_here:
            return self.name(user, given)
        who = self.name(user, given)
        raise InvalidInputError(f"{who} is no active person in this workspace. Name one.", field)

    def actor(self, user: str, given: str = "") -> Actor:
        """The person as recorded."""
        return Actor(user, self.name(user, given), self._guest(user))

    def _guest(self, user: str) -> bool:
        """Whether the person is a guest; who cannot be looked up is held to be a member."""
        try:
            return self.s.chat.is_guest(user)
        except EffectError:
            return False

    def zone(self, user: str) -> ZoneInfo:
        """The person's time zone; the team's when Slack does not say."""
        try:
            return zone(self.s.chat.user_timezone(user))
        except EffectError:
            return zone(self.s.timezone)

    def moment(self, text: str | None, user: str) -> datetime | None:
        """A typed past time, in the person's zone."""
        if not text:
            return None
        return past_moment(text, self.s.clock.now(), self.zone(user))

    def permalink(self, channel: str, ts: str) -> str:
        """The address of a message, or nothing when Slack does not give it."""
        try:
            return self.s.chat.permalink(channel, ts) or ""
        except EffectError as error:
            log.warning("no_permalink", channel=channel, error=str(error))
            return ""

    def due(self, text: str | None, user: str) -> date | None:
        """A typed due date."""
        return due_date(text, self.today(user)) if text else None

    def today(self, user: str) -> date:
        """The person's date."""
        return self.s.clock.now().astimezone(self.zone(user)).date()

    def readable(self, text: str) -> str:
        """A message's text with names in place of ids."""
        return self.s.chat.readable(text)

    def names(self, text: str) -> dict[str, str]:
        """Names of the people mentioned in a text, by id."""
        return {user: self.name(user) for user in mentioned(text)}

    def incident_here(self, channel: str) -> Incident:
        """The incident whose channel this is, or the one that was named.

        Raises:
            NotFoundError: it is none; the text says where to go.
            ForbiddenError: the one named is restricted: its channel is the place to speak of it.
        """
        found = incident_in(self.s, channel)
        if self.about is not None and (found is None or found.id != self.about):
            found = self.incident(self.about)
            if found.restricted:
                raise ForbiddenError(f"{found.ref} is restricted: type this in its channel.")
        if found is None:
            raise NotFoundError(
                "This channel belongs to no incident. Use this in an incident's channel,"
                " or name one with `in:INC-7`; `/incident list` shows them."
            )
        return found

    def incident(self, incident_id: int, asked: Asked | None = None) -> Incident:
        """The incident of that number; given who asks, only what they may read.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: it is restricted, and they neither have access nor are in its channel.
        """
        with self.s.store() as uow:
            found = uow.incidents.get(incident_id)
        if found is None:
            raise NotFoundError(
                f"There is no INC-{incident_id}. `/incident list` shows the open ones."
            )
        if asked is not None and not is_inside(found, asked.channel):
            refuse_outside(found, asked.user.id)
        return found

    def open_incidents(self, asked: Asked) -> list[Incident]:
        """Those that the person may read, the newest first."""
        with self.s.store() as uow:
            known = [i for i in uow.incidents.open() if may_read(i, asked.user.id)]
        return sorted(known, key=lambda i: -i.id)

    def settled(self, incident: Incident) -> Incident:
        """The incident once its channel is there, or as it is after a short wait."""
        for _ in range(self.looks if incident.needs_channel else 0):
            with self.s.store() as uow:
                found = uow.incidents.get(incident.id)
            if found is not None and found.channel_id is not None:
                return found
            Event().wait(LOOK_SECONDS)
        return incident


def declared(incident: Incident, result: Declared) -> Rendered:
    """What is answered to whoever declared: the reference and the way into the channel."""
    created = result.created
    if incident.restricted and not created:
        return render(neutral(incident))
    title = one_line(incident.title, 150)
    head = f"{SEVERITY_WORDS[incident.severity]} \u00b7 *{esc(incident.ref)}* {title}"
    verb = "declared" if created else "is already open for this"
    verb = "is open again" if result.reopened else verb
    if incident.details.past and not incident.needs_channel:
        verb = "recorded" if created else verb
        rest = "It is over, so nobody was called. You find it in your messages with me."
    elif incident.state is IncidentState.TRIAGE and not incident.restricted:
        verb = "waits for triage" if created else verb
        rest = "No channel, nothing announced. Confirm or decline it in your messages with me."
    elif incident.channel_id:
        rest = f"Go to {channel_link(incident.channel_id)}"
    else:
        rest = "Its channel is being opened; you will be invited."
    text = f"{head} \u2014 {verb}.\n{rest}"
    more = kit.button("Add details", ids.ADD_DETAILS, str(incident.id))
    row = kit.actions([more]) if created else None
    plain = f"{incident.ref} {verb}. {incident.title}"
    return kit.rendered(plain, [kit.section(text), row])


def drawn(reply: Message | Rendered | HomeTab) -> Rendered:
    """Any answer as text and blocks."""
    if isinstance(reply, HomeTab):
        return Rendered("App Home", reply.view["blocks"])
    return reply if isinstance(reply, Rendered) else render(reply)


@contextmanager
def acknowledging(ack: Callable[[], object], after: float = ACK_AFTER_SECONDS) -> Iterator[None]:
    """Acknowledge when the work inside is done: what Slack was told of must survive a crash.

    Work that takes too long is acknowledged meanwhile, before Slack calls it failed.
    """
    slow = Timer(after, ack)
    slow.daemon = True
    slow.start()
    try:
        yield
    finally:
        slow.cancel()
    ack()


def finished(reply: Reply | None) -> Answer | None:
    """The answer itself, waited for when it needs to be."""
    return attempt(reply.make) if isinstance(reply, Later) else reply


def attempt(work: Callable[[], T]) -> T | Rendered:
    """The answer, or why there is none: refusals in their words, faults with an id in the log."""
    try:
        return work()
    except UserError as error:
        return answers.told(str(error))
    except Exception as error:  # noqa: BLE001 - recorded with the id that the person sees
        return answers.fault(recorded(error))


def recorded(error: Exception) -> str:
    """Log a fault; gives the id to show."""
    error_id = uuid.uuid4().hex[:8]
    log.error("slack_handler_failed", error_id=error_id, exc_info=error)
    return error_id


def deliver(client: WebClient, asked: Asked, reply: Answer | None, respond: Respond | None) -> None:
    """Bring the answer to the person: a form, an answer in place, or a window on App Home."""
    if reply is None:
        return
    if isinstance(reply, Modal):
        try:
            client.views_open(trigger_id=asked.trigger_id, view=reply.view)
        except SlackApiError as error:
            if respond is None:
                raise
            log.warning("modal_refused", error=str(error.response.get("error")))
            shown = answers.told("Slack did not open the form in time. Please try once more.")
            respond(text=shown.text, blocks=shown.blocks, replace_original=False)
        return
    if isinstance(reply, HomeTab):
        client.views_publish(user_id=asked.user.id, view=reply.view)
        return
    shown = drawn(reply)
    if respond is not None:
        respond(text=shown.text, blocks=shown.blocks, replace_original=False)
    elif asked.trigger_id:
        told = modals.told("Fireline", shown.blocks)
        client.views_open(trigger_id=asked.trigger_id, view=told)


def tell(client: WebClient, asked: Asked, reply: Message | Rendered) -> None:
    """Answer privately in the channel; by direct message where we cannot."""
    shown = drawn(reply)
    told: dict[str, Any] = {"text": shown.text, "blocks": shown.blocks}
    try:
        if asked.channel:
            client.chat_postEphemeral(channel=asked.channel, user=asked.user.id, **told)
            return
    except SlackApiError as error:
        log.info("ephemeral_refused", channel=asked.channel, error=str(error.response.get("error")))
    opened = client.conversations_open(users=asked.user.id)
    client.chat_postMessage(channel=opened["channel"]["id"], **told)
