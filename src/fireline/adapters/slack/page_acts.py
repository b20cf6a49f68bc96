"""The verbs that call people or let them in, and the buttons on pages."""

from collections.abc import Mapping
from dataclasses import dataclass

from typing_extensions import override

from fireline.adapters.slack import ids
from fireline.adapters.slack.acts import PEOPLE, Act, Field, Values
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.blocks import paging as drawn
from fireline.adapters.slack.desk import Asked, Desk, Later, Modal, Reply
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.interactions import Button, Pressed
from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Incident
from fireline.usecases import incident_handover, incident_invites, incident_pages
from fireline.usecases.on_call_alias import on_call_alias
from fireline.usecases.page_views import OnCallList
from fireline.usecases.who_is_on_call import alias_of, behind, everybody, somebody

SEPARATOR = "|"
LONGEST = 1800


def _page_typed(desk: Desk, asked: Asked, typed: Typed) -> Values:
    """A mentioned person, else the first word, is called; the rest is said.

    With nothing typed it is whoever is on call for the incident.
    """
    if typed.people:
        return {"alias": typed.people[0].id, "text": typed.bare}
    if typed.words:
        return {"alias": alias_of(typed.words[0]), "text": typed.after(1)}
    alias = on_call_alias(desk.s, desk.incident_here(asked.channel))
    known = alias and behind(desk.s, alias, desk.s.clock.now()).reached
    return {"alias": alias} if known else {}


def _page(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    alias, text = values["alias"], values.get("text", "")
    after = incident_pages.page(desk.s, incident.id, alias, text, asked.user)
    page = after.details.pages[-1]
    if page.acknowledged_at is not None:
        return answers.told(f"{page.name} is in {after.ref} already; nobody was called.")
    return answers.told(f"{after.ref}: {page.name} is called as {page.alias}.")


@dataclass(frozen=True, slots=True)
class PageAct(Act):
    """`page`: typed with somebody to call it asks once more, with a button."""

    @override
    def typed(self, desk: Desk, asked: Asked, typed: Typed) -> Reply:
        """Whom it would call and with which words, or the form while nobody is named."""
        incident = desk.incident_here(asked.channel)
        values = {name: value for name, value in self.read(desk, asked, typed).items() if value}
        alias = values.get("alias", "")
        if not typed.raw or not alias:
            return Modal(self.form(incident, asked.channel, values))
        found = somebody(desk.s, alias, desk.s.clock.now())
        incident_pages.refuse_page(desk.s, incident.id, found.alias)
        text = values.get("text", "")
        if len(text) > LONGEST:
            message = f"A page holds {LONGEST} characters; yours has {len(text)}. Write it shorter."
            raise InvalidInputError(message, "text")
        value = SEPARATOR.join((str(incident.id), found.alias, text))
        return drawn.confirm(incident, found, text, value)


def page_confirmed(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """Call them."""
    number, alias, text = pressed.value.split(SEPARATOR, 2)
    incident = desk.incident(int(number), asked)
    return _page(desk, asked, incident, {"alias": alias, "text": text})


def acknowledge(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """Answer a page, wherever it was read."""
    number, _, page = pressed.value.partition(":")
    after = incident_pages.acknowledge(desk.s, int(number), int(page), asked.user)
    found = next(p for p in after.details.pages if p.number == int(page))
    if found.acknowledged_by != asked.user.name:
        return answers.told(f"{found.acknowledged_by} has acknowledged {after.ref} already.")
    return answers.told(f"You have acknowledged {after.ref}.")


def hand_over(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """Offer command to whoever is on call next."""
    number, _, person = pressed.value.partition(":")
    name = desk.member(person, "person")
    incident_handover.offer(desk.s, int(number), person, name, asked.user)
    return answers.told(f"Command is offered to {name}; until they take it, it is yours.")


def _invite_typed(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    return {"people": " ".join([*(p.id for p in typed.people), *typed.bare.split()])}


def _invite(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    people = {}
    for word in values["people"].replace(",", " ").split():
        found = somebody(desk.s, word, desk.s.clock.now())
        if not found.slack or found.group:
            message = f"{found.alias} has no person in Slack to invite; page them instead."
            raise InvalidInputError(message, "people")
        people[found.slack] = desk.member(found.slack, "people")
    after = incident_invites.invite(desk.s, incident.id, people, asked.user)
    return answers.done(after.ref, f"{', '.join(people.values())} invited")


def on_call(desk: Desk, _asked: Asked, _typed: Typed) -> Reply:
    """Who stands behind each alias now; PagerDuty is asked after the acknowledgement."""

    def make() -> OnCallList:
        found = everybody(desk.s, desk.s.clock.now())
        return OnCallList(tuple(found), desk.s.oncall.current().problems)

    return Later(make)


ACTS = (
    PageAct(
        "page",
        "Page for",
        "Page",
        (
            Field("alias", "Whom?", hint="An alias of the policy, such as @oncall-data-platform"),
            Field("text", "What do they need to know?", optional=True),
        ),
        _page_typed,
        _page,
        "They are called at once, by direct message or PagerDuty; `/incident oncall` lists them.",
    ),
    Act(
        "invite",
        "Invite to",
        "Invite",
        (Field("people", "Whom?", PEOPLE),),
        _invite_typed,
        _invite,
        "They are invited into the channel and not called.",
    ),
)
HELP: Mapping[str, str] = {
    "page ALIAS TEXT": "calls whoever is behind the alias, once you confirm: direct message or"
    " PagerDuty",
    "invite @person ...": "invites people into the channel",
    "oncall": "who is on call, until when, and who is next",
}
BUTTONS: Mapping[str, Button] = {
    ids.PAGE_CONFIRMED: page_confirmed,
    ids.ACKNOWLEDGE_PAGE: acknowledge,
    ids.OFFER_COMMAND: hand_over,
}
