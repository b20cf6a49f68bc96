"""Which documents are foreign, and who reads them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from fireline.adapters.files.imports import odcs, openslo, pyrra, slo_generator, sloth
from fireline.adapters.files.imports.branches import Branch
from fireline.adapters.files.imports.drafts import Imported
from fireline.adapters.files.imports.openslo_objects import Objects
from fireline.adapters.files.odcs import is_contract
from fireline.adapters.files.problems import Findings

GROUPS = (sloth.GROUP, openslo.GROUP, pyrra.GROUP, slo_generator.GROUP)
WINDOW = "30d"


def is_foreign(document: Node) -> bool:
    """Whether the document is of another tool that is known here."""
    return (
        _scalar(document, "apiVersion").startswith(GROUPS)
        or _is_sloth_file(document)
        or _is_budget_config(document)
        or is_contract(document)
    )


def unrolled(documents: Iterable[Node]) -> Iterator[Node]:
    """The documents, with a list of foreign ones taken apart."""
    for document in documents:
        items = document.value if isinstance(document, SequenceNode) else []
        if items and all(is_foreign(item) for item in items):
            yield from items
        else:
            yield document


@dataclass(slots=True)
class Neighbours:
    """What foreign documents say of each other across all files."""

    window: str = WINDOW
    objects: Objects = field(default_factory=Objects)
    periods: dict[str, int] = field(default_factory=dict)
    services: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, documents: Iterable[Node], window: str = WINDOW) -> "Neighbours":
        """All that can be referred to in these documents.

        Args:
            documents: of all files; native ones are left out.
            window: for the formats that have none.
        """
        found = cls(window)
        for document in documents:
            if isinstance(document, MappingNode):
                found.meet(document)
        return found

    def meet(self, document: MappingNode) -> None:
        """Take note of one document."""
        if _scalar(document, "apiVersion").startswith(openslo.GROUP):
            self.objects.add(document)
        elif _is_budget_config(document):
            policies = Branch(document, Findings("")).branch(slo_generator.POLICIES)
            self.periods |= slo_generator.periods_of(policies) if policies else {}
        elif _is_sloth_file(document) or _scalar(document, "apiVersion").startswith(sloth.GROUP):
            for service, name in sloth.names_in(Branch(document, Findings(""))):
                self.services.setdefault(name, set()).add(service)

    @property
    def around(self) -> sloth.Around:
        """What Sloth's documents do not say themselves."""
        ambiguous = (name for name, services in self.services.items() if len(services) > 1)
        return sloth.Around(self.window, frozenset(ambiguous))


def translated(file: str, document: Node, neighbours: Neighbours) -> Iterator[Imported]:
    """The native documents that a foreign one becomes, each with what is to be said of it."""
    if not isinstance(document, MappingNode):
        return
    branch = Branch(document, Findings(file))
    api = _scalar(document, "apiVersion")
    if _is_budget_config(document):
        yield from slo_generator.read_policies(branch)
    elif is_contract(document):
        yield from odcs.read_contract(branch, neighbours.window)
    elif _is_sloth_file(document):
        yield from sloth.read_file(branch, neighbours.around)
    elif api.startswith(openslo.GROUP):
        yield from openslo.read_document(branch, neighbours.objects)
    elif api.startswith(pyrra.GROUP):
        yield from pyrra.read_object(branch, neighbours.window)
    elif api.startswith(sloth.GROUP):
        yield from sloth.read_object(branch, neighbours.around)
    else:
        yield from slo_generator.read_object(branch, neighbours.window, neighbours.periods)


def _is_sloth_file(document: Node) -> bool:
    return _scalar(document, "version") == sloth.VERSION and not _scalar(document, "apiVersion")


def _is_budget_config(document: Node) -> bool:
    return not _scalar(document, "apiVersion") and any(
        key.value == slo_generator.POLICIES
        for key, value in (document.value if isinstance(document, MappingNode) else ())
        if isinstance(value, MappingNode)
    )


def _scalar(document: Node, key: str) -> str:
    if isinstance(document, MappingNode):
        for name, value in document.value:
            if name.value == key and isinstance(value, ScalarNode):
                return str(value.value)
    return ""
