"""`/slo exclude`, `/slo exception` and `/slo freeze`, with their buttons and forms."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from fireline.adapters.slack import ids, spans
from fireline.adapters.slack.blocks.waiver_forms import Wish, exception, exclusion
from fireline.adapters.slack.desk import Asked, Desk, Modal, Reply
from fireline.adapters.slack.grammar import PERSON, Typed
from fireline.adapters.slack.interactions import Button, Outcome, Pressed, Sent, Submission
from fireline.domain.errors import InvalidInputError
from fireline.domain.people import Actor
from fireline.domain.policy.waivers import Waiver, WaiverKind
from fireline.domain.slo.exclusions import ExclusionEffect
from fireline.usecases import waive
from fireline.usecases.policy_views import WaiverAnswer
from fireline.usecases.slo_views import find_slo
from fireline.usecases.waive import Ask
from fireline.usecases.waiver_views import freeze_list, maintenance_list

Verb = Callable[[Desk, Asked, Typed], Reply]
Change = Callable[[Desk, int, Actor], Waiver]

OPTIONS = ("approver", "until", "effect")
WRITES = ("exclude", "exception", "approve")
REF = re.compile(r"^(?:(?:mw|exc)-)?(?P<id>\d{1,9})$", re.IGNORECASE)
HELP: Mapping[str, str] = {
    "exclude NAME FROM..TO WHY approver:@ana": "asks to leave maintenance out of a budget",
    "exclude list": "what is asked for, runs and is planned",
    "exclude end MW-1": "ends one now; `withdraw MW-1` takes it back whole",
    "exception SERVICE until:+2h WHY approver:@ana": "asks to let changes pass",
    "approve MW-1": "agrees to maintenance or an exception that you were asked for",
    "freeze": "services whose budget limits changes, and why",
}


def exclude(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Ask for maintenance, list it, or end it; a form where something is missing or unclear."""
    first = typed.words[0].lower() if typed.words else ""
    if first == "list" and len(typed.words) == 1:
        return maintenance_list(desk.s)
    if first in CHANGES and len(typed.words) > 1 and REF.match(typed.words[1]):
        return _changed(desk, asked, CHANGES[first], typed.words[1])
    where = next((n for n, word in enumerate(typed.words) if ".." in word), None)
    start, _, end = typed.words[where].partition("..") if where is not None else ("", "", "")
    rest = [word for n, word in enumerate(typed.words) if n not in (0, where)]
    wish = _wish(desk, asked, typed, start, end, " ".join(rest))
    return _asked_or_form(desk, asked, wish, WaiverKind.EXCLUSION)


