"""`fireline check` with what only the whole program knows: runbooks, and what Prometheus holds."""

from collections.abc import Callable, Sequence
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from fireline.adapters.files.check import Checked, checked, in_order
from fireline.adapters.files.problems import Level, Problem
from fireline.adapters.files.profile_choice import ProfileChoice
from fireline.adapters.files.slo_document import Read
from fireline.adapters.prometheus.inventory import inventory_of
from fireline.adapters.prometheus.preflight import PrometheusPreflight
from fireline.adapters.runbooks.library import RunbookFolder
from fireline.bootstrap.doctor_fitting import only_names
from fireline.bootstrap.system import SystemClock
from fireline.domain.errors import NotFoundError
from fireline.usecases.preflight import PreflightFinding, preflight

DEFAULT_PATHS = (Path("slo_definitions"), Path("policies"), Path("contracts"))
Progress = Callable[[int, int], None]


def problems_of(
    paths: Sequence[Path],
    runbooks: Path,
    prometheus: str | None = None,
    progress: Progress = lambda _done, _all: None,
) -> list[Problem]:
    """Everything wrong in the files, by file and line; runbook names are looked up if it exists.

    With the address of a Prometheus also what it says against the sound SLOs; `progress` is told
    how many of them are done.

    Raises:
        NotFoundError: a path does not exist, or none is given and there is nothing here.
        UnreachableError: Prometheus cannot be asked.
    """
    chosen = list(paths) or [path for path in DEFAULT_PATHS if path.exists()]
    lost = [str(path) for path in chosen if not path.exists()]
    if lost:
        raise NotFoundError(f"no such file or folder: {', '.join(lost)}")
    if not chosen:
        raise NotFoundError(
            "nothing to check: name files or folders, or go where slo_definitions/ is"
        )
    found = checked(chosen, runbooks=_ids(runbooks), choice=_choice(prometheus))
    if prometheus is None:
        return found.problems
    return in_order([*found.problems, *_asked(found, prometheus, progress)])


def _choice(prometheus: str | None) -> ProfileChoice:
    """Profiles as that Prometheus has their metrics; the first of each system without one."""
    if prometheus is None:
        return ProfileChoice()
    return ProfileChoice(only_names(prometheus))


def _asked(found: Checked, prometheus: str, progress: Progress) -> list[Problem]:
    problems: list[Problem] = []
    slos = [read.slo for read in found.reads]
    at = SystemClock().now()
    with inventory_of(prometheus, version("fireline")) as inventory:
        source = PrometheusPreflight(inventory)
        judged = preflight(slos, source, found.policy, at)
        for done, (read, findings) in enumerate(zip(found.reads, judged, strict=True), 1):
            problems += [_problem(read, finding) for finding in findings]
            progress(done, len(slos))
    return problems


def _problem(read: Read, finding: PreflightFinding) -> Problem:
    line = read.lines.get(finding.field) or read.lines.get("sli") or read.slo.source.line
    level = Level.ERROR if finding.fatal else Level.WARNING
    message = f"{read.slo.name}: {finding.message}"
    return Problem(read.slo.source.file, line, level, finding.code, message)


def _ids(folder: Path) -> frozenset[str] | None:
    if not folder.is_dir():
        return None
    with closing(RunbookFolder(folder)) as library:
        return frozenset(book.id for book in library.all())
