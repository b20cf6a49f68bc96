"""Time, processor time and percentiles."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

TICKS_PER_SECOND = 100


@dataclass(frozen=True, slots=True)
class Spent:
    """What one run took: seconds on the wall and seconds of processor."""

    wall: float
    cpu: float


def timed(work: Callable[[], Any]) -> Spent:
    """Run it once."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def repeated(work: Callable[[], Any], times: int) -> list[Spent]:
    """Run it several times, after one run that warms caches up."""
    work()
    return [timed(work) for _ in range(times)]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` percent of all are at or below; nearest rank."""
    ordered = sorted(values)
    rank = int(np.ceil(share / 100 * len(ordered)))
    return ordered[max(0, rank - 1)]


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return float(np.median(values))


def shown(seconds: float) -> str:
    """Seconds in a unit that reads well."""
    for size, unit in ((1.0, "s"), (1e-3, "ms")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def resident_mb(process: int | None = None) -> float:
    """Memory a process holds now, in megabytes; the own process without a number."""
    status = Path(f"/proc/{process or 'self'}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def peak_mb() -> float:
    """The most memory this process ever held, in megabytes."""
    # Not getrusage: what it says begins with the memory of the process that started this one.
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def cpu_of(process: int) -> float:
    """Processor seconds another process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND
