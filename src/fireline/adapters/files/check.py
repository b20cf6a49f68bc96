"""`fireline check`: all that can be said about SLO and policy files without asking Prometheus."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fireline.adapters.files.aliases import IS_ALIASES, read_aliases
from fireline.adapters.files.drills import read_drills
from fireline.adapters.files.exceptions import read_exceptions
from fireline.adapters.files.maintenance import read_all
from fireline.adapters.files.odcs import IS_CONTRACT, read_contracts
from fireline.adapters.files.oncall import read_plan
from fireline.adapters.files.oncall_check import nobody_behind
from fireline.adapters.files.policy import read_policy
from fireline.adapters.files.problems import Level, Problem
from fireline.adapters.files.profile_choice import ProfileChoice
from fireline.adapters.files.slo_document import Read
from fireline.adapters.files.slos import definition_files, read_files, read_texts
from fireline.adapters.files.yaml_fields import nearest
from fireline.domain.policy.burn_pairs import factor_of, is_blunt, is_dead, plan_pairs
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.definition import Family, Slo
from fireline.domain.slo.wording import window_words

IS_POLICY = re.compile(r"^kind:\s*[\"']?Policy\b", re.MULTILINE)
IS_EXCEPTION = re.compile(r"^kind:\s*[\"']?Exceptions?\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in the files: problems, and the sound SLOs with the rules they follow."""

    problems: list[Problem]
    reads: tuple[Read, ...]
    policy: Policy


def check_paths(
    paths: Sequence[Path | str],
    policy: Policy | None = None,
    runbooks: Collection[str] | None = None,
) -> list[Problem]:
    """Every problem of the files, by file and line; see `checked`."""
    return checked(paths, policy, runbooks).problems


def checked(
    paths: Sequence[Path | str],
    policy: Policy | None = None,
    runbooks: Collection[str] | None = None,
    choice: ProfileChoice | None = None,
) -> Checked:
    """Every problem of the files, by file and line, and what is sound.

    Args:
        paths: files and folders with SLOs, variables and policies.
        policy: the rules to judge by; the first sound policy of the files when left out.
        runbooks: the ids that exist, if known.
        choice: between several profiles of a system; the first of each when left out.
    """
    files = definition_files(Path(p) for p in paths)
    texts, problems = read_texts(files)
    chapters = {path: text for path, text in texts.items() if IS_POLICY.search(text)}
    policies = [read_policy(path, text) for path, text in chapters.items()]
    problems += [problem for _policy, wrong in policies for problem in wrong]
    plan, wrong_rotations = read_plan(texts)
    problems += [problem for problem in wrong_rotations if problem not in problems]
    for (path, text), (team, _wrong) in zip(chapters.items(), policies, strict=True):
        problems += nobody_behind(path, text, team, plan)
    problems += _lineage(texts)
    problems += read_drills(texts)[1]
    sound = [team for team, wrong in policies if not wrong]
    rules = policy or (sound[0] if sound else Policy())
    services: set[str] = set()
    reads: list[Read] = []
    for found in read_files(texts, choice=choice):
        services |= {read.slo.service.casefold() for read in found.slos}
        problems += [problem for problem in found.problems if problem not in problems]
        reads += found.slos
        for read in found.slos:
            problems += _alerts(read, rules)
            problems += no_alert(read, rules)
            problems += _people(read, runbooks)
    problems += [p for p in _exceptions(texts, services) if p not in problems]
    problems += [p for p in _maintenance(texts, reads, services) if p not in problems]
    return Checked(in_order(problems), tuple(reads), rules)


def _lineage(texts: Mapping[str, str]) -> list[Problem]:
    """What is wrong with aliases and contracts."""
    found: list[Problem] = []
    for path, text in texts.items():
        if IS_ALIASES.search(text):
            found += read_aliases(path, text)[1]
        if IS_CONTRACT.search(text):
            found += read_contracts(path, text)[1]
    return found


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """By file, line and level."""
    return sorted(problems, key=lambda p: (p.file, p.line, p.level))


def _exceptions(texts: Mapping[str, str], services: Collection[str]) -> Iterator[Problem]:
    """What is wrong with exceptions; services are looked up when there are any."""
    for path, text in texts.items():
        if not IS_EXCEPTION.search(text):
            continue
        found, problems = read_exceptions(path, text)
        yield from problems
        for given in found:
            if services and given.service.casefold() not in services:
                near = nearest(given.service, services)
                meant = f"did you mean `{near}`?" if near else "it lets nothing through."
                message = f"no SLO here is of a service `{given.service}`; {meant}"
                line = given.source.line
                yield Problem(path, line, Level.WARNING, "unknown-service", message)


