"""Updates to those who wait, and what the clock asks for."""

from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import clip, esc, mentions, one_line, when
from fireline.usecases.impact_views import IncidentNotice, UpdateMessage

LONGEST = 1200


def update(view: UpdateMessage) -> kit.Rendered:
    """What is true, what is done, what is needed; the executive sentence first."""
    said = view.update
    head = f"{view.ref} {view.severity}: update {said.number}"
    parts = [
        ("Conditions", said.conditions),
        ("Actions", said.actions),
        ("Needs", said.needs),
    ]
    body = "\n".join(f"*{name}* {esc(clip(text, LONGEST))}" for name, text in parts if text)
    blocks: list[kit.Block | None] = [
        kit.section(f":mega: *{one_line(head, 200)}*"),
        kit.section(f"_{one_line(said.executive, LONGEST)}_") if said.executive else None,
        kit.section(body),
    ]
    due = f" \u00b7 next update due {when(view.next_due)}" if view.next_due else ""
    blocks.append(kit.context(f"{one_line(said.by, 100)} \u00b7 {when(said.at)}{due}"))
    return kit.rendered(f"{head}: {clip(said.conditions, 200)}", blocks)


def notice(view: IncidentNotice) -> kit.Rendered:
    """One sentence, with whom it concerns."""
    who = mentions(view.mention)
    text = f":alarm_clock: {esc(clip(view.text, LONGEST))}"
    return kit.rendered(f"{view.ref}: {view.text}", [kit.section(f"{text}\n{who}".strip())])
