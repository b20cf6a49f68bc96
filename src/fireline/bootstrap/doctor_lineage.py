"""What the doctor says of lineage: how old it is, where it ends, and which names are in none."""

from datetime import UTC

from fireline.bootstrap import parts
from fireline.bootstrap.offline import open_services
from fireline.domain.errors import InvalidInputError
from fireline.settings import Settings
from fireline.usecases.lineage_names import in_words, unresolved_names

GUIDE = "docs/lineage.md"


def lineage_found(settings: Settings) -> str:
    """What is known, in one line.

    Raises:
        InvalidInputError: a file with aliases or contracts is wrong.
    """
    git = parts.git_lineage_of(settings)()
    if git.problems:
        raise InvalidInputError("; ".join(git.problems[:5]))
    with open_services() as s:
        with s.store() as uow:
            graph = uow.lineages.graph()
        names = unresolved_names(s)
    if not graph.nodes:
        return f"none is told yet: consumers of broken data are not known ({GUIDE})"
    made = f" of {graph.made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if graph.made_at else ""
    known = f"{len(graph.nodes)} datasets and consumers{made}; {graph.border}"
    contracts = f"; {len(git.contracts)} contracts" if git.contracts else ""
    lost = f"; in no lineage: {in_words(names)} (policies/aliases.yaml)" if names else ""
    return f"{known}{contracts}{lost}"
