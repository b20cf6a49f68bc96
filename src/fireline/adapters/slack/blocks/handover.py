"""The hand-over card."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import budget_left, esc, one_line, some, user, when
from fireline.usecases.impact_views import HandoverMessage

MOST_SLOS = 5
LONGEST = 400


def handover(view: HandoverMessage) -> kit.Rendered:
    """Who hands over to whom, all that is open, and the button that takes command."""
    offer = view.offer
    head = f"{view.ref}: command offered to {user(offer.to)} by {one_line(offer.by_name, 100)}"
    if offer.taken_at is not None:
        head = f"{view.ref}: {user(offer.to)} has command"
    rows = [f"*State* {one_line(view.state, 40)}, {one_line(view.severity_reason, LONGEST)}"]
    rows += [f"*{name}* {one_line(words, LONGEST)}" for name, words in view.known]
    roles = [f"{role.label} {user(who)}" for role, who in view.roles.items() if who]
    rows.append(f"*Roles* {', '.join(roles) or 'no other is taken'}")
    slos = [f"`{esc(line.name)}` {budget_left(line.remaining)}" for line in view.slos]
    blocks: list[kit.Block | None] = [
        kit.section(f":handshake: *{head}*\n{one_line(view.title, 200)}"),
        kit.section(some(rows, len(rows), 2800)),
        kit.section("*Budget* " + some(slos, MOST_SLOS, 800)) if slos else None,
    ]
    if offer.taken_at is None and view.current:
        value = f"{view.incident_id}:{offer.number}"
        blocks.append(kit.actions([kit.button("I have it", ids.TAKE_COMMAND, value, "primary")]))
        blocks.append(kit.context(f"Until then {one_line(offer.by_name, 100)} keeps it."))
    elif offer.taken_at is not None:
        blocks.append(kit.context(f"since {when(offer.taken_at)}"))
    return kit.rendered(f"{view.ref}: command for {offer.to_name}", blocks)
