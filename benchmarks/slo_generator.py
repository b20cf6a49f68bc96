"""slo-generator itself, installed into an environment of its own, on the same Prometheus."""

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import Spent, timed
from benchmarks.platform import Fleet, queries

VERSION = "2.6.0"
# It still imports pkg_resources, which newer ones no longer have.
PACKAGES = (f"slo-generator[prometheus]=={VERSION}", "setuptools<81")
WINDOWS = {
    "1 hour": (3_600, 9),
    "12 hours": (43_200, 3),
    "7 days": (604_800, 1.5),
    "28 days": (2_419_200, 1),
}
INSTALL_SECONDS, RUN_SECONDS = 180, 180


class NotInstalledError(Exception):
    """It cannot be had here; the text says why."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one call of its command line took for that many SLOs."""

    slos: int
    spent: Spent
    calls: int


def installed(folder: Path) -> Path:
    """Its command in a fresh environment.

    Raises:
        NotInstalledError: there is no package index, or it has no such package.
    """
    environment = folder / "slo-generator"
    command = environment / "bin" / "slo-generator"
    if not command.exists():
        tried([sys.executable, "-m", "venv", str(environment)])
        pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        tried([*pip, "--disable-pip-version-check", *PACKAGES])
    return command


def tried(command: list[str]) -> None:
    """Run a step of the installation.

    Raises:
        NotInstalledError: it failed; gives the last line of what it said.
    """
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise NotInstalledError(f"not installed within {INSTALL_SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        said = (error.stderr or "no reason").strip().splitlines()[-1]
        raise NotInstalledError(f"it cannot be installed: {said}") from error


def computed(command: Path, folder: Path, url: str, fleet: Fleet, count: int) -> Run:
    """Evaluate the first SLOs of a fleet with four windows each, as its documentation does."""
    files = folder / f"slo-generator-{fleet.name}"
    files.mkdir(exist_ok=True)
    for index in range(count):
        (files / f"{index}.yaml").write_text(json.dumps(definition(fleet, index)))
    config = folder / "slo-generator.yaml"
    config.write_text(json.dumps(_config(url)))
    before, calls = resource.getrusage(resource.RUSAGE_CHILDREN), queries(url)
    spent = timed(lambda: _run(command, files, config))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(count, Spent(spent.wall, cpu), queries(url) - calls)


def _run(command: Path, files: Path, config: Path) -> None:
    done = subprocess.run(
        [str(command), "compute", "-f", str(files), "-c", str(config)],
        check=False,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        cwd=files.parent,
        env={**os.environ, "NO_PROXY": "*", "no_proxy": "*"},  # noqa: TID251 - a child's environment
    )
    if done.returncode or "ERROR" in done.stderr + done.stdout:
        raise RuntimeError((done.stderr + done.stdout)[-2_000:])


def definition(fleet: Fleet, index: int) -> dict[str, object]:
    """One of the fleet's SLOs as slo-generator's second version writes it."""
    metric = f"{fleet.name}_requests_total"
    service = fleet.service(index)
    return {
        "apiVersion": "sre.google.com/v2",
        "kind": "ServiceLevelObjective",
        "metadata": {
            "name": fleet.slo(index),
            "labels": {
                "service_name": service,
                "feature_name": "requests",
                "slo_name": "availability",
            },
        },
        "spec": {
            "description": f"{service} answers",
            "backend": "prometheus",
            "method": "good_bad_ratio",
            "exporters": [],
            "service_level_indicator": {
                "filter_good": f'{metric}{{service="{service}",outcome="ok"}}[window]',
                "filter_valid": f'{metric}{{service="{service}"}}[window]',
            },
            "goal": 0.999,
        },
    }


def _config(url: str) -> dict[str, object]:
    steps = [
        {
            "name": name,
            "burn_rate_threshold": threshold,
            "alert": True,
            "message_alert": "burns",
            "message_ok": "does not burn",
            "window": seconds,
        }
        for name, (seconds, threshold) in WINDOWS.items()
    ]
    return {
        "backends": {"prometheus": {"url": url}},
        "error_budget_policies": {"default": {"steps": steps}},
    }
