"""The buttons of a proposal; its message then says who decided."""

from collections.abc import Mapping

from fireline.adapters.slack import ids
from fireline.adapters.slack.desk import Asked, Desk, Reply
from fireline.adapters.slack.interactions import Button, Pressed
from fireline.usecases.attach_by_hand import decide_proposal


def _decide(*, accepted: bool) -> Button:
    def press(desk: Desk, asked: Asked, pressed: Pressed) -> Reply | None:
        incident_id, _, number = pressed.value.partition(":")
        incident = desk.incident(int(incident_id), asked)
        decide_proposal(desk.s, incident.id, int(number), asked.user, accepted=accepted)
        return None

    return press


PROPOSAL_BUTTONS: Mapping[str, Button] = {
    ids.PROPOSAL_YES: _decide(accepted=True),
    ids.PROPOSAL_NO: _decide(accepted=False),
}
