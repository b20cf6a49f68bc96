"""Forms that ask to leave time out of a budget, or to let changes pass."""

from collections.abc import Sequence
from dataclasses import dataclass

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import forms, kit
from fireline.adapters.slack.blocks.markup import one_line
from fireline.domain.slo.exclusions import ExclusionEffect

MOST_OPTIONS = 100
LONGEST_VALUE = 150
TIME_HINT = "22:00, -2h, now, or a full date and time."
EFFECTS = (
    (ExclusionEffect.EXCLUDE, "Leave it out", "What happened then counts not at all"),
    (ExclusionEffect.COUNT_GOOD, "Count it as good", "The traffic counts, all of it good"),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed; `refusal` says what of it could not be understood."""

    subject: str = ""
    start: str = ""
    end: str = ""
    reason: str = ""
    approver: str | None = None
    effect: str = ExclusionEffect.EXCLUDE.value
    channel: str = ""
    zone: str = "UTC"
    refusal: str = ""


def exclusion(wish: Wish, slos: Sequence[str]) -> kit.Block:
    """Maintenance of one SLO."""
    effects = [kit.option(label, effect.value, about) for effect, label, about in EFFECTS]
    fields = [
        _refusal(wish),
        forms.labelled("subject", "SLO", _chosen("Choose an SLO", wish.subject, slos)),
        forms.labelled("from", "From", forms.line_input(wish.start), TIME_HINT),
        forms.labelled("to", "To", forms.line_input(wish.end), "Also +90m after the start."),
        forms.labelled("reason", "Why?", forms.line_input(wish.reason)),
        _approver(wish),
        forms.labelled("effect", "What becomes of it", forms.radio(effects, wish.effect)),
        kit.context(f"Times without a zone are {one_line(wish.zone, 60)}. Raw figures stay shown."),
    ]
    meta = {"channel": wish.channel}
    return forms.modal(ids.VIEW_EXCLUSION, "Maintenance", "Ask", fields, meta)


def exception(wish: Wish, services: Sequence[str]) -> kit.Block:
    """Let changes to one service pass for a while."""
    fields = [
        _refusal(wish),
        forms.labelled("subject", "Service", _chosen("Choose one", wish.subject, services)),
        forms.labelled("until", "Until", forms.line_input(wish.end), "18:00, +2h, or a full time."),
        forms.labelled("reason", "Why?", forms.line_input(wish.reason)),
        _approver(wish),
        kit.context(f"Times without a zone are {one_line(wish.zone, 60)}. It ends by itself."),
    ]
    meta = {"channel": wish.channel}
    return forms.modal(ids.VIEW_EXCEPTION, "Policy exception", "Ask", fields, meta)


def _chosen(placeholder: str, given: str, known: Sequence[str]) -> kit.Block:
    """A list where it fits one; else a line."""
    if known and len(known) <= MOST_OPTIONS and all(len(k) <= LONGEST_VALUE for k in known):
        return forms.choice(placeholder, [kit.option(name, name) for name in known], given)
    return forms.line_input(given)


def _approver(wish: Wish) -> kit.Block:
    hint = "Somebody else than you; they get a message and decide."
    return forms.labelled("approver", "Approver", forms.person_input(wish.approver), hint)


def _refusal(wish: Wish) -> kit.Block | None:
    return kit.section(f":warning: {one_line(wish.refusal, 600)}") if wish.refusal else None
