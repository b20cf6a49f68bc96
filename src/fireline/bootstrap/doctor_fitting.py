"""`fireline doctor --prometheus`: which definitions fit that server, and what is missing there."""

from collections.abc import Callable, Collection, Sequence
from importlib.metadata import version
from pathlib import Path

from fireline.adapters.files.problems import Level
from fireline.adapters.files.profile_choice import ProfileChoice
from fireline.adapters.files.slos import definition_files, read_files, read_texts
from fireline.adapters.prometheus.client import Access
from fireline.adapters.prometheus.fitting import PrometheusFitting
from fireline.adapters.prometheus.inventory import inventory_of
from fireline.adapters.prometheus.named import Server
from fireline.adapters.prometheus.names import PrometheusNames
from fireline.bootstrap.system import SystemClock
from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.settings import load
from fireline.usecases.fitting import Definition, Fit, judge
from fireline.usecases.source_health import DEFAULT


class OnlyNames:
    """One server, whatever data source a definition names.

    Args:
        names: of that server.
    """

    def __init__(self, names: PrometheusNames) -> None:
        self._names = names

    def existing(self, patterns: Collection[str], _data_source: str | None) -> frozenset[str]:
        """Those patterns that a metric of the server has had lately."""
        return self._names.existing(patterns, None)


Progress = Callable[[int, int], None]


def fits(prometheus: str, progress: Progress = lambda _done, _all: None) -> list[Fit]:
    """How well each definition of the settings fits the server at the address.

    Raises:
        InvalidInputError: a definition is broken.
        NotFoundError: there are no definitions.
        UnreachableError: the server cannot be asked.
    """
    settings = load()
    choice = ProfileChoice(only_names(prometheus), settings.profiles)
    definitions = _definitions(settings.definitions, choice)
    at = SystemClock().now()
    found = []
    with inventory_of(prometheus.rstrip("/"), version("fireline")) as inventory:
        source = PrometheusFitting(inventory)
        for definition in definitions:
            found.append(judge(definition, source.facts(definition, at)))
            progress(len(found), len(definitions))
    return found


def only_names(prometheus: str) -> OnlyNames:
    """The metric names of the server at an address."""
    servers = {DEFAULT: Server(Access(prometheus.rstrip("/")))}
    return OnlyNames(PrometheusNames(servers, DEFAULT, SystemClock(), version("fireline")))


def _definitions(paths: Sequence[Path], choice: ProfileChoice) -> list[Definition]:
    texts, unread = read_texts(definition_files(paths))
    files = read_files(texts, choice=choice)
    problems = [*unread, *(p for file in files for p in file.problems)]
    wrong = [problem.short for problem in problems if problem.level is Level.ERROR]
    if wrong:
        raise InvalidInputError("\n".join(wrong))
    reads = [read for file in files for read in file.slos]
    if not reads:
        places = ", ".join(map(str, paths))
        raise NotFoundError(f"no SLO is defined in {places}; see docs/slo-format.md")
    return [Definition(read.slo, read.profiles, read.variables) for read in reads]
