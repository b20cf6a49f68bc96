"""Lineage and blast radius: the fixture project's table, names, and graphs that are not tidy."""

import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.adapters.lineage.dbt import datasets_of, read_manifest, read_results, schema_of
from fireline.domain.errors import InvalidInputError
from fireline.domain.lineage.blast import (
    MAX_NODES,
    ancestors,
    blast_radius,
    counted_words,
    due_next,
    is_downstream,
)
from fireline.domain.lineage.graph import Graph, Node, NodeKind, canonical
from fireline.domain.lineage.joining import joined
from fireline.domain.lineage.ordering import parents_first
from fireline.domain.lineage.owners import owners_of
from fireline.domain.lineage.runs import RunStatus

FOLDER = Path(__file__).parents[1] / "data" / "dbt"
AT = datetime(2026, 11, 23, 4, 20, tzinfo=UTC)


def artifact(name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def graph() -> Graph:
    return read_manifest(artifact("manifest"))


def test_the_fixture_project_is_affected_as_its_table_says(graph: Graph) -> None:
    blast = blast_radius(graph, ["raw_orders"], AT)
    found = {(a.distance, a.node.name, a.node.tier, a.node.owner) for a in blast.affected}
    assert found == {
        (1, "stg_orders", 0, "team-ingestion"),
        (2, "dim_customers", 1, "growth-data"),
        (2, "fct_revenue_daily", 0, "finance-analytics"),
        (3, "ml_churn_features", 1, "ml-platform"),
        (3, "Board revenue dashboard", 0, "cfo-office@example.com"),
        (3, "crm_reverse_etl", 1, "growth-data@example.com"),
        (4, "churn_model", 1, "ml-platform@example.com"),
    }
    assert blast.affected[0].node.name == "Board revenue dashboard"


def test_the_line_names_consumers_the_nearest_deadline_and_the_border(graph: Graph) -> None:
    blast = blast_radius(graph, ['"demo"."main"."raw_orders"'], AT)
    assert counted_words(blast.consumers, AT) == (
        "1 tier-0 dashboard (due in 2 h 40 min), 1 reverse-ETL, 1 ML model"
    )
    nearest = blast.nearest()
    assert nearest is not None
    assert nearest.due_at == datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert blast.border == "unknown beyond dbt"
    assert not blast.old
    assert blast_radius(graph, ["raw_orders"], AT + timedelta(days=1)).old


def test_a_sibling_is_not_downstream_and_a_child_is(graph: Graph) -> None:
    assert is_downstream(graph, "fct_revenue_daily", ["raw_orders"]) == "demo.main.raw_orders"
    assert is_downstream(graph, "stg_payments", ["raw_orders"]) is None
    assert is_downstream(graph, "raw_orders", ["raw_orders"]) is None
    assert is_downstream(graph, "nowhere", ["raw_orders"]) is None


def test_what_is_in_no_lineage_is_listed_and_never_guessed(graph: Graph) -> None:
    blast = blast_radius(graph, ["raw_orders", "raw_refunds"], AT)
    assert blast.unresolved == ("raw_refunds",)
    assert blast.roots == ("demo.main.raw_orders",)


def test_results_and_freshness_say_what_failed_and_what_was_skipped() -> None:
    keys = {"source.fireline_demo.shop_cdc.raw_orders": "demo.main.raw_orders"}
    runs = read_results(artifact("run_results"), keys)
    counts = {status: sum(r.status is status for r in runs) for status in RunStatus}
    assert (counts[RunStatus.FAIL], counts[RunStatus.SKIPPED]) == (1, 6)
    fresh = {r.dataset: r for r in read_results(artifact("sources"), keys)}
    assert fresh["demo.main.raw_orders"].status is RunStatus.FAIL
    assert fresh["demo.main.raw_orders"].loaded_at is not None


def test_an_artifact_of_another_kind_or_shape_is_refused_with_the_field() -> None:
    assert [schema_of(artifact(n)) for n in ("manifest", "run_results", "sources")] == [
        "manifest",
        "run-results",
        "sources",
    ]
    with pytest.raises(InvalidInputError, match="no dbt artifact"):
        schema_of({"metadata": {"dbt_schema_version": "https://x/catalog/v1.json"}})
    with pytest.raises(InvalidInputError, match=r"`nodes\.m`"):
        read_manifest({"metadata": {}, "nodes": {"m": 3}})


def test_two_lineages_join_on_the_same_name_and_on_aliases() -> None:
    dbt = Graph(
        {"d.s.t": Node("d.s.t", "t", NodeKind.MODEL, tier=0)}, {}, AT - timedelta(hours=4), "dbt"
    )
    other = Graph(
        {
            "lake.t": Node("lake.t", "t", NodeKind.DATASET, owner="team-x"),
            "job.out": Node("job.out", "out", NodeKind.DATASET),
        },
        {"lake.t": ("job.out",)},
        AT,
        "jobs that report",
    )
    both = joined([dbt, other], {"lake.t": "D.S.T"})
    assert both.nodes["d.s.t"].owner == "team-x"
    assert both.nodes["d.s.t"].tier == 0
    assert both.children == {"d.s.t": ("job.out",)}
    assert both.made_at == AT - timedelta(hours=4)
    assert both.border == "dbt; jobs that report"


def server(namespace: str, name: str) -> Graph:
    """One dataset as OpenLineage tells of it."""
    key = f"{namespace}/{name}"
    node = Node(key, name.rpartition(".")[2], NodeKind.DATASET, namespace=namespace)
    return Graph({key: node}, {}, AT, "jobs", partial=True)


def test_a_server_is_left_out_of_a_name_until_a_second_one_has_the_same(graph: Graph) -> None:
    first = server("postgres://a:5432", "demo.main.raw_orders")
    one = joined([graph, first])
    assert one.resolve("postgres://a:5432/demo.main.raw_orders") == "demo.main.raw_orders"
    assert one.nodes["demo.main.raw_orders"].platform == "postgres"
    two = joined([graph, first, server("postgres://b:5432", "demo.main.raw_orders")])
    assert "postgres://b:5432/demo.main.raw_orders" in two.nodes
    assert two.nodes["demo.main.raw_orders"].namespace == ""
    said = {"postgres://a:5432/demo.main.raw_orders": "demo.main.raw_orders"}
    told = joined([graph, first, server("postgres://b:5432", "demo.main.raw_orders")], said)
    assert told.resolve("postgres://a:5432/demo.main.raw_orders") == "demo.main.raw_orders"
    assert "postgres://b:5432/demo.main.raw_orders" in told.nodes


def test_pieces_that_are_told_one_by_one_are_as_old_as_the_newest() -> None:
    old = replace(server("kafka://b", "orders"), made_at=AT - timedelta(days=20))
    assert joined([old, server("kafka://b", "payments")]).made_at == AT


def test_a_name_that_fits_several_is_listed_with_what_it_may_mean() -> None:
    names = ("a.s.orders", "b.s.orders")
    graph = Graph({n: Node(n, "orders", NodeKind.MODEL) for n in names})
    blast = blast_radius(graph, ["orders"], AT)
    assert (blast.roots, blast.unresolved) == ((), ("orders",))
    assert blast.several == {"orders": names}


def test_owners_are_found_by_name_or_mail_those_of_the_broken_data_first(graph: Graph) -> None:
    people = {"@team-ingestion": "S1", "CFO-office@example.com": "U1", "growth-data": "S2"}
    owners = owners_of(blast_radius(graph, ["raw_orders"], AT), people)
    assert [(o.name, o.slack_id, o.tier, o.owns_root) for o in owners] == [
        ("team-ingestion", "S1", 0, True),
        ("cfo-office@example.com", "U1", 0, False),
        ("finance-analytics", None, 0, False),
        ("growth-data", "S2", 1, False),
        ("growth-data@example.com", None, 1, False),
        ("ml-platform", None, 1, False),
        ("ml-platform@example.com", None, 1, False),
    ]


def test_a_test_is_about_the_dataset_it_is_attached_to(graph: Graph) -> None:
    keys = datasets_of(artifact("run_results"), graph)
    failed = [r for r in read_results(artifact("run_results"), keys) if r.status is RunStatus.FAIL]
    assert [(r.dataset, r.failures) for r in failed] == [("demo.main.stg_orders", 1)]


def test_a_name_that_fits_twice_is_not_guessed() -> None:
    names = ("a.s.orders", "b.s.orders")
    graph = Graph({n: Node(n, "orders", NodeKind.MODEL) for n in names})
    assert graph.resolve("orders") is None
    assert graph.resolve("A.S.ORDERS") == "a.s.orders"
    assert canonical('"Db"."S"."T"') == "db.s.t"


@pytest.mark.parametrize(
    ("due", "hours"), [("07:00", 2 + 2 / 3), ("04:20", 24), ("", None), ("25:00", None)]
)
def test_the_next_deadline_is_always_to_come(due: str, hours: float | None) -> None:
    found = due_next(due, AT)
    left = (found - AT).total_seconds() / 3600 if found else None
    assert left == (pytest.approx(hours) if hours is not None else None)


EDGES = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=40)


