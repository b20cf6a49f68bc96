"""Run the benchmarks: all of them, or those named."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping

from rich.console import Console

from benchmarks import (
    arithmetic,
    backtest,
    lineage,
    peer,
    recorded,
    review,
    runbooks,
    slack,
    ticks,
)
from benchmarks.figures import Figure, UnknownNameError, as_json, chosen, printed
from benchmarks.stage import Stage

Benchmark = Callable[[Stage], list[Figure]]
BENCHMARKS: Mapping[str, Benchmark] = {
    "arithmetic": arithmetic.arithmetic,
    "runbooks": runbooks.runbooks,
    "lineage": lineage.lineage,
    "start": slack.start,
    "declare": slack.declare,
    "ticks": ticks.ticks,
    "recorded": recorded.recorded,
    "peer": peer.peer,
    "ack": slack.ack,
    "review": review.review,
    "backtest": backtest.backtest,
}


def main(arguments: list[str]) -> int:
    """Measure and print; 0 even when a target is missed, 2 for an unknown name."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    given = parser.parse_args(arguments)
    notes = Console(stderr=True)
    try:
        work = chosen(BENCHMARKS, given.names)
    except UnknownNameError as error:
        notes.print(str(error), markup=False)
        return 2
    begun = time.perf_counter()
    figures: list[Figure] = []
    with Stage() as stage:
        for name, benchmark in work.items():
            notes.print(f"{name} ...", style="dim")
            found = benchmark(stage)
            for one in found:
                notes.print(f"  {one.work}: {one.figure}", style="dim", markup=False)
            figures += found
    if given.json:
        print(as_json(figures))
    else:
        title = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        printed(figures, f"{title}; took {time.perf_counter() - begun:.0f} s", Console())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
