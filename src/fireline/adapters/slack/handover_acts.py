"""The verb that hands command over, and the button that takes it."""

from collections.abc import Mapping

from fireline.adapters.slack.acts import PERSON, Act, Field, Values
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.desk import Asked, Desk, Reply
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.interactions import Pressed
from fireline.domain.incident.incident import Incident
from fireline.usecases import incident_handover


def _typed(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    return {"person": typed.people[0].id if typed.people else ""}


def _offer(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    name = desk.member(values["person"], "person")
    after = incident_handover.offer(desk.s, incident.id, values["person"], name, asked.user)
    return answers.told(f"{after.ref}: offered to {name}. Until they press, you have command.")


def take_command(desk: Desk, asked: Asked, pressed: Pressed) -> Reply | None:
    """Whom it was offered to takes it; the card then says so."""
    incident_id, _, number = pressed.value.partition(":")
    incident_handover.take(desk.s, int(incident_id), int(number), asked.user)
    return None


ACTS = (
    Act("handover", "Hand over", "Offer", (Field("person", "To whom?", PERSON),), _typed, _offer),
)
HELP: Mapping[str, str] = {
    "handover @person": "offers command with all that is open; it moves when they press the button",
}