@given(EDGES, st.integers(0, 12))
def test_any_graph_with_cycles_gives_exactly_what_can_be_reached(
    edges: list[tuple[int, int]], root: int
) -> None:
    nodes = {str(n): Node(str(n), str(n), NodeKind.MODEL) for n in range(13)}
    children: dict[str, list[str]] = {}
    for above, below in edges:
        children.setdefault(str(above), []).append(str(below))
    graph = Graph(nodes, {k: tuple(v) for k, v in children.items()})
    reached: set[str] = set()
    waiting = [str(root)]
    while waiting:
        for child in children.get(waiting.pop(), []):
            if child not in reached and child != str(root):
                reached.add(child)
                waiting.append(child)
    found = blast_radius(graph, [str(root)], AT, depth=20)
    assert {a.node.key for a in found.affected} == reached


@given(EDGES)
def test_what_is_made_of_something_is_always_put_right_after_it(
    edges: list[tuple[int, int]],
) -> None:
    forward = [(min(pair), max(pair)) for pair in edges if pair[0] != pair[1]]
    children: dict[str, tuple[str, ...]] = {}
    for above, below in forward:
        children[str(above)] = (*children.get(str(above), ()), str(below))
    graph = Graph({str(n): Node(str(n), str(n), NodeKind.MODEL) for n in range(13)}, children)
    places = parents_first(graph, map(str, range(13)))
    assert sorted(places.values()) == list(range(1, 14))
    assert all(places[str(above)] < places[str(below)] for above, below in forward)


