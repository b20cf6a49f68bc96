"""What happens when something on App Home is pressed that is only there."""

from collections.abc import Mapping

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks.home import home as home_view
from fireline.adapters.slack.desk import Asked, Desk, HomeTab, Reply
from fireline.adapters.slack.interactions import Button, Pressed
from fireline.usecases.home import home
from fireline.usecases.incident_log import finish_task


def turn_page(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """Another page of the same."""
    return HomeTab(home_view(home(desk.s, asked.user.id, int(pressed.value))))


def task_done(desk: Desk, asked: Asked, pressed: Pressed) -> Reply:
    """A task is done, and gone from the page."""
    incident_id, _, number = pressed.value.partition(":")
    incident = desk.incident(int(incident_id), asked)
    finish_task(desk.s, incident.id, int(number), asked.user)
    return HomeTab(home_view(home(desk.s, asked.user.id)))


HOME_BUTTONS: Mapping[str, Button] = {
    ids.HOME_BACK: turn_page,
    ids.HOME_MORE: turn_page,
    ids.TASK_DONE: task_done,
}
