"""A month replayed, and the pictures that are drawn beside the ticks."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from benchmarks.figures import Figure
from benchmarks.measuring import median, repeated, shown
from benchmarks.stage import Stage
from fireline.adapters.charts.drawing import MatplotlibCharts
from fireline.domain.backtest.replay import Past, edges_of, replay
from fireline.domain.policy.evaluation import evaluate
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries
from fireline.domain.slo.definition import RatioSli, Slo, SourceRef
from fireline.usecases.budget_charts import reading_chart
from fireline.usecases.burn_charts import burn_chart

SLOS = 20
MONTH = timedelta(days=30)
END = datetime(2026, 11, 20, tzinfo=UTC)


def backtest(stage: Stage) -> list[Figure]:
    """20 SLOs, each with three bad stretches in a month of noise; nothing is fetched."""
    del stage
    pasts = [_past(number) for number in range(SLOS)]
    edges = edges_of(END - MONTH, END)
    policy = Policy()
    found = [replay(past, policy, edges) for past in pasts]

    def once() -> None:
        for past in pasts:
            replay(Past(past.slo, past.series), policy, edges)

    spent = [s.cpu / SLOS for s in repeated(once, 3)]
    close = sum(one.judged for one in found) / SLOS
    every = [s.cpu for s in repeated(lambda: replay(pasts[0], policy, edges, screened=False), 3)]
    return [
        Figure(
            "backtest: 30 days of one SLO replayed",
            f"CPU {shown(median(spent))}; judging every bucket {shown(median(every))}",
            note=f"{len(edges):,} instants, {close:.0f} of them looked at closely",
        ),
        *_pictures(pasts[0], policy),
    ]


def _pictures(past: Past, policy: Policy) -> list[Figure]:
    charts = MatplotlibCharts()
    reading = past.reading(int(END.timestamp()))
    status = evaluate(reading, policy)
    budget = reading_chart(reading, status)
    burn = burn_chart(reading, status.pairs, policy)
    charts.budget(budget)
    figures = [("budget over 30 days", [s.cpu for s in repeated(lambda: charts.budget(budget), 5)])]
    if burn is not None:
        figures.append(("burn by window", [s.cpu for s in repeated(lambda: charts.burn(burn), 5)]))
    return [Figure(f"picture: {what}", f"CPU {shown(median(cpu))}") for what, cpu in figures]


def _past(number: int) -> Past:
    """A month and the window before it."""
    random = np.random.default_rng(number)
    count = 2 * 30 * 288
    total = random.poisson(900, count).astype(np.float64)
    share = np.full(count, 0.0003)
    for _ in range(3):
        begin = int(random.integers(count // 2, count - 50))
        share[begin : begin + int(random.integers(2, 20))] = random.choice([0.01, 0.1, 0.6])
    bad = random.binomial(total.astype(np.int64), share)
    start = int(END.timestamp()) - count * BUCKET_SECONDS
    slo = Slo(
        name=f"slo-{number}",
        title="Rows pass",
        service="orders",
        tier=1,
        objective=Decimal("99.9"),
        window=MONTH,
        sli=RatioSli(total="sum(increase(t[$window]))", bad="sum(increase(b[$window]))"),
        source=SourceRef("slo.yaml", 1),
    )
    return Past(slo, BucketSeries(start, total - bad, total, np.zeros(count, np.uint8)))
