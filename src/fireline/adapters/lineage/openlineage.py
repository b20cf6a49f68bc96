"""OpenLineage run events: which job reads and writes what, who owns it, how the run ended."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fireline.domain.errors import InvalidInputError
from fireline.domain.lineage.graph import Graph, Node, NodeKind, canonical
from fireline.domain.lineage.runs import RunResult, RunStatus

JOB = "openlineage:"
MOST_ASSERTIONS = 200
REPAIR = "fireline_repair"
BORDER = "jobs that do not report to OpenLineage are unknown"
STATUSES = {
    "COMPLETE": RunStatus.PASS,
    "FAIL": RunStatus.FAIL,
    "ABORT": RunStatus.FAIL,
}


class _Tolerant(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Job(_Tolerant):
    namespace: str = Field(max_length=500)
    name: str = Field(max_length=500)
    facets: dict[str, Any] = Field(default_factory=dict)


class _Run(_Tolerant):
    facets: dict[str, Any] = Field(default_factory=dict)


class _Dataset(_Tolerant):
    namespace: str = Field(max_length=500)
    name: str = Field(max_length=500)
    facets: dict[str, Any] = Field(default_factory=dict)
    input_facets: dict[str, Any] = Field(default_factory=dict, alias="inputFacets")
    output_facets: dict[str, Any] = Field(default_factory=dict, alias="outputFacets")


class _Event(_Tolerant):
    event_time: datetime = Field(alias="eventTime")
    event_type: str = Field("OTHER", alias="eventType")
    job: _Job
    run: _Run = Field(default_factory=_Run)
    inputs: list[_Dataset] = Field(default_factory=list, max_length=1000)
    outputs: list[_Dataset] = Field(default_factory=list, max_length=1000)


def read_event(document: object) -> tuple[str, Graph, list[RunResult]]:
    """The job's source name, its part of the lineage, and what became of the run.

    Raises:
        InvalidInputError: names the field that is not as OpenLineage writes it.
    """
    try:
        event = _Event.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "event"
        raise InvalidInputError(f"the event's `{where}`: {first['msg']}.") from error
    inputs = [_node(one, "") for one in event.inputs]
    owner = _owner(event.job.facets)
    outputs = [_node(one, owner) for one in event.outputs]
    below = tuple(dict.fromkeys(node.key for node in outputs))
    children = (
        {node.key: tuple(k for k in below if k != node.key) for node in inputs} if below else {}
    )
    nodes = {node.key: node for node in (*inputs, *outputs)}
    source = f"openlineage:{event.job.namespace}/{event.job.name}"
    graph = Graph(nodes, children, event.event_time, BORDER, partial=True)
    return source, graph, [*_runs(event, below), *_assertions(event)]


def _runs(event: _Event, outputs: tuple[str, ...]) -> list[RunResult]:
    status = STATUSES.get(event.event_type)
    if status is None:
        return []
    message = event.run.facets.get("errorMessage", {})
    text = str(message.get("message", ""))[:500] if isinstance(message, dict) else ""
    name = f"{event.job.name.replace('|', ' ')}|{event.job.namespace}"
    return [
        RunResult(f"{JOB}{name}|{key}", key, status, event.event_time, text, repair=_repair(event))
        for key in outputs
    ]


def _assertions(event: _Event) -> list[RunResult]:
    """What was asserted of the data itself, as Great Expectations and others report it."""
    found: dict[str, RunResult] = {}
    for dataset in (*event.inputs, *event.outputs):
        key = key_of(dataset.namespace, dataset.name)
        for facets in (dataset.facets, dataset.input_facets, dataset.output_facets):
            facet = facets.get("dataQualityAssertions", {})
            listed = facet.get("assertions", []) if isinstance(facet, dict) else []
            for one in (listed if isinstance(listed, list) else [])[:MOST_ASSERTIONS]:
                if isinstance(one, dict) and isinstance(one.get("success"), bool):
                    run = _assertion(one, key, event)
                    found[run.id] = run
    return list(found.values())


def _assertion(said: dict[str, Any], key: str, event: _Event) -> RunResult:
    parts = [str(said.get(name) or "") for name in ("assertion", "column")]
    name = " ".join(part for part in parts if part).replace("|", " ")[:200] or "assertion"
    status = RunStatus.PASS if said["success"] else RunStatus.FAIL
    job = event.job.namespace
    return RunResult(f"{JOB}{name}|{job}|{key}", key, status, event.event_time)


def _repair(event: _Event) -> str:
    """The tag of a run that repairs, from the tags facet of the run or its job."""
    for facets in (event.run.facets, event.job.facets):
        facet = facets.get("tags", {})
        tags = facet.get("tags", []) if isinstance(facet, dict) else []
        for tag in tags if isinstance(tags, list) else []:
            if isinstance(tag, dict) and tag.get("key") == REPAIR:
                return str(tag.get("value", ""))[:100]
    return ""


def key_of(namespace: str, name: str) -> str:
    """The name behind its namespace, which keeps equal names of two servers apart."""
    return f"{canonical(namespace)}/{canonical(name)}"


def _node(dataset: _Dataset, owner: str) -> Node:
    key = key_of(dataset.namespace, dataset.name)
    own = _owner(dataset.facets) or owner
    short = canonical(dataset.name).rpartition(".")[2]
    namespace = canonical(dataset.namespace)
    return Node(key, short, NodeKind.DATASET, owner=own, namespace=namespace)


def _owner(facets: dict[str, Any]) -> str:
    """The first owner of the ownership facet, without the kind before the colon."""
    owners = facets.get("ownership", {})
    listed = owners.get("owners", []) if isinstance(owners, dict) else []
    first = listed[0] if isinstance(listed, list) and listed else {}
    name = str(first.get("name", "")) if isinstance(first, dict) else ""
    return name.partition(":")[2] or name
