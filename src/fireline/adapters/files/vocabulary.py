"""What stands for `$name` and `$system.name` in the expressions of one SLO."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from yaml.nodes import MappingNode, ScalarNode

from fireline.adapters.files.problems import Findings
from fireline.adapters.files.profile_choice import ProfileChoice
from fireline.adapters.files.profiles import Profile, document_texts
from fireline.adapters.files.variables import NAME as VARIABLE
from fireline.adapters.files.yaml_fields import Text, nearest

USED = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)\.([A-Za-z_][A-Za-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one SLO, the profile chosen for each system, and the variables it uses."""

    values: Mapping[str, str]
    profiles: Mapping[str, str] = field(default_factory=dict)
    used: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Vocabulary:
    """The variables and profiles of all files.

    Args:
        variables: by name.
        profiles: in the order in which they are preferred.
        choice: decides between several profiles of a system.
    """

    variables: dict[str, str]
    profiles: list[Profile] = field(default_factory=list)
    choice: ProfileChoice = field(default_factory=ProfileChoice)

    def add(self, profile: Profile, findings: Findings, line: int) -> None:
        """Make a profile known; its name must be new."""
        same = next((p for p in self.profiles if p.name == profile.name), None)
        if same is not None:
            message = f"the profile `{profile.name}` is already defined at {same.where}; keep one."
            findings.error(line, "duplicate", message)
        else:
            self.profiles.append(profile)

    def of(self, document: MappingNode, findings: Findings) -> Words:
        """The words for a document; a logical name that no profile has is a finding."""
        used: dict[str, dict[str, int]] = {}
        systems = {profile.system for profile in self.profiles}
        for text in document_texts(document):
            for system, word in USED.findall(text.value):
                if system in systems:
                    used.setdefault(system, {}).setdefault(word, text.line)
        named, source = _scalar(document, "profile"), _scalar(document, "data_source")
        values, chosen = dict(self.variables), {}
        for system, words in used.items():
            profile = self._profile(system, words, named, source, findings)
            # Without one, each name stands for itself, so that the rest can be read and judged.
            meant = profile.words if profile is not None else {word: word for word in words}
            values |= {f"{system}.{word}": meant[word] for word in words}
            if profile is not None:
                chosen[system] = profile.name
        if named is not None and named.value not in chosen.values():
            self._unused(named, findings)
        spoken = " ".join(
            [
                *(text.value for text in document_texts(document)),
                *(value for word, value in values.items() if "." in word),
            ]
        )
        names = dict.fromkeys(VARIABLE.findall(spoken))
        return Words(values, chosen, {n: self.variables[n] for n in names if n in self.variables})

    def _profile(
        self,
        system: str,
        words: Mapping[str, int],
        named: Text | None,
        source: Text | None,
        findings: Findings,
    ) -> Profile | None:
        every = [profile for profile in self.profiles if profile.system == system]
        if named is not None and any(profile.name == named.value for profile in every):
            every = [profile for profile in every if profile.name == named.value]
        able = [profile for profile in every if profile.words.keys() >= words.keys()]
        if able:
            return self.choice.choose(able, source.value if source else None)
        _say_missing(system, words, every, findings)
        return None

    def _unused(self, named: Text, findings: Findings) -> None:
        known = [profile.name for profile in self.profiles]
        if named.value in known:
            message = f"no expression here uses a name of the profile `{named.value}`; remove it."
        else:
            near = nearest(named.value, known)
            meant = f"did you mean `{near}`?" if near else "define it in a `kind: Profile`."
            message = f"there is no profile `{named.value}`; {meant}"
        findings.error(named.line, "profile", message)


def _say_missing(
    system: str, words: Mapping[str, int], profiles: Sequence[Profile], findings: Findings
) -> None:
    """Which names no profile has, or that none has all of them."""
    known = {word for profile in profiles for word in profile.words}
    for word, line in words.items():
        if word not in known:
            near = nearest(word, known)
            meant = f"did you mean `${system}.{near}`?" if near else "add it to one."
            message = f"no profile of `{system}` has `{word}`; {meant}"
            findings.error(line, "profile", message)
    if words.keys() <= known:
        names = ", ".join(sorted(words))
        message = f"no profile of `{system}` has all of {names}."
        findings.error(min(words.values()), "profile", message)


def _scalar(document: MappingNode, key: str) -> Text | None:
    for name, value in document.value:
        if name.value == key and isinstance(value, ScalarNode):
            return Text(str(value.value), int(value.start_mark.line) + 1)
    return None
