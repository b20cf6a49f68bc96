"""Lineages as they were last told, joined once for as long as none of them changes."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import delete, func
from sqlmodel import and_, col, select

from fireline.adapters.store.lineage_tables import LineageRow, LineageRunRow
from fireline.adapters.store.transaction import Transaction
from fireline.domain.lineage.beside import Beside, beside
from fireline.domain.lineage.graph import Graph, Node, NodeKind
from fireline.domain.lineage.joining import joined
from fireline.domain.lineage.runs import RunResult, RunStatus

AT_ONCE = 400
Stamp = tuple[tuple[str, str], ...]
EMPTY = asdict(Node("", "", NodeKind.DATASET))


@dataclass(slots=True)
class _Kept:
    stamp: Stamp
    graph: Graph


class KeptGraph:
    """The joined lineage of this process; thousands of nodes are taken apart once per change."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: _Kept | None = None

    def get(self, stamp: Stamp) -> Graph | None:
        """The graph that was made of exactly these."""
        with self._lock:
            return self._kept.graph if self._kept and self._kept.stamp == stamp else None

    def keep(self, stamp: Stamp, graph: Graph) -> None:
        """Remember it in place of the last one."""
        with self._lock:
            self._kept = _Kept(stamp, graph)


class SqlLineages:
    """Implements `lineage_ports.Lineages`."""

    def __init__(self, tx: Transaction, kept: KeptGraph, git: Callable[[], Beside]) -> None:
        self._tx = tx
        self._kept = kept
        self._git = git

    def save(self, source: str, graph: Graph, at: datetime) -> bool:
        """Keep it in place of the last one of this source; False when it says the same."""
        body = _body(graph)
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        self._tx.lock()
        known = self._tx.session.exec(
            select(LineageRow.digest).where(LineageRow.source == source)
        ).first()
        row = {
            "source": source,
            "digest": digest,
            "made_at": graph.made_at,
            "received_at": at,
            "body": body,
        }
        self._tx.upsert(LineageRow, [row])
        return known != digest

    def graph(self) -> Graph:
        """All of them as one."""
        query = select(LineageRow.source, LineageRow.digest, LineageRow.made_at)
        heads = self._tx.session.exec(query.order_by(LineageRow.source)).all()
        git = self._git()
        stamp = (("", git.stamp), *((source, f"{digest} {made}") for source, digest, made in heads))
        found = self._kept.get(stamp)
        if found is None:
            rows = self._tx.session.exec(select(LineageRow).order_by(LineageRow.source))
            told = [_graph(row.body, row.made_at) for row in rows]
            found = beside(joined(told, git.aliases), git)
            self._kept.keep(stamp, found)
        return found

    def forget_before(self, at: datetime, prefix: str) -> int:
        """Forget lineages of sources that begin so and were not told since; gives how many."""
        self._tx.lock()
        stale = and_(col(LineageRow.source).startswith(prefix), col(LineageRow.received_at) < at)
        count = self._tx.session.exec(select(func.count()).where(stale)).one()
        self._tx.session.connection().execute(delete(LineageRow).where(stale))
        return int(count)

    def save_runs(self, runs: Iterable[RunResult]) -> None:
        """Keep each in place of the last one of its id."""
        rows = [{**asdict(run), "status": run.status.value} for run in runs]
        for row in rows:
            del row["stale_since"]
        for first in range(0, len(rows), AT_ONCE):
            self._tx.upsert(LineageRunRow, rows[first : first + AT_ONCE])

    def runs(self, datasets: Iterable[str]) -> list[RunResult]:
        """The last results that belong to these datasets."""
        wanted = sorted(set(datasets))[:AT_ONCE]
        query = select(LineageRunRow).where(col(LineageRunRow.dataset).in_(wanted))
        return [_run(row) for row in self._tx.session.exec(query.order_by(LineageRunRow.id))]

    def last_runs(self, ids: Iterable[str]) -> list[RunResult]:
        """The last results with these ids."""
        wanted = sorted(set(ids))
        found: list[RunResult] = []
        for first in range(0, len(wanted), AT_ONCE):
            part = wanted[first : first + AT_ONCE]
            query = select(LineageRunRow).where(col(LineageRunRow.id).in_(part))
            found += [_run(row) for row in self._tx.session.exec(query)]
        return found


def _run(row: LineageRunRow) -> RunResult:
    return RunResult(**{**row.model_dump(), "status": RunStatus(row.status)})


def _body(graph: Graph) -> dict[str, Any]:
    """The graph as plain JSON, without what is empty."""
    nodes = {
        key: {n: v for n, v in asdict(node).items() if v != EMPTY[n] and n != "key"}
        for key, node in graph.nodes.items()
    }
    children = {key: list(below) for key, below in graph.children.items()}
    body = {"nodes": nodes, "children": children, "border": graph.border}
    more = {"names": dict(graph.names), "partial": graph.partial}
    return {**body, **{name: value for name, value in more.items() if value}}


def _graph(body: Mapping[str, Any], made_at: datetime | None) -> Graph:
    nodes = {key: _node(key, values) for key, values in body["nodes"].items()}
    children = {key: tuple(below) for key, below in body["children"].items()}
    names, partial = body.get("names", {}), body.get("partial", False)
    return Graph(nodes, children, made_at, body["border"], names, partial)


def _node(key: str, values: Mapping[str, Any]) -> Node:
    kind = NodeKind(values.get("kind", NodeKind.DATASET.value))
    return Node(**{"name": "", **values, "key": key, "kind": kind})