def _maintenance(
    texts: Mapping[str, str], reads: Sequence[Read], services: Collection[str]
) -> Iterator[Problem]:
    """What is wrong with maintenance; SLOs and services are looked up when there are any."""
    names: Collection[str] = {read.slo.name for read in reads}
    found, problems = read_all(texts)
    yield from problems
    for read in found:
        file, _, _ = read.entry.source.rpartition(":")
        scope = read.entry.scope
        lost = [(name, "SLO", names) for name in scope.slos if names and name not in names]
        lost += [
            (name, "service", services)
            for name in scope.services
            if services and name.casefold() not in services
        ]
        for name, what, known in lost:
            near = nearest(name, known)
            meant = f"did you mean `{near}`?" if near else "it takes nothing out."
            line = read.lines.get(name, read.line)
            message = f"there is no {what} `{name}` here; {meant}"
            yield Problem(file, line, Level.ERROR, f"unknown-{what.lower()}", message)


def _alerts(read: Read, policy: Policy) -> Iterator[Problem]:
    """Burn pairs that can never fire, or only in a disaster, at this objective."""
    slo = read.slo
    if slo.family is Family.DEADLINES or slo.budget_fraction <= 0:
        return  # single misses are counted; there is no rate to fall short of
    planned = {p.replaces: p for p in plan_pairs(slo, policy.pairs) if p.replaces}
    for pair in policy.pairs:
        factor = factor_of(pair.share, pair.long_seconds, slo.window_seconds)
        if is_dead(factor, slo.budget_fraction):
            replaced = planned.get(pair)
            words = (
                f"it is watched over {window_words(replaced.long_seconds)} at "
                f"{replaced.factor:.3g} instead."
                if replaced
                else "and no longer window fits: single misses are counted instead."
            )
            yield _problem(
                read,
                "objective",
                Level.WARNING if replaced else Level.ERROR,
                "dead-alert",
                f"{_budget_words(slo)}: the {pair.severity} alert at burn {factor:.3g} over "
                f"{window_words(pair.long_seconds)} can never fire; {words}",
            )
        elif is_blunt(factor, slo.budget_fraction) and pair.long_seconds <= slo.window_seconds / 2:
            yield _problem(
                read,
                "objective",
                Level.WARNING,
                "blunt-alert",
                f"{_budget_words(slo)}: the {pair.severity} alert over "
                f"{window_words(pair.long_seconds)} needs "
                f"{factor * slo.budget_fraction:.0%} errors for that long.",
            )


def no_alert(read: Read, policy: Policy) -> Iterator[Problem]:
    """Slices and entities have only pairs; events and deadlines can count single misses."""
    slo = read.slo
    if slo.family not in (Family.SLICES, Family.ENTITIES) or slo.budget_fraction <= 0:
        return
    if not plan_pairs(slo, policy.pairs):
        level = Level.ERROR if slo.tier == 0 else Level.WARNING
        message = f"{_budget_words(slo)}: no burn alert fits this window and objective."
        yield _problem(read, "window", level, "no-alert", message)


def _people(read: Read, runbooks: Collection[str] | None) -> Iterator[Problem]:
    """Who looks after it, and what they follow."""
    slo = read.slo
    level = Level.ERROR if slo.tier == 0 else Level.WARNING
    if not slo.owner:
        yield _problem(read, "", level, "no-owner", f"`{slo.name}` has no `owner`; name the team.")
    if not slo.runbook:
        yield _problem(read, "", level, "no-runbook", f"`{slo.name}` has no `runbook`; name one.")
    elif runbooks is not None and slo.runbook not in runbooks:
        message = f"the runbook `{slo.runbook}` does not exist; write it or correct the name."
        yield _problem(read, "runbook", level, "no-runbook", message)


def _problem(read: Read, field: str, level: Level, code: str, message: str) -> Problem:
    source = read.slo.source
    return Problem(source.file, read.lines.get(field, source.line), level, code, message)


def _budget_words(slo: Slo) -> str:
    """The budget as people say it."""
    minutes = slo.budget_fraction * slo.window_seconds / 60
    if slo.family is Family.SLICES:
        budget = f"{minutes:,.4g} min"
    elif slo.family is Family.ENTITIES:
        budget = f"1 in {1 / slo.budget_fraction:,.4g} entities"
    else:
        budget = f"1 in {1 / slo.budget_fraction:,.4g} events"
    return f"{slo.objective.normalize():f} % over {window_words(slo.window_seconds)} = {budget}"
