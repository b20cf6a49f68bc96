"""Updates to those who wait, and what the clock asks for."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import clip, esc, mentions, one_line, when
from fireline.domain.incident.kinds import NoticeKind
from fireline.domain.lineage.graph import ConsumerClass
from fireline.usecases.impact_views import ConsumerNotice, IncidentNotice, UpdateMessage

LONGEST = 1200
NOTICES = {
    NoticeKind.DO_NOT_USE: (":no_entry: *Do not use*", "Do not use"),
    NoticeKind.CORRECTION: (":pencil2: *Corrected*", "Corrected"),
    NoticeKind.ALL_CLEAR: (":white_check_mark: *Safe again*", "Safe again"),
}


CLASS_WORDS = {one.value: one.words for one in ConsumerClass}


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
    text = f":{view.sign}: {esc(clip(view.text, LONGEST))}"
    row = None
    if view.offer is not None:
        incident_id, person = view.offer
        press = kit.button("Hand over", ids.OFFER_COMMAND, f"{incident_id}:{person}", "primary")
        row = kit.actions([press])
    return kit.rendered(f"{view.ref}: {view.text}", [kit.section(f"{text}\n{who}".strip()), row])


def consumer_notice(view: ConsumerNotice) -> kit.Rendered:
    """What a consumer of the data is to know, with a button to say that it was understood."""
    told = view.notice
    head, plain = NOTICES[told.kind]
    blocks: list[kit.Block | None] = [
        kit.section(f"{head}: *{one_line(told.consumer, 150)}*\n{esc(clip(told.text, LONGEST))}")
    ]
    if told.advice:
        words = CLASS_WORDS.get(told.used_by, told.used_by)
        blocks.append(kit.section(f"*For {words}:* {esc(clip(told.advice, LONGEST))}"))
    said = f"{view.ref} \u00b7 {one_line(told.sent_by, 100)} \u00b7 {when(told.sent_at)}"
    if told.confirmed_at is not None:
        said += f" \u00b7 understood by {one_line(told.confirmed_by or '', 100)}"
    elif told.kind is not NoticeKind.ALL_CLEAR:
        value = f"{view.incident_id}|{told.consumer}"
        blocks.append(kit.actions([kit.button("Understood", ids.UNDERSTOOD, value, "primary")]))
    if view.pass_on:
        owner = f" ({one_line(told.owner, 100)})" if told.owner else ""
        said += f" \u00b7 no channel is known for it: pass this on to its owner{owner}"
    blocks.append(kit.context(said))
    return kit.rendered(f"{plain}: {told.consumer}. {clip(told.text, 200)}", blocks)
