"""What the tests of imports ask of a foreign file."""

from dataclasses import replace

from fireline.adapters.files.imports.writing import converted
from fireline.adapters.files.slos import read_files
from fireline.domain.slo.definition import (
    LatencySli,
    RatioSli,
    SlicedRatioSli,
    Slo,
    SourceRef,
    TimeSliceSli,
)

NOWHERE = SourceRef("", 0)


def loaded(*texts: str) -> tuple[list[Slo], list[str]]:
    """The SLOs of files `0.yaml`, `1.yaml` and so on, and all problems."""
    found = read_files({f"{index}.yaml": text for index, text in enumerate(texts)})
    slos = [read.slo for one in found for read in one.slos]
    problems = [str(problem) for one in found for problem in one.problems]
    for one in converted({f"{index}.yaml": text for index, text in enumerate(texts)}):
        native = read_files({"native.yaml": one.text})[0]
        assert not native.broken, native.problems
        again = [replace(read.slo, source=NOWHERE) for read in native.slos]
        assert again == [replace(slo, source=NOWHERE) for slo in one.slos], one.text
        assert list(one.slos) == [slo for slo in slos if slo.source.file == one.source]
        for problem in one.problems:
            assert not one.text or " ".join(problem.message.split()) in one.text
    return slos, problems


def only(*texts: str) -> Slo:
    """The one SLO of files without an error."""
    slos, problems = loaded(*texts)
    assert not [p for p in problems if ": error " in p], problems
    (slo,) = slos
    return slo


def ratio(slo: Slo) -> RatioSli:
    assert isinstance(slo.sli, RatioSli)
    return slo.sli


def latency(slo: Slo) -> LatencySli:
    assert isinstance(slo.sli, LatencySli)
    return slo.sli


def sliced(slo: Slo) -> SlicedRatioSli:
    assert isinstance(slo.sli, SlicedRatioSli)
    return slo.sli


def time_slice(slo: Slo) -> TimeSliceSli:
    assert isinstance(slo.sli, TimeSliceSli)
    return slo.sli


def refused(text: str, line: int, words: str, *others: str) -> None:
    """No SLO, and an error at the line that says these words."""
    slos, problems = loaded(text, *others)
    assert slos == []
    assert any(p.startswith(f"0.yaml:{line}: error ") and words in p for p in problems), problems


def warned(text: str, line: int, words: str, *others: str) -> None:
    """An SLO all the same, and a warning at the line that says these words."""
    slos, problems = loaded(text, *others)
    assert slos
    assert any(p.startswith(f"0.yaml:{line}: warning ") and words in p for p in problems), problems
