"""How fast an SLO burns, by window."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import amount, esc, one_line, times, window
from fireline.adapters.slack.blocks.slo import pair_line, state_words
from fireline.domain.slo.status import WindowBurn
from fireline.usecases.views import BurnDetail


def burn(view: BurnDetail, chart_file: str | None) -> kit.Rendered:
    """Windows, pairs with their limits, and the picture of the last days."""
    line = view.line
    title = f"Burn of {line.title or line.name}"
    known = line.remaining is not None and bool(line.burns)
    blocks: list[kit.Block | None] = [
        kit.header(title),
        kit.section(f"*{state_words(line)}* \u00b7 {one_line(line.sentence, 600)}"),
    ]
    if known:
        blocks.append(kit.section("\n".join(_window(b, line.unit) for b in line.burns)))
    if known and view.pairs:
        blocks.append(kit.context(*(pair_line(pair) for pair in view.pairs)))
    if chart_file and view.chart is not None:
        blocks.append(kit.image(chart_file, view.chart.alt))
    blocks.append(kit.actions([kit.button("Show the SLO", ids.SHOW_SLO, line.name)]))
    blocks.append(kit.context(f"1.0x spends exactly the budget \u00b7 `{esc(line.name[:200])}`"))
    newest = view.chart.alt if view.chart else line.sentence
    return kit.rendered(f"{title}: {newest}", blocks)


def _window(burn: WindowBurn, unit: str) -> str:
    """One window: its rate, and the counts behind it."""
    if burn.burn is None:
        return f"{window(burn.seconds)}: nothing counted"
    counts = f"{amount(burn.bad, unit)} bad of {amount(burn.total, unit)}"
    return f"{window(burn.seconds)}: *{times(burn.burn)}* ({counts})"
