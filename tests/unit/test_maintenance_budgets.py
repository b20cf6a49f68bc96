"""Maintenance from a file to everything that shows a budget, on the real store."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fireline.adapters.files.maintenance import MaintenanceFiles
from fireline.adapters.slack.blocks import render
from fireline.domain.policy.evaluation import evaluate
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.maintenance import MaintenancePlan
from fireline.domain.slo.sli import CompositePart, CompositeSli
from fireline.usecases.gate_changes import gate, verdict_json
from fireline.usecases.ports import FetchResult, Services
from fireline.usecases.report_budgets import report, status_json
from fireline.usecases.slo_views import slo_detail, slo_list
from fireline.usecases.stored_budgets import stored_reading
from fireline.usecases.watch_budgets import Watcher
from tests.builders import services
from tests.fakes import FakeClock, FakeDefinitions, FakeSource
from tests.store_fixture import RecordingStore
from tests.unit.slo_builders import slo
from tests.unit.test_slo_maintenance import END, START, worked

ORDERS = slo(objective="99", window=timedelta(days=1))
# Buckets 102 to 104 of the day: 08:30 to 08:45.
MAINTENANCE = f"""\
apiVersion: fireline/v1
kind: Maintenance
name: upgrade
reason: warehouse upgrade
approver: ben
created_at: {START:%Y-%m-%d}T09:00:00Z
scope: {{slos: [orders]}}
from: {START:%Y-%m-%d}T08:32:00Z
to: {START:%Y-%m-%d}T08:45:00Z
"""


def world(store: RecordingStore, folder: Path) -> Services:
    answer = FetchResult("orders", worked(), newest_sample=END)
    return services(
        store,
        source=FakeSource({"orders": answer}),
        definitions=FakeDefinitions({"orders": ORDERS}),
        clock=FakeClock(END),
        maintenance=MaintenanceFiles([folder]),
    )


def test_the_worked_numbers_reach_everything_that_shows_a_budget(
    any_store: RecordingStore, tmp_path: Path
) -> None:
    s = world(any_store, tmp_path)
    (tmp_path / "m.yaml").write_text(MAINTENANCE)
    Watcher(s).tick(END)
    with any_store() as uow:
        status = uow.statuses.get("orders")
    assert status is not None
    assert (status.total, status.good) == (28_500, 28_290)
    assert status.remaining == pytest.approx(0.263158, abs=1e-6)
    assert status.raw_remaining == pytest.approx(-0.25)
    shown = str(render(slo_detail(s, "orders")).blocks)
    assert "*26 % left* (raw: overspent by 25 %)" in shown
    assert "Left out: " in shown
    assert "warehouse upgrade" in shown
    assert "agreed by ben (`upgrade`, after the fact)" in shown
    listed = str(render(slo_list(s)).blocks)
    assert "(raw: overspent by 25 %)" in listed
    assert "maintenance taken out" in listed
    verdict = gate(s, "orders", END)
    assert "26.3 % of the budget left without maintenance (-25.0 % with it)" in verdict.reasons[0]
    assert verdict_json(verdict)["slos"][0]["raw_remaining"] == -0.25  # type: ignore[index]


def test_a_composite_of_a_part_in_maintenance_shows_both_figures_too(
    any_store: RecordingStore, tmp_path: Path
) -> None:
    s = world(any_store, tmp_path)
    whole = replace(ORDERS, name="whole", sli=CompositeSli((CompositePart("orders"),)))
    s.definitions.slos = {"orders": ORDERS, "whole": whole}  # type: ignore[attr-defined]
    (tmp_path / "m.yaml").write_text(MAINTENANCE)
    Watcher(s).tick(END)
    with any_store() as uow:
        status = uow.statuses.get("whole")
    assert status is not None
    assert status.remaining == pytest.approx(0.263158, abs=1e-6)
    assert status.raw_remaining == pytest.approx(-0.25)


def test_maintenance_of_a_composite_alone_leaves_its_parts_as_they_are(
    any_store: RecordingStore, tmp_path: Path
) -> None:
    s = world(any_store, tmp_path)
    whole = replace(ORDERS, name="whole", sli=CompositeSli((CompositePart("orders"),)))
    slos = {"orders": ORDERS, "whole": whole}
    s.definitions.slos = slos  # type: ignore[attr-defined]
    (tmp_path / "m.yaml").write_text(MAINTENANCE.replace("slos: [orders]", "slos: [whole]"))
    Watcher(s).tick(END)
    with any_store() as uow:
        found = {status.slo: status for status in uow.statuses.all()}
        stored = evaluate(stored_reading(s, uow, whole, END), Policy())
    plan = s.maintenance.current()
    told = {r.slo: r for r in report(list(slos.values()), s.source, END, maintenance=plan)}
    for status in (found["whole"], told["whole"], stored):
        assert status.remaining == pytest.approx(0.263158, abs=1e-6)
        assert status.raw_remaining == pytest.approx(-0.25)
    for status in (found["orders"], told["orders"]):
        assert status.remaining == pytest.approx(-0.25)
        assert status.raw_remaining is None


def test_without_an_answer_the_last_figures_are_shown_both(
    any_store: RecordingStore, tmp_path: Path
) -> None:
    s = world(any_store, tmp_path)
    (tmp_path / "m.yaml").write_text(MAINTENANCE)
    watcher = Watcher(s)
    watcher.tick(END)
    down = FetchResult("orders", None, error="Prometheus is down.")
    s.source.answers["orders"] = down  # type: ignore[attr-defined]
    watcher.tick(END)
    with any_store() as uow:
        status = uow.statuses.get("orders")
    assert status is not None
    assert status.remaining == pytest.approx(0.263158, abs=1e-6)
    assert status.raw_remaining == pytest.approx(-0.25)


def test_a_changed_file_counts_from_the_next_tick_on(
    any_store: RecordingStore, tmp_path: Path
) -> None:
    s = world(any_store, tmp_path)
    watcher = Watcher(s)

    def left() -> tuple[float | None, float | None]:
        watcher.tick(END)
        with any_store() as uow:
            status = uow.statuses.get("orders")
        assert status is not None
        assert status.remaining is not None
        raw = status.raw_remaining
        return round(status.remaining, 6), None if raw is None else round(raw, 6)

    assert left() == (-0.25, None)
    file = tmp_path / "m.yaml"
    file.write_text(MAINTENANCE)
    assert left() == (0.263158, -0.25)
    file.write_text(MAINTENANCE + "effect: count_good\n")
    os.utime(file, (1, 1))
    assert left() == (round(1 - 210 / 288, 6), -0.25)
    file.unlink()
    assert left() == (-0.25, None)


def test_a_report_without_a_database_says_both_figures(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(MAINTENANCE)
    plan = MaintenanceFiles([tmp_path]).current()
    source = FakeSource({"orders": FetchResult("orders", worked(), newest_sample=END)})
    (adjusted,) = report([ORDERS], source, END, maintenance=plan)
    (raw,) = report([ORDERS], source, END, maintenance=MaintenancePlan())
    told = status_json(ORDERS, adjusted)
    assert (told["remaining"], told["raw_remaining"]) == (0.263158, -0.25)
    assert raw.remaining == pytest.approx(-0.25)
    assert raw.raw_remaining is None
