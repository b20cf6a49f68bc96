"""dbt's artifacts, read tolerantly: the manifest as lineage, results and freshness as signals."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from fireline.domain.errors import InvalidInputError
from fireline.domain.lineage.graph import Graph, Node, NodeKind, canonical
from fireline.domain.lineage.runs import RunResult, RunStatus

BORDER = "unknown beyond dbt"
REVERSE_ETL = re.compile(r"(^|_)reverse_?etl(_|$)")
TEST = "test"
PERIODS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
REPAIR = "fireline_repair"
DATA = frozenset({"model", "seed", "snapshot"})
EXPOSURES = {
    "dashboard": NodeKind.DASHBOARD,
    "notebook": NodeKind.NOTEBOOK,
    "analysis": NodeKind.ANALYSIS,
    "ml": NodeKind.ML,
    "application": NodeKind.APPLICATION,
}
STATUSES = {
    "pass": RunStatus.PASS,
    "success": RunStatus.PASS,
    "fail": RunStatus.FAIL,
    "error": RunStatus.FAIL,
    "runtime error": RunStatus.FAIL,
    "warn": RunStatus.WARN,
    "skipped": RunStatus.SKIPPED,
}


def _mapping(value: object) -> object:
    return value if isinstance(value, Mapping) else {}


Meta = Annotated[dict[str, Any], BeforeValidator(_mapping)]


class _Tolerant(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Config(_Tolerant):
    meta: Meta = Field(default_factory=dict)


class _Owner(_Tolerant):
    name: str | None = None
    email: str | list[str] | None = None


class _DependsOn(_Tolerant):
    nodes: list[str] = Field(default_factory=list)


class _Node(_Tolerant):
    resource_type: str = ""
    name: str = ""
    relation_name: str | None = None
    group: str | None = None
    config: _Config = Field(default_factory=_Config)
    meta: Meta = Field(default_factory=dict)
    source_meta: Meta = Field(default_factory=dict)
    attached_node: str | None = None
    depends_on: _DependsOn = Field(default_factory=_DependsOn)


class _Exposure(_Tolerant):
    name: str = ""
    type: str = "application"
    label: str | None = None
    url: str | None = None
    owner: _Owner = Field(default_factory=_Owner)
    config: _Config = Field(default_factory=_Config)
    meta: Meta = Field(default_factory=dict)


class _Group(_Tolerant):
    name: str = ""
    owner: _Owner = Field(default_factory=_Owner)


class _Metadata(_Tolerant):
    dbt_schema_version: str = ""
    generated_at: datetime | None = None
    project_name: str | None = None
    env: Meta = Field(default_factory=dict)


class _Manifest(_Tolerant):
    metadata: _Metadata
    nodes: dict[str, _Node] = Field(default_factory=dict)
    sources: dict[str, _Node] = Field(default_factory=dict)
    exposures: dict[str, _Exposure] = Field(default_factory=dict)
    groups: dict[str, _Group] = Field(default_factory=dict)
    child_map: dict[str, list[str]] = Field(default_factory=dict)


class _After(_Tolerant):
    count: int | None = None
    period: str | None = None


class _Criteria(_Tolerant):
    error_after: _After | None = None


class _Result(_Tolerant):
    unique_id: str
    status: str
    failures: int | None = None
    message: str | None = None
    max_loaded_at: datetime | None = None
    criteria: _Criteria | None = None


class _Args(_Tolerant):
    vars: Meta = Field(default_factory=dict)


class _Results(_Tolerant):
    metadata: _Metadata
    args: _Args = Field(default_factory=_Args)
    results: list[_Result] = Field(default_factory=list)


def schema_of(document: Mapping[str, Any]) -> str:
    """`manifest`, `run-results` or `sources`, from what the artifact says of itself.

    Raises:
        InvalidInputError: it is no dbt artifact that is read here.
    """
    said = str(document.get("metadata", {}).get("dbt_schema_version", ""))
    for kind in ("manifest", "run-results", "sources"):
        if f"/{kind}/" in said:
            return kind
    message = (
        f"this is no dbt artifact that is read here (metadata.dbt_schema_version is {said!r}); "
        "send manifest.json, run_results.json or sources.json."
    )
    raise InvalidInputError(message)


def project_of(document: Mapping[str, Any]) -> str:
    """The project's name, which tells lineages of several projects apart."""
    return str(document.get("metadata", {}).get("project_name") or "dbt")


def read_manifest(document: Mapping[str, Any]) -> Graph:
    """The lineage in a manifest, tests left out.

    Raises:
        InvalidInputError: names the field that is not as dbt writes it.
    """
    manifest = _validated(_Manifest, document)
    keys: dict[str, str] = {}
    nodes: dict[str, Node] = {}
    for uid, node in (*manifest.sources.items(), *manifest.nodes.items()):
        if node.resource_type in DATA or uid in manifest.sources:
            keys[uid] = canonical(node.relation_name or uid)
            nodes[keys[uid]] = _data_node(keys[uid], uid, node, manifest)
    for uid, exposure in manifest.exposures.items():
        keys[uid] = uid.lower()
        nodes[keys[uid]] = _exposure_node(keys[uid], exposure)
    children = {
        keys[uid]: tuple(keys[child] for child in below if child in keys)
        for uid, below in manifest.child_map.items()
        if uid in keys
    }
    edges = {key: below for key, below in children.items() if below}
    names = {**_tested(manifest, keys), **{uid.lower(): key for uid, key in keys.items()}}
    return Graph(nodes, edges, manifest.metadata.generated_at, BORDER, names)


