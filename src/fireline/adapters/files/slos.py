"""SLO definitions from files, re-read when they change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from yaml.nodes import MappingNode, Node, ScalarNode

from fireline.adapters.files.composites import problem_of
from fireline.adapters.files.imports.formats import (
    WINDOW,
    Neighbours,
    is_foreign,
    translated,
    unrolled,
)
from fireline.adapters.files.odcs import is_contract
from fireline.adapters.files.problems import Findings, Level, Problem
from fireline.adapters.files.profile_choice import ProfileChoice
from fireline.adapters.files.profiles import read_profile
from fireline.adapters.files.slo_document import Read, read_slo
from fireline.adapters.files.variables import read_variables
from fireline.adapters.files.vocabulary import Vocabulary
from fireline.adapters.files.yaml_fields import compose, line_of, nearest
from fireline.domain.errors import InvalidDefinitionError
from fireline.domain.slo.definition import Slo
from fireline.usecases.ports import Catalogue, Clock

API = "fireline/v1"
KINDS = (
    "SLO",
    "Variables",
    "Profile",
    "Policy",
    "Exception",
    "Exceptions",
    "Maintenance",
    "OnCall",
    "Aliases",
    "Drill",
)
SUFFIXES = (".yaml", ".yml")
ASK_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class FileRead:
    """The good SLOs of a file and what is wrong with the rest."""

    path: str
    slos: tuple[Read, ...]
    problems: tuple[Problem, ...]

    @property
    def broken(self) -> bool:
        """Whether anything in the file could not be used."""
        return any(p.level is Level.ERROR for p in self.problems)


def load_file(path: str, text: str, variables: Mapping[str, str] | None = None) -> list[Slo]:
    """The SLOs of one file.

    Raises:
        InvalidDefinitionError: the first thing that is wrong in it.
    """
    found = read_files({path: text}, variables or {})[0]
    for problem in found.problems:
        if problem.level is Level.ERROR:
            raise InvalidDefinitionError(problem.file, problem.line, problem.message)
    return [read.slo for read in found.slos]


def read_files(
    texts: Mapping[str, str],
    variables: Mapping[str, str] | None = None,
    window: str = WINDOW,
    choice: ProfileChoice | None = None,
    *,
    contracts: bool = False,
) -> list[FileRead]:
    """All files together: variables and profiles of any of them serve all, and names are unique.

    Args:
        texts: the text of each file by its path.
        variables: that stand in none of the files.
        window: for files of other tools that say none.
        choice: between several profiles of a system; the first of each when left out.
        contracts: whether data contracts are read as drafts of SLOs; else they are passed over.
    """
    shared = Vocabulary(dict(variables or {}), choice=choice or ProfileChoice())
    neighbours, opened = Neighbours(window), []
    for path, text in texts.items():
        findings = Findings(path)
        opened.append((findings, text))
        for document in _documents(text, findings, contracts=contracts):
            _learn(document, shared, findings)
            if isinstance(document, MappingNode):
                neighbours.meet(document)
    shared.choice.begin(shared.profiles)
    seen: dict[str, str] = {}
    files = []
    for findings, text in opened:
        # Taken apart a second time: thousands of SLOs at once would take the memory of the bot.
        again = _documents(text, Findings(findings.file), contracts=contracts)
        documents = _native(findings, again, neighbours)
        files.append(_slos(findings, documents, shared, seen))
    slos = {read.slo.name: read.slo for file in files for read in file.slos}
    return [_joined(file, slos) for file in files]


def _documents(text: str, findings: Findings, *, contracts: bool) -> list[Node]:
    """The documents of a file that anybody here can read."""
    composed = unrolled(compose(text, findings))
    found = [d for d in composed if contracts or not is_contract(d)]
    return [d for d in found if is_foreign(d) or _kind(d, findings)]


def _learn(document: Node, shared: Vocabulary, findings: Findings) -> None:
    """Take up the variables or the profile that a document holds."""
    kind = _value(document, "kind")
    if not isinstance(document, MappingNode) or is_foreign(document):
        return
    if kind == "Variables":
        shared.variables.update(read_variables(document, findings))
    elif kind == "Profile":
        profile = read_profile(document, findings)
        if profile is not None:
            shared.add(profile, findings, line_of(document))


def _joined(file: FileRead, slos: Mapping[str, Slo]) -> FileRead:
    """The file without composites that do not fit their parts, which may stand in any file."""
    kept, problems = [], list(file.problems)
    for read in file.slos:
        message = problem_of(read, slos)
        if message is None:
            kept.append(read)
        else:
            line = read.lines.get("parts", read.slo.source.line)
            problems.append(Problem(file.path, line, Level.ERROR, "composite", message))
    return replace(file, slos=tuple(kept), problems=tuple(problems))


def _native(findings: Findings, documents: list[Node], neighbours: Neighbours) -> list[Node]:
    """The documents with those of other tools replaced by what they say in our terms."""
    native: list[Node] = []
    for document in documents:
        if not is_foreign(document):
            native.append(document)
            continue
        for found in translated(findings.file, document, neighbours):
            findings.problems += found.problems
            native += [found.node] if found.node is not None else []
    return native


def _slos(
    findings: Findings, documents: list[Node], shared: Vocabulary, seen: dict[str, str]
) -> FileRead:
    """The SLOs of one file; `seen` holds the names and SLIs that others already have."""
    reads: list[Read] = []
    for document in documents:
        if not isinstance(document, MappingNode) or _value(document, "kind") != "SLO":
            continue
        found = read_slo(document, shared.of(document, findings), findings)
        reads += [read for read in found if _is_new(read, findings, seen)]
    return FileRead(findings.file, tuple(reads), tuple(findings.problems))


def _is_new(read: Read, findings: Findings, seen: dict[str, str]) -> bool:
    slo = read.slo
    where = f"{slo.source.file}:{slo.source.line}"
    same = f"{slo.sli!r} {slo.objective} {slo.window} {slo.calendar} {slo.data_source}"
    for key, what in ((slo.name, f"the name `{slo.name}`"), (same, "the same SLI and objective")):
        if key in seen:
            findings.error(
                read.lines["name"], "duplicate", f"{what} is already used at {seen[key]}; keep one."
            )
            return False
    seen[slo.name] = seen[same] = where
    return True


def _kind(document: Node, findings: Findings) -> bool:
    """Whether the document says what it is, and it is ours."""
    line = line_of(document)
    if not isinstance(document, MappingNode):
        findings.error(line, "type", f"a document must be a mapping with `apiVersion: {API}`.")
        return False
    api, kind = _value(document, "apiVersion"), _value(document, "kind")
    if api != API:
        said = f"`apiVersion` is `{api}`" if api else "`apiVersion` is missing"
        findings.error(line, "apiVersion", f"{said}; write `apiVersion: {API}`.")
        return False
    if kind not in KINDS:
        near = nearest(kind, KINDS) or "SLO"
        said = f"`kind` is `{kind}`" if kind else "`kind` is missing"
        findings.error(line, "kind", f"{said}; did you mean `kind: {near}`?")
        return False
    return True


def _value(document: Node, key: str) -> str:
    """A top-level scalar as text."""
    if isinstance(document, MappingNode):
        for name, value in document.value:
            if name.value == key and isinstance(value, ScalarNode):
                return str(value.value)
    return ""


def definition_files(paths: Iterable[Path]) -> list[Path]:
    """The YAML files named, or within the folders named, in a stable order."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file())
            found.update(dict.fromkeys(inside))
        else:
            found[path] = None
    return list(found)


