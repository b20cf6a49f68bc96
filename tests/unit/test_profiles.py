"""Profiles: one definition for several ways of exporting the same system's metrics."""

from collections.abc import Collection
from pathlib import Path

import pytest

from fireline.adapters.files.profile_choice import ProfileChoice
from fireline.adapters.files.slos import DefinitionFolder, FileRead, read_files
from fireline.domain.errors import UnreachableError
from fireline.domain.slo.definition import RatioSli, Slo, TimeSliceSli
from tests.fakes import FakeClock

PROFILES = """\
apiVersion: fireline/v1
kind: Profile
name: airflow-helm
system: airflow
requires: [helm_runs, helm_.*_failed]
units: {timers: s}
metrics:
  runs: helm_runs
  failed: helm_runs_failed{kind="dag"}
  delay: helm_delay
labels: {dag: dag_id}
---
apiVersion: fireline/v1
kind: Profile
name: airflow-otel
system: airflow
requires: [otel_runs_total]
units: {timers: ms}
metrics: {runs: otel_runs_total, failed: "otel_failed_total{}", delay: otel_delay_ms}
labels: {dag: dag}
expressions: {worst: 'max(otel_delay_ms{dag=~"$dags"})'}
---
apiVersion: fireline/v1
kind: Variables
values: {dags: 'a|b}'}
"""
RUNS = """\
apiVersion: fireline/v1
kind: SLO
name: runs
title: Runs succeed
service: airflow
tier: 1
objective: 99
window: 30d
sli:
  ratio:
    bad: sum(increase($airflow.failed{$airflow.dag=~"$dags"}[$window]))
    total: sum(increase($airflow.runs[$window]))
"""
DELAY = """\
apiVersion: fireline/v1
kind: SLO
name: delay
title: Runs start in time
service: airflow
tier: 1
objective: 99
window: 30d
sli:
  time_slice: {value: VALUE, good: "<= 60"}
"""


class Names:
    """A Prometheus that has these metrics, or does not answer."""

    def __init__(self, *names: str) -> None:
        self.names = frozenset(names)
        self.asked: list[tuple[frozenset[str], str | None]] = []
        self.silent = False

    def existing(self, patterns: Collection[str], data_source: str | None) -> frozenset[str]:
        self.asked.append((frozenset(patterns), data_source))
        if self.silent:
            raise UnreachableError("no answer")
        return self.names & frozenset(patterns)


HELM = ("helm_runs", "helm_.*_failed")


def read(text: str, choice: ProfileChoice | None = None) -> FileRead:
    """What the profiles make of one definition."""
    return read_files({"p.yaml": PROFILES, "s.yaml": text}, choice=choice)[1]


def ratio(found: FileRead) -> RatioSli:
    assert not found.problems
    sli = found.slos[0].slo.sli
    assert isinstance(sli, RatioSli)
    return sli


def test_the_profile_whose_metrics_exist_gives_the_names() -> None:
    helm, otel = Names(*HELM), Names("otel_runs_total")
    first = read(RUNS, ProfileChoice(helm))
    assert ratio(first).bad == (
        'sum(increase(helm_runs_failed{kind="dag",dag_id=~"a|b}"}[$window]))'
    )
    assert ratio(first).total == "sum(increase(helm_runs[$window]))"
    assert first.slos[0].profiles == {"airflow": "airflow-helm"}
    second = read(RUNS, ProfileChoice(otel))
    assert ratio(second).bad == 'sum(increase(otel_failed_total{dag=~"a|b}"}[$window]))'
    assert second.slos[0].profiles == {"airflow": "airflow-otel"}
    assert helm.asked == [(frozenset({*HELM, "otel_runs_total"}), None)]


@pytest.mark.parametrize(
    "choice", [None, ProfileChoice(Names()), ProfileChoice(Names("helm_runs"))]
)
def test_the_first_profile_is_taken_when_none_fits_or_nobody_can_be_asked(
    choice: ProfileChoice | None,
) -> None:
    assert "helm_runs" in ratio(read(RUNS, choice)).total
    assert choice is None or not choice.settled


def test_a_team_may_say_which_profile_holds() -> None:
    names = Names(*HELM)
    choice = ProfileChoice(names, {"airflow": "airflow-otel"})
    assert "otel_runs_total" in ratio(read(RUNS, choice)).total
    assert (names.asked, choice.settled) == ([], True)
    named = read(RUNS + "profile: airflow-otel\n", ProfileChoice(Names(*HELM)))
    assert "otel_runs_total" in ratio(named).total


def test_a_profile_must_have_all_the_names_that_a_definition_uses() -> None:
    found = read(DELAY.replace("VALUE", "$airflow.worst"), ProfileChoice(Names(*HELM)))
    sli = found.slos[0].slo.sli
    assert isinstance(sli, TimeSliceSli)
    assert sli.value == '(max(otel_delay_ms{dag=~"a|b}"})\n)'


