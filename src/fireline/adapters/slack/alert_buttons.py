"""What happens when something on an alert is used."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import answers
from fireline.adapters.slack.blocks.alert import MARK_WORDS
from fireline.adapters.slack.blocks.markup import user, when
from fireline.adapters.slack.desk import Asked, Desk, Later, Reply, declared
from fireline.adapters.slack.interactions import Button, Pressed
from fireline.adapters.slack.moments import next_morning
from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.slo.alerting.group import AlertGroup, Mark
from fireline.usecases import manage_incident
from fireline.usecases.alert_projection import all_members
from fireline.usecases.handle_alerts import acknowledge, mark, snooze
from fireline.usecases.manage_incident import Declare

SNOOZES = {
    "30m": timedelta(minutes=30),
    "1h": timedelta(hours=1),
    "2h": timedelta(hours=2),
}


def declare_from_alert(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """Open the alert's incident at once; a second press gives the one that is open."""
    command = Declare(text="", actor=asked.user, episode_id=pressed.value)
    result = manage_incident.declare(desk.s, command)
    return Later(lambda: declared(desk.settled(result.incident), result))


def acknowledge_alert(desk: Desk, asked: Asked, pressed: Pressed) -> Reply | None:
    """Note who looks at it, which the alert itself shows; a second person is told who was first."""
    return taken(desk, asked, acknowledge(desk.s, pressed.value, asked.user))


def taken(desk: Desk, asked: Asked, group: AlertGroup) -> Reply | None:
    """Nothing for whoever took the alert; for another, who was first."""
    first = group.acknowledged_by
    if first is None or first == asked.user.id:
        return None
    rest = "already looks into this alert. It stays theirs; talk to them to help."
    return answers.said(f"{user(first)} {rest}", f"{desk.name(first)} {rest}")


def snooze_alert(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """Keep the alert quiet for a while."""
    code, _, group_id = pressed.value.partition(":")
    until = _snoozed_until(desk, asked, code)
    snooze(desk.s, group_id, until, asked.user)
    return answers.said(f"Snoozed until {when(until)}.", f"Snoozed until {until:%H:%M} UTC.")


def _snoozed_until(desk: Desk, asked: Asked, code: str) -> datetime:
    now = desk.s.clock.now()
    if code == "morning":
        return next_morning(now, desk.zone(asked.user.id))
    if code not in SNOOZES:
        raise InvalidInputError("That menu is out of date. Use the newest message.")
    return now + SNOOZES[code]


def alert_menu(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """The three-dots menu: a pause, or what the alert was worth."""
    code, _, group_id = pressed.value.partition(":")
    if code not in set(Mark):
        return snooze_alert(desk, asked, pressed)
    what = Mark(code)
    mark(desk.s, group_id, what, asked.user)
    return answers.told(f"Marked as {MARK_WORDS[what]}. Choose another one to change it.")


def show_members(desk: Desk, _asked: Asked, pressed: Pressed) -> Reply:
    """All SLOs of a grouped alert."""
    found = all_members(desk.s, pressed.value)
    if found is None:
        raise NotFoundError("This alert is not known any more. `/slo` shows what is burning now.")
    return found


ALERT_BUTTONS: Mapping[str, Button] = {
    ids.DECLARE_FROM_ALERT: declare_from_alert,
    ids.ACKNOWLEDGE: acknowledge_alert,
    ids.SNOOZE: snooze_alert,
    ids.ALERT_MENU: alert_menu,
    ids.SHOW_MEMBERS: show_members,
}
