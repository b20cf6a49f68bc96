"""Aliases and contracts as git has them now, read again when a file changes."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from fireline.adapters.files.aliases import read_aliases
from fireline.adapters.files.odcs import IS_CONTRACT, read_contracts
from fireline.adapters.files.problems import Level, Problem
from fireline.adapters.files.slos import Signature, definition_files, read_texts, signature_of
from fireline.domain.lineage.beside import Beside
from fireline.domain.lineage.contract import Contract


class GitLineage:
    """What git says besides the lineages that are told; files that are wrong are left out.

    Args:
        aliases: the file with other names; a team without one has none.
        contracts: folders and files with contracts.
    """

    def __init__(self, aliases: Path, contracts: Sequence[Path] = ()) -> None:
        self._aliases = aliases
        self._contracts = contracts
        self._lock = Lock()
        self._seen: Signature | None = None
        self._kept = Beside()

    def __call__(self) -> Beside:
        """Aliases and contracts of now."""
        files = [self._aliases, *definition_files(p for p in self._contracts if p.exists())]
        seen = signature_of(files)
        with self._lock:
            if seen != self._seen:
                self._kept, self._seen = self._read(files), seen
            return self._kept

    def _read(self, files: Sequence[Path]) -> Beside:
        texts, problems = read_texts([file for file in files if file.exists()])
        stamp = hashlib.sha256(repr(sorted(texts.items())).encode()).hexdigest()
        names, wrong = read_aliases(str(self._aliases), texts.pop(str(self._aliases), ""))
        problems += wrong
        contracts: list[Contract] = []
        for path, text in texts.items():
            if IS_CONTRACT.search(text):
                found, odd = read_contracts(path, text)
                contracts += found
                problems += odd
        return Beside(names, tuple(contracts), stamp, _errors(problems))


def _errors(problems: Sequence[Problem]) -> tuple[str, ...]:
    return tuple(problem.short for problem in problems if problem.level is Level.ERROR)