def test_a_long_chain_keeps_its_order() -> None:
    names = [f"t{(n * 37) % 50}" for n in range(50)]
    nodes = {name: Node(name, name, NodeKind.MODEL) for name in names}
    graph = Graph(nodes, {above: (below,) for above, below in itertools.pairwise(names)})
    assert list(parents_first(graph, sorted(names)).items()) == [
        (name, names.index(name) + 1) for name in sorted(names)
    ]


def test_a_hundred_thousand_edges_end_with_what_is_left_out_counted() -> None:
    count = 25_000
    nodes = {str(n): Node(str(n), str(n), NodeKind.MODEL) for n in range(count)}
    children = {"0": tuple(str(n) for n in range(1, count))}
    children |= {str(n): tuple(str((n * 7 + k) % count) for k in range(4)) for n in range(1, count)}
    blast = blast_radius(Graph(nodes, children), ["0"], AT)
    assert len(blast.affected) == MAX_NODES - 1
    assert blast.more > 0


def test_where_everything_is_made_of_everything_each_is_looked_at_once() -> None:
    """Forty tables a layer, each made of all above: 40 to the power of 6 ways up."""
    parents = {f"{n}.{i}": [f"{n + 1}.{j}" for j in range(40)] for n in range(7) for i in range(40)}
    assert len(ancestors(parents, "0.0")) == 6 * 40


def test_the_class_of_a_consumer_is_what_is_written_down_else_what_its_kind_suggests(
    graph: Graph,
) -> None:
    classes = {node.name: node.consumer_class.value for node in graph.nodes.values()}
    assert classes["Board revenue dashboard"] == "finance_bi"
    assert (classes["churn_model"], classes["crm_reverse_etl"]) == ("ml", "data_api")
    node = Node("x", "x", NodeKind.DASHBOARD, external=True)
    assert node.consumer_class.words == "compliance"
    assert replace(node, used_by="experimentation").consumer_class.words == "experimentation"
