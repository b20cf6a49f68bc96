"""In the thread of a card: proposals with their buttons, changes, and what happened before."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import channel, clip, esc, link, one_line, some, when
from fireline.domain.incident.proposals import ProposalKind
from fireline.usecases.relation_views import (
    ChangeLine,
    ChangesMessage,
    EarlierLine,
    EarlierMessage,
    ProposalMessage,
)

LONGEST = 600
MOST_CHANGES = 12
YES = {
    ProposalKind.ATTACH: "Attach it",
    ProposalKind.ROOT: "It began there",
    ProposalKind.IMPACT: "Take that time",
}
NO = {
    ProposalKind.ATTACH: "Not this incident",
    ProposalKind.ROOT: "Not there",
    ProposalKind.IMPACT: "Keep ours",
}
DONE = {
    ProposalKind.ATTACH: "Attached",
    ProposalKind.ROOT: "It began there",
    ProposalKind.IMPACT: "That time was taken",
}


def proposal(view: ProposalMessage) -> kit.Rendered:
    """The proposal, or what became of it."""
    text = f":bulb: {esc(clip(view.text, LONGEST))}"
    plain = f"{view.ref}: {view.text}"
    if view.accepted is not None:
        word = DONE[view.kind] if view.accepted else "Turned down"
        at = f" {when(view.decided_at)}" if view.decided_at else ""
        done = kit.context(f"{word} by {one_line(view.decided_by, 100)}{at}")
        return kit.rendered(f"{plain}. {word}.", [kit.section(text), done])
    value = f"{view.incident_id}:{view.number}"
    row = kit.actions(
        [
            kit.button(YES[view.kind], ids.PROPOSAL_YES, value, "primary"),
            kit.button(NO[view.kind], ids.PROPOSAL_NO, value),
        ]
    )
    return kit.rendered(plain, [kit.section(text), row])


def changes(view: ChangesMessage) -> kit.Rendered:
    """What was changed, the newest first, each with why it may be behind it."""
    head = ":rocket: *Recent changes that may be behind it*"
    shown = some(map(_line, view.lines), MOST_CHANGES, 2600)
    text = f"{view.ref}: {len(view.lines)} recent changes"
    note = kit.context("`/incident caused yes ID` says which it was; `change remove ID` that not.")
    return kit.rendered(text, [kit.section(f"{head}\n{shown}"), note])


def earlier(view: EarlierMessage) -> kit.Rendered:
    """What happened before, the newest first, and what helped then."""
    head = ":leftwards_arrow_with_hook: *It happened before*"
    shown = "\n".join(_earlier(line) for line in view.lines)
    return kit.rendered(f"{view.ref}: it happened before", [kit.section(f"{head}\n{shown}")])


def _earlier(one: EarlierLine) -> str:
    where = f" {channel(one.channel_id)}" if one.channel_id else ""
    text = f"\u2022 *{one.ref}* {one_line(one.title, 150)}, {when(one.declared_at)}{where}"
    text += f"\n{one_line(one.why, 200)}"
    text += f"; service was back after {one.took}" if one.took else ""
    return text + (f": _{one_line(one.helped, 300)}_" if one.helped else "")


def _line(one: ChangeLine) -> str:
    name = one_line(one.text, 200)
    what = link(one.url, clip(one.text, 200)) if one.url else name
    why = ":point_left: *caused it*" if one.cause else one_line(one.why, 200)
    return f"\u2022 {when(one.at)} {what} `{one_line(one.id, 60)}`: {why}"
