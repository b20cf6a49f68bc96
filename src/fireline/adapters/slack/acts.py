"""Verbs of an incident that work typed and by form: the same fields, the same deed.

What was typed is read into fields; when a required one is missing, the form opens with the others
filled in. Sending the form does what typing it whole would have done.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from fireline.adapters.slack.blocks import Rendered, forms, kit
from fireline.adapters.slack.blocks.modals import AT_HINT, head, labelled_incident
from fireline.adapters.slack.desk import Asked, Desk, Modal, Reply, refused
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.interactions import Outcome, Sent, Submission
from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.incident import Incident

Values: TypeAlias = Mapping[str, str]
Options: TypeAlias = Sequence[tuple[str, str]]
Reader: TypeAlias = Callable[[Desk, Asked, Typed], Values]
Doer: TypeAlias = Callable[[Desk, Asked, Incident, Values], Rendered]
LINE, LINES, CHOICE, PERSON, PEOPLE = "line", "lines", "choice", "person", "people"
SEVERAL = "several"
VIEW = "act_"
# The message that a form was opened for, when there was one.
SOURCE = ("source_channel", "ts", "thread_ts")
USER_ID = re.compile(r"^[UW][A-Z0-9]+$")
MOST_OPTIONS = 100  # what Slack takes in one list


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a verb needs; `options` are (value, label) pairs of a choice.

    `listed` gives them of the incident itself; where it has none, a line is asked for.
    """

    name: str
    label: str
    kind: str = LINE
    hint: str = ""
    optional: bool = False
    options: Options = ()
    listed: Callable[[Incident], Options] | None = None

    def of(self, incident: Incident) -> "Field":
        """The field as this incident's form has it."""
        if self.listed is None:
            return self
        return self.among(self.listed(incident))

    def among(self, options: Options) -> "Field":
        """The field as a choice; a line where there is nothing to choose from."""
        kept = tuple(options)[:MOST_OPTIONS]
        if not kept:
            return replace(self, kind=LINE)
        kind = SEVERAL if self.kind == SEVERAL else CHOICE
        return replace(self, kind=kind, options=kept, hint="")


