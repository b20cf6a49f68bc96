"""promtool: it checks rule files, and runs their rules over made-up samples."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from fireline.demo.processes import MissingProgramError
from tests.servers import missing

Check = dict[str, Any]


def promtool(*arguments: str) -> str:
    """What promtool says; the test fails with its words when it refuses."""
    program = shutil.which("promtool")
    if program is None:
        missing(MissingProgramError("promtool is not installed: apt-get install prometheus"))
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-4000:]
    return said


def holds(
    folder: Path, rules: str, checks: list[Check], series: Mapping[str, str], every: str = "5m"
) -> None:
    """Let promtool run the rules over one-minute samples, and check each expression."""
    (folder / "rules.yml").write_text(rules, encoding="utf-8")
    document = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": every,
        # Otherwise the whole window may be summed before the counts of that instant are there.
        "group_eval_order": [group["name"] for group in yaml.safe_load(rules)["groups"]],
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": k, "values": v} for k, v in series.items()],
                "promql_expr_test": checks,
            }
        ],
    }
    (folder / "test.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
    promtool("test", "rules", str(folder / "test.yml"))


def notation(values: Sequence[float | None]) -> str:
    """Samples by minute as promtool writes them."""
    return " ".join("_" if value is None else f"{value!r}" for value in values)


def written(labels: Mapping[str, str]) -> str:
    """Labels between braces."""
    return "{" + ", ".join(f'{k}="{v}"' for k, v in labels.items()) + "}"


def counted(expr: str, minute: int, count: int) -> Check:
    """A check that the expression answers with so many series."""
    samples = [{"labels": "{}", "value": count}] if count else []
    return {"expr": f"count({expr})", "eval_time": f"{minute}m", "exp_samples": samples}
