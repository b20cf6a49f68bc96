"""`fireline slo import` and loading foreign files directly give the same SLOs."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from fireline.adapters.files.check import check_paths
from fireline.adapters.files.imports.writing import converted
from fireline.adapters.files.slos import DefinitionFolder, read_files
from fireline.cli.app import app
from fireline.domain.slo.definition import RatioSli, SourceRef
from tests.unit.test_import_openslo import BY_REFERENCE, SLI, SOURCE
from tests.unit.test_import_pyrra import OBJECT
from tests.unit.test_import_slo_generator import CONFIG, DOCUMENT
from tests.unit.test_import_sloth import FILE

NOWHERE = SourceRef("", 0)
NATIVE = """\
apiVersion: fireline/v1
kind: SLO
name: own
title: Ours
service: s
tier: 2
objective: 99
window: 30d
sli: {ratio: {bad: "sum(increase(a[$window]))", total: "sum(increase(b[$window]))"}}
"""


def slo_import(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["slo", "import", *map(str, arguments)])


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    folder = tmp_path / "foreign"
    folder.mkdir()
    texts = {
        "sloth.yml": FILE,
        "pyrra.yaml": OBJECT,
        "generator.yaml": DOCUMENT,
        "config.yaml": CONFIG,
        "slo.yaml": f"{BY_REFERENCE}---\n{SLI}",
        "sources.yaml": SOURCE,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_foreign_files_load_directly_beside_native_ones(foreign: Path) -> None:
    (foreign / "own.yaml").write_text(NATIVE, encoding="utf-8")
    catalogue = DefinitionFolder([foreign]).current()
    names = {"answers", "api-errors", "web-metrics-availability", "lag-0", "lag-1", "own"}
    assert set(catalogue.slos) == names
    assert catalogue.problems == ()


def test_imported_and_loaded_slos_are_equal_and_pass_check(foreign: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    told = slo_import(foreign, "--out", out)
    assert told.exit_code == 0, told.output
    assert "5 SLOs imported, 0 errors" in told.stderr
    written = sorted(path.name for path in out.iterdir())
    assert written == ["generator.yaml", "pyrra.yaml", "slo.yaml", "sloth.yaml"]
    loaded, imported = (DefinitionFolder([folder]).current() for folder in (foreign, out))
    for name, slo in loaded.slos.items():
        assert replace(imported.slos[name], source=NOWHERE) == replace(slo, source=NOWHERE)
        assert imported.slos[name].revision == slo.revision
    assert not [problem for problem in check_paths([out]) if problem.level == "error"]


def test_every_loss_is_printed_and_stands_as_a_comment(foreign: Path, tmp_path: Path) -> None:
    told = slo_import(foreign / "sloth.yml", "--out", tmp_path)
    text = (tmp_path / "sloth.yaml").read_text(encoding="utf-8")
    for key in ("name", "annotations", "page_alert.disable"):
        assert f"`slos[0].alerting.{key}` is not carried over" in told.stdout
        assert f"`slos[0].alerting.{key}` is not carried over" in text
    assert "# sloth.yml:16: warning not-carried" in text


def test_what_could_not_be_imported_gives_exit_code_1(tmp_path: Path) -> None:
    file = tmp_path / "sloth.yaml"
    plugin = "  - {name: other, objective: 99, sli: {plugin: {id: acme/x}}}\n"
    file.write_text(FILE + plugin, encoding="utf-8")
    told = slo_import(file, "--out", tmp_path / "out")
    assert told.exit_code == 1
    assert f"{file}:19: error unsupported the SLI plugin `acme/x`" in told.stdout
    assert "1 SLO imported, 1 error, 4 warnings" in told.stderr
    text = (tmp_path / "out" / "sloth.yaml").read_text(encoding="utf-8")
    assert "# sloth.yaml:19: error unsupported the SLI plugin `acme/x`" in text


def test_files_that_exist_are_only_replaced_by_force(foreign: Path, tmp_path: Path) -> None:
    target = tmp_path / "pyrra.yaml"
    target.write_text("mine", encoding="utf-8")
    told = slo_import(foreign, "--out", tmp_path)
    assert told.exit_code == 2
    assert "exists already; nothing was written (--force replaces it)" in told.stderr
    assert target.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "sloth.yaml").exists()
    assert slo_import(foreign, "--out", tmp_path, "--force").exit_code == 0
    assert "api-errors" in target.read_text(encoding="utf-8")


def test_an_input_is_never_replaced(foreign: Path) -> None:
    told = slo_import(foreign / "pyrra.yaml", "--out", foreign, "--force")
    assert told.exit_code == 2
    assert "is an input itself" in told.stderr
    assert (foreign / "pyrra.yaml").read_text(encoding="utf-8") == OBJECT


def test_inputs_of_one_name_get_files_of_their_own(tmp_path: Path) -> None:
    for folder, name in (("a", "one"), ("b", "two")):
        (tmp_path / folder).mkdir()
        text = OBJECT.replace("api-errors", name).replace("req_total", f"{name}_total")
        (tmp_path / folder / "slo.yaml").write_text(text, encoding="utf-8")
    told = slo_import(tmp_path / "a", tmp_path / "b", "--out", tmp_path / "out")
    assert told.exit_code == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["slo-2.yaml", "slo.yaml"]


def test_the_window_is_for_formats_that_say_none(foreign: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert slo_import(foreign, "--out", out, "--window", "7d").exit_code == 0
    slos = DefinitionFolder([out]).current().slos
    assert slos["answers"].window.days == 7
    assert slos["api-errors"].window.days == 14
    assert slo_import(foreign, "--out", out, "--window", "long").exit_code == 2
    assert slo_import(tmp_path / "nowhere", "--out", out).exit_code == 2


def test_what_is_not_foreign_is_told_and_not_written(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(NATIVE, encoding="utf-8")
    told = slo_import(tmp_path, "--out", tmp_path / "out")
    assert told.exit_code == 0
    assert "0 SLOs -> nothing to write" in told.stderr.replace("\n", " ")
    (tmp_path / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\n", encoding="utf-8")
    (tmp_path / "odd.yaml").write_bytes(b"\xff\xfe")
    told = slo_import(tmp_path, "--out", tmp_path / "out")
    assert told.exit_code == 1
    assert "`apiVersion` is `v1`" in told.stdout
    assert "odd.yaml:1: error file the file cannot be read" in told.stdout


def test_an_alert_that_can_never_fire_is_told_of_what_was_written(tmp_path: Path) -> None:
    file = tmp_path / "in.yaml"
    file.write_text(OBJECT.replace('"99.5"', '"5"').replace("2w", "13w"), encoding="utf-8")
    told = slo_import(file, "--out", tmp_path / "out")
    assert told.exit_code == 1
    assert "error dead-alert" in told.stdout


def test_a_name_that_is_taken_is_an_error_and_not_written() -> None:
    twice = {"a.yaml": OBJECT, "b.yaml": OBJECT}
    first, second = converted(twice)
    assert (len(first.slos), len(second.slos), second.text) == (1, 0, "")
    assert any("is already used at a.yaml:1" in str(p) for p in second.problems)


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\n\t'\"#:"),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(WORDS, WORDS, st.dictionaries(st.sampled_from(["a", "no", "1", "é"]), WORDS))
def test_whatever_words_a_file_holds_come_through_writing_unchanged(
    description: str, value: str, labels: dict[str, str]
) -> None:
    quoted = value.replace("\\", "").replace('"', "").replace("\n", "").replace("$", "")
    quoted = quoted.replace("{{", "")
    query = f'sum(\n  rate(a{{b="{quoted}"}}[{{{{.window}}}}])\n)'
    slo = {
        "name": "x",
        "objective": 99.9,
        "description": description,
        "sli": {"events": {"error_query": query, "total_query": f"{query} # all"}},
    }
    document = {"version": "prometheus/v1", "service": "s", "labels": labels, "slos": [slo]}
    text = yaml.safe_dump(document, allow_unicode=True)
    (direct,) = read_files({"f": text})
    (one,) = converted({"f": text})
    (again,) = read_files({"n": one.text})
    assert [replace(r.slo, source=NOWHERE) for r in again.slos] == [
        replace(r.slo, source=NOWHERE) for r in direct.slos
    ]
    assert len(again.slos) == 1
    sli = again.slos[0].slo.sli
    assert isinstance(sli, RatioSli)
    assert f'b="{quoted}"' in (sli.bad or "")
