"""Foreign files written as native ones, with a comment for each thing that did not carry over."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from fireline.adapters.files.check import check_paths
from fireline.adapters.files.imports.drafts import Imported
from fireline.adapters.files.imports.formats import (
    WINDOW,
    Neighbours,
    is_foreign,
    translated,
    unrolled,
)
from fireline.adapters.files.problems import Findings, Level, Problem
from fireline.adapters.files.slos import FileRead, definition_files, read_files, read_texts
from fireline.adapters.files.yaml_fields import compose
from fireline.domain.errors import ConflictError, InvalidInputError, NotFoundError
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.wording import parse_range

# No folding: PromQL stays on the lines it was written on.
WIDTH = 100_000


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of one input: its native text, its SLOs, and all that is to be said."""

    source: str
    text: str
    slos: tuple[Slo, ...]
    problems: tuple[Problem, ...]
    target: Path | None = None

    @property
    def errors(self) -> int:
        """How many things could not be imported."""
        return sum(problem.level is Level.ERROR for problem in self.problems)


def import_files(
    inputs: Sequence[Path], out: Path, *, window: str = WINDOW, force: bool = False
) -> list[Converted]:
    """Write one native file into `out` for each input that holds at least one SLO.

    Args:
        inputs: files, and folders of files.
        out: the folder for the native files; made when it is not there.
        window: for the formats that have none.
        force: replace files that are there already.

    Raises:
        NotFoundError: an input does not exist.
        InvalidInputError: the window is no length of time.
        ConflictError: a file to be written exists; nothing is written then.
    """
    lost = [str(path) for path in inputs if not path.exists()]
    if lost:
        raise NotFoundError(f"no such file or folder: {', '.join(lost)}")
    if parse_range(window) is None:
        raise InvalidInputError(f"the window is {window!r}; write a length such as 30d or 4w")
    files = definition_files(inputs)
    texts, unread = read_texts(files)
    found = list(_placed(converted(texts, window), out))
    _refuse_to_replace(found, files, force=force)
    out.mkdir(parents=True, exist_ok=True)
    for one in found:
        if one.target is not None:
            one.target.write_text(one.text, encoding="utf-8")
    wrong = [Converted(p.file, "", (), (p,)) for p in unread]
    return wrong + [_checked(one) for one in found]


def converted(texts: Mapping[str, str], window: str = WINDOW) -> list[Converted]:
    """Every file as native text; files refer to each other as when they are loaded.

    Args:
        texts: the text of each file by its path.
        window: for the formats that have none.
    """
    opened = {path: [*unrolled(compose(text, Findings(path)))] for path, text in texts.items()}
    every = (document for documents in opened.values() for document in documents)
    neighbours = Neighbours.of(every, window)
    result = []
    for read in read_files(texts, window=window, contracts=True):
        imports = [
            one
            for document in opened[read.path]
            if is_foreign(document)
            for one in translated(read.path, document, neighbours)
        ]
        result.append(_converted(read, imports))
    return result


def _converted(read: FileRead, imports: list[Imported]) -> Converted:
    """The text of what the reader of SLOs accepted of the imports."""
    good = {(found.slo.source.line, found.slo.name): found.slo for found in read.slos}
    kept = [(one, good[one.key]) for one in imports if one.key in good]
    own = {problem for one, _ in kept for problem in one.problems}
    rest = sorted((p for p in read.problems if p not in own), key=_place)
    name = Path(read.path).name
    parts = [f"# Imported from {name} by fireline slo import.\n"]
    parts += [_comment(problem) for problem in rest]
    for one, _ in kept:
        parts.append("---\n")
        parts += [_comment(problem) for problem in sorted(one.problems, key=_place)]
        parts.append(
            yaml.serialize(one.node, Dumper=yaml.SafeDumper, width=WIDTH, allow_unicode=True)
        )
    slos = tuple(slo for _, slo in kept)
    problems = tuple(sorted(read.problems, key=_place))
    return Converted(read.path, "".join(parts) if slos else "", slos, problems)


def _place(problem: Problem) -> int:
    return problem.line


def _comment(problem: Problem) -> str:
    short = replace(problem, file=Path(problem.file).name)
    return f"# {' '.join(str(short).split())}\n"


def _placed(found: list[Converted], out: Path) -> Iterator[Converted]:
    """Each with the file it goes to; inputs of one name are numbered."""
    taken: set[str] = set()
    for one in found:
        if not one.slos:
            yield one
            continue
        stem = Path(one.source).stem
        name, number = stem, 1
        while name in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        yield replace(one, target=out / f"{name}.yaml")


def _refuse_to_replace(found: list[Converted], inputs: list[Path], *, force: bool) -> None:
    there = [one.target for one in found if one.target is not None and one.target.exists()]
    sources = {path.resolve() for path in inputs}
    own = [str(target) for target in there if target.resolve() in sources]
    if own:
        raise ConflictError(f"{', '.join(own)} is an input itself; give another --out")
    if there and not force:
        names = ", ".join(map(str, there))
        raise ConflictError(f"{names} exists already; nothing was written (--force replaces it)")


def _checked(one: Converted) -> Converted:
    """With the errors that `fireline check` finds in what was written."""
    if one.target is None:
        return one
    wrong = [p for p in check_paths([one.target]) if p.level is Level.ERROR]
    return replace(one, problems=(*one.problems, *wrong))
