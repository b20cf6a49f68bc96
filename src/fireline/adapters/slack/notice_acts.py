"""The verb that tells the data's consumers, and the button with which they confirm."""

from collections.abc import Mapping

from fireline.adapters.slack.acts import CHOICE, LINES, Act, Field, Options, Values
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.desk import Asked, Desk, Reply
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.interactions import Pressed
from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import NoticeKind
from fireline.domain.incident.notices import draft
from fireline.domain.lineage.graph import ConsumerClass
from fireline.usecases import incident_notices

KINDS: Options = (
    (NoticeKind.DO_NOT_USE.value, "Do not use it"),
    (NoticeKind.CORRECTION.value, "Correction: what was wrong"),
    (NoticeKind.ALL_CLEAR.value, "All clear: safe again"),
)
LONGEST_LIST = 2900
LONGEST_ADVICE = 600


def _typed(desk: Desk, asked: Asked, typed: Typed) -> Values:
    """`do-not-use NAME`: the form shows who would be told what."""
    first = typed.words[0].lower().replace("-", "_") if typed.words else ""
    kinds = set(NoticeKind)
    kind = NoticeKind(first) if first in kinds else NoticeKind.DO_NOT_USE
    named = typed.after(1) if first in kinds else typed.text
    incident = desk.incident_here(asked.channel)
    if not named:
        default = incident_notices.consumers_of(desk.s, incident.id, kind)
        named = _fitting([consumer.name for consumer in default])
    consumers = incident_notices.consumers_named(desk.s, incident.id, named.splitlines())
    said = incident_notices.advice_for(desk.s, incident.id, kind, consumers)
    advice = "\n".join(f"{ConsumerClass(name).words}: {text}" for name, text in said.items())
    text = draft(incident, kind)
    return {"kind": kind.value, "consumers": named, "text": text, "advice": advice}


def _fitting(names: list[str]) -> str:
    """The names one a line, as many as the form holds; closing asks for those left out."""
    while len("\n".join(names)) > LONGEST_LIST:
        names = names[:-1]
    return "\n".join(names)


def _advice(text: str) -> dict[str, str]:
    """Each line `class: what they are to do`."""
    words = {one.words.lower(): one.value for one in ConsumerClass}
    found = {}
    for line in text.splitlines():
        name, colon, said = line.partition(":")
        if not line.strip():
            continue
        known = words.get(name.strip().lower())
        if not colon or known is None:
            message = f"Begin each line with a class and a colon: {', '.join(words)}."
            raise InvalidInputError(message, "advice")
        found[known] = " ".join(said.split())[:LONGEST_ADVICE]
    return found


def _notify(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    kind = values["kind"]
    if kind not in set(NoticeKind):
        raise InvalidInputError("Choose what they are told.", "kind")
    names = values["consumers"].splitlines()
    text = desk.readable(values["text"])
    advice = _advice(desk.readable(values.get("advice", "")))
    told = incident_notices.notify(
        desk.s, incident.id, NoticeKind(kind), names, text, asked.user, advice
    )
    count = len({name.strip() for name in names if name.strip()})
    return answers.told(f"{told.ref}: {count} consumer{'' if count == 1 else 's'} told.")


def understood(desk: Desk, asked: Asked, pressed: Pressed) -> Reply | None:
    """Somebody confirms for a consumer; the message itself then says so."""
    incident_id, _, consumer = pressed.value.partition("|")
    incident_notices.confirm(desk.s, int(incident_id), consumer, asked.user)
    return None


ACTS = (
    Act(
        "notify",
        "Consumers of",
        "Send",
        (
            Field("kind", "What are they told?", CHOICE, options=KINDS),
            Field("consumers", "Who?", LINES, hint="One name a line"),
            Field("text", "In these words", LINES, hint="A correction says by how much it was off"),
            Field("advice", "And to each class", LINES, hint="One class a line", optional=True),
        ),
        _typed,
        _notify,
        "Each gets it in its own channel; where none is known, it stands here to be passed on.",
        preview=True,
    ),
)
HELP: Mapping[str, str] = {
    "notify do-not-use|correction|all-clear NAME": "tells the data's consumers, after a preview",
}
