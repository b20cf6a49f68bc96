"""Forms for verbs that have none of their own: what is filled in becomes the line to type.

Whoever leaves something out, or writes what cannot be understood, gets the verb's form with what
was typed in its fields and the reason above them. Sending it is typing the whole line.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fireline.adapters.slack import ids
from fireline.adapters.slack.acts import CHOICE, LINE, Field, Options, input_of
from fireline.adapters.slack.blocks import forms, kit
from fireline.adapters.slack.desk import Asked, Desk
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.interactions import Sent
from fireline.domain.incident.incident import Role

REST, WORD, OPTION, MENTION, INCIDENT = "rest", "word", "option", "mention", "incident"


@dataclass(frozen=True, slots=True)
class Part:
    """One field, and where in the line it stands.

    `place` is a word, the rest of the words, `key:value` under the field's name, a mention, or one
    of the incidents that are open; `then` is a word that follows it.
    """

    field: Field
    place: str = WORD
    then: str = ""


@dataclass(frozen=True, slots=True)
class LineForm:
    """A verb's form."""

    title: str
    submit: str
    parts: tuple[Part, ...]

    @property
    def asks_incident(self) -> bool:
        """Whether it asks which incident is meant."""
        return any(part.place == INCIDENT for part in self.parts)

    def view(
        self, noun: str, verb: str, desk: Desk, asked: Asked, typed: Typed | None
    ) -> kit.Block:
        """The form with what was typed in its fields."""
        given = self.given(typed) if typed else {}
        shown = [_field(part, desk, asked) for part in self.parts]
        inputs = [input_of(field, given.get(field.name, "") or _only(field)) for field in shown]
        meta = {"noun": noun, "verb": verb, "channel": asked.channel}
        return forms.modal(ids.VIEW_LINE, self.title, self.submit, inputs, meta)

    def line(self, verb: str, sent: Sent) -> str:
        """The line that says what the form says.

        Raises:
            InvalidInputError: a field that is needed is empty.
        """
        words = [verb]
        for part in self.parts:
            name = part.field.name
            value = sent.fields.get(name, "") if part.field.optional else sent.need(name)
            words += [_written(part, value), part.then] if value else []
        return " ".join(word for word in words if word)

    def given(self, typed: Typed) -> Mapping[str, str]:
        """What was typed, by field."""
        words = [word for word in typed.words if word.lower() not in {p.then for p in self.parts}]
        given: dict[str, str] = {}
        for part in self.parts:
            name = part.field.name
            if part.place == OPTION:
                given[name] = typed.option(name) or ""
            elif part.place == MENTION:
                given[name] = typed.people[0].id if typed.people else ""
            elif part.place == REST:
                given[name] = " ".join(words)
            elif words:
                given[name] = words.pop(0)
        return given


def _field(part: Part, desk: Desk, asked: Asked) -> Field:
    """The field; where an incident is meant, those that are open to choose from."""
    if part.place != INCIDENT:
        return part.field
    known = [(i.ref, f"{i.ref} {i.title}") for i in desk.open_incidents(asked)]
    return part.field.among(known)


def _only(field: Field) -> str:
    """The one thing that can be chosen."""
    return field.options[0][0] if len(field.options) == 1 else ""


def _written(part: Part, value: str) -> str:
    one_line = " ".join(value.split())
    if part.place == OPTION:
        return f'{part.field.name}:"{one_line.replace(chr(34), chr(39))}"'
    return f"<@{value}>" if part.place == MENTION else one_line


SLO = Part(Field("name", "Which SLO?", hint="Its name, as /slo list shows it"))
BOOK = Part(Field("id", "Which runbook?", hint="Its id, as /runbook shows it"))
YES_OR_NO: Options = (("yes", "Yes"), ("no", "No"))
WHY = Part(Field("reason", "Why?"), REST)
WINDOW = Part(Field("window", "How far back?", hint="30d; empty: its window", optional=True))
REQUEST = Part(Field("change", "Which request?", hint="MW-1 or EXC-2; App Home lists what waits"))
WHICH = Part(Field("which", "Which incident?", LINE, "Such as INC-7"), INCIDENT)


def _slo(title: str, submit: str, *more: Part) -> LineForm:
    return LineForm(title, submit, (SLO, *more))


ROLES: Options = tuple((role.value, role.label) for role in Role)
FORMS: Mapping[str, Mapping[str, LineForm]] = {
    "incident": {
        "show": LineForm("Show an incident", "Show", (WHICH,)),
        "join": LineForm("Join an incident", "Join", (WHICH,)),
        "subscribe": LineForm("Follow an incident", "Follow", (WHICH,)),
        "unsubscribe": LineForm("Follow no longer", "Stop", (WHICH,)),
        "claim": LineForm(
            "Claim a role",
            "Claim",
            (Part(Field("role", "Which role?", CHOICE, options=ROLES), REST),),
        ),
    },
    "slo": {
        "show": _slo("Show an SLO", "Show"),
        "burn": _slo("Burn of an SLO", "Show"),
        "incidents": _slo("Alerts of an SLO", "Show", WINDOW),
        "link": _slo("Link an SLO", "Link"),
        "approve": LineForm("Approve a request", "Approve", (REQUEST,)),
        "ack": _slo("Take an alert", "Take it"),
        "unmute": _slo("Unmute an SLO", "Unmute"),
        "mute": _slo(
            "Mute an SLO",
            "Mute",
            Part(Field("until", "Until when?", hint="+2h, 18:00 or a date and time"), OPTION),
            WHY,
        ),
        "backtest": _slo(
            "Replay the past",
            "Replay",
            Part(Field("from", "From", hint="30d, or 2026-11-01", optional=True), OPTION),
            Part(Field("to", "To", hint="Empty means now", optional=True), OPTION),
        ),
    },
    "runbook": {
        "search": LineForm("Search runbooks", "Search", (Part(Field("text", "What?"), REST),)),
        "show": LineForm("Show a runbook", "Show", (BOOK,)),
        "feedback": LineForm(
            "Did a runbook help?",
            "Record",
            (
                BOOK,
                Part(Field("helped", "Did it help?", CHOICE, options=YES_OR_NO)),
                Part(Field("note", "What was wrong, or right?", optional=True), REST),
            ),
        ),
        "reviewed": LineForm("Runbook is reviewed", "Record", (BOOK,)),
    },
    "postmortem": {
        "show": LineForm("Show a postmortem", "Show", (WHICH,)),
        "draft": LineForm("Draft a postmortem", "Draft", (WHICH,)),
        "waive": LineForm("Waive a postmortem", "Waive", (WHY,)),
    },
    "review": {
        "show": LineForm("Show a review", "Show", (Part(Field("week", "Week", hint="2026-W47")),)),
        "action": LineForm(
            "Action item is done",
            "Done",
            (
                Part(Field("item", "Which one?", hint="Such as ACT-1"), WORD, "done"),
                Part(Field("link", "Link that shows it", hint="https://…")),
            ),
        ),
    },
}
