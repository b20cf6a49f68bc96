"""The accept step in Slack: `timeline`, `accept`, `correct`, `hide`, and the window they share."""

from collections.abc import Mapping, Sequence

from fireline.adapters.slack import ids
from fireline.adapters.slack.acts import CHOICE, LINES, WHEN, Act, Field, Values
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.blocks import timeline as drawn
from fireline.adapters.slack.desk import Asked, Desk, Modal, Reply
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.interactions import (
    Button,
    Next,
    Outcome,
    Pressed,
    Redraw,
    Sent,
    Submission,
)
from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.accepting import check_judge, chosen, waiting
from fireline.domain.incident.incident import Incident
from fireline.usecases import accept_timeline
from fireline.usecases.incident_export import ExportFormat
from fireline.usecases.outside import refuse_outside
from fireline.usecases.share_export import share_export
from fireline.usecases.timeline_views import Listing, timeline_page

ALL = "all"
MOST_DIGITS = 9
OWN_OPTIONS: Mapping[str, tuple[str, ...]] = {"correct": ("why",)}
NUMBER_HINT = "The number that `/incident timeline` shows before it."


def show(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """The entries that stand, the newest page first; `all` adds old versions and what was taken."""
    incident = desk.incident_here(asked.channel)
    wanted = typed.text.strip().lower()
    if wanted not in ("", ALL):
        raise InvalidInputError("Write `/incident timeline` or `/incident timeline all`.")
    listing = Listing.ALL if wanted else Listing.CURRENT
    return Modal(_window(desk, asked, incident, listing))


def accept(desk: Desk, asked: Asked, typed: Typed) -> Reply:
    """Accept all that waits or the named entries; without words, show what waits."""
    incident = desk.incident_here(asked.channel)
    if not typed.words:
        check_judge(incident, asked.user)
        return Modal(_window(desk, asked, incident, Listing.PENDING))
    if typed.text.strip().lower() == ALL:
        return _accepted(desk, asked, incident, ())
    return _accepted(desk, asked, incident, [_number(word) for word in typed.words])


def _accepted(desk: Desk, asked: Asked, incident: Incident, seqs: Sequence[int]) -> Rendered:
    after = accept_timeline.accept(desk.s, incident.id, asked.user, seqs)
    left = _waiting(desk, after)
    if left:
        return answers.done(after.ref, f"accepted; {left} still wait: `/incident accept`")
    return answers.done(after.ref, "timeline accepted. Next: `/incident review`")


def _waiting(desk: Desk, incident: Incident) -> int:
    with desk.s.store() as uow:
        return len(waiting(uow.timeline.entries(incident.id)))


def _number(word: str) -> int:
    if not word.isdecimal() or len(word) > MOST_DIGITS:
        message = (
            f"\u201c{word}\u201d is no entry. Write `/incident accept all`, or the numbers that"
            " `/incident timeline` shows."
        )
        raise InvalidInputError(message, "number")
    return int(word)


def _numbered(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    """The first word is the entry's number if it is one; all else is text."""
    first = typed.words[0] if typed.words else ""
    at, why = typed.option("at") or "", typed.option("why") or ""
    if first.isdecimal():
        return {"number": first, "text": typed.after(1), "at": at, "reason": why}
    return {"text": typed.text, "at": at, "reason": why}


def _hide_typed(desk: Desk, asked: Asked, typed: Typed) -> Values:
    found = _numbered(desk, asked, typed)
    return {"number": found.get("number", ""), "reason": found["text"]}


def _correct(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    at = desk.moment(values.get("at"), asked.user.id)
    seq = _number(values["number"])
    entry = accept_timeline.correct(
        desk.s, incident.id, seq, values["text"], values["reason"], asked.user, at
    )
    return answers.done(incident.ref, f"entry {seq} is corrected, as entry {entry.seq}")


def _hide(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    seq = _number(values["number"])
    accept_timeline.hide(desk.s, incident.id, seq, values["reason"], asked.user)
    return answers.done(incident.ref, f"entry {seq} is hidden; it stays in the record")


def _window(
    desk: Desk,
    asked: Asked,
    incident: Incident,
    listing: Listing,
    page: int | None = None,
) -> dict[str, object]:
    refuse_outside(incident, asked.user.id)
    with desk.s.store() as uow:
        view = timeline_page(uow, incident, asked.user, listing, page)
    return drawn.window(view, asked.channel)


def turn(desk: Desk, asked: Asked, pressed: Pressed) -> Redraw:
    """Another page or another listing."""
    number, listing, page = pressed.value.split(":")
    incident = desk.incident(int(number), asked)
    at = int(page) if page else None
    return Redraw(_window(desk, asked, incident, Listing(listing), at))


def accept_all(desk: Desk, asked: Asked, pressed: Pressed) -> Redraw:
    """Accept everything that waits, and show how it stands."""
    accept_timeline.accept(desk.s, int(pressed.value.split(":")[0]), asked.user)
    return turn(desk, asked, pressed)


def judge(desk: Desk, asked: Asked, pressed: Pressed) -> Redraw:
    """An entry's menu: accept at once; correct and hide ask first, in the same window."""
    what, number, seq, listing, page = pressed.value.split(":")
    incident = desk.incident(int(number), asked)
    refuse_outside(incident, asked.user.id)
    if what == drawn.ACCEPT:
        accept_timeline.accept(desk.s, incident.id, asked.user, [int(seq)])
        return Redraw(_window(desk, asked, incident, Listing(listing), int(page)))
    check_judge(incident, asked.user)
    with desk.s.store() as uow:
        (entry,) = chosen(uow.timeline.entries(incident.id), [int(seq)])
    meta: dict[str, object] = {
        "incident": incident.id,
        "seq": entry.seq,
        "listing": listing,
        "page": int(page),
        "channel": asked.channel,
    }
    form = drawn.correct_form if what == drawn.CORRECT else drawn.hide_form
    return Redraw(form(incident.ref, entry.text, meta))


def corrected(desk: Desk, asked: Asked, sent: Sent) -> Outcome:
    """Keep the corrected version, and show the page again."""
    at = desk.moment(sent.fields.get("at"), asked.user.id)
    text, reason, seq = sent.need("text"), sent.need("reason"), int(sent.meta["seq"])
    accept_timeline.correct(desk.s, sent.incident(), seq, text, reason, asked.user, at)
    return _again(desk, asked, sent)


def hidden(desk: Desk, asked: Asked, sent: Sent) -> Outcome:
    """Leave the entry out, and show the page again."""
    reason, seq = sent.need("reason"), int(sent.meta["seq"])
    accept_timeline.hide(desk.s, sent.incident(), seq, reason, asked.user)
    return _again(desk, asked, sent)


def _again(desk: Desk, asked: Asked, sent: Sent) -> Next:
    incident = desk.incident(sent.incident(), asked)
    listing, page = Listing(sent.meta["listing"]), int(sent.meta["page"])
    return Next(_window(desk, asked, incident, listing, page))


def _export(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    written = values.get("format", ExportFormat.MARKDOWN.value).lower()
    if written not in set(ExportFormat):
        raise InvalidInputError("Write `/incident export md` or `/incident export json`.", "format")
    refuse_outside(incident, asked.user.id)
    after = share_export(desk.s, incident.id, ExportFormat(written), asked.user)
    return answers.done(after.ref, f"the record follows here as {written}")


def _format(_desk: Desk, _asked: Asked, typed: Typed) -> Values:
    return {"format": typed.text.strip()}


FORMATS = (
    (ExportFormat.MARKDOWN.value, "For people: Markdown"),
    (ExportFormat.JSON.value, "For programs: JSON with hashes"),
)
NUMBER = Field("number", "Which entry?", hint=NUMBER_HINT)
ACTS = (
    Act(
        "correct",
        "Correct entry of",
        "Correct",
        (NUMBER, Field("text", "How should it read?", LINES), Field("reason", "Why?"), WHEN),
        _numbered,
        _correct,
        "The old version stays in the record; the new one counts as accepted.",
    ),
    Act(
        "hide",
        "Hide entry of",
        "Hide",
        (NUMBER, Field("reason", "Why?")),
        _hide_typed,
        _hide,
        "Nothing is deleted: it stays in the record with your reason.",
    ),
    Act(
        "export",
        "Export",
        "Export",
        (Field("format", "How?", CHOICE, optional=True, options=FORMATS),),
        _format,
        _export,
        "The whole record comes as a file into this channel.",
    ),
)
VERBS = {"timeline": show, "accept": accept}
BUTTONS: Mapping[str, Button] = {
    ids.TIMELINE_ENTRY: judge,
    ids.TIMELINE_ACCEPT_ALL: accept_all,
    ids.TIMELINE_EARLIER: turn,
    ids.TIMELINE_LATER: turn,
    ids.TIMELINE_LISTING: turn,
}
SUBMISSIONS: Mapping[str, Submission] = {ids.VIEW_CORRECT: corrected, ids.VIEW_HIDE: hidden}
HELP: Mapping[str, str] = {
    "timeline": "what happened, with what was accepted; `timeline all` adds old versions",
    "accept all": "accepts what waits, which a review needs; `accept` shows it, `accept 3 5` some",
    'correct 3 TEXT why:"..."': "a better version of an entry; the old one stays in the record",
    "export md|json": "the whole record as a file in this channel",
    "hide 3 WHY": "leaves an entry out of what is read; nothing is deleted",
}
