"""What a subscriber sees of an incident."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.incident_words import SEVERITY_WORDS, STATE_WORDS, TITLE
from fireline.adapters.slack.blocks.markup import channel, clip, esc, one_line, when
from fireline.usecases.subscription_views import Subscription

LONGEST = 1200


def subscription(view: Subscription) -> kit.Rendered:
    """State, the newest update in plain words, when the next one is due, and the way out."""
    drill = "DRILL \u00b7 " if view.drill else ""
    head = f"{drill}{SEVERITY_WORDS[view.severity]} \u00b7 *{esc(view.ref)}*"
    head += f" {one_line(view.title, TITLE)}\n{STATE_WORDS[view.state]} \u00b7 {esc(view.lasted)}"
    said = f":mega: {esc(clip(view.said, LONGEST))}" if view.said else ""
    when_said = f"said {when(view.said_at)}" if view.said_at else "no update yet"
    due = f" \u00b7 next update due {when(view.next_due)}" if view.next_due else ""
    value = str(view.incident_id)
    way_out = [kit.button("Unsubscribe", ids.UNSUBSCRIBE, value)]
    if not view.on:
        way_out = [kit.button("Subscribe again", ids.SUBSCRIBE, value)]
        due = " \u00b7 you are told no more of it"
    where = f" \u00b7 {channel(view.channel_id)}" if view.channel_id else ""
    return kit.rendered(
        f"{drill}{view.ref} {view.severity.label} {view.title}: {view.state.value}",
        [
            kit.section(head),
            kit.section(said) if said else None,
            kit.context(f"{when_said}{due}{where}"),
            kit.actions(way_out),
        ],
    )
