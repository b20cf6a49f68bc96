"""A simulated data platform: exporters' metrics on `/metrics`, trouble on request."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from fireline.demo.metrics import all_metrics
from fireline.demo.shapes import Fault, Kind, Metric

STEP_SECONDS = 5.0
"""The simulation moves in steps as long as the demo's scrape interval."""

_LOCAL = r"http://(127\.0\.0\.1|localhost)(:\d+)?"
_NAMES = {
    Fault.ORDERS_LATE: "The orders pipeline has stopped landing.",
    Fault.CONSUMER_LAG: "The orders consumers have stopped reading.",
    Fault.BAD_DATA: "Orders are published with broken rows.",
}


class Platform:
    """The state of the simulation; safe to use from several threads."""

    def __init__(self, start: float, counters: Mapping[str, float] | None = None) -> None:
        """Begin at an epoch time, with the counters' values by `Metric.key` (default 0)."""
        self.metrics = all_metrics()
        self._now = start
        self._counters = dict(counters or {})
        self._since: dict[Fault, float] = {}
        self._lock = threading.Lock()

    @property
    def faults(self) -> dict[Fault, float]:
        """Active faults with the time at which each began."""
        with self._lock:
            return dict(self._since)

    def break_(self, fault: Fault, at: float) -> None:
        """Start a fault; one that is active stays as it is."""
        with self._lock:
            self._since.setdefault(fault, at)

    def repair(self, fault: Fault | None = None) -> None:
        """End one fault, or all of them."""
        with self._lock:
            for one in [fault] if fault else list(self._since):
                self._since.pop(one, None)

    def advance(self, now: float) -> list[tuple[Metric, float]]:
        """Move to a time and give every series' value there."""
        with self._lock:
            while self._now < now:
                step = min(STEP_SECONDS, now - self._now)
                self._now += step
                self._grow(step)
            return [(metric, self._value(metric)) for metric in self.metrics]

    def _grow(self, seconds: float) -> None:
        for metric in self.metrics:
            if metric.kind is Kind.COUNTER:
                grown = self._shaped(metric) * seconds
                self._counters[metric.key] = self._counters.get(metric.key, 0.0) + grown

    def _value(self, metric: Metric) -> float:
        if metric.kind is Kind.COUNTER:
            return float(np.floor(self._counters.get(metric.key, 0.0)))
        return self._shaped(metric)

    def _shaped(self, metric: Metric) -> float:
        times = np.array([self._now])
        values = metric.shape(times)
        for fault, effect in metric.faults.items():
            if fault in self._since:
                values = effect(values, times, self._since[fault])
        return float(values[0])


def exposition(samples: list[tuple[Metric, float]]) -> str:
    """Samples in the text format of Prometheus."""
    families: dict[str, list[str]] = {}
    for metric, value in samples:
        lines = families.setdefault(metric.name, [f"# TYPE {metric.name} {metric.kind}"])
        lines.append(f"{metric.key} {value!r}")
    return "\n".join(line for lines in families.values() for line in lines) + "\n"


class PlatformServer:
    """A platform on a loopback port: `/metrics`, `/faults`, `POST /faults/NAME`."""

    def __init__(
        self, platform: Platform, port: int = 0, now: Callable[[], float] = time.time
    ) -> None:
        """Take the platform; `now` is the clock of the machine it pretends to be."""
        self.platform = platform
        self._now = now
        self._port = port
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """Host and port, as a scrape target."""
        return f"127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://{self.address}"

    def start(self) -> Self:
        """Serve in a thread; requests that come from now on are answered."""
        listening = socket.create_server(("127.0.0.1", self._port))
        self._port = int(listening.getsockname()[1])
        config = uvicorn.Config(
            self._application(), log_level="warning", lifespan="off", timeout_graceful_shutdown=1
        )
        server = self._server = uvicorn.Server(config)

        def serve() -> None:
            with listening:
                asyncio.run(server.serve(sockets=[listening]))

        self._thread = threading.Thread(target=serve, name="platform", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and close the port."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(5)
        self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _application(self) -> Starlette:
        # Only the page of this machine may press the demo's buttons.
        cors = Middleware(
            CORSMiddleware, allow_origin_regex=_LOCAL, allow_methods=["*"], allow_headers=["*"]
        )
        return Starlette(
            routes=[
                Route("/metrics", self._metrics),
                Route("/faults", self._faults),
                Route("/faults/{name}", self._press, methods=["POST"]),
            ],
            middleware=[cors],
        )

    def _metrics(self, _request: Request) -> Response:
        return PlainTextResponse(exposition(self.platform.advance(self._now())))

    def _faults(self, _request: Request) -> Response:
        active = self.platform.faults
        return JSONResponse({fault.value: active.get(fault) for fault in Fault})

    async def _press(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name in {"clear", "repair"}:
            self.platform.repair()
            return JSONResponse({"ok": True, "message": "Everything is repaired."})
        if name not in set(Fault):
            known = ", ".join(Fault)
            said = f"There is no fault {name}; there are {known}, and clear."
            return JSONResponse({"ok": False, "message": said}, status_code=404)
        fault = Fault(name)
        if await _wanted(request):
            self.platform.break_(fault, self._now())
            return JSONResponse({"ok": True, "message": _NAMES[fault]})
        self.platform.repair(fault)
        return JSONResponse({"ok": True, "message": "That is repaired."})


async def _wanted(request: Request) -> bool:
    """Whether the fault shall be active; a request without a body says yes."""
    if not await request.body():
        return True
    try:
        body = await request.json()
    except ValueError:
        return True
    return not (isinstance(body, dict) and body.get("active") is False)
