"""`kind: Drill`: scenarios to practise, from the files that git keeps."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from threading import Lock

from yaml.nodes import MappingNode

from fireline.adapters.files.policy_fields import items, span
from fireline.adapters.files.problems import Findings, Level, Problem
from fireline.adapters.files.slos import Signature, definition_files, read_texts, signature_of
from fireline.adapters.files.yaml_fields import Fields, compose, kind_of
from fireline.domain.incident.drills import Scenario
from fireline.domain.incident.injects import Inject
from fireline.domain.incident.symptoms import Symptom

IS_DRILL = re.compile(r"^kind:\s*[\"']?Drill\b", re.MULTILINE)
KIND = "Drill"
KEYS = (
    "apiVersion",
    "kind",
    "name",
    "title",
    "about",
    "severity",
    "service",
    "slo",
    "datasets",
    "symptoms",
    "rto",
    "rpo",
    "injects",
    "questions",
)
INJECT_KEYS = ("after", "tell")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
LEVELS = {"sev1": 1, "sev2": 2, "sev3": 3, "sev4": 4}
MOST_INJECTS = 50
LONGEST_TITLE = 150
LONGEST_TEXT = 1500
LONGEST = timedelta(days=1)


class DrillFiles:
    """Implements `Drills` over files and folders, re-read when they change.

    Args:
        paths: files, or folders that are searched for YAML files.
    """

    def __init__(self, paths: Sequence[Path | str]) -> None:
        self._paths = [Path(p) for p in paths]
        self._signature: Signature | None = None
        self._known: Mapping[str, Scenario] = {}
        self._lock = Lock()

    def all(self) -> Mapping[str, Scenario]:
        """Those that are sound; what is wrong with others `fireline check` says."""
        with self._lock:
            files = definition_files(path for path in self._paths if path.exists())
            signature = signature_of(files)
            if signature != self._signature:
                texts, _unread = read_texts(files)
                self._known = read_drills(texts)[0]
                self._signature = signature
            return self._known


def read_drills(texts: Mapping[str, str]) -> tuple[Mapping[str, Scenario], list[Problem]]:
    """The sound scenarios of all files by name, and what is wrong with the rest."""
    found: dict[str, Scenario] = {}
    problems: list[Problem] = []
    for path, text in texts.items():
        if not IS_DRILL.search(text):
            continue
        findings = Findings(path)
        for node in compose(text, findings):
            if not isinstance(node, MappingNode) or kind_of(node) != KIND:
                continue
            before = len([p for p in findings.problems if p.level is Level.ERROR])
            fields = Fields(node, findings, KIND, KEYS)
            scenario = _scenario(fields, findings)
            sound = before == len([p for p in findings.problems if p.level is Level.ERROR])
            if scenario is None or not sound:
                continue
            if scenario.name in found:
                message = f"the name `{scenario.name}` is used twice; keep one."
                findings.error(fields.key_lines["name"], "duplicate", message)
                continue
            found[scenario.name] = scenario
        problems += findings.problems
    return found, problems


def _scenario(fields: Fields, findings: Findings) -> Scenario | None:
    name = fields.text("name", example="pipeline-and-quality")
    title = fields.text("title", example="The orders pipeline fails")
    if name is not None and not NAME.fullmatch(name.value):
        message = f"the name `{name.value}` must be lower-case letters, digits and hyphens."
        findings.error(name.line, "name", message)
    if title is not None and len(title.value) > LONGEST_TITLE:
        findings.error(title.line, "title", f"a title has at most {LONGEST_TITLE} characters.")
    if name is None or title is None:
        return None
    about, service, slo = (fields.optional(key) for key in ("about", "service", "slo"))
    return Scenario(
        name=name.value,
        title=title.value,
        about=about.value[:LONGEST_TEXT] if about else "",
        severity=_severity(fields, findings),
        service=service.value if service else None,
        slo=slo.value if slo else None,
        datasets=tuple(text.value for text in fields.texts("datasets")),
        symptoms=_symptoms(fields, findings),
        rto=_span(fields, "rto", findings),
        rpo=_span(fields, "rpo", findings),
        injects=_injects(fields, findings),
        questions=tuple(text.value for text in fields.texts("questions")),
    )


def _severity(fields: Fields, findings: Findings) -> int | None:
    text = fields.optional("severity")
    if text is not None and text.value not in LEVELS:
        findings.error(text.line, "severity", f"`{text.value}` is no severity; write sev1 to sev4.")
    return LEVELS.get(text.value) if text is not None else None


def _symptoms(fields: Fields, findings: Findings) -> tuple[Symptom, ...]:
    found = []
    for text in fields.texts("symptoms"):
        if text.value in set(Symptom):
            found.append(Symptom(text.value))
        else:
            known = ", ".join(Symptom)
            findings.error(text.line, "symptom", f"`{text.value}` is none of {known}.")
    return tuple(found)


def _span(fields: Fields, key: str, findings: Findings) -> timedelta | None:
    seconds = span(fields.optional(key), findings)
    return timedelta(seconds=seconds) if seconds is not None else None


def _injects(fields: Fields, findings: Findings) -> tuple[Inject, ...]:
    """What is told, in its order of time."""
    found = []
    given = items(fields, "injects", INJECT_KEYS, findings)
    if len(given) > MOST_INJECTS:
        line = fields.key_lines["injects"]
        findings.error(line, "injects", f"a drill tells at most {MOST_INJECTS} things.")
    for item in given[:MOST_INJECTS]:
        after = item.text("after", example="5m")
        told = item.text("tell", example="the load of orders failed")
        seconds = 0 if after is not None and after.value == "0m" else span(after, findings)
        if told is None or seconds is None:
            continue
        if timedelta(seconds=seconds) > LONGEST or len(told.value) > LONGEST_TEXT:
            message = f"tell it within a day, in at most {LONGEST_TEXT} characters."
            findings.error(told.line, "inject", message)
            continue
        found.append(Inject(timedelta(seconds=seconds), told.value))
    return tuple(sorted(found, key=lambda inject: inject.after))
