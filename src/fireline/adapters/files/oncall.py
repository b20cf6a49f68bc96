"""`kind: OnCall`: who is on call when, from the files that git keeps."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from yaml.nodes import MappingNode

from fireline.adapters.files.alert_policy import SLACK_ID, alias
from fireline.adapters.files.oncall_rotation import RotationReader
from fireline.adapters.files.policy_fields import items
from fireline.adapters.files.problems import Findings, Level, Problem
from fireline.adapters.files.slos import Signature, definition_files, read_texts, signature_of
from fireline.adapters.files.yaml_fields import Fields, compose, kind_of
from fireline.domain.oncall.plan import OnCallPlan, PagerPlace, gaps
from fireline.domain.oncall.rotation import Person, Rotation

IS_ON_CALL = re.compile(r"^kind:\s*[\"']?OnCall\b", re.MULTILINE)
API, KIND = "fireline/v1", "OnCall"
KEYS = ("apiVersion", "kind", "people", "rotations", "pagerduty")
PLACE_KEYS = ("alias", "schedule", "escalation_policy")
PAGERDUTY_ID = re.compile(r"P[A-Z0-9]{3,20}")
MOST_ROTATIONS = 200


@dataclass(frozen=True, slots=True)
class ReadOnCall:
    """What one file says."""

    rotations: tuple[Rotation, ...]
    places: Mapping[str, PagerPlace]


class OnCallFiles:
    """Implements `OnCalls` over files and folders, re-read when they change.

    Files that became wrong change nothing: who was on call stays so, and the problems are told.

    Args:
        paths: files, or folders that are searched for YAML files.
    """

    def __init__(self, paths: Sequence[Path | str]) -> None:
        self._paths = [Path(p) for p in paths]
        self._signature: Signature | None = None
        self._plan: OnCallPlan | None = None
        self._lock = Lock()

    def current(self) -> OnCallPlan:
        """Who is on call when, as the files are now."""
        with self._lock:
            files = definition_files(path for path in self._paths if path.exists())
            signature = signature_of(files)
            if self._plan is None or signature != self._signature:
                texts, _unread = read_texts(files)
                plan, problems = read_plan(texts)
                errors = tuple(p.short for p in problems if p.level is Level.ERROR)
                kept = plan if self._plan is None or not errors else self._plan
                self._plan = replace(kept, problems=errors)
                self._signature = signature
            return self._plan


def read_plan(texts: Mapping[str, str]) -> tuple[OnCallPlan, list[Problem]]:
    """The sound rotations of all files, and what is wrong with the rest."""
    rotations: list[Rotation] = []
    places: dict[str, PagerPlace] = {}
    problems: list[Problem] = []
    for path, text in texts.items():
        if IS_ON_CALL.search(text):
            findings = Findings(path)
            for read in read_on_call(text, findings):
                rotations += read.rotations
                places |= read.places
            problems += findings.problems
    problems += _between(rotations)
    return OnCallPlan(tuple(rotations), places), problems


def read_on_call(text: str, findings: Findings) -> Iterator[ReadOnCall]:
    """The documents of this kind; others are left alone."""
    for document in compose(text, findings):
        if isinstance(document, MappingNode) and kind_of(document) == KIND:
            yield _document(document, findings)


def _document(node: MappingNode, findings: Findings) -> ReadOnCall:
    fields = Fields(node, findings, KIND, KEYS)
    api = fields.text("apiVersion", example=API)
    if api is not None and api.value != API:
        findings.error(api.line, "apiVersion", f"`apiVersion` must be `{API}`.")
    reader = RotationReader(_people(fields, findings), findings)
    rotations = reader.rotations(fields)
    if len(rotations) > MOST_ROTATIONS:
        message = f"a file holds {MOST_ROTATIONS} rotations; split it by team."
        findings.error(fields.line, "size", message)
    return ReadOnCall(tuple(rotations[:MOST_ROTATIONS]), _places(fields, findings))


def _people(fields: Fields, findings: Findings) -> Mapping[str, Person]:
    """The people of this file by the names that rotations use."""
    found = {}
    for name, text in fields.pairs("people").items():
        if SLACK_ID.match(text.value) and not text.value.startswith("S"):
            found[name] = Person(name, text.value)
        else:
            message = f"`{text.value}` is no Slack id of a person; write one such as U012AB3CD."
            findings.error(text.line, "slack-id", message)
    return found


def _places(fields: Fields, findings: Findings) -> Mapping[str, PagerPlace]:
    """Where PagerDuty knows who is on call for an alias."""
    found: dict[str, PagerPlace] = {}
    for item in items(fields, "pagerduty", PLACE_KEYS, findings):
        name = item.text("alias", example='"@oncall-data-platform"')
        schedule, policy = item.optional("schedule"), item.optional("escalation_policy")
        if (schedule is None) == (policy is None):
            message = "give either `schedule` or `escalation_policy`, the id of one."
            findings.error(item.line, "missing", message)
            continue
        given = schedule or policy
        if given is not None and not PAGERDUTY_ID.fullmatch(given.value):
            message = f"`{given.value}` is no id of PagerDuty's; it stands in the page's address."
            findings.error(given.line, "pagerduty-id", message)
        elif name is not None and alias(name.value) in found:
            findings.error(name.line, "duplicate", f"`{name.value}` is given twice; keep one.")
        elif name is not None:
            found[alias(name.value)] = PagerPlace(
                schedule.value if schedule else "", policy.value if policy else ""
            )
    return found


def _between(rotations: Sequence[Rotation]) -> Iterator[Problem]:
    """What rotations of one alias have against each other."""
    for number, one in enumerate(rotations):
        for other in rotations[:number]:
            if other.alias == one.alias and _overlap(one, other):
                message = f"`{one.alias}` has another rotation at that time, at {other.source}."
                yield _problem(one, Level.ERROR, "overlap", f"{message} End that one with `until`.")
    for rotation, start, end in gaps(rotations):
        until = f"until {end:%Y-%m-%d %H:%M}" if end else "and nobody after"
        message = (
            f"nobody is on call as `{rotation.alias}` from {start:%Y-%m-%d %H:%M} UTC {until}."
        )
        yield _problem(rotation, Level.WARNING, "gap", message)


def _overlap(one: Rotation, other: Rotation) -> bool:
    ends = (
        (one.until is None or other.start < one.until),
        (other.until is None or one.start < other.until),
    )
    return all(ends)


def _problem(rotation: Rotation, level: Level, code: str, message: str) -> Problem:
    file, _, line = rotation.source.rpartition(":")
    return Problem(file, int(line), level, code, message)
