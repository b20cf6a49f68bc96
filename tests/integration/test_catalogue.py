"""The shipped catalogue: complete, linted, and good PromQL whichever profile is chosen."""

import shutil
import subprocess
from collections.abc import Collection, Iterator
from decimal import Decimal
from pathlib import Path

import promql_parser
import pytest
import yaml

from fireline.adapters.files.profile_choice import ProfileChoice
from fireline.adapters.files.slos import DefinitionFolder
from fireline.adapters.prometheus.preflight import expressions
from fireline.bootstrap.lint import problems_of
from fireline.demo.processes import MissingProgramError
from fireline.domain.slo.definition import Absent, Slo
from tests.servers import missing

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "slo_definitions"
PROFILES = [
    document
    for path in sorted((CATALOGUE / "profiles").glob("*.yaml"))
    for document in yaml.safe_load_all(path.read_text())
]
# Name, tier, objective, days, kind, absent, min_events, runbook.
FACTS = """\
airflow-scheduler-heartbeat 0 99.9 30 TimeSlice bad - airflow-scheduler-down
airflow-tier0-run-success 0 99.5 30 Ratio unknown 200 airflow-dag-failed
airflow-tier1-run-success 1 99.0 30 Ratio unknown 100 airflow-dag-failed
airflow-schedule-delay 0 99.0 30 TimeSlice ignore - airflow-schedule-delay
airflow-deadline-met 0 99.0 30 Ratio unknown 100 pipeline-late
revenue-mart-landed-by-0700 0 95.0 28 Deadline bad - pipeline-late
kafka-roundtrip 0 99.9 30 Ratio bad 1000 kafka-broker-down
kafka-partitions-online 0 99.95 30 TimeSlice bad - kafka-offline-partitions
kafka-consumer-time-lag 0 95.0 30 TimeSlice bad - kafka-consumer-lag
debezium-cdc-lag 0 99.0 30 TimeSlice bad - debezium-lag
kafka-connect-tasks 0 99.9 30 TimeSlice bad - kafka-connect-task-failed
postgres-slot-healthy 0 99.9 30 TimeSlice bad - postgres-slot-wal
flink-checkpoints 1 99.0 30 Ratio bad 200 flink-checkpoint-failing
spark-submit-success 1 99.0 30 Ratio unknown 100 spark-job-failed
databricks-jobs-fresh 1 99.0 30 TimeSlice bad - databricks-job-failed
snowflake-queueing 1 99.0 30 TimeSlice bad - snowflake-queueing
trino-internal-failures 1 99.5 30 Ratio bad 500 trino-query-failures
dbt-source-freshness 0 99.0 30 TimeSlice bad - dbt-source-stale
dbt-tier0-quality 0 95.0 30 EntityRatio bad - dbt-test-failed
object-store-availability 0 99.9 30 Ratio bad 1000 object-store-errors
schema-registry-probe 0 99.95 30 TimeSlice bad - schema-registry-down
""".splitlines()


class Only:
    """A Prometheus that has what one profile requires, and nothing of any other."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(names)

    def existing(self, patterns: Collection[str], _data_source: str | None) -> frozenset[str]:
        return self._names & frozenset(patterns)


def shipped(names: Collection[str] = ()) -> dict[str, Slo]:
    """The catalogue as it is read where these metrics exist."""
    catalogue = DefinitionFolder([CATALOGUE], ProfileChoice(Only(names))).current()
    assert catalogue.problems == ()
    return dict(catalogue.slos)


def test_every_slo_of_the_checked_catalogue_is_shipped_as_it_was_checked() -> None:
    slos = shipped()
    assert len(slos) == len(FACTS)
    for line in FACTS:
        name, tier, objective, days, kind, absent, least, runbook = line.split()
        slo = slos[name]
        assert type(slo.sli).__name__ == f"{kind}Sli", name
        assert (slo.tier, slo.window.days, slo.runbook) == (int(tier), int(days), runbook)
        assert (slo.objective, slo.absent) == (Decimal(objective), Absent(absent))
        assert least == "-" or slo.min_events == int(least)
        assert slo.title
        assert slo.description
        assert slo.owner
        assert (ROOT / "runbooks" / f"{runbook}.md").is_file()


def test_check_finds_no_error_in_what_is_shipped() -> None:
    folders = [ROOT / name for name in ("slo_definitions", "runbooks", "policies")]
    found = problems_of(folders, ROOT / "runbooks")
    # 95 % is so much budget that an hour must be very bad to page; six hours are watched too.
    assert [(p.level.value, p.code) for p in found] == [("warning", "blunt-alert")] * 2


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile["name"])
def test_every_profile_changes_what_the_catalogue_asks_for(profile: dict[str, object]) -> None:
    requires = profile["requires"]
    assert isinstance(requires, list)
    asked = " ".join(expr for slo in shipped(requires).values() for expr in exprs(slo))
    assert all(name in asked for name in requires)


def exprs(slo: Slo) -> Iterator[str]:
    for _, expr in expressions(slo.sli, 1_800_000_000):
        yield expr.replace("$window", "5m")


@pytest.mark.real
def test_all_expressions_of_all_profiles_parse_twice(tmp_path: Path) -> None:
    every = {expr: None for slo in shipped().values() for expr in exprs(slo)}
    for profile in PROFILES:
        found = shipped(profile["requires"])
        every |= {expr: None for slo in found.values() for expr in exprs(slo)}
    assert len(every) > 31
    for expr in every:
        assert "$" not in expr
        promql_parser.parse(expr)
    rules = [{"record": f"r{index}", "expr": expr} for index, expr in enumerate(every)]
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": rules}]}))
    program = shutil.which("promtool")
    if program is None:
        missing(MissingProgramError("promtool is not installed: apt-get install prometheus"))
    told = subprocess.run(
        [program, "check", "rules", str(file)], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    assert f"{len(every)} rules found" in told.stdout
