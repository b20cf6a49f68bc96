"""Alertmanager's alerts in Slack: `/slo silence`, `/slo silences`, and the buttons of a group."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Event

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.blocks.kit import Block
from fireline.adapters.slack.blocks.markup import user, when
from fireline.adapters.slack.blocks.silence import SilenceFields, end_form, silence_form
from fireline.adapters.slack.desk import (
    LOOK_SECONDS,
    Asked,
    Desk,
    Later,
    Modal,
    Reply,
    declared,
    refused,
)
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.interactions import Button, Next, Outcome, Sent, Submission
from fireline.adapters.slack.silence_words import matchers_of, silence_words, span_of, span_text
from fireline.domain.alertmanager.linking import (
    matchers_of_group,
    matchers_of_slo,
    matchers_of_slos,
)
from fireline.domain.alertmanager.silences import Matcher, check_span, written
from fireline.domain.errors import EffectError, InvalidInputError
from fireline.usecases.alertmanager_ports import SilenceRequest, SilenceState
from fireline.usecases.declare_incident import Declare, declare
from fireline.usecases.external_alerts import acknowledge_group
from fireline.usecases.external_messages import group_named
from fireline.usecases.silence_ending import ask_end
from fireline.usecases.silence_listing import list_silences, preview
from fireline.usecases.silence_making import SilenceAsk, ask_silence
from fireline.usecases.views import Message

Verb = Callable[[Desk, Asked, Typed], Reply]

HELP: Mapping[str, str] = {
    "silence NAME for:2h REASON": "keep an SLO's alerts quiet; conditions such as"
    ' `service="orders"` do too. Shown before it is made',
    "silences": "what is silent, by whom, until when, why",
}


def silence(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """A form with what the silence would cover; nothing is silenced by the command alone."""

    def of_slo(name: str) -> tuple[Matcher, ...] | None:
        if name not in desk.s.definitions.current().slos:
            return None
        with desk.s.store() as uow:
            return matchers_of_slo(name, uow.external_groups.open())

    words = silence_words(typed.raw, of_slo)
    if not typed.raw:
        given = SilenceFields(channel=asked.channel)
        return Modal(form(desk, given, _of_incident(desk, asked.channel)))
    if not words.matchers:
        known = ", ".join(sorted(desk.s.definitions.current().slos)[:5])
        hint = f" SLOs: {known}." if known else ""
        message = (
            f"\u201c{typed.raw[:80]}\u201d names neither an SLO nor conditions. Write `/slo silence"
            f' NAME for:2h REASON`, or `slo="x" env="prod"` in place of the name.{hint}'
        )
        given = SilenceFields(channel=asked.channel, reason=words.reason or typed.text)
        return refused(form(desk, given, ()), InvalidInputError(message))
    span, reason = span_text(words.span), words.reason
    shown = form(desk, SilenceFields("", span, reason, asked.channel), words.matchers)
    try:
        check_span(words.span)
    except InvalidInputError as error:
        return refused(shown, error)
    return Modal(shown)


def _of_incident(desk: Desk, channel: str) -> tuple[Matcher, ...]:
    """What silences the alerts of the incident whose channel this is; nothing elsewhere."""
    with desk.s.store() as uow:
        incident = uow.incidents.by_channel(channel)
        groups = uow.external_groups.open() if incident is not None else []
    if incident is None:
        return ()
    own = [group for group in groups if group.incident_id == incident.id]
    if own:
        return matchers_of_group(own[0])
    if len(incident.slos) == 1:
        return matchers_of_slo(incident.slos[0], groups)
    return matchers_of_slos(incident.slos) if incident.slos else ()


def silence_group(desk: Desk, asked: Asked, group_id: str) -> Reply:
    """The same form, with the conditions that tell the group apart."""
    with desk.s.store() as uow:
        group = group_named(uow, group_id)
    given = SilenceFields(channel=asked.channel, group=group_id)
    return Modal(form(desk, given, matchers_of_group(group)))


def form(desk: Desk, given: SilenceFields, matchers: tuple[Matcher, ...]) -> Block:
    """The form with these conditions; `seen` is set once Alertmanager said what they cover."""
    shown = preview(desk.s, matchers) if matchers else None
    seen = shown is not None and shown.firing is not None
    return silence_form(
        SilenceFields(
            written(matchers),
            given.span,
            given.reason,
            given.channel,
            given.group,
            digest(matchers) if seen else "",
        ),
        shown,
    )


def digest(matchers: tuple[Matcher, ...]) -> str:
    """A short mark of exactly these conditions."""
    return hashlib.sha256(written(matchers).encode()).hexdigest()[:16]


def silence_sent(desk: Desk, asked: Asked, sent: Sent) -> Outcome:
    """Make the silence when what it covers was shown; the form again, with that, when not.

    Raises:
        InvalidInputError: a field is wrong, or Alertmanager does not say what it covers.
    """
    fields = SilenceFields(
        sent.need("matchers"),
        sent.need("span"),
        sent.need("reason"),
        asked.channel,
        sent.meta.get("group"),
        str(sent.meta.get("seen") or ""),
    )
    matchers, span = matchers_of(fields.matchers), span_of(fields.span)
    check_span(span)
    if fields.seen != digest(matchers):
        shown = preview(desk.s, matchers)
        if shown.firing is None:
            message = f"Nothing was silenced, since what it covers is not known. {shown.trouble}"
            raise InvalidInputError(message, "matchers")
        return Next(form(desk, fields, matchers))
    return _ask(desk, asked, fields, matchers, span)


def _ask(
    desk: Desk, asked: Asked, fields: SilenceFields, matchers: tuple[Matcher, ...], span: timedelta
) -> Later:
    request = ask_silence(
        desk.s,
        SilenceAsk(matchers, span, fields.reason, asked.user, asked.channel, fields.group),
    )
    return Later(lambda: _outcome(_settled(desk, request)))


def _settled(desk: Desk, request: SilenceRequest) -> SilenceRequest:
    """The request once Alertmanager answered, or as it is after a short wait."""
    for _ in range(desk.looks):
        with desk.s.store() as uow:
            found = uow.silences.get(request.id)
        if found is not None and found.state is not SilenceState.ASKED:
            return found
        Event().wait(LOOK_SECONDS)
    return request


def _outcome(request: SilenceRequest) -> Rendered:
    what = written(request.matchers)
    if request.state is SilenceState.FAILED:
        return answers.told(f"{what} was not silenced, alerts still arrive. {request.error}")
    if request.state is SilenceState.ASKED:
        return answers.told(
            f"Alertmanager has not confirmed yet that {what} is silent. I keep trying for some"
            " minutes, and tell you if it does not work."
        )
    until = f"{request.ends_at:%Y-%m-%d %H:%M} UTC"
    ends = ", or when the incident ends" if request.incident_id is not None else ""
    shown = answers.told(what).blocks[0]["text"]["text"].removeprefix(":information_source: ")
    return answers.said(
        f":no_bell: Silent until {when(request.ends_at)}{ends}: {shown}\n`/slo silences` ends it.",
        f"Silent until {until}: {what}",
    )


def silences(desk: Desk, _asked: Asked, _typed: Typed) -> Reply:
    """All silences, ours and those of others."""

    def look() -> Message:
        return list_silences(desk.s)

    return Later(lambda: told_trouble(look))


def told_trouble(look: Callable[[], Message]) -> Message | Rendered:
    """What was found, or Alertmanager's trouble in its own words."""
    try:
        return look()
    except EffectError as error:
        return answers.told(str(error))


