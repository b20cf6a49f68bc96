"""`time`: correcting a recorded instant, with its reason."""

from collections.abc import Mapping

from fireline.adapters.slack.acts import CHOICE, Act, Field, Options, Values
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.blocks.markup import when
from fireline.adapters.slack.desk import Asked, Desk
from fireline.adapters.slack.grammar import Typed, nearest
from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.incident.stamps import EDITABLE
from fireline.usecases import manage_incident

AT_HINT = "Your time: 02:31, -15m, or a full date and time."
STAMPS: Options = tuple((s.value, s.value.replace("_", " ").capitalize()) for s in EDITABLE)


def _typed(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    """Name, time and reason in this order; `at:` works for the time as everywhere else."""
    words = list(typed.words)
    name = words.pop(0).lower().replace("-", "_") if words else ""
    at = typed.option("at") or (words.pop(0) if words else "")
    return {"stamp": name, "at": at, "reason": " ".join(words)}


def _set(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    stamp = _stamp(values["stamp"])
    at = desk.moment(values["at"], asked.user.id) or desk.s.clock.now()
    reason = values["reason"]
    after = manage_incident.set_time(desk.s, incident.id, stamp, at, reason, asked.user)
    text = f"{after.ref}: {stamp.value} is now "
    return answers.said(f"{text}{when(at)}.", f"{text}{at:%Y-%m-%d %H:%M} UTC.")


def _stamp(name: str) -> Stamp:
    try:
        return Stamp(name)
    except ValueError as error:
        known = [stamp.value for stamp in EDITABLE]
        meant = nearest(name, known)
        hint = f" Did you mean `{meant}`?" if meant else ""
        message = f"\u201c{name}\u201d is no recorded time.{hint} You can set {', '.join(known)}."
        raise InvalidInputError(message, "stamp") from error


ACTS = (
    Act(
        "time",
        "Time in",
        "Correct",
        (
            Field("stamp", "Which time?", CHOICE, options=STAMPS),
            Field("at", "When was it?", hint=AT_HINT),
            Field("reason", "Why?"),
        ),
        _typed,
        _set,
        "The old value stays on the timeline. A time that contradicts another one is refused.",
    ),
)
HELP: Mapping[str, str] = {
    "time NAME WHEN REASON": "corrects a recorded time, such as `impact_started`",
}
