"""The doors for lineage, joined to what reads and keeps it."""

import json
from collections.abc import Mapping

from fireline.adapters.http.doors import Answer, Door
from fireline.adapters.lineage import dbt, openlineage
from fireline.domain.errors import InvalidInputError
from fireline.settings import Settings
from fireline.usecases.ingest_lineage import take_graph, take_runs
from fireline.usecases.ports import Services

Taken = Mapping[str, object]
# The manifest of five thousand models has thirty megabytes.
MOST_BYTES = 64_000_000


def doors_of(settings: Settings, services: Services) -> list[Door]:
    """The doors of the running bot; none without a token."""
    token = settings.ingest_token
    if token is None:
        return []
    secret = token.get_secret_value()
    takers = {
        "/ingest/dbt": lambda body: Answer(take_dbt(services, body)),
        "/ingest/openlineage": lambda body: Answer(take_openlineage(services, body)),
    }
    return [Door(path, "ingest_token", secret, take, MOST_BYTES) for path, take in takers.items()]


def take_dbt(services: Services, body: bytes) -> Taken:
    """A manifest as lineage; results and freshness as runs of the datasets known by then.

    Raises:
        InvalidInputError: it is no dbt artifact that is read here.
    """
    document = _document(body)
    kind = dbt.schema_of(document)
    source = f"dbt:{dbt.project_of(document)}"
    if kind == "manifest":
        graph = dbt.read_manifest(document)
        changed = take_graph(services, source, graph)
        return {"kind": kind, "source": source, "nodes": len(graph.nodes), "changed": changed}
    with services.store() as uow:
        graph = uow.lineages.graph()
    runs = dbt.read_results(document, dbt.datasets_of(document, graph))
    return {"kind": kind, "runs": take_runs(services, runs)}


def take_openlineage(services: Services, body: bytes) -> Taken:
    """One run event.

    Raises:
        InvalidInputError: it is no run event.
    """
    source, graph, runs = openlineage.read_event(_document(body))
    changed = take_graph(services, source, graph) if graph.children or graph.nodes else False
    return {"source": source, "changed": changed, "runs": take_runs(services, runs)}


def _document(body: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise InvalidInputError(f"the body is no JSON: {error}.") from error
    if not isinstance(found, dict):
        raise InvalidInputError("the body must be one JSON object.")
    return found
