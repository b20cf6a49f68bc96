"""The timeline as a window: a page of entries, each with what the accept step says of it."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import forms, kit
from fireline.adapters.slack.blocks.markup import clip, esc, link, one_line, when
from fireline.adapters.slack.blocks.modals import AT_HINT
from fireline.domain.incident.timeline import EntryKind, Review
from fireline.usecases.timeline_views import Listing, TimelineLine, TimelinePage

KIND_WORDS = {
    EntryKind.EVENT: ":pushpin: Event",
    EntryKind.DECISION: ":scales: Decision",
    EntryKind.ACTION: ":ballot_box_with_check: Action",
    EntryKind.HYPOTHESIS: ":bulb: Hypothesis",
    EntryKind.NOTE: ":memo: Note",
    EntryKind.UPDATE: ":loudspeaker: Update",
    EntryKind.CHANGE: ":package: Change",
    EntryKind.RUN: ":gear: Run",
    EntryKind.ALERT: ":rotating_light: Alert",
    EntryKind.FILE: ":paperclip: File",
}
REVIEW_WORDS = {
    Review.PENDING: ":hourglass_flowing_sand: waits",
    Review.ACCEPTED: ":white_check_mark: accepted",
    Review.CORRECTED: ":pencil2: corrected",
    Review.HIDDEN: ":see_no_evil: hidden",
}
EMPTY = {
    Listing.CURRENT: "Nothing is on the timeline yet.",
    Listing.PENDING: "Nothing waits: every entry was accepted, corrected or hidden.",
    Listing.ALL: "Nothing was ever written.",
}
ACCEPT, CORRECT, HIDE = "accept", "correct", "hide"
TEXT = 700
TIME, DATED = "{time}", "{date_short_pretty} {time}"
FLAG_HINT = "Flag a message with :pushpin: :scales: :bulb: or a pin; `/incident note` for words."


def window(view: TimelinePage, channel: str) -> kit.Block:
    """The page with its buttons; whoever may not judge gets no menus."""
    place = f"{view.listing.value}:{view.page}"
    rows = [_row(view, line, place) for line in view.lines]
    blocks = [
        kit.context(f"*{esc(view.ref)}* {one_line(view.title, 200)}", _standing(view)),
        *(rows or [kit.section(EMPTY[view.listing])]),
        _buttons(view),
        kit.context(_where(view)),
    ]
    meta = {"incident": view.incident_id, "channel": channel}
    return forms.modal("told", f"Timeline of {view.ref}", None, blocks, meta)


def _standing(view: TimelinePage) -> str:
    stand = view.standing
    return f"{stand.pending} wait \u00b7 {stand.accepted} accepted \u00b7 {stand.hidden} hidden"


def _where(view: TimelinePage) -> str:
    page = f"Page {view.page + 1} of {view.pages}. " if view.pages > 1 else ""
    rule = "" if view.may_judge else "The scribe or the commander accepts entries. "
    return f"{page}{rule}{FLAG_HINT}"


def _row(view: TimelinePage, line: TimelineLine, place: str) -> kit.Block:
    """One entry: when, what kind, who; the words; how it stands."""
    form = DATED if view.dated else TIME
    head = (
        f"*{when(line.at, form)}* \u00b7 {KIND_WORDS[line.kind]} \u00b7 {one_line(line.actor, 60)}"
    )
    words = esc(clip(line.text, TEXT))
    if line.deleted:
        at = f" {when(line.deleted_at, form)}" if line.deleted_at else ""
        words = f"_(deleted by its author{at})_ {words}".rstrip()
    if line.retracted or line.replaced:
        words = f"~{words.replace('~', '-')}~"
    notes = " ".join(esc(remark) for remark in line.remarks)
    if line.noted_at is not None:
        notes = f"(noted {when(line.noted_at, _form(view, line))}) {notes}"
    source = f" {link(line.permalink, 'message')}" if line.permalink else ""
    text = f"{head}\n{words} {notes}".rstrip() + f"\n#{line.seq} \u00b7 {_state(line)}{source}"
    judged = view.may_judge and not (line.retracted or line.replaced)
    row = kit.section(text, _menu(view, line, place) if judged else None)
    return {**row, "block_id": f"entry-{line.seq}"}


def _form(view: TimelinePage, line: TimelineLine) -> str:
    """The note's time; with its date where that is not the entry's own."""
    same_day = line.noted_at is None or line.noted_at.date() == line.at.date()
    return TIME if same_day and not view.dated else DATED


def _state(line: TimelineLine) -> str:
    if line.retracted:
        return ":leftwards_arrow_with_hook: taken back"
    if line.replaced:
        return ":arrows_counterclockwise: an older version"
    why = f": {one_line(line.reason, 150)}" if line.reason else ""
    return f"{REVIEW_WORDS[line.review]}{why}"


def _menu(view: TimelinePage, line: TimelineLine, place: str) -> kit.Block:
    """What may be done with an entry; what it is already is not offered."""
    offered = [(CORRECT, "Correct\u2026")]
    if line.review is not Review.ACCEPTED:
        offered.insert(0, (ACCEPT, "Accept"))
    if line.review is not Review.HIDDEN:
        offered.append((HIDE, "Hide\u2026"))
    choices = [(label, f"{what}:{view.incident_id}:{line.seq}:{place}") for what, label in offered]
    return kit.overflow(ids.TIMELINE_ENTRY, choices)


def _buttons(view: TimelinePage) -> kit.Block | None:
    found: list[kit.Block] = []
    waits = view.standing.pending
    if waits and view.may_judge:
        label = f"Accept all {waits}" if waits > 1 else "Accept it"
        value = f"{view.incident_id}:{Listing.CURRENT.value}:{view.page}"
        found.append(kit.button(label, ids.TIMELINE_ACCEPT_ALL, value, "primary"))
    if view.page > 0:
        found.append(_turn("Earlier", ids.TIMELINE_EARLIER, view, view.page - 1))
    if view.page + 1 < view.pages:
        found.append(_turn("Later", ids.TIMELINE_LATER, view, view.page + 1))
    other = Listing.CURRENT if view.listing is not Listing.CURRENT else Listing.PENDING
    if other is Listing.CURRENT or waits:
        label = "All that stands" if other is Listing.CURRENT else "Only what waits"
        value = f"{view.incident_id}:{other.value}:"
        found.append(kit.button(label, ids.TIMELINE_LISTING, value))
    return kit.actions(found)


def _turn(label: str, action_id: str, view: TimelinePage, page: int) -> kit.Block:
    return kit.button(label, action_id, f"{view.incident_id}:{view.listing.value}:{page}")


def correct_form(ref: str, text: str, meta: dict[str, object]) -> kit.Block:
    """How an entry should read; the old version stays in the record."""
    return forms.modal(
        ids.VIEW_CORRECT,
        f"Correct entry of {ref}",
        "Correct",
        [
            kit.section(f">{one_line(text, 600)}"),
            forms.labelled("text", "How should it read?", forms.line_input(text, multiline=True)),
            forms.labelled("reason", "Why?", forms.line_input()),
            forms.labelled(
                "at",
                "When did it happen?",
                forms.line_input(),
                AT_HINT.replace("Empty means now.", "Empty leaves it as it is."),
                optional=True,
            ),
            kit.context("The old version stays in the record; this one counts as accepted."),
        ],
        meta,
    )


def hide_form(ref: str, text: str, meta: dict[str, object]) -> kit.Block:
    """Why an entry is left out; it stays in the record."""
    return forms.modal(
        ids.VIEW_HIDE,
        f"Hide entry of {ref}",
        "Hide",
        [
            kit.section(f">{one_line(text, 600)}"),
            forms.labelled("reason", "Why?", forms.line_input()),
            kit.context("Nothing is deleted: it stays in the record with your reason."),
        ],
        meta,
    )