def test_units_are_told_as_how_many_make_a_second() -> None:
    text = DELAY.replace("VALUE", "max($airflow.delay) / $airflow.timers_per_second")
    sli = read(text, ProfileChoice(Names("otel_runs_total"))).slos[0].slo.sli
    assert isinstance(sli, TimeSliceSli)
    assert sli.value == "max(otel_delay_ms) / 1000"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("$airflow.runs", "$airflow.run", ":12: error profile no profile of `airflow` has `run`;"),
        ("$airflow.runs", "$airflow.run", "did you mean `$airflow.runs`?"),
        ("$airflow.runs", "$airflow.zzz", "has `zzz`; add it to one."),
        ("$airflow.runs", "$airflo.runs", "the variable `$airflo` is not defined"),
        ("tier: 1", "tier: 1\nprofile: airflow-hlm", "did you mean `airflow-helm`?"),
        ("tier: 1", "tier: 1\nprofile: zzz", "there is no profile `zzz`; define it"),
    ],
)  # fmt: skip
def test_a_name_that_no_profile_has_is_an_error(old: str, new: str, words: str) -> None:
    (problem,) = read(RUNS.replace(old, new)).problems
    assert words in str(problem)


def test_names_of_two_profiles_do_not_mix() -> None:
    more = PROFILES.replace("metrics: {runs", "metrics: {only_here: x, runs")
    text = DELAY.replace("VALUE", "$airflow.worst + $airflow.slow")
    text += "profile: airflow-otel\n"
    own = more.replace("  delay: helm_delay", "  delay: helm_delay\n  slow: helm_slow")
    found = read_files({"p.yaml": own, "s.yaml": text})[1]
    assert "no profile of `airflow` has `slow`" in found.problems[0].message
    found = read_files({"p.yaml": own, "s.yaml": text.replace("profile: airflow-otel\n", "")})[1]
    assert "no profile of `airflow` has all of slow, worst" in found.problems[0].message
    unused = DELAY.replace("VALUE", "max(x)") + "profile: airflow-otel\n"
    assert "no expression here uses a name of the profile" in read(unused).problems[0].message


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("system: airflow", "system: air flow", "`system` is `air flow`"),
        ("name: airflow-helm", "name: Helm", "`name` is `Helm`"),
        ("requires: [helm_runs, helm_.*_failed]\n", "", "`requires` is missing"),
        ("[helm_runs, helm_.*_failed]", "['(']", "is no regular expression"),
        ("runs: helm_runs", "runs: sum(helm_runs)", "it must be a selector"),
        ("runs: helm_runs", "'a b': helm_runs", "cannot be a logical name"),
        ("dag: dag_id", "dag: dag-id", "it must be a label's name"),
        ("dag: dag_id", "runs: dag_id", "`runs` stands twice in this profile"),
        ("timers: s", "timers: min", "`timers` is `min`; it must be s or ms or us"),
        ("name: airflow-otel", "name: airflow-helm", "already defined at p.yaml:1"),
        ("units: {timers: s}", "unit: s", "did you mean `units`?"),
    ],
)
def test_a_mistake_in_a_profile_has_its_remedy(old: str, new: str, words: str) -> None:
    (found,) = read_files({"p.yaml": PROFILES.replace(old, new, 1)})
    assert any(words in p.message for p in found.problems), found.problems


def test_a_profile_without_any_name_is_refused() -> None:
    empty = "apiVersion: fireline/v1\nkind: Profile\nname: x\nsystem: x\nrequires: [a]\n"
    assert "a profile needs `metrics`" in read_files({"p": empty})[0].problems[0].message


def sli_of(folder: DefinitionFolder) -> str:
    slo: Slo = folder.current().slos["runs"]
    assert isinstance(slo.sli, RatioSli)
    return slo.sli.total


def test_a_folder_asks_again_until_a_profile_fits(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"{PROFILES}---\n{RUNS}")
    names, clock = Names(), FakeClock()
    names.silent = True
    folder = DefinitionFolder([tmp_path], ProfileChoice(names), clock)
    assert "helm_runs" in sli_of(folder)
    names.silent, names.names = False, frozenset({"otel_runs_total"})
    assert "helm_runs" in sli_of(folder)
    clock.advance(minutes=1)
    assert "otel_runs_total" in sli_of(folder)
    clock.advance(hours=1)
    assert folder.current() is folder.current()
    assert len(names.asked) == 3  # at first, a minute later, and for the reading that followed


def test_a_folder_reads_nothing_anew_while_nothing_changes(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"{PROFILES}---\n{RUNS}")
    names, clock = Names(), FakeClock()
    folder = DefinitionFolder([tmp_path], ProfileChoice(names), clock)
    first = folder.current()
    for asked in (2, 3):
        clock.advance(minutes=1)
        assert folder.current() is first
        assert len(names.asked) == asked


def test_what_existed_is_remembered_while_nobody_answers(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(f"{PROFILES}---\n{RUNS}")
    names = Names("otel_runs_total")
    folder = DefinitionFolder([tmp_path], ProfileChoice(names), FakeClock())
    assert "otel_runs_total" in sli_of(folder)
    names.silent = True
    file.write_text(f"{PROFILES}---\n{RUNS}# changed\n")
    assert "otel_runs_total" in sli_of(folder)
    assert len(names.asked) == 2


def test_each_data_source_is_asked_for_its_own_slos() -> None:
    names = Names(*HELM)
    text = f"{RUNS}data_source: eu\n---\n{RUNS.replace('name: runs', 'name: other')}"
    read(text, ProfileChoice(names))
    assert [source for _, source in names.asked] == ["eu", None]
