"""The runbook folder: read, watched for changes, searchable from any thread."""

import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from fireline.adapters.runbooks.expansion import load_aliases
from fireline.adapters.runbooks.parsing import ParsedRunbook, parse
from fireline.adapters.runbooks.search import RunbookRanking
from fireline.domain.errors import InvalidInputError
from fireline.domain.runbook.runbook import Runbook, RunbookHit
from fireline.domain.slo.definition import Slo

_SUFFIXES = (".md", ".markdown")
_SIDE_FILES = ("aliases.yaml", "runbooks.yml", "runbooks.yaml")
_MAX_BYTES = 2_000_000
_LONGEST_QUERY = 4_000
_LIMIT = 10
_log = logging.getLogger(__name__)

_Stamp = tuple[tuple[str, int, int], ...]


class RunbookFolder:
    """All Markdown of a folder and the folders in it; files that change are read again.

    `problems` names the files that could not be read whole; the others are served.
    """

    def __init__(
        self,
        path: Path,
        linked: Mapping[str, Sequence[str]] | None = None,
        check_seconds: float = 2.0,
    ) -> None:
        """Take the folder; `linked` is text per runbook id, such as summaries of its alerts.

        Raises:
            InvalidInputError: the folder does not exist.
        """
        self._root = Path(path)
        if not self._root.is_dir():
            raise InvalidInputError(
                f"There is no runbook folder at {path}. Give an existing folder of Markdown files."
            )
        self._root = self._root.resolve()
        self._linked = dict(linked or {})
        self._check_seconds = check_seconds
        self._lock = threading.RLock()
        self._stamp: _Stamp | None = None
        self._checked = 0.0
        self._search: RunbookRanking | None = None
        self.problems: tuple[str, ...] = ()

    def search(self, query: str, limit: int = _LIMIT) -> list[RunbookHit]:
        """The runbooks that fit, best first; empty when none is a good match."""
        with self._lock:
            return self._current().search(query[:_LONGEST_QUERY], limit)

    def get(self, runbook_id: str) -> Runbook | None:
        """The runbook with this id."""
        with self._lock:
            return self._current().runbooks.get(runbook_id)

    def all(self) -> list[Runbook]:
        """Every runbook, by id."""
        with self._lock:
            return [book for _id, book in sorted(self._current().runbooks.items())]

    def for_slo(self, slo: Slo) -> RunbookHit | None:
        """The runbook named by the SLO or naming it, or None."""
        with self._lock:
            current = self._current()
            if slo.runbook and slo.runbook in current.runbooks:
                return current.hit(slo.runbook, "", 1.0, "named by the SLO")
            naming = [book for book in current.runbooks.values() if slo.name in book.slos]
            naming.sort(key=lambda book: (9 if book.tier is None else book.tier, book.id))
            return current.hit(naming[0].id, "", 1.0, "names the SLO") if naming else None

    def close(self) -> None:
        """Free the index."""
        with self._lock:
            if self._search is not None:
                self._search.close()
            self._search = self._stamp = None

    def _current(self) -> RunbookRanking:
        now = time.monotonic()
        if self._search is not None and now - self._checked < self._check_seconds:
            return self._search
        stamp = tuple(_stamps(self._root))
        self._checked = now
        if self._search is None or stamp != self._stamp:
            fresh = self._build(path for path, _time, _size in stamp)
            if self._search is not None:
                self._search.close()
            self._search, self._stamp = fresh, stamp
        return self._search

    def _build(self, paths: Iterable[str]) -> RunbookRanking:
        problems: list[str] = []
        runbooks: dict[str, ParsedRunbook] = {}
        for path in paths:
            if not path.endswith(_SUFFIXES):
                continue
            parsed = _read(self._root, path, problems)
            if parsed is None:
                continue
            taken = runbooks.setdefault(parsed.runbook.id, parsed)
            if taken is not parsed:
                problems.append(
                    f"{path}: id {parsed.runbook.id} is taken by {taken.runbook.path}; "
                    "give one of them another id"
                )
        for problem in problems:
            _log.warning("runbook %s", problem)
        self.problems = tuple(problems)
        aliases = load_aliases(self._root / "aliases.yaml")
        return RunbookRanking(
            list(runbooks.values()), aliases, self._linked, _mapped_names(self._root)
        )


def _stamps(root: Path) -> Iterator[tuple[str, int, int]]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name != "node_modules"
        )
        for name in sorted(names):
            if not name.endswith((*_SUFFIXES, *_SIDE_FILES)):
                continue
            path = Path(folder) / name
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                continue
            try:
                found = path.stat()
                yield path.relative_to(root).as_posix(), found.st_mtime_ns, found.st_size
            except OSError:
                # Kept in the list: reading it will fail again and be reported.
                yield path.relative_to(root).as_posix(), 0, 0


def _read(root: Path, path: str, problems: list[str]) -> ParsedRunbook | None:
    try:
        with (root / path).open("rb") as file:
            text = file.read(_MAX_BYTES).decode("utf-8", errors="replace")
    except OSError as error:
        problems.append(f"{path}: cannot be read ({error.strerror}); left out")
        return None
    parsed = parse(path, text)
    if parsed.problem:
        problems.append(f"{path}: {parsed.problem}; its text is served without it")
    return parsed


def _mapped_names(root: Path) -> dict[str, str]:
    """Alert and SLO names of `runbooks.yml`, for folders without front matter."""
    mapped: dict[str, str] = {}
    for name in ("runbooks.yml", "runbooks.yaml"):
        path = root / name
        if not path.is_file():
            continue
        try:
            loaded = yaml.safe_load(path.read_text("utf-8"))
        except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
            _log.warning("runbook map %s cannot be read: %s", name, error)
            continue
        for table in ("alerts", "slos", "situations"):
            entries = loaded.get(table) if isinstance(loaded, dict) else None
            if isinstance(entries, dict):
                mapped.update({str(key): str(target) for key, target in entries.items()})
    return mapped