def make_exception(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Ask for an exception, or end one; a form where something is missing or unclear."""
    first = typed.words[0].lower() if typed.words else ""
    if first in CHANGES and len(typed.words) > 1 and REF.match(typed.words[1]):
        return _changed(desk, asked, CHANGES[first], typed.words[1])
    wish = _wish(desk, asked, typed, "now", typed.option("until") or "", typed.after(1))
    return _asked_or_form(desk, asked, wish, WaiverKind.EXCEPTION)


def approve(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Agree to a request that somebody put to you.

    Raises:
        InvalidInputError: no request is named so.
    """
    ref = typed.words[0].strip("`") if typed.words else ""
    if not REF.match(ref):
        raise InvalidInputError(
            "Name the request: `/slo approve MW-1`. `/slo exclude list` and `/slo freeze` show"
            " them.",
            "change",
        )
    return _changed(desk, asked, _approve, ref)


def freeze(desk: Desk, _asked: Asked, _typed: Typed) -> Reply:
    """Services that are limited, and why."""
    return freeze_list(desk.s)


def _wish(desk: Desk, asked: Asked, typed: Typed, start: str, end: str, reason: str) -> Wish:
    mentioned = PERSON.match(typed.option("approver") or "")
    return Wish(
        subject=typed.words[0].strip("`").lower() if typed.words else "",
        start=start,
        end=end,
        reason=reason,
        approver=mentioned["id"] if mentioned else None,
        effect=typed.option("effect") or ExclusionEffect.EXCLUDE.value,
        channel=asked.channel,
        zone=desk.zone(asked.user.id).key,
    )


def _asked_or_form(desk: Desk, asked: Asked, wish: Wish, kind: WaiverKind) -> Reply:
    """Done at once when all is there and clear, else the form with what was typed."""
    given = (wish.subject, wish.end, wish.reason, wish.approver)
    if not all(given):
        return _form(desk, wish, kind)
    try:
        return _told(desk, asked, waive.ask(desk.s, _ask(desk, asked, wish, kind)))
    except InvalidInputError as error:
        return _form(desk, replace(wish, refusal=str(error)), kind)


def _form(desk: Desk, wish: Wish, kind: WaiverKind) -> Modal:
    slos = desk.s.definitions.current().slos
    if kind is WaiverKind.EXCLUSION:
        return Modal(exclusion(wish, sorted(slos)))
    services = {slo.service.casefold(): slo.service for slo in slos.values()}
    chosen = services.get(wish.subject.casefold(), wish.subject)
    return Modal(exception(replace(wish, subject=chosen), sorted(services.values())))


def _ask(desk: Desk, asked: Asked, wish: Wish, kind: WaiverKind) -> Ask:
    """The request, its words understood.

    Raises:
        InvalidInputError: something cannot be understood; `field` says what.
    """
    now, zone = desk.s.clock.now(), desk.zone(asked.user.id)
    if kind is WaiverKind.EXCLUSION:
        find_slo(desk.s, wish.subject)  # an unknown name is said before anything else
        start, end = spans.ends(wish.start, wish.end, now, zone)
    else:
        start, end = now, spans.until(wish.end, now, zone)
    if wish.effect not in set(ExclusionEffect):
        message = f"\u201c{wish.effect}\u201d is no effect. Write {' or '.join(ExclusionEffect)}."
        raise InvalidInputError(message, "effect")
    person = wish.approver or ""
    return Ask(
        kind=kind,
        subject=wish.subject,
        start=start,
        end=end,
        reason=wish.reason,
        actor=asked.user,
        approver=Actor(person, desk.member(person, "approver")),
        effect=ExclusionEffect(wish.effect),
    )


def _told(desk: Desk, asked: Asked, waiver: Waiver) -> WaiverAnswer:
    return WaiverAnswer(waiver, desk.s.clock.now(), desk.zone(asked.user.id).key)


def _changed(desk: Desk, asked: Asked, change: Change, ref: str) -> WaiverAnswer:
    match = REF.match(ref)
    number = int(match["id"]) if match else 0
    return _told(desk, asked, change(desk, number, asked.user))


def _end(desk: Desk, number: int, actor: Actor) -> Waiver:
    return waive.end(desk.s, number, actor)


def _withdraw(desk: Desk, number: int, actor: Actor) -> Waiver:
    return waive.withdraw(desk.s, number, actor)


def _approve(desk: Desk, number: int, actor: Actor) -> Waiver:
    return waive.decide(desk.s, number, actor, approve=True)


def _refuse(desk: Desk, number: int, actor: Actor) -> Waiver:
    return waive.decide(desk.s, number, actor, approve=False)


def _press(change: Change, *, told: bool) -> Button:
    """A button; an approver sees the answer in the message itself, but not on the Home tab."""

    def press(desk: Desk, asked: Asked, pressed: Pressed) -> Reply | None:
        answer = _changed(desk, asked, change, pressed.value)
        return answer if told or not asked.channel else None

    return press


def _submit(kind: WaiverKind) -> Submission:
    def submit(desk: Desk, asked: Asked, sent: Sent) -> Outcome:
        last = "to" if kind is WaiverKind.EXCLUSION else "until"
        wish = Wish(
            subject=sent.need("subject"),
            start=sent.need("from") if kind is WaiverKind.EXCLUSION else "now",
            end=sent.need(last),
            reason=sent.need("reason"),
            approver=sent.need("approver"),
            effect=sent.fields.get("effect", ExclusionEffect.EXCLUDE.value),
        )
        return _told(desk, asked, waive.ask(desk.s, _ask(desk, asked, wish, kind)))

    return submit


CHANGES: Mapping[str, Change] = {"end": _end, "withdraw": _withdraw}
VERBS: Mapping[str, Verb] = {
    "exclude": exclude,
    "exception": make_exception,
    "approve": approve,
    "freeze": freeze,
}
BUTTONS: Mapping[str, Button] = {
    ids.WAIVER_APPROVE: _press(_approve, told=False),
    ids.WAIVER_REFUSE: _press(_refuse, told=False),
    ids.WAIVER_END: _press(_end, told=True),
    ids.WAIVER_WITHDRAW: _press(_withdraw, told=True),
}
SUBMISSIONS: Mapping[str, Submission] = {
    ids.VIEW_EXCLUSION: _submit(WaiverKind.EXCLUSION),
    ids.VIEW_EXCEPTION: _submit(WaiverKind.EXCEPTION),
}
