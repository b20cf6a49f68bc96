"""Evaluates recorded SLOs in a process of its own, and prints what that took as JSON."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import AnyHttpUrl
from sqlalchemy import Engine, insert, text

from benchmarks.measuring import peak_mb, timed
from benchmarks.platform import Watching, queries
from fireline.adapters.store import open_engine
from fireline.adapters.store.ledger_days import DAY_SECONDS, PER_DAY, Day, hourly, packed
from fireline.adapters.store.tables import LedgerDayRow, LedgerHeadRow
from fireline.adapters.store.transaction import table_of
from fireline.domain.slo.definition import Slo
from fireline.settings import Settings
from fireline.usecases.watch_budgets import Watcher

DAYS = 31
PATTERNS = 100
BEFORE_END = 1_200
STEP = 60
COUNTS = ("good", "total", "flags")


def main(url: str, definitions: str, database: str, end: int) -> None:
    """Restart on a filled ledger, then twenty minutes of ticks."""
    settings = Settings(
        database_url=f"sqlite:///{database}",
        prometheus_url=AnyHttpUrl(url),
        prometheus_mode="recorded",
        definitions=[Path(definitions)],
        scrape_interval_seconds=STEP,
    )
    watching = Watching.of(settings)
    catalogue: list[dict[str, Slo]] = []
    parsed = timed(lambda: catalogue.append(dict(watching.services.definitions.current().slos)))
    start = end - BEFORE_END
    engine = open_engine(settings.database_url)
    sizes = _filled(engine, list(catalogue[0].values()), start)
    watcher = Watcher(watching.services, timedelta(seconds=STEP))
    first = timed(lambda: watcher.tick(datetime.fromtimestamp(start, UTC)))
    ticks = [_tick(url, watcher, start + STEP * n) for n in range(1, BEFORE_END // STEP + 1)]
    print(
        json.dumps(
            {
                "parsed": parsed.wall,
                "first": {"wall": first.wall, "cpu": first.cpu},
                "ticks": ticks,
                "peak_mb": peak_mb(),
                "ledgers_mb": watcher.bytes / 1e6,
                "written_bytes": _written(engine),
                **sizes,
            }
        )
    )
    watching.source.close()


def _tick(url: str, watcher: Watcher, at: int) -> dict[str, Any]:
    calls, reports = queries(url), []
    spent = timed(lambda: reports.append(watcher.tick(datetime.fromtimestamp(at, UTC))))
    if reports[0].failed:
        raise RuntimeError(f"the tick failed for {len(reports[0].failed)} SLOs")
    return {
        "wall": spent.wall,
        "cpu": spent.cpu,
        "calls": queries(url) - calls,
        "closes": at % 300 < STEP,
    }


def _filled(engine: Engine, slos: list[Slo], until: int) -> dict[str, float]:
    """Give every SLO a ledger up to an instant; the size of a stored day on average."""
    draw = np.random.default_rng(1)
    days = []
    for _ in range(PATTERNS):
        total = draw.integers(100, 1_000, PER_DAY).astype(np.float64)
        good = total - draw.binomial(1, 0.05, PER_DAY)
        days.append(Day(good, total, np.zeros(PER_DAY, np.uint8)))
    stored = [packed(day) for day in days]
    last = until // DAY_SECONDS
    with engine.begin() as connection:
        for number, slo in enumerate(slos):
            revision = slo.revision
            rows = []
            for day in range(last - DAYS, last + 1):
                cells = dict(zip(COUNTS, stored[(number + day) % PATTERNS], strict=True))
                rows.append({"slo": slo.name, "revision": revision, "day": day, **cells})
            connection.execute(insert(table_of(LedgerDayRow)), rows)
        heads = [
            {
                "slo": slo.name,
                "revision": slo.revision,
                "first": (last - DAYS) * DAY_SECONDS,
                "last": until // 300 * 300,
            }
            for slo in slos
        ]
        connection.execute(insert(table_of(LedgerHeadRow)), heads)
    return {
        "day_bytes": float(np.mean([sum(map(len, one)) for one in stored])),
        "hour_bytes": float(np.mean([sum(map(len, hourly(day))) for day in days])),
    }


def _written(engine: Engine) -> float:
    """Bytes of the rows that the newest bucket and its evaluations take."""
    sizes = (
        """SELECT SUM(LENGTH(good) + LENGTH(total) + LENGTH(flags)) FROM ledger_tail
           WHERE start = (SELECT MAX(start) FROM ledger_tail)""",
        "SELECT SUM(LENGTH(figures) + LENGTH(members)) FROM slo_status_sheet",
    )
    with engine.connect() as connection:
        return float(sum(connection.execute(text(size)).scalar_one() or 0 for size in sizes))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
