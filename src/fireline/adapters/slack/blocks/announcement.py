"""The one line in the public incidents channel."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.incident_words import SEVERITY_WORDS, STATE_WORDS, TITLE
from fireline.adapters.slack.blocks.markup import channel, esc, one_line, user, when
from fireline.domain.incident.incident import OPEN_STATES
from fireline.usecases.views import Announcement


def announcement(view: Announcement) -> kit.Rendered:
    """The incident in a few words, where to join, edited as the state changes."""
    where = (
        f"\nJoin {channel(view.channel_id)}" if view.channel_id else "\n_The channel is on its way_"
    )
    led = view.commander or view.state in OPEN_STATES
    lead = f" \u00b7 commander {user(view.commander)}" if led else ""
    slos = ", ".join(f"`{one_line(name, 60)}`" for name in view.slos[:3])
    if len(view.slos) > 3:  # noqa: PLR2004 - the number drawn above
        slos += f" and {len(view.slos) - 3} more"
    head = f"{SEVERITY_WORDS[view.severity]} \u00b7 *{esc(view.ref)}* {one_line(view.title, TITLE)}"
    time = f"declared {when(view.declared_at)}" + (
        f" \u00b7 {esc(view.duration)}" if view.duration else ""
    )
    blocks = [
        kit.section(f"{head}\n{STATE_WORDS[view.state]}{lead}{where}"),
        kit.context(f"{time}" + (f" \u00b7 touches {slos}" if slos else "")),
        _ways_in(view),
    ]
    text = f"{view.ref} {view.severity.label} {view.title}: {view.state.value}"
    return kit.rendered(text, blocks)


def _ways_in(view: Announcement) -> kit.Block | None:
    """Work on it, or be told of it; nothing once it is over."""
    if view.state not in OPEN_STATES:
        return None
    value = str(view.incident_id)
    return kit.actions(
        [
            kit.button("Join", ids.JOIN_INSTEAD, value),
            kit.button("Subscribe", ids.SUBSCRIBE, value),
        ]
    )
