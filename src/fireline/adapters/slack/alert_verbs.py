"""`/slo ack`, `mute`, `unmute`, `incidents` and `link`."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from fireline.adapters.slack.blocks import answers
from fireline.adapters.slack.blocks.markup import one_line, user, when
from fireline.adapters.slack.desk import Asked, Desk, Reply
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.moments import future_moment
from fireline.domain.errors import InvalidInputError
from fireline.domain.slo.wording import parse_range
from fireline.usecases.alert_history import alert_history
from fireline.usecases.handle_alerts import acknowledge, alert_named, mute, unmute
from fireline.usecases.incident_facts import link_slo
from fireline.usecases.slo_views import find_slo

HELP: Mapping[str, str] = {
    "incidents NAME 30d": "its alerts and incidents, what they cost, whether they were worth it",
    "link NAME": "this incident concerns the SLO",
    "ack NAME": "takes the alert of an SLO, as its button does",
    "mute NAME until:T REASON": "posts nothing of it until then, such as `until:+2h`",
    "unmute NAME": "posts of it again",
}
OPTIONS = ("until",)
LONGEST_WINDOW = 400 * 86_400
WRITES = ("ack", "mute", "unmute", "link")


def slo_ack(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Take the alert of an SLO."""
    if not typed.words:
        raise InvalidInputError("Name the alert or its SLO: `/slo ack NAME`.")
    group = acknowledge(desk.s, alert_named(desk.s, typed.words[0]).id, asked.user)
    who = group.acknowledged_by or asked.user.id
    name = one_line(typed.words[0], 150)
    if who == asked.user.id:
        return answers.said(f"You took the alert of `{name}`.", f"You took the alert of {name}.")
    plain = f"{desk.name(who)} already looks into {name}."
    return answers.said(f"{user(who)} already looks into `{name}`.", plain)


def slo_mute(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Post nothing of an SLO for a while."""
    until = typed.option("until")
    if not typed.words or until is None:
        raise InvalidInputError(
            "Say which SLO, until when and why: `/slo mute NAME until:+2h new dashboards`."
        )
    moment = future_moment(until, desk.s.clock.now(), desk.zone(asked.user.id))
    made = mute(desk.s, typed.words[0], moment, typed.after(1), asked.user)
    rest = "Its budget is counted all the same; `/slo unmute` ends it."
    return answers.said(
        f"`{one_line(made.slo, 150)}` is muted until {when(made.until)}. {rest}",
        f"{made.slo} is muted until {made.until:%Y-%m-%d %H:%M} UTC. {rest}",
    )


def slo_unmute(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Post of an SLO again."""
    if not typed.words:
        raise InvalidInputError("Name the SLO: `/slo unmute NAME`.")
    name = unmute(desk.s, typed.words[0], asked.user)
    return answers.told(f"{name} is not muted any more. What burns is posted within a minute.")


def slo_incidents(desk: Desk, _asked: Asked, typed: Typed) -> Reply:
    """The alerts and incidents of an SLO, and whether they were worth it."""
    if not typed.words:
        raise InvalidInputError("Name the SLO: `/slo incidents NAME`.")
    if len(typed.words) == 1:
        return alert_history(desk.s, typed.words[0])
    seconds = parse_range(typed.words[1].lower())
    if seconds is None or seconds > LONGEST_WINDOW:
        raise InvalidInputError(
            f"\u201c{typed.words[1][:40]}\u201d is no window: write `30d` or `12h`, at most 400d.",
            "window",
        )
    return alert_history(desk.s, typed.words[0], timedelta(seconds=seconds))


def slo_link(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Link an SLO to the incident of this channel."""
    if not typed.words:
        raise InvalidInputError("Name the SLO: `/slo link NAME`. `/slo list` shows them all.")
    incident = desk.incident_here(asked.channel)
    name = find_slo(desk.s, typed.words[0]).name
    after = link_slo(desk.s, incident.id, name, asked.user, add=True)
    return answers.done(after.ref, f"linked to {', '.join(after.slos)}")


VERBS: Mapping[str, Callable[[Desk, Asked, Typed], Reply]] = {
    "incidents": slo_incidents,
    "link": slo_link,
    "ack": slo_ack,
    "mute": slo_mute,
    "unmute": slo_unmute,
}
