"""Rule files from definitions and the team's policy."""

from collections.abc import Sequence
from pathlib import Path

from fireline.adapters.files.profile_choice import ProfileChoice
from fireline.adapters.files.slos import DefinitionFolder
from fireline.adapters.prometheus.exact import exactly
from fireline.adapters.rules import RuleFormat, render
from fireline.bootstrap.parts import policy_of
from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.settings import load


def rules_of(inputs: Sequence[Path], form: str) -> str:
    """The rule file of all SLOs in the files and folders, with the metric profiles of the settings.

    Raises:
        NotFoundError: a path does not exist, or no SLO is in any.
        InvalidInputError: a definition is broken; rules of only some would hide that.
        InvalidDefinitionError: an SLO cannot be exported.
    """
    lost = [str(path) for path in inputs if not path.exists()]
    if lost:
        raise NotFoundError(f"no such file or folder: {', '.join(lost)}")
    settings = load()
    catalogue = DefinitionFolder(inputs, ProfileChoice(pinned=settings.profiles)).current()
    if catalogue.problems:
        raise InvalidInputError("\n".join(catalogue.problems))
    if not catalogue.slos:
        raise NotFoundError(f"no SLO in {', '.join(map(str, inputs))}")
    slos = list(catalogue.slos.values())
    chosen = RuleFormat(form)
    if chosen is RuleFormat.FIRELINE:
        slos = [exactly(slo) for slo in slos]
    return render(slos, policy_of(settings), chosen)


def save(text: str, file: Path) -> None:
    """Write the rule file.

    Raises:
        InvalidInputError: it cannot be written.
    """
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInputError(f"cannot write {file}: {error.strerror}") from error
