"""Silences: the list, and the forms to make and to end one."""

from dataclasses import dataclass

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import forms, kit
from fireline.adapters.slack.blocks.external_alert import alert_line
from fireline.adapters.slack.blocks.markup import esc, one_line, plural, some, when
from fireline.usecases.external_alert_views import SilenceLine, SilenceList, SilencePreview

LISTED = 15
SHOWN = 8
ROOM = 2200
MATCHERS = 400
EMPTY = (
    "Nothing is silenced. `/slo silence NAME for:2h REASON` makes a silence; it is shown before it"
    " is made."
)


@dataclass(frozen=True, slots=True)
class SilenceFields:
    """What stands in the form, as text; `seen` marks the conditions that were shown."""

    matchers: str = ""
    span: str = "2h"
    reason: str = ""
    channel: str = ""
    group: str | None = None
    seen: str = ""


def silence_list(view: SilenceList) -> kit.Rendered:
    """What is silent, the first to end first, each with a button to end it."""
    headline = f"{plural(len(view.lines), 'silence')} in Alertmanager"
    if not view.lines:
        return kit.rendered("No silences.", [kit.section(EMPTY)])
    blocks: list[kit.Block | None] = [kit.header(headline)]
    blocks.extend(_silence(line) for line in view.lines[:LISTED])
    left = len(view.lines) - LISTED
    if left > 0:
        blocks.append(kit.context(f"\u2026 and {left} more, which end later"))
    return kit.rendered(headline, blocks)


def _silence(line: SilenceLine) -> kit.Block:
    incident = f" \u00b7 {esc(line.incident_ref)}" if line.incident_ref else ""
    until = f"{'begins later, ' if line.pending else ''}until {when(line.ends_at)}"
    text = (
        f":no_bell: `{_code(line.matchers)}`\n{one_line(line.reason, 300) or '_no reason given_'}\n"
        f"{one_line(line.created_by, 100) or 'somebody'} \u00b7 {until}{incident}"
    )
    return kit.section(text, kit.button("End\u2026", ids.END_SILENCE, f"{line.id} {line.matchers}"))


def silence_form(given: SilenceFields, preview: SilencePreview | None) -> kit.Block:
    """Make a silence: what it would keep quiet stands above the button."""
    broad = preview is not None and preview.broad is not None
    ready = preview is not None and preview.firing is not None
    submit = ("Silence anyway" if broad else "Silence") if ready else "Show what it covers"
    blocks = [
        *(_covered(preview) if preview is not None else ()),
        forms.labelled(
            "matchers",
            "What",
            forms.line_input(given.matchers, placeholder='slo="orders-landed"'),
            "Conditions on labels, all of which must hold. Changed ones are shown again first.",
        ),
        forms.labelled("span", "For", forms.line_input(given.span), "30m, 2h, 1d; at most 7d."),
        forms.labelled("reason", "Why?", forms.line_input(given.reason)),
    ]
    meta = {"channel": given.channel, "group": given.group, "seen": given.seen}
    return forms.modal(ids.VIEW_SILENCE, "Silence alerts", submit, blocks, meta)


def _covered(preview: SilencePreview) -> list[kit.Block]:
    """What these conditions match now, and a warning when that is much."""
    blocks = []
    if preview.firing is None:
        trouble = one_line(preview.trouble, 500)
        blocks.append(kit.section(f":warning: *What it covers is not known.* {trouble}"))
    elif not preview.firing:
        blocks.append(kit.section("*Nothing that fires now* is covered; only what fires later."))
    else:
        names = one_line(", ".join(preview.names), 300)
        lines = some((alert_line(one) for one in preview.firing), SHOWN, ROOM, "more alerts")
        head = f"*{plural(len(preview.firing), 'alert')} firing now would be silent* ({names})"
        blocks.append(kit.section(f"{head}\n{lines}"))
    if preview.broad is not None:
        blocks.append(kit.section(f":warning: *This is broad:* {one_line(preview.broad, 500)}."))
    return blocks


def end_form(silence_id: str, what: str, channel: str) -> kit.Block:
    """End a silence, with a reason; `what` is empty for those of others."""
    return forms.modal(
        ids.VIEW_END_SILENCE,
        "End silence",
        "End it",
        [
            kit.section(f"`{_code(what or silence_id)}`"),
            forms.labelled("reason", "Why?", forms.line_input()),
            kit.context("Alertmanager tells again of what still fires."),
        ],
        {"silence": silence_id, "channel": channel},
    )


def _code(text: str) -> str:
    """Foreign text within backticks."""
    return one_line(text, MATCHERS).replace("`", "'")
