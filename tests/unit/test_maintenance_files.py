"""`kind: Maintenance` in git: every mistake has its line, and takes nothing out."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fireline.adapters.files.check import check_paths
from fireline.adapters.files.maintenance import MaintenanceFiles, read_all
from fireline.adapters.files.slos import DefinitionFolder
from fireline.domain.slo.exclusions import ExclusionEffect
from fireline.domain.slo.maintenance import MaintenancePlan, Once, Scope
from fireline.domain.slo.recurrence import Recurring

HEAD = "apiVersion: fireline/v1\nkind: Maintenance\nname: upgrade\n"
WHY = "reason: upgrade\napprover: ben\n"
ONCE = "from: 2026-12-01T22:00:00Z\nto: 2026-12-02T01:30:00Z\n"
GOOD = f"{HEAD}{WHY}created_at: 2026-11-20T09:00:00Z\nscope: all\n{ONCE}"
RULE = "rrule: FREQ=WEEKLY;BYDAY=SU\nstart: 2026-01-04T02:00\nduration: 90m\n"
SLO = """\
apiVersion: fireline/v1
kind: SLO
name: orders-landed
title: Orders land
service: orders
tier: 1
objective: 99.9
window: 30d
owner: data
runbook: orders
sli: {ratio: {total: "sum(rate(a[$window]))", bad: "sum(rate(b[$window]))"}}
"""


def said(text: str) -> list[str]:
    return [p.short for p in read_all({"m.yaml": text})[1]]


def test_one_off_maintenance_is_read_whole() -> None:
    (read,), problems = read_all({"m.yaml": GOOD})
    assert problems == []
    entry = read.entry
    assert (entry.name, entry.reason, entry.approver) == ("upgrade", "upgrade", "ben")
    assert (entry.scope, entry.effect, entry.source) == (
        Scope(),
        ExclusionEffect.EXCLUDE,
        "m.yaml:1",
    )
    assert entry.created_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    start = int(datetime(2026, 12, 1, 22, tzinfo=UTC).timestamp())
    assert entry.when == Once(start, start + 12_600)


def test_wall_time_with_a_zone_is_the_same_instant() -> None:
    once = "timezone: Europe/Berlin\nfrom: 2026-12-01T23:00\nto: 2026-12-02T02:30\n"
    text = GOOD.replace(ONCE, once)
    assert (
        read_all({"m.yaml": text})[0][0].entry.when == read_all({"m.yaml": GOOD})[0][0].entry.when
    )


def test_a_rule_is_read_with_its_zone_in_both_ways_of_writing() -> None:
    ours = f"{HEAD}{WHY}scope: all\ntimezone: Europe/Berlin\n{RULE}"
    icals = f"{HEAD}{WHY}scope: all\n{RULE}".replace(
        "2026-01-04T02:00", "DTSTART;TZID=Europe/Berlin:20260104T020000"
    )
    found = [read_all({"m.yaml": text}) for text in (ours, icals)]
    assert [problems for _, problems in found] == [[], []]
    whens = [reads[0].entry.when for reads, _ in found]
    first = datetime(2026, 1, 4, 2)  # noqa: DTZ001 - wall time
    assert whens == [Recurring("FREQ=WEEKLY;BYDAY=SU", first, "Europe/Berlin", 5400)] * 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (GOOD.replace("reason: upgrade\n", ""), "m.yaml:1: `reason` is missing"),
        (GOOD.replace("approver: ben", "approver:"), "m.yaml:5: `approver` is empty"),
        (GOOD.replace("name: upgrade", "name: Up grade"), "m.yaml:3: `Up grade` must be small"),
        (GOOD.replace("scope: all\n", ""), "m.yaml:1: `scope` must be `all`, or name"),
        (GOOD.replace("scope: all", "scope: {slos: []}"), "m.yaml:7: `slos` is empty"),
        (GOOD.replace("scope: all", "scope: {slo: [a]}"), "m.yaml:7: scope has no `slo`; did you"),
        (GOOD.replace("T22:00:00Z", "T22:00"), "m.yaml:8: `2026-12-01T22:00` is no time"),
        (GOOD.replace("2026-12-02T01", "2026-11-02T01"), "m.yaml:9: `to` lies before `from`"),
        (GOOD.replace("2026-12-02T01", "2027-12-02T01"), "m.yaml:9: `to` is more than 31 days"),
        (GOOD + "timezone: Mars/Base\n", "m.yaml:10: there is no time zone `Mars/Base`"),
        (GOOD + "effect: ignore\n", "m.yaml:10: `effect` is `ignore`; write exclude or"),
        (GOOD + RULE, "m.yaml:10: `from` and `rrule` exclude each other"),
        (GOOD + "untill: x\n", "m.yaml:10: Maintenance has no `untill`"),
        (GOOD.replace("v1", "v2"), "m.yaml:1: `apiVersion` must be `fireline/v1`"),
        (GOOD.replace("reason: upgrade", "reason: " + "x" * 501), "m.yaml:4: this is longer than"),
        (
            f"{HEAD}{WHY}scope: all\n{RULE}",
            "m.yaml:8: `2026-01-04T02:00` is no start of a rule",
        ),
        (
            f"{HEAD}{WHY}scope: all\ntimezone: UTC\n{RULE}".replace("WEEKLY;BYDAY=SU", "HOURLY"),
            "m.yaml:8: FREQ must be one of",
        ),
        (
            f"{HEAD}{WHY}scope: all\ntimezone: UTC\n{RULE}".replace("90m", "ninety"),
            "m.yaml:10: `ninety` is no length",
        ),
        (
            f"{HEAD}{WHY}scope: all\ntimezone: UTC\n{RULE}".replace("2026-01-04", "1926-01-04"),
            "m.yaml:9: a rule starts in 2000",
        ),
        (GOOD + "---\n" + GOOD, "m.yaml:11: the name `upgrade` is already used at m.yaml:1"),
    ],
)
def test_a_mistake_is_said_with_its_line_and_what_would_be_right(text: str, problem: str) -> None:
    found = said(text)
    assert any(problem in line for line in found), found


def test_a_wrong_entry_takes_nothing_out_and_the_others_hold(tmp_path: Path) -> None:
    file = tmp_path / "m.yaml"
    file.write_text(f"{GOOD}---\n{GOOD.replace('name: upgrade', 'name: other')}effect: x\n")
    plan = MaintenanceFiles([tmp_path, tmp_path / "none"]).current()
    assert [entry.name for entry in plan.entries] == ["upgrade"]
    assert len(plan.problems) == 1


def test_changes_of_the_files_count_at_once(tmp_path: Path) -> None:
    files = MaintenanceFiles([tmp_path])
    assert files.current() == MaintenancePlan()
    file = tmp_path / "m.yaml"
    file.write_text(GOOD)
    assert len(files.current().entries) == 1
    assert files.current() is files.current()
    file.write_text(GOOD.replace("reason: upgrade", "reason: later"))
    os.utime(file, (1, 1))
    assert files.current().entries[0].reason == "later"
    file.unlink()
    assert files.current() == MaintenancePlan()


def test_it_may_stand_beside_slos(tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_text(f"{SLO}---\n{GOOD}")
    catalogue = DefinitionFolder([tmp_path]).current()
    assert (list(catalogue.slos), catalogue.problems) == (["orders-landed"], ())
    assert check_paths([tmp_path]) == []


def test_check_names_the_nearest_slo_and_service(tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_text(SLO)
    scope = "scope:\n  slos: [orders-lande]\n  services: [order]"
    (tmp_path / "m.yaml").write_text(GOOD.replace("scope: all", scope))
    told = [p.short for p in check_paths([tmp_path])]
    assert told == [
        f"{tmp_path}/m.yaml:8: there is no SLO `orders-lande` here; did you mean `orders-landed`?",
        f"{tmp_path}/m.yaml:9: there is no service `order` here; did you mean `orders`?",
    ]


def test_without_a_creation_time_a_one_off_is_warned_about() -> None:
    assert said(GOOD.replace("created_at: 2026-11-20T09:00:00Z\n", "")) == [
        "m.yaml:1: without `created_at` nobody can tell whether it was added after the fact."
    ]