def read_texts(files: Iterable[Path]) -> tuple[dict[str, str], list[Problem]]:
    """The text of each file by its path, and those that cannot be read."""
    texts, problems = {}, []
    for file in files:
        try:
            texts[str(file)] = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            message = f"the file cannot be read: {reason}."
            problems.append(Problem(str(file), 1, Level.ERROR, "file", message))
    return texts, problems


Signature = tuple[tuple[str, int, int], ...]


class DefinitionFolder:
    """Implements `Definitions` over files and folders.

    A file that is broken keeps the SLOs it last had, and says what is wrong with it.

    Args:
        paths: files, or folders that are searched for YAML files.
        choice: between several profiles of a system; the first of each when left out.
        clock: for asking again, every minute, while no profile of a system fits.
    """

    def __init__(
        self,
        paths: Sequence[Path | str],
        choice: ProfileChoice | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._paths = [Path(p) for p in paths]
        self._choice = choice or ProfileChoice()
        self._clock = clock
        self._ask_again: datetime | None = None
        self._good: dict[str, dict[str, Slo]] = {}
        self._signature: Signature | None = None
        self._catalogue = Catalogue({})
        self._lock = Lock()

    def current(self) -> Catalogue:
        """The definitions as the files are now."""
        with self._lock:
            files = definition_files(self._paths)
            signature = signature_of(files)
            if signature != self._signature or self._fits_anew():
                self._catalogue = self._read(files)
                self._signature = signature
                self._plan()
            return self._catalogue

    def _fits_anew(self) -> bool:
        """Whether other metrics exist now; looked at while no profile of a system fits."""
        if self._clock is None or self._ask_again is None or self._clock.now() < self._ask_again:
            return False
        self._ask_again = self._clock.now() + ASK_AGAIN
        return self._choice.changed()

    def _plan(self) -> None:
        if self._clock is not None:
            self._ask_again = None if self._choice.settled else self._clock.now() + ASK_AGAIN

    def _read(self, files: list[Path]) -> Catalogue:
        texts, unread = read_texts(files)
        problems = [p.short for p in unread]
        good: dict[str, dict[str, Slo]] = {
            p.file: self._good.get(p.file, {}) for p in unread if Path(p.file).exists()
        }
        for found in read_files(texts, choice=self._choice):
            kept = self._good.get(found.path, {}) if found.broken else {}
            good[found.path] = kept | {r.slo.name: r.slo for r in found.slos}
            problems += [p.short for p in found.problems if p.level is Level.ERROR]
        self._good = good
        slos: dict[str, Slo] = {}
        for file in (str(f) for f in files):
            for name, slo in good.get(file, {}).items():
                slos.setdefault(name, slo)
        return Catalogue(slos, tuple(problems))


def signature_of(files: Iterable[Path]) -> Signature:
    """Changes whenever a file does."""
    found = []
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            found.append((str(file), 0, -1))
        else:
            found.append((str(file), stat.st_mtime_ns, stat.st_size))
    return tuple(found)
