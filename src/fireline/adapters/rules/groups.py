"""Rule groups, and how they are written as YAML."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import yaml
from yaml.nodes import ScalarNode


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorded series."""

    record: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, object]:
        """The rule as Prometheus reads it."""
        return _rule("record", self.record, self.expr, self.labels)


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert; `hold` is how long its condition must last before it fires."""

    alert: str
    expr: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    hold: str | None = None

    def document(self) -> dict[str, object]:
        """The rule as Prometheus reads it."""
        rule = _rule("alert", self.alert, self.expr, self.labels)
        if self.hold is not None:
            rule["for"] = self.hold
        rule["annotations"] = dict(sorted(self.annotations.items()))
        return rule


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that are evaluated one after the other; without `interval`, as often as the server."""

    name: str
    rules: tuple[Recording | Alert, ...]
    interval: str | None = None

    def document(self) -> dict[str, object]:
        """The group as Prometheus reads it."""
        head: dict[str, object] = {"name": self.name}
        if self.interval is not None:
            head["interval"] = self.interval
        return head | {"rules": [rule.document() for rule in self.rules]}


def literal(text: str) -> str:
    """The text so that Prometheus, which expands alert labels and annotations, leaves it alone."""
    return text.replace("{{", '{{ "{{" }}')


def write(groups: Iterable[Group]) -> str:
    """The groups as one YAML document."""
    documents = [group.document() for group in groups]
    return yaml.dump(
        {"groups": documents},
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=10_000,
    )


def _rule(kind: str, name: str, expr: str, labels: Mapping[str, str]) -> dict[str, object]:
    rule: dict[str, object] = {kind: name, "expr": f"{expr}\n" if "\n" in expr else expr}
    if labels:
        rule["labels"] = dict(sorted(labels.items()))
    return rule


class _Dumper(yaml.SafeDumper):
    """Several lines stand as they are."""


def _text(dumper: yaml.SafeDumper, value: str) -> ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
