"""Finding one runbook among a thousand."""

from functools import partial

from benchmarks.figures import Figure
from benchmarks.measuring import median, percentile, shown, timed
from benchmarks.stage import ROOT, Stage
from fireline.adapters.runbooks import RunbookFolder

COPIES = 1_000
TARGET = 0.020
QUERIES = (
    "consumer lag is growing",
    "dag failed",
    "schema registry down",
    "wal is filling the disk",
    "dashboards are stale after the deploy",
    "row counts differ between source and warehouse",
    "null values in a required column",
    "how do I backfill one day",
    "kafka broker disk full 2/3 in sync",
    "spark job out of memory",
)
ROUNDS = 40


def runbooks(stage: Stage) -> list[Figure]:
    """The shipped runbooks, copied under other ids until there are a thousand."""
    folder = stage.folder / "runbooks"
    folder.mkdir()
    shipped = sorted((ROOT / "runbooks").glob("*.md"))
    for number in range(COPIES):
        source = shipped[number % len(shipped)]
        name = source.stem if number < len(shipped) else f"{source.stem}-{number}"
        text = source.read_text().replace(f"id: {source.stem}\n", f"id: {name}\n", 1)
        (folder / f"{name}.md").write_text(text)
    library = RunbookFolder(folder)
    built = timed(lambda: library.search(QUERIES[0]))
    count = len(library.all())
    runs = [timed(partial(library.search, q)) for _ in range(ROUNDS) for q in QUERIES]
    library.close()
    spent = [run.wall for run in runs]
    worst = percentile(spent, 99)
    cpu = [run.cpu for run in runs]
    return [
        Figure(
            f"runbook search, {count:,} runbooks",
            f"p50 {shown(median(spent))}, p99 {shown(worst)} "
            f"(CPU {shown(median(cpu))}, {shown(percentile(cpu, 99))})",
            f"p99 < {shown(TARGET)}",
            worst < TARGET,
        ),
        Figure(f"first search after a change, {count:,} runbooks", shown(built.wall)),
    ]