def words_and_time(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    """All words are the text; `at:` is the time."""
    return {"text": typed.text, "at": typed.option("at") or ""}


def target_word(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    """The first word names another incident."""
    return {"target": typed.words[0] if typed.words else ""}


def first_word(name: str, options: Options) -> Reader:
    """The first word is one field, all else the text; a word that is no choice is text too."""
    known = {key for key, _ in options}

    def read(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
        first = typed.words[0].lower().replace("-", "_") if typed.words else ""
        if first in known:
            return {name: first, "text": typed.after(1)}
        return {"text": typed.text}

    return read


WHEN = Field("at", "When", hint=AT_HINT, optional=True)


@dataclass(frozen=True, slots=True)
class Act:
    """One verb: what it needs, how it is read from a command line, and what it does.

    With `preview` the form is always shown first, filled in with what would be sent.
    """

    verb: str
    title: str
    submit: str
    fields: tuple[Field, ...]
    read: Reader
    do: Doer
    about: str = ""
    preview: bool = False

    def typed(self, desk: Desk, asked: Asked, typed: Typed) -> Reply:
        """Do it, or open the form while something is missing or cannot be understood.

        Where no incident is meant, the form asks for one of those that are open.
        """
        try:
            incident = desk.incident_here(asked.channel)
        except NotFoundError:
            return self._asking(desk, asked, typed)
        values: Values = {}
        try:
            values = _given(self.read(desk, asked, typed))
            if self.preview or any(
                not field.optional and field.name not in values for field in self.fields
            ):
                return Modal(self.form(incident, asked.channel, values))
            return self.do(desk, asked, incident, values)
        except InvalidInputError as error:
            form = self.form(incident, asked.channel, values or {"text": typed.text})
            return refused(form, error)

    def opened(self, desk: Desk, asked: Asked, typed: Typed) -> Reply:
        """The form, whether or not anything is missing."""
        try:
            incident = desk.incident_here(asked.channel)
        except NotFoundError:
            return self._asking(desk, asked, typed)
        return Modal(self.form(incident, asked.channel, _given(self.read(desk, asked, typed))))

    def _asking(self, desk: Desk, asked: Asked, typed: Typed) -> Modal:
        """The form that asks which incident is meant, unless it was named or none is open."""
        known = desk.open_incidents(asked)
        if desk.about is not None or not known:
            desk.incident_here(asked.channel)  # says why there is none
        try:
            values = _given(self.read(desk, asked, typed))
        except (NotFoundError, InvalidInputError):
            values = {"text": typed.text}
        return Modal(self.form_asking(known, asked.channel, values))

    def form(self, incident: Incident, channel: str, values: Values) -> kit.Block:
        """The form with what is known filled in."""
        meta = {"incident": incident.id, "version": incident.version}
        title = f"{self.title} {incident.ref}"
        fields = tuple(field.of(incident) for field in self.fields)
        return self._form(title, head(incident), channel, values, meta, fields)

    def form_asking(self, known: Sequence[Incident], channel: str, values: Values) -> kit.Block:
        """The form for somebody outside an incident's channel: it asks which one is meant."""
        which = labelled_incident(known)
        return self._form(f"{self.title} incident", which, channel, values, {})

    def _form(
        self,
        title: str,
        first: kit.Block,
        channel: str,
        values: Values,
        meta: Mapping[str, object],
        fields: tuple[Field, ...] = (),
    ) -> kit.Block:
        inputs = [input_of(f, values.get(f.name, "")) for f in fields or self.fields]
        about = [kit.context(self.about)] if self.about else []
        source = {name: values[name] for name in SOURCE if name in values}
        return forms.modal(
            f"{VIEW}{self.verb}",
            title,
            self.submit,
            [first, *inputs, *about],
            {**meta, **source, "channel": channel},
        )

    def sent(self, desk: Desk, asked: Asked, sent: Sent) -> Outcome:
        """Do what the form says."""
        for field in self.fields:
            if not field.optional:
                sent.need(field.name)
        named = sent.fields.get("incident")
        incident = desk.incident(int(named) if named else sent.incident(), asked)
        source = {name: str(sent.meta[name]) for name in SOURCE if name in sent.meta}
        return self.do(desk, asked, incident, {**sent.fields, **source})


def _given(values: Values) -> Values:
    return {name: value for name, value in values.items() if value}


def input_of(field: Field, value: str) -> kit.Block:
    """The field as a form shows it."""
    element = {
        LINE: lambda: forms.line_input(value),
        LINES: lambda: forms.line_input(value, multiline=True),
        CHOICE: lambda: forms.choice(
            "Choose", [kit.option(label, key) for key, label in field.options], value
        ),
        SEVERAL: lambda: forms.choices(
            "Choose", [kit.option(label, key) for key, label in field.options], names_in(value)
        ),
        PERSON: lambda: forms.person_input(value if USER_ID.match(value) else None),
        PEOPLE: lambda: forms.people_input(value.split()),
    }[field.kind]()
    return forms.labelled(field.name, field.label, element, field.hint, optional=field.optional)


def names_in(text: str) -> tuple[str, ...]:
    """Names that were typed with commas between, or chosen in a list."""
    parts = text.replace("\n", ",").split(",")
    return tuple(dict.fromkeys(name for part in parts if (name := part.strip())))


def verbs_of(acts: Sequence[Act]) -> dict[str, Callable[[Desk, Asked, Typed], Reply]]:
    """The acts as verbs of a command."""
    return {act.verb: act.typed for act in acts}


def submissions_of(acts: Sequence[Act]) -> dict[str, Submission]:
    """The acts' forms."""
    return {f"{VIEW}{act.verb}": act.sent for act in acts}
