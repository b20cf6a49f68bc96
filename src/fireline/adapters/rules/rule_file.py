"""The rule file of a set of SLOs, in the format that is asked for."""

from collections.abc import Iterable
from enum import StrEnum

from fireline.adapters.rules import fireline_rules, sloth_rules
from fireline.adapters.rules.exportable import exportable
from fireline.adapters.rules.groups import write
from fireline.domain.errors import InvalidDefinitionError
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.definition import Slo

HEAD = "# Written by `fireline slo rules --format {}`: change the definitions, not this file.\n"


class RuleFormat(StrEnum):
    """Whose names and meaning the rules have."""

    FIRELINE = "fireline"
    SLOTH = "sloth"


def render(slos: Iterable[Slo], policy: Policy, form: RuleFormat) -> str:
    """The rule file; the same for the same definitions, in whatever order they come.

    Raises:
        InvalidDefinitionError: an SLO has a label, a window or an id that cannot be exported.
    """
    sloth = form is RuleFormat.SLOTH
    found = exportable(slos, without_budget=not sloth)
    notes = [*found.notes]
    if sloth:
        _require_own_ids(found.slos)
    else:
        notes += [note for slo in found.slos for note in fireline_rules.notes(slo, policy)]
    head = HEAD.format(form.value) + "".join(f"# {note}\n" for note in sorted(notes))
    groups = sloth_rules.groups if sloth else fireline_rules.groups
    return head + write(group for slo in found.slos for group in groups(slo, policy))


def _require_own_ids(slos: Iterable[Slo]) -> None:
    """Sloth's id joins service and name, so two SLOs can come to the same."""
    seen: dict[str, Slo] = {}
    for slo in slos:
        other = seen.setdefault(sloth_rules.id_of(slo), slo)
        if other is not slo:
            message = (
                f"`{slo.name}` and `{other.name}` have the same Sloth id "
                f"`{sloth_rules.id_of(slo)}`; rename one."
            )
            raise InvalidDefinitionError(slo.source.file, slo.source.line, message)
