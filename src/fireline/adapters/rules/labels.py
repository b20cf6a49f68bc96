"""The labels an SLO brings along."""

import re
from collections.abc import Collection

from fireline.domain.errors import InvalidDefinitionError
from fireline.domain.slo.definition import Slo

NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def own_labels(slo: Slo, reserved: Collection[str]) -> dict[str, str]:
    """The labels of the SLO.

    Raises:
        InvalidDefinitionError: one has a name that the rules need, or that no label may have.
    """
    for name in slo.labels:
        if name in reserved or name.startswith("__"):
            reason = "the rules use that name themselves; choose another"
        elif not NAME.fullmatch(name):
            reason = "a label in Prometheus has letters, digits and underscores only"
        else:
            continue
        message = f"the label `{name}` of `{slo.name}` cannot be exported: {reason}."
        raise InvalidDefinitionError(slo.source.file, slo.source.line, message)
    return dict(slo.labels)
