"""The raw budget beside the adjusted one, wherever maintenance was taken out of it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import budget_left, one_line, when
from fireline.domain.slo.exclusions import Exclusion, ExclusionEffect
from fireline.usecases.views import SloLine

NEWEST = 3


def raw_words(line: SloLine) -> str:
    """` (raw: overspent by 25 %)` after the adjusted figure; nothing without maintenance."""
    if line.raw_remaining is None or line.remaining is None:
        return ""
    return f" (raw: {budget_left(line.raw_remaining)})"


def mark(line: SloLine) -> str:
    """What a list shows behind such a figure."""
    return " \u00b7 :construction: maintenance taken out" if raw_words(line) else ""


def left_out(found: Sequence[Exclusion]) -> kit.Block:
    """The newest stretches that were taken out, each with why and who agreed."""
    lines = [_stretch(exclusion) for exclusion in reversed(found[-NEWEST:])]
    older = len(found) - len(lines)
    more = [f"\u2026 and {older} more in this window"] if older else []
    return kit.context(*lines, *more)


def _stretch(exclusion: Exclusion) -> str:
    start, end = (datetime.fromtimestamp(at, UTC) for at in (exclusion.start, exclusion.end))
    good = exclusion.effect is ExclusionEffect.COUNT_GOOD
    late = exclusion.created_at is not None and exclusion.created_at > start
    return (
        f":construction: {'Counted as good' if good else 'Left out'}: {when(start)} to {when(end)}"
        f" \u00b7 {one_line(exclusion.reason, 200)} \u00b7 agreed by"
        f" {one_line(exclusion.approver, 80)} (`{one_line(exclusion.id, 80)}`"
        f"{', after the fact' if late else ''})"
    )
