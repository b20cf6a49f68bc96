"""Every picture, behind the port."""

from dataclasses import replace
from threading import Lock

from fireline.adapters.charts.backtest_picture import backtest_png
from fireline.adapters.charts.budget_picture import budget_png
from fireline.adapters.charts.burn_picture import burn_png
from fireline.adapters.charts.overview_picture import overview_png
from fireline.adapters.charts.theme import DARK, LIGHT
from fireline.usecases.views import BacktestChart, BudgetChart, BudgetOverview, BurnChart


class MatplotlibCharts:
    """Implements `Charts`; matplotlib is loaded when the first chart is drawn.

    Args:
        dpi: dots per inch; pictures are 6.4 inches wide.
    """

    def __init__(self, dpi: int = 200) -> None:
        self._themes = {dark: replace(DARK if dark else LIGHT, dpi=dpi) for dark in (False, True)}
        # Font and glyph caches of matplotlib are shared and not made for threads.
        self._lock = Lock()

    def budget(self, chart: BudgetChart, *, dark: bool = False) -> bytes:
        """A PNG of the budget left over its window, with a strip of how fast it burned."""
        with self._lock:
            return budget_png(chart, self._themes[dark])

    def burn(self, chart: BurnChart, *, dark: bool = False) -> bytes:
        """A PNG of the burn rate by window, with the limits of the alerts."""
        with self._lock:
            return burn_png(chart, self._themes[dark])

    def overview(self, chart: BudgetOverview, *, dark: bool = False) -> bytes:
        """A PNG of the worst budgets as bars."""
        with self._lock:
            return overview_png(chart, self._themes[dark])

    def backtest(self, chart: BacktestChart, *, dark: bool = False) -> bytes:
        """A PNG of a replayed range."""
        with self._lock:
            return backtest_png(chart, self._themes[dark])
