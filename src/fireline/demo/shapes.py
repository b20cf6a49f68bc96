"""How simulated metrics move: pure functions of time, so that history and present agree."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from fireline.demo.remote_write import Floats

Shape = Callable[[Floats], Floats]
Effect = Callable[[Floats, Floats, float], Floats]
"""What trouble makes of normal values: `(normal, times, since)` gives the troubled values."""

_DAY = 86_400.0


class Fault(StrEnum):
    """The ways in which the demo's platform can be broken."""

    ORDERS_LATE = "orders_late"
    CONSUMER_LAG = "consumer_lag"
    BAD_DATA = "bad_data"


class Kind(StrEnum):
    """A counter's shape is its growth per second, a gauge's shape its value."""

    COUNTER = "counter"
    GAUGE = "gauge"


@dataclass(frozen=True, slots=True)
class Metric:
    """One simulated series; `step` is how finely its history is written, in seconds."""

    name: str
    labels: Mapping[str, str]
    kind: Kind
    shape: Shape
    step: int
    faults: Mapping[Fault, Effect] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Name and labels as Prometheus writes them."""
        inner = ",".join(f'{name}="{value}"' for name, value in sorted(self.labels.items()))
        return f"{self.name}{{{inner}}}"


def chance(times: Floats, salt: float, every: float) -> Floats:
    """A number from 0 to 1 that stays for `every` seconds and looks random; no state, no seed."""
    wild = np.sin(np.floor(times / every) * 12.9898 + salt * 78.233) * 43_758.5453
    return np.asarray(wild - np.floor(wild), dtype=np.float64)


def steady(value: float) -> Shape:
    """Always the same."""
    return lambda times: np.full_like(times, value)


def wavering(low: float, high: float, salt: float, every: float = 60.0) -> Shape:
    """Between two values, higher in the afternoon, with noise."""

    def shape(times: Floats) -> Floats:
        day = 0.5 - 0.5 * np.cos(2 * np.pi * (times % _DAY) / _DAY)
        mix = 0.5 * day + 0.5 * chance(times, salt, every)
        return np.asarray(low + (high - low) * mix, dtype=np.float64)

    return shape


def sometimes(share: float, salt: float, every: float) -> Shape:
    """A rate of one event in a slot of `every` seconds, in this share of the slots."""
    return lambda times: np.where(chance(times, salt, every) < share, 1.0 / every, 0.0)


def landing(every: float, after: float = 0.0) -> Shape:
    """The time of the last landing when one lands every so many seconds."""
    return lambda times: np.floor((times - after) / every) * every + after


def becomes(value: float) -> Effect:
    """Trouble that holds a metric at a value, or a counter at a rate."""
    return lambda _normal, times, _since: np.full_like(times, value)


def frozen(shape: Shape) -> Effect:
    """Trouble that leaves a gauge where it was when the trouble began."""
    return lambda _normal, times, since: np.full_like(times, float(shape(np.array([since]))[0]))


def growing(start: float, per_second: float) -> Effect:
    """Trouble that jumps to a value and grows from there."""
    return lambda _normal, times, since: start + per_second * (times - since)
