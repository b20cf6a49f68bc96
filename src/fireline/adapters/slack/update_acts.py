"""Verbs that tell those who wait: update, snooze."""

import re
from collections.abc import Mapping
from datetime import timedelta

from fireline.adapters.slack.acts import LINES, Act, Field, Values
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.desk import Asked, Desk
from fireline.adapters.slack.grammar import Typed
from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.details import Update
from fireline.domain.incident.incident import Incident
from fireline.usecases import incident_updates

PARTS = re.compile(r"(?:^|\s)(?P<key>[cane]):\s*", re.IGNORECASE)
NAMES = {"c": "conditions", "a": "actions", "n": "needs", "e": "executive"}
LENGTH = re.compile(r"^(?:(?P<h>\d{1,2})h)?(?:(?P<m>\d{1,3})m(?:in)?)?$")
LONGEST = timedelta(hours=24)


def _update_typed(desk: Desk, _asked: Asked, typed: Typed) -> Values:
    """`c: what is true a: what is done n: what is needed`; without a key all is what is true."""
    text = desk.readable(typed.raw)
    marks = list(PARTS.finditer(text))
    if not marks:
        return {"conditions": text}
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return {
        NAMES[mark["key"].lower()]: text[mark.end() : end].strip()
        for mark, end in zip(marks, ends, strict=True)
    }


def _update(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    said = Update(
        number=0,
        at=desk.s.clock.now(),
        by=asked.user.name,
        conditions=values.get("conditions", ""),
        actions=values.get("actions", ""),
        needs=values.get("needs", ""),
        executive=values.get("executive", ""),
    )
    after = incident_updates.post_update(desk.s, incident.id, said, asked.user)
    return answers.told(f"{after.ref}: update {len(after.details.updates)} is posted.")


def _snooze_typed(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    return {"span": typed.words[0] if typed.words else ""}


def _snooze(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    match = LENGTH.match(values["span"].lower())
    span = timedelta(
        hours=int(match["h"] or 0) if match else 0, minutes=int(match["m"] or 0) if match else 0
    )
    if not timedelta(0) < span <= LONGEST:
        message = "Write how long, such as `/incident snooze 30m`; at most 24h."
        raise InvalidInputError(message, "span")
    after = incident_updates.snooze(desk.s, incident.id, span, asked.user)
    until = f"{after.details.next_update_due:%d %b %H:%M} UTC"
    return answers.told(f"{after.ref}: the next update is due {until} now.")


ACTS = (
    Act(
        "update",
        "Update on",
        "Post",
        (
            Field("conditions", "Conditions: what is true?", LINES),
            Field("actions", "Actions: what is being done, by which role?", LINES, optional=True),
            Field("needs", "Needs: what is missing?", LINES, optional=True),
            Field("executive", "In plain words, for executives", LINES, optional=True),
        ),
        _update_typed,
        _update,
        "State, budget and when the next one is due are added by the bot.",
    ),
    Act(
        "snooze",
        "Put off update of",
        "Put off",
        (Field("span", "For how long?", hint="30m, 2h"),),
        _snooze_typed,
        _snooze,
    ),
)
HELP: Mapping[str, str] = {
    "update c: ... a: ... n: ...": "conditions, actions, needs; `e:` in plain words for executives",
    "snooze 30m": "puts the next update off, at most twice in a row",
}
