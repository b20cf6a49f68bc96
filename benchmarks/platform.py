"""A platform to measure against: a real Prometheus with a past, and SLOs over it."""

import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import numpy as np

from fireline.adapters.prometheus.named import NamedSources
from fireline.adapters.store import SqlStore, migrate, open_engine
from fireline.bootstrap import parts
from fireline.demo.processes import RunningServer, start_prometheus
from fireline.demo.remote_write import RemoteWriter, Series
from fireline.settings import Settings
from fireline.usecases.ports import Services

DAY = 86_400
SAMPLE_SECONDS = 120
LIVE_SECONDS = 30
LIVE_STRETCH = 1_800
BURNING_EVERY = 100
FILES = 10


@dataclass(frozen=True, slots=True)
class Fleet:
    """A number of like SLOs with this much history behind them."""

    name: str
    count: int
    days: float

    def service(self, index: int) -> str:
        """The label value that tells one from the other."""
        return f"{self.name}-{index:04d}"

    def slo(self, index: int) -> str:
        """The name of an SLO."""
        return f"{self.service(index)}-availability"


DEEP = Fleet("deep", 100, 30)
WIDE = Fleet("wide", 1_000, 2)
RECORDED = Fleet("recorded", 10_000, 0)


class Platform:
    """A Prometheus with the samples of both fleets; use as a context."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.end = int(time.time()) // 300 * 300
        self.samples = 0
        self.seeding = 0.0
        self._server: RunningServer | None = None

    def __enter__(self) -> Self:
        self._server = start_prometheus(self.folder / "prometheus", block="60d")
        begun = time.perf_counter()
        with RemoteWriter(self.url) as writer:
            self.samples = writer.write([s for f in (DEEP, WIDE) for s in self._series(f)])
        self.seeding = time.perf_counter() - begun
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._running.stop()

    @property
    def _running(self) -> RunningServer:
        if self._server is None:
            raise RuntimeError("the platform was not started")
        return self._server

    @property
    def url(self) -> str:
        """Where Prometheus answers."""
        return self._running.url

    @property
    def process(self) -> int:
        """Prometheus' process."""
        return self._running.process.pid

    def queries(self) -> int:
        """How many queries Prometheus has answered so far, by its own count."""
        return queries(self.url)

    def definitions(self, fleet: Fleet) -> Path:
        """The fleet's SLO files."""
        folder = self.folder / f"slos-{fleet.name}"
        folder.mkdir(exist_ok=True)
        each = fleet.count // FILES
        for number in range(FILES):
            texts = [_definition(fleet, i) for i in range(number * each, (number + 1) * each)]
            (folder / f"{number}.yaml").write_text("---\n".join(texts))
        return folder

    def settings(self, fleet: Fleet, **given: Any) -> Settings:
        """Settings of a bot that watches the fleet."""
        return Settings(
            **{
                "database_url": f"sqlite:///{self.folder / f'{fleet.name}.db'}",
                "prometheus_url": self.url,
                "definitions": [self.definitions(fleet)],
                "scrape_interval_seconds": LIVE_SECONDS,
                **given,
            }
        )

    def _series(self, fleet: Fleet) -> list[Series]:
        live = self.end - LIVE_STRETCH
        past = np.arange(self.end - int(fleet.days * DAY), live, SAMPLE_SECONDS)
        times = np.concatenate((past, np.arange(live, self.end + 1, LIVE_SECONDS)))
        elapsed = (times - times[0]).astype(np.float64)
        made = []
        for index in range(fleet.count):
            rate = 1.0 + index % 7
            bad = 0.03 if index % BURNING_EVERY == BURNING_EVERY - 1 else 0.0002
            for outcome, share in (("ok", 1 - bad), ("failed", bad)):
                labels = {
                    "__name__": f"{fleet.name}_requests_total",
                    "service": fleet.service(index),
                    "outcome": outcome,
                }
                made.append(Series(labels, times.astype(np.float64), elapsed * rate * share))
        return made


def queries(url: str) -> int:
    """How many queries a Prometheus has answered so far, by its own count."""
    text = httpx.get(f"{url}/metrics", trust_env=False).text
    lines = [
        line
        for line in text.splitlines()
        if line.startswith("prometheus_http_requests_total{") and "/api/v1/query" in line
    ]
    return int(sum(float(line.rpartition(" ")[2]) for line in lines))


@dataclass(slots=True)
class Watching:
    """The services of a bot that evaluates a fleet, without Slack."""

    services: Services
    source: NamedSources
    settings: Settings

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Migrate the database and build the services; flows go nowhere."""
        engine = open_engine(settings.database_url)
        migrate(engine)
        source = parts.source_of(settings)
        store = SqlStore(engine, lambda _session, _call: None)
        chat = parts.chat_of(parts.offline_client())
        return cls(parts.services_of(settings, store, chat, source), source, settings)


def _definition(fleet: Fleet, index: int) -> str:
    service = fleet.service(index)
    metric = f"{fleet.name}_requests_total"
    return f"""apiVersion: fireline/v1
kind: SLO
name: {fleet.slo(index)}
title: {service} answers
service: {service}
tier: {index % 3}
objective: 99.9
window: 30d
sli:
  ratio:
    good: sum(increase({metric}{{service="{service}",outcome="ok"}}[$window]))
    total: sum(increase({metric}{{service="{service}"}}[$window]))
  absent: unknown
"""
