"""The weekly reliability review."""

from fireline.adapters.slack.blocks import action, incident, kit
from fireline.adapters.slack.blocks.alert_history import noise_words
from fireline.adapters.slack.blocks.markup import one_line, plural, some
from fireline.adapters.slack.blocks.slo import list_line
from fireline.domain.review.noise import ACTIONABLE_TARGET
from fireline.domain.slo.alerting.noise import Noise
from fireline.usecases.views import ReviewDigest

BUDGETS, INCIDENTS, ACTIONS, MAINTENANCE, DRILLS = 6, 8, 8, 6, 5


def review(view: ReviewDigest, chart_file: str | None = None) -> kit.Rendered:
    """The week on one screen: objectives met, budgets worst first, incidents, open actions."""
    head = f"Reliability review {view.week}"
    blocks: list[kit.Block | None] = [
        kit.header(head),
        kit.section(f"*{one_line(view.headline, 500)}*"),
        kit.context(one_line(view.period, 200)),
        kit.fields([_met(tier, *view.met[tier]) for tier in sorted(view.met)])
        if view.met
        else None,
        kit.image(chart_file, view.overview.alt) if chart_file and view.overview else None,
        kit.divider(),
        *_part(
            "Budgets, worst first", [list_line(b) for b in view.budgets], BUDGETS, "No figure yet."
        ),
        *_part(
            f"{plural(len(view.incidents), 'incident')} this week",
            [incident.line(i) for i in view.incidents],
            INCIDENTS,
            "No incident.",
        ),
        kit.context(one_line(view.restricted, 200)) if view.restricted else None,
        _drills(view.drills),
        kit.section(f"*Alerts*\n{_noise(view.noise)}"),
        *_part(
            plural(len(view.actions), "open action item"),
            [action.words(a) for a in view.actions],
            ACTIONS,
            "Nothing open.",
        ),
        _maintenance(view.maintenance),
        _no_data(view.no_data),
    ]
    return kit.rendered(f"{head}: {view.headline}", blocks)


def _drills(lines: tuple[str, ...]) -> kit.Block | None:
    if not lines:
        return None
    listed = some((f"\u2022 {one_line(line, 300)}" for line in lines), DRILLS, 1800)
    return kit.context(f"*{plural(len(lines), 'drill')} done*, in no other figure\n{listed}")


def _noise(noise: Noise) -> str:
    """Whether the alerts were worth it, and who still has to say."""
    if not noise.fired:
        return "No alert fired."
    words = noise_words(noise)
    if noise.ratio is None:
        return f":label: {words}. Mark them in their messages."
    met = noise.ratio > ACTIONABLE_TARGET
    mark = ":white_check_mark:" if met else ":warning:"
    return f"{mark} {words}; the target is over {ACTIONABLE_TARGET * 100:.0f} %"


def _met(tier: int, met: int, total: int) -> tuple[str, str]:
    mark = ":white_check_mark:" if met == total else ":warning:"
    return f"Tier {tier}", f"{mark} {met} of {total} objectives met"


def _part(title: str, lines: list[str], most: int, empty: str) -> list[kit.Block]:
    if not lines:
        return [kit.section(f"*{title}*\n{empty}")]
    return [kit.section(f"*{title}*\n{some(lines, most, 2700)}")]


def _maintenance(lines: tuple[str, ...]) -> kit.Block | None:
    if not lines:
        return None
    listed = some((f"\u2022 {one_line(line, 500)}" for line in lines), MAINTENANCE, 2700)
    return kit.section(f":construction: *Maintenance*\n{listed}")


def _no_data(names: tuple[str, ...]) -> kit.Block | None:
    if not names:
        return None
    listed = some((f"`{one_line(name, 100)}`" for name in names), 15, 1800).replace("\n", ", ")
    return kit.context(f":white_circle: No figures for {listed}")