def _tested(manifest: _Manifest, keys: Mapping[str, str]) -> dict[str, str]:
    """The dataset that each test is about: what it is attached to, else the only one it reads."""
    found = {}
    for uid, node in manifest.nodes.items():
        reads = [n for n in node.depends_on.nodes if n in keys]
        about = node.attached_node or (reads[0] if len(reads) == 1 else "")
        if node.resource_type == TEST and about in keys:
            found[uid.lower()] = keys[about]
    return found


def _data_node(key: str, uid: str, node: _Node, manifest: _Manifest) -> Node:
    meta = {**node.source_meta, **node.config.meta, **node.meta}
    group = manifest.groups.get(f"group.{uid.split('.')[1]}.{node.group}") if node.group else None
    group_owner = group.owner if group else _Owner()
    owner = str(meta.get("owner") or group_owner.name or "")
    return Node(
        key=key,
        name=node.name or key,
        kind=NodeKind.SOURCE if uid in manifest.sources else NodeKind.MODEL,
        tier=_tier(meta),
        owner=owner,
        channel=str(meta.get("slack") or ""),
        service=str(meta.get("service") or ""),
        email=_email(group_owner) or _email_of(meta),
    )


def _exposure_node(key: str, exposure: _Exposure) -> Node:
    meta = {**exposure.config.meta, **exposure.meta}
    email = _email(exposure.owner)
    owner = email or exposure.owner.name
    return Node(
        key=key,
        name=exposure.label or exposure.name,
        kind=_exposure_kind(exposure, meta),
        tier=_tier(meta),
        owner=str(owner or ""),
        channel=str(meta.get("slack") or ""),
        due=str(meta.get("deadline_utc") or ""),
        url=exposure.url or "",
        external=bool(meta.get("external") or meta.get("regulatory")),
        used_by=str(meta.get("consumer_class") or ""),
        email=email,
    )


def _exposure_kind(exposure: _Exposure, meta: Mapping[str, Any]) -> NodeKind:
    """What writes data back elsewhere has no type in dbt: `meta.kind` says it, or the name."""
    kind = EXPOSURES.get(exposure.type, NodeKind.APPLICATION)
    said = str(meta.get("kind") or exposure.name).lower().replace("-", "_").replace(" ", "_")
    back = kind is NodeKind.APPLICATION and REVERSE_ETL.search(said)
    return NodeKind.REVERSE_ETL if back else kind


def _email(owner: _Owner) -> str:
    email = owner.email
    return str((email[0] if email else "") if isinstance(email, list) else email or "")


def _email_of(meta: Mapping[str, Any]) -> str:
    said = str(meta.get("owner_email") or meta.get("owner") or "")
    return said if "@" in said[1:] else ""


def _tier(meta: Mapping[str, Any]) -> int | None:
    tier = meta.get("tier")
    return tier if isinstance(tier, int) and not isinstance(tier, bool) and 0 <= tier <= 2 else None  # noqa: PLR2004 - tiers


def read_results(document: Mapping[str, Any], keys: Mapping[str, str]) -> list[RunResult]:
    """What ran, or how fresh sources are; `keys` are datasets by dbt's ids.

    Raises:
        InvalidInputError: names the field that is not as dbt writes it.
    """
    found = _validated(_Results, document)
    at = found.metadata.generated_at
    repair = _repair(found)
    return [
        RunResult(
            id=result.unique_id,
            dataset=keys.get(result.unique_id),
            status=STATUSES.get(result.status, RunStatus.WARN),
            at=at,
            message=(result.message or "")[:500],
            failures=result.failures,
            loaded_at=result.max_loaded_at,
            repair=repair,
            stale_since=_stale_since(result),
        )
        for result in found.results
    ]


def _stale_since(result: _Result) -> datetime | None:
    """When a source whose freshness failed became too old."""
    after = result.criteria.error_after if result.criteria is not None else None
    if after is None or after.count is None or result.max_loaded_at is None:
        return None
    unit = PERIODS.get(after.period or "")
    return result.max_loaded_at + after.count * unit if unit is not None else None


def _repair(found: _Results) -> str:
    """The tag of a run that repairs: `--vars`, or `DBT_ENV_CUSTOM_ENV_FIRELINE_REPAIR`."""
    said = found.args.vars.get(REPAIR) or found.metadata.env.get(REPAIR.upper()) or ""
    return str(said)[:100]


def datasets_of(document: Mapping[str, Any], graph: Graph) -> dict[str, str]:
    """Datasets by dbt's ids, as manifests name them; else by the relation that a result names."""
    found: dict[str, str] = {}
    for result in document.get("results", []):
        if not isinstance(result, Mapping):
            continue
        uid = str(result.get("unique_id", ""))
        named = result.get("relation_name")
        key = graph.names.get(uid.lower()) or (graph.resolve(str(named)) if named else None)
        if key is None and uid.startswith(("source.", "model.", "seed.", "snapshot.")):
            key = graph.resolve(uid.rpartition(".")[2])
        if key is not None:
            found[uid] = key
    return found


def _validated(model: type[Any], document: Mapping[str, Any]) -> Any:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInputError(f"the artifact's `{where}`: {first['msg']}.") from error
