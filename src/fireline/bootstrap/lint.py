"""`fireline check` with what only the whole program knows: the runbooks there are."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from fireline.adapters.files.check import check_paths
from fireline.adapters.files.problems import Problem
from fireline.adapters.runbooks.library import RunbookFolder
from fireline.domain.errors import NotFoundError

DEFAULT_PATHS = (Path("slo_definitions"), Path("policies"))


def problems_of(paths: Sequence[Path], runbooks: Path) -> list[Problem]:
    """Everything wrong in the files, by file and line; runbook names are looked up if it exists.

    Raises:
        NotFoundError: a path does not exist, or none is given and there is nothing here.
    """
    chosen = list(paths) or [path for path in DEFAULT_PATHS if path.exists()]
    lost = [str(path) for path in chosen if not path.exists()]
    if lost:
        raise NotFoundError(f"no such file or folder: {', '.join(lost)}")
    if not chosen:
        raise NotFoundError(
            "nothing to check: name files or folders, or go where slo_definitions/ is"
        )
    return check_paths(chosen, runbooks=_ids(runbooks))


def _ids(folder: Path) -> frozenset[str] | None:
    if not folder.is_dir():
        return None
    with closing(RunbookFolder(folder)) as library:
        return frozenset(book.id for book in library.all())
