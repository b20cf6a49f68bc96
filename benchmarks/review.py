"""The weekly review of a large team."""

from benchmarks.figures import Figure
from benchmarks.measuring import median, percentile, repeated, shown
from benchmarks.platform import WIDE, Watching
from benchmarks.stage import Stage
from fireline.domain.people import Actor
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.post_review import digest
from fireline.usecases.watch_budgets import Watcher

INCIDENTS = 200
TARGET = 5.0
SOMEBODY = Actor("U0BENCH", "bench")


def review(stage: Stage) -> list[Figure]:
    """1,000 evaluated SLOs and 200 incidents of this week, from the database to Markdown."""
    watching = Watching.of(stage.platform.settings(WIDE))
    services = watching.services
    with services.store() as uow:
        evaluated = len(uow.statuses.all())
    if not evaluated:
        Watcher(services).tick(services.clock.now())
    for number in range(INCIDENTS):
        declare(services, Declare(f"orders are late, part {number}", SOMEBODY))
    spent = [s.wall for s in repeated(lambda: digest(services), 7)]
    watching.source.close()
    return [
        Figure(
            f"review of {WIDE.count:,} SLOs and {INCIDENTS} incidents",
            f"median {shown(median(spent))}, p95 {shown(percentile(spent, 95))}",
            f"<= {TARGET:g} s",
            median(spent) <= TARGET,
        )
    ]
