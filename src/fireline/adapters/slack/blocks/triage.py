"""A signal that may be an incident: confirmed or declined with one press."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.incident_words import SEVERITY_WORDS, STATE_WORDS, TITLE
from fireline.adapters.slack.blocks.markup import channel, esc, one_line, user, when
from fireline.domain.incident.incident import IncidentState
from fireline.domain.people import SYSTEM
from fireline.usecases.impact_views import TriageMessage

LONGEST_REASON = 400


def triage(view: TriageMessage) -> kit.Rendered:
    """The signal with what to press; once judged, what became of it."""
    head = f"*{esc(view.ref)}* {one_line(view.title, TITLE)}"
    by = "a rule" if view.reported_by == SYSTEM.id else user(view.reported_by)
    why = view.severity_reason.removeprefix(f"{view.severity.label}: ")
    told = f"{SEVERITY_WORDS[view.severity]} \u00b7 {one_line(why, LONGEST_REASON)}"
    reported = f"Reported by {by} {when(view.reported_at)}"
    if view.state is not IncidentState.TRIAGE:
        text = f"{view.ref}: {view.state.value}"
        blocks = [kit.section(f"{head}\n{_became(view)}"), kit.context(reported)]
        return kit.rendered(text, blocks)
    value = str(view.incident_id)
    row = kit.actions(
        [
            kit.button("Confirm", ids.CONFIRM, value, "primary"),
            kit.button("Decline", ids.card_act("decline"), value),
            kit.button("I take command", ids.CLAIM_COMMANDER, value),
        ]
    )
    return kit.rendered(
        f"{view.ref} for triage: {view.title}",
        [
            kit.section(f":grey_question: *Is this an incident?*\n{head}\n{told}"),
            row,
            kit.context(
                f"{reported} \u00b7 no channel and no announcement until it is confirmed"
                f" \u00b7 or type `/incident investigate in:{view.ref}`"
            ),
        ],
    )


def _became(view: TriageMessage) -> str:
    if view.state is IncidentState.DECLINED:
        return ":no_entry_sign: Declined: no incident. It stays on record and counts in no figure."
    if view.state is IncidentState.MERGED:
        where = esc(view.lives_on_in or "another incident")
        return f":twisted_rightwards_arrows: Merged: it lives on in {where}."
    if view.state is IncidentState.CANCELLED:
        return ":no_entry_sign: Cancelled."
    where = (
        f" in {channel(view.channel_id)}" if view.channel_id else "; its channel is being opened"
    )
    state = STATE_WORDS[view.state]
    return f":white_check_mark: Confirmed, it is worked on{where}. Now: {state}"
