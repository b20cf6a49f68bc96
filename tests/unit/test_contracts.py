"""Contracts by the Open Data Contract Standard, and other names of datasets: read, linted, used."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fireline.adapters.files.aliases import read_aliases
from fireline.adapters.files.check import check_paths
from fireline.adapters.files.git_lineage import GitLineage
from fireline.adapters.files.imports.writing import import_files
from fireline.adapters.files.odcs import read_contracts
from fireline.adapters.lineage.dbt import read_manifest
from fireline.domain.lineage.beside import beside, contracts_of
from fireline.domain.lineage.blast import blast_radius
from fireline.domain.lineage.graph import Graph
from fireline.domain.slo.definition import DeadlineSli, TimeSliceSli

DATA = Path(__file__).parents[1] / "data"
ORDERS = DATA / "odcs" / "orders.yaml"
AT = datetime(2026, 11, 23, 4, 20, tzinfo=UTC)


def graph() -> Graph:
    return read_manifest(json.loads((DATA / "dbt" / "manifest.json").read_text("utf-8")))


def test_a_contract_says_who_owns_what_is_promised_and_where_consumers_are() -> None:
    (revenue, orders), problems = read_contracts("orders.yaml", ORDERS.read_text("utf-8"))
    assert problems == []
    assert revenue.datasets == ("demo.main.fct_revenue_daily",)
    assert (revenue.owner, revenue.owner_email) == ("Finance Analytics", "fay@example.com")
    assert revenue.channel == "#finance-notices"
    assert (revenue.due, revenue.latency) == ("07:00", None)
    assert orders.datasets == ("demo.main.raw_orders",)
    assert (orders.due, orders.latency) == ("", timedelta(hours=2))
    assert {c.time_to_repair for c in (revenue, orders)} == {timedelta(hours=4)}
    assert orders.time_to_notify == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("v3.1.0", "v2.2.0"), "1: error apiVersion `apiVersion` is `v2.2.0`"),
        (("id: orders-contract\n", ""), "error missing `id` is missing"),
        (("unit: minutes", "unit: moons"), "49: error length `timeToNotify` is `30 moons`"),
        (("08:00+01:00", "early"), "43: error time `timeOfAvailability` is `early`"),
        (("08:00+01:00", "08:00"), "43: warning zone `timeOfAvailability` says no offset"),
        (("property: retention", "property: luck"), "51: warning unknown-term `luck`"),
    ],
)
def test_what_is_wrong_in_a_contract_is_said_with_its_line(
    change: tuple[str, str], said: str, tmp_path: Path
) -> None:
    file = tmp_path / "orders.yaml"
    file.write_text(ORDERS.read_text("utf-8").replace(*change), encoding="utf-8")
    (problem,) = check_paths([file])
    assert said in str(problem)


def test_owner_channel_and_deadline_of_a_contract_join_the_lineage_and_nothing_is_invented() -> (
    None
):
    contracts, _ = read_contracts("orders.yaml", ORDERS.read_text("utf-8"))
    elsewhere, _ = read_contracts(
        "x.yaml", ORDERS.read_text("utf-8").replace("database: demo", "database: other")
    )
    git = GitLineage(Path("none.yaml"))()
    both = type(git)(contracts=(*contracts, *elsewhere))
    known = beside(graph(), both)
    revenue = known.nodes["demo.main.fct_revenue_daily"]
    assert (revenue.due, revenue.channel, revenue.tier) == ("07:00", "#finance-notices", 0)
    assert revenue.owner == "finance-analytics"
    assert set(known.nodes) == set(graph().nodes)
    assert [c.name for c in contracts_of(known, both, "demo.main.raw_orders")] == ["orders"]


def test_a_contract_becomes_drafts_of_slos_that_say_what_is_still_to_be_done(
    tmp_path: Path,
) -> None:
    (found,) = import_files([ORDERS], tmp_path)
    by_name = {slo.name: slo for slo in found.slos}
    deadline = by_name["fct-revenue-daily-deadline"]
    assert isinstance(deadline.sli, DeadlineSli)
    assert (str(deadline.sli.by), deadline.sli.zone) == ("07:00:00", "UTC")
    fresh = by_name["raw-orders-freshness"]
    assert isinstance(fresh.sli, TimeSliceSli)
    assert (fresh.sli.op, fresh.sli.threshold) == ("<=", 7200)
    assert fresh.datasets == ("demo.main.raw_orders",)
    assert [p.code for p in found.problems] == ["draft", "draft"]
    assert found.errors == 0


def test_contracts_and_aliases_follow_their_files(tmp_path: Path) -> None:
    aliases, folder = tmp_path / "aliases.yaml", tmp_path / "contracts"
    git = GitLineage(aliases, [folder])
    assert git().contracts == ()
    folder.mkdir()
    (folder / "orders.yaml").write_text(ORDERS.read_text("utf-8"), encoding="utf-8")
    head = "apiVersion: fireline/v1\nkind: Aliases\naliases:\n"
    aliases.write_text(f'{head}  "KAFKA://b/orders": Demo.Main.Raw_Orders\n', encoding="utf-8")
    first = git()
    assert first.aliases == {"kafka://b/orders": "demo.main.raw_orders"}
    assert len(first.contracts) == 2
    (folder / "orders.yaml").write_text("kind: DataContract\n", encoding="utf-8")
    assert git().contracts == ()
    assert "`apiVersion` is missing" in git().problems[0]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("  a.b.c: A.B.C", 4, "alias of itself"),
        ("  x: a.b.c\n  y: x", 5, "is itself an alias; name `a.b.c`"),
        ("  x: a.b.c\n  X: d.e.f", 5, "given twice (line 4)"),
        ("  x: [a]", 4, "must be one value"),
    ],
)
def test_an_alias_that_cannot_be_meant_so_is_refused(text: str, line: int, said: str) -> None:
    head = "apiVersion: fireline/v1\nkind: Aliases\naliases:\n"
    _, problems = read_aliases("aliases.yaml", head + text)
    assert [(p.line, said in p.message) for p in problems] == [(line, True)]


def test_the_shipped_aliases_are_sound() -> None:
    shipped = Path(__file__).parents[2] / "policies" / "aliases.yaml"
    assert check_paths([shipped]) == []


def test_the_blast_radius_has_the_contracts_deadline_of_a_model() -> None:
    contracts, _ = read_contracts("orders.yaml", ORDERS.read_text("utf-8"))
    git = type(GitLineage(Path("none.yaml"))())(contracts=tuple(contracts))
    blast = blast_radius(beside(graph(), git), ["raw_orders"], AT)
    due = {one.node.name: one.due_at for one in blast.affected}
    assert due["fct_revenue_daily"] == datetime(2026, 11, 23, 7, tzinfo=UTC)
    early = replace(contracts[0], due="05:00")
    nearest = blast_radius(beside(graph(), replace(git, contracts=(early,))), ["raw_orders"], AT)
    first = nearest.nearest()
    assert first is not None
    assert (first.node.name, first.due_at) == (
        "fct_revenue_daily",
        datetime(2026, 11, 23, 5, tzinfo=UTC),
    )
