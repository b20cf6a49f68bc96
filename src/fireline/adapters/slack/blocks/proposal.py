"""A proposal in an incident's channel: what was seen, and one press to say yes or no."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import clip, esc, one_line, when
from fireline.domain.incident.proposals import ProposalKind
from fireline.usecases.relation_views import ProposalMessage

LONGEST = 600
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