def end_silence(_desk: Desk, asked: Asked, value: str) -> Reply:
    """Ask why; the button holds the silence's id and what it covers."""
    silence_id, _, what = value.partition(" ")
    return Modal(end_form(silence_id, what, asked.channel))


def end_sent(desk: Desk, asked: Asked, sent: Sent) -> Outcome:
    """End it, with the reason."""
    ask_end(desk.s, str(sent.meta["silence"]), sent.need("reason"), asked.user)
    return answers.told("The silence is being ended. `/slo silences` shows what is left.")


def declare_from_group(desk: Desk, asked: Asked, group_id: str) -> Reply:
    """Open the group's incident at once; a second press gives the one that is open."""
    result = declare(desk.s, Declare(text="", actor=asked.user, external_group=group_id))
    return Later(lambda: declared(desk.settled(result.incident), result))


def acknowledge(desk: Desk, asked: Asked, group_id: str) -> Reply | None:
    """Note who looks at it, which the message shows; a second person is told who was first."""
    first = acknowledge_group(desk.s, group_id, asked.user).acknowledged_by
    if first is None or first == asked.user.id:
        return None
    rest = "already looks into these alerts. They stay theirs; talk to them to help."
    return answers.said(f"{user(first)} {rest}", f"{desk.name(first)} {rest}")


def _of_value(press: Callable[[Desk, Asked, str], Reply | None]) -> Button:
    """A button that needs no more than its value."""
    return lambda desk, asked, pressed: press(desk, asked, pressed.value)


VERBS: Mapping[str, Verb] = {"silence": silence, "silences": silences}
BUTTONS: Mapping[str, Button] = {
    ids.DECLARE_FROM_GROUP: _of_value(declare_from_group),
    ids.ACKNOWLEDGE_GROUP: _of_value(acknowledge),
    ids.SILENCE_GROUP: _of_value(silence_group),
    ids.END_SILENCE: _of_value(end_silence),
}
SUBMISSIONS: Mapping[str, Submission] = {
    ids.VIEW_SILENCE: silence_sent,
    ids.VIEW_END_SILENCE: end_sent,
}
