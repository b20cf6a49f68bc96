"""Which data is made of which, and who uses it: nodes by canonical key, edges downstream."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class NodeKind(StrEnum):
    """What a node is."""

    SOURCE = "source"
    MODEL = "model"
    DATASET = "dataset"
    DASHBOARD = "dashboard"
    NOTEBOOK = "notebook"
    ANALYSIS = "analysis"
    ML = "ml"
    APPLICATION = "application"
    REVERSE_ETL = "reverse_etl"

    @property
    def consumer(self) -> bool:
        """Whether it is what people or programs use in the end."""
        return self not in {NodeKind.SOURCE, NodeKind.MODEL, NodeKind.DATASET}

    @property
    def words(self) -> str:
        """As people say it."""
        spoken = {NodeKind.ML: "ML model", NodeKind.REVERSE_ETL: "reverse-ETL"}
        return spoken.get(self, self.value)


class ConsumerClass(StrEnum):
    """Who works with it, which decides what they have to hear when the data is bad."""

    FINANCE_BI = "finance_bi"
    EXPERIMENTATION = "experimentation"
    ML = "ml"
    DATA_API = "data_api"
    COMPLIANCE = "compliance"

    @property
    def words(self) -> str:
        """As people say it."""
        spoken = {ConsumerClass.FINANCE_BI: "finance and BI", ConsumerClass.DATA_API: "data API"}
        return spoken.get(self, "ML" if self is ConsumerClass.ML else self.value)


CLASSES = {
    NodeKind.NOTEBOOK: ConsumerClass.EXPERIMENTATION,
    NodeKind.ML: ConsumerClass.ML,
    NodeKind.APPLICATION: ConsumerClass.DATA_API,
    NodeKind.REVERSE_ETL: ConsumerClass.DATA_API,
}


@dataclass(frozen=True, slots=True)
class Node:
    """A dataset or what uses it; `due` is the daily deadline as `HH:MM` UTC, tier None unknown.

    `namespace` is the database server or broker, where the lineage that told of it names one;
    `used_by` is the consumer class when somebody wrote it down.
    """

    key: str
    name: str
    kind: NodeKind
    tier: int | None = None
    owner: str = ""
    channel: str = ""
    due: str = ""
    url: str = ""
    service: str = ""
    external: bool = False
    namespace: str = ""
    used_by: str = ""
    email: str = ""

    @property
    def consumer_class(self) -> ConsumerClass:
        """What is written down, else what its kind suggests; external use is compliance."""
        if self.used_by in set(ConsumerClass):
            return ConsumerClass(self.used_by)
        if self.external:
            return ConsumerClass.COMPLIANCE
        return CLASSES.get(self.kind, ConsumerClass.FINANCE_BI)

    @property
    def platform(self) -> str:
        """The kind of system it lives in, such as `postgres`; empty where it is not known."""
        return self.namespace.partition("://")[0] if "://" in self.namespace else ""


@dataclass(frozen=True, slots=True)
class Graph:
    """One lineage: nodes, edges from a key to those made of it, and how old it is.

    `border` says what it cannot know, such as `unknown beyond dbt`. `names` are other names of its
    keys. `partial` is a piece of a lineage that is told piece by piece, so that no piece alone says
    how old the whole is.
    """

    nodes: Mapping[str, Node] = field(default_factory=dict)
    children: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    made_at: datetime | None = None
    border: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    partial: bool = False

    def resolve(self, name: str) -> str | None:
        """The key of a dataset by a name of it, or by its last parts when only one fits."""
        found = self.candidates(name)
        return found[0] if len(found) == 1 else None

    def candidates(self, name: str) -> tuple[str, ...]:
        """The keys that a name may mean: one when it is known, several when it is not unique."""
        said = canonical(name)
        wanted = self.names.get(said, said)
        if wanted in self.nodes:
            return (wanted,)
        ends = (f".{wanted}", f"/{wanted}")
        return tuple(key for key in self.nodes if key.endswith(ends))


def canonical(name: str) -> str:
    """Lower-cased `db.schema.table` without quotes; a name of another form only loses those."""
    return name.replace('"', "").replace("`", "").replace("[", "").replace("]", "").strip().lower()
