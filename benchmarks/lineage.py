"""Who is affected by a broken source of five thousand dbt models."""

import json
import random
from functools import partial

from benchmarks.figures import Figure
from benchmarks.measuring import median, percentile, repeated, shown, timed
from benchmarks.stage import Stage
from fireline.adapters.lineage.dbt import read_manifest
from fireline.adapters.store import SqlStore, migrate, open_engine
from fireline.bootstrap.system import SystemClock
from fireline.domain.lineage.blast import Blast, blast_radius
from fireline.usecases.ports import FlowCall, Store

MODELS = 5_000
TESTS = 2  # of each model
EXPOSURES = 200
LAYER = 250
CODE = "select * from upstream -- " + "x" * 1_250
WARM, COLD = 0.050, 1.5
ROUNDS = 50


def lineage(stage: Stage) -> list[Figure]:
    """A manifest of thirty megabytes taken in, then asked with and without what is remembered."""
    body = json.dumps(manifest()).encode()
    engine = open_engine(f"sqlite:///{stage.folder / 'lineage.db'}")
    migrate(engine)
    taken = timed(lambda: _taken(SqlStore(engine, _no_flows), body))
    restarted = timed(lambda: _asked(SqlStore(engine, _no_flows)))
    store = SqlStore(engine, _no_flows)
    found = _asked(store)
    runs = repeated(partial(_asked, store), ROUNDS)
    engine.dispose()
    spent, cpu = [run.wall for run in runs], [run.cpu for run in runs]
    worst = percentile(spent, 99)
    size = f"{MODELS:,} models, {len(body) / 1e6:.0f} MB of manifest"
    return [
        Figure(
            f"blast radius, {size}",
            f"p50 {shown(median(spent))}, p99 {shown(worst)} "
            f"(CPU {shown(median(cpu))}, {shown(percentile(cpu, 99))})",
            f"<= {shown(WARM)} warm",
            worst <= WARM,
            f"{len(found.affected):,} affected, of these {len(found.consumers)} consumers",
        ),
        Figure(
            "the same, from the manifest's bytes to the answer",
            f"{shown(taken.wall)} (CPU {shown(taken.cpu)})",
            f"<= {shown(COLD)} cold",
            taken.wall <= COLD,
        ),
        Figure("the same, first after a restart", shown(restarted.wall)),
    ]


def _taken(store: Store, body: bytes) -> Blast:
    graph = read_manifest(json.loads(body))
    with store() as uow:
        uow.lineages.save("dbt:large", graph, SystemClock().now())
        uow.commit()
    return _asked(store)


def _asked(store: Store) -> Blast:
    with store() as uow:
        return blast_radius(uow.lineages.graph(), ["raw_0"], SystemClock().now())


def _no_flows(_session: object, _call: FlowCall) -> None:
    """Nothing follows here."""


def manifest() -> dict[str, object]:
    """Layers of models over one source, each made of up to three of the layer before."""
    chance = random.Random(7)  # noqa: S311 - the same project each time
    source = "source.large.raw.raw_0"
    nodes: dict[str, object] = {}
    children: dict[str, list[str]] = {source: []}
    names = [f"model.large.model_{number}" for number in range(MODELS)]
    for number, name in enumerate(names):
        first = (number // LAYER - 1) * LAYER
        above = [source] if first < 0 else chance.sample(names[first : first + LAYER], 3)
        nodes[name] = _node("model", name, above)
        for parent in above:
            children.setdefault(parent, []).append(name)
        for test in range(TESTS):
            uid = f"test.large.not_null_{number}_{test}"
            nodes[uid] = {**_node("test", uid, [name]), "attached_node": name}
            children.setdefault(name, []).append(uid)
    exposures = {}
    for number in range(EXPOSURES):
        uid, used = f"exposure.large.board_{number}", chance.choice(names)
        exposures[uid] = {"name": f"board_{number}", "type": "dashboard", "owner": {"name": "bi"}}
        children.setdefault(used, []).append(uid)
    version = "https://schemas.getdbt.com/dbt/manifest/v12.json"
    return {
        "metadata": {"dbt_schema_version": version, "project_name": "large"},
        "nodes": nodes,
        "sources": {source: _node("source", source, [])},
        "exposures": exposures,
        "child_map": children,
    }


def _node(kind: str, uid: str, above: list[str]) -> dict[str, object]:
    name = uid.rpartition(".")[2]
    relation = f'"db"."main"."{name}"' if kind != "test" else None
    meta = {"meta": {"tier": 1, "owner": "team"}}
    return {
        "resource_type": kind,
        "name": name,
        "relation_name": relation,
        "config": meta,
        "depends_on": {"nodes": above},
        "raw_code": CODE,
        "compiled_code": CODE if kind == "model" else "",
    }
